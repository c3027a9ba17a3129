"""What is given to Lean is the problem's own text, up to the proof."""

from __future__ import annotations

import pytest

from lemmata.errors import BadInput
from lemmata.problem import Theorem
from lemmata.provers.lean.pin import hollow, negate, pin
from lemmata.provers.lean.policy import check_source, find_refused

SOURCE = "def f := 1\n\n/-- doc -/\nprivate lemma t (x : Nat) : x = x := by sorry\n\ntheorem u : f = 1 := sorry\n"


def problem(source: str, target: str = "t") -> Theorem:
    return Theorem(name="p.lean", source=source, language="lean", target=target)


def test_the_statement_is_cut_out_unchanged() -> None:
    pinned = pin(problem(SOURCE), mathlib=False)
    assert pinned.context == "def f := 1\n\n"
    assert pinned.command == "/-- doc -/\ntheorem t (x : Nat) : x = x :="
    assert (pinned.line, pinned.prelude, pinned.strict) == (3, (), False)
    later = pin(problem(SOURCE, "u"), mathlib=False)
    assert later.context.endswith("by sorry\n\n")
    assert later.statement == "theorem u : f = 1"


def test_mathlib_gives_way_to_a_listed_prelude_only_where_it_is_absent() -> None:
    source = "import Mathlib\nimport Std\n\nopen Real Nat in\nlemma a : True := trivial\n"
    source += "theorem t (x : ℕ) : x = x := by sorry\n"
    without = pin(problem(source), mathlib=False)
    assert "import Mathlib left out" in without.prelude
    assert without.strict
    assert "import Mathlib" not in without.context
    assert "import Std" in without.context
    assert "namespace Real end Real" in without.context
    assert "theorem a : True" in without.context
    assert without.context.count("\n") == source.count("\n") - 1  # lines keep their numbers
    assert without.command == "theorem t (x : ℕ) : x = x :="
    having = pin(problem(source), mathlib=True)
    assert having.prelude == ()
    assert having.context == source[: source.index("theorem t")]


def test_negation_and_contradiction_stand_behind_the_open_statement() -> None:
    pinned = pin(problem(SOURCE), mathlib=False)
    negated = negate(pinned, {"x": "(3)"})
    assert negated.context.endswith("x = x := sorry\ndef _root_.lemmata_case := _root_.t (x := (3))\n")
    assert negated.command == "theorem _root_.lemmata_refuted : ¬ type_of% @_root_.lemmata_case :="
    assert hollow(pinned).derive == "t"


@pytest.mark.parametrize("target", ["v", "f"])
def test_a_target_that_is_not_open_is_bad_input(target: str) -> None:
    with pytest.raises(BadInput, match="there are: t, u"):
        pin(problem(SOURCE, target), mathlib=False)


def test_answers_must_be_those_for_the_holes() -> None:
    source = "abbrev a : Nat := sorry\nabbrev b : Nat := sorry\ntheorem t : a + b = 5 := by sorry\n"
    pinned = pin(problem(source), mathlib=False, answers={"a": "2", "b": "3"})
    assert pinned.context == "abbrev a : Nat := 2\nabbrev b : Nat := 3\n"
    with pytest.raises(BadInput, match="a, b"):
        pin(problem(source), mathlib=False, answers={"a": "2"})


@pytest.mark.parametrize(
    "body",
    [
        "by exact instance_of_sorry",
        "by -- set_option\n  omega",
        'by have := "axiom"; omega',
        "by /- unsafe -/ omega",
        "fun axioms => axioms.sorry_free",
        "by decide +kernel",
        "by omega -- eval%",
        "open Nat in by omega",
        "by exact range.stop.init",
    ],
)
def test_words_in_comments_strings_and_longer_names_are_fine(body: str) -> None:
    assert find_refused(body) is None


def test_the_place_of_a_refused_word_is_told() -> None:
    assert find_refused("by\n  skip\n  sorry") == "`sorry` on line 3 has no place in a proof"
    with pytest.raises(BadInput, match=r"p\.lean, line 2: the option debug\.skipKernelTC"):
        check_source("\nset_option debug.skipKernelTC true", place="p.lean")


@pytest.mark.parametrize(
    "source",
    [
        "set_option maxHeartbeats 0\nset_option autoImplicit false\nset_option linter.all false",
        "@[simp, reducible] def f (x : Nat) := x\ninstance : Inhabited Nat := ⟨0⟩",
        "-- #eval\n/- macro -/ def s := \"elab\"",
        "notation \"P\" => Nat\nattribute [local simp] Nat.add_comm",
        "inductive T | a | b deriving Repr, DecidableEq",
        "def init (tactic : Nat) := [tactic]\ndef s (xs : List Nat) := xs.init.export",
    ],
)  # fmt: skip
def test_ordinary_headers_are_taken(source: str) -> None:
    check_source(source, place="p.lean")
