"""The symbols of a sympy expression: what each may be, told by its assumptions."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from lemmata.errors import BadInput
from lemmata.provers.terms.sympy_values import Signs
from lemmata.provers.terms.term import TRUE, Op, Sort, Term, Var, apply, negated, number

_NAME = re.compile(r"[A-Za-zα-κμ-ω][A-Za-z0-9_]*\Z")  # λ binds in Lean
_TAKEN = frozenset(
    {
        *("if", "then", "else", "fun", "let", "in", "at", "by", "have", "show", "from", "match", "with", "do", "find"),
        *("given", "where", "open", "forall", "exists", "Not", "Nat", "Int", "Rat", "Real", "True", "False", "Prop"),
        *("Set", "Finset", "BitVec", "abs", "min", "max", "Even", "Odd", "π"),
    }
)
_SORTS = frozenset({"integer", "even", "odd", "rational"})
_SIGNED = frozenset({"positive", "negative", "nonnegative", "nonpositive", "nonzero"})
_IDLE = frozenset({"real", "finite", "commutative"})

Key: TypeAlias = tuple[str, frozenset[str]]
"""A name and the assumptions made; `?` for a bare name in a text."""
Scope: TypeAlias = Mapping[Key, Term]


def fail(node: ast.AST, text: str) -> BadInput:
    """The error for a place in the text."""
    return BadInput(text, place=f"{getattr(node, 'lineno', 1)}:{getattr(node, 'col_offset', 0) + 1}")


def key_of(node: ast.expr) -> Key | None:
    """The name and assumptions of a symbol."""
    match node:
        case ast.Name(id=name):
            return name, frozenset({"?"})
        case ast.Call(func=ast.Name(id="Symbol"), args=[ast.Constant(value=str(name))], keywords=keywords):
            told = {k.arg or "": k.value for k in keywords}
            for assumption, value in told.items():
                if not isinstance(value, ast.Constant) or value.value is not True:
                    raise fail(node, f"expected {assumption}=True: what a symbol is not can't be said here")
            return name, frozenset(told) - {"commutative", "finite"}
    return None


class Symbols:
    """Those met so far, what is assumed of them, and the names of indices."""

    def __init__(self, given: Mapping[str, Sort]) -> None:
        self.given = given
        self.found: dict[str, tuple[frozenset[str], Var]] = {}
        self.hypotheses: list[Term] = []
        self.positive: set[str] = set()
        self.nonzero: set[str] = set()
        self.bound: set[str] = set()

    @property
    def signs(self) -> Signs:
        return Signs(frozenset(self.positive), frozenset(self.nonzero))

    def index(self, node: ast.AST, name: str) -> Var:
        """A variable for an index, which nothing else is named like."""
        if not _NAME.match(name) or name in _TAKEN:
            raise fail(node, f"expected another name than {name!r} for an index: letters and digits")
        while name in self.found or name in self.bound:
            name += "'"
        self.bound.add(name)
        return Var(name, Sort.INT)

    def symbol(self, node: ast.expr, scope: Scope, *, truth: bool = False) -> Term | None:
        """What a node stands for that is a symbol, an index in scope or not; None for any other node."""
        key = key_of(node)
        if key is None:
            return None
        if key in scope:
            return scope[key]
        name, assumptions = key
        if name in self.found:
            known, var = self.found[name]
            if known != assumptions or (var.sort is Sort.BOOL) is not truth:
                raise fail(node, f"expected one symbol named {name}, found two that differ in assumptions or use")
            return var
        if not _NAME.match(name) or name in _TAKEN or name in self.bound:
            raise fail(
                node, f"expected another name than {name!r} for a symbol: letters and digits, used for one thing"
            )
        var = Var(name, self.sort(node, name, assumptions, truth=truth))
        self.found[name] = (assumptions, var)
        self.assume(var, assumptions)
        return var

    def sort(self, node: ast.expr, name: str, assumptions: frozenset[str], *, truth: bool) -> Sort:
        """The smallest sort that holds all values a symbol may have."""
        if assumptions == {"?"}:
            if name not in self.given or (self.given[name] is Sort.BOOL) is not truth:
                raise fail(
                    node, f"nothing tells what {name} is; write Symbol('{name}', real=True), integer or rational"
                )
            return self.given[name]
        if truth and not assumptions:
            return Sort.BOOL
        odd = assumptions - _SORTS - _SIGNED - _IDLE
        if odd or truth:
            raise fail(node, f"{', '.join(sorted(odd)) or 'a number'} can't be understood here")
        if not assumptions & (_SORTS | _SIGNED | {"real"}):
            raise fail(node, f"{name} may be complex; give it real=True, integer=True or rational=True")
        if assumptions & {"integer", "even", "odd"}:
            return Sort.NAT if assumptions & {"positive", "nonnegative"} else Sort.INT
        return Sort.RAT if "rational" in assumptions else Sort.REAL

    def assume(self, var: Var, assumptions: frozenset[str]) -> None:
        """Keep as hypotheses what the sort doesn't say."""
        zero = number(0, var.sort) if var.sort is not Sort.BOOL else TRUE
        made: Mapping[str, Callable[[], Term]] = {
            "positive": lambda: apply(Op.LT, zero, var),
            "negative": lambda: apply(Op.LT, var, zero),
            "nonnegative": lambda: apply(Op.LE, zero, var),
            "nonpositive": lambda: apply(Op.LE, var, zero),
            "nonzero": lambda: negated(apply(Op.EQ, var, zero)),
            "even": lambda: apply(Op.DIVIDES, number(2, var.sort), var),
            "odd": lambda: negated(apply(Op.DIVIDES, number(2, var.sort), var)),
        }
        self.hypotheses += [
            make() for a, make in made.items() if a in assumptions and (a, var.sort) != ("nonnegative", Sort.NAT)
        ]
        if "positive" in assumptions:
            self.positive.add(var.name)
        if assumptions & {"positive", "negative", "nonzero", "odd"}:
            self.nonzero.add(var.name)
