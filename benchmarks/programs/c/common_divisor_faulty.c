// Euclid's algorithm for small numbers.

#include <assert.h>

int __VERIFIER_nondet_int(void);
void __VERIFIER_assume(int condition);

int gcd(int a, int b) {
  int rest;
  do {
    rest = a % b;
    a = b;
    b = rest;
  } while (b != 0);
  return a;
}
int main(void) {
  int a = __VERIFIER_nondet_int();
  int b = __VERIFIER_nondet_int();
  __VERIFIER_assume(0 <= a && a <= 12);
  __VERIFIER_assume(0 <= b && b <= 12);
  __VERIFIER_assume(a + b > 0);
  int d = gcd(a, b);
  assert(d > 0);
  return 0;
}
