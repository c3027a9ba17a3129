"""SMT-LIB scripts: the solver's own text for each command, also of a script that it does not take."""

import pytest

from lemmata.errors import BackendMissing, BadInput, ProtocolError
from lemmata.sandbox.base import Caps, End, Outcome
from lemmata.sandbox.bubblewrap import Bubblewrap
from lemmata.sandbox.languages.smtlib import Solver, read_smtlib, smtlib_command, split_commands

SCRIPT = """
(set-logic QF_LIA) ; a comment ( that never closes
(set-option :produce-models true)
(declare-const |a ) ; b| Int)
(assert (> |a ) ; b| 2))
(check-sat)
(push 1)
(assert (< |a ) ; b| 2))
(check-sat)
(pop 1)
(echo "say ""this"" (")
(assert undeclared)
(check-sat)
"""


@pytest.mark.sandbox
@pytest.mark.parametrize("solver", ["z3", "cvc5"])
def test_each_command_has_its_reply(solver: Solver) -> None:
    if solver == "cvc5":
        pytest.importorskip("cvc5")
    told = read_smtlib(Bubblewrap().run(smtlib_command(SCRIPT, solver)))
    assert told.end is End.FINISHED
    assert len(told.replies) == 12
    assert (told.replies[4], told.replies[7], told.replies[11]) == ("sat", "unsat", "sat")
    assert "this" in told.replies[9]
    assert "undeclared" in told.replies[10]
    assert "error" in told.replies[10]


@pytest.mark.sandbox
def test_after_a_limit_the_replies_so_far_are_kept() -> None:
    hard = '(echo "begun")(declare-const x Int)(declare-const y Int)(declare-const z Int)(assert (= 114 (+ (* x x x) '
    hard += "(* y y y) (* z z z))))(check-sat)"
    told = read_smtlib(Bubblewrap().run(smtlib_command(hard, "z3", caps=Caps(wall_s=2, memory_mb=2048))))
    assert told.end is End.WALL
    assert (len(told.replies), told.replies[0]) == (5, "begun")


def test_commands_are_split_where_their_parentheses_close() -> None:
    assert split_commands('(a "x)" (b)) ;c\n(d |(|)\n') == ['(a "x)" (b))', "(d |(|)"]
    assert split_commands(" ; nothing") == []


@pytest.mark.parametrize("script", ["(a", "a", "(a))", '(a "b)', "(a |b)", "(a) b (c)"])
def test_what_is_no_sequence_of_commands_is_refused(script: str) -> None:
    with pytest.raises(BadInput, match="SMT-LIB script:1"):
        split_commands(script)


def test_a_missing_solver_is_an_error_with_its_remedy() -> None:
    said = b"Traceback\nModuleNotFoundError: No module named 'cvc5'\n"
    with pytest.raises(BackendMissing, match="pip install"):
        read_smtlib(Outcome(end=End.FINISHED, exit_code=1, stdout=b"", stderr=said))
    with pytest.raises(ProtocolError):
        read_smtlib(Outcome(end=End.FINISHED, exit_code=0, stdout=b"[1]\n", stderr=b""))
