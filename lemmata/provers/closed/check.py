"""Decides whether a closed form of `find_value` is right, by induction with exact normal forms; no solver is asked.

    {"form": {"pieces": […], "start": s}, "first": […], "folds": {"0": {"total": {…}}}, "modulus": M, "base": B}
    {"form": …, "first": […], "tested": N}

`first` holds the values from where the function starts up to s. Values up to n = B are worked out and compared one by
one. For n ≥ B, one class n = M·m + c after the other, the function is followed with the form in the place of earlier
values and with `folds` for the states of loops after n rounds; what comes out must be the form. The forms of a loop are
shown in the same way, from one round to the next. With "tested" the values up to N are compared; the verdict is Tested.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.problem import Candidate, Json, Problem
from lemmata.provers.answers.sandboxed import Signature, read_signature, work_out_values
from lemmata.provers.base import Backends
from lemmata.provers.closed import sums
from lemmata.provers.closed.follow import Following, NoValue, Running
from lemmata.provers.closed.forms import Form, decode_form, describe_form, encode_form, form_over, integer_at
from lemmata.provers.closed.numbers import Outside
from lemmata.provers.closed.sums import Sum
from lemmata.provers.closed.system import Fold, System, read_system
from lemmata.verdict import Accepted, Judgement, Proved, Reason, Tested, rejected

_LARGEST_MODULUS = 120
_LARGEST_BASE = 400
_MOST_TESTED = 2_000
_KEYS = {"form", "first", "folds", "modulus", "base"}
_TESTED_KEYS = {"form", "first", "tested"}


class _Refused(Exception):
    """The candidate is rejected."""

    def __init__(self, text: str, place: str, reason: Reason | None = None) -> None:
        super().__init__()
        self.judged = rejected(text, place=place, reason=reason)


def check_closed_form(problem: Problem, candidate: Candidate, backends: Backends, limits: Limits) -> Judgement:
    """Judge a closed form.

    Args:
        problem: a construction with `find_value`.
        candidate: of the form `closed-form`, see above.
        backends: for the sandbox, where the function can only be run.
        limits: for everything together.

    Raises:
        BadInput: the problem can't be read.
    """
    try:
        system = read_system(problem)
    except BadInput:
        if problem.target != "find_value" or "tested" not in candidate.content:
            raise
        return _judge_by_running(problem, candidate.content, backends, limits)
    try:
        return _Judging(system, candidate.content, time.monotonic() + limits.wall_s).judge()
    except _Refused as exc:
        return exc.judged
    except BadInput as exc:
        return rejected(exc.text, place=exc.place)
    except RecursionError:
        return rejected("expected a candidate that is nested less deeply", place="content")


def _judge_by_running(problem: Problem, content: Mapping[str, Json], backends: Backends, limits: Limits) -> Judgement:
    """As with "tested", of a function that is outside the subset and can only be run."""
    signature = read_signature(problem)
    try:
        if set(content) != _TESTED_KEYS:
            raise BadInput(f"expected the fields {', '.join(sorted(_TESTED_KEYS))}")
        offered = read_offered(content, signature.start)
        last = read_whole(content, "tested", offered.form.start, offered.form.start + _MOST_TESTED)
        values, why = work_out_values(problem.source, signature, last + 1, backends, wall_s=limits.wall_s)
        if len(values) < last + 1 - signature.start:
            text = f"the function could not be run up to {last}: {why or 'it gave too few values'}"
            raise _Refused(text, "content.tested", Reason.TIMEOUT)
        for n, value in enumerate(values, signature.start):
            compare_value(offered, n, value, signature.start)
    except _Refused as exc:
        return exc.judged
    except BadInput as exc:
        return rejected(exc.text, place=exc.place)
    facts = {"up_to": last, "run": True}
    return accepted(offered, signature, Tested(len(values)), facts)


@dataclass
class _Judging:
    """One candidate for one function."""

    system: System
    content: Mapping[str, Json]
    deadline: float

    def judge(self) -> Judgement:
        tested = "tested" in self.content
        if set(self.content) != (_TESTED_KEYS if tested else _KEYS):
            raise BadInput(f"expected the fields {', '.join(sorted(_KEYS))}, or {', '.join(sorted(_TESTED_KEYS))}")
        offered = read_offered(self.content, self.system.start)
        if tested:
            last = read_whole(self.content, "tested", offered.form.start, offered.form.start + _MOST_TESTED)
            count = self.compare(offered, last)
            return accepted(offered, self.signature, Tested(count), {"up_to": last})
        base = read_whole(self.content, "base", offered.form.start + self.system.back, _LARGEST_BASE)
        modulus = read_whole(self.content, "modulus", 1, _LARGEST_MODULUS)
        folds = self.read_folds()
        count = self.compare(offered, base)
        following = Following(self.system, offered.form, folds)
        for fold in self.system.folds:
            self.compare_rounds(fold, folds[fold.number], base)
            for argument in self.classes(modulus, base):
                self.show_round(following, fold, argument)
        for argument in self.classes(modulus, base):
            self.show(self.step(following, argument), argument, "content.form")
        facts = {"values": count, "base": base, "modulus": modulus, "folds": len(folds)}
        return accepted(offered, self.signature, Proved(), facts)

    @property
    def signature(self) -> Signature:
        return Signature(name=self.system.name, parameters=(self.system.parameter,), start=self.system.start)

    def read_folds(self) -> dict[int, dict[str, Form]]:
        given = self.content["folds"]
        wanted = {str(f.number): set(f.names) for f in self.system.folds}
        if not isinstance(given, dict) or {k: set(v) for k, v in given.items() if isinstance(v, dict)} != wanted:
            told = "; ".join(f"{n}: {', '.join(sorted(names))}" for n, names in wanted.items()) or "none"
            raise BadInput(f"expected a form for each name of each loop ({told})", place="content.folds")
        return {
            f.number: {n: decode_form(given[str(f.number)][n], f"content.folds.{f.number}.{n}") for n in f.names}
            for f in self.system.folds
        }

    def compare(self, offered: Offered, last: int) -> int:
        """Work out the values up to the last one and compare; gives how many."""
        running, start = Running(self.system), self.system.start
        for n in range(start, last + 1):
            self.keep_time()
            try:
                compare_value(offered, n, running.value(n), start)
            except NoValue as exc:
                raise _Refused(f"the value for {n} is not known: {exc}", "problem", Reason.UNSUPPORTED) from None
        return last + 1 - start

    def compare_rounds(self, fold: Fold, forms: Mapping[str, Form], base: int) -> None:
        """The states of a loop after as many rounds as there are before the classes begin."""
        place, running = f"content.folds.{fold.number}", Running(self.system)
        first = max(f.start for f in forms.values())
        if not 0 <= first <= base:
            raise BadInput("expected forms of loops that start from 0 up to the base", place=place)
        for rounds in range(base + 1):
            self.keep_time()
            try:
                state = running.state(fold, rounds)
                said = [integer_at(forms[n], rounds) if rounds >= forms[n].start else None for n in fold.names]
            except (NoValue, Outside) as exc:
                raise _Refused(f"the state after {rounds} rounds is not known: {exc}", place) from None
            odd = [n for n, a, b in zip(fold.names, state, said, strict=True) if b is not None and a != b]
            if odd:
                raise _Refused(f"{odd[0]} is not what its form says after {rounds} rounds", place)

    def classes(self, modulus: int, base: int) -> list[Sum]:
        return [sums.linear(modulus, base + r) for r in range(modulus)]

    def step(self, following: Following, argument: Sum) -> Callable[[], Sum]:
        return lambda: following.result(argument) - form_over(following.form, argument)

    def show_round(self, following: Following, fold: Fold, argument: Sum) -> None:
        forms, onward = following.folds[fold.number], argument + sums.constant(1)
        place = f"content.folds.{fold.number}"
        try:
            after = following.after_round(fold, argument)
        except Outside as exc:
            raise _Refused(f"a round can't be followed: {exc}", place, Reason.INCOMPLETE) from None
        for name, found in zip(fold.names, after, strict=True):
            self.show(_difference(found, forms[name], onward), argument, f"{place}.{name}")

    def show(self, difference: Callable[[], Sum], argument: Sum, place: str) -> None:
        """That a difference is 0 for all values of a class."""
        self.keep_time()
        modulus, first = argument.linear()
        try:
            zero = difference().zero
        except Outside as exc:
            text = f"the step for {modulus}·m + {first} can't be followed: {exc}"
            raise _Refused(text, place, Reason.INCOMPLETE) from None
        if not zero:
            raise _Refused(f"the step for {modulus}·m + {first} does not come out", place)

    def keep_time(self) -> None:
        if time.monotonic() > self.deadline:
            raise _Refused("there was no time left to check it", "content", Reason.TIMEOUT)


def _difference(found: Sum, form: Form, argument: Sum) -> Callable[[], Sum]:
    return lambda: found - form_over(form, argument)


@dataclass(frozen=True, slots=True)
class Offered:
    """A closed form with the values before it starts."""

    form: Form
    first: tuple[int, ...]


def read_offered(content: Mapping[str, Json], start: int) -> Offered:
    """The form and the first values of a candidate.

    Raises:
        BadInput: they are not of that shape.
    """
    form, first = decode_form(content["form"], "content.form"), content["first"]
    if not isinstance(first, list) or not all(type(v) is int for v in first):
        raise BadInput("expected a list of integers", place="content.first")
    if len(first) != form.start - start:
        raise BadInput(f"expected the values from {start} up to where the form starts", place="content.first")
    return Offered(form, tuple(first))


def read_whole(content: Mapping[str, Json], name: str, low: int, high: int) -> int:
    """A number of the candidate.

    Raises:
        BadInput: it is none, or out of its range.
    """
    value = content[name]
    if type(value) is not int or not low <= value <= high:
        raise BadInput(f"expected a number from {low} to {high}", place=f"content.{name}")
    return value


def compare_value(offered: Offered, n: int, value: int, start: int) -> None:
    """See that the value for n is what is offered.

    Raises:
        _Refused: it is not.
    """
    try:
        said = offered.first[n - start] if n < offered.form.start else integer_at(offered.form, n)
    except Outside as exc:
        raise _Refused(f"the form gives nothing for {n}: {exc}", "content.form") from None
    if said != value:
        raise _Refused(f"the value for {n} is {_short(value)}, and the form says {_short(said)}", "content.form")


def accepted(offered: Offered, asked: Signature, verdict: Proved | Tested, facts: Mapping[str, Json]) -> Accepted:
    name, (parameter,) = asked.name, asked.parameters
    listed = [f"{name}({asked.start + i}) = {v}" for i, v in enumerate(offered.first)]
    text = ", ".join([*listed, describe_form(offered.form, f"{name}({parameter})", parameter)])
    answer = {"form": encode_form(offered.form), "first": list(offered.first), "text": text}
    return Accepted(verdict=verdict, facts=facts, answer=answer)


def _short(value: int) -> str:
    return str(value) if abs(value) < 10**40 else "a number of many digits"
