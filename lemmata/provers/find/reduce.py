"""A problem with its definitions unfolded: unknowns that conditions define are written out, step by step, so that the
answers before and after are the same.

    x = t                       x is put to be t, where t does not mention x
    ∀ x, C x → f x = t          f is unfolded; where C does not hold it is some other function
    recursions                  sequences are put in terms of their first members (`sequences`)
    values that were shown      an unknown or a set for which somebody has shown what it is
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from lemmata.errors import BadInput
from lemmata.provers.find.claim import Declared, FindClaim
from lemmata.provers.find.members import changed, expanded
from lemmata.provers.find.sequences import Members, rules_of
from lemmata.provers.terms.evaluate import NotEvaluated
from lemmata.provers.terms.rational import solved
from lemmata.provers.terms.term import (
    FALSE,
    TRUE,
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
    bound_by,
    children,
    conjunction,
    free_variables,
    negated,
    rebuilt,
    sort_of,
    substitute,
    walk,
)
from lemmata.provers.terms.tidy import tidy

_STEPS = 120
_NODES = 60_000


@dataclass
class Reduced:
    """What is left of a problem.

    Args:
        unknowns: name -> declaration, the answer's among them where nothing says what it is.
        conditions: that are left.
        values: name -> term, for each number of the answer and each unknown that was put to be something.
        functions: name -> variables and body, for functions and sets that were.
        given: what holds of the parameters.
        parameters: the parameters.
    """

    unknowns: dict[str, Declared]
    conditions: list[Term]
    values: dict[str, Term]
    functions: dict[str, tuple[tuple[Var, ...], Term]]
    given: tuple[Term, ...]
    parameters: tuple[Declared, ...]
    names: set[str] = field(default_factory=set)
    deadline: float = math.inf

    def check_time(self) -> None:
        """Stop where no time is left.

        Raises:
            NotEvaluated: none is.
        """
        if time.monotonic() > self.deadline:
            raise NotEvaluated("there was no time left to unfold the problem")

    def put(self, name: str, value: Term) -> None:
        """Put a number to be something, everywhere."""
        del self.unknowns[name]
        one = {name: value}
        self.conditions = [renamed(substitute(c, one), self) for c in self.conditions]
        self.values = {n: renamed(substitute(t, one), self) for n, t in self.values.items()}
        self.functions = {n: (v, renamed(substitute(t, one), self)) for n, (v, t) in self.functions.items()}
        self.values[name] = value

    def define(self, name: str, variables: tuple[Var, ...], body: Term) -> None:
        """Unfold a function everywhere."""
        del self.unknowns[name]
        self.replace_calls(lambda t: self.unfolded(t, name, variables, body))
        self.functions[name] = variables, body

    def unfolded(self, call: Call, name: str, variables: tuple[Var, ...], body: Term) -> Term | None:
        if call.name != name:
            return None
        return substitute(renamed(body, self), {v.name: a for v, a in zip(variables, call.args, strict=True)})

    def replace_calls(self, change: Callable[[Call], Term | None]) -> None:
        self.conditions = [changed(c, change) for c in self.conditions]
        self.values = {n: changed(t, change) for n, t in self.values.items()}
        self.functions = {n: (v, changed(t, change)) for n, (v, t) in self.functions.items()}

    def fresh(self, name: str) -> str:
        unique, count = name, 0
        while unique in self.names:
            count += 1
            unique = f"{name}~{count}"
        self.names.add(unique)
        return unique

    def size(self) -> int:
        return sum(1 for c in [*self.conditions, *self.values.values()] for _ in walk(c))


def renamed(term: Term, reduced: Reduced) -> Term:
    """A copy whose bound variables have names of their own, so that nothing put into it is captured."""
    inner = children(term)
    if not inner:
        return term
    own = bound_by(term)
    if not own:
        return rebuilt(term, tuple(renamed(t, reduced) for t in inner))
    new = {v.name: Var(reduced.fresh(v.name.partition("~")[0]), v.sort) for v in own}
    outside = len(inner) - (2 if isinstance(term, Gather) else 1)
    parts = tuple(renamed(t if i < outside else substitute(t, dict(new)), reduced) for i, t in enumerate(inner))
    match term:
        case Gather(fold, variables, _, _, sort):
            return Gather(fold, tuple(new[v.name] for v in variables), parts[0], parts[1], sort)
        case Every(var, _, holds_all):
            return Every(new[var.name], parts[0], holds_all)
        case Extremal(var, _, _, least):
            return Extremal(new[var.name], parts[0], parts[1], least)
        case InRange(var, _, _, _, holds_all):
            return InRange(new[var.name], parts[0], parts[1], parts[2], holds_all)
        case Let(var, _, _):
            return Let(new[var.name], parts[0], parts[1])
        case _:
            return rebuilt(term, parts)


def start(claim: FindClaim, deadline: float) -> Reduced:
    """The problem as it was read."""
    unknowns = {d.name: d for d in (*claim.answer, *claim.unknowns)}
    names = {v.name for t in (*claim.conditions, *claim.given) for n in walk(t) for v in bound_by(n)}
    names |= set(unknowns) | {d.name for d in claim.parameters}
    given = tuple(tidy(g) for g in claim.given)
    return Reduced(unknowns, list(claim.conditions), {}, {}, given, claim.parameters, names, deadline)


def reduce_claim(claim: FindClaim, *, deadline: float = math.inf) -> Reduced:
    """The problem with all definitions unfolded that are seen.

    Raises:
        BadInput: it grows beyond any use.
        NotEvaluated: it took too long.
    """
    reduced = start(claim, deadline)
    settle(reduced)
    return reduced


def settle(reduced: Reduced) -> None:
    """Unfold until nothing more is seen."""
    for _ in range(_STEPS):
        reduced.check_time()
        reduced.conditions = list(dict.fromkeys(_split(tidy(c) for c in reduced.conditions)))
        if reduced.size() > _NODES:
            raise BadInput("expected a smaller problem: unfolded, it is too large", place="where")
        if FALSE in reduced.conditions:
            reduced.conditions = [FALSE]
            return
        if not _step(reduced):
            break
    reduced.values = {n: tidy(t) for n, t in reduced.values.items()}


def _split(conditions: object) -> list[Term]:
    found: list[Term] = []
    for condition in conditions:  # type: ignore[attr-defined]
        match condition:
            case Truth(True):
                continue
            case App(op=Op.AND, args=args):
                found += _split(args)
            case App(op=Op.NOT, args=(App(op=Op.OR, args=args),)):
                found += _split(tuple(negated(a) for a in args))
            case _:
                found.append(condition)
    return found


def _step(reduced: Reduced) -> bool:
    return any(
        one(reduced)
        for one in (_put_number, _solve_number, _define_function, _split_choice, _unroll, _open_existence, _ground)
    )


def _put_number(reduced: Reduced) -> bool:
    for i, condition in enumerate(reduced.conditions):
        match condition:
            case App(op=Op.EQ | Op.IFF, args=(left, right)):
                pairs = [(left, right), (right, left)]
            case Var(sort=Sort.BOOL):
                pairs = [(condition, TRUE)]
            case App(op=Op.NOT, args=(Var(sort=Sort.BOOL) as inner,)):
                pairs = [(inner, FALSE)]
            case _:
                continue
        for var, value in pairs:
            found = _uncast(var, value, reduced)
            if found is FALSE:
                reduced.conditions = [FALSE]
                return True
            if isinstance(found, tuple):
                del reduced.conditions[i]
                reduced.put(*found)
                return True
            if _is_unknown(var, reduced) and not _mentions(value, var) and sort_of(value) is sort_of(var):
                assert isinstance(var, Var)
                del reduced.conditions[i]
                reduced.put(var.name, value)
                return True
    return False


def _uncast(side: Term, value: Term, reduced: Reduced) -> tuple[str, Term] | Term | None:
    """From ↑x = q for a rational q: x is that number, if it is of x's sort, and else there is no such x."""
    match side, value:
        case App(op=Op.CAST, args=(Var(name, sort),)), Num(value=number) if name in reduced.unknowns:
            fits = sort is Sort.RAT or (number == int(number) and (sort is Sort.INT or number >= 0))
            return (name, Num(int(number) if sort is not Sort.RAT else number, sort)) if fits else FALSE
        case _:
            return None


