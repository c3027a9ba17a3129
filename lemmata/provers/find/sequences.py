"""Sequences that conditions define step by step, put in terms of their first members.

A rule `∀ n ≥ c, s (n + k) = F(s (n + k - 1), …, s n)` says what s is from c + k on, whatever it is before, and there is
such a sequence for every choice of the members before. So "some s satisfies the rule and what else is said of it" is
the same as "some first members satisfy what else is said", with the others computed from them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lemmata.errors import BadInput
from lemmata.provers.find.claim import Declared
from lemmata.provers.terms.rational import difference, solved, term_of
from lemmata.provers.terms.term import (
    FIELDS,
    App,
    Call,
    Every,
    Num,
    Op,
    Sort,
    Term,
    Var,
    children,
    number,
    rebuilt,
    sort_of,
    substitute,
    walk,
)
from lemmata.provers.terms.tidy import tidy

_LONGEST = 5_000


@dataclass(frozen=True, slots=True)
class Rule:
    """s(m) = body for all m ≥ start, where `var` is m - shift.

    Args:
        name: of the sequence.
        var: the variable of the rule.
        shift: what is added to it at the left.
        start: the first index that the rule gives.
        body: in terms of earlier members.
    """

    name: str
    var: Var
    shift: int
    start: int
    body: Term


def rules_of(conditions: Sequence[Term], sequences: Mapping[str, Declared]) -> dict[str, tuple[Rule, Term]]:
    """Name -> rule and the condition that it comes from, for a group of sequences that give each other."""
    found: dict[str, tuple[Rule, Term]] = {}
    for condition in conditions:
        for rule in _read(condition, sequences):
            if rule.name not in found:
                found[rule.name] = rule, condition
                break
    while True:
        odd = [n for n, (rule, _) in found.items() if not _is_grounded(rule, found)]
        if not odd:
            return found
        for name in odd:
            del found[name]


def _is_grounded(rule: Rule, found: Mapping[str, object]) -> bool:
    """Whether a rule's body looks back at members of sequences with rules of their own only."""
    return all(t.name in found for t in walk(rule.body) if isinstance(t, Call) and _offset(t, rule.var) is not None)


def _read(condition: Term, sequences: Mapping[str, Declared]) -> list[Rule]:
    """The rules that a condition can be read as."""
    match condition:
        case Every(Var(sort=Sort.NAT) as var, body, True):
            low = 0
        case _:
            return []
    while isinstance(body, App) and body.op is Op.IMPLIES:
        bound = _lower_bound(body.args[0], var)
        if bound is None:
            return []
        low, body = max(low, bound), body.args[1]
    calls = [t for t in walk(body) if isinstance(t, Call) and t.name in sequences]
    offsets = [(_offset(t, var), t) for t in calls]
    if (
        not offsets
        or any(o is None or o + low < 0 for o, _ in offsets)
        or any(isinstance(t, Every) for t in walk(body))
    ):
        return []
    known = [(o, t) for o, t in offsets if o is not None]
    top = max(o for o, _ in known)
    return [r for t in {t for o, t in known if o == top} if (r := _solved(body, t, var, top, low)) is not None]


def _solved(body: Term, head: Call, var: Var, shift: int, low: int) -> Rule | None:
    right = None
    match body:
        case App(op=Op.EQ, args=(left, other)) if left == head:
            right = other
        case App(op=Op.EQ, args=(other, left)) if left == head:
            right = other
        case _:
            right = solved(body, head)
    if right is None:
        return None
    for term in walk(right):
        if isinstance(term, Call) and (offset := _offset(term, var)) is not None and offset >= shift:
            return None
    return Rule(head.name, var, shift, low + shift, right)


def _lower_bound(condition: Term, var: Var) -> int | None:
    match condition:
        case App(op=Op.LE, args=(Num(value=int(value)), right)) if right == var:
            return value
        case App(op=Op.LT, args=(Num(value=int(value)), right)) if right == var:
            return value + 1
        case App(op=Op.NOT, args=(App(op=Op.EQ, args=(left, right)),)) if var in (left, right):
            return 1 if number(0, Sort.NAT) in (left, right) else None
        case _:
            return None


def _offset(call: Call, var: Var) -> int | None:
    """k where the argument is n + k; a truncated n - k counts as -k, which its user has to see is no lie."""
    if len(call.args) != 1:
        return None
    match call.args[0]:
        case Var() as only if only == var:
            return 0
        case App(op=Op.ADD, args=(left, Num(value=int(k)))) if left == var:
            return k
        case App(op=Op.ADD, args=(Num(value=int(k)), right)) if right == var:
            return k
        case App(op=Op.TRUNCATED_SUB, args=(left, Num(value=int(k)))) if left == var:
            return -k
        case _:
            return None


class Members:
    """Members of sequences with rules; those that no rule gives are new unknowns."""

    def __init__(
        self, rules: Mapping[str, Rule], sequences: Mapping[str, Declared], check_time: Callable[[], None]
    ) -> None:
        self.rules, self.sequences, self.check_time = rules, sequences, check_time
        self.known: dict[tuple[str, int], Term] = {}
        self.unknowns: dict[str, Declared] = {}

    def put(self, name: str, index: int, value: Term) -> None:
        """Say what a member before the rule is."""
        self.known[name, index] = value

    def member(self, name: str, index: int) -> Term:
        if index > _LONGEST:
            raise BadInput(f"expected members of sequences up to {_LONGEST}", place=name)
        for i in range(index + 1):  # from below, so that nothing nests
            for one in self.rules:
                if i >= self.rules[one].start and (one, i) not in self.known and self.wanted(one, i, name, index):
                    self.known[one, i] = self.computed(self.rules[one], i)
        return self.first(name, index) if (name, index) not in self.known else self.known[name, index]

    def wanted(self, one: str, i: int, name: str, index: int) -> bool:
        return i < index or one == name

    def first(self, name: str, index: int) -> Term:
        """A member that no rule gives."""
        declared = Declared(f"{name}~{index}", (), self.sequences[name].sort)
        self.unknowns[declared.name] = declared
        made = Var(declared.name, declared.sort)
        self.known[name, index] = made
        return made

    def computed(self, rule: Rule, index: int) -> Term:
        self.check_time()
        body = substitute(rule.body, {rule.var.name: number(index - rule.shift, Sort.NAT)})
        value = tidy(self.replaced(body, index))
        if sort_of(value) in FIELDS and not isinstance(value, Num):
            expanded = difference(value, number(0, sort_of(value)))
            value = term_of(expanded, sort_of(value)) if expanded is not None else value
        return value

    def replaced(self, term: Term, below: int | None = None) -> Term:
        """The term with members of the sequences put in their places.

        Raises:
            BadInput: an index that is no numeral.
        """
        if isinstance(term, Call) and term.name in self.rules:
            index = tidy(self.replaced(term.args[0]))
            if not isinstance(index, Num):
                raise BadInput("a member whose index is not known", place=term.name)
            at = int(index.value)
            if below is None:
                return self.member(term.name, at)
            assert at < below or term.name in self.rules
            return self.known[term.name, at] if (term.name, at) in self.known else self.first(term.name, at)
        inner = children(term)
        return rebuilt(term, tuple(self.replaced(t, below) for t in inner)) if inner else term
