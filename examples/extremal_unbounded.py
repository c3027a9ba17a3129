# expected: proved
"""Is there a largest profit 3x² - 40x - y² for whole x and y with y at most x?"""


def find_largest(x: int, y: int) -> int:
    assert 0 <= y <= x
    return 3 * x * x - 40 * x - y * y
