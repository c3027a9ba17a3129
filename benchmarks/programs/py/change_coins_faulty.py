def coins(amount: int) -> int:
    """The fewest coins of 1, 2 and 5 for an amount."""
    assert 0 <= amount <= 20
    fives = amount // 5
    rest = amount - 5
    twos = rest // 2
    ones = rest % 2
    assert fives * 5 + twos * 2 + ones == amount
    return fives + twos + ones
