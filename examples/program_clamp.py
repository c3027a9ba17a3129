# expected: proved
# Right for all integers: what comes out lies within the limits, and is the nearest such number.


def clamp(x: int, low: int, high: int) -> int:
    assert low <= high
    result = max(low, min(x, high))
    assert low <= result <= high
    assert result == x or x < low or x > high
    return result


def distance(x: int, y: int) -> int:
    """How far apart two numbers are."""
    d = x - y
    if d < 0:
        d = -d
    assert d >= 0
    assert d == abs(y - x)
    return d
