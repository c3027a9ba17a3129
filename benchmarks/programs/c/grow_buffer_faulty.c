// A block is replaced by a larger one.

#include <assert.h>
#include <stdlib.h>

int __VERIFIER_nondet_int(void);

int main(void) {
  int size = 2;
  char *block = malloc(2);
  if (block == NULL) {
    return 0;
  }
  if (__VERIFIER_nondet_int() > 5) {
    char *larger = malloc(4);
    if (larger != NULL) {
      block = larger;
      size = 4;
    }
  }
  block[size - 1] = 1;
  assert(block[size - 1] == 1);
  free(block);
  return 0;
}
