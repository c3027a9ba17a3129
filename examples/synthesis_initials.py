# expected: tested


def initials(name: str) -> str:
    """
    >>> initials("ada lovelace")
    'AL'
    >>> initials("alan mathison turing")
    'AMT'
    >>> initials("grace hopper")
    'GH'
    """
    ...
