// The mean of the readings that pass a filter.

#include <assert.h>

int __VERIFIER_nondet_int(void);

#define COUNT 4
int main(void) {
  int sum = 0;
  int kept = 0;
  for (int i = 0; i < COUNT; i++) {
    int reading = __VERIFIER_nondet_int();
    if (reading > 0 && reading < 100) {
      sum += reading;
      kept++;
    }
  }
  if (kept == 0) {
    return 0;
  }
int mean = sum / kept;
  assert(mean >= 0 && mean < 100);
  return 0;
}
