"""An answer seen as another shape: a pair as an interval, a column as a tuple, n = 3k + 1 as a set of integers."""

from __future__ import annotations

from lemmata.provers.answers.same.expression import (
    COUNTERS,
    Answer,
    App,
    Both,
    Either,
    Expr,
    Image,
    Interval,
    Intervals,
    Items,
    Matrix,
    Num,
    Record,
    Relation,
    SetOf,
    Sym,
    Truth,
    Var,
    substituted,
    variables,
    walk,
)


def as_intervals(answer: Answer) -> Intervals | None:
    """Intervals, pairs in brackets read as intervals, and finite sets of numbers as points."""
    match answer:
        case Intervals():
            return answer
        case Items(("tuple" | "list") as kind, (low, high)):
            if isinstance(low, Num | Sym | Var | App) and isinstance(high, Num | Sym | Var | App):
                closed = kind == "list"
                return Intervals((Interval(low=low, high=high, has_low=closed, has_high=closed),))
        case Items("set", items):
            found = [i for i in items if isinstance(i, Num | Sym | Var | App)]
            if len(found) == len(items):
                return Intervals(tuple(Interval(low=i, high=i, has_low=True, has_high=True) for i in found))
    return None


def renamed(body: Answer, names: tuple[str, ...], fresh: tuple[str, ...]) -> Answer | None:
    if isinstance(body, Num | Sym | Var | App):
        return substituted(body, {n: Var(f) for n, f in zip(names, fresh, strict=True)})
    if isinstance(body, Items):
        items = [renamed(i, names, fresh) for i in body.items]
        known = tuple(i for i in items if i is not None)
        return Items(body.kind, known) if len(known) == len(items) else None
    return body if isinstance(body, Truth) else None


def without_names(answer: Answer) -> Answer:
    if isinstance(answer, Record):
        return answer.values[0] if len(answer.values) == 1 else Items("tuple", answer.values)
    if isinstance(answer, Items):
        return Items(answer.kind, tuple(without_names(i) for i in answer.items))
    return answer


def without_definitions(answer: Answer) -> Answer:
    """{x = 1, x = 2} is {1, 2}; a single value is a set of one."""
    if isinstance(answer, Items):
        return Items(answer.kind, tuple(value_of(i) for i in answer.items))
    return answer


def defined(answer: Answer) -> Expr | None:
    """What a name stands for: 5 of x = 5."""
    if isinstance(answer, Relation) and answer.sign == "=" and isinstance(answer.left, Var):
        return None if answer.left in walk(answer.right) else answer.right
    return None


def value_of(answer: Answer) -> Answer:
    return defined(answer) or answer


def listed(answer: Answer) -> Items | None:
    match answer:
        case Items():
            return answer
        case Intervals(()):
            return Items("set", ())
        case Matrix(rows) if len(rows) == 1:
            return Items("tuple", rows[0])
        case Matrix(rows):
            if all(len(r) == 1 for r in rows):
                return Items("tuple", tuple(r[0] for r in rows))
            return Items("matrix", tuple(Items("tuple", r) for r in rows))
    return None


def integer_set(answer: Answer, about: SetOf) -> SetOf | None:
    """As a set of integers like the one it is compared with; None where it isn't one, or might not be."""
    match answer:
        case SetOf():
            return answer
        case Intervals(parts) if all(p.low == p.high for p in parts):
            return _listed_integers([p.low for p in parts], about.variable)
        case Items(("set" | "bare"), items):
            return _listed_integers([value_of(i) for i in items], about.variable)
        case Relation("=", Var(name), right) if name not in variables(right):
            return _family(name, right)
        case Num() | Sym() | Var() | App():
            return _family("\u2032", answer)
    return None


def _listed_integers(values: list[Answer], name: str) -> SetOf | None:
    """{1, 2} as n = 1 ∨ n = 2."""
    found = [v for v in values if isinstance(v, Num) and v.value.denominator == 1]
    if len(found) != len(values):
        return None
    return SetOf(name, Either(tuple(Relation("=", Var(name), v) for v in found)), "ℤ")


def _family(name: str, value: Expr) -> SetOf | None:
    """n = 3k + 1 for every integer k, where a letter that stands for integers is the only one."""
    free = variables(value)
    if len(free) != 1 or not free <= COUNTERS:
        return None
    return SetOf(name, Image(Var(name), value, next(iter(free)), Both(())), "")
