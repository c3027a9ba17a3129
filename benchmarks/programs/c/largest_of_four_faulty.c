// The largest of four values.

#include <assert.h>

int __VERIFIER_nondet_int(void);

#define COUNT 4
int main(void) {
  int values[COUNT];
  for (int i = 0; i < COUNT; i++) {
    values[i] = __VERIFIER_nondet_int();
  }
  int best = 0;
  for (int i = 0; i < COUNT; i++) {
    if (values[i] > best) {
      best = values[i];
    }
  }
  int found = 0;
  for (int i = 0; i < COUNT; i++) {
    assert(values[i] <= best);
    if (values[i] == best) {
      found = 1;
    }
  }
  assert(found);
  return 0;
}
