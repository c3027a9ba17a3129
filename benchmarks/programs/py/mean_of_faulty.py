def mean(xs: list[int]) -> int:
    """The mean, rounded down; nothing has mean zero."""
    total = 0
    for x in xs:
        total += x
    middle = total // len(xs)
    assert middle * len(xs) <= total
    return middle
