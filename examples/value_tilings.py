# expected: proved
"""In how many ways can a strip of n fields be covered with pieces of one field, in one colour, and of two, in two?"""


def find_value(n: int) -> int:
    if n <= 1:
        return 1
    return find_value(n - 1) + 2 * find_value(n - 2)
