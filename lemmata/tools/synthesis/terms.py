"""Functions from a specification by enumerating the terms of its grammar, shortest first, and joining them by cases.

Terms that agree on all points seen so far count as one. A term that meets the constraints at every counterexample so
far is put to z3, which finds it right or gives the next counterexample. Where the constraints put the function to one
tuple of arguments, terms that are right at some points each are joined by a decision tree over enumerated conditions.

Source: Alur, Radhakrishna, Udupa: Scaling enumerative program synthesis via divide and conquer, TACAS 2017.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lemmata.errors import BadInput
from lemmata.formats.sexpr import Atom, Group, Kind, Node, read_one
from lemmata.formats.smt_sorts import BOOL, INT, Sort
from lemmata.formats.smt_terms import Literal, Scope, Term, Use, read_term, subterms, write_term
from lemmata.formats.smtlib import Defined
from lemmata.formats.sygus import Asked, Grammar, Specification
from lemmata.provers.smt.evaluate import Interpretation, Undetermined, Value, evaluate
from lemmata.tools.synthesis.linear import Unsuitable, expand
from lemmata.tools.synthesis.trial import Trial

_LARGEST_SIZE = 12
_MOST_TERMS = 4000
_Point = dict[str, Value]
_Signature = tuple[Value, ...]
_Pool = dict[str, list[list[tuple[Node, _Signature]]]]


def enumerate_terms(specification: Specification, trial: Trial) -> tuple[Defined, ...] | None:
    """A definition that satisfies the specification, or None where time or terms ran out.

    Raises:
        Unsuitable: more than one function is asked for.
    """
    if len(specification.asked) != 1:
        raise Unsuitable("only one function at a time is enumerated")
    (asked,) = specification.asked
    search = _Search(specification, asked, trial)
    while trial.left() > 0:
        body = search.find()
        if body is None:
            return None
        made = (Defined(asked.name, asked.parameters, asked.result, body),)
        if trial.holds(made):
            return made
        if not search.learn(made):
            return None
    return None


@dataclass(frozen=True, slots=True)
class _Rule:
    """A right-hand side: a template with holes, the nonterminals of the holes, and its meaning."""

    template: Node
    holes: tuple[str, ...]
    meaning: Term


@dataclass
class _Search:
    """What has been learnt of one function so far."""

    specification: Specification
    asked: Asked
    trial: Trial
    cases: list[_Point] = field(default_factory=list)
    points: list[_Point] = field(default_factory=list)

    def __post_init__(self) -> None:
        grammar = self.asked.grammar or _plain_grammar(self.specification, self.asked)
        self._start = grammar.start
        self._rules = {name: _read_rules(name, grammar, self) for name in grammar.rules}
        self._definitions = {d.name: d for d in self.specification.definitions}
        values = (0, 1, -1, 3)
        for shift in range(6):
            point = {n: _spread(s, values, shift * (k + 2) + k) for k, (n, s) in enumerate(self.asked.parameters)}
            self.points.append(point)
        every = {**self._definitions, **{d.name: d for d in self.specification.dependent}}
        self._constraints = [expand(c, {}, every) for c in self.specification.constraints]

    def learn(self, made: tuple[Defined, ...]) -> bool:
        """Add a case at which a definition fails; whether there was a new one."""
        case = self.trial.counterexample(made)
        if case is None or case in self.cases:
            return False
        self.cases.append(case)
        meaning = Interpretation(case, {**self._definitions, made[0].name: made[0]})
        for call in {
            t for c in self._constraints for t in subterms(c) if isinstance(t, Use) and t.name == self.asked.name
        }:
            try:
                values = [evaluate(a, meaning) for a in call.args]
            except Undetermined:
                continue
            point = {n: v for (n, _), v in zip(self.asked.parameters, values, strict=True)}
            if point not in self.points:
                self.points.append(point)
        return True

    def find(self) -> Term | None:
        """A body that meets the constraints in all cases so far."""
        pool: _Pool = {name: [[]] for name in self._rules}
        seen: dict[str, set[_Signature]] = {name: set() for name in self._rules}
        right: dict[Node, frozenset[int]] = {}
        for size in range(1, _LARGEST_SIZE + 1):
            for node in self._layer(size, pool, seen):
                right[node] = self._right(node)
                if len(right[node]) == len(self.cases):
                    return self._term(node)
            joined = self._join(right, pool) if size > 1 else None
            if joined is not None:
                return self._term(joined)
            if self.trial.left() <= 0 or any(len(found) >= _MOST_TERMS for found in seen.values()):
                break
        return None

    def _layer(self, size: int, pool: _Pool, seen: dict[str, set[_Signature]]) -> Iterator[Node]:
        """Fill the layer of that size; gives the new bodies."""
        for name in self._rules:
            pool[name].append([])
        for name, rule in self._ordered():
            for node, signature in self._grown(rule, size, pool):
                if self.trial.left() <= 0 or len(seen[name]) >= _MOST_TERMS:
                    break
                if signature not in seen[name]:
                    seen[name].add(signature)
                    pool[name][size].append((node, signature))
                    if name == self._start:
                        yield node

    def _ordered(self) -> list[tuple[str, _Rule]]:
        """All rules, those that only rename a nonterminal after the ones they rename."""
        pairs = [(name, rule) for name, rules in self._rules.items() for rule in rules]
        units = [p for p in pairs if p[1].template == Atom("hole!0")]
        return [p for p in pairs if p not in units] + units * len(self._rules)

    def _grown(self, rule: _Rule, size: int, pool: _Pool) -> Iterator[tuple[Node, _Signature]]:
        own = 0 if rule.template == Atom("hole!0") else 1
        for sizes in _splits(size - own, len(rule.holes)):
            layers = [tuple(pool[h][s]) for h, s in zip(rule.holes, sizes, strict=True)]
            for children in itertools.product(*layers):
                try:
                    signature = tuple(
                        self._value(rule, point, [c[1][k] for c in children]) for k, point in enumerate(self.points)
                    )
                except Undetermined:
                    continue
                yield _fill(rule.template, [c[0] for c in children]), signature

    def _value(self, rule: _Rule, point: _Point, children: Sequence[Value]) -> Value:
        holes = {f"hole!{k}": v for k, v in enumerate(children)}
        return evaluate(rule.meaning, Interpretation({**point, **holes}, self._definitions))

    def _term(self, node: Node) -> Term:
        return read_term(node, self.specification.scope.bind(dict(self.asked.parameters)))

    def _right(self, node: Node) -> frozenset[int]:
        """The cases in which a body meets all constraints."""
        made = Defined(self.asked.name, self.asked.parameters, self.asked.result, self._term(node))
        return frozenset(k for k, case in enumerate(self.cases) if self._meets(made, case))

    def _meets(self, made: Defined, case: _Point) -> bool:
        meaning = Interpretation(case, {**self._definitions, made.name: made})
        try:
            return all(evaluate(c, meaning) is True for c in self._constraints)
        except Undetermined:
            return False

    def _join(self, right: dict[Node, frozenset[int]], pool: _Pool) -> Node | None:
        """A decision tree over enumerated conditions with terms that are right for their cases at its leaves."""
        rule = next((r for r in self._rules[self._start] if _is_choice(r, self._start)), None)
        every = frozenset(range(len(self.cases)))
        if rule is None or frozenset().union(*right.values()) != every:
            return None
        conditions = []
        for node, _ in itertools.chain.from_iterable(pool[rule.holes[0]]):
            holds = self._holding(node)
            if holds is not None and 0 < len(holds) < len(every):
                conditions.append((node, holds))
        return _tree(every, right, conditions, rule)

    def _holding(self, node: Node) -> frozenset[int] | None:
        """The cases in which a condition holds at the arguments that the function is put to; None: not one tuple."""
        calls = {
            t.args for c in self._constraints for t in subterms(c) if isinstance(t, Use) and t.name == self.asked.name
        }
        if len(calls) != 1:
            return None
        term, args = self._term(node), next(iter(calls))
        env = {n: a for (n, _), a in zip(self.asked.parameters, args, strict=True)}
        inside = expand(term, env, self._definitions)
        try:
            return frozenset(k for k, c in enumerate(self.cases) if evaluate(inside, Interpretation(c, {})) is True)
        except Undetermined:
            return None


def _tree(
    cases: frozenset[int],
    right: dict[Node, frozenset[int]],
    conditions: Sequence[tuple[Node, frozenset[int]]],
    rule: _Rule,
) -> Node | None:
    leaf = next((node for node, covered in right.items() if cases <= covered), None)
    if leaf is not None:
        return leaf

    def muddle(part: frozenset[int]) -> int:
        """How many cases the best single term leaves wrong."""
        return len(part) - max(len(part & covered) for covered in right.values())

    splits = [(node, cases & holds, cases - holds) for node, holds in conditions if cases & holds and cases - holds]
    if not splits:
        return None
    node, yes, no = min(splits, key=lambda s: muddle(s[1]) + muddle(s[2]))
    branches = _tree(yes, right, conditions, rule), _tree(no, right, conditions, rule)
    if branches[0] is None or branches[1] is None:
        return None
    return _fill(rule.template, [node, branches[0], branches[1]])


def _is_choice(rule: _Rule, start: str) -> bool:
    shape = Group((Atom("ite"), Atom("hole!0"), Atom("hole!1"), Atom("hole!2")))
    return rule.template == shape and rule.holes[1:] == (start, start)


def _splits(total: int, count: int) -> Iterator[tuple[int, ...]]:
    if count == 0:
        if total == 0:
            yield ()
        return
    for first in range(1, total - count + 2):
        for rest in _splits(total - first, count - 1):
            yield (first, *rest)


def _spread(sort: Sort, values: Sequence[int], index: int) -> Value:
    return bool(index % 2) if sort == BOOL else values[index % len(values)] + index // len(values)


def _fill(template: Node, children: Sequence[Node]) -> Node:
    if isinstance(template, Atom):
        return children[int(template.text[5:])] if template.text.startswith("hole!") else template
    return Group(tuple(_fill(item, children) for item in template.items))


def _plain_grammar(specification: Specification, asked: Asked) -> Grammar:
    """Conditional linear integer arithmetic over the parameters and the specification's own constants."""
    constants = {0, 1} | {
        t.value
        for c in (*specification.constraints, *(d.body for d in specification.definitions))
        for t in subterms(c)
        if isinstance(t, Literal) and t.sort == INT and isinstance(t.value, int)
    }
    taken = {n for n, _ in asked.parameters}
    whole, truth = (next(n for k in itertools.count() if (n := f"{kind}{k}") not in taken) for kind in ("Int", "Bool"))
    leaves = {INT: [Literal(c, INT) for c in sorted(constants, key=abs)[:8]], BOOL: []}
    texts = {
        INT: ["(+ {0} {0})", "(- {0} {0})", "(ite {1} {0} {0})"],
        BOOL: ["(<= {0} {0})", "(= {0} {0})", "(not {1})", "(and {1} {1})", "(or {1} {1})"],
    }
    rules = {}
    for name, sort in ((whole, INT), (truth, BOOL)):
        used = [Use(n, (), s) for n, s in asked.parameters if s == sort] + leaves[sort]
        sides = [*map(write_term, used), *(t.format(whole, truth) for t in texts[sort])]
        rules[name] = (sort, tuple(map(read_one, sides)))
    first = whole if asked.result == INT else truth
    return Grammar({first: rules[first], **rules})


