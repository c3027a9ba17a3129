"""String literals as initial values of character arrays."""

from __future__ import annotations

import re
from typing import Any

from lemmata.provers.bmc.names import kind
from lemmata.provers.bmc.source import unsupported

_ESCAPES = {"n": 10, "t": 9, "r": 13, "a": 7, "b": 8, "f": 12, "v": 11, "\\": 92, '"': 34, "'": 39, "?": 63, "0": 0}
# The parser joins neighbouring literals, so that "\1" "2" can't be told from "\12": numbers are refused, but for a
# zero that no digit follows.
_UNIT = re.compile(r"""\\(?:[ntrabfv\\"'?]|0(?![0-9]))|[ !#-\[\]-~]""")


def is_string(node: Any) -> bool:
    """Whether a tree node is a string literal."""
    return kind(node) == "Constant" and node.type == "string"


def characters(node: Any, name: str) -> tuple[int, ...]:
    """The characters of a literal, without the zero at its end.

    Raises:
        Unsupported: a prefix, an escape by number, or a character outside ASCII.
    """
    text, found, at = node.value, [], 1
    if not text.startswith('"'):
        raise unsupported("a string with a prefix", node, name)
    while at < len(text) - 1:
        unit = _UNIT.match(text, at)
        if unit is None or unit.end() >= len(text):
            raise unsupported("this character or escape in a string", node, name)
        found.append(_ESCAPES[unit[0][1]] if unit[0].startswith("\\") else ord(unit[0]))
        at = unit.end()
    return tuple(found)
