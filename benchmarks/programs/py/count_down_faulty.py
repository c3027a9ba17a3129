def halvings(n: int) -> int:
    """How often a small number can be halved until it is zero."""
    assert 0 <= n <= 60
    steps = 0
    rest = n
    while rest > 1:
        rest = rest // 2
        steps += 1
    assert rest == 0
    assert steps <= 6
    return steps
