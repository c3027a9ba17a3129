// A ring buffer: writes go round, so the place is always inside.

#include <assert.h>

int __VERIFIER_nondet_int(void);
void __VERIFIER_assume(int condition);

#define SIZE 8
int main(void) {
  int buffer[SIZE] = {0};
  int head = __VERIFIER_nondet_int();
  __VERIFIER_assume(head >= 0 && head < SIZE);
  for (int i = 0; i < 5; i++) {
    buffer[head] = i;
    head = head + 1;
    if (head > SIZE) {
      head = 0;
    }
  }
  assert(head >= 0);
  return 0;
}
