def clamp(x: int, low: int, high: int) -> int:
    assert low <= high
    if x < low:
        return low
    kept = x
    if x > high:
        kept = high
    assert low <= kept <= high
    return kept
