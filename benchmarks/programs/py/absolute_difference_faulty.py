def distance(a: int, b: int) -> int:
    """How far apart two numbers are."""
    if a > b:
        apart = a - b
    else:
        apart = a - b
    assert apart >= 0
    assert apart == a - b or apart == b - a
    return apart
