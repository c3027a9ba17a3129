"""Claims as SMT-LIB scripts."""

from __future__ import annotations

from lemmata.errors import BadInput
from lemmata.provers.terms.lean_bitvectors import bitvector_script
from lemmata.provers.terms.lean_reader import read_claim
from lemmata.provers.terms.smtlib_writer import smt_sort, symbol, write_term
from lemmata.provers.terms.term import App, Every, Op, Sort, Term, Truth, Var, conjunction, negated, walk


def to_smtlib(text: str) -> str:
    """A script without check-sat that is unsatisfiable exactly when the claim holds.

    Variables under the leading ∀ are declared constants, what is assumed of them are assertions in the order of the
    claim, and the last assertion is `(assert (not goal))`; a natural number is declared as an Int with `(>= n 0)`
    right behind its declaration. A rational is declared as a Real: unsatisfiable still proves, and a model counts
    only where its values are rational. A claim about bit-vectors is one assertion (see `lean_bitvectors`).

    Args:
        text: `∀ x y : Int, x < y → x + 1 ≤ y`, see `lean_reader`.

    Raises:
        BadInput: outside the fragment; `place` is `claim:column`.
    """
    about_bits = bitvector_script(text)
    if about_bits is not None:
        return about_bits
    variables, hypotheses, goal = split_claim(read_claim(text))
    for part in walk(conjunction(*hypotheses, goal)):
        if isinstance(part, Every) and part.var.sort is Sort.RAT:
            raise BadInput(
                "a quantifier over Rat can't be put to a solver, which knows reals only; ∀ in front of the claim can",
                place=f"claim: {part.var.name}",
            )
    lines = ["(set-logic ALL)"]
    for var in variables:
        lines.append(f"(declare-const {symbol(var.name)} {smt_sort(var.sort)})")
        if var.sort is Sort.NAT:
            lines.append(f"(assert (>= {symbol(var.name)} 0))")
    lines += [f"(assert {write_term(h)})" for h in hypotheses]
    lines.append(f"(assert (not {write_term(goal)}))")
    return "\n".join(lines) + "\n"


def split_claim(claim: Term) -> tuple[tuple[Var, ...], tuple[Term, ...], Term]:
    """The variables under the leading ∀s, what is assumed of them, and what is claimed."""
    variables: list[Var] = []
    hypotheses: list[Term] = []
    while True:
        match claim:
            case Every(var, body, True):
                variables.append(var)
                claim = body
            case App(op=Op.IMPLIES, args=(given, rest)):
                hypotheses.extend(given.args if isinstance(given, App) and given.op is Op.AND else (given,))
                claim = rest
            case Truth(False) if hypotheses:  # h → False is ¬h: what is to be proved, not a contradiction by mistake
                return tuple(variables), tuple(hypotheses[:-1]), negated(hypotheses[-1])
            case _:
                return tuple(variables), tuple(hypotheses), claim
