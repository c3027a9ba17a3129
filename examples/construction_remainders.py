# expected: proved
"""Find all natural numbers whose square leaves the remainder 1 when divided by 24."""


def find_all(n: int) -> bool:
    if n < 0:
        return False
    return n * n % 24 == 1
