"""Terms with everything evaluated that can be, and equations of polynomials resolved; the same for all values."""

from __future__ import annotations

from fractions import Fraction

from lemmata.provers.terms.evaluate import NotEvaluated, Undefined, evaluate
from lemmata.provers.terms.exact import Atom, Exact, enough
from lemmata.provers.terms.functions import KNOWN
from lemmata.provers.terms.rational import difference
from lemmata.provers.terms.term import (
    FALSE,
    TRUE,
    App,
    Call,
    Every,
    Extremal,
    Gather,
    Let,
    Num,
    Op,
    Sort,
    Term,
    Truth,
    Var,
    apply,
    bound_by,
    cast,
    children,
    conjunction,
    disjunction,
    free_variables,
    negated,
    rebuilt,
    sort_of,
    walk,
)

_STEPS = 300_000


def is_closed(term: Term) -> bool:
    """Whether nothing in the term is unknown."""
    return not free_variables(term) and all(t.name in KNOWN for t in walk(term) if isinstance(t, Call))


def value_term(value: object, sort: Sort) -> Term | None:
    """A number or truth value as a term; None where it has no short one."""
    if isinstance(value, Exact):
        return _exact_term(value) if sort is Sort.REAL else None
    if isinstance(value, bool):
        return Truth(value) if sort is Sort.BOOL else None
    if isinstance(value, Fraction) and value.denominator == 1:
        value = int(value)
    return Num(value, sort) if isinstance(value, int | Fraction) else None


def _exact_term(value: Exact) -> Term | None:
    summands: list[Term] = []
    for (radicand, atoms), coefficient in value.terms.items():
        whole = coefficient.denominator == 1
        factors: list[Term] = [Num(int(coefficient) if whole else coefficient, Sort.REAL)] if coefficient != 1 else []
        if radicand != 1:
            factors.append(Call("Real.sqrt", (Num(radicand, Sort.REAL),), Sort.REAL))
        for atom, exponent in atoms:
            base = _atom_term(atom)
            if base is None or exponent < 1:
                return None
            factors.append(base if exponent == 1 else apply(Op.POW, base, Num(exponent, Sort.NAT)))
        one = factors or [Num(1, Sort.REAL)]
        summands.append(one[0] if len(one) == 1 else apply(Op.MUL, *one))
    return summands[0] if len(summands) == 1 else apply(Op.ADD, *summands)


def _atom_term(atom: Atom) -> Term | None:
    if atom.arg is None:
        return Call("Real.pi", (), Sort.REAL)
    inner = value_term(enough(atom.arg), Sort.REAL)
    if inner is None or atom.name == "inverse":
        return None
    if atom.name == "root":
        if atom.degree == 2:
            return Call("Real.sqrt", (inner,), Sort.REAL)
        return Call("Real.rpow", (inner, Num(Fraction(1, atom.degree), Sort.REAL)), Sort.REAL)
    return Call(atom.name, (inner,), Sort.REAL)


def tidy(term: Term) -> Term:
    """The term, simpler.

    Raises:
        NotEvaluated: it has too many parts.
    """
    if isinstance(term, Num | Truth | Var):
        return term
    if is_closed(term):
        try:
            found = value_term(evaluate(term, {}, steps=_STEPS), sort_of(term))
        except (NotEvaluated, Undefined):
            found = None
        if found is not None:
            return found
    made = rebuilt(term, tuple(tidy(t) for t in children(term)))
    return _resolved(made)


def _resolved(term: Term) -> Term:
    match term:
        case App():
            return _applied(term)
        case Every(_, Truth() as body, _):
            return body  # no sort is empty
        case Every(var, App(op=Op.AND, args=args), True):
            return conjunction(*(_resolved(Every(var, a, True)) for a in args))
        case Every(var, body, holds_all):
            return _unused(var, body, holds_all)
        case Let() | Gather() | Extremal() | Call():
            return term
        case _:
            return term


