# expected: proved
"""Find all x ≤ y, sides of a garden bed with a path of width one along two sides, whose whole area is 1395."""


def find_all(x: int, y: int) -> bool:
    return 0 < x <= y and x * y + x + y == 1394
