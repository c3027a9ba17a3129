"""Terms as Lean text that the reader reads back: for answers and witnesses, not for quantifiers or sums."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from lemmata.errors import BadInput
from lemmata.provers.terms.term import App, Call, Num, Op, Sort, Term, Truth, Var

_INFIX: Mapping[Op, tuple[str, int]] = {
    Op.ADD: ("+", 65),
    Op.SUB: ("-", 65),
    Op.MUL: ("*", 70),
    Op.RATIO: ("/", 70),
    Op.POW: ("^", 75),
}


def lean_text(term: Term) -> str:
    """The term as Lean text.

    Raises:
        BadInput: it has no such text here.
    """
    return _text(term, 0)


def _text(term: Term, lowest: int) -> str:
    match term:
        case Num(value, sort):
            return _number(value, sort, lowest)
        case Truth(value):
            return str(value)
        case Var(name) if "~" not in name:
            return name
        case App(op=Op.CAST, args=(inner,), sort=sort):
            return f"({_text(inner, 0)} : {sort.value})"
        case App(op=Op.NEG, args=(inner,)):
            return _closed(f"-{_text(inner, 76)}", 75, lowest)
        case App(op=op, args=args) if op in _INFIX:
            sign, level = _INFIX[op]
            first = _text(args[0], level + (1 if op is Op.POW else 0))
            rest = [_text(a, level + 1) for a in args[1:]]
            return _closed(f" {sign} ".join([first, *rest]), level, lowest)
        case Call("Real.pi", ()):
            return "π"
        case Call(name, args) if "~" not in name and args:
            return _closed(" ".join([name, *(_text(a, 1025) for a in args)]), 1024, lowest)
        case _:
            raise BadInput("there is no short text for this term", place="answer")


def _number(value: int | Fraction, sort: Sort, lowest: int) -> str:
    if isinstance(value, int) or value.denominator == 1:
        return _closed(str(int(value)), 1025 if value >= 0 else 75, lowest)
    return _closed(f"{value.numerator} / {value.denominator}", 70, lowest)


def _closed(text: str, level: int, lowest: int) -> str:
    return text if level >= lowest else f"({text})"
