"""What an answer says, whatever notation it came in: expressions, and the shapes that are built of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias


class Fn(StrEnum):
    """What is applied. Functions are the real ones; where they have no real value, the expression has none."""

    ADD = "+"
    MUL = "*"
    DIV = "/"
    NEG = "-"
    POW = "^"
    ROOT = "root"  # of the first, the second is the index; odd roots of negative numbers are negative
    PLUS_MINUS = "±"
    ABS = "abs"
    FLOOR = "floor"
    CEILING = "ceiling"
    FACTORIAL = "factorial"
    BINOMIAL = "binomial"
    EXP = "exp"
    LN = "ln"
    LOG = "log"  # no base was written: natural, or to base 10
    SIN = "sin"
    COS = "cos"
    TAN = "tan"
    COT = "cot"
    SEC = "sec"
    CSC = "csc"
    ARCSIN = "arcsin"
    ARCCOS = "arccos"
    ARCTAN = "arctan"
    SINH = "sinh"
    COSH = "cosh"
    TANH = "tanh"
    MIN = "min"
    MAX = "max"
    WHOLE_DIV = "div"  # rounds down
    WHOLE_MOD = "mod"  # never negative for a positive second
    TRUNCATED_SUB = "∸"  # 0 where the difference would be negative
    CAST = "cast"  # written (e : ℝ) in Lean; gone once sorts are settled


@dataclass(frozen=True, slots=True)
class Num:
    value: Fraction


@dataclass(frozen=True, slots=True)
class Sym:
    """A constant: pi, e, i, or ∞."""

    name: str


@dataclass(frozen=True, slots=True)
class Var:
    name: str


@dataclass(frozen=True, slots=True)
class App:
    fn: Fn
    args: tuple[Expr, ...]
    note: str = ""  # of a cast: the sort


Expr: TypeAlias = Num | Sym | Var | App

PI, E, IMAGINARY, INFINITY = Sym("pi"), Sym("e"), Sym("i"), Sym("∞")
COUNTERS = frozenset("nmkijNMK")  # letters that usually stand for whole numbers
ZERO, ONE, TWO, TEN = (Num(Fraction(n)) for n in (0, 1, 2, 10))


def num(value: int | Fraction) -> Num:
    return Num(Fraction(value))


def add(*args: Expr) -> Expr:
    return args[0] if len(args) == 1 else App(Fn.ADD, args)


def mul(*args: Expr) -> Expr:
    return args[0] if len(args) == 1 else App(Fn.MUL, args)


def neg(arg: Expr) -> Expr:
    return Num(-arg.value) if isinstance(arg, Num) else App(Fn.NEG, (arg,))


def sub(left: Expr, right: Expr) -> Expr:
    return App(Fn.ADD, (left, App(Fn.NEG, (right,))))


def div(left: Expr, right: Expr) -> Expr:
    return App(Fn.DIV, (left, right))


def power(base: Expr, exponent: Expr) -> Expr:
    return App(Fn.POW, (base, exponent))


def root(radicand: Expr, index: int = 2) -> Expr:
    return App(Fn.ROOT, (radicand, num(index)))


def walk(expr: Expr) -> Iterator[Expr]:
    """The expression and everything inside."""
    stack = [expr]
    while stack:
        here = stack.pop()
        yield here
        if isinstance(here, App):
            stack += here.args


def variables(expr: Expr) -> frozenset[str]:
    return frozenset(e.name for e in walk(expr) if isinstance(e, Var))


def applies(expr: Expr, *fns: Fn) -> bool:
    """Whether one of these functions occurs."""
    return any(isinstance(e, App) and e.fn in fns for e in walk(expr))


def rewritten(expr: Expr, rule: Callable[[Expr], Expr | None]) -> Expr:
    """The expression with every part that the rule gives something for replaced by it, innermost first."""
    if isinstance(expr, App):
        expr = App(expr.fn, tuple(rewritten(a, rule) for a in expr.args), expr.note)
    made = rule(expr)
    return expr if made is None else made


def substituted(expr: Expr, values: Mapping[str, Expr]) -> Expr:
    return rewritten(expr, lambda e: values.get(e.name) if isinstance(e, Var) else None)


def expand_signs(expr: Expr) -> tuple[Expr, ...]:
    """Both values of an expression with ±, the signs taken together; the expression alone where there is none."""
    if not applies(expr, Fn.PLUS_MINUS):
        return (expr,)

    def choose(sign: int) -> Expr:
        def rule(e: Expr) -> Expr | None:
            if isinstance(e, App) and e.fn is Fn.PLUS_MINUS:
                return e.args[0] if sign > 0 else neg(e.args[0])
            return None

        return rewritten(expr, rule)

    return choose(1), choose(-1)


@dataclass(frozen=True, slots=True)
class Items:
    """Several answers side by side.

    Args:
        kind: `tuple`, `list`, `set`, or `bare` where no brackets say whether the order matters.
        items: in the order written.
    """

    kind: str
    items: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows of equal length; a column vector has rows of one."""

    rows: tuple[tuple[Expr, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Real numbers from `low` to `high`; a single number where both are equal and belong to it."""

    low: Expr
    high: Expr
    has_low: bool
    has_high: bool


@dataclass(frozen=True, slots=True)
class Intervals:
    """Their union."""

    parts: tuple[Interval, ...]


@dataclass(frozen=True, slots=True)
class Relation:
    """`left sign right`; the sign is one of = ≠ < ≤ > ≥."""

    sign: str
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Congruence:
    """left ≡ right modulo `modulus`."""

    left: Expr
    right: Expr
    modulus: int


@dataclass(frozen=True, slots=True)
class Image:
    """That some integer for which `within` holds has `left = right`; k stands alone and linearly in `right`."""

    left: Expr
    right: Expr
    parameter: str
    within: Condition


@dataclass(frozen=True, slots=True)
class Not:
    inner: Condition


@dataclass(frozen=True, slots=True)
class Both:
    """All of them; of none: true."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One of them; of none: false."""

    parts: tuple[Condition, ...]


Condition: TypeAlias = Relation | Congruence | Image | Not | Both | Either


@dataclass(frozen=True, slots=True)
class SetOf:
    """The values of a variable for which a condition holds.

    Args:
        variable: its name.
        condition: over it and perhaps free variables.
        among: `ℕ`, `ℤ`, `ℝ` or another of Lean's names; empty where it isn't said.
    """

    variable: str
    condition: Condition
    among: str


@dataclass(frozen=True, slots=True)
class Record:
    """Names and what they stand for, as in x = 1, y = 2."""

    names: tuple[str, ...]
    values: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Function:
    """`sorts` holds Lean's name of a parameter's sort, in order; empty where the text doesn't say."""

    parameters: tuple[str, ...]
    body: Answer
    sorts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Truth:
    value: bool


@dataclass(frozen=True, slots=True)
class Words:
    """Text that isn't mathematics, in lower case with single spaces."""

    text: str


@dataclass(frozen=True, slots=True)
class Quantity:
    value: Answer
    unit: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A letter of multiple choice, and what stands beside it."""

    letter: str
    content: Answer | None


Answer: TypeAlias = (
    Expr | Items | Matrix | Intervals | SetOf | Relation | Record | Function | Truth | Words | Quantity | Choice
)
