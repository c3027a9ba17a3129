from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lemmata.errors import BadInput
from lemmata.formats.smt_sorts import BOOL, INT
from lemmata.formats.sygus import asked_name, read_specification

VERSION_1 = """(set-logic LIA)
(synth-fun f ((x Int)) Int ((S Int (x -1 (Constant Int) (+ S S)))))
(declare-var a Int)
(define-fun g ((x Int)) Int (+ (f x) 1))
(define-fun h ((x Int)) Int (- x))
(constraint (> (g a) (h a)))
(check-synth)
"""
INVARIANT = """(set-logic LIA)
(synth-inv inv ((x Int)))
(declare-primed-var x Int)
(define-fun pre ((x Int)) Bool (= x 0))
(define-fun step ((x Int) (x! Int)) Bool (= x! (+ x 1)))
(define-fun post ((x Int)) Bool (>= x 0))
(inv-constraint inv pre step post)
(check-synth)
"""


def test_a_version_1_file_is_read() -> None:
    made = read_specification(VERSION_1)
    assert asked_name(VERSION_1) == "f"
    (asked,) = made.asked
    assert asked.grammar is not None
    assert asked.grammar.start == "S"
    assert [d.name for d in made.definitions] == ["h"]
    assert [d.name for d in made.dependent] == ["g"]


def test_a_version_2_file_is_read() -> None:
    source = VERSION_1.replace("((S Int (x", "((S Int)) ((S Int (x") + "(assume (> a 0))"
    made = read_specification(source)
    assert made.asked == read_specification(VERSION_1).asked
    assert len(made.assumptions) == 1


def test_an_invariant_gives_three_constraints() -> None:
    made = read_specification(INVARIANT)
    assert made.asked[0].result == BOOL
    assert made.asked[0].parameters == (("x", INT),)
    assert len(made.constraints) == 3


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("(set-logic LIA)", "1:1"),
        ("(synth-fun f ((x Int)) Int)\n(constraint (> (f 1 2) 0))", "2:16"),
        ("(synth-fun f ((x Int)) Int)\n(constraint (f 1))", "2:13"),
        ("(synth-fun f ((x String)) Int)", "1:18"),
        ("(synth-fun f ((x Int)) Int ((S Bool (true))))", "1:12"),
        ("(synth-fun f ((x Int)) Int ())", "1:28"),
        ("(synth-fun f ((x Int)) Int)\n(optimise)", "2:1"),
    ],
)
def test_what_can_not_be_interpreted_is_refused_with_its_place(text: str, place: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_specification(text)
    assert caught.value.place == place


@given(
    st.text()
    | st.integers(0, len(VERSION_1)).flatmap(lambda k: st.text().map(lambda t: VERSION_1[:k] + t + VERSION_1[k:]))
)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        made = read_specification(text)
    except BadInput:
        return
    assert made.asked
