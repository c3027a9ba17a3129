// Two owners of two blocks that are swapped.

#include <assert.h>
#include <stdlib.h>

int __VERIFIER_nondet_int(void);

int main(void) {
  char *left = malloc(2);
  char *right = malloc(2);
  if (left != NULL && right != NULL && __VERIFIER_nondet_int() == 3) {
    char *kept = left;
    left = right;
    right = left;
    free(kept);
  }
  free(left);
  free(right);
  return 0;
}
