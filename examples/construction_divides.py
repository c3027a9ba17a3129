# expected: proved
"""Find all integers n for which n + 2 divides n³ + 20."""


def find_all(n: int) -> bool:
    return n != -2 and (n**3 + 20) % (n + 2) == 0
