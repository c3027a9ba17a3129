"""The tools as functions: every one with good input and with bad, its limits, and what may be read."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

import lemmata
from lemmata.config import Settings
from lemmata.environment import load_settings
from lemmata.errors import BadInput
from lemmata.toolbox import desks
from lemmata.toolbox.found import Found
from lemmata.toolbox.tools import Toolbox

pytestmark = pytest.mark.sandbox
STUB = 'def double(x: int) -> int:\n    """\n    >>> double(2)\n    4\n    >>> double(5)\n    10\n    """\n    ...\n'
WRONG = "def largest(a: int, b: int) -> int:\n    r = a if a > b else a\n    assert r >= b\n    return r\n"
CUBES = "".join(f"(declare-const {v} Int)\n" for v in "xyz") + (
    "(assert (= (+ (* x x x) (* y y y) (* z z z)) 42))\n(check-sat)\n"
)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Certificates go to a folder of the test's own; the toolchains stay where they are."""
    home = tmp_path_factory.mktemp("home")
    lean = load_settings().home / "lean"
    if lean.exists():
        (home / "lean").symlink_to(lean)
    return load_settings(home=home)


@pytest.fixture(scope="module")
def toolbox(settings: Settings) -> Iterator[Toolbox]:
    with Toolbox(settings) as made:
        yield made


def call(tool, *args: object, **more: object) -> Found:
    return anyio.run(lambda: tool(*args, **more))


def test_a_true_claim_is_proved_and_its_certificate_rechecks(toolbox: Toolbox) -> None:
    found = call(toolbox.decide, "claim", "∀ x y : Int, x < y → x + 1 ≤ y")
    assert (found.verdict, found.reason) == ("proved", "")
    assert "a checker accepted a proof" in found.promise
    assert lemmata.recheck(found.certificate_path, settings=toolbox.settings) == lemmata.Proved()


def test_a_false_claim_comes_with_values_that_falsify_it(toolbox: Toolbox) -> None:
    found = call(toolbox.find_counterexample, "claim", "∀ x : Nat, x - 1 < x", certificate="inline")
    assert found.counterexample is not None
    assert (found.verdict, found.counterexample["values"]) == ("refuted", {"x": "0"})
    assert found.certificate is not None
    assert found.certificate_path == ""


def test_a_claim_that_asks_for_something_gives_an_answer(toolbox: Toolbox) -> None:
    found = call(toolbox.decide, "claim", "find answer : ℕ where (h : 2 * answer = 6)", certificate="none")
    assert (found.verdict, found.answer, found.certificate, found.certificate_path) == ("proved", "3", None, "")


def test_what_asks_for_something_has_no_counterexample(toolbox: Toolbox) -> None:
    with pytest.raises(BadInput, match="use decide"):
        call(toolbox.find_counterexample, "claim", "find answer : ℕ where (h : 2 * answer = 6)")


def test_a_violation_is_found_but_not_repaired_by_check(toolbox: Toolbox) -> None:
    found = call(toolbox.check, "python", WRONG)
    assert found.verdict == "refuted"
    assert found.answer is None
    values = found.counterexample["values"]["arguments"]
    assert int(values["b"]) > int(values["a"])


def test_repair_gives_the_patched_program_and_its_diff(toolbox: Toolbox) -> None:
    found = call(toolbox.repair, "python", WRONG)
    assert found.verdict == "repaired", found
    assert "assert r >= b" in found.answer["patched"]
    assert found.answer["diff"].startswith("--- source.py\n+++ source.py\n")
    assert call(toolbox.check, "python", found.answer["patched"]).verdict == "proved"


def test_a_program_without_faults_needs_no_repair(toolbox: Toolbox) -> None:
    right = WRONG.replace("else a", "else b")
    found = call(toolbox.repair, "python", right)
    assert (found.verdict, found.answer) == ("nothing_to_repair", None)


def test_a_c_program_reads_its_integers_as_told(toolbox: Toolbox) -> None:
    source = "int main(void) { int x; if (x < 0) return 0; int y = x + 1; return y > 0; }\n"
    assert call(toolbox.check, "c", source).verdict == "refuted"
    assert call(toolbox.check, "c", source, integers="unbounded").verdict == "proved"


def test_a_function_is_written_from_its_examples(toolbox: Toolbox) -> None:
    found = call(toolbox.synthesize, "python", STUB)
    assert found.verdict == "tested"
    assert "nothing about others" in found.promise
    assert "return x + x" in found.answer


@pytest.mark.lean
def test_lean_proofs_are_found_repaired_and_audited(toolbox: Toolbox) -> None:
    asked = "theorem t (a b : Nat) : a + b = b + a := by sorry\n"
    proved = call(toolbox.prove, asked)
    assert proved.verdict == "proved"
    solved = asked.replace("by sorry", proved.answer)
    accepted = call(toolbox.audit, asked, solved)
    assert (accepted.verdict, accepted.answer["theorems"], accepted.faults) == ("accepted", ["t"], ())
    other = call(toolbox.audit, asked, "theorem t (a b : Nat) : a + b = a + b := rfl\n")
    assert other.verdict == "rejected"
    assert (other.faults[0]["line"], other.faults[0]["column"]) == (1, 9)
    mended = call(toolbox.repair, "lean", asked.replace("sorry", "rfl"))
    assert mended.verdict == "repaired"
    assert call(toolbox.audit, asked, mended.answer["patched"]).verdict == "accepted"
    with pytest.raises(BadInput, match=r"theorem: .*\(t\), got 'u'"):
        call(toolbox.prove, asked, theorem="u")


