// The value of a block is read after the block is given back.

#include <assert.h>
#include <stdlib.h>

char __VERIFIER_nondet_char(void);

int main(void) {
  int *cell = malloc(sizeof(int));
  if (cell == NULL) {
    return 0;
  }
  *cell = __VERIFIER_nondet_char();
  free(cell);
  int seen = *cell;
  assert(seen <= 127);
  return 0;
}
