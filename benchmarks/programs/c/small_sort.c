// Sort four values by selection.

#include <assert.h>

int __VERIFIER_nondet_int(void);

#define COUNT 4
int main(void) {
  int v[COUNT];
  for (int i = 0; i < COUNT; i++) {
    v[i] = __VERIFIER_nondet_int();
  }
  for (int i = 0; i + 1 < COUNT; i++) {
    int least = i;
    for (int k = i + 1; k < COUNT; k++) {
      if (v[k] < v[least]) {
        least = k;
      }
    }
    int kept = v[i];
    v[i] = v[least];
    v[least] = kept;
  }
  for (int i = 0; i + 1 < COUNT; i++) {
    assert(v[i] <= v[i + 1]);
  }
  return 0;
}
