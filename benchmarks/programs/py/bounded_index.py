def at_or_last(xs: list[int], i: int) -> int:
    """The item at a place, or the last one beyond it."""
    assert len(xs) > 0 and i >= 0
    if i >= len(xs):
        i = len(xs) - 1
    found = xs[i]
    assert found in xs
    return found
