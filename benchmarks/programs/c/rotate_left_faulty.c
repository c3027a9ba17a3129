// Rotate a word by so many places.

#include <assert.h>

int __VERIFIER_nondet_int(void);
unsigned int __VERIFIER_nondet_uint(void);
void __VERIFIER_assume(int condition);

unsigned rotate(unsigned word, int by) {
  by = by & 31;
  return (word << by) | (word >> (32 - by));
}
int main(void) {
  unsigned word = __VERIFIER_nondet_uint();
  int by = __VERIFIER_nondet_int();
  __VERIFIER_assume(by >= 0 && by <= 64);
  unsigned turned = rotate(word, by);
  assert(word == 0u || turned != 0u);
  return 0;
}
