"""What a `find_value` gives: for one n, by working it out round for round; for all n = M·m + c, by its closed forms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from lemmata.provers.closed import sums
from lemmata.provers.closed.forms import Form, form_over, is_whole
from lemmata.provers.closed.numbers import Outside
from lemmata.provers.closed.sums import Sum
from lemmata.provers.closed.system import Fold, System, earlier
from lemmata.provers.terms.evaluate import NotEvaluated, Undefined, evaluate_integer
from lemmata.provers.terms.term import App, Let, Num, Op, Term, Truth, Var, free_variables

_STEPS = 20_000
_ROUNDS = 20_000
_EXPONENT = 64

State: TypeAlias = tuple[int, ...]


class NoValue(Exception):
    """The function has no value there, or it takes too much work; says why."""


@dataclass
class Running:
    """A function worked out exactly, each value and each round of a loop once."""

    system: System
    known: dict[int, int] = field(default_factory=dict)
    states: dict[int, list[State]] = field(default_factory=dict)

    def value(self, n: int) -> int:
        """The value for one n ≥ start; earlier ones are worked out first.

        Raises:
            NoValue: see there.
        """
        system = self.system
        for i in range(max(system.start, max(self.known, default=system.start - 1) + 1) if system.back else n, n + 1):
            back = {earlier(d): self.known[i - d] for d in range(1, system.back + 1) if i - d in self.known}
            self.known[i] = self._worked(system.term, {**back, system.parameter: i})
        return self.known[n]

    def state(self, fold: Fold, rounds: int) -> State:
        """The state of a loop after so many rounds."""
        if rounds > _ROUNDS:
            raise NoValue(f"a loop of more than {_ROUNDS} rounds")
        reached = self.states.setdefault(fold.number, [fold.initial])
        while len(reached) <= rounds:
            before = dict(zip(map(fold.before, fold.names), reached[-1], strict=True))
            inside = {**before, fold.index: fold.low + fold.step * (len(reached) - 1)}
            reached.append(tuple(self._worked(u, inside) for u in fold.updates))
        return reached[max(rounds, 0)]

    def _worked(self, term: Term, values: Mapping[str, int]) -> int:
        found = dict(values)
        wanted = free_variables(term)
        for fold in self.system.folds:
            if any(fold.after(n) in wanted for n in fold.names):
                try:
                    rounds = self._worked(fold.rounds, values)
                except NoValue:
                    continue  # it may not be looked at
                found |= zip(map(fold.after, fold.names), self.state(fold, rounds), strict=True)
        try:
            return evaluate_integer(term, found, steps=_STEPS)
        except KeyError as exc:
            raise NoValue(f"it uses a value from before its start ({exc.args[0]})") from None
        except Undefined as exc:
            raise NoValue(f"it has no value there: {exc}") from None
        except NotEvaluated as exc:
            raise NoValue(f"it was not worked out: {exc}") from None


Known: TypeAlias = Sum | bool


@dataclass(frozen=True)
class Following:
    """A function followed for all n of one class, with closed forms in the place of earlier values and loops' states.

    Args:
        system: of the function.
        form: its closed form, said of all n ≥ form.start.
        folds: by number, closed forms of the state after n rounds.
    """

    system: System
    form: Form
    folds: Mapping[int, Mapping[str, Form]]

    def result(self, argument: Sum) -> Sum:
        """What is returned for the values of a linear function, where earlier values are what the form says.

        Raises:
            Outside: it is not followed for all of them together.
        """
        return _Path(self, _wholes([self.form], argument)).number(self.system.term, {self.system.parameter: argument})

    def after_round(self, fold: Fold, rounds: Sum) -> tuple[Sum, ...]:
        """The state after one round more, where the state before is what its forms say.

        Raises:
            Outside: as above.
        """
        forms = self.folds[fold.number]
        values: dict[str, Known] = {fold.before(n): form_over(forms[n], rounds) for n in fold.names}
        values[fold.index] = sums.constant(fold.low) + sums.constant(fold.step) * rounds
        path = _Path(self, _wholes(forms.values(), rounds + sums.constant(1)))
        return tuple(path.number(u, values) for u in fold.updates)

    def looked_up(self, name: str, values: Mapping[str, Known]) -> Known:
        """The value of a variable."""
        if name in values:
            return values[name]
        for distance in range(1, self.system.back + 1):
            now = values.get(self.system.parameter)
            if name == earlier(distance) and isinstance(now, Sum):
                return form_over(self.form, now - sums.constant(distance))
        for fold in self.system.folds:
            for state in fold.names:
                if name == fold.after(state):
                    rounds = _Path(self, ()).number(fold.rounds, values)
                    return form_over(self.folds[fold.number][state], rounds)
        raise Outside(f"a loop that uses {name} from outside")


def _wholes(forms: Iterable[Form], argument: Sum) -> tuple[Sum, ...]:
    """The values of those forms that are seen to be whole."""
    found = []
    for form in forms:
        try:
            if is_whole(form, argument):
                found.append(form_over(form, argument))
        except Outside:
            continue
    return tuple(found)


@dataclass(frozen=True)
class _Path:
    """One way through a term, the same for all m.

    Args:
        following: gives the values of variables.
        wholes: functions whose values are whole numbers; what a division may come to.
    """

    following: Following
    wholes: tuple[Sum, ...]

    def number(self, term: Term, values: Mapping[str, Known]) -> Sum:
        found = self.value(term, values)
        if isinstance(found, bool):
            raise Outside("a truth where a number is needed")
        return found

    def truth(self, term: Term, values: Mapping[str, Known]) -> bool:
        found = self.value(term, values)
        if not isinstance(found, bool):
            raise Outside("a number where a truth is needed")
        return found

    def value(self, term: Term, values: Mapping[str, Known]) -> Known:
        match term:
            case Num(value=value):
                return sums.constant(value)
            case Truth(value):
                return value
            case Var(name):
                return self.following.looked_up(name, values)
            case Let(var, value, body):
                return self.value(body, {**values, var.name: self.value(value, values)})
            case App(op=(Op.AND | Op.OR | Op.IMPLIES | Op.IFF | Op.NOT) as op, args=args):
                return self.connected(op, args, values)
            case App(op=Op.ITE, args=(condition, yes, no)):
                return self.value(yes if self.truth(condition, values) else no, values)
            case App(op=Op.POW, args=(base, exponent)):
                return self.power(self.number(base, values), self.number(exponent, values))
            case App(op=op, args=args):
                return self.applied(op, [self.number(a, values) for a in args])
        raise Outside("a search over a range")

    def connected(self, op: Op, args: tuple[Term, ...], values: Mapping[str, Known]) -> bool:
        match op:
            case Op.AND:
                return all(self.truth(a, values) for a in args)
            case Op.OR:
                return any(self.truth(a, values) for a in args)
            case Op.NOT:
                return not self.truth(args[0], values)
            case Op.IMPLIES:
                return not self.truth(args[0], values) or self.truth(args[1], values)
        return self.truth(args[0], values) == self.truth(args[1], values)

    def applied(self, op: Op, args: list[Sum]) -> Known:
        match op, args:
            case Op.ADD, _:
                return sum(args, start=sums.constant(0))
            case Op.MUL, _:
                made = sums.constant(1)
                for arg in args:
                    made = made * arg
                return made
            case Op.NEG, [a]:
                return -a
            case Op.SUB, [a, b]:
                return a - b
            case Op.FLOOR_DIV, [a, b]:
                return self.divided(a, b)
            case Op.FLOOR_MOD, [a, b]:
                return a - b * self.divided(a, b)
            case Op.ABS, [a]:
                return _larger(a, -a)
            case Op.MIN, [a, b]:
                return -_larger(-a, -b)
            case Op.MAX, [a, b]:
                return _larger(a, b)
            case ((Op.EQ | Op.LT | Op.LE), [a, b]):
                return _compared(op, a, b)
        raise Outside(f"{op.value} where it is not the same for all")

    def divided(self, above: Sum, below: Sum) -> Sum:
        """Python's `//`."""
        try:
            factor, divisor = below.linear()
        except Outside:
            factor, divisor = 1, 0
        if factor == 0 and divisor:
            above, divisor = (above, divisor) if divisor > 0 else (-above, -divisor)
            rest = sums.remainder(above, divisor)
            return (above - sums.constant(rest)) * sums.constant(divisor).inverse()
        if sums.sign(below) in (1, -1):
            for found in self.wholes:
                if (above - below * found).zero:
                    return found
        raise Outside("a division that is not seen to come out")

    def power(self, base: Sum, exponent: Sum) -> Sum:
        factor, shift = exponent.linear()
        if factor == 0 and 0 <= shift <= _EXPONENT:
            return base.power(shift)
        number = base.polynomial()
        if len(number) != 1 or factor < 0 or shift < 0:
            raise Outside("a power whose exponent may be negative, or whose base varies")
        return sums.exponential(number[0], exponent)


def _larger(one: Sum, other: Sum) -> Sum:
    if sums.never_negative(one - other):
        return one
    if sums.never_negative(other - one):
        return other
    raise Outside("an order that is not the same for all")


def _compared(op: Op, left: Sum, right: Sum) -> bool:
    gap = right - left
    found = sums.sign(gap)
    if op is Op.LE and sums.never_negative(gap):
        return True
    if op is Op.LT and sums.never_negative(-gap):
        return False
    if found is None:
        raise Outside("a comparison that is not the same for all")
    return found == 0 if op is Op.EQ else found > 0 if op is Op.LT else found >= 0