def _solve_number(reduced: Reduced) -> bool:
    """Linear equations with a numeral as factor: 3 * x + y = 7."""
    for i, condition in enumerate(reduced.conditions):
        if not isinstance(condition, App) or condition.op is not Op.EQ:
            continue
        for name in free_variables(condition):
            if name in reduced.unknowns:
                var = Var(name, reduced.unknowns[name].sort)
                value = solved(condition, var)
                if value is not None and not _mentions(value, var):
                    del reduced.conditions[i]
                    reduced.put(name, value)
                    return True
    return False


def _is_unknown(term: Term, reduced: Reduced) -> bool:
    return isinstance(term, Var) and term.name in reduced.unknowns


def _mentions(term: Term, var: Term) -> bool:
    return any(t == var for t in walk(term))


def _parts(condition: Term) -> tuple[list[Var], list[Term], Term]:
    """Variables under ∀, what is assumed, and what is claimed."""
    variables: list[Var] = []
    given: list[Term] = []
    while True:
        match condition:
            case Every(var, body, True):
                variables.append(var)
                condition = body
            case App(op=Op.IMPLIES, args=(one, rest)):
                given.append(one)
                condition = rest
            case _:
                return variables, given, condition


def _define_function(reduced: Reduced) -> bool:
    for i, condition in enumerate(reduced.conditions):
        variables, given, goal = _parts(condition)
        match goal:
            case App(op=Op.EQ | Op.IFF, args=(left, right)):
                pairs = [(left, right), (right, left)]
            case Call(sort=Sort.BOOL):
                pairs = [(goal, TRUE)]
            case App(op=Op.NOT, args=(Call() as inner,)):
                pairs = [(inner, FALSE)]
            case _:
                continue
        for call, body in pairs:
            if not isinstance(call, Call) or call.name not in reduced.unknowns:
                continue
            if not variables or tuple(sorted(variables, key=repr)) != tuple(sorted(call.args, key=repr)):
                continue
            guard = conjunction(*given)
            if any(isinstance(t, Call) and t.name == call.name for part in (body, guard) for t in walk(part)):
                continue
            args = tuple(a for a in call.args if isinstance(a, Var))
            if guard != TRUE:
                other = reduced.fresh(call.name)
                reduced.unknowns[other] = Declared(other, tuple(a.sort for a in args), call.sort)
                body = apply(Op.ITE, guard, body, Call(other, args, call.sort))
            del reduced.conditions[i]
            reduced.define(call.name, args, body)
            return True
    return False


