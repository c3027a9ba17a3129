"""Conditions as an SMT-LIB script that is satisfiable if they can all hold.

Functions of the library become fresh constants with the facts that define them (√, floors), or uninterpreted functions
with some facts that hold of them; sums over seen ranges are written out. Every step keeps all solutions, so what the
solver finds unsatisfiable is contradictory; a model says nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

from lemmata.errors import BadInput
from lemmata.provers.find.claim import Declared
from lemmata.provers.terms.bounds import finitely_many
from lemmata.provers.terms.evaluate import NotEvaluated, Undefined, Value, evaluate
from lemmata.provers.terms.functions import KNOWN
from lemmata.provers.terms.smtlib_writer import LARGEST_EXPONENT, smt_sort, symbol, write_term
from lemmata.provers.terms.term import (
    TRUE,
    App,
    Call,
    Every,
    Extremal,
    Fold,
    Gather,
    Let,
    Num,
    Op,
    Sort,
    Term,
    Truth,
    Var,
    apply,
    cast,
    children,
    conjunction,
    disjunction,
    free_variables,
    negated,
    number,
    rebuilt,
    sort_of,
    substitute,
)
from lemmata.provers.terms.tidy import tidy

_SUMMANDS = 400
_TEXT = 400_000
_PI_LOW = Fraction(314159265358979, 10**14)
_PI_HIGH = Fraction(314159265358980, 10**14)
_Fact: TypeAlias = Callable[[Term, Term], Term]
"""What pins down the value (second) of a function for an argument (first)."""


def write_script(declared: Iterable[Declared], conditions: Sequence[Term]) -> str:
    """SMT-LIB text without check-sat.

    Raises:
        BadInput: something in it can't be put to a solver.
    """
    form = _Form({d.name: d for d in declared})
    made = [form.proposition(tidy(c)) for c in conditions]
    lines = ["(set-logic ALL)", *form.declarations()]
    lines += [f"(assert {write_term(c)})" for c in [*form.facts, *made] if c != TRUE]
    text = "\n".join(lines) + "\n"
    if len(text) > _TEXT:
        raise BadInput("expected a smaller problem: written out, it is too long for a solver", place="script")
    return text


@dataclass
class _Form:
    declared: Mapping[str, Declared]
    facts: list[Term] = field(default_factory=list)
    constants: dict[Term, Var] = field(default_factory=dict)
    functions: dict[str, tuple[tuple[Sort, ...], Sort]] = field(default_factory=dict)
    fresh: Iterator[int] = field(default_factory=itertools.count)

    def declarations(self) -> list[str]:
        lines, bounds = [], []
        for d in self.declared.values():
            if d.parameters:
                lines.append(_function_line(d.name, d.parameters, d.sort))
            else:
                lines.append(f"(declare-const {symbol(d.name)} {smt_sort(d.sort)})")
                bounds += [f"(assert (>= {symbol(d.name)} 0))"] if d.sort is Sort.NAT else []
        for var in self.constants.values():
            lines.append(f"(declare-const {symbol(var.name)} {smt_sort(var.sort)})")
            bounds += [f"(assert (>= {symbol(var.name)} 0))"] if var.sort is Sort.NAT else []
        lines += [_function_line(n, p, s) for n, (p, s) in self.functions.items()]
        return lines + bounds

    # Propositions and terms; `bound` are the variables of quantifiers around

    def proposition(self, term: Term, bound: frozenset[str] = frozenset()) -> Term:
        match term:
            case App(op=Op.AND | Op.OR | Op.NOT | Op.IMPLIES | Op.IFF, args=args):
                return rebuilt(term, tuple(self.proposition(a, bound) for a in args))
            case Every(var, body, _):
                if var.sort is Sort.RAT:
                    raise BadInput("a quantifier over Rat can't be put to a solver, which knows reals only", place="∀")
                return rebuilt(term, (self.proposition(body, bound | {var.name}),))
            case Extremal():
                return self.proposition(unfolded_extremal(term), bound)
            case Truth() | Var():
                return term
            case Let():
                raise BadInput("local definitions can't be put to a solver here", place="let")
        inner = _Inner(self, bound)
        made = inner.term(term)
        for var, fact in reversed(inner.local):
            made = Every(var, conjunction(fact, made), False)
        return made

    def constant(self, key: Term, sort: Sort) -> tuple[Var, bool]:
        """A constant that stands for a term, and whether it is new."""
        known = self.constants.get(key)
        if known is not None:
            return known, False
        made = Var(f"~{next(self.fresh)}", sort)  # no reader makes names with this sign
        self.constants[key] = made
        return made, True


def unfolded_extremal(term: Extremal) -> Term:
    """What an extremum is, as a condition."""
    better = apply(Op.LE, term.point, term.var) if term.least else apply(Op.LE, term.var, term.point)
    here = substitute(term.body, {term.var.name: term.point})
    return conjunction(here, Every(term.var, apply(Op.IMPLIES, term.body, better), True))


class _Inner:
    """The terms of one atomic proposition; constants for what mentions variables of quantifiers are local to it."""

    def __init__(self, form: _Form, bound: frozenset[str]) -> None:
        self.form, self.bound = form, bound
        self.local: list[tuple[Var, Term]] = []
        self.seen: dict[Term, Var] = {}

    def term(self, term: Term) -> Term:
        match term:
            case Num() | Truth() | Var():
                return term
            case Gather():
                return self.term(self.written_out(term))
            case Every() | Extremal():
                return self.form.proposition(term, self.bound)
            case App(op=Op.AND | Op.OR | Op.NOT | Op.IMPLIES | Op.IFF):
                return self.form.proposition(term, self.bound)
        made = rebuilt(term, tuple(self.term(t) for t in children(term)))
        match made:
            case App(op=Op.GCD, args=args):
                return self.opaque("gcd", args, made.sort)
            case App(op=Op.POW, args=(base, exponent)) if not _is_small(base, exponent):
                return self.opaque(f"pow.{made.sort.value}", (base, exponent), made.sort)
            case Call(name, args, sort):
                return self.called(name, args, sort)
            case _:
                return made

    def called(self, name: str, args: tuple[Term, ...], sort: Sort) -> Term:
        if name not in KNOWN:
            made = Call(name, args, sort)
            if sort is Sort.NAT and not self.mentions_bound(made):
                self.form.facts.append(apply(Op.LE, number(0), cast(made, Sort.INT)))
            return made
        match name:
            case "Real.sqrt":
                return self.defined(Call(name, args, sort), Sort.REAL, _is_root)
            case "Int.floor":
                return self.defined(Call(name, args, sort), Sort.INT, _is_floor)
            case "Int.ceil":
                return self.defined(Call(name, args, sort), Sort.INT, _is_ceiling)
            case "Nat.floor":
                return self.defined(Call(name, args, sort), Sort.NAT, _is_natural_floor)
            case "Int.natAbs":
                return App(Op.ABS, args, Sort.NAT)
            case "Int.toNat":
                return App(Op.MAX, (args[0], number(0)), Sort.NAT)
            case _:
                return self.opaque(name, args, sort)

    def mentions_bound(self, term: Term) -> bool:
        names = free_variables(term).keys()
        return bool(names & self.bound) or any(v.name in names for v, _ in self.local)

    def defined(self, call: Call, sort: Sort, fact: _Fact) -> Term:
        """A constant for a value that a fact pins down."""
        if self.mentions_bound(call):
            known = self.seen.get(call)
            if known is None:
                known = Var(f"~{next(self.form.fresh)}", sort)
                self.seen[call] = known
                guard = apply(Op.LE, number(0, Sort.NAT), known) if sort is Sort.NAT else TRUE
                self.local.append((known, conjunction(guard, fact(call.args[0], known))))
            return known
        made, new = self.form.constant(call, sort)
        if new:
            self.form.facts.append(fact(call.args[0], made))
        return made

    def opaque(self, name: str, args: tuple[Term, ...], sort: Sort) -> Term:
        """An uninterpreted function, with facts about this application where it mentions no bound variable."""
        full = f"~{name}"
        self.form.functions[full] = tuple(sort_of(a) for a in args), sort
        made = Call(full, args, sort)
        if not self.mentions_bound(made):
            known, new = self.form.constant(made, sort)
            if new:
                self.form.facts.append(apply(Op.IFF if sort is Sort.BOOL else Op.EQ, known, made))
                self.form.facts += [self.form.proposition(f, self.bound) for f in facts_about(name, args, known)]
            return known
        return made

    def written_out(self, term: Gather) -> Term:
        """A sum, product or count over finitely many seen values, as a sum of cases."""
        rows = _rows(term)
        guards = [tidy(substitute(term.guard, row)) for row in rows]
        bodies = [tidy(substitute(term.body, row)) for row in rows]
        kept = [(g, b) for g, b in zip(guards, bodies, strict=True) if g != Truth(False)]
        if term.fold is Fold.FINITE:
            return TRUE
        unit = number(1 if term.fold is Fold.PRODUCT else 0, term.sort)
        parts = [b if g == TRUE else apply(Op.ITE, g, b, unit) for g, b in kept]
        op = Op.MUL if term.fold is Fold.PRODUCT else Op.ADD
        return tidy(apply(op, *parts) if len(parts) > 1 else parts[0] if parts else unit)


def _rows(term: Gather) -> list[dict[str, Term]]:
    """Values of the variables among which are all for which the guard holds."""

    def closed(inner: Term, more: Mapping[str, Value]) -> Value:
        if free_variables(inner).keys() - more.keys():
            raise NotEvaluated("not closed")
        return evaluate(inner, more)

    rows: list[dict[str, Term]] = [{}]
    for var in term.variables:
        try:
            found = finitely_many(var, term.guard, closed, frozenset())
        except (NotEvaluated, Undefined):
            found = None
        values = [number(v, var.sort) for v in found or [] if not isinstance(v, bool) and isinstance(v, int)]
        if found is None or len(values) != len(found) or len(rows) * len(values) > _SUMMANDS:
            raise BadInput("a sum or count over a range that is not seen can't be put to a solver", place="∑")
        rows = [{**row, var.name: value} for row in rows for value in values]
    return rows


def _is_small(base: Term, exponent: Term) -> bool:
    if not isinstance(exponent, Num) or exponent.value < 0:
        return False
    return isinstance(base, Num) or exponent.value <= LARGEST_EXPONENT


def _function_line(name: str, parameters: tuple[Sort, ...], sort: Sort) -> str:
    return f"(declare-fun {symbol(name)} ({' '.join(map(smt_sort, parameters))}) {smt_sort(sort)})"


def _is_root(arg: Term, value: Term) -> Term:
    zero = number(0, Sort.REAL)
    real = conjunction(
        apply(Op.LE, zero, arg), apply(Op.LE, zero, value), apply(Op.EQ, apply(Op.MUL, value, value), arg)
    )
    return disjunction(real, conjunction(apply(Op.LT, arg, zero), apply(Op.EQ, value, zero)))


def _is_floor(arg: Term, value: Term) -> Term:
    sort = sort_of(arg)
    low = cast(value, sort)
    return conjunction(apply(Op.LE, low, arg), apply(Op.LT, arg, apply(Op.ADD, low, number(1, sort))))


def _is_ceiling(arg: Term, value: Term) -> Term:
    sort = sort_of(arg)
    high = cast(value, sort)
    return conjunction(apply(Op.LE, arg, high), apply(Op.LT, apply(Op.SUB, high, number(1, sort)), arg))


def _is_natural_floor(arg: Term, value: Term) -> Term:
    negative = conjunction(apply(Op.LT, arg, number(0, sort_of(arg))), apply(Op.EQ, value, number(0, Sort.NAT)))
    return disjunction(negative, _is_floor(arg, value))


def facts_about(name: str, args: tuple[Term, ...], value: Term) -> list[Term]:
    """Facts that hold of a function's value at these arguments."""
    zero, one = number(0, Sort.REAL), number(1, Sort.REAL)
    match name, args:
        case "Real.exp", _:
            return [apply(Op.LT, zero, value)]
        case "Real.sin" | "Real.cos", _:
            return [apply(Op.LE, value, one), apply(Op.LE, number(-1, Sort.REAL), value), _circle(args)]
        case "Real.pi", _:
            low, high = number(_PI_LOW, Sort.REAL), number(_PI_HIGH, Sort.REAL)
            return [apply(Op.LT, low, value), apply(Op.LT, value, high)]
        case "Real.log", (arg,):
            return _about_log(arg, value)
        case "gcd" | "Nat.lcm", (a, b):
            return _about_divisors(name, a, b, value)
        case "Nat.Prime", (p,):
            return [apply(Op.IMPLIES, value, apply(Op.LE, number(2, Sort.NAT), p))]
        case "Nat.factorial", _:
            return [apply(Op.LE, number(1, Sort.NAT), value)]
        case _:
            return []


