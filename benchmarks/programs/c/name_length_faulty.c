// Count the letters of a name in a field with its end mark.

#include <assert.h>

int __VERIFIER_nondet_int(void);

int main(void) {
  char field[5] = {'l', 'e', 'm', 'm', 'a'};
  int cut = __VERIFIER_nondet_int();
  if (cut >= 0 && cut < 5) {
    field[cut] = 0;
  }
  char *at = field;
  int length = 0;
  while (*at != 0) {
    at++;
    length++;
  }
  assert(length <= 5);
  return 0;
}
