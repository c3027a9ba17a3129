"""The front of this room: two texts in, one finding out, within fixed limits and the same on every machine.

What decides is fixed: normal forms over the rationals, exact arithmetic, root bounds for algebraic numbers, products
for sums of logarithms and angles, residues for congruences, ends for intervals; no search, no solver, no evaluation of
problems. So an answer that only restates its problem ("the x with x³ = 2x + 1") is never the same as the solution.
Every step is bounded by sizes, not by time: numbers of bits, terms, degrees, atoms and places.
"""

from __future__ import annotations

import threading
from contextlib import suppress

from lemmata.errors import BadInput
from lemmata.provers.answers.same.answer_reader import read_answer
from lemmata.provers.answers.same.compare import same_answer
from lemmata.provers.answers.same.enclosure import NoValue, Unsettled, enclose
from lemmata.provers.answers.same.expected import read_type
from lemmata.provers.answers.same.expression import Answer, App, Items, Num, Quantity, Sym, variables
from lemmata.provers.answers.same.sameness import Sameness, Undecided

_LOCK = threading.Lock()  # the precision of balls is one setting for the whole process


def same(first: str, second: str, *, type: str = "") -> Sameness:
    """Whether two answers to one question are the same, in LaTeX, Lean 4 or plain text on either side.

    Args:
        first, second: the answers.
        type: of the answer in Lean's notation, where it is known: `ℕ`, `Set ℝ`, `ℝ × ℝ`, `ℕ → ℤ`. It settles what
            (0, 1) is, and how Lean's division rounds.

    Returns:
        Same with how it was shown, Different with a witness, or Undecided with the reason.

    Raises:
        BadInput: an answer that can't be read; says which one and where.
    """
    with _LOCK:
        answers = [_read(text, which, type) for text, which in ((first, "first"), (second, "second"))]
        for answer, which in zip(answers, ("first answer", "second answer"), strict=True):
            _check(answer, which)
        try:
            return same_answer(answers[0], answers[1], read_type(type))
        except (Unsettled, NoValue) as exc:
            return Undecided(f"{exc} is not settled")
        except RecursionError:
            return Undecided("answers nested too deeply")


def _check(answer: Answer, which: str) -> None:
    """That its numbers have values."""
    match answer:
        case Items(_, items):
            for item in items:
                _check(item, which)
        case Quantity(value):
            _check(value, which)
        case Num() | Sym() | App() if not variables(answer):
            try:
                with suppress(Unsettled):
                    enclose(answer, {}, 64, real=False)
            except NoValue as exc:
                raise BadInput(f"expected a number, got an expression without a value: {exc}", place=which) from None


def _read(text: str, which: str, type_: str) -> Answer:
    try:
        return read_answer(text, type_)
    except BadInput as exc:
        raise BadInput(exc.text, place=exc.place.replace("answer", f"{which} answer", 1)) from None
