# expected: proved
# A formula in place of a loop, equal to it for every integer.


def reference(days: int) -> int:
    fee = 0
    for day in range(10):
        if day < days:
            fee += 3
    return fee


def late_fee(days: int) -> int: ...
