# expected: tested


def total(xs: list[int]) -> int: ...


assert total([1, 2, 3]) == 14
assert total([]) == 0
assert total([-2, 5]) == 29
