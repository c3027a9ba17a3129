"""Claims about bit-vectors, `∀ x y : BitVec 8, x ^^^ y ^^^ y = x`, with Lean's meaning, as terms of SMT-LIB.

The fragment: variables of `BitVec n` (n a numeral) and `Prop` under ∀ and ∃; literals `5#8` and `5`; `+ - * / %`,
`&&& ||| ^^^ ~~~ <<< >>>`, `if then else`, `= ≠ < ≤ > ≥` (unsigned) and the connectives; `slt sle ult ule`, `udiv umod
sdiv srem smod`, `smtUDiv smtSDiv`, `sshiftRight`, `setWidth`, `signExtend`, as `x.slt y` or `BitVec.slt x y`. In Lean
x / 0 = 0, unsigned or signed, where SMT-LIB has all ones; an amount that is a numeral is a natural number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from lemmata.formats.smt_sorts import BOOL, BUILTIN, Sort, bits
from lemmata.formats.smt_terms import FALSE, TRUE, Literal, Quantified, Term, Use, make, write_term
from lemmata.provers.terms.lean_syntax import Syntax, fail, parse

_WIDEST = 1024
_LARGEST_NUMERAL = 400  # digits

_OPERATIONS: Mapping[str, str] = {
    "+": "bvadd", "-": "bvsub", "*": "bvmul", "/": "udiv", "%": "bvurem", "&&&": "bvand", "|||": "bvor",
    "^^^": "bvxor",
}  # fmt: skip
_SHIFTS: Mapping[str, str] = {"<<<": "bvshl", ">>>": "bvlshr"}
_RELATIONS: Mapping[str, str] = {"<": "bvult", "≤": "bvule", ">": "bvugt", "≥": "bvuge"}
_METHODS: Mapping[str, str] = {  # of two bit-vectors of one width
    "udiv": "udiv", "umod": "bvurem", "sdiv": "sdiv", "srem": "bvsrem", "smod": "bvsmod", "smtUDiv": "bvudiv",
    "smtSDiv": "bvsdiv",
}  # fmt: skip
_TESTS: Mapping[str, str] = {"slt": "bvslt", "sle": "bvsle", "ult": "bvult", "ule": "bvule"}
_DIVISIONS: Mapping[str, str] = {"udiv": "bvudiv", "sdiv": "bvsdiv"}  # 0 for divisor 0
_WIDENING = frozenset({"setWidth", "signExtend"})
_CONNECTIVES: Mapping[str, str] = {"∧": "and", "∨": "or", "↔": "="}

_Scope: TypeAlias = Mapping[str, Use]


def bitvector_script(text: str) -> str | None:
    """A script that is unsatisfiable exactly when the claim holds; its only assertion is `(assert (not claim))`.

    Returns:
        None where the claim names neither the type nor a literal of it.

    Raises:
        BadInput: outside the fragment, or widths that don't fit; `place` is `claim:column`.
    """
    try:
        tree = parse(text)
        if not any(_names_bits(t) for t in _subtrees(tree)):
            return None
        claim = _Reading().proposition(tree, {})
        return f"(set-logic ALL)\n(assert (not {write_term(claim)}))\n"
    except RecursionError:
        raise fail(1, "expected a claim that is nested less deeply") from None


def _names_bits(tree: Syntax) -> bool:
    return tree.kind == "#" or (tree.kind == "name" and tree.text.partition(".")[0] == "BitVec")


def _subtrees(tree: Syntax) -> Iterator[Syntax]:
    stack = [tree]
    while stack:
        top = stack.pop()
        yield top
        stack.extend(top.parts)


def _numeral(tree: Syntax, what: str) -> int:
    if tree.kind != "numeral" or len(tree.text) > _LARGEST_NUMERAL:
        raise fail(tree.column, f"expected {what} that is a numeral of at most {_LARGEST_NUMERAL} digits")
    return int(tree.text)


def _width(tree: Syntax) -> int:
    width = _numeral(tree, "a width")
    if not 1 <= width <= _WIDEST:
        raise fail(tree.column, f"expected a width from 1 to {_WIDEST}")
    return width


def _method(tree: Syntax, scope: _Scope) -> tuple[str, tuple[Syntax, ...]] | None:
    """The name in BitVec and the arguments of a call, `BitVec.slt x y` or `x.slt y`; of setWidth, the width last."""
    if tree.kind != "apply":
        return None
    head, *args = tree.parts
    if head.kind == "part":
        return head.text, (head.parts[0], *args)
    owner, _, field = head.text.rpartition(".")
    if head.kind != "name" or not owner:
        return None
    if owner == "BitVec":
        return field, tuple(reversed(args)) if field in _WIDENING else tuple(args)
    if owner in scope:
        return field, (Syntax("name", owner, (), head.column), *args)
    return None


class _Reading:
    def __init__(self) -> None:
        self.used: set[str] = set(BUILTIN)

    # Propositions

    def proposition(self, tree: Syntax, scope: _Scope) -> Term:
        kind, inner = tree.kind, tree.parts
        if kind in ("∀", "∃"):
            return self.quantified(tree, list(inner), scope)
        if kind == "¬":
            return make("not", self.proposition(inner[0], scope))
        if kind in _CONNECTIVES:
            return make(_CONNECTIVES[kind], *(self.proposition(p, scope) for p in inner))
        if kind == "→":
            return _implied(self.proposition(inner[0], scope), self.proposition(inner[1], scope))
        if kind in _RELATIONS or kind in ("=", "≠"):
            return self.related(tree, scope)
        if kind == "name" and tree.text in ("True", "False") and tree.text not in scope:
            return TRUE if tree.text == "True" else FALSE
        if kind == "name" and tree.text in scope and scope[tree.text].sort == BOOL:
            return scope[tree.text]
        call = _method(tree, scope)
        if call is not None and call[0] in _TESTS and len(call[1]) == 2:
            return make(_TESTS[call[0]], *self.pair(*call[1], scope))
        raise fail(tree.column, "expected a proposition about bit-vectors")

    def quantified(self, tree: Syntax, parts: list[Syntax], scope: _Scope) -> Term:
        if len(parts) == 1:
            return self.proposition(parts[0], scope)
        part, rest = parts[0], parts[1:]
        sort = self.sort(part)
        if sort is None:
            given = self.proposition(part.parts[0], scope)
            body = self.quantified(tree, rest, scope)
            return _implied(given, body) if tree.kind == "∀" else make("and", given, body)
        name = part.text
        while name in self.used:
            name += "'"
        self.used.add(name)
        body = self.quantified(tree, rest, {**scope, part.text: Use(name, (), sort)})
        return Quantified("forall" if tree.kind == "∀" else "exists", ((name, sort),), body)

    def sort(self, part: Syntax) -> Sort | None:
        """Of a variable; None where the part is a hypothesis."""
        if part.kind == "hypothesis":
            return None
        match part.parts:
            case (Syntax("apply", parts=(Syntax("name", "BitVec"), width)),):
                return bits(_width(width))
            case (Syntax("name", "Prop"),):
                return BOOL
            case (Syntax("name", text),) if text in ("ℕ", "ℤ", "ℚ", "ℝ", "Bool"):
                raise fail(part.column, "expected variables of BitVec n or Prop in a claim about bit-vectors")
            case (_,):
                return None
        raise fail(part.column, "nothing tells of what type this is; write it, as in (x : BitVec 8)")

    def related(self, tree: Syntax, scope: _Scope) -> Term:
        left, right = tree.parts
        if tree.kind in _RELATIONS:
            return make(_RELATIONS[tree.kind], *self.pair(left, right, scope))
        widths = (self.width(left, scope), self.width(right, scope))
        if widths == (None, None) and left.kind != "numeral" and right.kind != "numeral":
            sides = (self.proposition(left, scope), self.proposition(right, scope))
        else:
            sides = self.pair(left, right, scope)
        return make("=" if tree.kind == "=" else "distinct", *sides)

    # Bit-vectors

    def width(self, tree: Syntax, scope: _Scope) -> int | None:
        """How many bits an expression has, where something in it tells."""
        kind, inner = tree.kind, tree.parts
        if kind == "name" and tree.text in scope and scope[tree.text].sort != BOOL:
            return scope[tree.text].sort.width
        if kind == "#":
            return _width(inner[1])
        if kind == "ascription":
            return self.ascribed(inner[1])
        if kind in _SHIFTS or kind in ("neg", "~~~"):
            return self.width(inner[0], scope)
        if kind in _OPERATIONS or kind == "if":
            found = (self.width(p, scope) for p in inner[-2:])
            return next((w for w in found if w is not None), None)
        call = _method(tree, scope)
        if call is None or not call[1]:
            return None
        name, args = call
        if name == "ofNat":
            return _width(args[0])
        if name in _WIDENING:
            return _width(args[-1])
        if name in _METHODS or name == "sshiftRight":
            return self.width(args[0], scope)
        return None

    def ascribed(self, kind: Syntax) -> int:
        match kind:
            case Syntax("apply", parts=(Syntax("name", "BitVec"), width)):
                return _width(width)
        raise fail(kind.column, "expected BitVec n in a claim about bit-vectors")

    def pair(self, left: Syntax, right: Syntax, scope: _Scope) -> tuple[Term, Term]:
        """Two bit-vectors of one width."""
        first = self.width(left, scope)
        width = self.width(right, scope) if first is None else first
        return self.bits(left, width, scope), self.bits(right, width, scope)

    def bits(self, tree: Syntax, expected: int | None, scope: _Scope) -> Term:
        """A bit-vector expression; numerals in it have the expected width."""
        own = self.width(tree, scope)
        width = expected if own is None else own
        if width is None:
            raise fail(tree.column, "nothing tells how many bits this has; write 5#8 or (x : BitVec 8)")
        if expected not in (None, width):
            raise fail(tree.column, f"expected {expected} bits, but {width} came")
        kind, inner = tree.kind, tree.parts
        if kind == "numeral":
            return _literal(_numeral(tree, "a value"), width)
        if kind == "#":
            return _literal(_numeral(inner[0], "a value"), width)
        if kind == "name" and tree.text in scope and scope[tree.text].sort != BOOL:
            return scope[tree.text]
        if kind == "ascription":
            return self.bits(inner[0], width, scope)
        if kind in ("neg", "~~~"):
            return make("bvneg" if kind == "neg" else "bvnot", self.bits(inner[0], width, scope))
        if kind in _OPERATIONS:
            return _operated(_OPERATIONS[kind], *(self.bits(p, width, scope) for p in inner))
        if kind in _SHIFTS:
            return self.shifted(_SHIFTS[kind], inner[0], inner[1], scope)
        if kind == "if":
            condition = self.proposition(inner[0], scope)
            return make("ite", condition, *(self.bits(p, width, scope) for p in inner[1:]))
        return self.called(tree, scope)

    def shifted(self, op: str, left: Syntax, right: Syntax, scope: _Scope) -> Term:
        """Lean shifts by a natural number or by bits of any width; SMT-LIB by as many bits as are shifted."""
        value = self.bits(left, None, scope)
        width = value.sort.width
        if right.kind == "numeral":
            return make(op, value, _literal(min(_numeral(right, "an amount"), width), width))
        amount = self.bits(right, None, scope)
        widest = max(width, amount.sort.width)
        found = make(op, _extended(value, widest), _extended(amount, widest))
        return found if widest == width else make("extract", found, indices=(width - 1, 0))

    def called(self, tree: Syntax, scope: _Scope) -> Term:
        call = _method(tree, scope)
        match call:
            case ("ofNat", (width, value)):
                return _literal(_numeral(value, "a value"), _width(width))
            case (("setWidth" | "signExtend") as name, (value, width)):
                return _extended(self.bits(value, None, scope), _width(width), signed=name == "signExtend")
            case ("sshiftRight", (value, amount)):
                inner = self.bits(value, None, scope)
                times = min(_numeral(amount, "an amount"), inner.sort.width)
                return make("bvashr", inner, _literal(times, inner.sort.width))
            case (name, (left, right)) if name in _METHODS:
                return _operated(_METHODS[name], *self.pair(left, right, scope))
        raise fail(tree.column, "expected a bit-vector: a variable, a literal such as 5#8 or a known operation")


def _literal(value: int, width: int) -> Literal:
    return Literal(value % (1 << width), bits(width))


def _implied(given: Term, goal: Term) -> Term:
    """`h → False` is ¬h: what is to be proved, not a contradiction by mistake."""
    return make("not", given) if goal == FALSE else make("=>", given, goal)


def _operated(op: str, left: Term, right: Term) -> Term:
    if op not in _DIVISIONS:
        return make(op, left, right)
    zero = _literal(0, right.sort.width)
    return make("ite", make("=", right, zero), zero, make(_DIVISIONS[op], left, right))


def _extended(value: Term, width: int, *, signed: bool = False) -> Term:
    own = value.sort.width
    if width < own:
        return make("extract", value, indices=(width - 1, 0))
    if width == own:
        return value
    return make("sign_extend" if signed else "zero_extend", value, indices=(width - own,))
