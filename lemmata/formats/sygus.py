"""SyGuS-IF files, versions 1 and 2, read into what they ask for.

Known: set-logic, synth-fun with or without a grammar, synth-inv, declare-var, declare-primed-var, define-sort,
define-fun, constraint, assume, inv-constraint, check-synth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from lemmata.errors import BadInput
from lemmata.formats.sexpr import Atom, Group, Node, read_all, write
from lemmata.formats.smt_sorts import BOOL, Sort
from lemmata.formats.smt_terms import (
    Scope,
    Term,
    Use,
    as_sort,
    make,
    read_name,
    read_sort,
    read_term,
    read_variables,
    subterms,
)
from lemmata.formats.smtlib import Defined, read_defined

_SKIPPED = frozenset({"set-info", "set-option", "set-options", "set-feature", "check-synth", "exit"})


@dataclass(frozen=True, slots=True)
class Grammar:
    """Nonterminals, the first of which is where terms start, each with its sort and its right-hand sides."""

    rules: Mapping[str, tuple[Sort, tuple[Node, ...]]]

    @property
    def start(self) -> str:
        return next(iter(self.rules))


@dataclass(frozen=True, slots=True)
class Asked:
    """A function that is to be written."""

    name: str
    parameters: tuple[tuple[str, Sort], ...]
    result: Sort
    grammar: Grammar | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Specification:
    """What a file asks for: functions that make all constraints true for all values of the variables.

    Args:
        logic: as set-logic has it; may be empty.
        asked: the functions, in order.
        variables: universally quantified in each constraint.
        definitions: that use none of the functions asked for; candidates may use them.
        dependent: definitions that do use one.
        constraints: in order.
        assumptions: what the constraints may take for granted.
    """

    logic: str = ""
    asked: tuple[Asked, ...] = ()
    variables: tuple[tuple[str, Sort], ...] = ()
    definitions: tuple[Defined, ...] = ()
    dependent: tuple[Defined, ...] = ()
    constraints: tuple[Term, ...] = ()
    assumptions: tuple[Term, ...] = ()

    @property
    def scope(self) -> Scope:
        """What the body of a candidate may use besides its parameters."""
        functions = {d.name: (tuple(s for _, s in d.parameters), d.result) for d in self.definitions}
        return Scope(functions=functions, negative_numerals=True)


def asked_name(source: str) -> str:
    """The name of the function that a file asks for; several are joined by commas.

    Raises:
        BadInput: as `read_specification`.
    """
    return ",".join(a.name for a in read_specification(source).asked)


def read_specification(source: str) -> Specification:
    """The specification in a file's text.

    Raises:
        BadInput: does not parse, holds something unsupported, or asks for nothing; the place is `line:column`.
    """
    reader = _Reader()
    for node in read_all(source):
        if not isinstance(node, Group) or not node.head:
            raise BadInput(f"expected a command, (name …), came {write(node)[:40]}", place=node.place)
        reader.command(node)
    if not reader.asked:
        raise BadInput("expected a synth-fun: there is nothing to synthesise", place="1:1")
    return reader.specification()


@dataclass
class _Reader:
    """What has been read of a file so far."""

    logic: str = ""
    asked: list[Asked] = field(default_factory=list)
    functions: dict[str, tuple[tuple[Sort, ...], Sort]] = field(default_factory=dict)
    sorts: dict[str, Sort] = field(default_factory=dict)
    variables: dict[str, Sort] = field(default_factory=dict)
    made: set[str] = field(default_factory=set)
    definitions: list[Defined] = field(default_factory=list)
    constraints: list[Term] = field(default_factory=list)
    assumptions: list[Term] = field(default_factory=list)

    @property
    def scope(self) -> Scope:
        return Scope(functions=self.functions, variables=self.variables, sorts=self.sorts, negative_numerals=True)

    def command(self, node: Group) -> None:
        match node.items:
            case (Atom("set-logic"), Atom(logic)):
                self.logic = logic
            case (Atom("synth-fun"), name, parameters, sort, *grammar) if len(grammar) <= 2:
                self._ask(name, parameters, read_sort(sort, self.scope), grammar)
            case (Atom("synth-inv"), name, parameters, *grammar) if len(grammar) <= 2:
                self._ask(name, parameters, BOOL, grammar)
            case (Atom("declare-var"), name, sort):
                self.variables[self._fresh(name)] = read_sort(sort, self.scope)
            case (Atom("declare-primed-var"), Atom(text) as name, sort):
                self.variables[self._fresh(name)] = made = read_sort(sort, self.scope)
                self.variables[self._fresh(Atom(text + "!", name.kind, name.line, name.column))] = made
            case (Atom("define-sort"), name, sort) | (Atom("define-sort"), name, Group(()), sort):
                self.sorts[read_name(name)] = read_sort(sort, self.scope)
            case (Atom("define-fun"), name, *_):
                made_fun = read_defined(node, replace(self.scope, variables={}))
                self.functions[self._fresh(name)] = (tuple(s for _, s in made_fun.parameters), made_fun.result)
                self.definitions.append(made_fun)
            case (Atom("constraint"), term):
                self.constraints.append(as_sort(read_term(term, self.scope), BOOL, term))
            case (Atom("assume"), term):
                self.assumptions.append(as_sort(read_term(term, self.scope), BOOL, term))
            case (Atom("inv-constraint"), Atom(inv), Atom(pre), Atom(trans), Atom(post)):
                self._invariant(node, inv, pre, trans, post)
            case (Atom(head), *_) if head in _SKIPPED:
                pass
            case _:
                raise BadInput(f"the command {write(node)[:60]} is not supported", place=node.place)

    def _fresh(self, node: Node) -> str:
        name = read_name(node)
        if name in self.functions or name in self.variables:
            raise BadInput(f"the name {name} is declared twice", place=node.place)
        return name

    def _ask(self, node: Node, parameters: Node, result: Sort, grammar: list[Node]) -> None:
        name = self._fresh(node)
        made = read_variables(parameters, self.scope)
        self.functions[name] = (tuple(s for _, s in made), result)
        rules = _read_grammar(grammar[-1], self.scope) if grammar else None
        if rules is not None and rules.rules[rules.start][0] != result:
            raise BadInput(f"expected a grammar that starts with a nonterminal of sort {result}", place=node.place)
        self.asked.append(Asked(name, made, result, rules))

    def _invariant(self, node: Group, inv: str, pre: str, trans: str, post: str) -> None:
        found = next((a for a in self.asked if a.name == inv), None)
        if found is None:
            raise BadInput(f"the invariant {inv} is not asked for", place=node.place)
        names = [n for k in range(len(found.parameters)) for n in (f"{inv}.now.{k}", f"{inv}.next.{k}")]
        sorts = [s for _, s in found.parameters]
        clash = sorted(set(names) & self.variables.keys() - self.made)
        if clash:
            raise BadInput(f"the name {clash[0]} is needed for this; rename the variable", place=node.place)
        self.made |= set(names)
        self.variables.update(dict(zip(names, [s for s in sorts for _ in range(2)], strict=True)))
        now = tuple(Use(n, (), s) for n, s in zip(names[::2], sorts, strict=True))
        then = tuple(Use(n, (), s) for n, s in zip(names[1::2], sorts, strict=True))
        holds, kept = Use(inv, now, BOOL), Use(inv, then, BOOL)
        premises = ((pre, now), (trans, now + then), (post, now))
        for name, args in premises:
            if self.functions.get(name) != (tuple(a.sort for a in args), BOOL):
                raise BadInput(f"{name} is no predicate with the sorts that {inv} needs", place=node.place)
        start, step, end = (Use(name, args, BOOL) for name, args in premises)
        self.constraints.append(make("=>", start, holds))
        self.constraints.append(make("=>", make("and", holds, step), kept))
        self.constraints.append(make("=>", holds, end))

    def specification(self) -> Specification:
        tainted = {a.name for a in self.asked}
        free: list[Defined] = []
        dependent: list[Defined] = []
        for made in self.definitions:
            if any(isinstance(t, Use) and t.name in tainted for t in subterms(made.body)):
                tainted.add(made.name)
                dependent.append(made)
            else:
                free.append(made)
        return Specification(
            logic=self.logic,
            asked=tuple(self.asked),
            variables=tuple(self.variables.items()),
            definitions=tuple(free),
            dependent=tuple(dependent),
            constraints=tuple(self.constraints),
            assumptions=tuple(self.assumptions),
        )


def _read_grammar(node: Node, scope: Scope) -> Grammar:
    rules: dict[str, tuple[Sort, tuple[Node, ...]]] = {}
    for rule in node.items if isinstance(node, Group) else ():
        match rule:
            case Group((Atom() as name, sort, Group(sides))) if sides and name.text not in rules:
                rules[name.text] = (read_sort(sort, scope), sides)
            case _:
                raise BadInput(f"expected (Nonterminal Sort (rule …)), came {write(rule)[:60]}", place=rule.place)
    if not rules:
        raise BadInput("expected a grammar with at least one nonterminal", place=node.place)
    return Grammar(rules)
