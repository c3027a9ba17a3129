"""Published answers in Lean's fully explicit notation, `@Eq Nat answer (@OfNat.ofNat Nat (nat_lit 9) …)`, as text that
our reader reads; and whether an answer that was found is the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lemmata.errors import BadInput
from lemmata.provers.find.answer import AnswerValue, read_value
from lemmata.provers.find.claim import FindClaim
from lemmata.provers.find.reduce import reduce_claim, settle
from lemmata.provers.terms.evaluate import NotEvaluated, Undefined, evaluate
from lemmata.provers.terms.rational import difference
from lemmata.provers.terms.term import FALSE, Op, Sort, Term, Truth, Var, apply, conjunction, sort_of, substitute
from lemmata.provers.terms.tidy import is_closed, tidy

_TOKEN = re.compile(r"\s*(?:(?P<word>@?[^\s()\[\]{},:]+)|(?P<sign>[()\[\]{},:]))")
_TYPES: Mapping[str, str] = {"Nat": "ℕ", "Int": "ℤ", "Rat": "ℚ", "Real": "ℝ", "Prop": "Prop"}
_INFIX: Mapping[str, str] = {
    "HAdd.hAdd": "+", "HSub.hSub": "-", "HMul.hMul": "*", "HDiv.hDiv": "/", "HPow.hPow": "^", "HMod.hMod": "%",
}  # fmt: skip
_RELATIONS: Mapping[str, str] = {"LE.le": "≤", "LT.lt": "<", "GE.ge": "≥", "GT.gt": ">", "Eq": "=", "Ne": "≠"}
_INTERVALS = frozenset({"Icc", "Ioo", "Ico", "Ioc", "Ici", "Ioi", "Iic", "Iio"})
_LONGEST = 60_000


@dataclass(frozen=True, slots=True)
class _Node:
    """A word, or an application of the first part to the others; `fun` has its variable as text."""

    text: str
    parts: tuple[_Node, ...] = ()


def read_published(text: str, claim: FindClaim) -> AnswerValue:
    """The published answer to a problem.

    Raises:
        BadInput: it uses something that we don't read.
    """
    if len(text) > _LONGEST:
        raise BadInput("expected a shorter answer", place="answer")
    node = _Reader(text).application()
    match node:
        case _Node("", (_Node("@Eq"), _, _Node(), value)):
            return read_value(_surface(value), claim.type, claim.parameters, claim.opens)
        case _Node("", (_Node("Iff"), _Node(), value)):
            return read_value(_surface(value), claim.type, claim.parameters, claim.opens)
    raise BadInput("expected @Eq T answer value", place="answer")


def same_answer(found: AnswerValue, published: AnswerValue) -> bool | None:
    """Whether two answers are the same, by exact arithmetic; None where that does not tell."""
    if len(found.variables) != len(published.variables) or len(found.bodies) != len(published.bodies):
        return None
    names: dict[str, Term] = {a.name: b for a, b in zip(published.variables, found.variables, strict=True)}
    results = [_same(a, tidy(substitute(b, names))) for a, b in zip(found.bodies, published.bodies, strict=True)]
    return False if False in results else None if None in results else True


def _same(one: Term, other: Term) -> bool | None:
    if sort_of(one) is not sort_of(other):
        return None
    if sort_of(one) is Sort.BOOL:
        claim = tidy(conjunction(apply(Op.IFF, one, other)))
        return claim.value if isinstance(claim, Truth) else True if one == other else None
    if is_closed(one) and is_closed(other):
        try:
            return bool(evaluate(one, {}) == evaluate(other, {}))
        except (NotEvaluated, Undefined):
            return None
    whole = difference(one, other)
    return True if whole is not None and not whole else None


def fails_as_written(claim: FindClaim, published: AnswerValue) -> bool:
    """Whether the problem's conditions are false for an answer by evaluation alone, whatever the unknowns.

    A referee for answers that differ: no solver and no search has a part in it.
    """
    reduced = reduce_claim(claim)
    for declared, body in zip(claim.answer, published.bodies, strict=True):
        if declared.parameters:
            return False
        known = reduced.values.get(declared.name)
        if known is None:
            reduced.put(declared.name, body)
            continue
        if _same(tidy(known), body) is False or _differ(tidy(known), body):
            return True
    settle(reduced)
    return any(_is_false(c) for c in reduced.conditions)


def _differ(one: Term, other: Term) -> bool:
    """Whether two polynomials in parameters are different ones."""
    whole = difference(one, other)
    return bool(whole) and all(isinstance(t, Var) for m in whole for t, _ in m)  # type: ignore[union-attr]


def _is_false(condition: Term) -> bool:
    if condition == FALSE:
        return True
    try:
        return is_closed(condition) and evaluate(condition, {}) is False
    except (NotEvaluated, Undefined):
        return False


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens = [(m.lastgroup, m.group(m.lastgroup or 0)) for m in _TOKEN.finditer(text)]
        self.at = 0

    def sees(self, text: str) -> bool:
        return self.at < len(self.tokens) and self.tokens[self.at][1] == text

    def take(self) -> str:
        if self.at >= len(self.tokens):
            raise BadInput("the answer ends too early", place="answer")
        self.at += 1
        return self.tokens[self.at - 1][1]

    def expect(self, text: str) -> None:
        if self.take() != text:
            raise BadInput(f"expected {text}", place="answer")

    def application(self) -> _Node:
        parts = []
        while self.at < len(self.tokens) and not any(self.sees(s) for s in (")", "]", ",", ":")):
            parts.append(self.atom())
        if not parts:
            raise BadInput("expected an expression", place="answer")
        return parts[0] if len(parts) == 1 else _Node("", tuple(parts))

    def atom(self) -> _Node:
        word = self.take()
        if word == "(":
            inner = self.application()
            self.expect(")")
            return inner
        if word == "fun":
            self.expect("(")
            name = self.take()
            self.expect(":")
            self.application()
            self.expect(")")
            self.expect("=>")
            return _Node(f"fun {name}", (self.application(),))
        if word in ("[", "{", "]", "}"):
            raise BadInput(f"{word} is not understood", place="answer")
        return _Node(word)


def _surface(node: _Node) -> str:
    """The node in the notation that people write, every part in parentheses."""
    if not node.parts:
        return _TYPES.get(node.text, node.text.removeprefix("@"))
    if node.text.startswith("fun "):
        return f"(fun {node.text[4:]} ↦ {_surface(node.parts[0])})"
    head, args = node.parts[0].text.removeprefix("@"), node.parts[1:]
    for names, make in _FORMS:
        if head in names:
            return make(head, args)
    if any(p.text.startswith("@") for p in node.parts[1:]):
        raise BadInput(f"{head} is not understood", place="answer")
    return f"({head} {' '.join(_surface(a) for a in args)})"


def _typed(text: str, kind: _Node) -> str:
    name = _TYPES.get(kind.text)
    if name is None:
        raise BadInput(f"numbers of the type {kind.text or 'here'} are not understood", place="answer")
    return f"({text} : {name})"


def _numeral(_: str, args: Sequence[_Node]) -> str:
    literal = args[1].parts[1].text if args[1].parts else args[1].text
    return _typed(literal, args[0])


def _scientific(_: str, args: Sequence[_Node]) -> str:
    mantissa, down, exponent = (a.parts[1].text if a.parts else a.text for a in args[2:5])
    shift = int(exponent)
    if shift > 100:
        raise BadInput("expected a smaller exponent", place="answer")
    return _typed(f"{mantissa} / {10**shift}" if down.endswith("true") else f"{mantissa} * {10**shift}", args[0])


def _infix(head: str, args: Sequence[_Node]) -> str:
    return f"({_surface(args[-2])} {_INFIX[head]} {_surface(args[-1])})"


def _relation(head: str, args: Sequence[_Node]) -> str:
    return f"({_surface(args[-2])} {_RELATIONS[head]} {_surface(args[-1])})"


def _set_of(_: str, args: Sequence[_Node]) -> str:
    lambda_ = args[-1]
    if not lambda_.text.startswith("fun "):
        raise BadInput("expected a condition", place="answer")
    kind = _TYPES.get(args[0].text, "")
    return f"{{{lambda_.text[4:]}{' : ' + kind if kind else ''} | {_surface(lambda_.parts[0])}}}"


def _items(node: _Node) -> list[str]:
    head = node.parts[0].text.removeprefix("@") if node.parts else ""
    if head == "Insert.insert":
        return [_surface(node.parts[-2]), *_items(node.parts[-1])]
    if head == "Singleton.singleton":
        return [_surface(node.parts[-1])]
    raise BadInput("expected a set that is written out", place="answer")


_FORMS: tuple[tuple[frozenset[str], Callable[[str, Sequence[_Node]], str]], ...] = (
    (frozenset({"OfNat.ofNat"}), _numeral),
    (frozenset({"OfScientific.ofScientific"}), _scientific),
    (frozenset(_INFIX), _infix),
    (frozenset(_RELATIONS), _relation),
    (frozenset({"Neg.neg"}), lambda _, a: f"(-{_surface(a[-1])})"),
    (frozenset({"Inv.inv"}), lambda _, a: f"({_surface(a[-1])}⁻¹)"),
    (frozenset({"Nat.cast", "Int.cast", "Rat.cast"}), lambda _, a: _typed(_surface(a[-1]), a[0])),
    (frozenset({"Prod.mk"}), lambda _, a: f"({', '.join(_pair(a))})"),
    (frozenset({"And", "Or"}), lambda h, a: f"({_surface(a[0])} {'∧' if h == 'And' else '∨'} {_surface(a[1])})"),
    (frozenset({"setOf"}), _set_of),
    (frozenset({"Insert.insert", "Singleton.singleton"}), lambda h, a: _listed(h, a)),
    (frozenset({"Union.union"}), lambda _, a: f"({_surface(a[-2])} ∪ {_surface(a[-1])})"),
    (frozenset(f"Set.{n}" for n in _INTERVALS), lambda h, a: f"({h} {' '.join(_surface(x) for x in a[2:])})"),
    (frozenset({"Even", "Odd", "abs", "Max.max", "Min.min"}), lambda h, a: f"({h} {_surface(a[-1])})"),
)


def _pair(args: Sequence[_Node]) -> list[str]:
    """The parts of a tuple, which nests to the right."""
    first, second = args[-2], args[-1]
    head = second.parts[0].text if second.parts else ""
    return [_surface(first), *(_pair(second.parts[1:]) if head == "@Prod.mk" else [_surface(second)])]


def _listed(head: str, args: Sequence[_Node]) -> str:
    return "{" + ", ".join(_items(_Node("", (_Node(head), *args)))) + "}"
