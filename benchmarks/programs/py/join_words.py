def joined(first: str, second: str) -> str:
    """Two words with a space between them, where both are there."""
    if first and second:
        text = first + " " + second
    else:
        text = first + second
    assert len(text) >= len(first)
    assert len(text) >= len(second)
    assert first in text and second in text
    return text
