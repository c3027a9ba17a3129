# expected: proved
"""Find a closed form for the sequence 0, 1, 1, 2, 3, 5, … that a loop works out."""


def find_value(n: int) -> int:
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a
