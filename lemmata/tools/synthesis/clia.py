"""Functions of conditional linear integer arithmetic from a specification, by instantiation guided by counterexamples.

Where every constraint puts the unknown function to one tuple of arguments, its value y at a point is an unknown number
with φ(x, y). Terms that y might be are read off the comparisons in φ; each counterexample to "one of the terms so far
does" adds a term that does for it; once there is none, the function is `ite φ(x, t1) t1 (ite φ(x, t2) t2 …)`, which is
then made shorter as long as it stays right. Constraints of other shapes are left out at first and checked at the end.
What this does not solve is left to enumeration (`lemmata.tools.synthesis.terms`).

Source: Reynolds, Deters, Kuncak, Tinelli, Barrett: Counterexample-guided quantifier instantiation for synthesis in SMT,
CAV 2015.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from lemmata.errors import BadInput
from lemmata.formats.smt_sorts import BOOL, INT, Sort
from lemmata.formats.smt_terms import FALSE, TRUE, Apply, Literal, Term, Use, make, subterms
from lemmata.formats.smtlib import Assertion, Declared, Defined, Script, write_defined, write_script
from lemmata.formats.sygus import Asked, Specification, read_specification
from lemmata.problem import Candidate
from lemmata.provers.base import Backends
from lemmata.provers.smt.evaluate import Interpretation, Undetermined, Value, evaluate, read_values
from lemmata.provers.smt.solver import Status
from lemmata.tools.base import Offer, Turn
from lemmata.tools.synthesis.linear import Unsuitable, difference, expand, negate, replace_terms, roots, simplify
from lemmata.tools.synthesis.shorten import shorten
from lemmata.tools.synthesis.terms import enumerate_terms
from lemmata.tools.synthesis.trial import Trial
from lemmata.verdict import Reason, Unknown

_NAME = "clia-terms"
_MOST_ROUNDS = 60
_MOST_ROOTS = 200
_PRUNING = 0.2
_PRUNING_S = 0.5


def propose(turn: Turn, backends: Backends) -> Offer:
    """Definitions that z3 finds to satisfy the specification, or why none was found."""
    specification = read_specification(turn.problem.source)
    sorts = {s for a in specification.asked for s in (a.result, *(s for _, s in a.parameters))}
    if not sorts <= {INT, BOOL}:
        return Offer(finding=Unknown(Reason.UNSUPPORTED, "only functions over Int and Bool are synthesised here"))
    trial = Trial(specification, backends, turn.limits)
    why = "no function was found"
    for method in (instantiate, enumerate_terms):
        try:
            made = method(specification, trial)
        except (Unsuitable, BadInput) as exc:
            why = str(exc)
            continue
        if made is not None:
            text = "\n".join(map(write_defined, made))
            return Offer(candidates=(Candidate(form="implementation", content={"definition": text}, origin=_NAME),))
    reason = Reason.TIMEOUT if trial.left() <= 0 else Reason.EXHAUSTED
    return Offer(finding=Unknown(reason, why))


def instantiate(specification: Specification, trial: Trial) -> tuple[Defined, ...] | None:
    """Definitions that satisfy the specification, from its own comparisons.

    Raises:
        Unsuitable: the constraints have another shape.
    """
    definitions = {d.name: d for d in (*specification.definitions, *specification.dependent)}
    constraints = [c for t in specification.constraints for c in _conjuncts(simplify(expand(t, {}, definitions)))]
    if len(specification.asked) == 1:
        (asked,) = specification.asked
        body = _solve_single(constraints, asked, trial)
        made: tuple[Defined, ...] = (_define(asked, body),)
    else:
        made = _solve_several(constraints, specification, trial)
    return shorten(made, trial) if trial.holds(made) else None


def _define(asked: Asked, body: Term) -> Defined:
    return Defined(asked.name, asked.parameters, asked.result, body)


def _conjuncts(term: Term) -> list[Term]:
    return list(term.args) if isinstance(term, Apply) and term.op == "and" else [term]


def _calls(term: Term, name: str) -> set[tuple[Term, ...]]:
    return {t.args for t in subterms(term) if isinstance(t, Use) and t.name == name}


def _solve_single(constraints: Iterable[Term], asked: Asked, trial: Trial) -> Term:
    unknown = Use("result!", (), asked.result)
    relations = []
    for constraint in constraints:
        calls = _calls(constraint, asked.name)
        if len(calls) == 1:
            relations.append(_at_parameters(constraint, next(iter(calls)), asked, unknown))
    if not relations:
        raise Unsuitable("each constraint puts the function to several tuples of arguments")
    relation = simplify(make("and", *relations))
    return _solve_relation(relation, asked.parameters, unknown, trial)


def _at_parameters(constraint: Term, args: tuple[Term, ...], asked: Asked, unknown: Use) -> Term:
    """The constraint as a relation between the parameters and the unknown result."""
    parameters = [Use(name, (), sort) for name, sort in asked.parameters]
    env: dict[Term, Term] = {}
    equations: list[Term] = []
    for parameter, arg in zip(parameters, args, strict=True):
        if isinstance(arg, Use) and not arg.args and arg not in env:
            env[arg] = parameter
        else:
            equations.append(make("=", parameter, arg))

    def put(term: Term) -> Term | None:
        if isinstance(term, Use) and term.name == asked.name:
            return unknown
        if isinstance(term, Use) and not term.args:
            return env.get(term, Use(f"other!{term.name}", (), term.sort))
        return None

    body = replace_terms(constraint, put)
    premises = [replace_terms(e.args[1], put) for e in equations if isinstance(e, Apply)]
    for equation, right in zip(equations, premises, strict=True):
        assert isinstance(equation, Apply)
        body = make("=>", make("=", equation.args[0], right), body)
    return simplify(body)


def _solve_relation(relation: Term, parameters: Sequence[tuple[str, Sort]], unknown: Use, trial: Trial) -> Term:
    """A term over the parameters for which the relation holds wherever it can.

    Raises:
        Unsuitable: the terms read off the relation don't do.
    """
    if unknown.sort == BOOL:
        return _closed(simplify(_put(relation, unknown, TRUE)), parameters)
    known = {name for name, _ in parameters}
    offered = dict.fromkeys(islice(roots(relation, unknown), _MOST_ROOTS))
    terms = [t for t in (*offered, Literal(0, INT)) if _names(t) <= known]
    others = {t.name: t.sort for t in subterms(relation) if isinstance(t, Use) and t != unknown}
    constants = tuple(Declared(n, (), s) for n, s in {**others, **dict(parameters)}.items())
    chosen: list[Term] = []
    points: list[dict[str, Value]] = []
    for _ in range(_MOST_ROUNDS):
        point = _counterexample(relation, unknown, chosen, constants, trial)
        if point is None:
            chosen = _needed(relation, unknown, chosen, constants, trial)
            return _assemble(_cases(relation, unknown, chosen, constants, trial), parameters)
        points.append(point)
        fitting = [t for t in terms if t not in chosen and _fits(relation, unknown, t, point)]
        if not fitting:
            raise Unsuitable(f"no term read off the constraints does for {point}")
        chosen.append(max(fitting, key=lambda t: sum(_fits(relation, unknown, t, p) for p in points)))
    raise Unsuitable("too many cases")


def _names(term: Term) -> set[str]:
    return {t.name for t in subterms(term) if isinstance(t, Use)}


def _put(relation: Term, unknown: Use, value: Term) -> Term:
    return replace_terms(relation, lambda t: value if t == unknown else None)


def _counterexample(
    relation: Term, unknown: Use, chosen: Sequence[Term], constants: tuple[Declared, ...], trial: Trial
) -> dict[str, Value] | None:
    """A point where none of the terms does; None where there is none."""
    failing = (make("not", simplify(_put(relation, unknown, t))) for t in chosen)
    assertions = tuple(Assertion(f"a{k}", t) for k, t in enumerate(failing))
    told = trial.ask(write_script(Script(declarations=constants, assertions=assertions), named=False))
    if told.status is Status.UNSAT:
        return None
    if told.status is not Status.SAT:
        raise Unsuitable(f"z3 could not tell whether there is another case ({told.status.value})")
    zero: dict[str, Value] = {d.name: (False if d.result == BOOL else 0) for d in constants}
    given = {d.name: told.model[d.name] for d in constants if d.name in told.model}
    return {**zero, **read_values(given, constants)}


def _needed(
    relation: Term, unknown: Use, chosen: list[Term], constants: tuple[Declared, ...], trial: Trial
) -> list[Term]:
    for term in tuple(chosen):
        fewer = [t for t in chosen if t != term]
        if fewer and _counterexample(relation, unknown, fewer, constants, trial) is None:
            chosen = fewer
    return chosen


def _fits(relation: Term, unknown: Use, term: Term, point: dict[str, Value]) -> bool:
    try:
        value = evaluate(term, Interpretation(point, {}))
        return evaluate(relation, Interpretation({**point, unknown.name: value}, {})) is True
    except Undetermined:
        return False


def _cases(
    relation: Term, unknown: Use, chosen: list[Term], constants: tuple[Declared, ...], trial: Trial
) -> list[tuple[Term, Term]]:
    """Conditions and terms, to be tried in order, each condition without what the ones before it imply."""
    cases = [(simplify(_put(relation, unknown, t)), t) for t in chosen]
    cases.sort(key=lambda case: sum(1 for _ in subterms(case[0])))
    end = trial.left() * (1 - _PRUNING)
    before: list[Term] = []
    pruned: list[tuple[Term, Term]] = []
    for whole, term in cases:
        kept = _conjuncts(whole)
        for part in tuple(kept):
            fewer = [c for c in kept if c != part]
            if (
                len(kept) > 1
                and trial.left() > end
                and _contradictory([*before, *fewer, negate(whole)], constants, trial)
            ):
                kept = fewer
        pruned.append((make("and", *kept), term))
        before.append(negate(pruned[-1][0]))
    return pruned


def _contradictory(terms: Sequence[Term], constants: tuple[Declared, ...], trial: Trial) -> bool:
    assertions = tuple(Assertion(f"a{k}", t) for k, t in enumerate(terms))
    script = Script(declarations=constants, assertions=assertions)
    return trial.ask(write_script(script, named=False), at_most=_PRUNING_S).status is Status.UNSAT


def _assemble(cases: Sequence[tuple[Term, Term]], parameters: Sequence[tuple[str, Sort]]) -> Term:
    if not cases:
        return Literal(0, INT)
    result = cases[-1][1]
    for condition, term in reversed(cases[:-1]):
        result = make("ite", _closed(condition, parameters), term, result)
    return result


def _closed(term: Term, parameters: Sequence[tuple[str, Sort]]) -> Term:
    if not _names(term) <= {name for name, _ in parameters}:
        raise Unsuitable("a case depends on more than the parameters")
    return term


def _solve_several(constraints: list[Term], specification: Specification, trial: Trial) -> tuple[Defined, ...]:
    """Each function put to one tuple of variables: equations solved one after the other, the rest as a relation."""
    calls = {a.name: {c for t in constraints for c in _calls(t, a.name)} for a in specification.asked}
    if any(len(found) > 1 for found in calls.values()):
        raise Unsuitable("a function is put to several tuples of arguments")
    unknowns = {a.name: Use(f"result!{a.name}", (), a.result) for a in specification.asked}
    left = [
        simplify(replace_terms(t, lambda u: unknowns.get(u.name) if isinstance(u, Use) else None)) for t in constraints
    ]
    solved: list[tuple[Use, Term]] = []
    for equation in tuple(left):
        for unknown in unknowns.values():
            found = _solve_equation(_apply(solved, equation), unknown)
            if found is not None:
                solved.append((unknown, found))
                left = [simplify(_put(t, unknown, found)) for t in left]
                break
    for unknown in unknowns.values():
        if all(unknown != u for u, _ in solved):
            found = _choose(left, unknown, specification, trial)
            solved.append((unknown, found))
            left = [simplify(_put(t, unknown, found)) for t in left]
    bodies = {u: _resolve(u, solved) for u in unknowns.values()}
    return tuple(_at_arguments(a, bodies[unknowns[a.name]], calls[a.name]) for a in specification.asked)


def _apply(solved: Sequence[tuple[Use, Term]], term: Term) -> Term:
    for unknown, value in solved:
        term = simplify(_put(term, unknown, value))
    return term


def _resolve(unknown: Use, solved: Sequence[tuple[Use, Term]]) -> Term:
    start = next(k for k, (u, _) in enumerate(solved) if u == unknown)
    return _apply(solved[start + 1 :], solved[start][1])


def _solve_equation(term: Term, unknown: Use) -> Term | None:
    form = difference(term) if isinstance(term, Apply) and term.op == "=" else None
    if form is None or abs(form.factor(unknown)) != 1:
        return None
    value = form.without(unknown).scaled(-form.factor(unknown)).term()
    return None if unknown in subterms(value) else value


def _choose(left: Sequence[Term], unknown: Use, specification: Specification, trial: Trial) -> Term:
    relation = simplify(make("and", *left)) if left else TRUE
    if unknown not in subterms(relation):
        return Literal(0, INT) if unknown.sort == INT else FALSE
    return _solve_relation(relation, specification.variables, unknown, trial)


def _at_arguments(asked: Asked, body: Term, calls: set[tuple[Term, ...]]) -> Defined:
    args = next(iter(calls), tuple(Use(n, (), s) for n, s in asked.parameters))
    if len(set(args)) != len(args) or any(not isinstance(a, Use) or a.args for a in args):
        raise Unsuitable("a function is put to more than plain variables")
    places = {a: Use(n, (), s) for a, (n, s) in zip(args, asked.parameters, strict=True)}
    return _define(asked, _closed(replace_terms(body, places.get), asked.parameters))
