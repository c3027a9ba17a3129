"""The closed grammar of answers."""

from __future__ import annotations

import pytest

from lemmata.errors import BadInput
from lemmata.provers.lean.literals import decode_literal


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7),
        ("-7", -7),
        ("3/4", "3/4"),
        ("-3/4", "-3/4"),
        ("(-3)", -3),
        ("0.5", "0.5"),
        ("true", True),
        ("False", False),
        ('"by sorry"', "by sorry"),
        ("'a'", "a"),
        ("(1, -2)", [1, -2]),
        ("⟨1, [2, 3]⟩", [1, [2, 3]]),
        ("[]", []),
        ("#[1, 2]", [1, 2]),
        ("[(1, 2), (3, 4)]", [[1, 2], [3, 4]]),
        ("none", None),
        ("some 3", 3),
        ("()", []),
    ],
)
def test_literals_are_read(text: str, value: object) -> None:
    assert decode_literal(text) == value


@pytest.mark.parametrize(
    "text",
    ["", "x", "1 + 1", "f 3", "(1", "1)", "[1,,2]", "--1", "- true", "sorry", "by decide", "3 /- c", "{1}", "«7»",
     "1/x", "(fun x => x)", "(" * 100 + "1" + ")" * 100, "-" * 100 + "1", 's!"{x}"', None, 7, "1" * 30_000],
)  # fmt: skip
def test_anything_else_is_refused(text: object) -> None:
    with pytest.raises(BadInput):
        decode_literal(text)
