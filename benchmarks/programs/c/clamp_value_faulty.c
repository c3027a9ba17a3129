// Bring a value between two limits.

#include <assert.h>

int __VERIFIER_nondet_int(void);
void __VERIFIER_assume(int condition);

int clamp(int x, int low, int high) {
  if (x < low) {
    return low;
  }
  if (x < high) {
    return high;
  }
  return x;
}
int main(void) {
  int x = __VERIFIER_nondet_int();
  int low = __VERIFIER_nondet_int();
  int high = __VERIFIER_nondet_int();
  __VERIFIER_assume(low <= high);
  int y = clamp(x, low, high);
  assert(low <= y && y <= high);
  return 0;
}
