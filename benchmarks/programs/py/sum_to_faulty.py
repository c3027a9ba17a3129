def sum_to(n: int) -> int:
    """The sum of the first numbers."""
    assert 0 <= n <= 12
    total = 0
    for i in range(n):
        total += i
    assert 2 * total == n * (n + 1)
    return total
