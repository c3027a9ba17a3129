// The distance from zero; the smallest integer has none that fits.

#include <assert.h>

int __VERIFIER_nondet_int(void);

int magnitude(int x) {
  if (x == -2147483647 - 1) {
    return 2147483647;
  }
  if (x < 0) {
    return -x;
  }
  return x;
}
int main(void) {
  int x = __VERIFIER_nondet_int();
  int m = magnitude(x);
  assert(m >= 0);
  return 0;
}