def _read_rules(name: str, grammar: Grammar, search: _Search) -> tuple[_Rule, ...]:
    made = []
    for side in grammar.rules[name][1]:
        for text in _expanded(side, search):
            holes: list[str] = []
            template = _with_holes(text, grammar, holes)
            bound = {f"hole!{k}": grammar.rules[h][0] for k, h in enumerate(holes)}
            scope: Scope = search.specification.scope.bind({**dict(search.asked.parameters), **bound})
            try:
                made.append(_Rule(template, tuple(holes), read_term(template, scope)))
            except BadInput as exc:
                raise Unsuitable(f"the grammar has a rule that is no term: {exc.text}") from None
    return tuple(made)


def _with_holes(node: Node, grammar: Grammar, holes: list[str]) -> Node:
    if isinstance(node, Atom):
        if node.kind is not Kind.SYMBOL or node.text not in grammar.rules:
            return node
        holes.append(node.text)
        return Atom(f"hole!{len(holes) - 1}")
    return Group(tuple(_with_holes(item, grammar, holes) for item in node.items))


def _expanded(side: Node, search: _Search) -> list[Node]:
    match side:
        case Group((Atom("Constant"), Atom("Int"))):
            return [read_one(str(c)) if c >= 0 else read_one(f"(- {-c})") for c in (0, 1, -1, 2, 3, 10)]
        case Group((Atom("Constant"), Atom("Bool"))):
            return [Atom("true"), Atom("false")]
        case Group((Atom("Variable" | "InputVariable"), Atom(sort))):
            return [Atom(n) for n, s in search.asked.parameters if s.name == sort]
    return [side]
