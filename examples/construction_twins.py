# expected: proved
"""Find all pairs of whole numbers x ≥ 0 and y for which y² is the square that comes second after x²."""


def square_after(x: int, steps: int) -> int:
    root = x + steps
    return root * root


def find_all(x: int, y: int) -> bool:
    return x >= 0 and y * y == square_after(x, 2)
