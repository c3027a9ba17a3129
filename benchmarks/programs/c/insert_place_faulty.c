// Insert a value into a sorted list that has room for one more.

#include <assert.h>

int __VERIFIER_nondet_int(void);

#define ROOM 5
int main(void) {
  int list[ROOM] = {2, 4, 6, 8, 0};
  int value = __VERIFIER_nondet_int();
  int i = 3;
  while (list[i] > value) {
    list[i + 1] = list[i];
    i--;
  }
  list[i + 1] = value;
  for (int k = 0; k + 1 < ROOM; k++) {
    assert(list[k] <= list[k + 1]);
  }
  return 0;
}