def _circle(args: tuple[Term, ...]) -> Term:
    sine, cosine = (Call(f"Real.{n}", args, Sort.REAL) for n in ("sin", "cos"))
    total = apply(Op.ADD, *(apply(Op.MUL, t, t) for t in (sine, cosine)))
    return apply(Op.EQ, total, number(1, Sort.REAL))


def _about_log(arg: Term, value: Term) -> list[Term]:
    """log(ab) = log a + log b for a, b ≠ 0, log(a/b), log(aⁿ), and its sign for positive numbers."""
    zero, one = number(0, Sort.REAL), number(1, Sort.REAL)
    found: list[Term] = [
        apply(
            Op.IMPLIES,
            apply(Op.LT, zero, arg),
            conjunction(
                apply(Op.IFF, apply(Op.LT, zero, value), apply(Op.LT, one, arg)),
                apply(Op.IFF, apply(Op.EQ, zero, value), apply(Op.EQ, one, arg)),
            ),
        )
    ]
    match arg:
        case App(op=Op.MUL | Op.RATIO as op, args=(a, b)):
            nonzero = conjunction(*(negated(apply(Op.EQ, t, zero)) for t in (a, b)))
            joined = apply(Op.ADD if op is Op.MUL else Op.SUB, _log(a), _log(b))
            found.append(apply(Op.IMPLIES, nonzero, apply(Op.EQ, value, joined)))
        case App(op=Op.POW, args=(a, Num(value=times))):
            found.append(apply(Op.EQ, value, apply(Op.MUL, number(times, Sort.REAL), _log(a))))
    return found


def _log(term: Term) -> Term:
    return Call("Real.log", (term,), Sort.REAL)


def _about_divisors(name: str, a: Term, b: Term, value: Term) -> list[Term]:
    sort = sort_of(a)
    if sort is not Sort.NAT:
        return []
    if name == "gcd":
        return [apply(Op.DIVIDES, value, a), apply(Op.DIVIDES, value, b)]
    product = apply(Op.MUL, value, apply(Op.GCD, a, b))
    return [apply(Op.EQ, product, apply(Op.MUL, a, b)), apply(Op.DIVIDES, a, value), apply(Op.DIVIDES, b, value)]
