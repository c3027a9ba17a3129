"""Several solvers on one script: who is asked, who wins, and that the rest are stopped."""

from __future__ import annotations

import threading
import time

import pytest

from lemmata.formats.smtlib import read_script, write_script
from lemmata.provers.base import Backends
from lemmata.provers.smt.portfolio import CVC5, MEMBERS, Z3, Member, features_of, members_for, race
from lemmata.provers.smt.query import prepare
from lemmata.provers.smt.solver import SolverAnswer, Status, Stop, installed, solve

pytestmark = pytest.mark.sandbox

CUBES = "".join(f"(declare-const {v} Int)" for v in "xyz") + "(assert (= 33 (+ (* x x x) (* y y y) (* z z z))))"
EASY = "(declare-const x Int)(assert (> x 3))(assert (not (> x 2)))"


def anything(member: Member, told: SolverAnswer) -> bool:
    return True


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("(declare-const x (_ BitVec 8))(assert (= x (bvmul x x)))", "bitwuzla" if installed("bitwuzla") else "z3"),
        ("(declare-const x Int)(assert (> x 3))", "z3"),
        ("(declare-const x Real)(assert (> (* x x) 3.0))", "z3"),
        ("(assert (forall ((x Int)) (exists ((y Int)) (> y x))))", "z3"),
    ],
)
def test_the_best_member_for_the_logic_is_asked_first(text: str, best: str) -> None:
    members = members_for(read_script(text))
    assert members[0].name == best
    assert len({m.name for m in members}) == len(members) > 1


def test_features_are_read_off_the_terms() -> None:
    seen = features_of(read_script("(declare-fun f (Int) Int)(declare-const x Int)(assert (= (* x (f x)) (* 2 x)))"))
    assert (seen.nonlinear, seen.functions, seen.quantified) == (True, True, False)
    assert not features_of(read_script("(declare-const x Int)(assert (= (div x 2) (* 2 x)))")).nonlinear
    assert features_of(read_script("(declare-const x Int)(assert (= (div 2 x) 1))")).nonlinear


def test_the_first_confirmed_answer_wins(backends: Backends) -> None:
    ended = race(lambda _: EASY, (Z3, CVC5), backends, wall_s=10, confirmed=anything)
    assert (ended.winner is not None and ended.winner.status, ended.member) == (Status.UNSAT, Z3)


def test_an_answer_that_is_not_confirmed_does_not_win(backends: Backends) -> None:
    if not installed("cvc5"):
        pytest.skip("no cvc5")
    ended = race(lambda _: EASY, (Z3, CVC5), backends, wall_s=10, confirmed=lambda m, _: m is CVC5)
    assert ended.member is CVC5
    assert ended.told["z3"].status is Status.UNSAT


def test_a_member_with_bounds_finds_models_and_never_says_that_there_are_none(backends: Backends) -> None:
    small = Member(name="small", solver="z3", within=5)

    def bounded(member: Member) -> str:
        return "(declare-const x Int)(assert (> x 10))" + ("(assert (<= (- 5) x 5))" if member.within else "")

    ended = race(bounded, (small,), backends, wall_s=5, confirmed=anything)
    assert ended.winner is None
    assert ended.told["small"].status is Status.UNKNOWN
    assert all(not m.within for m in MEMBERS.values())


def test_a_race_without_a_winner_ends_at_its_limit(backends: Backends) -> None:
    began = time.monotonic()
    ended = race(lambda _: CUBES, (Z3, CVC5, MEMBERS["z3-seed-7"]), backends, wall_s=2, confirmed=anything)
    assert ended.winner is None
    assert {told.status for told in ended.told.values()} <= {Status.TIMEOUT, Status.UNKNOWN}
    assert time.monotonic() - began < 6


def test_the_losers_are_stopped_and_their_workers_stay_warm(backends: Backends) -> None:
    hard = Member(name="hard", solver="z3")

    def write(member: Member) -> str:
        return CUBES if member is hard else EASY

    solve(EASY, backends, wall_s=5)
    began = time.monotonic()
    quick = Member(name="quick", solver="z3", seed=1)
    ended = race(write, (hard, quick), backends, wall_s=60, confirmed=anything)
    assert ended.member is quick
    assert time.monotonic() - began < 10
    again = time.monotonic()
    assert solve(EASY, backends, wall_s=5).status is Status.UNSAT
    assert time.monotonic() - again < 1  # a new process would have to import the solver


def test_a_question_is_stopped_from_another_thread_and_the_next_one_is_answered(backends: Backends) -> None:
    solve(EASY, backends, wall_s=5)
    stop = Stop()
    threading.Timer(0.3, stop.stop).start()
    began = time.monotonic()
    told = solve(CUBES, backends, wall_s=60, stop=stop)
    assert told.status is Status.TIMEOUT
    assert "cancelled" in told.reason
    assert time.monotonic() - began < 10
    assert solve(EASY, backends, wall_s=5, stop=stop).status is Status.TIMEOUT  # once stopped it stays so
    assert solve(EASY, backends, wall_s=5, stop=Stop()).status is Status.UNSAT


def test_bitwuzla_gives_models_of_words_and_arrays(backends: Backends) -> None:
    if not installed("bitwuzla"):
        pytest.skip("no bitwuzla")
    script = prepare(
        read_script(
            "(declare-const |x y| (_ BitVec 8))(declare-const q Bool)(assert (= (bvmul |x y| #x03) #x09))(assert q)"
        )
    )
    told = solve(write_script(script), backends, wall_s=5, solver="bitwuzla")
    assert told.status is Status.SAT
    assert told.model == {"x y": {"bv": 8, "value": 3}, "q": True}
    assert solve("(garbage", backends, wall_s=5, solver="bitwuzla").status is Status.CRASHED
