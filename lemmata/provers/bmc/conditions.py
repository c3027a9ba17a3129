"""Verification conditions as SMT-LIB text: over mathematical integers, or over bit-vectors that are wide enough.

With bit-vectors every term gets as many bits as its bounds need, in two's complement, so that nothing ever wraps but
`wrap`; both texts therefore say the same.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from lemmata.problem import Json
from lemmata.provers.bmc.ir import CType
from lemmata.provers.bmc.terms import Bounds, Node, Terms

Logic: TypeAlias = Literal["integers", "bitvectors"]
_INLINE = 160


class NotFinite(Exception):
    """A term without bounds can't be written with bit-vectors."""


def write(terms: Terms, asserted: Sequence[int], logic: Logic) -> str:
    """A script, without check-sat, that asserts the terms."""
    writer = _Bits(terms) if logic == "bitvectors" else _Integers(terms)
    variables, definitions, texts = writer.parts(asserted)
    lines = ["(set-logic QF_BV)"] if logic == "bitvectors" else []
    lines += [f"(declare-const {name} {sort})" for name, sort in variables]
    lines += [f"(define-fun {name} () {sort} {text})" for name, sort, text in definitions]
    return "\n".join([*lines, *(f"(assert {text})" for text in texts), ""])


def write_rule(terms: Terms, body: Sequence[int], head: int) -> str:
    """A Horn clause, closed under a quantifier: where the body holds, so does the head."""
    variables, definitions, texts = _Integers(terms).parts([*body, head])
    text = f"(=> (and true {' '.join(texts[:-1])}) {texts[-1]})"
    for name, _, meaning in reversed(definitions):
        text = f"(let (({name} {meaning})) {text})"
    bound = " ".join(f"({name} {sort})" for name, sort in variables)
    return f"(assert (forall ({bound}) {text}))" if bound else f"(assert {text})"


def read_values(terms: Terms, model: Mapping[str, Json]) -> dict[str, int]:
    """The values of the variables in a solver's model; what is not a number of ours is left out."""
    found: dict[str, int] = {}
    for name, value in model.items():
        if isinstance(value, dict) and isinstance(value.get("value"), int) and isinstance(value.get("bv"), int):
            found[name] = CType(value["bv"]).wrap(value["value"])
        elif isinstance(value, str) and value.lstrip("-").isdigit() and len(value) < 4000:
            found[name] = int(value)
        elif isinstance(value, int) and not isinstance(value, bool):
            found[name] = value
    return found


class _Writer(ABC):
    sort = "Int"

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.texts: dict[int, str] = {}

    def parts(self, roots: Sequence[int]) -> tuple[list[tuple[str, str]], list[tuple[str, str, str]], list[str]]:
        """Variables, definitions and the texts of the roots; what is short and used once stands in place."""
        reachable = self.terms.reachable(roots)
        uses: dict[int, int] = {}
        for t in reachable:
            for arg in self.terms.arguments(t):
                uses[arg] = uses.get(arg, 0) + 1
        variables: list[tuple[str, str]] = []
        definitions: list[tuple[str, str, str]] = []
        for t in reachable:
            node = self.terms.nodes[t]
            text = self.term(t, node)
            if node[0] == "var":
                variables.append((text, self.sort_of(t)))
            elif self.terms.arguments(t) and (uses.get(t, 0) > 1 or len(text) > _INLINE):
                definitions.append((f"t{t}", self.sort_of(t), text))
                text = f"t{t}"
            self.texts[t] = text
        return variables, definitions, [self.texts[t] for t in roots]

    def sort_of(self, t: int) -> str:
        return "Bool" if self.boolean(t) else self.sort

    def boolean(self, t: int) -> bool:
        return self.terms.nodes[t][0] in ("false", "true", "and", "or", "not", "<=", "=", "app")

    def term(self, t: int, node: Node) -> str:
        args = self.terms.arguments(t)
        match node[0]:
            case "false" | "true" as name:
                return str(name)
            case "var":
                return str(node[1])
            case "and" | "or" | "not" as name:
                return f"({name} {' '.join(self.texts[a] for a in args)})"
            case "app":
                inner = "".join(f" {self.texts[a]}" for a in args)
                return f"({node[1]}{inner})" if args else str(node[1])
            case "num":
                return self.number(int(node[1]))  # type: ignore[call-overload]
        return self.operation(t, str(node[0]), args, node[-1] if isinstance(node[-1], CType) else None)

    def number(self, value: int) -> str:
        return str(value) if value >= 0 else f"(- {-value})"

    @abstractmethod
    def operation(self, t: int, name: str, args: tuple[int, ...], ctype: CType | None) -> str:
        """The text of an operation whose arguments have their texts."""