def _unused(var: Var, body: Term, holds_all: bool) -> Term:
    if var.name not in free_variables(body):
        return body
    pinned = _pinned(var, body, holds_all)
    return Every(var, body, holds_all) if pinned is None else pinned


def _pinned(var: Var, body: Term, holds_all: bool) -> Term | None:
    """∃ x, x = t ∧ P x is P t; ∀ x, x = t → P x is P t."""
    from lemmata.provers.terms.term import substitute

    match body:
        case App(op=Op.AND, args=args) if not holds_all:
            conditions, goal = list(args), TRUE
        case App(op=Op.EQ) if not holds_all:
            conditions, goal = [body], TRUE
        case App(op=Op.IMPLIES, args=(App(op=Op.AND, args=args), goal)) if holds_all:
            conditions = list(args)
        case App(op=Op.IMPLIES, args=(App(op=Op.EQ) as one, goal)) if holds_all:
            conditions = [one]
        case _:
            return None
    for i, condition in enumerate(conditions):
        match condition:
            case App(op=Op.EQ, args=(left, right)) if var in (left, right):
                value = right if left == var else left
                if var.name in free_variables(value) or _captures(body, value):
                    continue
                rest = conjunction(*conditions[:i], *conditions[i + 1 :])
                whole = rest if not holds_all else _implied(rest, goal)
                return tidy(substitute(whole, {var.name: value}))
    return None


def _captures(body: Term, value: Term) -> bool:
    names = free_variables(value).keys()
    return any(v.name in names for t in walk(body) for v in bound_by(t))


def _implied(given: Term, goal: Term) -> Term:
    return goal if given == TRUE else apply(Op.IMPLIES, given, goal)


def _applied(term: App) -> Term:
    op, args = term.op, term.args
    match op:
        case Op.AND:
            return _unique(conjunction(*args), Op.AND)
        case Op.OR:
            return _unique(disjunction(*args), Op.OR)
        case Op.NOT:
            return negated(args[0])
        case Op.IMPLIES:
            match args:
                case (Truth(True), goal):
                    return goal
                case (Truth(False), _) | (_, Truth(True)):
                    return TRUE
                case (given, Truth(False)):
                    return negated(given)
                case (given, App(op=Op.IMPLIES, args=(more, goal))):
                    return App(Op.IMPLIES, (conjunction(given, more), goal), Sort.BOOL)
        case Op.IFF:
            for one, other in (args, args[::-1]):
                if isinstance(one, Truth):
                    return other if one.value else negated(other)
            if args[0] == args[1]:
                return TRUE
        case Op.ITE:
            if isinstance(args[0], Truth):
                return args[1] if args[0].value else args[2]
            if args[1] == args[2]:
                return args[1]
        case Op.CAST:
            return _cast(term)
        case Op.EQ | Op.LE | Op.LT:
            return _related(term)
    return term


def _unique(term: Term, op: Op) -> Term:
    if isinstance(term, App) and term.op is op:
        kept = tuple(dict.fromkeys(term.args))
        if any(negated(t) in kept for t in kept if not (isinstance(t, App) and t.op is Op.NOT)):
            return FALSE if op is Op.AND else TRUE
        return kept[0] if len(kept) == 1 else App(op, kept, Sort.BOOL)
    return term


def _cast(term: App) -> Term:
    match term.args[0]:
        case Num() as numeral:
            return cast(numeral, term.sort)
        case App(op=Op.CAST, args=(inner,)):
            return cast(inner, term.sort)
        case _:
            return term


def _related(term: App) -> Term:
    match term.args:
        case (App(op=Op.CAST, args=(left,)), App(op=Op.CAST, args=(right,))) if sort_of(left) is sort_of(right):
            return _related(App(term.op, (left, right), Sort.BOOL))
    left, right = term.args
    if left == right:
        return Truth(term.op is not Op.LT)
    found = difference(left, right)
    if found is None or not set(found) <= {()}:
        return term
    value = found.get((), Fraction(0))
    return Truth(value == 0 if term.op is Op.EQ else value < 0 if term.op is Op.LT else value <= 0)
