def place(xs: list[int], x: int) -> int:
    """The first place where x keeps the list sorted."""
    assert all(xs[i] <= xs[i + 1] for i in range(len(xs) - 1))
    low, high = 0, len(xs)
    while low < high:
        middle = (low + high) // 2
        if xs[middle] < x:
            low = middle + 1
        else:
            high = middle - 1
    assert low == len(xs) or xs[low] >= x
    assert low == 0 or xs[low - 1] < x
    return low
