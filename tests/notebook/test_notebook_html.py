"""What is shown in a notebook: escaped, with a plain fallback, the same with and without the extension."""

from __future__ import annotations

import subprocess
import sys
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

import lemmata
from lemmata.budget import Spent
from lemmata.chat import Reply
from lemmata.chat.parts import Compared, Happened, Listed, Open, OpenGoal, Said
from lemmata.notebook.html import as_html, reply_html
from lemmata.notebook.tree import lean_steps, proof_tree
from lemmata.problem import Program, Theorem
from lemmata.provers.lean.interface import Goal, Hypothesis
from lemmata.verdict import (
    Counterexample,
    Fault,
    Proved,
    Reason,
    Refuted,
    Rejected,
    SafeUpTo,
    Solution,
    Tested,
    Unknown,
    Verdict,
)

ATTACK = "<script>alert('x')</script>&\"<img src=x onerror=y>"


class Tags(HTMLParser):
    """The tags of a page, its attributes, and whether they are balanced."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.depth: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes.update(name for name, _ in attrs)
        self.depth.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.depth.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def solution(verdict: Verdict, source: str, answer: object = None) -> Solution:
    problem = Program(name=source, source=source, language="python")
    return Solution(problem=problem, answer=answer, verdict=verdict, certificate=None, cost=Spent())


def values(text: str) -> list[object]:
    """One of everything, with this text wherever there is text."""
    refuted = Refuted(Counterexample(values={text: text, "trace": [{text: 1}, {text: text}]}, replay=text))
    goal = Goal(tag=text, hypotheses=(Hypothesis(name=text, type=text, is_proof=True),), target=text)
    return [
        refuted,
        Unknown(Reason.UNSUPPORTED, text),
        Rejected((Fault(text=text, place=text),)),
        lemmata.Different(text),
        solution(refuted, text, {"diff": f"--- {text}\n+{text}\n-{text}", "holds": text}),
        solution(Unknown(Reason.TIMEOUT, text), text, text),
        Reply(text, [Said(text), Said(text, "error"), Said(text, "model"), Listed(rows=((text, text, text),))]),
        Reply(text, [Happened({"event": text}), Open(name=text, goals=(OpenGoal(line=1, goal=goal, error=text),))]),
        Reply(text, [Compared(first=text, second=text, found=lemmata.Undecided(text))]),
    ]


def test_everything_that_is_shown_is_escaped() -> None:
    for value in values(ATTACK):
        tags = Tags(as_html(value))
        assert not tags.names & {"script", "img"}
        assert "onerror" not in tags.attributes
        assert ATTACK in tags.text
        assert tags.depth == []


@examples(max_examples=60, deadline=None)
@given(st.text(max_size=30))
def test_any_text_gives_a_balanced_page(text: str) -> None:
    for value in values(text):
        page = as_html(value)
        page.encode()
        assert Tags(page).depth == []


@pytest.mark.parametrize(
    ("verdict", "word"),
    [
        (Proved(), "proved"),
        (SafeUpTo(8), "safe up to 8"),
        (Tested(3), "tested on 3 cases"),
        (Unknown(Reason.MEMORY), "memory"),
    ],
)
def test_a_verdict_has_its_word_and_its_plain_form(verdict: Verdict, word: str) -> None:
    assert word in verdict._repr_html_()
    assert "<" not in repr(Proved())
    assert repr(Proved()) == "Proved()"


def test_steps_are_folded_and_the_newest_is_seen_while_it_works() -> None:
    event = {"event": "checked", "form": "lean-proof", "result": "proved", "judgement": {}}
    busy = reply_html([Happened(event)], busy=True)
    assert "<details" in busy
    assert "lm-busy" in busy.partition("</style>")[2]
    assert "lm-busy" not in reply_html([Happened(event)]).partition("</style>")[2]
    assert "<details open" not in busy


def test_a_proof_becomes_a_tree() -> None:
    body = (
        "by\n  induction n with\n  | zero => rfl\n  | succ n ih =>\n    rw [f]\n    · exact ih\n      done\n    · simp"
    )
    (first, zero, succ) = lean_steps(body)
    assert (first.text, zero.role, succ.text) == ("induction n with", "case", "| succ n ih =>")
    assert [b.text for b in succ.below] == ["rw [f]", "· exact ih", "· simp"]
    assert [b.text for b in succ.below[1].below] == ["done"]


def test_nothing_but_a_proof_has_a_tree() -> None:
    problem = Theorem(name="t", source="1 = 2", language="claim")
    for verdict in (Unknown(Reason.TIMEOUT), Proved()):
        found = Solution(problem=problem, answer="by rfl", verdict=verdict, certificate=None, cost=Spent())
        assert proof_tree(found) is None


def test_a_real_proof_shows_what_clashes() -> None:
    found = lemmata.solve("∀ x : Int, x < x + 1", keep=False)
    tree = proof_tree(found)
    assert tree is not None
    assert tree.text == "∀ x : Int, x < x + 1"
    assert tree.below[0].below[0].text == "(not (< x (+ x 1)))"
    page = found._repr_html_()
    assert "(not (&lt; x (+ x 1)))" in page
    assert "agree" in page


def test_importing_lemmata_imports_no_notebook() -> None:
    code = (
        "import lemmata, sys; lemmata.load_ipython_extension; lemmata.Proved(); "
        "print([m for m in ('IPython', 'ipywidgets', 'lemmata.notebook', 'lemmata.chat') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
