"""SMT-LIB scripts, read into what they declare, define and assert.

What a script says is kept as typed terms; the text that solvers get is written from those, never copied from the file,
so nothing in a file can be a command that was not understood here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from lemmata.errors import BadInput
from lemmata.formats.sexpr import Atom, Group, Kind, Node, quote, read_all, write
from lemmata.formats.smt_sorts import BOOL, Sort
from lemmata.formats.smt_terms import (
    Apply,
    Scope,
    Term,
    as_sort,
    read_name,
    read_sort,
    read_term,
    read_variables,
    write_term,
    write_variables,
)

_SKIPPED = frozenset(
    {"set-option", "get-model", "get-value", "get-unsat-core", "get-info", "get-option", "get-proof", "get-assignment"}
    | {"get-assertions", "get-unsat-assumptions", "echo", "exit"}
)
_LARGEST = 1_000_000  # commands, those of all checks together


@dataclass(frozen=True, slots=True)
class Declared:
    """A function, or a constant if it has no parameters."""

    name: str
    parameters: tuple[Sort, ...]
    result: Sort


@dataclass(frozen=True, slots=True)
class Defined:
    """A function with its body; not recursive."""

    name: str
    parameters: tuple[tuple[str, Sort], ...]
    result: Sort
    body: Term


@dataclass(frozen=True, slots=True)
class Assertion:
    """An assertion; `name` is the file's own or made from its line."""

    name: str
    term: Term
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What one check-sat is about.

    Args:
        logic: as set-logic has it; may be empty.
        sorts: names of declared sorts.
        declarations: declared functions and constants.
        definitions: defined functions, each using only what comes before it.
        assertions: in order; names are distinct.
        expected: what set-info :status says; may be empty.
    """

    logic: str = ""
    sorts: tuple[str, ...] = ()
    declarations: tuple[Declared, ...] = ()
    definitions: tuple[Defined, ...] = ()
    assertions: tuple[Assertion, ...] = ()
    expected: str = ""

    @property
    def goal(self) -> Term | None:
        """G, where the last assertion is (not G): then the script asks for a proof of G from the others."""
        match self.assertions[-1:]:
            case (Assertion(_, Apply("not", (goal,))),):
                return goal
        return None


def split_checks(source: str) -> tuple[str, ...]:
    """One script with a single check-sat for each check-sat of a text, push and pop resolved.

    A text with one check and no scopes is given back as it is.

    Raises:
        BadInput: does not parse, or holds something that is not supported; the place is `line:column`.
    """
    checks = _checks(read_all(source))
    for commands in checks:
        _read_commands(commands)
    if len(checks) == 1 and not any(c.head in ("push", "pop", "reset") for c in _commands(read_all(source))):
        return (source,)
    return tuple("\n".join([*map(write, commands), "(check-sat)", ""]) for commands in checks)


def read_script(source: str) -> Script:
    """The script of a text with at most one check-sat.

    Raises:
        BadInput: as `split_checks`, or more than one check-sat.
    """
    checks = _checks(read_all(source))
    if len(checks) != 1:
        raise BadInput(f"expected one check-sat, came {len(checks)}; give each a file of its own")
    return _read_commands(checks[0])


def asks_for_all(source: str) -> bool:
    """Whether the file asks for all its models and not for a proof: (set-info :find all).

    Raises:
        BadInput: does not parse.
    """
    asked = (Atom("set-info"), Atom(":find", Kind.KEYWORD), Atom("all"))
    return any(command.items == asked for command in _commands(read_all(source)))


def write_script(script: Script, *, names: Iterable[str] | None = None, named: bool = True) -> str:
    """SMT-LIB text without check-sat.

    Args:
        script: what to write.
        names: the assertions that are wanted; None: all.
        named: annotate assertions with their names, for unsat cores.
    """
    wanted = None if names is None else set(names)
    lines = ["(set-logic ALL)"]
    lines += [f"(declare-sort {quote(name)} 0)" for name in script.sorts]
    lines += [_write_declared(d) for d in script.declarations]
    lines += [write_defined(d) for d in script.definitions]
    for assertion in script.assertions:
        if wanted is None or assertion.name in wanted:
            text = write_term(assertion.term)
            lines.append(f"(assert (! {text} :named {quote(assertion.name)}))" if named else f"(assert {text})")
    return "\n".join(lines) + "\n"


def _write_declared(made: Declared) -> str:
    return f"(declare-fun {quote(made.name)} ({' '.join(map(str, made.parameters))}) {made.result})"


def write_defined(made: Defined) -> str:
    """(define-fun f ((x Int)) Int body)"""
    return f"(define-fun {quote(made.name)} {write_variables(made.parameters)} {made.result} {write_term(made.body)})"


def _commands(nodes: Iterable[Node]) -> list[Group]:
    found = []
    for node in nodes:
        if not isinstance(node, Group) or not node.head:
            raise BadInput(f"expected a command, (name …), came {write(node)[:40]}", place=node.place)
        found.append(node)
    return found


def _checks(nodes: tuple[Node, ...]) -> list[list[Group]]:
    """The commands in force at each check; a text with none is taken as having one at its end."""
    scopes: list[list[Group]] = [[]]
    found: list[list[Group]] = []
    for command in _commands(nodes):
        if sum(map(len, found[-1:])) * len(found) > _LARGEST:  # each check repeats what is in force
            raise BadInput("expected fewer checks or shorter ones; split the file", place=command.place)
        match command.items:
            case (Atom("check-sat"),):
                found.append([c for scope in scopes for c in scope])
            case (Atom("check-sat-assuming"), Group(literals)):
                extra = [_group(command, "assert", literal) for literal in literals]
                found.append([c for scope in scopes for c in scope] + extra)
            case (Atom("push"),) | (Atom("push"), Atom("1")):
                scopes.append([])
            case (Atom("pop"),) | (Atom("pop"), Atom("1")) if len(scopes) > 1:
                scopes.pop()
            case (Atom("reset"),):
                scopes = [[]]
            case (Atom("exit"),):
                break
            case (Atom("push" | "pop" | "check-sat" | "check-sat-assuming" | "reset"), *_):
                raise BadInput(f"{write(command)[:40]} is not supported here", place=command.place)
            case _:
                scopes[-1].append(command)
    found = found or [scopes[0]]
    if not any(c.head == "assert" for commands in found for c in commands):
        raise BadInput("expected at least one assertion: there is nothing to decide", place="1:1")
    return found


def _group(at: Group, head: str, *rest: Node) -> Group:
    return Group((Atom(head, Kind.SYMBOL, at.line, at.column), *rest), at.line, at.column)


class _Reader:
    """What has been read of a script so far."""

    def __init__(self) -> None:
        self.logic = self.expected = ""
        self.sorts: dict[str, Sort] = {}
        self.declared: list[str] = []
        self.functions: dict[str, tuple[tuple[Sort, ...], Sort]] = {}
        self.declarations: list[Declared] = []
        self.definitions: list[Defined] = []
        self.assertions: list[Assertion] = []
        self.taken: set[str] = set()
        self.repeats: dict[str, int] = {}

    @property
    def scope(self) -> Scope:
        return Scope(functions=self.functions, sorts=self.sorts)

    def command(self, node: Group) -> None:
        match node.items:
            case (Atom("set-logic"), Atom(logic)):
                self.logic = logic
            case (Atom("set-info"), *rest):
                if rest[:1] == [Atom(":status", Kind.KEYWORD)] and len(rest) == 2 and isinstance(rest[1], Atom):
                    self.expected = rest[1].text
            case (Atom("declare-const"), name, sort):
                self._declare(name, (), sort)
            case (Atom("declare-fun"), name, Group(sorts), sort):
                self._declare(name, sorts, sort)
            case (Atom("declare-sort"), name, Atom("0")) | (Atom("declare-sort"), name):
                text = self._fresh_sort(name)
                self.sorts[text] = Sort(text)
                self.declared.append(text)
            case (Atom("define-sort"), name, Group(()), sort):
                text, made = self._fresh_sort(name), read_sort(sort, self.scope)
                self.sorts[text] = made
            case (Atom("define-const"), name, sort, body):
                self._define(name, Group(()), sort, body)
            case (Atom("define-fun"), name, Group() as parameters, sort, body):
                self._define(name, parameters, sort, body)
            case (Atom("assert"), term):
                self._assert(term)
            case (Atom(head), *_) if head in _SKIPPED:
                pass
            case _:
                raise BadInput(f"the command {write(node)[:60]} is not supported", place=node.place)

    def _fresh(self, node: Node) -> str:
        name = read_name(node)
        if name in self.taken:
            raise BadInput(f"the name {name} is declared twice", place=node.place)
        self.taken.add(name)
        return name

    def _fresh_sort(self, node: Node) -> str:
        name = read_name(node)
        if name in self.sorts:
            raise BadInput(f"the sort {name} is declared twice", place=node.place)
        return name

    def _declare(self, name: Node, sorts: tuple[Node, ...], sort: Node) -> None:
        made = Declared(self._fresh(name), tuple(read_sort(s, self.scope) for s in sorts), read_sort(sort, self.scope))
        self.functions[made.name] = (made.parameters, made.result)
        self.declarations.append(made)

    def _define(self, name: Node, parameters: Group, sort: Node, body: Node) -> None:
        made = read_defined(Group((Atom("define-fun"), name, parameters, sort, body)), self.scope)
        self._fresh(name)
        self.functions[made.name] = (tuple(s for _, s in made.parameters), made.result)
        self.definitions.append(made)

    def _assert(self, node: Node) -> None:
        name = f"line-{node.line}" if node.line else f"assertion-{len(self.assertions) + 1}"
        match node:
            case Group((Atom("!"), body, *attributes)):
                for key, value in pairwise(attributes):
                    if isinstance(key, Atom) and key.text == ":named":
                        name = read_name(value)
                node = body
        unique, count = name, self.repeats.get(name, 1)
        while unique in self.taken:
            count += 1
            unique = f"{name}-{count}"
        self.repeats[name] = count
        self.taken.add(unique)
        self.assertions.append(Assertion(unique, as_sort(read_term(node, self.scope), BOOL, node), node.line))


def read_defined(node: Node, scope: Scope) -> Defined:
    """A define-fun command.

    Raises:
        BadInput: of another shape, or the body is no term of the sort it should have.
    """
    match node:
        case Group((Atom("define-fun"), name, Group() as parameters, sort, body)):
            variables = read_variables(parameters, scope)
            result = read_sort(sort, scope)
            inner = as_sort(read_term(body, scope.bind(dict(variables))), result, body)
            return Defined(read_name(name), variables, result, inner)
    raise BadInput(f"expected (define-fun name ((x Sort)) Sort body), came {write(node)[:60]}", place=node.place)


def _read_commands(commands: list[Group]) -> Script:
    reader = _Reader()
    for command in commands:
        reader.command(command)
    return Script(
        logic=reader.logic,
        sorts=tuple(reader.declared),
        declarations=tuple(reader.declarations),
        definitions=tuple(reader.definitions),
        assertions=tuple(reader.assertions),
        expected=reader.expected,
    )
