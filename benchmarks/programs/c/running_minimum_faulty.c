// The least of three readings.

#include <assert.h>

int __VERIFIER_nondet_int(void);
void __VERIFIER_assume(int condition);

int main(void) {
  int least;
  for (int i = 0; i < 3; i++) {
    int reading = __VERIFIER_nondet_int();
    __VERIFIER_assume(reading >= 0 && reading <= 1000);
    if (reading < least) {
      least = reading;
    }
  }
  assert(least >= 0 && least <= 1000);
  return 0;
}
