// The first value of a list that may be empty.

#include <assert.h>
#include <stdlib.h>

int __VERIFIER_nondet_int(void);

struct node { int value; struct node *next; };
int first(struct node *list) {
  return list->value;
}
int main(void) {
  struct node one;
  one.value = 7;
  one.next = NULL;
  struct node *list = NULL;
  if (__VERIFIER_nondet_int() > 0) {
    list = &one;
  }
  int v = first(list);
  assert(v == 7 || v == -1);
  return 0;
}
