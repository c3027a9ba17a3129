// expected: proved
// However often money is moved, nothing is lost and no account goes below zero.

int main(void) {
  int savings = 1000;
  int cash = 0;
  while (unknown()) {
    int amount;
    assume(amount >= 0);
    if (amount <= savings) {
      savings = savings - amount;
      cash = cash + amount;
    } else if (amount <= cash) {
      cash = cash - amount;
      savings = savings + amount;
    }
  }
  assert(savings + cash == 1000);
  assert(savings >= 0 && cash >= 0);
  return 0;
}
