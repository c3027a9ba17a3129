// Binary search in a sorted table.

#include <assert.h>

int __VERIFIER_nondet_int(void);

int table[8] = {1, 3, 4, 7, 9, 11, 15, 20};
int find(int wanted) {
  int low = 0;
  int high = 8;
  while (low <= high) {
    int middle = low + (high - low) / 2;
    if (table[middle] == wanted) {
      return middle;
    }
    if (table[middle] < wanted) {
      low = middle + 1;
    } else {
      high = middle - 1;
    }
  }
  return -1;
}
int main(void) {
  int wanted = __VERIFIER_nondet_int();
  int place = find(wanted);
  if (place >= 0) {
    assert(table[place] == wanted);
  }
  return 0;
}
