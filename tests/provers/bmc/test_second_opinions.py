"""Verdicts on programs that something else has to confirm: real solvers and proofs, stand-ins for ESBMC and CBMC.

Neither checker can be installed from a package registry, so small programs that print what they print take their place.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from lemmata import Budget, Settings, load_settings, recheck, solve
from lemmata.api import recheck_all
from lemmata.budget import Limits
from lemmata.errors import BackendMissing, BadInput, Disagreement
from lemmata.problem import Candidate, Program
from lemmata.provers.base import Backends
from lemmata.provers.bmc.check import check_bounded, check_trace
from lemmata.provers.smt.solver import Status
from lemmata.provers.smt.solver import solve as ask
from lemmata.verdict import Accepted, Judgement, Proved, Rejected, SafeUpTo

pytestmark = pytest.mark.sandbox

SAFE = """int main(void) {
  int x;
  __VERIFIER_assume(x >= 0 && x < 100);
  assert(x * x <= 9801);
  return 0;
}
"""
BROKEN = SAFE.replace("9801", "9800")
LOOP = """int main(void) {
  unsigned n, i = 0;
  while (i < n) { i = i + 1; }
  assert(i == n);
  return 0;
}
"""
COMPLETE = Candidate(form="bounded", content={"bound": 1, "complete": True, "logic": "integers"})
UP_TO_3 = Candidate(form="bounded", content={"bound": 3, "complete": False, "logic": "integers"})
TRACE = Candidate(form="trace", content={"inputs": {"head": [99], "tail": [0]}})


def program(source: str) -> Program:
    return Program(name="program.c", source=source, language="c")


def judge(source: str, candidate: Candidate, settings: Settings) -> Judgement:
    with Backends(settings) as backends:
        check = check_trace if candidate.form == "trace" else check_bounded
        return check(program(source), candidate, backends, Limits(wall_s=20))


@pytest.mark.parametrize("second", ["cvc5", "bitwuzla", "drup"])
def test_a_proved_program_is_confirmed_by(second: str) -> None:
    needed = {"drup": ("pysat", "dratify")}.get(second, (second,))
    if not all(map(find_spec, needed)):
        pytest.skip(f"{' and '.join(needed)} not installed")
    if second == "bitwuzla":  # which knows bits only
        candidate = replace(COMPLETE, content={**COMPLETE.content, "logic": "bitvectors"})
    else:
        candidate = COMPLETE
    judged = judge(SAFE, candidate, load_settings(confirm=second))
    assert isinstance(judged, Accepted)
    assert judged.verdict == Proved()
    assert "agrees" in judged.tools["z3"]


@pytest.mark.parametrize("second", ["cvc5", "drup"])
def test_what_is_false_is_not_confirmed(second: str) -> None:
    judged = judge(BROKEN, COMPLETE, load_settings(confirm=second))
    assert isinstance(judged, Rejected)


def test_a_solver_that_can_not_read_the_question_confirms_nothing() -> None:
    pytest.importorskip("bitwuzla", reason="bitwuzla is not installed")
    assert isinstance(judge(SAFE, COMPLETE, load_settings(confirm="bitwuzla")), Rejected)


def test_there_is_no_proof_about_bits_of_a_question_about_integers() -> None:
    with Backends(load_settings(confirm="drup")) as backends:
        told = ask("(declare-const x Int)\n(assert (< x x))\n", backends, wall_s=5)
    assert told.status is Status.UNKNOWN
    assert "DRUP" in told.reason


def test_a_certificate_is_confirmed_when_it_is_checked_again(tmp_path: Path) -> None:
    solution = solve(program(SAFE), budget=Budget(wall_s=20), keep=False)
    assert solution.verdict == Proved()
    assert solution.certificate is not None
    assert recheck(solution.certificate, settings=load_settings(confirm="cvc5")) == Proved()


def test_an_unknown_second_opinion_is_refused() -> None:
    with pytest.raises(BadInput, match="CONFIRM"):
        load_settings(confirm="my-cousin")


@pytest.fixture
def standing_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


def stand_in(folder: Path, name: str, says: str, *, code: int = 0) -> None:
    """A program of that name that insists on its options and says that."""
    script = f"""#!/bin/sh
