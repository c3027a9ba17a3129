// A grade for a score.

#include <assert.h>

int __VERIFIER_nondet_int(void);
void __VERIFIER_assume(int condition);

int grade(int score) {
  int result = 1;
  if (score >= 90) {
    result = 5;
  } else if (score >= 75) {
    result = 4;
  } else if (score >= 50) {
    result = 3;
  } else if (score >= 25) {
    result = 2;
  }
  return result;
}
int main(void) {
  int score = __VERIFIER_nondet_int();
  __VERIFIER_assume(score >= 0 && score <= 100);
  int g = grade(score);
  assert(g >= 1 && g <= 5);
  return 0;
}
