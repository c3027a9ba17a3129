"""Claims about bit-vectors mean what Lean means by them."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.formats.smtlib import read_script
from lemmata.problem import Candidate, Theorem
from lemmata.provers.lean.check import check_proof
from lemmata.provers.smt.evaluate import Interpretation, evaluate
from lemmata.provers.smt.query import query_of
from lemmata.provers.terms.claim import to_smtlib
from lemmata.verdict import Accepted

Meaning = Callable[[dict[str, int]], int]


def holds(text: str) -> bool:
    """What our own evaluation makes of the script of a claim."""
    (assertion,) = read_script(to_smtlib(text)).assertions
    return not evaluate(assertion.term, Interpretation({}, {}))


def signed(value: int, width: int) -> int:
    return value - (1 << width) if value >= 1 << (width - 1) else value


def truncated(a: int, b: int) -> int:
    """The quotient rounded towards zero, 0 for divisor 0."""
    return 0 if b == 0 else abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


def remainder(a: int, b: int) -> int:
    return a - b * truncated(a, b)


def operations(width: int) -> dict[str, Callable[[int, int], int]]:
    """Text with two holes -> what it means, by plain integers; the result is taken modulo 2 ^ width."""

    def s(a: int) -> int:
        return signed(a, width)

    return {
        "({} + {})": lambda a, b: a + b,
        "({} - {})": lambda a, b: a - b,
        "({} * {})": lambda a, b: a * b,
        "({} / {})": lambda a, b: a // b if b else 0,
        "({} % {})": lambda a, b: a % b if b else a,
        "({} &&& {})": lambda a, b: a & b,
        "({} ||| {})": lambda a, b: a | b,
        "({} ^^^ {})": lambda a, b: a ^ b,
        "({} <<< {})": lambda a, b: a << b,
        "({} >>> {})": lambda a, b: a >> b,
        "(BitVec.sdiv {} {})": lambda a, b: truncated(s(a), s(b)),
        "(BitVec.srem {} {})": lambda a, b: remainder(s(a), s(b)),
        "(BitVec.smod {} {})": lambda a, b: s(a) % s(b) if b else a,
        "(BitVec.udiv {} {})": lambda a, b: a // b if b else 0,
        "(BitVec.umod {} {})": lambda a, b: a % b if b else a,
        "(if {} < {} then 1#W else 2#W)": lambda a, b: 1 if a < b else 2,
        "(if BitVec.slt {} {} then 1#W else 2#W)": lambda a, b: 1 if s(a) < s(b) else 2,
        "(if BitVec.sle {} {} then 1#W else 2#W)": lambda a, b: 1 if s(a) <= s(b) else 2,
        "(if {} ≥ {} then 1#W else 2#W)": lambda a, b: 1 if a >= b else 2,
    }


def unary(width: int) -> dict[str, Callable[[int], int]]:
    wide = width + 2
    return {
        "(~~~{})": lambda a: ~a,
        "(-{})": lambda a: -a,
        "({} <<< 1)": lambda a: a << 1,
        f"({{}} >>> {width + 1})": lambda a: 0,
        "(BitVec.sshiftRight {} 1)": lambda a: signed(a, width) >> 1,
        "(BitVec.sshiftRight {} 9)": lambda a: signed(a, width) >> 9,
        f"(BitVec.setWidth {width} (BitVec.signExtend {wide} {{}} >>> 1))": lambda a: (
            signed(a, width) % (1 << wide) >> 1
        ),
        f"(BitVec.setWidth {width} (BitVec.setWidth {wide} {{}} >>> 1))": lambda a: a >> 1,
        f"({{}} <<< {width}#{wide})": lambda a: 0,
    }


def expression(pick: Callable[[list[str]], str], width: int, depth: int) -> tuple[str, Meaning]:
    """A random expression over x and y with its meaning."""
    top = 1 << width
    two, one = operations(width), unary(width)
    shape = pick(["leaf"] if depth == 0 else ["leaf", "one", "two", "two", "two"])
    if shape == "leaf":
        name = pick(["x", "y", *(f"{v}#{width}" for v in range(top))])
        return name, (lambda env: env[name]) if name in "xy" else (lambda env: int(name.partition("#")[0]))
    if shape == "one":
        text = pick(list(one))
        inner, meaning = expression(pick, width, depth - 1)
        return text.format(inner), lambda env: one[text](meaning(env)) % top
    text = pick(list(two))
    left, first = expression(pick, width, depth - 1)
    right, second = expression(pick, width, depth - 1)
    filled = text.replace("#W", f"#{width}").format(left, right)
    return filled, lambda env: two[text](first(env), second(env)) % top


def claim(pick: Callable[[list[str]], str], width: int, depth: int, pinned: str) -> tuple[str, bool]:
    """A random claim about all x and y (or pinned ones), and whether it holds."""
    sign = pick(["=", "≠", "<", "≤", ">", "≥"])
    compare = {
        "=": int.__eq__, "≠": int.__ne__, "<": int.__lt__, "≤": int.__le__, ">": int.__gt__, "≥": int.__ge__,
    }[sign]  # fmt: skip
    (left, one), (right, other) = (expression(pick, width, depth) for _ in range(2))
    values = range(1 << width)
    pairs = [(int(pick([str(v) for v in values])), int(pick([str(v) for v in values])))] if pinned else None
    found = all(
        compare(one({"x": x, "y": y}), other({"x": x, "y": y}))
        for x, y in (pairs if pairs is not None else itertools.product(values, values))
    )
    head = f"∀ x y : BitVec {width}, "
    if pairs is not None:
        (x, y) = pairs[0]
        head = f"∀ x : BitVec {width}, x = {x} → ∀ y : BitVec {width}, y = {y} → "
    return f"{head}{left} {sign} {right}", found


@settings(max_examples=150, deadline=None)
@given(st.data(), st.integers(1, 4))
def test_a_claim_holds_where_direct_evaluation_says_so(data, width):
    text, found = claim(lambda options: data.draw(st.sampled_from(options)), width, 2, "")
    assert holds(text) is found


HOLD = [
    "∀ x y : BitVec 8, x ^^^ y ^^^ y = x",
    "∀ x : BitVec 8, x / 0 = 0 ∧ x % 0 = x",
    "∀ (x y : BitVec 4) (h : x < y), y ≠ 0",
    "∀ x y : BitVec 4, x + y &&& 3 = (x + y) &&& 3",
    "∀ x y : BitVec 4, x ||| y &&& x = x",
    "∀ x y : BitVec 4, x <<< 1 + y = (x <<< 1) + y",
    "∀ x y : BitVec 4, ~~~x &&& y = (~~~x) &&& y",
    "∀ x : BitVec 4, 2 * x <<< 1 = 2 * (x <<< 1)",
    "∀ x y : BitVec 3, ¬ x = y ↔ x ^^^ y ≠ 0",
    "∀ x : BitVec 3, ∃ y : BitVec 3, x + y = 0",
    "∀ x : BitVec 4, x.slt 0 ↔ 8 ≤ x",
    "∀ x : BitVec 4, 15#4 = -1 ∧ x + 16 = x",
    "∀ (p : Prop) (x : BitVec 2), (p → x = 1) → x = 2 → ¬ p",
    "∀ x : BitVec 2, x <<< 4#2 = x ∧ x <<< 4 = 0",
    "∀ x : BitVec 4, x.smtUDiv 0 = 15 ∧ x.sdiv 0 = 0",
    "∀ x : BitVec 2, x = 1 → ∃ x : BitVec 2, x = 3",
]
FAIL = [
    "∀ x : BitVec 4, x - 1 < x",
    "∀ x : BitVec 4, x / 0 = 15",
    "∀ x y : BitVec 4, x + y &&& 3 = x + (y &&& 3)",
    "∀ x y : BitVec 4, x.slt y ↔ x < y",
    "∀ x : BitVec 4, x <<< 1 >>> 1 = x",
    "∀ x : BitVec 4, 0 - x = x",
]


@pytest.mark.parametrize("text", HOLD)
def test_what_lean_proves_holds(text):
    assert holds(text)


@pytest.mark.parametrize("text", FAIL)
def test_what_lean_refutes_does_not_hold(text):
    assert not holds(text)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("∀ (x : BitVec 8) (y : BitVec 9), x = y", "claim:38"),
        ("∀ x : BitVec 0, x = x", "claim:14"),
        ("∀ n : ℕ, ∀ x : BitVec 8, x <<< n = x", "claim:3"),
        ("∀ x : BitVec 8, 1 <<< x = 2", "claim:19"),
        ("∀ x : BitVec 8, x <<< (1 + 1) = x", "claim:26"),
        ("∀ x : BitVec 8, x ^ 2 = x", "claim:19"),
        ("∀ x : BitVec 8, x.toNat = 3", "claim:17"),
        ("∀ x : BitVec n, x = x", "claim:14"),
        ("∀ (p : Prop) (x : BitVec 8), p + x = x", "claim:30"),
        ("∀ (p : Prop) (x : BitVec 8), x + p = x", "claim:34"),
        ("∀ x : BitVec 8, y = x", "claim:17"),
        ("∀ x : BitVec 8, x", "claim:17"),
        ("∀ x : BitVec 8, x &&& x", "claim:19"),
        ("∀ x : BitVec 99999, x = x", "claim:14"),
        ("∀ x : BitVec 8, ∃! y : BitVec 8, x = y", "claim:17"),
    ],
)
def test_what_is_outside_the_fragment_is_refused_with_its_column(text, place):
    with pytest.raises(BadInput) as caught:
        to_smtlib(text)
    assert caught.value.place == place


def test_variables_and_hypotheses_are_opened_for_solvers():
    text = "∀ x : BitVec 8, x < 3 → ∀ y : BitVec 8, y < x → y < 2"
    script = query_of(Theorem(name="t", source=text, language="claim"))
    assert [d.name for d in script.declarations] == ["x", "y"]
    assert len(script.assertions) == 3


@pytest.mark.lean
@pytest.mark.sandbox
def test_lean_decides_claims_as_we_do(backends):
    rng, seen = random.Random(11), {True: 0, False: 0}
    while min(seen.values()) < 8:
        text, found = claim(rng.choice, rng.randint(1, 4), 2, "pinned")
        if seen[found] >= 8:
            continue
        seen[found] += 1
        assert holds(text) is found
        head, _, body = text.rpartition(" → ")
        stated = text if found else f"{head} → ¬ ({body})"
        problem = Theorem(
            name="t.lean", source=f"open BitVec\ntheorem t : {stated} := by sorry\n", language="lean", target="t"
        )
        proof = Candidate(form="lean-proof", content={"body": "by intro x hx y hy; subst hx; subst hy; decide"})
        judged = check_proof(problem, proof, backends, Limits(wall_s=60.0))
        assert isinstance(judged, Accepted), (stated, judged)


@pytest.mark.lean
@pytest.mark.sandbox
@pytest.mark.parametrize(("texts", "wanted"), [(HOLD, True), (FAIL, False)])
def test_lean_reads_precedence_and_numerals_as_we_do(backends, texts, wanted):
    for text in texts:
        stated = text.replace("BitVec 8", "BitVec 3")
        if "Prop" in stated or "(h :" in stated:
            continue
        assert holds(stated) is wanted
        source = f"open BitVec\ntheorem t : {stated if wanted else f'¬ ({stated})'} := by sorry\n"
        problem = Theorem(name="t.lean", source=source, language="lean", target="t")
        proof = Candidate(form="lean-proof", content={"body": "by decide"})
        judged = check_proof(problem, proof, backends, Limits(wall_s=60.0))
        assert isinstance(judged, Accepted), (stated, judged)
