"""The names that answers use: functions, constants and units, as LaTeX, Lean and people write them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from lemmata.provers.answers.same.expression import IMAGINARY, INFINITY, PI, E, Expr, Fn

FUNCTIONS: Mapping[str, Fn] = {  # of one argument
    **{f.value: f for f in (Fn.ABS, Fn.FLOOR, Fn.EXP, Fn.LN, Fn.LOG, Fn.SIN, Fn.COS, Fn.TAN, Fn.COT, Fn.SEC, Fn.CSC)},
    **{f.value: f for f in (Fn.ARCSIN, Fn.ARCCOS, Fn.ARCTAN, Fn.SINH, Fn.COSH, Fn.TANH, Fn.FACTORIAL)},
    "asin": Fn.ARCSIN, "acos": Fn.ARCCOS, "atan": Fn.ARCTAN, "tg": Fn.TAN, "ctg": Fn.COT, "ceil": Fn.CEILING,
    "Real.exp": Fn.EXP, "Real.log": Fn.LN, "Real.sin": Fn.SIN, "Real.cos": Fn.COS, "Real.tan": Fn.TAN,
    "Real.arcsin": Fn.ARCSIN, "Real.arccos": Fn.ARCCOS, "Real.arctan": Fn.ARCTAN, "Real.sinh": Fn.SINH,
    "Real.cosh": Fn.COSH, "Real.tanh": Fn.TANH, "Nat.factorial": Fn.FACTORIAL, "Int.floor": Fn.FLOOR,
    "Int.ceil": Fn.CEILING, "Complex.exp": Fn.EXP,
}  # fmt: skip
ROOTS = frozenset({"sqrt", "Real.sqrt", "NNReal.sqrt"})
PAIRS: Mapping[str, Fn] = {  # of two arguments
    "binom": Fn.BINOMIAL, "binomial": Fn.BINOMIAL, "Nat.choose": Fn.BINOMIAL, "min": Fn.MIN, "max": Fn.MAX,
}  # fmt: skip
CONSTANTS: Mapping[str, Expr] = {
    "pi": PI, "e": E, "i": IMAGINARY, "Real.pi": PI, "Complex.I": IMAGINARY, "infty": INFINITY, "infinity": INFINITY,
}  # fmt: skip
GREEK = frozenset(
    {"alpha", "beta", "gamma", "delta", "epsilon", "varepsilon", "zeta", "eta", "theta", "vartheta", "kappa", "lambda",
     "mu", "nu", "xi", "rho", "sigma", "tau", "phi", "varphi", "chi", "psi", "omega", "ell"}
)  # fmt: skip
RESERVED = frozenset(
    {"if", "or", "and", "mod", "for", "where", "with", "is", "are", "then", "else", "such", "that", "otherwise", "in",
     "all", "any", "every", "some", "the", "of", "not", "to", "from", "when", "fun", "as", "by", "set", "odd", "even",
     "let", "at", "on", "no", "an", "pmod", "bmod", "choose", "div"}
)  # fmt: skip
SORTS: Mapping[str, str] = {
    "ℕ": "ℕ", "ℤ": "ℤ", "ℚ": "ℚ", "ℝ": "ℝ", "ℂ": "ℂ", "Nat": "ℕ", "Int": "ℤ", "Rat": "ℚ", "Real": "ℝ", "Complex": "ℂ",
    "NNReal": "ℝ",
}  # fmt: skip

UNITS: Mapping[str, tuple[str, Fraction]] = {  # what is measured, and how many of its first unit
    **{name: ("length", Fraction(size)) for name, size in (("m", 1), ("km", 1000), ("cm", "1/100"), ("mm", "1/1000"))},
    **{name: ("length", Fraction(size)) for name, size in (("meter", 1), ("metre", 1), ("kilometer", 1000))},
    **{name: ("length", Fraction(size)) for name, size in (("centimeter", "1/100"), ("millimeter", "1/1000"))},
    **{name: ("length", Fraction(size)) for name, size in (("inch", "0.0254"), ("inche", "0.0254"), ("in", "0.0254"))},
    **{name: ("length", Fraction(size)) for name, size in (("foot", "0.3048"), ("feet", "0.3048"), ("ft", "0.3048"))},
    **{name: ("length", Fraction(size)) for name, size in (("yard", "0.9144"), ("mile", "1609.344"))},
    **{name: ("time", Fraction(size)) for name, size in (("s", 1), ("second", 1), ("sec", 1), ("minute", 60))},
    **{name: ("time", Fraction(size)) for name, size in (("min", 60), ("hour", 3600), ("h", 3600), ("day", 86400))},
    "week": ("time", Fraction(604800)),
    **{name: ("mass", Fraction(size)) for name, size in (("kg", 1), ("g", "1/1000"), ("mg", "1/1000000"))},
    **{name: ("mass", Fraction(size)) for name, size in (("gram", "1/1000"), ("kilogram", 1), ("ton", 1000))},
    **{name: ("volume", Fraction(size)) for name, size in (("l", 1), ("liter", 1), ("litre", 1), ("ml", "1/1000"))},
    **{name: ("money", Fraction(size)) for name, size in (("dollar", 1), ("usd", 1), ("cent", "1/100"))},
    **{name: ("angle", Fraction(1)) for name in ("degree", "deg")},
}


def is_known(text: str) -> bool:
    return (
        text in FUNCTIONS
        or text in PAIRS
        or text in ROOTS
        or text in CONSTANTS
        or text in GREEK
        or text in ("frac", "lg")
    )


def can_be_letters(text: str) -> bool:
    """Whether a word can be a product of variables, as in 2ab."""
    if any(text.startswith(f) for f in ("sin", "cos", "tan", "log", "ln", "exp", "sqrt", "arc", "lim")):
        return False
    return len(text) <= 4 and text.isascii() and text.isalpha() and len(set(text)) == len(text)
