// A mask of so many low bits.

#include <assert.h>

int __VERIFIER_nondet_int(void);
void __VERIFIER_assume(int condition);

unsigned mask(int bits) {
  if (bits > 32) {
    return 4294967295u;
  }
  return (1u << bits) - 1u;
}
int main(void) {
  int bits = __VERIFIER_nondet_int();
  __VERIFIER_assume(bits >= 0);
  __VERIFIER_assume(bits <= 40);
  unsigned m = mask(bits);
  assert(bits == 0 || (m & 1u) == 1u);
  return 0;
}
