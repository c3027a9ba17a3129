from __future__ import annotations

import time

import pytest

from lemmata.budget import Limits
from lemmata.problem import Synthesis
from lemmata.provers.base import Backends
from lemmata.provers.smt.implementation import check_implementation
from lemmata.provers.smt.solver import installed
from lemmata.tools.base import Turn
from lemmata.tools.synthesis import clia, sygus
from lemmata.verdict import Accepted, Proved, Reason

pytestmark = pytest.mark.sandbox

STEPS = """(set-logic LIA)
(synth-fun f ((v Int)) Int)
(declare-var x Int)
(constraint (= (- (f (+ x 1)) (f x)) 2))
(constraint (= (f 0) 1))
(check-synth)
"""
CLAMP = """(set-logic LIA)
(synth-fun clamp ((v Int)) Int)
(declare-var x Int)
(constraint (= (clamp x) (ite (< x 0) 0 (ite (> x 100) 100 x))))
(check-synth)
"""
HALF = """(set-logic LIA)
(synth-fun half ((v Int)) Int ((S Int (v 0 1 (- S S) (div S 2)))))
(declare-var x Int)
(constraint (<= (* 2 (half x)) x))
(constraint (> (* 2 (half x)) (- x 2)))
(check-synth)
"""
TWO = """(set-logic LIA)
(synth-fun sum ((a Int) (b Int)) Int)
(synth-fun next ((a Int) (b Int)) Int)
(declare-var x Int)
(declare-var y Int)
(constraint (= (- (next x y) (sum x y)) 1))
(constraint (= (sum x y) (+ x y)))
(check-synth)
"""
WITH_GRAMMAR = """(set-logic LIA)
(synth-fun sign ((v Int)) Int
  ((S Int) (B Bool))
  ((S Int (0 1 v (- S S) (ite B S S))) (B Bool ((< S S) (and B B)))))
(declare-var x Int)
(constraint (=> (> x 0) (= (sign x) 1)))
(constraint (=> (= x 0) (= (sign x) 0)))
(constraint (=> (< x 0) (= (sign x) (- 1))))
(check-synth)
"""
CASES = """(set-logic LIA)
(synth-fun f ((v Int) (w Int)) Int
  ((S Int) (B Bool))
  ((S Int (0 v w (+ S S) (ite B S S))) (B Bool ((< S S)))))
(declare-var x Int)
(declare-var y Int)
(constraint (= (f x y) (ite (>= x y) (+ x x) (ite (> y 0) y 0))))
(check-synth)
"""
TRUTH = """(set-logic LIA)
(synth-fun within ((v Int) (w Int)) Bool)
(declare-var x Int)
(declare-var y Int)
(constraint (= (within x y) (and (<= 0 x) (< x y))))
(check-synth)
"""
IMPOSSIBLE = """(set-logic LIA)
(synth-fun f ((v Int)) Int)
(declare-var x Int)
(declare-var y Int)
(constraint (> (f x) y))
(check-synth)
"""


def problem(source: str) -> Synthesis:
    return Synthesis(name="s", source=source, language="sygus")


@pytest.mark.parametrize("source", [STEPS, CLAMP, HALF, TWO, WITH_GRAMMAR, CASES, TRUTH])
def test_a_function_is_found_and_checked(backends: Backends, source: str) -> None:
    offer = clia.propose(Turn(problem=problem(source), limits=Limits(wall_s=20)), backends)
    assert offer.candidates, offer.finding
    judged = check_implementation(problem(source), offer.candidates[0], backends, Limits())
    assert isinstance(judged, Accepted), judged
    assert isinstance(judged.verdict, Proved)


def test_what_can_not_be_satisfied_ends_in_time_without_a_candidate(backends: Backends) -> None:
    start = time.monotonic()
    offer = clia.propose(Turn(problem=problem(IMPOSSIBLE), limits=Limits(wall_s=3)), backends)
    assert offer.candidates == ()
    assert offer.finding is not None
    assert offer.finding.reason in (Reason.TIMEOUT, Reason.EXHAUSTED)
    assert time.monotonic() - start < 5


@pytest.mark.skipif(not installed("cvc5"), reason="no cvc5")
@pytest.mark.parametrize("source", [CLAMP, TWO, WITH_GRAMMAR])
def test_cvc5_finds_functions_too(backends: Backends, source: str) -> None:
    offer = sygus.propose(Turn(problem=problem(source), limits=Limits(wall_s=90)), backends)
    assert offer.candidates, offer.finding
    judged = check_implementation(problem(source), offer.candidates[0], backends, Limits())
    assert isinstance(judged, Accepted), judged
    assert isinstance(judged.verdict, Proved)
