"""Reads claims written as in Lean 4, `∀ x y : Int, x < y → x + 1 ≤ y`, with Lean's meaning.

The fragment: numbers (ℕ ℤ ℚ ℝ), propositions and tuples of them under ∀, ∃ and ∃!; functions and sets of them where a
problem binds them; `+ - * / % ^ ⁻¹ ∣ ≡`, comparisons, `∧ ∨ ¬ → ↔ ∈ ⊆ ∪ ∩ \\`, `if then else`, `fun x ↦ …`, sets by
condition, ∑ and ∏ over a Finset, type ascriptions `(e : Int)`, `↑x`, `|x|`, `⌊x⌋`, `⌈x⌉`, `n !`, `√x`, and the
functions of `lean_library`. Subtraction and division of natural numbers are truncating, x / 0 = 0.
"""

from __future__ import annotations

from lemmata.provers.terms.lean_elaborate import Elaboration
from lemmata.provers.terms.lean_syntax import fail, parse
from lemmata.provers.terms.term import Term


def read_claim(text: str) -> Term:
    """The claim as a term without free variables.

    Args:
        text: one statement, without `theorem` and without a proof.

    Raises:
        BadInput: outside the fragment or ill-typed; `place` is `claim:column`.
    """
    try:
        return Elaboration().proposition(parse(text), {}).term()
    except RecursionError:
        raise fail(1, "expected a claim that is nested less deeply") from None
