"""Problems about inequalities between reals, read from Lean's notation with one leading word.

    ∀ a b : ℝ, a > 0 → b > 0 → a / b + b / a ≥ 2                 a claim, as Lean would read it
    largest C : ℝ, ∀ a b : ℝ, a > 0 → b > 0 → a/b + b/a ≥ C      the largest (smallest) C for which it holds
    relate ∀ a b : ℝ, a > 0 → b > 0 → a/b + b/a ? 1              the strongest of < ≤ = ≥ > that always holds, or none

Roots are `√x` and `x ^ (1/3 : ℝ)`. In a claim every denominator must be seen to be nonzero and every radicand not to be
negative; in `largest`, `smallest` and `relate`, as in mathematics, only points count where both sides are defined.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from lemmata.errors import BadInput
from lemmata.problem import Construction, Problem, Theorem
from lemmata.provers.real.notation import Tree, fail, parse

_SIGNS = frozenset("<≤=≥>≠")
_LEADING = re.compile(r"\s*(?:(largest|smallest)\s+([^\W\d]\w*)\s*:\s*(?:ℝ|Real)\s*,|(relate)\b)")


@dataclass(frozen=True, slots=True)
class Relation:
    """Two sides and the sign between them, `?` where it is asked for."""

    sign: str
    left: Tree
    right: Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """For all real variables that keep the hypotheses, the goal.

    Args:
        kind: a claim to be proved, a best constant to be found, or a sign to be found.
        constant: the name of the constant that is asked for; empty in a claim.
        variables: in the order in which they are bound.
        hypotheses: all of them must hold.
        goal: what is claimed.
    """

    kind: Literal["claim", "largest", "smallest", "relate"]
    constant: str
    variables: tuple[str, ...]
    hypotheses: tuple[Relation, ...]
    goal: Relation


def is_inequality_problem(problem: Problem) -> bool:
    """Whether a problem's text is one of these, as far as its first word tells."""
    if isinstance(problem, Construction):
        return problem.language == "claim" and _LEADING.match(problem.source) is not None
    return isinstance(problem, Theorem) and problem.language == "claim"


def read_statement(problem: Problem) -> Statement:
    """The statement of a problem.

    Raises:
        BadInput: another kind of problem, or a text outside the notation; `place` is `claim:column`.
    """
    if not is_inequality_problem(problem):
        raise BadInput("expected a claim, or `largest C : ℝ, …`, `smallest C : ℝ, …`, `relate …`", place=problem.name)
    return parse_statement(problem.source, claim=isinstance(problem, Theorem))


def parse_statement(text: str, *, claim: bool = False) -> Statement:
    """As `read_statement`, from the text alone."""
    match = None if claim else _LEADING.match(text)
    if match is None:
        return _walked(parse(text), "claim", "")
    body = " " * match.end() + text[match.end() :]
    if match[3]:
        return _walked(parse(body), "relate", "")
    kind: Literal["largest", "smallest"] = "largest" if match[1] == "largest" else "smallest"
    return _walked(parse(body), kind, match[2])


def _walked(tree: Tree, kind: Literal["claim", "largest", "smallest", "relate"], constant: str) -> Statement:
    variables: list[str] = []
    hypotheses: list[Relation] = []
    while tree.kind in ("∀", "→"):
        if tree.kind == "→":
            hypotheses += _conjuncts(tree.parts[0])
        for part in tree.parts[:-1] if tree.kind == "∀" else ():
            if part.kind == "hypothesis":
                hypotheses += _conjuncts(part.parts[0])
                continue
            if part.text in variables or part.text == constant:
                raise fail(part.column, f"{part.text} is bound twice")
            variables.append(part.text)
        tree = tree.parts[-1]
    wanted = {"claim": "<≤=≥>", "relate": "?"}.get(kind, "<≤≥>")
    if tree.kind not in wanted:
        raise fail(tree.column, f"expected one of {' '.join(wanted)} between the sides of the goal")
    goal = Relation(tree.kind, tree.parts[0], tree.parts[1])
    known = {*variables, constant}
    for relation in (*hypotheses, goal):
        if kind == "claim" and not any(map(_is_real, (relation.left, relation.right))):
            raise fail(relation.left.column, "expected a real number; Lean takes numerals alone for natural numbers")
        for name in _names(relation.left) + _names(relation.right):
            if name.text not in known or (name.text == constant and relation is not goal):
                raise fail(name.column, f"{name.text} is not bound here")
    return Statement(kind=kind, constant=constant, variables=tuple(variables), hypotheses=tuple(hypotheses), goal=goal)


def _conjuncts(tree: Tree) -> list[Relation]:
    if tree.kind == "∧":
        return [r for part in tree.parts for r in _conjuncts(part)]
    return [_relation(tree)]


def _relation(tree: Tree) -> Relation:
    if tree.kind not in _SIGNS:
        raise fail(tree.column, "expected a comparison of two reals")
    return Relation(tree.kind, tree.parts[0], tree.parts[1])


def _is_real(tree: Tree) -> bool:
    """Whether something in it makes Lean read its numerals as reals; exponents do not."""
    own = tree.kind in ("name", "real") or (tree.kind == "call" and tree.text == "Real.sqrt")
    return own or any(map(_is_real, tree.parts[:1] if tree.kind == "^" else tree.parts))


def _names(tree: Tree) -> list[Tree]:
    return [tree] if tree.kind == "name" else [n for part in tree.parts for n in _names(part)]


def require_linear(statement: Statement) -> None:
    """Nothing, where left - right of the goal is u + v·c with u and v free of the constant c.

    Raises:
        BadInput: the constant stands elsewhere.
    """
    for side in (statement.goal.left, statement.goal.right):
        if _degree(side, statement.constant) > 1:
            raise fail(side.column, f"expected {statement.constant} to stand linearly in the inequality")


def wrong_side(statement: Statement) -> int:
    """The sign that the slope of left - right in the constant must have for a better constant to fail."""
    rising = 1 if statement.kind == "largest" else -1
    return -rising if statement.goal.sign in (">", "≥") else rising


def _degree(tree: Tree, name: str) -> int:
    """At most this degree in a name, as it is written; 2 stands for anything that is not linear."""
    if tree.kind == "name":
        return int(tree.text == name)
    degrees = [_degree(part, name) for part in tree.parts]
    if tree.kind in ("+", "-", "neg", "real"):
        return max(degrees)
    if tree.kind == "*":
        return sum(degrees)
    if tree.kind == "/":
        return degrees[0] if not degrees[1] else 2
    return 2 if any(degrees) else 0
