from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from lemmata.errors import BackendMissing
from lemmata.provers.base import Backends
from lemmata.provers.smt.solver import Status, installed, solve

pytestmark = pytest.mark.sandbox

SOLVERS = [pytest.param(s, marks=pytest.mark.skipif(not installed(s), reason=f"no {s}")) for s in ("z3", "cvc5")]
CUBES = "".join(f"(declare-const {v} Int)" for v in "xyz") + "(assert (= 33 (+ (* x x x) (* y y y) (* z z z))))"


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_model_is_decoded(backends: Backends, solver: str) -> None:
    script = """(set-logic ALL)
(declare-const x Int)(assert (= x (- 3)))
(declare-const r Real)(assert (= (* 3 r) 1.0))
(declare-const p Bool)(assert p)
(declare-const w (_ BitVec 8))(assert (= w #xfe))
(declare-const a (Array Int Int))(assert (= (select a 1) 5))(assert (= (select a 2) 7))
(declare-const |two words| Int)(assert (= |two words| 2))
(declare-fun f (Int Bool) Int)(assert (= (f 1 true) 5))(assert (= (f 2 false) 6))
"""
    told = solve(script, backends, wall_s=10, solver=solver)
    assert told.status is Status.SAT
    function = told.model["f"]
    table = {repr(k): v for k, v in function["function"]}
    assert {table.get(repr(["1", True]), function["default"]), table.get(repr(["2", False]), function["default"])} == {
        "5",
        "6",
    }
    array = told.model["a"]
    cells = dict(map(tuple, array["array"]))
    assert [cells.get(k, array["default"]) for k in ("1", "2")] == ["5", "7"]
    assert {k: v for k, v in told.model.items() if k not in "fa"} == {
        "x": "-3",
        "r": "1/3",
        "p": True,
        "w": {"bv": 8, "value": 254},
        "two words": "2",
    }


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_core_names_assertions(backends: Backends, solver: str) -> None:
    script = """(set-logic ALL)(declare-const x Int)
(assert (! (> x 3) :named h))(assert (! (< x 3) :named |the goal|))(assert (! (< x 9) :named other))"""
    told = solve(script, backends, wall_s=10, solver=solver, cores=True)
    assert told.status is Status.UNSAT
    assert told.core == ("h", "the goal")


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_timeout_is_a_timeout_and_the_next_script_is_answered(backends: Backends, solver: str) -> None:
    start = time.monotonic()
    assert solve("(set-logic ALL)" + CUBES, backends, wall_s=0.5, solver=solver).status is Status.TIMEOUT
    assert time.monotonic() - start < 8
    assert solve("(set-logic ALL)(assert false)", backends, wall_s=5, solver=solver).status is Status.UNSAT


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_script_that_the_solver_can_not_read_says_nothing(backends: Backends, solver: str) -> None:
    for script in ("(assert (> undeclared 3))(assert false)", "(assert false", "(frobnicate)(assert false)"):
        told = solve("(set-logic ALL)" + script, backends, wall_s=5, solver=solver)
        assert told.status is Status.CRASHED, script
        assert told.reason


def test_text_that_a_script_prints_is_no_answer(backends: Backends) -> None:
    told = solve('(echo "unsat")(declare-const x Int)(assert (> x 0))', backends, wall_s=5)
    assert told.status is Status.CRASHED


def test_a_tactic_can_be_asked_for(backends: Backends) -> None:
    script = "(declare-const x Real)(assert (< (* x x) 0.0))"
    check = "(check-sat-using (then simplify qfnra-nlsat))"
    assert solve(script, backends, wall_s=5, check=check).status is Status.UNSAT


def test_running_out_of_memory_is_no_verdict(backends: Backends) -> None:
    lines = [f"(declare-const w{k} (_ BitVec 2048))" for k in range(60)]
    lines += [f"(assert (= (bvmul w{k} w{k + 1}) (bvudiv w{k + 1} w{k})))" for k in range(59)]
    told = solve("\n".join(lines), backends, wall_s=20, memory_mb=64)
    assert told.status in (Status.MEMORY, Status.CRASHED, Status.TIMEOUT)


def test_several_threads_ask_at_once(backends: Backends) -> None:
    def ask(k: int) -> str:
        return str(solve(f"(declare-const x Int)(assert (= x {k}))", backends, wall_s=10).model["x"])

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, range(12))) == [str(k) for k in range(12)]


def test_a_missing_solver_names_its_remedy(backends: Backends) -> None:
    with pytest.raises(BackendMissing, match="use z3"):
        solve("(assert true)", backends, wall_s=1, solver="yices")
