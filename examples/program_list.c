// expected: refuted
// A list is given back node by node; each is looked at once more after it is gone.

#include <assert.h>
#include <stdlib.h>

struct node {
  int value;
  struct node *next;
};

struct node *push(struct node *list, int value) {
  struct node *made = malloc(sizeof *made);
  if (made == NULL) {
    return list;
  }
  made->value = value;
  made->next = list;
  return made;
}

int main(void) {
  struct node *list = NULL;
  for (int i = 0; i < 3; i++) {
    list = push(list, i);
  }
  while (list != NULL) {
    free(list);
    list = list->next;
  }
  return 0;
}
