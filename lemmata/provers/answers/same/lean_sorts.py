"""Gives Lean's arithmetic its meaning: division and subtraction of whole numbers are not those of reals.

As in Lean, the sort of an arithmetic tree is the largest one of its leaves, and of what the tree is expected to be;
numerals fit any. A tree whose leaves are whole numbers and of which nothing is known from outside could be either, and
is refused where that matters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lemmata.errors import BadInput
from lemmata.provers.answers.same.expression import App, Expr, Fn, Num, Sym, Var

_ORDER = ("ℕ", "ℤ", "ℚ", "ℝ", "ℂ")
_ARITHMETIC = frozenset({Fn.ADD, Fn.MUL, Fn.DIV, Fn.NEG, Fn.WHOLE_MOD, Fn.MIN, Fn.MAX})
_WHOLE_RESULT = {Fn.FACTORIAL: "ℕ", Fn.BINOMIAL: "ℕ", Fn.FLOOR: "ℤ", Fn.CEILING: "ℤ"}
_WHOLE_ARGUMENT = {Fn.FACTORIAL: "ℕ", Fn.BINOMIAL: "ℕ", Fn.FLOOR: "", Fn.CEILING: ""}


def settled(expr: Expr, sorts: Mapping[str, str], expected: str) -> Expr:
    """The expression without casts, over real numbers.

    Args:
        expr: as read.
        sorts: of the variables whose sorts the text gives.
        expected: the sort that the context asks for; empty where it asks for none.

    Raises:
        BadInput: division or subtraction whose meaning the text leaves open.
    """
    found = [s for s in _leaf_sorts(expr, sorts) if s] + ([expected] if expected else [])
    known = max(found, key=_ORDER.index, default="")
    return _settle(expr, sorts, known, known if expected or _has_cast(expr) else "")


def _leaf_sorts(expr: Expr, sorts: Mapping[str, str]) -> Iterator[str]:
    match expr:
        case Var(name):
            yield sorts.get(name, "")
        case Sym(name):
            yield "ℂ" if name == "i" else "ℝ"
        case App(Fn.CAST, _, note):
            yield note
        case App(Fn.POW, (base, _)):
            yield from _leaf_sorts(base, sorts)
        case App(fn, args) if fn in _ARITHMETIC:
            for arg in args:
                yield from _leaf_sorts(arg, sorts)
        case App(Fn.ABS, (arg,)):
            yield from _leaf_sorts(arg, sorts)
        case App(fn):
            yield _WHOLE_RESULT.get(fn, "ℝ")


def _has_cast(expr: Expr) -> bool:
    match expr:
        case App(Fn.CAST):
            return True
        case App(Fn.POW, (base, _)):
            return _has_cast(base)
        case App(fn, args) if fn in _ARITHMETIC:
            return any(_has_cast(a) for a in args)
    return False


def _settle(expr: Expr, sorts: Mapping[str, str], sort: str, sure: str) -> Expr:
    if not isinstance(expr, App):
        return expr
    if expr.fn is Fn.CAST:
        return settled(expr.args[0], sorts, expr.note)
    if expr.fn is Fn.POW:
        base = _settle(expr.args[0], sorts, sort, sure)
        alone = max(filter(None, _leaf_sorts(expr.args[1], sorts)), key=_ORDER.index, default="")
        return App(Fn.POW, (base, settled(expr.args[1], sorts, alone)))  # Lean gives an exponent no expected sort
    if expr.fn in _ARITHMETIC or expr.fn is Fn.ABS:
        args = tuple(_settle(a, sorts, sort, sure) for a in expr.args)
        return _arithmetic(expr.fn, args, sort, sure)
    inner = _WHOLE_ARGUMENT.get(expr.fn, "ℝ")
    return App(expr.fn, tuple(settled(a, sorts, inner) for a in expr.args))


def _arithmetic(fn: Fn, args: tuple[Expr, ...], sort: str, sure: str) -> Expr:
    subtracts = fn is Fn.ADD and any(_subtracted(a) is not None for a in args[1:])
    matters = sort in ("ℕ", "ℤ") and (fn is Fn.DIV or (sort == "ℕ" and subtracts))
    if not matters:
        return App(fn, args)
    if not sure:
        text = f"{'division' if fn is Fn.DIV else 'subtraction'} of variables in {sort} could round or not"
        raise BadInput(f"{text}; write the sort it is done in, as in ((n : ℝ) - 1) / 2", place="answer")
    if fn is Fn.DIV:
        return App(Fn.WHOLE_DIV, args)
    return _truncated(args)


def _truncated(args: tuple[Expr, ...]) -> Expr:
    made = args[0]
    for arg in args[1:]:
        taken = _subtracted(arg)
        made = App(Fn.ADD, (made, arg)) if taken is None else App(Fn.TRUNCATED_SUB, (made, taken))
    return made


def _subtracted(term: Expr) -> Expr | None:
    """What a term of a sum takes away."""
    if isinstance(term, App) and term.fn is Fn.NEG:
        return term.args[0]
    return Num(-term.value) if isinstance(term, Num) and term.value < 0 else None
