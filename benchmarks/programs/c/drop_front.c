// Give back all nodes of a list of three.

#include <assert.h>
#include <stdlib.h>

struct node { int value; struct node *next; };
int main(void) {
  struct node *list = NULL;
  for (int i = 0; i < 3; i++) {
    struct node *fresh = malloc(sizeof *fresh);
    if (fresh == NULL) {
      break;
    }
    fresh->value = i;
    fresh->next = list;
    list = fresh;
  }
  while (list != NULL) {
    struct node *rest = list->next;
    free(list);
    list = rest;
  }
  return 0;
}
