"""What holds of every pair: rewritten answers are the same, changed ones are not, and sympy computes no objection."""

from __future__ import annotations

import itertools
from fractions import Fraction

import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy.parsing.sympy_parser import parse_expr

from lemmata import Different, Same, Undecided, same

ROUNDS = settings(max_examples=120, deadline=None, derandomize=True)

Pair = tuple[str, str]  # two texts of one value

small = st.integers(1, 12)


def leaves() -> st.SearchStrategy[Pair]:
    numerals = small.map(lambda n: (str(n), str(n)))
    halves = st.tuples(small, small).map(lambda p: (f"({p[0]}/{p[1]})", f"({3 * p[0]}/{3 * p[1]})"))
    roots = st.tuples(small, st.sampled_from((2, 3, 5))).map(
        lambda p: (f"sqrt({p[0] ** 2 * p[1]})", f"{p[0]}*sqrt({p[1]})")
    )
    nested = st.tuples(small, st.sampled_from((2, 3, 5, 7))).map(
        lambda p: (f"sqrt({p[0] ** 2 + p[1]}+2*{p[0]}*sqrt({p[1]}))", f"({p[0]}+sqrt({p[1]}))")
    )
    cubic = small.map(lambda n: (f"{n**3}^(1/3)", f"{n}"))
    return st.one_of(numerals, halves, roots, nested, cubic)


