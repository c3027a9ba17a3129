# expected: proved
"""How many triangles of any size, either way up, are in a triangular grid with n rows? A different formula for even n."""


def find_value(n: int) -> int:
    total = 0
    for size in range(1, n + 1):
        total += (n - size + 1) * (n - size + 2) // 2
        if 2 * size <= n:
            total += (n - 2 * size + 1) * (n - 2 * size + 2) // 2
    return total
