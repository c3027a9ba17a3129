"""Terms as SMT-LIB text, with the meaning of every operation spelled out.

A pure pass. SMT-LIB's `div` and `mod` are Euclidean and say nothing about divisor 0, so each of our operations is
written with the cases it needs. Operations that may be undefined get the value they have where they are defined:
whoever needs it asserts `definedness` beside them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import assert_never

from lemmata.errors import BadInput
from lemmata.provers.terms.evaluate import NotEvaluated, evaluate
from lemmata.provers.terms.functions import KNOWN
from lemmata.provers.terms.term import (
    FIELDS,
    App,
    Call,
    Every,
    Extremal,
    Gather,
    InRange,
    Let,
    Num,
    Op,
    Sort,
    Term,
    Truth,
    Var,
    apply,
    number,
    sort_of,
    substitute,
)

LARGEST_EXPONENT = 64
_UNROLLED = 64
_NODES = 200_000
_BITS = 10_000

_SORTS: Mapping[Sort, str] = {
    Sort.BOOL: "Bool",
    Sort.NAT: "Int",
    Sort.INT: "Int",
    Sort.RAT: "Real",
    Sort.REAL: "Real",
}

_DIRECT: Mapping[Op, str] = {
    Op.NEG: "(- {0})",
    Op.SUB: "(- {0} {1})",
    Op.EUCLID_DIV: "(div {0} {1})",
    Op.EUCLID_MOD: "(mod {0} {1})",
    Op.EQ: "(= {0} {1})",
    Op.LT: "(< {0} {1})",
    Op.LE: "(<= {0} {1})",
    Op.NOT: "(not {0})",
    Op.IMPLIES: "(=> {0} {1})",
    Op.IFF: "(= {0} {1})",
    Op.ITE: "(ite {0} {1} {2})",
}

_LISTED: Mapping[Op, str] = {Op.ADD: "+", Op.MUL: "*", Op.AND: "and", Op.OR: "or"}

_BY_CASES: Mapping[Op, str] = {  # a and b stand for the arguments, z for the zero of their sort
    Op.TRUNCATED_SUB: "(ite (>= {a} {b}) (- {a} {b}) 0)",
    Op.FLOOR_DIV: "(ite (> {b} 0) (div {a} {b}) (div (- {a}) (- {b})))",
    Op.FLOOR_MOD: "(ite (> {b} 0) (mod {a} {b}) (- (mod (- {a}) (- {b}))))",
    Op.TOTAL_DIV: "(ite (= {b} 0) 0 (div {a} {b}))",
    Op.TOTAL_MOD: "(ite (= {b} 0) {a} (mod {a} {b}))",
    Op.RATIO: "(ite (= {b} 0.0) 0.0 (/ {a} {b}))",
    Op.ABS: "(ite (>= {a} {z}) {a} (- {a}))",
    Op.MIN: "(ite (<= {a} {b}) {a} {b})",
    Op.MAX: "(ite (>= {a} {b}) {a} {b})",
    Op.DIVIDES: "(ite (= {a} 0) (= {b} 0) (= (mod {b} {a}) 0))",
}

_BY_NUMERAL: Mapping[Op, str] = {  # the same for a divisor that is a numeral above 0
    Op.FLOOR_DIV: "(div {a} {b})",
    Op.FLOOR_MOD: "(mod {a} {b})",
    Op.TOTAL_DIV: "(div {a} {b})",
    Op.TOTAL_MOD: "(mod {a} {b})",
    Op.RATIO: "(/ {a} {b})",
}

_SIMPLE = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_RESERVED = frozenset(
    re.findall(
        r"\w+",
        """
        abs and as assert bool bv2nat concat declare define distinct div divisible eq exists extract false
        forall function get int int2bv is_int ite lambda let match mod model not or par pop push real rem
        repeat reset select seq set store string true xor to_int to_real is exit check simplify to eval pi
        euler sin cos tan asin acos atan sinh cosh tanh root min max power exp log if implies iff array list
        map union subset member insert
        """,
    )
)


def symbol(name: str) -> str:
    """A variable's name as an SMT-LIB symbol: different names stay different, and none is a word of the language."""
    plain = bool(_SIMPLE.match(name))
    if plain and name.lower() not in _RESERVED:
        return name
    if "|" in name or "\\" in name or not name.isprintable():
        raise BadInput("expected a name without | and \\", place=name)
    return f"|{name}.|" if plain else f"|{name}|"


def smt_sort(sort: Sort) -> str:
    """The SMT-LIB sort that holds the values of a sort (and, for Nat, others too)."""
    if sort.width:
        return f"(_ BitVec {sort.width})"
    if sort.value == "Array":
        return f"(Array {' '.join(smt_sort(s) for s in sort.args if isinstance(s, Sort))})"
    return _SORTS[sort]


def numeral(value: int | Fraction, sort: Sort) -> str:
    """A number as SMT-LIB text.

    Raises:
        BadInput: it has too many digits.
    """
    if max(abs(value.numerator), value.denominator).bit_length() > _BITS:
        raise BadInput("expected a number of at most three thousand digits", place="numeral")
    if sort.width:
        return f"(_ bv{value} {sort.width})"
    if sort in FIELDS:
        exact = Fraction(value)
        top = f"{abs(exact.numerator)}.0"
        text = top if exact.denominator == 1 else f"(/ {top} {exact.denominator}.0)"
        return f"(- {text})" if exact < 0 else text
    return f"(- {-value})" if value < 0 else str(value)


