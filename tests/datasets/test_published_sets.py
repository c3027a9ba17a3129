"""Readers of published data sets: what is asked is kept apart from what was answered."""

from __future__ import annotations

import json

import pytest

from lemmata.datasets.constructivebench import load_constructivebench
from lemmata.datasets.fps import load_fps
from lemmata.datasets.olymmath import OUTSIDE, load_olymmath
from lemmata.errors import BadInput
from lemmata.provers.find.answer import read_answer
from lemmata.provers.find.claim import read_find_claim
from lemmata.provers.find.published import fails_as_written, read_published, same_answer


def binder(name, kind):
    return {"t": kind, "v": None, "name": name}


def row(**changes):
    return {
        "informal_problem": "What is twice seven?",
        "informal_answer": "14",
        "header": None,
        "intros": [],
        "outros": [binder("x", "ℕ"), binder("h", "x = 7"), binder("h_answer", "answer = 2 * x")],
        "formal_answer": "@Eq Nat answer (@OfNat.ofNat Nat (nat_lit 14) (instOfNatNat (nat_lit 14)))",
        "formal_answer_type": "ℕ",
        "metainfo": {"id": "twice"},
        **changes,
    }


def written(tmp_path, *rows):
    path = tmp_path / "set.jsonl"
    path.write_text("\n".join(json.dumps(r) for r in rows), encoding="utf-8")
    return path


def one(tmp_path, **changes):
    (item,) = load_fps(written(tmp_path, row(**changes)))
    return item


def test_an_item_becomes_a_problem_without_its_answer(tmp_path):
    item = one(tmp_path)
    assert item.problem.name == "set.jsonl:1:twice"
    assert "14" not in item.problem.source
    claim = read_find_claim(item.problem.source)
    assert [d.name for d in claim.unknowns] == ["x"]
    assert claim.opens == ("Real", "Nat")


def test_binders_may_come_as_the_repr_of_a_list(tmp_path):
    assert one(tmp_path, outros=repr(row()["outros"])).problem == one(tmp_path).problem


def test_a_header_says_what_is_open(tmp_path):
    assert one(tmp_path, header="open Set Filter").problem.source.startswith("open Set Filter\n")


@pytest.mark.parametrize(
    ("intros", "outros", "given"),
    [
        ([binder("x", "ℝ")], [binder("h", "answer = x + x")], ["x"]),
        ([binder("x", "ℝ"), binder("hx", "0 < x")], [binder("h", "answer = x ∧ x < 1")], ["x"]),
        ([binder("n", "ℕ")], [binder("h", "answer = n"), binder("h'", "n < 9 ∧ n > 7")], []),
        ([binder("x", "ℕ")], [binder("h", "answer < 5 ∧ answer = x")], []),
        ([binder("S", "Set ℕ")], [binder("h", "S = {3}"), binder("h'", "IsLeast S answer")], []),
    ],
)
def test_what_a_condition_restricts_without_the_answer_is_not_given(tmp_path, intros, outros, given):
    claim = read_find_claim(one(tmp_path, intros=intros, outros=outros).problem.source)
    assert [d.name for d in claim.parameters] == given


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"outros": "not a list"}, "outros"),
        ({"outros": "__import__('os')"}, "outros"),
        ({"intros": [1]}, "intros"),
        ({"formal_answer": None}, "formal_answer"),
    ],
)
def test_a_row_of_another_form_is_refused_with_its_line(tmp_path, changes, text):
    with pytest.raises(BadInput, match=text) as caught:
        load_fps(written(tmp_path, row(), row(**changes)))
    assert caught.value.place == "set.jsonl:2"


def test_a_broken_line_is_refused_with_its_number(tmp_path):
    path = tmp_path / "set.jsonl"
    path.write_text(json.dumps(row()) + "\n{")
    with pytest.raises(BadInput, match="JSON"):
        load_fps(path)


PUBLISHED = {
    "(@HDiv.hDiv Real Real Real i (@OfNat.ofNat Real (nat_lit 3) i) (@OfNat.ofNat Real (nat_lit 4) i))": ("ℝ", "0.75"),
    "(@Neg.neg Real i (Real.sqrt (@OfNat.ofNat Real (nat_lit 8) i)))": ("ℝ", "-2 * √2"),
    "(@OfScientific.ofScientific Real i (nat_lit 1875) Bool.true (nat_lit 1))": ("ℝ", "375 / 2"),
    "(@Prod.mk Nat Int (@OfNat.ofNat Nat (nat_lit 1) i) (@Neg.neg Int i (@OfNat.ofNat Int (nat_lit 2) i)))": (
        "ℕ × ℤ",
        "(1, -2)",
    ),
    "(@HMul.hMul Real Real Real i (@OfNat.ofNat Real (nat_lit 2) i) Real.pi)": ("ℝ", "π + π"),
    "True": ("Prop", "True"),
}


@pytest.mark.parametrize(("value", "kind", "answer"), [(v, k, a) for v, (k, a) in PUBLISHED.items()])
def test_a_published_answer_is_compared_exactly(value, kind, answer):
    claim = read_find_claim(f"open Real find answer : {kind} where (h : answer = answer)")
    published = read_published(f"@Eq T answer {value}", claim)
    assert same_answer(read_answer(answer, claim), published) is True


def test_a_different_answer_is_not_the_same():
    claim = read_find_claim("find answer : ℝ where (h : answer ^ 2 = 2)")
    value = "@Eq Real answer (Real.sqrt (@OfNat.ofNat Real (nat_lit 2) i))"
    published = read_published(value, claim)
    assert same_answer(read_answer("-√2", claim), published) is False
    assert not fails_as_written(claim, published)


def test_a_published_answer_that_fails_the_problem_is_seen_by_evaluation():
    claim = read_find_claim("find answer : ℕ where (h : IsLeast {n : ℕ | n % 3 = 0} answer)")
    assert fails_as_written(claim, read_published("@Eq Nat answer (@OfNat.ofNat Nat (nat_lit 3) i)", claim))
    assert not fails_as_written(claim, read_published("@Eq Nat answer (@OfNat.ofNat Nat (nat_lit 0) i)", claim))


def test_a_problem_in_words_alone_says_why_it_is_outside(tmp_path):
    path = written(tmp_path, {"problem": "Find x.", "answer": "$3$", "subject": "Algebra", "unique_id": "A-1"})
    (item,) = load_olymmath(path)
    assert (item.problem.source, item.answer, item.outside) == ("Find x.", "$3$", OUTSIDE)


LEAN = """abbrev the_answer : Set Nat := {1, 3}

theorem find_all (n : Nat) : n ∈ the_answer ↔ n * n = 4 * n - 3 := by sorry
"""


def test_an_answer_in_a_lean_text_is_taken_out(tmp_path):
    path = written(tmp_path, {"name": "q", "problem": "Find all n.", "answer": "1 and 3", "formalization": LEAN})
    (item,) = load_constructivebench(path)
    assert item.outside == ""
    assert item.formal_answer == "{1, 3}"
    assert "{1, 3}" not in item.problem.source
    assert (item.problem.kind, item.problem.target) == ("construction", "find_all")


def test_a_row_without_a_lean_text_is_a_question(tmp_path):
    path = tmp_path / "set.json"
    path.write_text(json.dumps([{"statement": "Find all n.", "informal_answer": "none"}]))
    (item,) = load_constructivebench(path)
    assert item.problem.kind == "question"
    assert item.outside
