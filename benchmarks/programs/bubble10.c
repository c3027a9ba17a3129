// Bubble sort of ten elements of any value.

#include <assert.h>

int __VERIFIER_nondet_int(void);

#define COUNT 10

int main(void) {
  int v[COUNT];
  for (int i = 0; i < COUNT; i++) {
    v[i] = __VERIFIER_nondet_int();
  }
  for (int end = COUNT - 1; end > 0; end--) {
    for (int i = 0; i < end; i++) {
      if (v[i] > v[i + 1]) {
        int kept = v[i];
        v[i] = v[i + 1];
        v[i + 1] = kept;
      }
    }
  }
  for (int i = 0; i + 1 < COUNT; i++) {
    assert(v[i] <= v[i + 1]);
  }
  return 0;
}
