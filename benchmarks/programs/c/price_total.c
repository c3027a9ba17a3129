// The total of an order; the product is formed in a wide type.

#include <assert.h>

int __VERIFIER_nondet_int(void);
void __VERIFIER_assume(int condition);

int main(void) {
  int price = __VERIFIER_nondet_int();
  int pieces = __VERIFIER_nondet_int();
  __VERIFIER_assume(price >= 0 && pieces >= 0);
  __VERIFIER_assume(price <= 1000000 && pieces <= 1000000);
  long long total = (long long)price * pieces;
  assert(total >= 0);
  return 0;
}
