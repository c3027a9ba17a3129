def merged(a: int, b: int, c: int) -> tuple[int, int, int]:
    """Three numbers in order."""
    if a > b:
        a, b = b, a
    if b > c:
        b, c = c, b
    if a > b:
        a, b = b, a
    assert a <= b <= c
    return a, b, c
