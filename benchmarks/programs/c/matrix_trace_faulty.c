// The sum of a diagonal of a matrix, row by row.

#include <assert.h>

char __VERIFIER_nondet_char(void);

#define N 3
int main(void) {
  int cells[N * N];
  for (int i = 0; i < N * N; i++) {
    cells[i] = __VERIFIER_nondet_char();
  }
  int sum = 0;
  for (int i = 0; i < N; i++) {
    sum += cells[i * (N + 1) + i];
  }
  assert(sum <= N * 127);
  return 0;
}
