"""Terms as the text of claims in Lean's notation, which is read back before it is given out."""

from __future__ import annotations

from collections.abc import Mapping

from lemmata.errors import BadInput
from lemmata.provers.terms.lean_reader import read_claim
from lemmata.provers.terms.term import (
    App,
    Call,
    Every,
    Fold,
    Gather,
    Num,
    Op,
    Sort,
    Term,
    Truth,
    Var,
    children,
    rebuilt,
    sort_of,
)

_TYPES: Mapping[Sort, str] = {Sort.NAT: "ℕ", Sort.INT: "ℤ", Sort.RAT: "ℚ", Sort.REAL: "ℝ", Sort.BOOL: "Prop"}
_INFIX: Mapping[Op, tuple[str, int, int, int]] = {  # sign, level, lowest level on the left and right
    Op.IFF: ("↔", 20, 21, 21),
    Op.IMPLIES: ("→", 25, 26, 25),
    Op.OR: ("∨", 30, 31, 31),
    Op.AND: ("∧", 35, 36, 36),
    **{op: (sign, 50, 51, 51) for op, sign in ((Op.EQ, "="), (Op.LT, "<"), (Op.LE, "≤"), (Op.DIVIDES, "∣"))},
    Op.ADD: ("+", 65, 65, 66),
    **dict.fromkeys((Op.SUB, Op.TRUNCATED_SUB), ("-", 65, 65, 66)),
    Op.MUL: ("*", 70, 70, 71),
    **dict.fromkeys((Op.RATIO, Op.TOTAL_DIV), ("/", 70, 70, 71)),
    Op.TOTAL_MOD: ("%", 70, 70, 71),
    Op.POW: ("^", 75, 76, 76),
}
_NAMED: Mapping[Op, str] = {Op.MIN: "min", Op.MAX: "max"}
_FOLDS: Mapping[Fold, str] = {Fold.SUM: "∑", Fold.PRODUCT: "∏"}
_LISTS = frozenset({Op.AND, Op.OR, Op.ADD, Op.MUL})
_ATOM = 1025


def claim_text(claim: Term) -> str:
    """Text that the reader of claims reads as this very term.

    Raises:
        BadInput: it has no such text.
    """
    for typed in (False, True):  # numerals with their types only where nothing else tells them
        text = _Writer(typed).text(claim, 0)
        try:
            if _flat(read_claim(text)) == _flat(claim):
                return text
        except BadInput:
            if typed:
                raise
    raise BadInput("expected a claim that can be written in Lean's notation", place="claim")


def _flat(term: Term) -> Term:
    """The term with sums, products and junctions flat, so that parentheses in them make no difference."""
    if isinstance(term, App) and term.op in _LISTS:
        flat: list[Term] = []
        pending: list[Term] = list(reversed(term.args))
        while pending:
            here = pending.pop()
            if isinstance(here, App) and here.op is term.op:
                pending.extend(reversed(here.args))
            else:
                flat.append(_flat(here))
        return App(term.op, tuple(flat), term.sort)
    return rebuilt(term, tuple(_flat(t) for t in children(term)))


class _Writer:
    def __init__(self, typed: bool) -> None:
        self.typed = typed

    def text(self, term: Term, lowest: int) -> str:
        match term:
            case Num(value, sort):
                if value < 0 or value != int(value):
                    raise BadInput("expected numerals that are natural numbers", place=str(value))
                return f"({int(value)} : {_TYPES[sort]})" if self.typed else str(int(value))
            case Truth(value):
                return str(value)
            case Var(name):
                return name
            case Every(var, _, holds_all):
                names: list[str] = []
                body: Term = term
                while isinstance(body, Every) and (body.var.sort, body.holds_all) == (var.sort, holds_all):
                    names.append(body.var.name)
                    body = body.body
                head = f"{'∀' if holds_all else '∃'} {' '.join(names)} : {_TYPES[var.sort]}"
                return _closed(f"{head}, {self.text(body, 0)}", 0, lowest)
            case Call(name, args):
                return _closed(" ".join([name, *(self.text(a, _ATOM) for a in args)]), 1024 if args else _ATOM, lowest)
            case Gather(fold, (var,), App(op=Op.AND, args=(App(args=(low, _)), App(args=(_, high)))), body) if (
                fold in _FOLDS
            ):
                ends = f"({self.text(low, 0)} : {_TYPES[var.sort]}) {self.text(high, _ATOM)}"
                return f"({_FOLDS[fold]} {var.name} ∈ Finset.Icc {ends}, {self.text(body, 67)})"
            case App(op, args, sort):
                return self.applied(op, args, sort, lowest)
        raise BadInput("expected a claim without counts, ranges and definitions", place="claim")

    def applied(self, op: Op, args: tuple[Term, ...], sort: Sort, lowest: int) -> str:
        if op in _INFIX:
            sign, level, left, right = _INFIX[op]
            texts = [self.text(args[0], left), *(self.text(a, right) for a in args[1:-1]), self.text(args[-1], right)]
            if op in (Op.AND, Op.OR):
                texts = [self.text(a, level + 1) for a in args]
            return _closed(f" {sign} ".join(texts), level, lowest)
        if op in _NAMED:
            return _closed(" ".join([_NAMED[op], *(self.text(a, _ATOM) for a in args)]), 1024, lowest)
        match op:
            case Op.NOT if isinstance(args[0], App) and args[0].op is Op.EQ:
                return _closed(" ≠ ".join(self.text(a, 51) for a in args[0].args), 50, lowest)
            case Op.NOT:
                return _closed(f"¬{self.text(args[0], 41)}", 40, lowest)
            case Op.NEG:
                return _closed(f"-{self.text(args[0], 76)}", 75, lowest)
            case Op.ABS:
                inner = self.text(args[0], 0)
                return f"(|({inner})|)" if "|" in inner else f"(|{inner}|)"  # as an argument it needs the brackets
            case Op.ITE:
                condition, yes, no = (self.text(a, 0) for a in args)
                return f"(if {condition} then {yes} else {no})"
            case Op.CAST:  # the type inside keeps Lean from moving the coercion to the leaves
                (inner_term,) = args
                inner = self.text(inner_term, 0)
                if not isinstance(inner_term, Var | Call):
                    inner = f"({inner} : {_TYPES[sort_of(inner_term)]})"
                return f"({inner} : {_TYPES[sort]})"
        raise BadInput(f"{op.value} has no sign in Lean's notation", place=op.value)


def _closed(text: str, level: int, lowest: int) -> str:
    return text if level >= lowest else f"({text})"
