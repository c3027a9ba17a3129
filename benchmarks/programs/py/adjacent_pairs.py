def rises(xs: list[int]) -> int:
    """How often an item is larger than the one before."""
    count = 0
    for i in range(len(xs) - 1):
        if xs[i + 1] > xs[i]:
            count += 1
    assert 0 <= count <= len(xs)
    return count
