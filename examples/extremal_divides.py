# expected: proved
"""Find the largest positive integer n for which n + 6 divides n³ + 36."""


def find_largest(n: int) -> int:
    assert n > 0 and (n**3 + 36) % (n + 6) == 0
    return n
