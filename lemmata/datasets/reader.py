"""What each reader of a data set is, and how rows become samples: one that can't is named, ids are unique."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TypeVar

from lemmata.datasets.sample import Card, Sample, SampleSet
from lemmata.errors import BadInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A data set that can be read.

    Args:
        card: what is known of it.
        read: the samples in a file or folder.
        hub_files: patterns of the paths, in its repository on the hub, that hold it.
    """

    card: Card
    read: Callable[[Path], SampleSet]
    hub_files: tuple[str, ...] = ()


Entry = TypeVar("Entry")


def collect(
    card: Card, entries: Iterable[Entry], read: Callable[[Entry], Iterable[Sample]], skipped: list[str]
) -> SampleSet:
    """The set that entries make; what can't be read, or has an id that is taken, is named instead."""
    samples: dict[str, Sample] = {}
    for entry in entries:
        try:
            for sample in read(entry):
                _check(sample)
                if sample.id in card.known_bad and not sample.note:
                    sample = replace(sample, note=card.known_bad[sample.id])
                if sample.id in samples:
                    skipped.append(f"{sample.problem.name}: the id {sample.id} is taken")
                else:
                    samples[sample.id] = sample
        except BadInput as exc:
            skipped.append(str(exc))
    return SampleSet(card=card, samples=tuple(samples.values()), skipped=tuple(map(_plain, skipped)))


def _check(sample: Sample) -> None:
    """That it can be written down: JSON may hold halves of characters, which UTF-8 can't."""
    if not sample.problem.source.strip():
        raise BadInput("expected a problem; its text is empty", place=sample.problem.name)
    try:
        json.dumps(asdict(sample), ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise BadInput("expected text without halves of characters", place=ascii(sample.problem.name)) from None


def _plain(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
