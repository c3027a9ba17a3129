"""What automation does not know of numbers: facts in front of it, each with the tactic that uses them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lemmata.provers.lean.interface import Goal
from lemmata.tools.lean_search.shape import connective, names_in

_TIMES = re.compile(r"\b([^\W\d][\w']*) \* ([^\W\d][\w']*)\b")
_SIGNS = ("mul_pos", "mul_neg_of_neg_of_pos", "mul_neg_of_pos_of_neg", "mul_pos_of_neg_of_neg")
_MOST_PRODUCTS = 3
_WORD = re.compile(r"UInt(?:8|16|32|64)|BitVec \S+")
_BITWISE = re.compile(r"\.(xor|land|lor|complement)\b")
_BEGUN = re.compile(r"\(List\.take ([^\W\d][\w']*) [^()]*\)\.sum")
_NUMBERS = re.compile(r"(?:Array|List) (Int|Nat)")


def signs(goal: Goal) -> Iterator[str]:
    """The sign of a product of two integers follows from theirs."""
    whole = {h.name for h in goal.hypotheses if h.type in ("Int", "ℤ")}
    text = " ; ".join((goal.target, *(h.type for h in goal.hypotheses if h.is_proof)))
    found = {m.groups() for m in _TIMES.finditer(text) if whole.issuperset(m.groups())}
    if 0 < len(found) <= _MOST_PRODUCTS and re.search("[<>≤≥]", text):
        known = (f"have := @Int.{lemma} {x} {y}" for x, y in sorted(found) for lemma in _SIGNS)
        yield "\n".join((*known, "grind"))


def bits(goal: Goal) -> Iterator[str]:
    """An equation of machine words holds bit by bit."""
    kinds = {h.type for h in goal.hypotheses if h.name in names_in(goal.target)}
    word = next((k for k in sorted(kinds) if _WORD.fullmatch(k)), None)
    if word is None or connective(goal.target) != "=":
        return
    called = sorted({f"{word}.{m[1]}" for m in _BITWISE.finditer(goal.target)})
    unfolded = f"simp [{', '.join(called)}]" if called else "simp"
    words = f"apply {word}.toBitVec_inj.mp\n" if word.startswith("U") else ""
    yield f"{words}ext i\n{unfolded}\nall_goals grind"


def sums(goal: Goal) -> Iterator[str]:
    """The sum of a list's beginning, one element longer."""
    begun = _BEGUN.search(goal.target)
    kind = next((m[1] for h in goal.hypotheses if (m := _NUMBERS.fullmatch(h.type))), None)
    if begun and kind:
        longer = "(l.take (n + 1)).sum = (l.take n).sum + l[n]"
        lemma = f"have sum_take : ∀ (l : List {kind}) (n : Nat) (_ : n < l.length), {longer} := by"
        proof = "  intro l\n  induction l <;> intro n <;> cases n <;> grind"
        yield f"{lemma}\n{proof}\ncases {begun[1]} <;> simp_all\nall_goals grind"
