// A traffic light: both directions are never green at once.

#include <assert.h>

int __VERIFIER_nondet_int(void);

int main(void) {
  int north = 0;
  int east = 2;
  for (int tick = 0; tick < 6; tick++) {
    int wanted = __VERIFIER_nondet_int();
    if (north == 2) {
      north = 1;
    } else if (north == 1) {
      north = 0;
    } else if (east == 2 && wanted > 0) {
      east = 1;
    } else if (east == 1) {
      east = 0;
    } else if (north == 0 && east == 0 && wanted < 0) {
      north = 2;
    } else if (east == 0 && north == 0 && wanted == 0) {
      east = 2;
    }
    assert(!(north == 2 && east == 2));
  }
  return 0;
}
