def overlap(a: int, b: int, c: int, d: int) -> int:
    """How long two intervals run together."""
    assert a <= b and c <= d
    start = a if a > c else c
    end = b if b < d else d
    shared = end - start
    assert 0 <= shared <= b - a
    return shared
