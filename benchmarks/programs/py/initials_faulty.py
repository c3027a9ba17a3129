def initial(name: str) -> str:
    """The first letter, or a dash."""
    if name == "-":
        return "-"
    letter = name[0]
    assert len(letter) == 1
    return letter
