# expected: proved
"""Find a closed form for the sum of the first n cubes."""


def find_value(n: int) -> int:
    return sum(k**3 for k in range(n + 1))
