// expected: refuted
// The mean of the measurements that pass a filter; nothing says that any of them does.

#include <assert.h>

#define COUNT 4

int main(void) {
  int values[COUNT];
  int sum = 0;
  int kept = 0;
  for (int i = 0; i < COUNT; i++) {
    if (values[i] > 0 && values[i] < 100) {
      sum += values[i];
      kept++;
    }
  }
  int mean = sum / kept;
  assert(mean >= 0 && mean < 100);
  return mean;
}
