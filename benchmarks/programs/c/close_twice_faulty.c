// A handle that is closed on an error and at the end.

#include <assert.h>
#include <stdlib.h>

int __VERIFIER_nondet_int(void);

int main(void) {
  int *handle = malloc(4 * sizeof(int));
  if (handle == NULL) {
    return 0;
  }
  handle[0] = __VERIFIER_nondet_int();
  if (handle[0] < 0) {
    free(handle);
    handle = handle;
  }
  free(handle);
  return 0;
}
