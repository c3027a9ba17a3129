// expected: refuted
// The middle of a range, as it stood in textbooks for decades: low + high can overflow.

extern int middle_of_interest(void);

int main(void) {
  int low = 0;
  int high;
  assume(high > 0);
  int key = middle_of_interest();
  int rounds = 0;
  while (low < high && rounds < 3) {
    int middle = (low + high) / 2;
    assert(low <= middle && middle < high);
    if (middle < key) {
      low = middle + 1;
    } else {
      high = middle;
    }
    rounds = rounds + 1;
  }
  return low;
}
