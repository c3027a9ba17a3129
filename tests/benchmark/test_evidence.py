"""What the page shows of certificates: real ones of each kind, and any other without falling over."""

from __future__ import annotations

import json

import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

import lemmata
from lemmata.benchmark.page.evidence import Block, by_indentation, show_evidence
from lemmata.certificate import decode_certificate, encode_certificate
from lemmata.problem import Candidate, Json, Program, Theorem
from lemmata.verdict import Accepted, Counterexample, Proved, Refuted

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
SINGLE = ("violation", "line", "kind", "fault", "exception", "difference", "proof", "body", "statement", "query", "x")
SEVERAL = ("obligations", "loops", "invariants", "queries", "known", "sum", "basis", "evidence", "diff", "patched")
NAMES = st.sampled_from((*SINGLE, *SEVERAL, "holds"))
FACTS = st.dictionaries(NAMES, JSON | st.dictionaries(NAMES, JSON, max_size=3), max_size=5)


def blocks(problem: Json, candidate: Candidate, accepted: Accepted) -> list[Block]:
    text = json.dumps(encode_certificate(problem, candidate, accepted))
    return show_evidence(decode_certificate(text, place="made up"))


def of_example(name: str) -> dict[str, Block]:
    solution = lemmata.solve(ROOT / "examples" / name, keep=False)
    assert solution.certificate is not None
    found = show_evidence(decode_certificate(json.dumps(solution.certificate), place=name))
    return {block["title"]: block for block in found}


@pytest.mark.sandbox
def test_a_trace_stands_beside_the_lines_of_the_c_program() -> None:
    found = of_example("program_average.c")
    notes = found["What was asked"]["notes"]
    assert [18, "bad", "division by zero"] in notes
    assert any(line == 8 and kind == "value" and said.startswith("inputs = ") for line, kind, said in notes)
    assert "kept != 0" in found["Patch"]["text"]
    assert [18, "good", "no division by zero, no signed overflow"] in found["Patched program: proved"]["notes"]


@pytest.mark.sandbox
def test_arguments_stand_beside_the_head_of_the_python_function() -> None:
    found = of_example("program_largest.py")
    source = found["What was asked"]
    (head, kind, said), (line, bad, exception) = source["notes"]
    assert source["text"].split("\n")[head - 1].startswith("def largest(")
    assert (kind, bad, exception) == ("value", "bad", "AssertionError")
    assert said.startswith("xs = [-")
    assert "assert" in source["text"].split("\n")[line - 1]


def test_a_fault_in_steps_is_shown_where_it_is_and_where_it_came_in() -> None:
    notes = of_example("steps_squaring.steps")["What was asked"]["notes"]
    assert notes == [[3, "value", "x = -2"], [4, "bad", "it came in here"], [7, "bad", "lets a solution in"]]


def test_steps_that_hold_are_a_tree_of_cases() -> None:
    (case, *_) = [n for n in of_example("steps_cases.steps")["Proof"]["nodes"] if n[0] == "case x ≥ 1"]
    assert [child[0] for child in case[1]] == ["⇔ x - 1 = 2 * x", "⇔ x = -1", "⇔ False"]


def test_values_stand_beside_their_declarations() -> None:
    notes = of_example("theorem_average_machine.smt2")["What was asked"]["notes"]
    assert [(line, said.split(" = ")[0]) for line, _, said in notes] == [(4, "low"), (5, "high")]


def test_a_lean_proof_is_a_tree_of_its_tactics() -> None:
    body = "by\n  induction n with\n  | zero => rfl\n  | succ n ih =>\n    simp\n    omega"
    problem = Theorem(name="t", source="theorem t (n : Nat) : n = n := by sorry", language="lean", target="t")
    candidate = Candidate(form="lean-proof", content={"body": body}, origin="x")
    shown = blocks(problem, candidate, Accepted(verdict=Proved(), facts={"statement": "theorem t"}))
    (proof,) = [b for b in shown if b["title"] == "Proof"]
    assert proof["nodes"][0][0] == "theorem t"
    assert [n[0] for n in by_indentation(body)[0][1]] == ["induction n with", "| zero => rfl", "| succ n ih =>"]
    assert [n[0] for n in by_indentation(body)[0][1][2][1]] == ["simp", "omega"]


@settings(max_examples=60)
@given(FACTS, FACTS, JSON | FACTS, st.dictionaries(st.text(max_size=4), JSON, max_size=3) | st.none())
def test_no_certificate_is_too_odd_to_be_shown(facts: Json, content: Json, answer: Json, values: Json) -> None:
    verdict = Proved() if values is None else Refuted(Counterexample(values=values, replay="fails at line 999"))
    accepted = Accepted(verdict=verdict, facts=facts, answer=answer)
    candidate = Candidate(form="f", content=content, origin="o")
    for problem in (
        Program(name="p", source="int main(void) {\n}\n", language="c"),
        Theorem(name="s", source="solve x\ncase a\nanswer b", language="steps"),
        Theorem(name="c", source="∀ x : Int, x = x", language="claim"),
    ):
        shown = blocks(problem, candidate, accepted)
        json.dumps(shown)
        assert all(
            1 <= n[0] <= 4 for b in shown if b["is"] == "source" and b["title"] == "What was asked" for n in b["notes"]
        )
