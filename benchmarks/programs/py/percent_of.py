def percent(part: int, whole: int) -> int:
    """The part in percent of the whole."""
    assert 0 <= part <= whole
    if whole == 0:
        return 0
    share = part * 100 // whole
    assert 0 <= share <= 100
    return share
