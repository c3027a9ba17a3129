"""Offers closed forms for `find_value`: works out values, guesses, and puts beside each guess what a checker needs."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping
from math import lcm

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.problem import Candidate, Json
from lemmata.provers.answers.sandboxed import read_signature, work_out_values
from lemmata.provers.base import Backends
from lemmata.provers.closed.check import check_closed_form
from lemmata.provers.closed.follow import NoValue, Running
from lemmata.provers.closed.forms import decode_form, integer_at
from lemmata.provers.closed.numbers import Outside
from lemmata.provers.closed.system import Fold, System, read_system
from lemmata.provers.terms.term import App, Num, Op, walk
from lemmata.tools.base import Offer, Turn
from lemmata.tools.recurrences import find_recurrence, generating_function
from lemmata.tools.sequence_forms import guess_forms
from lemmata.verdict import Accepted, Reason, Unknown

_VALUES = 60
_FURTHER = 240
_MOST_FORMS = 4
_MODULI = (1, 2, 3, 4, 6, 12)
_LARGEST_MODULUS = 120
_MOST_WAYS = 8
_LONGEST_TOLD = 200
_TRYING = Limits(wall_s=5.0)
_SHARE_RUN = 0.3  # of the time, for running what is not read
_LEAST_VALUES = 12
_SHARE = 0.7  # of the time, for working out values and trying forms
_DIVIDING = frozenset({Op.FLOOR_DIV, Op.FLOOR_MOD})


def propose(turn: Turn, backends: Backends) -> Offer:
    """Forms that come through the check, else those that only agree with the values, to be tested.

    Raises:
        BadInput: the problem can't be read.
    """
    if turn.problem.target != "find_value":
        return Offer()
    deadline = time.monotonic() + _SHARE * turn.limits.wall_s
    try:
        system = read_system(turn.problem)
    except BadInput as exc:
        return propose_by_running(turn, backends, f"{exc.place}: {exc.text}")
    running = Running(system)
    values = list(_values(running, deadline))
    if not values:
        return Offer(finding=Unknown(Reason.UNSUPPORTED, f"no value could be worked out{_why(running)}"))
    forms = guess_forms(values, system.start)[:_MOST_FORMS]
    for content in _contents(system, running, forms, values):
        if time.monotonic() > deadline:
            break
        candidate = Candidate(form="closed-form", content=content, origin="closed-forms")
        if isinstance(check_closed_form(turn.problem, candidate, backends, turn.limits), Accepted):
            return Offer(candidates=(candidate,))
    candidates, fault = _tested(forms, values, running, deadline)
    return Offer(candidates=candidates, finding=fault or _finding(values, bool(forms)))


def propose_by_running(turn: Turn, backends: Backends, why: str) -> Offer:
    """A form to be tested, for a function that is outside the subset and can only be run.

    Args:
        turn: what is asked.
        backends: for the sandbox.
        why: it is outside.

    Raises:
        BadInput: it can't be run either.
    """
    signature = read_signature(turn.problem)
    stop, wall_s = signature.start + _VALUES, _SHARE_RUN * turn.limits.wall_s
    values, told = work_out_values(turn.problem.source, signature, stop, backends, wall_s=wall_s)
    detail = f"no proof, as the function is outside the subset that is read ({why})"
    detail += f"; it gave {len(values)} values{': ' + told if told else ''}"
    held_out = values[: max(len(values) * 3 // 4, min(len(values), _LEAST_VALUES))]
    contents = [
        {**_stated(form, values, signature.start), "tested": signature.start + len(values) - 1}
        for form in guess_forms(held_out, signature.start)[:_MOST_FORMS]
    ]
    candidates = tuple(Candidate(form="closed-form", content=c, origin="closed-forms") for c in contents)
    return Offer(candidates=candidates, finding=Unknown(Reason.UNSUPPORTED, detail))


def complete_form(turn: Turn, form: Json, first: Json, backends: Backends) -> list[Candidate]:
    """A form that someone else proposes, with what the check needs beside it; last, only to be tested.

    Raises:
        BadInput: the form is not in the language.
    """
    read = decode_form(form, "form")
    try:
        system = read_system(turn.problem)
    except BadInput:
        signature = read_signature(turn.problem)
        last = max(read.start, signature.start) + _LEAST_VALUES
        content = {"form": form, "first": first, "tested": last}
        return [Candidate(form="closed-form", content=content, origin="closed-forms")]
    running, deadline = Running(system), time.monotonic() + _SHARE * turn.limits.wall_s
    values = list(itertools.islice(_values(running, deadline), max(_LEAST_VALUES, read.start - system.start + 2)))
    tested = {**_stated(form, values, system.start), "tested": system.start + len(values) - 1}
    contents = [*itertools.islice(_contents(system, running, [form], values), _MOST_WAYS), tested]
    made = [Candidate(form="closed-form", content=c, origin="closed-forms") for c in contents]
    passing = [c for c in made[:-1] if isinstance(check_closed_form(turn.problem, c, backends, _TRYING), Accepted)]
    return passing[:1] or made[-1:]


def forms_from(turn: Turn, printed: list[Json], backends: Backends) -> list[Candidate]:
    """Forms guessed from values that someone else has worked out, from the start of the function on."""
    values = [v for v in printed if type(v) is int]
    start = read_signature(turn.problem).start
    forms = guess_forms(values, start)[:_MOST_FORMS]
    return [c for f in forms for c in complete_form(turn, f, values[: f["start"] - start], backends)]


def _values(running: Running, deadline: float) -> Iterator[int]:
    for n in range(running.system.start, running.system.start + _VALUES):
        if time.monotonic() > deadline:
            return
        try:
            yield running.value(n)
        except NoValue:
            return


def _why(running: Running) -> str:
    try:
        running.value(running.system.start)
    except NoValue as exc:
        return f": {exc}"
    return " in time"


def _tested(
    forms: list[dict[str, Json]], values: list[int], running: Running, deadline: float
) -> tuple[tuple[Candidate, ...], Unknown | None]:
    """The shortest form that agrees with further values too, said only of what was worked out; or where it fails."""
    start, fault = running.system.start, None
    for form in forms:
        last, odd = _agrees_up_to(form, running, start + len(values) - 1, deadline)
        if odd is None:
            content = {**_stated(form, values, start), "tested": last}
            return (Candidate(form="closed-form", content=content, origin="closed-forms"),), None
        text = f"{' | '.join(form['pieces'])} agrees with the values up to {last}, and not with the one for {odd}"
        fault = fault or Unknown(Reason.EXHAUSTED, text)
    return (), fault


def _agrees_up_to(form: dict[str, Json], running: Running, last: int, deadline: float) -> tuple[int, int | None]:
    """How far a form is right, and the first n for which it is wrong, if that is met."""
    read, start = decode_form(form, "form"), running.system.start
    for n in range(last + 1, start + _FURTHER):
        if time.monotonic() > deadline:
            break
        try:
            if integer_at(read, n) != running.value(n):
                return n - 1, n
        except (NoValue, Outside):
            break
        last = n
    return last, None


def _stated(form: Mapping[str, Json], values: list[int], start: int) -> dict[str, Json]:
    return {"form": dict(form), "first": values[: form["start"] - start]}


def _contents(
    system: System, running: Running, forms: list[dict[str, Json]], values: list[int]
) -> Iterator[dict[str, Json]]:
    """For each form, what to say of loops, and with which classes to try."""
    folds = {str(f.number): dict(_states(running, f)) for f in system.folds}
    if any(len(folds[str(f.number)]) < len(f.names) for f in system.folds):
        return
    inner = [form for names in folds.values() for form in names.values()]
    own = lcm(1, *_numerals(system))
    for form in forms:
        periods = lcm(1, *(len(f["pieces"]) for f in (form, *inner)))
        least = max(form["start"] + system.back, *(f["start"] for f in inner), 0) if inner else form["start"]
        least = max(least, form["start"] + system.back)
        tried = dict.fromkeys(lcm(periods, m * o) for o in (1, own) for m in _MODULI)
        for modulus, base in itertools.product(tried, (least + 2, least + 8)):
            if modulus <= _LARGEST_MODULUS:
                yield {**_stated(form, values, system.start), "folds": folds, "modulus": modulus, "base": base}


def _states(running: Running, fold: Fold) -> Iterator[tuple[str, dict[str, Json]]]:
    """A closed form for each name of a loop's state, after n rounds."""
    rows = []
    for rounds in range(_VALUES):
        try:
            rows.append(running.state(fold, rounds))
        except NoValue:
            break
    for place, name in enumerate(fold.names):
        found = guess_forms([row[place] for row in rows], 0)
        if found:
            yield name, found[0]


def _numerals(system: System) -> set[int]:
    """The numerals that something is divided by."""
    terms = [system.term, *(u for f in system.folds for u in (*f.updates, f.rounds))]
    found = {
        abs(int(part.args[1].value))
        for term in terms
        for part in walk(term)
        if isinstance(part, App) and part.op in _DIVIDING and isinstance(part.args[1], Num)
    }
    return {v for v in found if 0 < v <= _LARGEST_MODULUS}


def _finding(values: list[int], guessed: bool) -> Unknown:
    """What is known all the same: that a form was only tested, or a recurrence that the values satisfy."""
    if guessed:
        return Unknown(Reason.EXHAUSTED, f"a form agrees with the first {len(values)} values and could not be proved")
    recurrence = find_recurrence(values)
    if 0 < len(recurrence) <= len(values) // 3:
        told = f"they have the generating function {generating_function(values, recurrence)}"
    else:
        told = f"they begin with {', '.join(map(str, values[:12]))[:_LONGEST_TOLD]}"
    return Unknown(Reason.EXHAUSTED, f"no closed form was found for the {len(values)} values worked out; {told}")
