"""Proposes for inequalities between reals: optimise, guess the exact value and points, look for an identity.

First numbers say what is probably true and where equality holds; then exact points are tried, and a certificate is
looked for. Nothing that is found here counts until `lemmata.provers.real.check` has verified it.
"""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from lemmata.errors import BackendMissing, BadInput
from lemmata.problem import Candidate, Construction, Json
from lemmata.provers.base import Backends
from lemmata.provers.real.notation import Tree
from lemmata.provers.real.points import read_constant
from lemmata.provers.real.statement import Statement, is_inequality_problem, read_statement, require_linear
from lemmata.provers.real.system import System, make_system, sign_bound
from lemmata.tools.base import Offer, Turn
from lemmata.verdict import Reason, Unknown

if TYPE_CHECKING:
    from lemmata.tools.real.zeros import Zero

_NAME = "real-certificates"
_STARTS = 40
_EQUAL = 1e-6
_APART = 1e-3  # sides that stay as far apart are unequal; nearer ones may meet where no point was found
_TURNS = 3
_SAMPLES = 100


def propose(turn: Turn, backends: Backends) -> Offer:
    """A certificate for a claim, a best constant or a relation; or what kept us from finding one.

    Raises:
        BadInput: the problem can't be read.
        BackendMissing: the libraries for numbers are not installed.
    """
    if not is_inequality_problem(turn.problem):
        return Offer()
    deadline = time.monotonic() + 0.8 * turn.limits.wall_s
    try:
        statement = read_statement(turn.problem)
    except BadInput as exc:
        if isinstance(turn.problem, Construction):
            raise
        return Offer(finding=Unknown(Reason.UNSUPPORTED, str(exc)))  # a claim, but not about reals
    try:
        work = _Work(statement, deadline)
        found = {"claim": work.claim, "relate": work.relation}.get(statement.kind, work.bound)()
    except BadInput as exc:
        return Offer(finding=Unknown(Reason.UNSUPPORTED, str(exc)))
    if found is not None:
        return Offer(candidates=(found,))
    finding = Unknown(Reason.EXHAUSTED, work.learnt or "no certificate was found")
    turns = 1 if turn.memory is None else int(turn.memory) + 1
    if turns < _TURNS:
        return Offer(finding=finding, memory=turns, done=False)
    return Offer(candidates=work.tested(), finding=finding)


