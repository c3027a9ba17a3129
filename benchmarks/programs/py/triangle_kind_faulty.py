def triangle(a: int, b: int, c: int) -> int:
    """How many different lengths the sides have."""
    assert a > 0 and b > 0 and c > 0
    if a == b and b == c:
        kinds = 1
    elif a == b or b == c:
        kinds = 2
    else:
        kinds = 3
    assert kinds != 3 or (a != b and b != c and a != c)
    return kinds
