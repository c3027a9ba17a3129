"""Typed terms of SMT-LIB: Core, Ints, Reals, bit-vectors, arrays and uninterpreted functions, with let and quantifiers.

read_term(node, scope) -> Term     checks sorts; integers become reals where SMT-LIB's mixed logics say so
write_term(term)       -> str      SMT-LIB text that means the same to every solver
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TypeAlias, assert_never

from lemmata.errors import BadInput
from lemmata.formats.sexpr import Atom, Group, Kind, Node, quote, write
from lemmata.formats.smt_sorts import BOOL, BUILTIN, INT, REAL, Sort, bits, result_sort

_WIDEST = 4096


@dataclass(frozen=True, slots=True)
class Literal:
    """A value: bool, int (Int and bit-vectors) or Fraction (Real)."""

    value: bool | int | Fraction
    sort: Sort


@dataclass(frozen=True, slots=True)
class Use:
    """A variable, a constant, or a declared or defined function put to arguments."""

    name: str
    args: tuple[Term, ...]
    sort: Sort


@dataclass(frozen=True, slots=True)
class Apply:
    """A function of the theories put to arguments; `indices` as in (_ extract 7 0)."""

    op: str
    args: tuple[Term, ...]
    sort: Sort
    indices: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Let:
    """Parallel bindings and a body."""

    bindings: tuple[tuple[str, Term], ...]
    body: Term

    @property
    def sort(self) -> Sort:
        return self.body.sort


@dataclass(frozen=True, slots=True)
class Quantified:
    """`forall` or `exists` over variables."""

    op: str
    variables: tuple[tuple[str, Sort], ...]
    body: Term
    sort: Sort = BOOL


Term: TypeAlias = Literal | Use | Apply | Let | Quantified

TRUE = Literal(True, BOOL)
FALSE = Literal(False, BOOL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The names that a term may use.

    Args:
        functions: name -> sorts of the parameters and of the result; constants have no parameters.
        variables: bound ones; they hide functions.
        sorts: declared sorts and abbreviations.
        negative_numerals: read -1 as a number, as SyGuS-IF does; in SMT-LIB it is (- 1).
    """

    functions: Mapping[str, tuple[tuple[Sort, ...], Sort]] = field(default_factory=dict)
    variables: Mapping[str, Sort] = field(default_factory=dict)
    sorts: Mapping[str, Sort] = field(default_factory=dict)
    negative_numerals: bool = False

    def bind(self, variables: Mapping[str, Sort]) -> Scope:
        return replace(self, variables={**self.variables, **variables})


def read_sort(node: Node, scope: Scope) -> Sort:
    """The sort a node names.

    Raises:
        BadInput: one that is unknown or that is not supported here; says where.
    """
    match node:
        case Atom("Bool" | "Int" | "Real" as name, Kind.SYMBOL):
            return Sort(name)
        case Atom(name, Kind.SYMBOL) if name in scope.sorts:
            return scope.sorts[name]
        case Group((Atom("_"), Atom("BitVec"), Atom(width, Kind.NUMERAL))) | Group(
            (Atom("BitVec"), Atom(width, Kind.NUMERAL))
        ) if len(width) < 6 and 0 < int(width) <= _WIDEST:
            return bits(int(width))
        case Group((Atom("Array"), key, value)):
            return Sort("Array", (read_sort(key, scope), read_sort(value, scope)))
    raise BadInput(
        f"expected Bool, Int, Real, (_ BitVec n), (Array K V) or a declared sort, came {_short(node)}", place=node.place
    )


def read_name(node: Node, what: str = "a name") -> str:
    """The symbol that a node is, if it may be declared.

    Raises:
        BadInput: not a symbol, or one that the theories already use.
    """
    if not isinstance(node, Atom) or node.kind is not Kind.SYMBOL:
        raise BadInput(f"expected {what}, came {_short(node)}", place=node.place)
    if node.text in BUILTIN or node.text.startswith(("@", ".")):
        raise BadInput(f"the name {node.text} is taken by SMT-LIB; choose another", place=node.place)
    return node.text


def read_variables(node: Node, scope: Scope) -> tuple[tuple[str, Sort], ...]:
    """Sorted variables, ((x Int) (y Int)).

    Raises:
        BadInput: of another shape, or a name given twice.
    """
    found: dict[str, Sort] = {}
    for item in _items(node):
        pair = _items(item)
        if len(pair) != 2:
            raise BadInput(f"expected (name Sort), came {_short(item)}", place=item.place)
        name = read_name(pair[0])
        if name in found:
            raise BadInput(f"the name {name} is given twice", place=item.place)
        found[name] = read_sort(pair[1], scope)
    return tuple(found.items())


