// A block that may not be there is looked at before it is used.

#include <assert.h>
#include <stdlib.h>

int __VERIFIER_nondet_int(void);

struct message { int length; int kind; };
int main(void) {
  struct message *m = NULL;
  int wanted = __VERIFIER_nondet_int();
  if (wanted > 10) {
    m = malloc(sizeof *m);
    if (m == NULL) {
      return 0;
    }
    m->length = 3;
    m->kind = 1;
  }
  if (m != NULL && m->length > 2) {
    assert(m->kind == 1);
  }
  free(m);
  return 0;
}
