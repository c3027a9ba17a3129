# expected: refuted
# The largest number of a list, wrong when all of them are negative.


def largest(xs: list[int]) -> int:
    assert len(xs) > 0
    best = 0
    for x in xs:
        if x > best:
            best = x
    assert best in xs
    assert all(x <= best for x in xs)
    return best


def test_largest():
    assert largest([3, 1, 2]) == 3