def write_term(term: Term) -> str:
    """The term as SMT-LIB text; its free variables are the symbols of their names.

    Raises:
        BadInput: gcd, a power whose exponent is no numeral, or a term beyond any use.
    """
    return _Writer().text(term)


class _Writer:
    def __init__(self) -> None:
        self.left = _NODES

    def text(self, term: Term) -> str:
        self.left -= 1
        if self.left < 0:
            raise BadInput(f"expected an expression of at most {_NODES} nodes", place="expression")
        match term:
            case Num(value, sort):
                return numeral(value, sort)
            case Truth(value):
                return "true" if value else "false"
            case Var(name):
                return symbol(name)
            case Let(var, value, body):
                return f"(let (({symbol(var.name)} {self.text(value)})) {self.text(body)})"
            case Every(var, body, holds_all):
                return self.quantified(var, "" if var.sort is not Sort.NAT else "(>= {0} 0)", body, holds_all)
            case InRange():
                return self.in_range(term)
            case App():
                return self.applied(term)
            case Call(name, args, _):
                if name in KNOWN:
                    raise BadInput(f"{name} can be evaluated but not put to a solver", place=name)
                return f"({symbol(name)} {' '.join(self.text(a) for a in args)})" if args else symbol(name)
            case Gather() | Extremal():
                raise BadInput("sums, counts and extrema can be evaluated but not put to a solver", place="∑")
            case _:
                assert_never(term)

    def quantified(self, var: Var, guard: str, body: Term, holds_all: bool) -> str:
        name = symbol(var.name)
        inner = self.text(body)
        if guard:
            inner = f"({'=>' if holds_all else 'and'} {guard.format(name)} {inner})"
        return f"({'forall' if holds_all else 'exists'} (({name} {smt_sort(var.sort)})) {inner})"

    def in_range(self, term: InRange) -> str:
        low, high = term.low, term.high
        if isinstance(low, Num) and isinstance(high, Num) and high.value - low.value <= _UNROLLED:
            cases = [
                self.text(substitute(term.body, {term.var.name: number(i)}))
                for i in range(int(low.value), int(high.value))
            ]
            return _listed("and" if term.holds_all else "or", cases, "true" if term.holds_all else "false")
        low_text, high_text = self.text(low), self.text(high)
        guard = f"(and (<= {low_text} {{0}}) (< {{0}} {high_text}))"
        return self.quantified(term.var, guard, term.body, term.holds_all)

    def applied(self, term: App) -> str:
        op, args = term.op, term.args
        if op is Op.POW:
            return self.power(args[0], args[1])
        if op is Op.GCD:
            raise BadInput("gcd can be evaluated but not put to a solver", place="gcd")
        if op is Op.CAST:
            inner = self.text(args[0])
            return inner if smt_sort(term.sort) == smt_sort(sort_of(args[0])) else f"(to_real {inner})"
        if op in _LISTED:
            return _listed(_LISTED[op], [self.text(a) for a in args], "")
        if op is Op.BV_EXTRACT:
            vector, high, low = args
            return f"((_ extract {self.text(high)} {self.text(low)}) {self.text(vector)})"
        if op not in {*_DIRECT, *_BY_CASES}:  # bit-vectors and arrays, whose names are SMT-LIB's own
            return f"({op.value} {' '.join(self.text(a) for a in args)})"
        if op in _DIRECT:
            return _DIRECT[op].format(*(self.text(a) for a in args))
        return self.by_cases(op, args)

    def by_cases(self, op: Op, args: tuple[Term, ...]) -> str:
        """Arguments that are not atoms are named once: `let` binds in parallel, so names may be used again inside."""
        divisor = args[-1]
        positive = op in _BY_NUMERAL and isinstance(divisor, Num) and divisor.value > 0
        template = _BY_NUMERAL[op] if positive else _BY_CASES[op]
        names, bound = [], []
        for name, arg in zip("ab", args, strict=False):
            text = self.text(arg)
            atom = positive or isinstance(arg, Var | Num)
            names.append(text if atom else f"|!{name}|")
            if not atom:
                bound.append(f"(|!{name}| {text})")
        zero = "0.0" if sort_of(args[0]) in FIELDS else "0"
        body = template.format(a=names[0], b=names[-1], z=zero)
        return f"(let ({' '.join(bound)}) {body})" if bound else body

    def power(self, base: Term, exponent: Term) -> str:
        if isinstance(base, Num) and isinstance(exponent, Num) and exponent.value >= 0:
            try:
                found = evaluate(apply(Op.POW, base, exponent), {})
                assert isinstance(found, int | Fraction)
                return numeral(found, base.sort)
            except NotEvaluated as exc:
                raise BadInput(f"expected a smaller power ({exc})", place="exponent") from None
        if not isinstance(exponent, Num) or not 0 <= exponent.value <= LARGEST_EXPONENT:
            raise BadInput(
                f"a power can be put to a solver only if its exponent is a numeral from 0 to {LARGEST_EXPONENT}",
                place="exponent",
            )
        times, text = int(exponent.value), self.text(base)
        if times <= 1:
            return text if times else numeral(1, sort_of(base))
        if isinstance(base, Var | Num):
            return _listed("*", [text] * times, "")
        return f"(let ((|!a| {text})) {_listed('*', ['|!a|'] * times, '')})"


def _listed(word: str, texts: list[str], empty: str) -> str:
    if len(texts) <= 1:
        return texts[0] if texts else empty
    return f"({word} {' '.join(texts)})"
