# expected: proved
# Two parameters: all pairs of which the first is positive and divides the second.

def find_all(a: int, b: int) -> bool:
    """All pairs of integers where the first divides the second and is positive."""
    return a > 0 and b % a == 0
