"""Judges what search has found about inequalities between reals: proofs, best constants, relations.

    real-certificate  {"proof": PROOF, "point": POINT, "powers": POWERS}            a claim holds
    real-bound        {"value": "9/2", "proof": PROOF, "powers": POWERS, "point": POINT}
    real-bound        {"value": "2", "proof": PROOF, "powers": POWERS, "curve": {"a": "1", "b": "t"}}
    real-relation     {"relation": "≤", "proofs": [PROOF], "powers": POWERS, "points": [POINT, …]}
    real-bound        {"value": "2", "point": POINT, "samples": [POINT, …]}         only tested, as with a relation

PROOF is an identity as in `certificate`, POINT gives exact coordinates, POWERS which variables stand for their roots.
A bound is best because at the point no better one holds, or because none does along the curve as t > 0 goes to 0. A
relation needs points that show that no stronger one holds. Hypotheses always have a point that keeps them all.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.problem import Candidate, Json, Problem, canonical
from lemmata.provers.base import Backends
from lemmata.provers.real.approach import check_approach
from lemmata.provers.real.certificate import OutOfTime, check_identity
from lemmata.provers.real.points import Points, holds, read_constant
from lemmata.provers.real.polynomials import load_flint
from lemmata.provers.real.statement import Statement, read_statement, require_linear, wrong_side
from lemmata.provers.real.system import System, make_system
from lemmata.verdict import Accepted, Judgement, Proved, Reason, Tested, rejected

_SAMPLES = 400
RELATIONS = ("<", "≤", "=", "≥", ">", "none")
_PROOFS: Mapping[str, tuple[tuple[int, bool], ...]] = {  # sign that the goal is multiplied by, and strictness
    "<": ((-1, True),),
    "≤": ((-1, False),),
    "=": ((1, False), (-1, False)),
    "≥": ((1, False),),
    ">": ((1, True),),
    "none": (),
}
_SHOWN: Mapping[str, tuple[int, ...]] = {  # signs of left - right that points must show
    "<": (-1,),
    "≤": (-1, 0),
    "=": (0,),
    "≥": (0, 1),
    ">": (1,),
    "none": (-1, 1),
}


def check_claim(problem: Problem, candidate: Candidate, backends: Backends, limits: Limits) -> Judgement:
    """Proved where the identity shows the goal and the point keeps the hypotheses."""
    statement = read_statement(problem)
    return _judged(statement, ("claim",), _claim, candidate, {"proof", "point", "powers"}, limits)


def check_bound(problem: Problem, candidate: Candidate, backends: Backends, limits: Limits) -> Judgement:
    """Proved where the inequality holds with the value, and with no better one."""
    statement = read_statement(problem)
    shown = {"curve"} if "curve" in candidate.content else {"point"}
    why = {"samples"} if "samples" in candidate.content else {"proof", "powers"}
    return _judged(statement, ("largest", "smallest"), _bound, candidate, {"value"} | shown | why, limits)


def check_relation(problem: Problem, candidate: Candidate, backends: Backends, limits: Limits) -> Judgement:
    """Proved where the relation always holds, and no stronger one does."""
    statement = read_statement(problem)
    why = {"samples"} if "samples" in candidate.content else {"proofs", "powers"}
    return _judged(statement, ("relate",), _relation, candidate, {"relation", "points"} | why, limits)


_Decide = Callable[[Statement, Mapping[str, Json], float], Accepted]


def _judged(
    statement: Statement,
    kinds: tuple[str, ...],
    decide: _Decide,
    candidate: Candidate,
    fields: set[str],
    limits: Limits,
) -> Judgement:
    if statement.kind not in kinds:
        raise BadInput(f"a candidate of the form {candidate.form} can't settle it", place="problem")
    if set(candidate.content) != fields or not isinstance(candidate.content.get("powers", {}), dict):
        return rejected(f"expected the fields {', '.join(sorted(fields))}", place="content")
    try:
        return decide(statement, candidate.content, time.monotonic() + limits.wall_s)
    except BadInput as exc:
        return rejected(exc.text, place=exc.place)
    except OutOfTime:
        return rejected("the identity could not be verified in time", reason=Reason.TIMEOUT)
    except RecursionError:
        return rejected("expected a candidate that is nested less deeply", place="content")


def _claim(statement: Statement, content: Mapping[str, Json], deadline: float) -> Accepted:
    points = Points()
    point = points.read(content["point"], statement.variables, place="point")
    if not points.within(statement, point):
        raise BadInput("it does not keep the hypotheses", place="point")
    system = make_system(statement, powers=content["powers"])
    sign = statement.goal.sign
    _check_proofs(system, sign, [content["proof"]] if sign != "=" else content["proof"], deadline)
    return _accepted({**_described(system), "point": content["point"]}, None)


def _bound(statement: Statement, content: Mapping[str, Json], deadline: float) -> Accepted:
    value = read_constant(content["value"], place="value")
    if "curve" in content:
        check_approach(statement, value, content["curve"])
    else:
        _check_attained(statement, content)
    answer = {"text": content["value"], "constant": statement.constant}
    best = {"best": {k: content[k] for k in ("point", "curve") if k in content}}
    if "samples" in content:
        return _tested(statement, statement.goal.sign, content, best, answer, deadline)
    system = make_system(statement, value=value, powers=content["powers"])
    _check_proofs(system, statement.goal.sign, [content["proof"]], deadline)
    return _accepted({**_described(system), **best}, answer)


def _check_attained(statement: Statement, content: Mapping[str, Json]) -> None:
    """Nothing, where at the point the inequality fails with every better constant.

    There, with the constant as c, the difference of the sides is u + v·c; it is 0 for the value, and v has the sign
    that makes it fail on the wrong side.
    """
    points = Points()
    point = points.read(content["point"], statement.variables, place="point")
    if not points.within(statement, point):
        raise BadInput("it does not keep the hypotheses", place="point")
    require_linear(statement)
    value = points.constant(content["value"], place="value")
    name = statement.constant
    at_value, at_next = (
        points.value(statement.goal.left, {**point, name: c}) - points.value(statement.goal.right, {**point, name: c})
        for c in (value, value + points.field(1))
    )
    if points.sign(at_value) != 0:
        raise BadInput("the two sides are not equal there", place="point")
    if points.sign(at_next - at_value) != wrong_side(statement):
        raise BadInput("a better constant does not make the inequality fail there", place="point")


def _relation(statement: Statement, content: Mapping[str, Json], deadline: float) -> Accepted:
    relation = content["relation"]
    if relation not in RELATIONS:
        raise BadInput(f"expected one of {' '.join(RELATIONS)}", place="relation")
    points, wanted = Points(), _SHOWN[relation]
    if not isinstance(content["points"], list) or len(content["points"]) != len(wanted):
        raise BadInput(f"expected {len(wanted)} points", place="points")
    for data, sign in zip(content["points"], wanted, strict=True):
        point = points.read(data, statement.variables, place="points")
        if not points.within(statement, point):
            raise BadInput("one does not keep the hypotheses", place="points")
        if points.compare(statement.goal, point) != sign:
            raise BadInput(f"expected left {'<=>'[sign + 1]} right at {data}", place="points")
    facts, answer = {"points": content["points"]}, {"text": relation}
    if "samples" in content:
        return _tested(statement, relation, content, facts, answer, deadline)
    system = make_system(statement, powers=content["powers"])
    _check_proofs(system, relation, content["proofs"], deadline)
    return _accepted({**_described(system), **facts}, answer)


def _check_proofs(system: System, sign: str, proofs: Json, deadline: float) -> None:
    wanted = _PROOFS[sign]
    if not isinstance(proofs, list) or len(proofs) != len(wanted):
        raise BadInput(f"expected {len(wanted)} proofs", place="proofs")
    for proof, (factor, strict) in zip(proofs, wanted, strict=True):
        check_identity(system, system.goal * factor, proof, strict=strict, deadline=deadline)


def _described(system: System) -> dict[str, Json]:
    known = [f"{k.polynomial} {k.sign} 0" for k in system.known]
    return {"known": known, "difference": str(system.goal), "assumed": list(system.assumed)}


def _tested(
    statement: Statement,
    sign: str,
    content: Mapping[str, Json],
    facts: Mapping[str, Json],
    answer: Json,
    deadline: float,
) -> Accepted:
    """Tested, where the sign holds at different exact points of the domain."""
    samples, points = content["samples"], Points()
    constant = {statement.constant: points.constant(content["value"], place="value")} if "value" in content else {}
    if not isinstance(samples, list) or not 1 <= len(samples) <= _SAMPLES or sign not in _PROOFS or sign == "none":
        raise BadInput(f"expected 1 to {_SAMPLES} points", place="samples")
    if len({canonical(s) for s in samples}) != len(samples):
        raise BadInput("expected points that differ", place="samples")
    for data in samples:
        if time.monotonic() > deadline:
            raise OutOfTime
        point = points.read(data, statement.variables, place="samples")
        if not points.within(statement, point):
            raise BadInput("one does not keep the hypotheses", place="samples")
        if not holds(sign, points.compare(statement.goal, {**point, **constant})):
            raise BadInput(f"the inequality fails at {data}", place="samples")
    return Accepted(verdict=Tested(len(samples)), facts=facts, answer=answer)


def _accepted(facts: Mapping[str, Json], answer: Json) -> Accepted:
    version = str(load_flint().__version__)
    return Accepted(verdict=Proved(), facts=facts, answer=answer, tools={"python-flint": version})