def test_equal_answers_are_the_same_and_others_differ_with_a_witness(toolbox: Toolbox) -> None:
    assert call(toolbox.same_answer, "\\frac{\\sqrt 8}{2}", "2^(1/2)").verdict == "same"
    different = call(toolbox.same_answer, "1/2", "0.51")
    assert different.verdict == "different"
    assert different.reason


@pytest.mark.parametrize(
    ("tool", "args", "says"),
    [
        ("decide", ("smtlib", "(check"), "source:1:1"),
        ("decide", ("claim", ""), "source: expected a text"),
        ("check", ("python", "def f(x:\n"), "source"),
        ("check", ("python", "x = 1\n"), "nothing to check"),
        ("check", ("c", "int main( {"), "source.c"),
        ("synthesize", ("sygus", "(set-logic LIA)"), "source"),
        ("synthesize", ("python", "def f(x: int) -> int:\n    return x\n"), "source"),
        ("same_answer", ("1/", "2"), "first answer"),
        ("prove", ("theorem t : True := trivial\n",), "sorry"),
        ("repair", ("python", "def f(x:\n"), "source"),
    ],
)
def test_bad_input_is_named_with_its_place(toolbox: Toolbox, tool: str, args: tuple[str, ...], says: str) -> None:
    with pytest.raises(BadInput) as raised:
        call(getattr(toolbox, tool), *args)
    assert says in str(raised.value)


@pytest.mark.parametrize("wall_s", [0.0, -1.0, float("nan"), float("inf"), 1e9])
def test_a_limit_that_is_none_is_refused(toolbox: Toolbox, wall_s: float) -> None:
    with pytest.raises(BadInput, match="wall_s"):
        call(toolbox.decide, "claim", "∀ x : Int, x ≤ x", wall_s=wall_s)


def test_a_limit_is_kept_and_its_end_is_no_verdict(toolbox: Toolbox) -> None:
    began = time.monotonic()
    found = call(toolbox.decide, "smtlib", CUBES, wall_s=1.0)
    assert (found.verdict, found.certificate_path, found.reason[:7]) == ("unknown", "", "timeout")
    assert time.monotonic() - began < 15


def test_files_are_read_only_within_the_folder_that_was_opened(settings: Settings, tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "t.claim").write_text("∀ x : Int, x ≤ x")
    (tmp_path / "secret.claim").write_text("∀ x : Int, x ≤ x")
    (root / "link.claim").symlink_to(tmp_path / "secret.claim")
    with Toolbox(settings, root=root) as opened:
        assert call(opened.decide, "claim", path="t.claim").verdict == "proved"
        for path in ("../secret.claim", str(tmp_path / "secret.claim"), "link.claim"):
            with pytest.raises(BadInput, match="within the folder"):
                call(opened.decide, "claim", path=path)
        with pytest.raises(BadInput, match="can't be read"):
            call(opened.decide, "claim", path="none.claim")
        with pytest.raises(BadInput, match="got both"):
            call(opened.decide, "claim", "∀ x : Int, x ≤ x", path="t.claim")


def test_no_file_is_read_where_no_folder_was_opened(toolbox: Toolbox, tmp_path: Path) -> None:
    (tmp_path / "t.claim").write_text("∀ x : Int, x ≤ x")
    with pytest.raises(BadInput, match="--root"):
        call(toolbox.decide, "claim", path=str(tmp_path / "t.claim"))


def test_as_many_calls_work_at_once_as_there_are_desks_and_a_cancelled_one_leaves_its_desk(settings: Settings) -> None:
    async def scenario(toolbox: Toolbox) -> list[str]:
        order: list[str] = []

        async def quick() -> None:
            await toolbox.decide("claim", "∀ x : Int, x ≤ x")
            order.append("quick")

        async with anyio.create_task_group() as group:
            with anyio.CancelScope() as slow:
                async with anyio.create_task_group() as inner:
                    inner.start_soon(lambda: toolbox.decide("smtlib", CUBES, wall_s=60.0))
                    await anyio.sleep(0.5)
                    group.start_soon(quick)
                    await anyio.sleep(1.0)
                    order.append("cancelled")
                    slow.cancel()
        return order

    with Toolbox(settings, jobs=1) as toolbox:
        began = time.monotonic()
        assert anyio.run(scenario, toolbox) == ["cancelled", "quick"]
        assert time.monotonic() - began < 20


def test_more_calls_than_may_wait_are_told_to_come_back(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desks, "MOST_WAITING", 2)

    async def scenario() -> int:
        refused = 0

        async def one() -> None:
            nonlocal refused
            try:
                await toolbox.decide("claim", "∀ x : Int, x ≤ x")
            except BadInput:
                refused += 1

        async with anyio.create_task_group() as group:
            for _ in range(6):
                group.start_soon(one)
        return refused

    with Toolbox(settings, jobs=1) as toolbox:
        assert anyio.run(scenario) == 3
