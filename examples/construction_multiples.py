# expected: proved
"""Find all pairs of integers of which the first is positive and divides the second: a family with two parameters."""


def find_all(a: int, b: int) -> bool:
    return a > 0 and b % a == 0