class _Work:
    def __init__(self, statement: Statement, deadline: float) -> None:
        try:
            from lemmata.tools.real import guesses, numeric, prove
        except ImportError:
            raise BackendMissing(
                "no numpy, scipy and clarabel found", remedy="run `pip install 'lemmata[real]'`"
            ) from None
        self.guesses, self.numeric, self.prove = guesses, numeric, prove
        self.statement, self.deadline = statement, deadline
        self.start = time.monotonic()
        self.learnt = ""
        self.likely: Candidate | None = None  # an answer that holds at samples at least

    def share(self, part: float) -> float:
        """The moment when that part of the time is over."""
        return self.start + part * (self.deadline - self.start)

    # Each kind of problem

    def claim(self) -> Candidate | None:
        sign = self.statement.goal.sign
        every = itertools.chain(self.guesses.solved_points(self.statement), self.near_lows(1.0))
        point = self.guesses.first_point(self.statement, every, sign=None, deadline=self.share(0.3))
        if point is None:
            self.learnt = "no exact point was found that keeps the hypotheses"
            return None
        lows = self.exact_lows(-1.0 if sign in ("<", "≤") else 1.0) if sign != "=" else []
        for powers in self.powers():
            proofs = self.proofs(make_system(self.statement, powers=powers), sign, powers, lows)
            if proofs is not None:
                proof = proofs if sign == "=" else proofs[0]
                content = {"proof": proof, "point": point, "powers": powers}
                return Candidate(form="real-certificate", content=content, origin=_NAME)
        return None

    def bound(self) -> Candidate | None:
        statement = self.statement
        require_linear(statement)
        direction = 1.0 if statement.kind == "largest" else -1.0
        lows = self.numeric.find_lows(
            statement, lambda at: direction * self.best(at), starts=_STARTS, deadline=self.share(0.25)
        )
        if not lows:
            self.learnt = "no point of the domain was found"
            return None
        best = lows[0].value
        for text in self.guesses.guess_number(direction * best, near=_EQUAL * 5):
            tree = read_constant(text, place="value")
            shown = self.shown(tree, text, [low.at for low in lows if low.value < best + 1e-5 * max(1.0, abs(best))])
            if shown is None:
                self.learnt = f"the best constant seems to be {text}, but no exact point or curve shows it"
                continue
            for powers in self.powers():
                system = make_system(statement, value=tree, powers=powers)
                points = [shown["point"]] if "point" in shown else []
                proofs = self.proofs(system, statement.goal.sign, powers, points)
                if proofs is not None:
                    content = {"value": text, "proof": proofs[0], "powers": powers, **shown}
                    return Candidate(form="real-bound", content=content, origin=_NAME)
            self.learnt = f"the best constant seems to be {text}, but no certificate was found"
            self.likely = self.likely or Candidate(form="real-bound", content={"value": text, **shown}, origin=_NAME)
        return None

    def best(self, at: Mapping[str, float]) -> float:
        """The constant with which both sides are equal at a point."""
        name = self.statement.constant
        u, w = (self.numeric.difference(self.statement.goal, {**at, name: c}) for c in (0.0, 1.0))
        return -u / (w - u) if w != u else math.nan

    def shown(self, tree: Tree, text: str, places: list[Mapping[str, float]]) -> dict[str, Json] | None:
        """An exact point where the value is reached, or a curve along which it is approached."""
        from lemmata.provers.real.approach import check_approach
        from lemmata.provers.real.points import Points

        points, value = Points(), self.numeric.value_of(tree, {})
        reached = [at for at in places if max(map(abs, at.values())) < 0.9 * self.numeric.LARGEST]
        near = (p for at in reached for p in self.guesses.points_near(self.statement, at))
        name = self.statement.constant
        for candidate in itertools.chain(near, self.guesses.solved_points(self.statement)):
            if time.monotonic() > self.share(0.4):
                break
            try:
                at = {n: self.numeric.value_of(read_constant(t, place="point"), {}) for n, t in candidate.items()}
                if not abs(self.best(at) - value) < 1e-7 * max(1.0, abs(value)):
                    continue
                exact = points.read(candidate, self.statement.variables, place="point")
                exact[name] = points.value(tree, {})
                if points.within(self.statement, exact) and points.compare(self.statement.goal, exact) == 0:
                    return {"point": candidate}
            except (BadInput, AssertionError):
                continue
        for curve in self.curves(places):
            try:
                check_approach(self.statement, tree, curve)
            except BadInput:
                continue
            return {"curve": curve}
        return None

    def curves(self, places: list[Mapping[str, float]]) -> Iterator[dict[str, str]]:
        """Curves that end near a place: coordinates near 0 as powers of t, far ones as powers of 1/t."""
        for at in places[:5]:
            options = []
            top = max(abs(v) for v in at.values())
            for name in self.statement.variables:
                plain = self.guesses.guess_number(at[name], near=1e-3)[:1] or ["1"]
                small, large = abs(at[name]) < 1e-3 * top, abs(at[name]) > 1e3
                options.append(["t", "t^2", "1"] if small else ["1/t", "1/t^2", "1"] if large else [*plain, "1", "t"])
            for choice in itertools.islice(itertools.product(*options), 60):
                yield dict(zip(self.statement.variables, choice, strict=True))

    def relation(self) -> Candidate | None:
        statement = self.statement
        low = self.extreme(1.0, 0.12)
        high = self.extreme(-1.0, 0.24)
        if low is None or high is None:
            self.learnt = "no point of the domain was found"
            return None
        relation = "none"
        proofs: list[Json] | None = []
        powers: dict[str, int] = {}
        least, most = low[0].value, -high[0].value
        size = max(1.0, *(abs(v) for v in (least, most) if math.isfinite(v)))
        rising, falling = least > -_EQUAL * min(size, 10.0), most < _EQUAL * min(size, 10.0)
        if rising and falling:
            relation, proofs = "=", self.proofs(make_system(statement), "=", {}, [])
        elif rising or falling:
            relation, proofs, powers = self.one_sided(rising=rising)
        wanted = {"<": (-1,), "≤": (-1, 0), "=": (0,), "≥": (0, 1), ">": (1,), "none": (-1, 1)}[relation]
        points = []
        for sign in wanted:
            lows = low if sign < 0 or (sign == 0 and relation == "≥") else high
            near = (p for place in lows[:10] for p in self.guesses.points_near(statement, place.at))
            every = itertools.chain(self.guesses.solved_points(statement), near)
            point = self.guesses.first_point(statement, every, sign=sign, deadline=self.deadline)
            if point is None:
                self.learnt = f"left {relation} right seems to hold, but an exact point to show it was not found"
                return None
            points.append(point)
        content: dict[str, Json] = {"relation": relation, "points": points}
        if proofs is None:
            self.learnt = f"left {relation} right seems to hold, but no certificate was found"
            if relation not in ("<", ">") or min(abs(least), abs(most)) > _APART:
                self.likely = Candidate(form="real-relation", content=content, origin=_NAME)
            return None
        return Candidate(form="real-relation", content={**content, "proofs": proofs, "powers": powers}, origin=_NAME)

    def tested(self) -> tuple[Candidate, ...]:
        """The likely answer with points of the domain, if there is one."""
        if self.likely is None:
            return ()
        every = self.guesses.solved_points(self.statement)
        found: list[Json] = []
        end = self.share(1.15)  # some time was left for this
        while len(found) < _SAMPLES and time.monotonic() < end:
            point = self.guesses.first_point(self.statement, every, sign=None, deadline=end)
            if point is None:
                break
            found += [point] if point not in found else []
        content = {**self.likely.content, "samples": found}
        return (Candidate(form=self.likely.form, content=content, origin=_NAME),) if found else ()

    def extreme(self, factor: float, share: float) -> list[Any] | None:
        statement = self.statement

        def measured(at: Mapping[str, float]) -> float:
            left, right = (self.numeric.value_of(t, at) for t in (statement.goal.left, statement.goal.right))
            return float(factor * (left - right) / (1.0 + abs(left) + abs(right)))

        return self.numeric.find_lows(statement, measured, starts=_STARTS // 2, deadline=self.share(share)) or None

    def one_sided(self, *, rising: bool) -> tuple[str, list[Json] | None, dict[str, int]]:
        """The relation that seems the strongest of that side, with its proofs if they are found."""
        statement = self.statement
        lows = self.exact_lows(1.0 if rising else -1.0)
        every = itertools.chain(iter(lows), self.guesses.solved_points(statement))
        equal = self.guesses.first_point(statement, every, sign=0, deadline=self.share(0.4))
        relation = (">" if rising else "<") if equal is None else ("≥" if rising else "≤")
        for powers in self.powers():
            system = make_system(statement, powers=powers)
            proofs = self.proofs(system, relation, powers, [equal] if equal else lows)
            if proofs is not None:
                return relation, proofs, powers
        return relation, None, {}

    # What they share

    def near_lows(self, factor: float) -> Iterator[dict[str, str]]:
        for low in (self.extreme(factor, 0.2) or [])[:8]:
            yield from self.guesses.points_near(self.statement, low.at)

    def exact_lows(self, factor: float) -> list[dict[str, str]]:
        """Exact points near those where the difference of the sides is smallest."""
        return list(itertools.islice(self.near_lows(factor), 40))

    def powers(self) -> Iterator[dict[str, int]]:
        """Exponents so that roots of variables become whole, the simplest first."""
        signed = sorted({b[0] for b in map(sign_bound, self.statement.hypotheses) if b is not None})
        goal = self.statement.goal
        degree = math.lcm(*_root_degrees(goal.left), *_root_degrees(goal.right)) if signed else 1
        for hypothesis in self.statement.hypotheses if signed else ():
            degree = math.lcm(degree, *_root_degrees(hypothesis.left), *_root_degrees(hypothesis.right))
        exponents = dict.fromkeys((degree, 1) if 1 < degree <= 4 else (1, 3, 2))
        yield from ({} if e == 1 else dict.fromkeys(signed, e) for e in exponents if e == 1 or signed)

    def proofs(
        self, system: System, sign: str, powers: Mapping[str, int], points: list[dict[str, str]]
    ) -> list[Json] | None:
        """Identities for all that a relation needs, or None."""
        wanted = {
            "<": ((-1, True),),
            "≤": ((-1, False),),
            "=": ((1, False), (-1, False)),
            "≥": ((1, False),),
            ">": ((1, True),),
        }
        zeros = list(self.zeros(system, powers, points))
        found = []
        for factor, strict in wanted[sign]:
            end = min(self.deadline, time.monotonic() + 0.5 * max(0.0, self.deadline - time.monotonic()))
            proof = self.prove.find_proof(system, system.goal * factor, strict=strict, points=zeros, deadline=end)
            if proof is None:
                return None
            found.append(proof)
        return found

    def zeros(self, system: System, powers: Mapping[str, int], points: list[dict[str, str]]) -> Iterator[Zero]:
        """Points in the variables of a system, exactly where they look like something exact."""
        from lemmata.tools.real.zeros import near_point

        for point in points:
            at = {n: self.numeric.value_of(read_constant(t, place="point"), {}) for n, t in point.items()}
            zero = near_point(system, {n: v ** (1 / powers[n]) if n in powers else v for n, v in at.items()})
            if zero is not None:
                yield zero


def _root_degrees(tree: Tree) -> set[int]:
    """Degrees of the roots of what is made of variables by products alone."""
    found = set().union(*map(_root_degrees, tree.parts)) if tree.parts else set()
    if tree.kind == "call" and tree.text == "Real.sqrt" and _is_monomial(tree.parts[0]):
        found.add(2)
    if tree.kind == "^" and tree.parts[1].kind == "real" and _is_monomial(tree.parts[0]):
        from lemmata.provers.real.system import constant_of

        found.add((constant_of(tree.parts[1]) or Fraction(1)).denominator)
    return found


def _is_monomial(tree: Tree) -> bool:
    return tree.kind in ("name", "numeral") or (
        tree.kind in ("*", "/", "^")
        and _is_monomial(tree.parts[0])
        and (tree.kind == "^" or _is_monomial(tree.parts[1]))
    )
