from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lemmata.errors import BadInput
from lemmata.formats.smt_sorts import INT, REAL, bits
from lemmata.formats.smtlib import asks_for_all, read_script, split_checks, write_script

SCRIPT = """(set-logic ALL)
(set-info :status unsat)
(declare-sort U 0)
(declare-fun f (U Int) Real)
(declare-const u U)
(define-sort Word () (_ BitVec 8))
(declare-const w Word)
(declare-const a (Array Int Int))
(define-fun twice ((x Int)) Int (* 2 x))
(assert (! (> (f u (twice 3)) 1) :named big))
(assert (= (bvadd w #x01) ((_ extract 7 0) (concat w (_ bv3 8)))))
(assert (let ((x 1) (y 2)) (= (select (store a x y) 3) (ite (= x y) (- 1) y))))
(assert (not (forall ((n Int)) (exists ((m Int)) (> m n)))))
(check-sat)
(get-model)
"""


def test_a_script_is_read_with_its_sorts() -> None:
    script = read_script(SCRIPT)
    assert [(d.name, d.parameters, d.result) for d in script.declarations[2:3]] == [("w", (), bits(8))]
    assert [a.name for a in script.assertions] == ["big", "line-11", "line-12", "line-13"]
    assert script.expected == "unsat"
    assert script.definitions[0].result == INT
    assert script.goal is not None


def test_what_is_written_reads_back_as_the_same() -> None:
    script = read_script(SCRIPT)
    again = read_script(write_script(script))
    assert [a.term for a in again.assertions] == [a.term for a in script.assertions]
    assert again.declarations == script.declarations
    assert write_script(again) == write_script(script)


def test_integers_become_reals_where_they_meet_them() -> None:
    script = read_script("(declare-const r Real)(assert (= r (/ 1 3)))(assert (< 2 r))")
    assert write_script(script, named=False).count("2.0") == 1
    assert script.declarations[0].result == REAL


def test_each_check_becomes_a_script_of_its_own() -> None:
    source = "(declare-const x Int)(push)(assert (> x 1))(check-sat)(pop)(assert (< x 1))(check-sat)(exit)(check-sat)"
    first, second = (read_script(s) for s in split_checks(source))
    assert [len(s.assertions) for s in (first, second)] == [1, 1]
    assert first.assertions[0].term != second.assertions[0].term


def test_a_single_check_keeps_its_text() -> None:
    assert split_checks(SCRIPT) == (SCRIPT,)


def test_a_file_can_ask_for_all_models() -> None:
    assert asks_for_all("(set-info :find all)(assert true)")
    assert not asks_for_all(SCRIPT)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("(assert true)\n(frobnicate)", "2:1"),
        ("(declare-const x Int)\n(assert (> x y))", "2:14"),
        ("(declare-const x Int)\n(assert x)", "2:9"),
        ("(assert true)\n(declare-const s String)", "2:18"),
        ("(declare-const x Int)\n(declare-const x Int)(assert true)", "2:16"),
        ("(assert (bvadd #x0 #x00))", "1:9"),
        ("(assert (= 1 true))", "1:9"),
        ("(assert (exists ((x Int) (x Int)) true))", "1:26"),
        ("(declare-const x Int)", "1:1"),
        ("(assert (! true :named and))", "1:24"),
        ("(pop 1)(assert true)", "1:1"),
        ("hello", "1:1"),
    ],
)
def test_what_can_not_be_interpreted_is_refused_with_its_place(text: str, place: str) -> None:
    with pytest.raises(BadInput) as caught:
        split_checks(text)
    assert caught.value.place == place


SYNTAX = ["(", ")", "(", ")", "(", ")", "assert", "declare-const", "!", ":named", "check-sat", "let", "forall"]
TERMS = ["x", "y", "Int", "Real", "Bool", "+", "-", "*", "<=", "=", "=>", "and", "ite", "0", "1", "2.5", "#b1", "true"]
WORDS = st.sampled_from([*SYNTAX, *TERMS])


@given(st.lists(WORDS, max_size=40).map(" ".join) | st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        scripts = split_checks(text)
    except BadInput:
        return
    for script in scripts:
        read = read_script(script)
        assert [a.term for a in read_script(write_script(read)).assertions] == [a.term for a in read.assertions]