def _split_choice(reduced: Reduced) -> bool:
    """∀ x, G → (if C then a else f x) = r is said for both cases, so that f can be defined."""
    for i, condition in enumerate(reduced.conditions):
        variables, given, goal = _parts(condition)
        match goal:
            case App(op=Op.EQ | Op.IFF as op, args=(App(op=Op.ITE, args=(case, yes, no)), right)):
                pass
            case App(op=Op.EQ | Op.IFF as op, args=(right, App(op=Op.ITE, args=(case, yes, no)))):
                pass
            case App(op=Op.ITE, args=(case, yes, no)):
                op, right = Op.IFF, TRUE
            case _:
                continue
        if not any(isinstance(t, Call) and t.name in reduced.unknowns for t in (yes, no)):
            continue
        both = []
        for when, value in ((case, yes), (negated(case), no)):
            made: Term = apply(Op.IMPLIES, conjunction(*given, when), App(op, (value, right), Sort.BOOL))
            for var in reversed(variables):
                made = Every(var, made, True)
            both.append(renamed(made, reduced))
        reduced.conditions[i : i + 1] = both
        return True
    return False


def _unroll(reduced: Reduced) -> bool:
    sequences = {n: d for n, d in reduced.unknowns.items() if d.parameters == (Sort.NAT,) and d.sort is not Sort.BOOL}
    if not sequences:
        return False
    found = rules_of(reduced.conditions, sequences)
    if not found:
        return False
    members = Members({n: rule for n, (rule, _) in found.items()}, sequences, reduced.check_time)
    used = [condition for _, condition in found.values()]
    rest = [c for c in reduced.conditions if c not in used]
    left: list[Term] = []
    for condition in rest:
        fact = _first_member(condition, members)
        if fact is None:
            left.append(condition)
        else:
            members.put(*fact)
    try:
        conditions = [members.replaced(expanded(c, set(members.rules))) for c in left]
        values = {n: members.replaced(expanded(t, set(members.rules))) for n, t in reduced.values.items()}
    except BadInput:
        return False
    reduced.conditions, reduced.values = conditions, values
    for name in found:
        del reduced.unknowns[name]
    reduced.unknowns |= members.unknowns
    return True


def _first_member(condition: Term, members: Members) -> tuple[str, int, Term] | None:
    """`s i = t` for a member before the rule, said once, of numbers that are not members themselves."""
    match condition:
        case App(op=Op.EQ, args=(left, right)):
            pairs = [(left, right), (right, left)]
        case _:
            return None
    for call, value in pairs:
        match call:
            case Call(name, (Num(value=int(index)),)) if name in members.rules:
                first = index < members.rules[name].start and (name, index) not in members.known
                if first and not any(isinstance(t, Call) and t.name in members.rules for t in walk(value)):
                    return name, index, value
    return None


def _open_existence(reduced: Reduced) -> bool:
    """∃ x, P x is P x of a new unknown."""
    for i, condition in enumerate(reduced.conditions):
        if isinstance(condition, Every) and not condition.holds_all:
            name = reduced.fresh(condition.var.name)
            reduced.unknowns[name] = Declared(name, (), condition.var.sort)
            reduced.conditions[i] = substitute(condition.body, {condition.var.name: Var(name, condition.var.sort)})
            return True
    return False


def _ground(reduced: Reduced) -> bool:
    """A function that is only applied to numerals is as many unknown numbers."""
    for name, declared in list(reduced.unknowns.items()):
        if not declared.parameters:
            continue
        conditions = [tidy(expanded(c, {name})) for c in reduced.conditions]
        values = {n: tidy(expanded(t, {name})) for n, t in reduced.values.items()}
        calls = {t for c in (*conditions, *values.values()) for t in walk(c) if isinstance(t, Call) and t.name == name}
        if not all(isinstance(a, Num) for c in calls for a in c.args):
            continue
        if any(isinstance(t, Call) and t.name == name for _, body in reduced.functions.values() for t in walk(body)):
            continue
        members = {}
        for call in sorted(calls, key=repr):
            one = reduced.fresh(f"{name}~{'~'.join(str(a.value) for a in call.args if isinstance(a, Num))}")
            members[call] = Var(one, call.sort)
            reduced.unknowns[one] = Declared(one, (), call.sort)
        reduced.conditions, reduced.values = conditions, values
        reduced.replace_calls(members.get)
        del reduced.unknowns[name]
        return True
    return False