def read_term(node: Node, scope: Scope) -> Term:
    """The term that a node writes.

    Raises:
        BadInput: an unknown name, a wrong sort or number of arguments, or something not supported; says where.
    """
    if isinstance(node, Atom):
        return _read_atom(node, scope)
    match node.items:
        case (Atom("let", Kind.SYMBOL), Group(pairs), body) if pairs:
            return _read_let(pairs, body, scope)
        case (Atom("forall" | "exists" as op, Kind.SYMBOL), binders, body):
            variables = read_variables(binders, scope)
            inner = read_term(body, scope.bind(dict(variables)))
            _expect(inner, BOOL, body)
            return Quantified(op, variables, inner) if variables else inner
        case (Atom("!", Kind.SYMBOL), body, *attributes):
            if any(isinstance(a, Atom) and a.text == ":named" for a in attributes):
                raise BadInput("only a whole assertion can be named; remove :named here", place=node.place)
            return read_term(body, scope)
        case (Atom("_"), Atom(text), Atom(width, Kind.NUMERAL)) if text[:2] == "bv" and text[2:].isdecimal():
            if max(len(text), len(width)) > _WIDEST:
                raise BadInput(f"expected at most {_WIDEST} bits that hold the number", place=node.place)
            return _read_bits(int(text[2:]), int(width), node)
        case (head, *rest) if rest:
            return _read_application(head, tuple(read_term(r, scope) for r in rest), node, scope)
    raise BadInput(f"expected a term, came {_short(node)}", place=node.place)


def _read_atom(node: Atom, scope: Scope) -> Term:
    match node.kind:
        case Kind.NUMERAL | Kind.DECIMAL if len(node.text) <= 4000:
            whole = node.kind is Kind.NUMERAL
            return Literal(int(node.text), INT) if whole else Literal(Fraction(node.text), REAL)
        case Kind.BITS if len(node.text) <= _WIDEST:
            binary = node.text[1] == "b"
            width = (len(node.text) - 2) * (1 if binary else 4)
            return _read_bits(int(node.text[2:], 2 if binary else 16), width, node)
        case Kind.SYMBOL:
            if node.text in scope.variables:
                return Use(node.text, (), scope.variables[node.text])
            if node.text in scope.functions:
                return _read_use(node.text, (), node, scope)
            if node.text in ("true", "false"):
                return TRUE if node.text == "true" else FALSE
            digits = node.text[1:]
            if scope.negative_numerals and node.text[0:1] == "-" and digits.isdecimal() and len(digits) <= 4000:
                return Literal(-int(digits), INT)
            raise BadInput(f"the name {node.text} is not declared", place=node.place)
    raise BadInput(f"expected a term, came {_short(node)}, which is not supported", place=node.place)


def _read_bits(value: int, width: int, node: Node) -> Literal:
    if not 0 < width <= _WIDEST or value >> width:
        raise BadInput(f"expected at most {_WIDEST} bits that hold the number", place=node.place)
    return Literal(value, bits(width))


def _read_let(pairs: tuple[Node, ...], body: Node, scope: Scope) -> Term:
    bindings: dict[str, Term] = {}
    for pair in pairs:
        items = _items(pair)
        if len(items) != 2:
            raise BadInput(f"expected (name term), came {_short(pair)}", place=pair.place)
        name = read_name(items[0])
        if name in bindings:
            raise BadInput(f"the name {name} is bound twice", place=pair.place)
        bindings[name] = read_term(items[1], scope)
    inner = read_term(body, scope.bind({name: term.sort for name, term in bindings.items()}))
    return Let(tuple(bindings.items()), inner)


def _read_application(head: Node, args: tuple[Term, ...], node: Node, scope: Scope) -> Term:
    match head:
        case Atom(name, Kind.SYMBOL) if name in scope.functions and name not in scope.variables:
            return _read_use(name, args, node, scope)
        case Atom(name, Kind.SYMBOL) if name in BUILTIN and name not in scope.variables:
            return make(name, *args, place=node.place)
        case Group((Atom("_"), Atom(name, Kind.SYMBOL), *numbers)) if name in BUILTIN:
            indices = tuple(
                int(n.text) for n in numbers if isinstance(n, Atom) and n.kind is Kind.NUMERAL and len(n.text) < 9
            )
            if len(indices) == len(numbers) > 0:
                return make(name, *args, indices=indices, place=node.place)
        case Group((Atom("as"), Atom("const"), sort)) if len(args) == 1:
            made = read_sort(sort, scope)
            if made.name == "Array":
                return Apply("const", (_coerce(args[0], made.value, node.place),), made)
    raise BadInput(f"{_short(head)} is not declared, and no function of a supported theory", place=head.place)


