"""That a bound which is never reached is approached: a curve along which no better one holds, in the end.

Coordinates are quotients of polynomials in t; everything is looked at as t > 0 goes to 0, where the sign of a
polynomial is that of its lowest coefficient.
"""

from __future__ import annotations

from typing import Any

from lemmata.errors import BadInput
from lemmata.problem import Json
from lemmata.provers.real.notation import Tree, parse
from lemmata.provers.real.points import holds
from lemmata.provers.real.polynomials import load_flint
from lemmata.provers.real.statement import Statement, require_linear, wrong_side
from lemmata.provers.real.system import exponent_of

_LONGEST = 200
_DEGREE = 400
_BITS = 20_000


class _Curve:
    """A quotient of polynomials in t, with its behaviour near 0."""

    def __init__(self, above: Any, below: Any) -> None:
        self.above, self.below = above, below
        if not below:
            raise BadInput("a division by zero along the curve", place="curve")
        if above.degree() > _DEGREE or below.degree() > _DEGREE:
            raise BadInput("expected a simpler curve", place="curve")

    def sign(self) -> int:
        """Of its values for small t > 0."""
        return _lowest_sign(self.above) * _lowest_sign(self.below)


def _lowest_sign(polynomial: Any) -> int:
    return next((1 if c > 0 else -1 for c in polynomial.coeffs() if c), 0)


def _valuation(polynomial: Any) -> int:
    return next(i for i, c in enumerate(polynomial.coeffs()) if c)


def _applied(sign: str, a: _Curve, b: _Curve) -> _Curve:
    match sign:
        case "+":
            return _Curve(a.above * b.below + b.above * a.below, a.below * b.below)
        case "-":
            return _Curve(a.above * b.below - b.above * a.below, a.below * b.below)
        case "*":
            return _Curve(a.above * b.above, a.below * b.below)
        case _:
            return _Curve(a.above * b.below, a.below * b.above)


def _value(tree: Tree, at: dict[str, _Curve]) -> _Curve:
    flint = load_flint()
    match tree.kind, tree.parts:
        case "numeral", _:
            return _Curve(flint.fmpq_poly([int(tree.text)]), flint.fmpq_poly([1]))
        case "name", _ if tree.text in at:
            return at[tree.text]
        case "real", (inner,):
            return _value(inner, at)
        case "neg", (inner,):
            made = _value(inner, at)
            return _Curve(-made.above, made.below)
        case "^", (base, exponent):
            times = exponent_of(exponent)
            if times.denominator > 1 or times < 0:
                raise BadInput("expected whole exponents along a curve", place="curve")
            made = _value(base, at)
            bits = max(int(p.numer().height_bits()) + int(p.denom()).bit_length() for p in (made.above, made.below))
            degree = max(made.above.degree(), made.below.degree())
            if degree * int(times) > _DEGREE or bits * int(times) > _BITS:
                raise BadInput("expected a simpler curve", place="curve")
            return _Curve(made.above ** int(times), made.below ** int(times))
        case ("+" | "-" | "*" | "/") as sign, (left, right):
            return _applied(sign, _value(left, at), _value(right, at))
        case _:
            raise BadInput("expected + - * / ^ only along a curve", place="curve")


def check_approach(statement: Statement, value: Tree, data: Json) -> None:
    """Nothing, where near t = 0 the curve keeps the hypotheses and every better constant fails in the end.

    With the constant as c, left - right is u + v·c along the curve; v has the sign that makes it fall on the wrong side
    and -u/v tends to the value.

    Raises:
        BadInput: that is not so; says what fails.
    """
    require_linear(statement)
    flint = load_flint()
    if not isinstance(data, dict) or set(data) != set(statement.variables):
        raise BadInput("expected one expression in t for each variable", place="curve")
    t = {"t": _Curve(flint.fmpq_poly([0, 1]), flint.fmpq_poly([1]))}
    at: dict[str, _Curve] = {}
    for name, text in data.items():
        if not isinstance(text, str) or len(text) > _LONGEST:
            raise BadInput("expected short texts in t", place="curve")
        at[name] = _value(parse(text), t)
    for relation in statement.hypotheses:
        difference = _applied("-", _value(relation.left, at), _value(relation.right, at))
        if not holds(relation.sign, difference.sign()):
            raise BadInput("it does not keep the hypotheses as t goes to 0", place="curve")
    name = statement.constant
    numbers = [_Curve(flint.fmpq_poly([n]), flint.fmpq_poly([1])) for n in (0, 1)]
    goal = statement.goal
    u, sum_ = (_applied("-", _value(goal.left, {**at, name: n}), _value(goal.right, {**at, name: n})) for n in numbers)
    v = _applied("-", sum_, u)
    if v.sign() != wrong_side(statement):
        raise BadInput("a better constant does not make the inequality fail along it", place="curve")
    ratio = _applied("/", u, v)
    _check_limit(_Curve(-ratio.above, ratio.below), value)


def _check_limit(curve: _Curve, value: Tree) -> None:
    wanted = _value(value, {})
    rest = _applied("-", curve, wanted)
    if rest.above and _valuation(rest.above) <= _valuation(rest.below):
        raise BadInput("the bound along it does not tend to the value", place="curve")
