"""What the type of an answer, written as in Lean, says about how its text is to be read."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lemmata.errors import BadInput

_NAMES = {"Nat": "ℕ", "Int": "ℤ", "Rat": "ℚ", "Real": "ℝ", "Complex": "ℂ", "NNReal": "ℝ", "Prop": "Prop"}
_TYPE = re.compile(r"[\sℕℤℚℝℂ×→()\w.]*\Z")


@dataclass(frozen=True, slots=True)
class Expected:
    """Args:
    sort: of the numbers that functions give or sets hold: ℕ ℤ ℚ ℝ ℂ, or empty.
    shape: `set`, `tuple`, `function`, `number`, `truth`, or empty where nothing is known.
    """

    sort: str = ""
    shape: str = ""


def read_type(text: str) -> Expected:
    """What a type says; of an empty text, nothing.

    Raises:
        BadInput: not a type of answers.
    """
    if not text.strip():
        return Expected()
    if len(text) > 200 or not _TYPE.match(text):
        raise BadInput("expected a type in Lean's notation, as in `Set ℝ`, `ℝ × ℝ` or `ℕ → ℤ`", place="type")
    for name, short in _NAMES.items():
        text = re.sub(rf"\b{name}\b", short, text)
    text = text.strip()
    last = text.split("→")[-1].strip(" ()")
    sorts = set(re.findall("[ℕℤℚℝℂ]", last))
    sort = sorts.pop() if len(sorts) == 1 else ""
    if "→" in text:
        return Expected(sort, "function")
    if text.startswith(("Set", "Finset")):
        return Expected(sort, "set")
    if "×" in text:
        return Expected(sort, "tuple")
    if text == "Prop":
        return Expected("", "truth")
    if text in "ℕℤℚℝℂ":
        return Expected(text, "number")
    raise BadInput(f"expected a type of answers, got {text}", place="type")
