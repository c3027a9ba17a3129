"""Which law each function has. A law holds wherever both of its sides have values; where that is, is noted apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from lemmata.provers.answers.same.angles import arccosine, arcsine, arctangent, quotient_of_angles, sin_cos
from lemmata.provers.answers.same.enclosure import Unsettled
from lemmata.provers.answers.same.expression import Fn
from lemmata.provers.answers.same.polynomial import Ratio
from lemmata.provers.answers.same.powers import exponential, hyperbolic, logarithm
from lemmata.provers.answers.same.whole_numbers import (
    binomial,
    ceiling,
    extreme,
    factorial,
    floor,
    remainder,
    truncated,
    whole_division,
)

if TYPE_CHECKING:
    from lemmata.provers.answers.same.normal import Normalizer


def common_logarithm(n: Normalizer, form: Ratio) -> Ratio:
    raise Unsettled("log without a base could be natural or to base 10; write ln or the base")


RULES: Mapping[Fn, Callable[..., Ratio]] = {
    Fn.EXP: exponential,
    Fn.LN: logarithm,
    Fn.LOG: common_logarithm,
    Fn.SIN: lambda n, form: sin_cos(n, form)[0],
    Fn.COS: lambda n, form: sin_cos(n, form)[1],
    **{fn: quotient_of_angles(fn.value) for fn in (Fn.TAN, Fn.COT, Fn.SEC, Fn.CSC)},
    **{fn: hyperbolic(fn.value) for fn in (Fn.SINH, Fn.COSH, Fn.TANH)},
    Fn.ARCTAN: arctangent,
    Fn.ARCSIN: arcsine,
    Fn.ARCCOS: arccosine,
    Fn.FACTORIAL: factorial,
    Fn.BINOMIAL: binomial,
    Fn.FLOOR: floor,
    Fn.CEILING: ceiling,
    Fn.WHOLE_DIV: whole_division,
    Fn.WHOLE_MOD: remainder,
    Fn.MIN: extreme(-1),
    Fn.MAX: extreme(1),
    Fn.TRUNCATED_SUB: truncated,
}
