# expected: proved
"""Find all pairs of positive integers a < b for which b - a divides a."""


def find_all(a: int, b: int) -> bool:
    return 0 < a < b and a % (b - a) == 0