def grown(parts: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
    two, three = st.tuples(parts, parts), st.tuples(parts, parts, parts)
    return st.one_of(
        two.map(lambda p: (f"({p[0][0]}+{p[1][0]})", f"({p[1][1]}+{p[0][1]})")),
        two.map(lambda p: (f"({p[0][0]})*({p[1][0]})", f"({p[1][1]})*({p[0][1]})")),
        two.map(lambda p: (f"({p[0][0]}-({p[1][0]}))", f"(-({p[1][1]})+{p[0][1]})")),
        two.map(lambda p: (f"({p[0][0]})", f"(({p[0][1]}+{p[1][0]})-({p[1][1]}))")),
        two.map(
            lambda p: (
                f"({p[0][0]}+{p[1][0]})*({p[0][0]}+{p[1][0]})",
                f"(({p[0][1]})^2+2*({p[0][1]})*({p[1][1]})+({p[1][1]})^2)",
            )
        ),
        three.map(
            lambda p: (f"({p[0][0]})*({p[1][0]}-({p[2][0]}))", f"({p[0][1]}*({p[1][1]})-({p[0][1]})*({p[2][1]}))")
        ),
        parts.map(lambda p: (f"(1/(1+({p[0]})^2))", f"(2/(2+2*({p[1]})^2))")),
        parts.map(lambda p: (f"sqrt(({p[0]})^2)", f"|{p[1]}|")),
    )


numbers = st.recursive(leaves(), grown, max_leaves=5)


def functions() -> st.SearchStrategy[Pair]:
    variables = st.sampled_from("xy").map(lambda v: (v, v))
    return st.recursive(st.one_of(variables, small.map(lambda n: (str(n), str(n)))), polynomial, max_leaves=6)


def polynomial(parts: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
    two, three = st.tuples(parts, parts), st.tuples(parts, parts, parts)
    return st.one_of(
        two.map(lambda p: (f"({p[0][0]}+{p[1][0]})", f"({p[1][1]}+{p[0][1]})")),
        two.map(lambda p: (f"(({p[0][0]}-({p[1][0]}))*({p[0][0]}+{p[1][0]}))", f"(({p[0][1]})^2-({p[1][1]})^2)")),
        three.map(
            lambda p: (f"({p[0][0]})*({p[1][0]}+{p[2][0]})", f"(({p[0][1]})*({p[2][1]})+({p[0][1]})*({p[1][1]}))")
        ),
        parts.map(lambda p: (f"(({p[0]}+1)/(1+({p[0]})^2))", f"(1/(({p[1]})^2+1)+({p[1]})/(({p[1]})^2+1))")),
        parts.map(lambda p: (f"(sin({p[0]})^2)", f"(1-cos({p[1]})^2)")),
        parts.map(lambda p: (f"exp({p[0]}+1)", f"e*exp({p[1]})")),
    )


@ROUNDS
@given(numbers)
def test_a_rewritten_number_is_the_same_and_never_different(pair: Pair) -> None:
    found = same(*pair)
    assert isinstance(found, Same), found


@ROUNDS
@given(numbers, st.integers(1, 60))
def test_a_number_that_was_changed_a_little_is_different(pair: Pair, digits: int) -> None:
    assert isinstance(same(pair[0], f"{pair[1]}+1/10^{digits}"), Different)


@ROUNDS
@given(functions())
def test_a_rewritten_expression_is_the_same_unless_it_is_too_large(pair: Pair) -> None:
    found = same(*pair)
    assert isinstance(found, Same) or (isinstance(found, Undecided) and "too large" in found.reason), found


@ROUNDS
@given(functions(), st.sampled_from(("+1", "+x", "*2+1", "+x*y+1/1000")))
def test_an_expression_that_was_changed_is_never_the_same(pair: Pair, change: str) -> None:
    assert not isinstance(same(pair[0], f"({pair[1]}){change}"), Same)


@ROUNDS
@given(numbers, numbers)
def test_the_finding_agrees_with_sympys_sixty_digits_and_with_the_mirrored_question(first: Pair, second: Pair) -> None:
    found = same(first[0], second[1])
    assert type(found) is type(same(second[1], first[0]))
    assert isinstance(same(first[0], first[0]), Same)
    gap = abs(sympy.N(parse(first[0]) - parse(second[1]), 60))
    if isinstance(found, Same):
        assert gap < 10**-40
    elif isinstance(found, Different):
        assert gap > 10**-40


def parse(text: str) -> sympy.Expr:
    """sympy's reading, every numeral rational."""
    plain = text.replace("^", "**")
    while "|" in plain:
        head, inner, tail = plain.split("|", 2) if plain.count("|") == 2 else split_bars(plain)
        plain = f"{head}Abs({inner}){tail}"
    return parse_expr(plain, evaluate=False).doit()


def split_bars(text: str) -> tuple[str, str, str]:
    """The innermost |…|: bars open behind a sign or a bracket, and close elsewhere."""
    opened = 0
    for i, sign in enumerate(text):
        if sign == "|":
            if i == 0 or text[i - 1] in "(+-*/|":
                opened = i
            else:
                return text[:opened], text[opened + 1 : i], text[i + 1 :]
    raise AssertionError(text)


conditions = st.recursive(
    st.one_of(
        st.tuples(st.integers(-9, 9), st.integers(1, 7)).map(lambda p: (f"n % {p[1]} = {p[0] % p[1]}", "mod", p)),
        st.tuples(st.sampled_from("<≤>≥=≠"), st.integers(-9, 9)).map(lambda p: (f"n {p[0]} {p[1]}", "order", p)),
    ),
    lambda parts: st.one_of(
        st.tuples(parts, parts).map(lambda p: (f"({p[0][0]} ∧ {p[1][0]})", "and", p)),
        st.tuples(parts, parts).map(lambda p: (f"({p[0][0]} ∨ {p[1][0]})", "or", p)),
        parts.map(lambda p: (f"¬ ({p[0]})", "not", p)),
    ),
    max_leaves=4,
)


def holds(condition: tuple, n: int) -> bool:
    _, kind, parts = condition
    match kind:
        case "mod":
            return n % parts[1] == parts[0] % parts[1]
        case "order":
            sign, c = parts
            return {"<": n < c, "≤": n <= c, ">": n > c, "≥": n >= c, "=": n == c, "≠": n != c}[sign]
        case "and":
            return holds(parts[0], n) and holds(parts[1], n)
        case "or":
            return holds(parts[0], n) or holds(parts[1], n)
    return not holds(parts, n)


@ROUNDS
@given(conditions, conditions)
def test_sets_of_integers_are_the_same_just_when_they_hold_the_same_integers(first: tuple, second: tuple) -> None:
    found = same(f"{{n : ℤ | {first[0]}}}", f"{{n : ℤ | {second[0]}}}")
    reach = range(-900, 900)  # 420 is the period of 1 to 7
    assert isinstance(found, Same) == all(holds(first, n) == holds(second, n) for n in reach), found
    assert not isinstance(found, Undecided)


ends = st.one_of(st.integers(-3, 3).map(str), st.sampled_from(("sqrt(2)", "pi", "-sqrt(3)", "1/3")))
pieces = st.tuples(st.sampled_from("[("), ends, ends, st.sampled_from(")]"))
VALUES = {"sqrt(2)": Fraction(1414214, 10**6), "pi": Fraction(3141593, 10**6), "-sqrt(3)": Fraction(-1732051, 10**6)}


def inside(union: list[tuple[str, str, str, str]], x: Fraction) -> bool:
    def value(end: str) -> Fraction:
        return VALUES.get(end) or Fraction(end)

    return any(
        (value(a) < x or (value(a) == x and left == "[")) and (x < value(b) or (value(b) == x and right == "]"))
        for left, a, b, right in union
    )


@ROUNDS
@given(st.lists(pieces, min_size=1, max_size=3), st.lists(pieces, min_size=1, max_size=3))
def test_unions_of_intervals_are_the_same_just_when_they_hold_the_same_numbers(first: list, second: list) -> None:
    texts = ["∪".join(f"{a}{b},{c}{d}" for a, b, c, d in union) for union in (first, second)]
    found = same(*texts, type="Set ℝ")
    marks = sorted({*VALUES.values(), *map(Fraction, range(-4, 5)), Fraction(1, 3)})
    places = [*marks, *((a + b) / 2 for a, b in itertools.pairwise(marks))]
    assert isinstance(found, Same) == all(inside(first, x) == inside(second, x) for x in places), (texts, found)
