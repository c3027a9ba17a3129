# expected: proved
"""In how many ways can n be paid with coins of 1, 2 and 3? A payment has a 3, or is settled by its number of twos."""


def find_value(n: int) -> int:
    if n < 3:
        return n // 2 + 1
    return find_value(n - 3) + n // 2 + 1
