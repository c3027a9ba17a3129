# expected: proved
"""Find a closed form for the sequence 1, 1, 2, 5, 14, … of a recurrence that divides."""


def find_value(n: int) -> int:
    if n == 0:
        return 1
    return (4 * n - 2) * find_value(n - 1) // (n + 1)
