// Swap two points through pointers.

#include <assert.h>

int __VERIFIER_nondet_int(void);

struct point { int x; int y; };
void swap(struct point *a, struct point *b) {
  struct point kept = *a;
  *a = *b;
  *b = *a;
}
int main(void) {
  struct point p;
  struct point q;
  p.x = __VERIFIER_nondet_int();
  p.y = 1;
  q.x = __VERIFIER_nondet_int();
  q.y = 2;
  int before = p.x;
  swap(&p, &q);
  assert(q.x == before);
  assert(p.y == 2 && q.y == 1);
  return 0;
}
