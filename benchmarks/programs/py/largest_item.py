def largest(xs: list[int]) -> int:
    assert len(xs) > 0
    best = xs[0]
    for x in xs:
        if x > best:
            best = x
    assert best in xs
    assert all(x <= best for x in xs)
    return best
