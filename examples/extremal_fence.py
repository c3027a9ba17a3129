# expected: proved
"""A rectangle with whole sides needs an area of at least 50: how short can half its perimeter be, and for which sides?"""


def find_smallest(x: int, y: int) -> int:
    assert x > 0 and y > 0
    assert x * y >= 50
    return x + y