class _Integers(_Writer):
    def operation(self, t: int, name: str, args: tuple[int, ...], ctype: CType | None) -> str:
        texts = [self.texts[a] for a in args]
        match name:
            case "+" | "-" | "*" | "<=" | "=" | "ite" | "div" | "mod":
                return f"({name} {' '.join(texts)})"
            case "narrow":
                return texts[0]
            case "tdiv" | "trem":
                return self._divide("div" if name == "tdiv" else "mod", args, texts)
            case "wrap" if ctype is not None:
                return self._wrap(self.terms.bounds[args[0]], texts[0], ctype)
            case "<<" | ">>" if ctype is not None:
                return self._shift(name, args, texts, ctype)
        if ctype is None:
            raise NotFinite(name)
        return self._bitwise(name, args, texts, ctype)

    def _divide(self, name: str, args: tuple[int, ...], texts: list[str]) -> str:
        a, b = texts
        low = self.terms.bounds[args[0]][0]
        if low is not None and low >= 0:
            return f"({name} {a} {b})"
        return f"(ite (>= {a} 0) ({name} {a} {b}) (- ({name} (- {a}) {b})))"

    def _wrap(self, bounds: Bounds, a: str, ctype: CType) -> str:
        whole, (low, high) = 1 << ctype.width, bounds
        least, most = ctype.low or 0, ctype.high or 0
        if low is not None and high is not None and low >= least - whole and high <= most + whole:
            below = f"(ite (< {a} {self.number(least)}) (+ {a} {whole}) {a})" if low < least else a
            return f"(ite (> {a} {most}) (- {a} {whole}) {below})" if high > most else below
        if not ctype.signed:
            return f"(mod {a} {whole})"
        return f"(- (mod (+ {a} {whole // 2}) {whole}) {whole // 2})"

    def _shift(self, name: str, args: tuple[int, ...], texts: list[str], ctype: CType) -> str:
        a, b = texts
        by = self.terms.constant(args[1])
        operator = "*" if name == "<<" else "div"
        if by is not None:
            return f"({operator} {a} {1 << by})" if 0 <= by < 64 else "0"
        text = "0"
        for each in reversed(range(ctype.width)):
            text = f"(ite (= {b} {each}) ({operator} {a} {1 << each}) {text})"
        return text

    def _bitwise(self, name: str, args: tuple[int, ...], texts: list[str], ctype: CType) -> str:
        for mask, other in ((args[0], texts[1]), (args[1], texts[0])):
            value = self.terms.constant(mask)
            if name == "&" and value is not None and value >= 0 and value & (value + 1) == 0:
                return f"(mod {other} {value + 1})"
        a, b = (f"((_ int2bv {ctype.width}) {text})" for text in texts)
        made = f"(bv2nat ({ {'&': 'bvand', '|': 'bvor', '^': 'bvxor'}[name] } {a} {b}))"
        if not ctype.signed:
            return made
        half = 1 << (ctype.width - 1)
        return f"(let ((u {made})) (ite (>= u {half}) (- u {2 * half}) u))"


def _bits(bounds: Bounds) -> int:
    low, high = bounds
    if low is None or high is None:
        raise NotFinite
    return max((high if high >= 0 else ~high).bit_length(), (low if low >= 0 else ~low).bit_length()) + 1


class _Bits(_Writer):
    def sort_of(self, t: int) -> str:
        return "Bool" if self.boolean(t) else f"(_ BitVec {self.width(t)})"

    def width(self, t: int) -> int:
        return _bits(self.terms.bounds[t])

    def number(self, value: int) -> str:
        width = _bits((value, value))
        return f"(_ bv{value & (1 << width) - 1} {width})"

    def at(self, t: int, width: int) -> str:
        """The term at another width: extended by its sign, or cut."""
        own, text = self.width(t), self.texts[t]
        if own < width:
            return f"((_ sign_extend {width - own}) {text})"
        return text if own == width else f"((_ extract {width - 1} 0) {text})"

    def operation(self, t: int, name: str, args: tuple[int, ...], ctype: CType | None) -> str:
        if name in ("<=", "="):
            width = max(self.width(a) for a in args)
            operator = "bvsle" if name == "<=" else "="
            return f"({operator} {self.at(args[0], width)} {self.at(args[1], width)})"
        own = self.width(t)
        if name == "ite":
            return f"(ite {self.texts[args[0]]} {self.at(args[1], own)} {self.at(args[2], own)})"
        if name == "narrow":
            return self.at(args[0], own)
        if name == "wrap" and ctype is not None:
            kept = self.at(args[0], ctype.width)
            return kept if ctype.signed else f"((_ zero_extend 1) {kept})"
        known = {"+": "bvadd", "-": "bvsub", "*": "bvmul", "tdiv": "bvsdiv", "trem": "bvsrem", "&": "bvand",
                    "|": "bvor", "^": "bvxor", "<<": "bvshl", ">>": "bvashr"}  # fmt: skip
        if name not in known:
            raise NotFinite(name)
        width = max(own, *(self.width(a) for a in args))
        made = f"({known[name]} {self.at(args[0], width)} {self.at(args[1], width)})"
        return made if width == own else f"((_ extract {own - 1} 0) {made})"
