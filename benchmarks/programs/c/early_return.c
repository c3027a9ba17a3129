// Every way out gives the block back.

#include <assert.h>
#include <stdlib.h>

int __VERIFIER_nondet_int(void);

int main(void) {
  int *work = malloc(2 * sizeof(int));
  if (work == NULL) {
    return 0;
  }
  int n = __VERIFIER_nondet_int();
  if (n < 0) {
    free(work);
    return 0;
  }
  work[0] = n;
  work[1] = n;
  assert(work[0] == work[1]);
  free(work);
  return 0;
}
