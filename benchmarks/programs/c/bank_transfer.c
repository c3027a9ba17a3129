// However often money is moved, no account goes below zero.

#include <assert.h>

int __VERIFIER_nondet_int(void);

int main(void) {
  int savings = 100;
  int cash = 0;
  while (__VERIFIER_nondet_int()) {
    int amount = __VERIFIER_nondet_int();
    if (amount < 0) {
      break;
    }
    if (amount <= savings) {
      savings = savings - amount;
      cash = cash + amount;
    }
    assert(savings >= 0);
    assert(savings + cash == 100);
  }
  return 0;
}
