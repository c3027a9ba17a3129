// The sum of a block of five numbers.

#include <assert.h>
#include <stdlib.h>

int main(void) {
  int *numbers = malloc(5 * sizeof(int));
  if (numbers == NULL) {
    return 0;
  }
  for (int i = 0; i < 5; i++) {
    numbers[i] = i;
  }
  int sum = 0;
  for (int i = 0; i <= 5; i++) {
    sum += numbers[i];
  }
  assert(sum == 10);
  free(numbers);
  return 0;
}
