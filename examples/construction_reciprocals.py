# expected: proved
"""Find all positive integers x ≤ y with 1/x + 1/y = 1/4."""


def find_all(x: int, y: int) -> bool:
    return 0 < x <= y and 4 * (x + y) == x * y
