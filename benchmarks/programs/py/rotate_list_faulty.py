def rotated(xs: list[int], by: int) -> list[int]:
    """The list turned by so many places."""
    assert by >= 0
    made: list[int] = []
    for i in range(len(xs)):
        made.append(xs[i + by])
    assert len(made) == len(xs)
    return made
