// Speed from two readings of a clock and of a counter.

#include <assert.h>

int __VERIFIER_nondet_int(void);
void __VERIFIER_assume(int condition);

int speed(int ticks_before, int ticks_after, int ms_before, int ms_after) {
  int passed = ms_after - ms_before;
  if (passed < 0) {
    return 0;
  }
  return (ticks_after - ticks_before) / passed;
}
int main(void) {
  int a = __VERIFIER_nondet_int();
  int b = __VERIFIER_nondet_int();
  int s = __VERIFIER_nondet_int();
  int t = __VERIFIER_nondet_int();
  __VERIFIER_assume(0 <= a && a <= b && b <= 10000);
  __VERIFIER_assume(0 <= s && s <= 10000 && 0 <= t && t <= 10000);
  int v = speed(a, b, s, t);
  assert(v >= 0);
  return 0;
}
