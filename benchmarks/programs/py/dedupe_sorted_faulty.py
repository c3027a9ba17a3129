def distinct(xs: list[int]) -> int:
    """How many different items a sorted list has."""
    assert all(xs[i] <= xs[i + 1] for i in range(len(xs) - 1))
    count = 1
    last = xs[0]
    for x in xs:
        if x != last:
            count += 1
            last = x
    assert 1 <= count <= len(xs)
    return count
