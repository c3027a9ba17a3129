"""What a data set yields: samples, each with what is asked and, kept apart, how an answer to it is judged.

No solver is shown a target. A scorer (`lemmata.benchmark.score`) reads it; a reader only fills it in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from lemmata.problem import Json, Problem, digest, digest_problem


@dataclass(frozen=True, slots=True, kw_only=True)
class ByVerdict:
    """Right where the verdict is one of these.

    Args:
        right: names of verdicts, such as `("proved",)`; any other verdict that settles the problem is wrong.
    """

    right: tuple[str, ...] = ("proved",)


@dataclass(frozen=True, slots=True, kw_only=True)
class ByAnswer:
    """Right where the answer is the published one.

    Args:
        answer: as published, in LaTeX, Lean or plain text.
        type: in Lean's notation, as `lemmata.same` takes it; empty: whatever the texts say.
        low, high: numbers between which an answer is right too (rows that allow a tolerance); empty: exactly.
    """

    answer: str
    type: str = ""
    low: str = ""
    high: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ByTests:
    """Right where the program passes its tests in the sandbox.

    Args:
        test: Python that is run behind the program; it raises where a test fails.
        before: Python that stands in front of the program (imports, the function it has to use).
        name: the function to be written.
    """

    test: str
    before: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ByBehaviour:
    """Right where the function gives what a hidden one gives.

    Args:
        reference: Python text of the hidden function.
        name: its name.
        calls: Python expressions that call it, whose values have to agree.
    """

    reference: str
    name: str
    calls: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ByConstraints:
    """Right where the solution meets the constraints of the instance, and is the best where one is asked for.

    Args:
        model: the publisher's program, in CPMpy, that holds the constraints.
        instance: the values of its input.
        names: the variables that a solution gives, as JSON under these names.
    """

    model: str
    instance: Mapping[str, Json] = field(default_factory=dict)
    names: tuple[str, ...] = ()


Target: TypeAlias = ByVerdict | ByAnswer | ByTests | ByBehaviour | ByConstraints


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One item of a data set.

    Args:
        id: unique in the set, and the same whenever the set is read.
        problem: what is asked.
        target: how an answer is judged.
        split: the publisher's name for the part it belongs to; empty: there are none.
        group: what versions of the same item share; empty: it stands alone.
        note: why our lanes can't handle it, or what is known to be wrong with it; empty: nothing.
    """

    id: str
    problem: Problem
    target: Target
    split: str = ""
    group: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What is known of a data set.

    Args:
        name: as `lemmata bench NAME` takes it.
        title: as its publishers write it.
        origin: where it was published: a paper, a repository.
        licence: its SPDX name, or what its publishers say.
        version: what was looked at when the reader was written.
        hub: its name on the Hugging Face hub; empty: it is not there, or not in this form.
        layout: what a local path has to hold.
        lanes: what of it we can handle, with and without a chat model.
        known_bad: ids of items that are wrong as published, each with the reason.
    """

    name: str
    title: str
    origin: str
    licence: str
    version: str
    layout: str
    lanes: str
    hub: str = ""
    known_bad: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSet:
    """A data set that was read.

    Args:
        card: what is known of it.
        samples: in the publisher's order.
        skipped: for each row that could not be read, its place and why.
    """

    card: Card
    samples: tuple[Sample, ...]
    skipped: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Of all ids and problems; changes whenever what is asked does."""
        return digest([[s.id, digest_problem(s.problem)] for s in self.samples])
