// A counter that stays at the top once it is there.

#include <assert.h>

int __VERIFIER_nondet_int(void);
void __VERIFIER_assume(int condition);

int bump(int counter, int by) {
  if (counter > 2147483647 - by) {
    return 2147483647;
  }
  return counter + by;
}
int main(void) {
  int counter = __VERIFIER_nondet_int();
  int by = __VERIFIER_nondet_int();
  __VERIFIER_assume(counter >= 0 && by >= 0);
  int next = bump(counter, by);
  assert(next >= counter);
  return 0;
}
