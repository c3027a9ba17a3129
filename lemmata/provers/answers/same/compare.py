"""Whether two answers are the same, by what they are: numbers, tuples, sets, functions, equations, words.

Only what answers in closed form need is decided; a set whose condition would first have to be solved restates its
problem, and is never shown to be the same as its solution.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeGuard

from lemmata.provers.answers.same.enclosure import Unsettled
from lemmata.provers.answers.same.expected import Expected
from lemmata.provers.answers.same.expression import (
    PI,
    Answer,
    App,
    Choice,
    Expr,
    Fn,
    Function,
    Intervals,
    Items,
    Matrix,
    Num,
    Quantity,
    Record,
    Relation,
    SetOf,
    Sym,
    Truth,
    Var,
    Words,
    applies,
    div,
    mul,
    num,
    substituted,
    variables,
    walk,
)
from lemmata.provers.answers.same.integers import is_about_integers, same_integers
from lemmata.provers.answers.same.intervals import same_intervals, solutions
from lemmata.provers.answers.same.names import UNITS
from lemmata.provers.answers.same.relations import same_relation
from lemmata.provers.answers.same.sameness import Different, Same, Sameness, Undecided, all_same
from lemmata.provers.answers.same.values import Domain, same_value
from lemmata.provers.answers.same.views import (
    as_intervals,
    defined,
    integer_set,
    listed,
    renamed,
    without_definitions,
    without_names,
)

_MOST_ITEMS = 60
_SIGNS = frozenset("<≤>≥=≠")
_OPPOSITES = (frozenset({"yes", "no"}), frozenset({"even", "odd"}), frozenset({"always", "never"}))


def same_answer(first: Answer, second: Answer, expected: Expected) -> Sameness:
    """Whether two answers to one question are the same.

    Raises:
        BadInput: an expression without variables has no value.
    """
    found = _Comparison(expected, Domain()).compared(first, second)
    return Same("the same answer as it stands") if first == second and isinstance(found, Undecided) else found


@dataclass(frozen=True, slots=True)
class _Comparison:
    expected: Expected
    domain: Domain

    def compared(self, first: Answer, second: Answer) -> Sameness:
        for rule in (self.choices, self.quantities, self.words, self.functions, self.definitions):
            found = rule(first, second)
            if found is not None:
                return found
        if _is_expr(first) and _is_expr(second):
            return same_value(first, second, self.domain)
        for rule in (self.sets, self.lists, self.relations):
            found = rule(first, second)
            if found is not None:
                return found
        return Undecided(f"{_kind(first)} and {_kind(second)} can't be compared")

    def choices(self, first: Answer, second: Answer) -> Sameness | None:
        if not isinstance(first, Choice):
            return _mirrored(self.choices(second, first)) if isinstance(second, Choice) else None
        if isinstance(second, Choice):
            return self.both_choices(first, second)
        letter = second.name if isinstance(second, Var) else second.text.upper() if isinstance(second, Words) else ""
        if len(letter) == 1 and letter.isupper():
            return _letters(first.letter, letter)
        if first.content is None:
            return Undecided("a letter of multiple choice, and something else")
        return self.compared(first.content, second)

    def both_choices(self, first: Choice, second: Choice) -> Sameness:
        found = _letters(first.letter, second.letter)
        if first.content is None or second.content is None:
            return found
        content = self.compared(first.content, second.content)
        if type(content) is type(found):
            return found
        return Undecided("the letters and what stands beside them don't agree")

    def quantities(self, first: Answer, second: Answer) -> Sameness | None:
        if not isinstance(first, Quantity):
            return _mirrored(self.quantities(second, first)) if isinstance(second, Quantity) else None
        if isinstance(second, Quantity):
            return self.both_quantities(first, second)
        value = first.value
        if first.unit == "degree" and _is_expr(second) and _is_expr(value) and _is_angle(second):
            value = mul(value, div(PI, num(180)))
        return self.compared(value, second)

    def both_quantities(self, first: Quantity, second: Quantity) -> Sameness:
        units = [_unit(q.unit) for q in (first, second)]
        if units[0][0] != units[1][0]:
            if units[0][1] is None or units[1][1] is None:
                return Undecided(f"whether {first.unit!r} and {second.unit!r} are the same unit is not known")
            return Different(f"{first.unit} measures {units[0][0]}, {second.unit} measures {units[1][0]}")
        factors = [Fraction(1) if u[1] is None else u[1] for u in units]
        values = (first.value, second.value)
        if factors[0] != factors[1] and _is_expr(values[0]) and _is_expr(values[1]):
            return self.compared(mul(Num(factors[0]), values[0]), mul(Num(factors[1]), values[1]))
        return self.compared(*values)

    def words(self, first: Answer, second: Answer) -> Sameness | None:
        if isinstance(first, Truth) or isinstance(second, Truth):
            if isinstance(first, Truth) and isinstance(second, Truth):
                return Same("the same truth value") if first == second else Different("one is true, the other false")
            return Undecided("a truth value and something else")
        if not isinstance(first, Words) or not isinstance(second, Words):
            return Undecided("words and mathematics") if isinstance(first, Words) or isinstance(second, Words) else None
        if first == second:
            return Same("the same words")
        pair = {first.text, second.text}
        if pair <= _SIGNS or pair in _OPPOSITES:
            return Different(f"{first.text} and {second.text}")
        return Undecided("different words may mean the same")

    def functions(self, first: Answer, second: Answer) -> Sameness | None:
        if not isinstance(first, Function):
            return _mirrored(self.functions(second, first)) if isinstance(second, Function) else None
        if isinstance(second, Relation) and second.sign == "=" and isinstance(second.left, Var):
            second = second.right
        if isinstance(second, Function):
            if len(first.parameters) != len(second.parameters):
                return Undecided("functions of different numbers of variables")
            names = tuple(f"{name}\u2032" for name in first.parameters)  # no reader makes these
            bodies = [renamed(f.body, f.parameters, names) for f in (first, second)]
            if bodies[0] is None or bodies[1] is None:
                return Undecided("functions whose values aren't expressions")
            sorts = [a or b for a, b in zip(first.sorts, second.sorts, strict=True)]
            return self.over(names, sorts).compared(bodies[0], bodies[1])
        if not _is_expr(second):
            return self.over(first.parameters, list(first.sorts)).compared(first.body, second)
        free, own = sorted(variables(second) - set(first.parameters)), first.parameters
        if len(free) == len(own) == 1 and not variables(second) & set(own):
            second = substituted(second, {free[0]: Var(own[0])})
        elif free:
            return Undecided(f"which of its parameters {', '.join(free)} stands for")
        return self.over(own, list(first.sorts)).compared(first.body, second)

    def over(self, names: tuple[str, ...], sorts: list[str]) -> _Comparison:
        integers = {n for n, s in zip(names, sorts, strict=True) if s == "ℤ"}
        naturals = {n for n, s in zip(names, sorts, strict=True) if s == "ℕ"}
        return replace(self, domain=Domain(self.domain.integers | integers, self.domain.naturals | naturals))

    def definitions(self, first: Answer, second: Answer) -> Sameness | None:
        """x = 5 says 5; (x, y) = (1, 2) says (1, 2)."""
        if isinstance(first, Record) and isinstance(second, Record):
            if set(first.names) == set(second.names):
                meant = dict(zip(second.names, second.values, strict=True))
                pairs = zip(first.names, first.values, strict=True)
                return all_same(self.compared(value, meant[name]) for name, value in pairs)
            return Undecided("values of differently named things")
        if isinstance(first, Record) or isinstance(second, Record):
            sides = [without_names(a) for a in (first, second)]
            return self.compared(sides[0], sides[1])
        values = [defined(a) for a in (first, second)]
        if isinstance(first, Relation) and isinstance(second, Relation):
            if values[0] is None or values[1] is None or first.left != second.left:
                return None
            return self.compared(values[0], values[1])
        if values[0] is not None and isinstance(second, Num | Sym | Var | App | Matrix):
            return self.compared(values[0], second)
        if values[1] is not None and isinstance(first, Num | Sym | Var | App | Matrix):
            return self.compared(first, values[1])
        return None

    def sets(self, first: Answer, second: Answer) -> Sameness | None:
        about = [a for a in (first, second) if isinstance(a, SetOf) and is_about_integers(a)]
        if len(about) == 1 and any(isinstance(a, SetOf) and a.among in ("ℚ", "ℝ") for a in (first, second)):
            return Undecided("a set of integers and one of real numbers")
        if about:
            return self.integer_sets(first, second, about[0])
        if not any(self.is_real_set(a) for a in (first, second)):
            return None
        sides = []
        for answer in (first, second):
            if isinstance(answer, SetOf):
                try:
                    sides.append(Intervals(solutions(answer.condition, answer.variable)))
                except Unsettled as exc:
                    return Undecided(f"{exc} is not settled")
            else:
                found = as_intervals(without_definitions(answer))
                if found is None:
                    return Undecided(f"a set of numbers and {_kind(answer)}")
                sides.append(found)
        return same_intervals(sides[0], sides[1])

    def is_real_set(self, answer: Answer) -> bool:
        if isinstance(answer, Intervals):
            return bool(answer.parts) or self.expected.shape == "set"
        pair = isinstance(answer, Items) and answer.kind in ("tuple", "list") and len(answer.items) == 2
        return isinstance(answer, SetOf) or (pair and self.expected.shape == "set")

    def integer_sets(self, first: Answer, second: Answer, about: SetOf) -> Sameness:
        sides = [integer_set(a, about) for a in (first, second)]
        for answer, side in zip((first, second), sides, strict=True):
            if side is None:
                if isinstance(answer, Intervals) and any(p.low != p.high for p in answer.parts):
                    return Different("one holds an interval of real numbers, the other integers only")
                return Undecided(f"a set of integers and {_kind(answer)}")
        if sides[0] is None or sides[1] is None:
            return Undecided("not both are sets of integers")
        return same_integers(sides[0], sides[1])

    def lists(self, first: Answer, second: Answer) -> Sameness | None:
        sides = [listed(a) for a in (first, second)]
        if sides[0] is not None and sides[1] is not None:
            return self.item_lists(sides[0], sides[1])
        for one, other in ((sides[0], second), (sides[1], first)):
            if one is not None and one.kind in ("set", "bare") and _is_expr(other):
                found = self.as_sets(one, Items("set", (other,)))
                return found if isinstance(found, Different) else Undecided("a set of one and its element")
        return None

    def item_lists(self, first: Items, second: Items) -> Sameness:
        kinds = {first.kind, second.kind}
        if kinds == {"tuple", "list"} and len(first.items) == len(second.items) == 2:
            made = self.in_order(first, second)
            text = "[a, b] and (a, b) are different intervals; as lists they are the same"
            return Undecided(text) if self.expected.shape == "tuple" and isinstance(made, Same) else _brackets(made)
        if kinds == {"set", "bare"} or kinds == {"set"}:
            return self.as_sets(first, second)
        if "set" in kinds:
            made = self.as_sets(first, second)
            if isinstance(made, Different):
                return made
            return Different("one is a set, the other a list in which the order matters")
        made = self.in_order(first, second)
        if kinds == {"bare"} and not isinstance(made, Same):
            unordered = self.as_sets(first, second)
            if isinstance(unordered, Same):
                return Undecided("the same things in another order, and nothing says whether the order matters")
        return made

    def in_order(self, first: Items, second: Items) -> Sameness:
        if len(first.items) != len(second.items):
            return Different(f"{len(first.items)} and {len(second.items)} items")
        if len(first.items) > _MOST_ITEMS and first != second:
            return Undecided(f"more than {_MOST_ITEMS} items")
        return all_same(self.compared(a, b) for a, b in zip(first.items, second.items, strict=True))

    def as_sets(self, first: Items, second: Items) -> Sameness:
        if max(len(first.items), len(second.items)) > _MOST_ITEMS:
            return Undecided(f"more than {_MOST_ITEMS} items")
        open_ = ""
        for one, other, which in ((first, second, "first"), (second, first, "second")):
            for item in one.items:
                found = self.found_in(item, other)
                if isinstance(found, Different):
                    return Different(f"an element is only in the {which}: {found.witness}")
                if isinstance(found, Undecided):
                    open_ = open_ or found.reason
        return Undecided(open_) if open_ else Same("the same elements")

    def found_in(self, item: Answer, items: Items) -> Sameness:
        if item in items.items:
            return Same("the same elements")
        found = [self.compared(item, other) for other in items.items]
        for one in found:
            if isinstance(one, Same):
                return one
        undecided = [f for f in found if isinstance(f, Undecided)]
        if undecided:
            return undecided[0]
        return found[0] if found else Different("the other is empty")

    def relations(self, first: Answer, second: Answer) -> Sameness | None:
        if isinstance(first, Relation) and isinstance(second, Relation):
            return same_relation(first, second)
        return None


def _is_expr(answer: Answer) -> TypeGuard[Expr]:
    return isinstance(answer, Num | Sym | Var | App)


def _is_angle(expr: Expr) -> bool:
    """Whether a number without a unit is an angle in radians."""
    return PI in walk(expr) or applies(expr, Fn.ARCSIN, Fn.ARCCOS, Fn.ARCTAN)


def _kind(answer: Answer) -> str:
    match answer:
        case Items(kind, items):
            return f"a {kind} of {len(items)}" if kind != "bare" else f"{len(items)} values"
        case SetOf() | Intervals():
            return "a set"
        case Num() | Sym() | Var() | App():
            return "a value"
    return f"a {type(answer).__name__.lower()}"


def _mirrored(found: Sameness | None) -> Sameness | None:
    """What was found with the sides exchanged."""
    if not isinstance(found, Different):
        return found
    swapped = {"first": "second", "second": "first"}
    return Different(" ".join(swapped.get(word, word) for word in found.witness.split(" ")))


def _letters(first: str, second: str) -> Sameness:
    return Same("the same letter") if first == second else Different(f"({first}) and ({second})")


def _unit(text: str) -> tuple[str, Fraction | None]:
    """What it measures and in which size; the word itself, without its plural, where it isn't known."""
    word = text.lower().removesuffix(".")
    for found in (word, word.removesuffix("s")):
        if found in UNITS:
            return UNITS[found]
    return word.removesuffix("s"), None


def _brackets(found: Sameness) -> Sameness:
    if isinstance(found, Same):
        return Different("as intervals they differ in their ends: [ includes the end, ( does not")
    return found
