"""Solved files and proofs, many of them lies: no lie is accepted, no honest one refused, every fault has its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.problem import Candidate, Theorem
from lemmata.provers.base import Backends
from lemmata.provers.lean.audit import Audit, establish
from lemmata.provers.lean.candidate import LONGEST_FILE, Asked, establish_file
from lemmata.provers.lean.check import check_file
from lemmata.provers.lean.pin import pin
from lemmata.provers.lean.worker import Lean, lean_of, leans_of
from lemmata.verdict import Accepted, Judgement, Proved, Reason, Rejected, Unknown

pytestmark = [pytest.mark.lean, pytest.mark.sandbox]
LIMITS = Limits(wall_s=60.0)
HERE = Path(__file__).parent / "lean"
PLACE = re.compile(r"\d+:\d+$")
NOWHERE = re.compile(r"it does not prove \S+$")  # the fault that can't have a place: something is not there
TRUE = "theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := by sorry\n"
SOLVED = "theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h\n"
Faults = list[tuple[str, str]]


def pieces(name: str) -> tuple[str, dict[str, str]]:
    """The statement that a collection begins with, and its pieces: title -> text."""
    first, *rest = re.split(r"^--- ", (HERE / name).read_text("utf-8"), flags=re.MULTILINE)
    named = {piece.partition("\n")[0]: piece.partition("\n")[2] for piece in rest}
    assert len(named) == len(rest)
    return first, named


def edited(text: str, edits: str) -> str:
    """The text after its edits: lines behind `-` give way to those behind `+`, the first time that they occur."""
    for old, new in re.findall(r"((?:^-.*\n)+)((?:^\+.*\n)*)", edits, flags=re.MULTILINE):
        before, after = ("\n".join(line[1:] for line in part.splitlines()) for part in (old, new))
        assert before in text
        text = text.replace(before, after, 1)
    return text


def offer(source: str, file: object, backends: Backends) -> Judgement:
    problem = Theorem(name="file.lean", source=source, language="lean", target="t")
    return check_file(problem, Candidate(form="lean-file", content={"file": file}), backends, LIMITS)


def judge(source: str, file: str, backends: Backends) -> Audit | Rejected:
    """As `offer`, without asking whether the hypotheses contradict each other, which takes longer than all the rest."""
    return establish_file(lean_of(backends), Asked(source=source, names=("t",)), file, LIMITS)


def judge_all(source: str, files: Mapping[str, str], backends: Backends) -> dict[str, Audit | Rejected]:
    """As `judge`, by all pairs of processes that fit."""

    def one(lean: Lean, file: str) -> Audit | Rejected:
        return establish_file(lean, Asked(source=source, names=("t",)), file, LIMITS)

    return dict(zip(files, leans_of(backends).each(one, files.values()), strict=True))


def faults(judged: Judgement | Audit) -> Faults:
    assert isinstance(judged, Rejected), judged
    return [(fault.place, fault.text) for fault in judged.faults]


def placeless(judged: Rejected) -> Faults:
    return [f for f in faults(judged) if not PLACE.match(f[0]) and not NOWHERE.match(f[1])]


@pytest.mark.timeout(300)
def test_no_lie_in_a_file_is_accepted(backends: Backends) -> None:
    source, lies = pieces("lies.lean")
    assert len(lies) >= 110
    judged = judge_all(source, lies, backends)
    assert [title for title, found in judged.items() if not isinstance(found, Rejected)] == []
    left = {title: placeless(found) for title, found in judged.items() if isinstance(found, Rejected)}
    assert {title: told for title, told in left.items() if told} == {}


@pytest.mark.timeout(300)
def test_no_honest_file_is_refused(backends: Backends) -> None:
    source, honest = pieces("honest.lean")
    judged = judge_all(source, honest, backends)
    assert len(judged) >= 64
    assert {title: found for title, found in judged.items() if not isinstance(found, Audit)} == {}


@pytest.mark.timeout(300)
def test_a_file_may_restate_the_statement_s_own_text_and_not_change_it(backends: Backends) -> None:
    source, changes = pieces("shop.lean")
    solved = edited(source, changes.pop("solved"))
    judged = judge_all(source, {title: edited(solved, edits) for title, edits in changes.items()}, backends)
    honest = {title for title in judged if title.startswith("honest: ")}
    assert {title for title, found in judged.items() if isinstance(found, Audit)} == honest
    left = {title: placeless(found) for title, found in judged.items() if isinstance(found, Rejected)}
    assert {title: told for title, told in left.items() if told} == {}
    assert isinstance(judge(source, solved, backends), Audit)
    assert len(honest) >= 15
    assert len(left) >= 45


@pytest.mark.timeout(120)
def test_no_honest_body_is_refused(backends: Backends) -> None:
    source, honest = pieces("bodies.lean")
    pinned = pin(Theorem(name="body.lean", source=source, language="lean", target="t"), mathlib=False)
    bodies = [f"{first}\n{rest}" for first, rest in honest.items()]
    judged = [establish(lean_of(backends), pinned, body, LIMITS) for body in bodies]
    assert len(bodies) >= 32
    assert [(b, j) for b, j in zip(bodies, judged, strict=True) if not isinstance(j, Audit)] == []


def test_a_statement_s_own_commands_may_be_repeated(backends: Backends) -> None:
    source = 'notation "‖" n "‖" => Nat.succ n\ntheorem t : ‖1‖ = 2 := by sorry\n'
    assert isinstance(judge(source, source.replace("by sorry", "rfl"), backends), Audit)
    assert faults(judge(TRUE, source, backends))[0] == ("1:1", "the command `notation` has no place in a proof")
    other = source.replace("Nat.succ n", "n + 1").replace("by sorry", "rfl")
    assert "1:1" in [place for place, _ in faults(judge(source, other, backends))]


def test_a_statement_s_own_axiom_may_be_repeated_and_is_told(backends: Backends) -> None:
    source = "axiom P : Prop\naxiom p : P\ntheorem t : P := by sorry\n"
    assert judge(source, source.replace("by sorry", "p"), backends) == Audit(declared=("P", "p"))
    lie = source.replace("axiom p : P", "axiom p : P ∧ True").replace("by sorry", "p.1")
    assert ("2:1", "the command `axiom` has no place in a proof") in faults(judge(source, lie, backends))


def test_an_answer_hole_is_not_filled_by_a_file(backends: Backends) -> None:
    source = "abbrev ans : Nat := sorry\ntheorem t : ans = ans := by sorry\n"
    lie = source.replace("Nat := sorry", "Nat := 3").replace("by sorry", "rfl")
    assert [place for place, _ in faults(judge(source, lie, backends))] == ["1:8"]


def test_an_earlier_open_theorem_is_proved_by_the_file_and_not_believed(backends: Backends) -> None:
    source = "theorem u : 1 + 1 = 2 := by sorry\ntheorem t : 1 + 1 = 2 ∧ True := by sorry\n"
    solved = "theorem u : 1 + 1 = 2 := rfl\ntheorem t : 1 + 1 = 2 ∧ True := ⟨u, trivial⟩\n"
    assert isinstance(judge(source, solved, backends), Audit)
    assert "unproved" in faults(judge(source, solved.replace("rfl", "by sorry"), backends))[0][1]


def test_every_fault_is_named(backends: Backends) -> None:
    lie = (
        'import Nowhere\naxiom a : 1 = 2\nset_option debug.skipKernelTC true\n@[extern "no"] def f := 1\n'
        "theorem u : 1 = 1 := by rlf\ntheorem t (x y : Nat) (h : x < y) : x < y := h\n"
    )
    found = faults(judge(TRUE, lie, backends))
    assert [place.partition(":")[0] for place, _ in found] == ["1", "2", "3", "4", "5", "5", "6"]


@pytest.mark.parametrize(
    ("file", "place", "word"),
    [
        (3, "file", "text"),
        ("", "file", "text"),
        ("\n \n", "file", "text"),
        ("int main() { return 0; }\n", "1:1", "expected command"),
        ("-- " + "x" * LONGEST_FILE, "file", f"at most {LONGEST_FILE}"),
        ("import Nowhere.There\n" + SOLVED, "1:8", "there are Init"),
        ("import Std\n" + SOLVED, "1:8", "the statement's file does not"),
        ("/- " + SOLVED, "1:1", "never ends"),
        (SOLVED + SOLVED, "2:9", "already"),
        ("theorem t := \ud800\n", "1:14", "0xd800"),
        (SOLVED + "\0", "2:1", "0x0000"),
    ],
)
def test_bad_input_is_told(file: object, place: str, word: str, backends: Backends) -> None:
    found = faults(offer(TRUE, file, backends))
    assert [text for at, text in found if at == place and word in text], found


def test_a_statement_that_does_not_elaborate_is_the_problem_s_fault(backends: Backends) -> None:
    with pytest.raises(BadInput, match="does not elaborate"):
        offer("theorem t : Nowhere = 1 := by sorry\n", SOLVED, backends)


def test_an_endless_file_costs_its_time_and_no_more(backends: Backends) -> None:
    endless = "set_option maxHeartbeats 0\nset_option maxRecDepth 1000000\n" + SOLVED.replace(
        ":= h", ":= by\n  repeat (have k := h; clear k)"
    )
    lean = lean_of(backends)
    found = establish_file(lean, Asked(source=TRUE, names=("t",)), endless, Limits(wall_s=3.0))
    assert isinstance(found, Rejected)
    assert found.faults[0].reason in (Reason.TIMEOUT, Reason.MEMORY)  # its time, or its stack, whichever ends first
    assert isinstance(judge(TRUE, SOLVED, backends), Audit)


def test_an_accepted_file_says_what_was_proved(backends: Backends) -> None:
    judged = offer(TRUE, SOLVED, backends)
    assert isinstance(judged, Accepted)
    assert judged.verdict == Proved()
    assert judged.facts["statement"] == TRUE.removesuffix(" := by sorry\n")


def test_a_file_that_proves_what_holds_of_nothing_proves_nothing(backends: Backends) -> None:
    source = "theorem t (x : Nat) (h : x < 0) : x = 7 := by sorry\n"
    judged = offer(source, source.replace("by sorry", "absurd h (Nat.not_lt_zero x)"), backends)
    assert isinstance(judged, Accepted)
    assert isinstance(judged.verdict, Unknown)


def test_without_mathlib_its_import_gives_way_in_both(backends: Backends) -> None:
    source = "import Mathlib\nopen Nat\ntheorem t (x : ℕ) (h : 0 < x) : 1 ≤ x := by sorry\n"
    solved = (
        "import Mathlib\nimport Aesop\nset_option maxHeartbeats 400000\nopen BigOperators Real Nat Topology Rat\n"
        "lemma one_le (x : ℕ) (h : 0 < x) : 1 ≤ x := h\ntheorem t (x : ℕ) (h : 0 < x) : 1 ≤ x := one_le x h\n"
    )
    judged = offer(source, solved, backends)
    assert isinstance(judged, Accepted)
    assert judged.facts["prelude"]
    assert isinstance(offer(source, solved.replace(":= h\n", ":= by sorry\n"), backends), Rejected)
    real = source.replace("x : ℕ", "x : ℝ")
    found = offer(real, solved.replace("x : ℕ", "x : ℝ"), backends)
    assert isinstance(found, Rejected)
    assert found.faults[0].reason is Reason.UNSUPPORTED