def _read_use(name: str, args: tuple[Term, ...], node: Node, scope: Scope) -> Term:
    parameters, result = scope.functions[name]
    if len(parameters) != len(args):
        raise BadInput(f"{name} takes {len(parameters)} arguments, came {len(args)}", place=node.place)
    return Use(name, tuple(_coerce(a, p, node.place) for a, p in zip(args, parameters, strict=True)), result)


def make(op: str, *args: Term, indices: tuple[int, ...] = (), place: str = "") -> Term:
    """The theory function `op` put to arguments.

    Raises:
        BadInput: wrong number or sorts of arguments.
    """
    if len(args) == 1 and op in ("and", "or", "+", "*") and not indices:
        return _coerce(args[0], BOOL, place) if op in ("and", "or") else args[0]
    sorts = {a.sort for a in args}
    if op == "/" or (REAL in sorts and INT in sorts and op in _MIXING):
        args = tuple(_to_real(a) if index or op != "ite" else a for index, a in enumerate(args))
    sort = result_sort(op, indices, tuple(a.sort for a in args))
    if isinstance(sort, str):
        came = " ".join(str(a.sort) for a in args)
        raise BadInput(f"{op} takes {sort}, came {came or 'nothing'}", place=place)
    return Apply(op, args, sort, indices)


_MIXING = frozenset({"+", "-", "*", "<", "<=", ">", ">=", "=", "distinct", "ite"})


def _to_real(term: Term) -> Term:
    if term.sort != INT:
        return term
    return Literal(Fraction(term.value), REAL) if isinstance(term, Literal) else Apply("to_real", (term,), REAL)


def _coerce(term: Term, sort: Sort, place: str) -> Term:
    made = _to_real(term) if sort == REAL else term
    if made.sort != sort:
        raise BadInput(f"expected a term of sort {sort}, came one of sort {term.sort}", place=place)
    return made


def _expect(term: Term, sort: Sort, node: Node) -> None:
    if term.sort != sort:
        raise BadInput(f"expected a term of sort {sort}, came one of sort {term.sort}", place=node.place)


def as_sort(term: Term, sort: Sort, node: Node) -> Term:
    """The term, an integer made real where that is asked.

    Raises:
        BadInput: of another sort.
    """
    return _coerce(term, sort, node.place)


def parts(term: Term) -> tuple[Term, ...]:
    """The terms that it is directly made of."""
    match term:
        case Literal():
            return ()
        case Use(_, args) | Apply(_, args):
            return args
        case Let(bindings, body):
            return (*(t for _, t in bindings), body)
        case Quantified(_, _, body):
            return (body,)
        case _:
            assert_never(term)


def subterms(term: Term) -> Iterator[Term]:
    """The term and everything within, the term first."""
    stack = [term]
    while stack:
        top = stack.pop()
        yield top
        stack.extend(reversed(parts(top)))


def write_term(term: Term) -> str:
    """SMT-LIB text of a term."""
    match term:
        case Literal(value, sort):
            return _write_literal(value, sort)
        case Use(name, args):
            inside = " ".join(map(write_term, args))
            return f"({quote(name)} {inside})" if args else quote(name)
        case Apply(op, args, sort, indices):
            head = f"(_ {op} {' '.join(map(str, indices))})" if indices else op
            head = f"(as const {sort})" if op == "const" else head
            return f"({head} {' '.join(map(write_term, args))})"
        case Let(bindings, body):
            pairs = " ".join(f"({quote(name)} {write_term(value)})" for name, value in bindings)
            return f"(let ({pairs}) {write_term(body)})"
        case Quantified(op, variables, body):
            return f"({op} {write_variables(variables)} {write_term(body)})"
        case _:
            assert_never(term)


def write_variables(variables: tuple[tuple[str, Sort], ...]) -> str:
    """((x Int) (y Int))"""
    return "(" + " ".join(f"({quote(name)} {sort})" for name, sort in variables) + ")"


def _write_literal(value: bool | int | Fraction, sort: Sort) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if sort.name == "BitVec":
        return f"(_ bv{value} {sort.width})"
    text = str(abs(value.numerator)) + (".0" if sort == REAL else "")
    text = text if value.denominator == 1 else f"(/ {text} {value.denominator}.0)"
    return text if value >= 0 else f"(- {text})"


def _items(node: Node) -> tuple[Node, ...]:
    if not isinstance(node, Group):
        raise BadInput(f"expected a list in parentheses, came {_short(node)}", place=node.place)
    return node.items


def _short(node: Node) -> str:
    text = write(node)
    return text if len(text) <= 60 else text[:57] + "..."
