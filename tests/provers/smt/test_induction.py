"""Inductions for claims: found, proved, and never of what fails for a small number."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lemmata.api import theorem
from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.problem import Theorem
from lemmata.provers.smt.induction import Unfolding, check_induction, script
from lemmata.provers.terms.evaluate import evaluate
from lemmata.provers.terms.lean_reader import read_claim
from lemmata.provers.terms.term import Every, Num, Sort, Term, Var, substitute
from lemmata.tools.base import Turn
from lemmata.tools.smt_induction import find_inductions, propose
from lemmata.verdict import Accepted, Proved

PROVED = [
    "∀ n : Nat, 2^n ≥ n + 1",
    "∀ n : Nat, n ≥ 5 → 2^n > n^2",
    "∀ n : Nat, 7 ∣ 8^n - 1",
    "∀ n : Nat, 133 ∣ 11^(n+2) + 12^(2*n+1)",
    "∀ (x : Real) (n : Nat), x ≥ -1 → (1+x)^n ≥ 1 + n*x",
    "∀ (a : Int) (n : Nat), a > 1 → a^n ≥ 1",
    "∀ n : Nat, (2:Int)^(2*n+1) % 3 = 2",
]


def claim(text: str) -> Theorem:
    return Theorem(name="c", source=text, language="claim")


def proved(text: str, backends, *, wall_s: float = 12.0) -> bool:
    offer = propose(Turn(problem=claim(text), limits=Limits(wall_s=wall_s)), backends)
    for candidate in offer.candidates:
        judged = check_induction(claim(text), candidate, backends, Limits(wall_s=20))
        if isinstance(judged, Accepted) and judged.verdict == Proved():
            return True
    return False


@pytest.mark.sandbox
@pytest.mark.parametrize("text", PROVED)
def test_an_induction_is_found_and_proved(backends, text):
    assert proved(text, backends)


@pytest.mark.sandbox
@settings(deadline=None, max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(2, 6), st.integers(0, 9), st.integers(0, 9), st.integers(2, 9))
def test_nothing_is_proved_that_fails_for_a_small_number(backends, base, factor, shift, divisor):
    text = f"∀ n : Nat, {divisor} ∣ {base}^n + {factor}*n + {shift}"
    holds = all((base**n + factor * n + shift) % divisor == 0 for n in range(60))
    if proved(text, backends, wall_s=2.0):
        assert holds


def body(text: str) -> tuple[list[Var], Term]:
    variables, term = [], read_claim(text)
    while isinstance(term, Every) and term.holds_all:
        variables.append(term.var)
        term = term.body
    return variables, term


@given(st.integers(-3, 4), st.integers(0, 5), st.integers(0, 5))
def test_powers_taken_apart_have_the_same_value(base, n, m):
    variables, term = body("∀ (a : Int) (n m : Nat), a^(2*n + m + 3) = a^n * a^(n + m) + a^(3*m)")
    unfolding = Unfolding()
    apart = unfolding.unfolded(term, frozenset())
    values = dict(zip((v.name for v in variables), (base, n, m), strict=True))
    constants = {var.name: evaluate(made, values) for made, var in unfolding.made.items()}
    assert evaluate(apart, {**values, **constants}) == evaluate(term, values)
    assert all(evaluate(fact, {**values, **constants}) is True for fact in unfolding.facts)


def test_powers_of_bound_variables_are_left_alone():
    _, term = body("∀ n : Nat, ∃ k : Nat, 2^k > n")
    unfolding = Unfolding()
    assert unfolding.unfolded(term, frozenset()) == term
    assert unfolding.made == {}
    with pytest.raises(BadInput, match="exponent"):
        script([Var("n", Sort.NAT)], [term])


def test_cases_are_written_out():
    way = next(iter(find_inductions(claim("∀ n : Nat, n ≥ 4 → n^2 ≤ 2^n"))))
    assert (way.variable.name, way.start, way.depth) == ("n", 4, 1)
    assert len(list(way.scripts())) == 6
    at_four = substitute(way.claim_at(Num(4, Sort.NAT)), {})
    assert evaluate(at_four, {}) is True


def test_a_claim_that_induction_can_work_on_is_a_claim_and_others_are_lean():
    assert theorem("∀ n : Nat, 2^n ≥ n + 1").language == "claim"
    assert theorem("∀ n : Nat, ∃ k : Nat, 2^k > n").language == "lean"
    assert theorem("∀ p : Prop, p ∨ ¬p").language in ("claim", "lean")
