"""Lean source as text: open theorems and answer holes are found where Lean would see them, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lemmata.errors import BadInput
from lemmata.formats.lean import find_answer_holes, find_statements, find_theorems, normalise, scan


def names(source: str) -> list[str]:
    return [t.name for t in find_theorems(source)]


def test_a_theorem_with_by_sorry_is_found_with_its_spans() -> None:
    source = "import Std\n\n/-- says something -/\n@[simp] theorem t (x : Nat) :\n    x = x := by sorry -- later\n"
    (found,) = find_theorems(source)
    assert found.name == "t"
    assert found.line == 4
    assert source[found.start :].startswith("/-- says")
    assert source[slice(*found.statement)] == "t (x : Nat) :\n    x = x"
    assert source[slice(*found.hole)] == "by sorry"
    assert source[slice(*found.keyword)] == "theorem"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("theorem a : P := sorry", ["a"]),
        ("lemma a : P := by\n  sorry", ["a"]),
        ("theorem a.b.{u} : P := by sorry", ["a.b"]),
        ("namespace A.B\ntheorem t : P := by sorry\nend A.B\ntheorem u : P := by sorry", ["A.B.t", "u"]),
        ("namespace A\nnamespace B\nend A.B\ntheorem u : P := by sorry", ["u"]),
        ("section\nnamespace A\ntheorem t : P := by sorry\nend A\nend\ntheorem u : P := by sorry", ["A.t", "u"]),
        ("namespace A\ntheorem _root_.t : P := by sorry\nend A", ["t"]),
        ("mutual\ndef f := 1\nend\ntheorem t : P := by sorry", ["t"]),
        ("theorem t : let x := 5; x = 5 := by sorry", ["t"]),
        ("theorem t (x : Nat := by exact sorry) : P := by sorry", ["t"]),
        ("private theorem t : P := by sorry", ["t"]),
        ("open Nat in\ntheorem t : P := by sorry", ["t"]),
        ("theorem t : P := by simp", []),
        ("theorem t : P := by\n  have := 1\n  sorry", []),
        ("-- theorem t : P := by sorry", []),
        ("/- /- theorem t : P := by sorry -/ theorem u : P := by sorry -/", []),
        ('def s := "theorem t : P := by sorry"', []),
        ('def s := r#"theorem t : P := by "sorry"#', []),
        ("def c := '\"'\ntheorem t : P := by sorry", ["t"]),
        ("def x' := 1\ntheorem t' : P := by sorry", ["t'"]),
        ("theorem «odd name» : P := by sorry", ["«odd name»"]),
        ('def s := s!"{"a"} {f "b"}"\ntheorem t : P := by sorry', ["t"]),
        ("example : P := by sorry", []),
        ("theorem t : sorry := by simp", []),
    ],
)
def test_open_theorems_are_found_and_nothing_else(source: str, expected: list[str]) -> None:
    assert names(source) == expected


def test_line_ends_of_windows_are_read_like_others() -> None:
    source = "\ufeff-- first\r\ntheorem t : P :=\r\n  by sorry\r\n"
    (found,) = find_theorems(source)
    assert found.line == 2
    assert normalise(source)[slice(*found.hole)] == "by sorry"
    assert "\r" not in normalise(source)


def test_a_doc_comment_of_the_next_theorem_does_not_belong_to_this_one() -> None:
    source = "theorem t : P := by sorry\n\n/-- next -/\ntheorem u : Q := sorry\n"
    assert names(source) == ["t", "u"]
    assert source[find_theorems(source)[1].start :].startswith("/-- next")


@pytest.mark.parametrize("source", ["/- open", "/- /- -/", 'def s := "open', 'def s := r#"open"', 's!"{"'])
def test_what_never_ends_is_bad_input_with_its_line(source: str) -> None:
    with pytest.raises(BadInput, match=r"line 2.*never ends"):
        find_theorems("\n" + source)


def test_answer_holes_are_found_with_their_types() -> None:
    source = (
        "abbrev a : Nat := sorry\nnamespace N\ndef b : List (Int × Int) := sorry\nend N\n"
        "def f (x : Nat) : Nat := sorry\ndef c : Nat := 3\ndef d := sorry\n"
    )
    holes = find_answer_holes(source)
    assert [(h.name, h.type, h.line) for h in holes] == [("a", "Nat", 1), ("N.b", "List (Int × Int)", 3)]
    assert all(source[slice(*h.hole)] == "sorry" for h in holes)


@given(st.text(alphabet="ab'\"/-{}()[]!r#s.:=\n «»\\", max_size=40))
def test_scanning_ends_and_loses_no_order(text: str) -> None:
    try:
        tokens = scan(text)
    except BadInput:
        return
    ends = [0, *(t.end for t in tokens)]
    assert all(t.text == text[t.start : t.end] for t in tokens)
    assert all(end <= t.start for end, t in zip(ends, tokens, strict=False))


def test_theorems_are_found_whatever_their_proofs() -> None:
    source = (
        "namespace A\ntheorem one (x : Int) (h : x = 0 := by rfl) : |x| = 0 := by\n  simp\n"
        "lemma two : ∀ n : Nat, n = n\n  | 0 => rfl\n  | _ + 1 => rfl\nend A\ntheorem three : True := sorry\n"
    )
    found = [(s.name, source[s.statement[0] : s.statement[1]]) for s in find_statements(source)]
    assert found == [
        ("A.one", "one (x : Int) (h : x = 0 := by rfl) : |x| = 0"),
        ("A.two", "two : ∀ n : Nat, n = n"),
        ("three", "three : True"),
    ]