case "$*" in program.c\\ --function\\ main\\ *) ;; *) echo "bad options: $*"; exit 6;; esac
grep -q '#line 1' program.c || exit 6
cat <<'END'
{says}
END
exit {code}
"""
    file = folder / name
    file.write_text(script)
    file.chmod(0o755)


CBMC_SAFE = "[main.assertion.1] line 4 assertion x * x <= 9801: SUCCESS\n\nVERIFICATION SUCCESSFUL"
CBMC_BROKEN = "[main.assertion.1] line 4 assertion x * x <= 9800: FAILURE\n\nVERIFICATION FAILED"
CBMC_DEEPER = "[main.unwind.0] line 3 unwinding assertion loop 0: FAILURE\n\nVERIFICATION FAILED"
ESBMC_SAFE = "Solution found by the forward condition (k = 1)\n\nVERIFICATION SUCCESSFUL"
ESBMC_BROKEN = "Violated property:\n  file program.c line 4 column 3 function main\n  assertion\n\nVERIFICATION FAILED"


@pytest.mark.parametrize(("name", "says"), [("cbmc", CBMC_SAFE), ("esbmc", ESBMC_SAFE)])
def test_another_checker_that_agrees_is_named(name: str, says: str, standing_in: Path) -> None:
    stand_in(standing_in, name, says)
    judged = judge(SAFE, COMPLETE, load_settings(confirm=name))
    assert isinstance(judged, Accepted)
    assert judged.tools[name] == "agrees"


@pytest.mark.parametrize(("name", "says"), [("cbmc", CBMC_BROKEN), ("esbmc", ESBMC_BROKEN)])
def test_both_see_the_violation(name: str, says: str, standing_in: Path) -> None:
    stand_in(standing_in, name, says, code=10)
    judged = judge(BROKEN, TRACE, load_settings(confirm=name))
    assert isinstance(judged, Accepted)
    assert judged.tools[name] == "agrees"


@pytest.mark.parametrize(
    ("name", "says", "source", "candidate"),
    [
        ("cbmc", CBMC_BROKEN, SAFE, COMPLETE),
        ("esbmc", ESBMC_BROKEN, SAFE, COMPLETE),
        ("cbmc", CBMC_SAFE, BROKEN, TRACE),
        ("esbmc", ESBMC_SAFE, BROKEN, TRACE),
        ("cbmc", CBMC_BROKEN, LOOP, UP_TO_3),
    ],
)
def test_a_contradiction_is_an_error_and_no_verdict(
    name: str, says: str, source: str, candidate: Candidate, standing_in: Path
) -> None:
    stand_in(standing_in, name, says)
    with pytest.raises(Disagreement, match=f"to {name}: one of the two is wrong"):
        judge(source, candidate, load_settings(confirm=name))


@pytest.mark.parametrize("source", [SAFE, BROKEN])
def test_a_contradiction_is_what_the_user_is_told_and_no_certificate_is_written(
    source: str, standing_in: Path, tmp_path: Path
) -> None:
    stand_in(standing_in, "cbmc", CBMC_BROKEN if source == SAFE else CBMC_SAFE)
    file = tmp_path / "program.c"
    file.write_text(source)
    command = [sys.executable, "-m", "lemmata", "solve", "--confirm", "cbmc", "--out", str(tmp_path / "run"), str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    assert "disagreement" in done.stdout
    assert "one of the two is wrong" in done.stderr
    assert done.returncode == 2
    assert not list((tmp_path / "run" / "certificates").iterdir())


def test_one_certificate_that_is_contradicted_does_not_keep_the_others_from_being_checked(
    standing_in: Path, tmp_path: Path
) -> None:
    safe, broken = (solve(program(s), budget=Budget(wall_s=20), keep=False).certificate for s in (SAFE, LOOP))
    for name, certificate in (("a.json", safe), ("b.json", broken)):
        (tmp_path / name).write_text(json.dumps(certificate))
    stand_in(standing_in, "cbmc", CBMC_BROKEN)
    rows = list(recheck_all([tmp_path / "a.json", tmp_path / "b.json"], load_settings(confirm="cbmc")))
    assert [row.verdict for row in rows] == [None, None]
    assert all("one of the two is wrong" in row.reason for row in rows)


@pytest.mark.parametrize(
    "says", ["VERIFICATION UNKNOWN", "", "VERIFICATION SUCCESSFUL\nVERIFICATION FAILED", "error: parse", CBMC_DEEPER]
)
def test_no_clear_word_confirms_nothing(says: str, standing_in: Path) -> None:
    stand_in(standing_in, "cbmc", says, code=6)
    judged = judge(SAFE, COMPLETE, load_settings(confirm="cbmc"))
    assert isinstance(judged, Rejected)
    assert "does not confirm" in judged.faults[0].text


def test_a_bound_is_confirmed_by_no_violation_within_it(standing_in: Path) -> None:
    stand_in(standing_in, "cbmc", CBMC_DEEPER, code=10)
    judged = judge(LOOP, UP_TO_3, load_settings(confirm="cbmc"))
    assert isinstance(judged, Accepted)
    assert judged.verdict == SafeUpTo(3)


def test_without_the_checker_the_remedy_is_told(standing_in: Path) -> None:
    with pytest.raises(BackendMissing, match=r"cbmc is not on the PATH.*install"):
        judge(SAFE, COMPLETE, load_settings(confirm="cbmc"))


def test_mathematical_integers_are_not_confirmed_by_a_checker_of_machine_integers(standing_in: Path) -> None:
    stand_in(standing_in, "cbmc", CBMC_SAFE)
    with Backends(load_settings(confirm="cbmc")) as backends:
        asked = replace(program(SAFE), integers="unbounded")
        judged = check_bounded(asked, COMPLETE, backends, Limits(wall_s=20))
    assert isinstance(judged, Rejected)
