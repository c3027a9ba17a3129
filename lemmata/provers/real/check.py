"""Judges what search has found about inequalities between reals: proofs, best constants, relations.

    real-certificate  {"proof": PROOF, "point": POINT, "powers": POWERS}            a claim holds
    real-bound        {"value": "9/2", "proof": PROOF, "powers": POWERS, "point": POINT}
    real-bound        {"value": "2", "proof": PROOF, "powers": POWERS, "curve": {"a": "1", "b": "t"}}
    real-relation     {"relation": "≤", "proofs": [PROOF], "powers": POWERS, "points": [POINT, …]}

PROOF is an identity as in `certificate`, POINT gives exact coordinates, POWERS which variables stand for their roots.
A bound is best because at the point no better one holds, or because none does along the curve as t > 0 goes to 0. A
relation needs points that show that no stronger one holds. Hypotheses always have a point that keeps them all.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.problem import Candidate, Json, Problem
from lemmata.provers.base import Backends
from lemmata.provers.real.approach import check_approach
from lemmata.provers.real.certificate import OutOfTime, check_identity
from lemmata.provers.real.points import Points, read_constant
from lemmata.provers.real.polynomials import load_flint
from lemmata.provers.real.statement import Statement, read_statement, require_linear, wrong_side
from lemmata.provers.real.system import System, make_system
from lemmata.verdict import Accepted, Judgement, Proved, Reason, rejected

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
    return _judged(statement, ("claim",), _claim, candidate, {"proof", "point"}, limits)


def check_bound(problem: Problem, candidate: Candidate, backends: Backends, limits: Limits) -> Judgement:
    """Proved where the inequality holds with the value, and with no better one."""
    statement = read_statement(problem)
    shown = {"curve"} if "curve" in candidate.content else {"point"}
    return _judged(statement, ("largest", "smallest"), _bound, candidate, {"value", "proof"} | shown, limits)


def check_relation(problem: Problem, candidate: Candidate, backends: Backends, limits: Limits) -> Judgement:
    """Proved where the relation always holds, and no stronger one does."""
    statement = read_statement(problem)
    return _judged(statement, ("relate",), _relation, candidate, {"relation", "proofs", "points"}, limits)


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
    if set(candidate.content) != fields | {"powers"} or not isinstance(candidate.content["powers"], dict):
        return rejected(f"expected the fields powers, {', '.join(sorted(fields))}", place="content")
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
    goal = statement.goal
    proofs = [content["proof"]] if goal.sign != "=" else content["proof"]
    _check_proofs(system, goal.sign, proofs, deadline)
    facts = {"known": _described(system), "goal": f"{system.goal} {goal.sign} 0", "point": content["point"]}
    return _accepted(facts, None)


def _bound(statement: Statement, content: Mapping[str, Json], deadline: float) -> Accepted:
    value = read_constant(content["value"], place="value")
    system = make_system(statement, value=value, powers=content["powers"])
    goal = statement.goal
    _check_proofs(system, goal.sign, [content["proof"]], deadline)
    if "curve" in content:
        check_approach(statement, value, content["curve"])
    else:
        _check_attained(statement, content)
    facts: dict[str, Json] = {
        "known": _described(system),
        "goal": f"{system.goal} {goal.sign} 0",
        "assumed": list(system.assumed),
        "best": {k: content[k] for k in ("point", "curve") if k in content},
    }
    return _accepted(facts, {"text": content["value"], "constant": statement.constant})


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
    system = make_system(statement, powers=content["powers"])
    _check_proofs(system, relation, content["proofs"], deadline)
    points, wanted = Points(), _SHOWN[relation]
    if not isinstance(content["points"], list) or len(content["points"]) != len(wanted):
        raise BadInput(f"expected {len(wanted)} points", place="points")
    for data, sign in zip(content["points"], wanted, strict=True):
        point = points.read(data, statement.variables, place="points")
        if not points.within(statement, point):
            raise BadInput("one does not keep the hypotheses", place="points")
        if points.compare(statement.goal, point) != sign:
            raise BadInput(f"expected left {'<=>'[sign + 1]} right at {data}", place="points")
    facts: dict[str, Json] = {
        "known": _described(system),
        "goal": str(system.goal),
        "assumed": list(system.assumed),
        "points": content["points"],
    }
    return _accepted(facts, {"text": relation})


def _check_proofs(system: System, sign: str, proofs: Json, deadline: float) -> None:
    wanted = _PROOFS[sign]
    if not isinstance(proofs, list) or len(proofs) != len(wanted):
        raise BadInput(f"expected {len(wanted)} proofs", place="proofs")
    for proof, (factor, strict) in zip(proofs, wanted, strict=True):
        check_identity(system, system.goal * factor, proof, strict=strict, deadline=deadline)


def _described(system: System) -> list[Json]:
    return [f"{k.polynomial} {k.sign} 0" for k in system.known]


def _accepted(facts: Mapping[str, Json], answer: Json) -> Accepted:
    version = str(load_flint().__version__)
    return Accepted(verdict=Proved(), facts=facts, answer=answer, tools={"python-flint": version})
