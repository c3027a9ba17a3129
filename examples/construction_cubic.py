# expected: proved
"""Find all integers n for which n² + 1 divides n³ + 3."""


def find_all(n: int) -> bool:
    return (n**3 + 3) % (n**2 + 1) == 0
