"""RUN/outcomes.jsonl: one whole line for each attempt that is over; and the lock of the process that writes it."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from lemmata.benchmark.outcome import Outcome, Score, decode_outcome, encode_outcome
from lemmata.errors import BadInput
from lemmata.record import append_whole, drop_torn


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is kept in memory of an outcome.

    Args:
        score: how it was judged.
        verdict: its name; empty: it failed.
        seconds, dollars: what it cost.
    """

    score: Score
    verdict: str
    seconds: float
    dollars: float


class Journal:
    """The outcomes of a run; a last line that a kill tore off is cut off, so that its attempt is done again.

    Args:
        path: of the file.

    Raises:
        BadInput: a line is damaged, or an attempt is there twice; says which.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.entries: dict[tuple[str, int], Entry] = {}
        if not path.exists():
            return
        drop_torn(path)
        for number, line in enumerate(self.lines(), 1):
            place = f"{path}:{number}"
            try:
                outcome = decode_outcome(json.loads(line), place=place)
            except ValueError:
                raise BadInput("expected JSON; this line is damaged", place=place) from None
            if (outcome.sample, outcome.attempt) in self.entries:
                raise BadInput("this attempt is there twice", place=place)
            self._hold(outcome)

    def add(self, outcome: Outcome) -> None:
        """Write an outcome; it is on the disk when this returns.

        Raises:
            OSError: the disk is full, or fails; nothing of the line is left in the file.
        """
        line = json.dumps(encode_outcome(outcome), ensure_ascii=False)
        append_whole(self._path, line.encode("utf-8", "surrogatepass") + b"\n")
        self._hold(outcome)

    def lines(self) -> Iterator[str]:
        """The lines of the file, one by one, so that they are never in memory all at once."""
        if self._path.exists():
            with self._path.open(encoding="utf-8", errors="surrogatepass", newline="\n") as file:
                for line in file:
                    yield line.rstrip("\n")

    @property
    def dollars(self) -> float:
        return sum(e.dollars for e in self.entries.values())

    def _hold(self, outcome: Outcome) -> None:
        self.entries[outcome.sample, outcome.attempt] = Entry(
            score=outcome.score,
            verdict=str(outcome.verdict["is"]) if outcome.verdict else "",
            seconds=outcome.cost.wall_s,
            dollars=outcome.cost.dollars,
        )


@contextmanager
def lock(folder: Path) -> Iterator[None]:
    """Keep a folder to this process; the lock of a process that was killed is no more.

    Raises:
        BadInput: another process works on it, or it can't be written to.
    """
    try:
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as exc:
        raise BadInput(f"can't be written to: {exc.strerror}", place=str(folder)) from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            who = os.pread(descriptor, 20, 0).decode(errors="replace").strip() or "unknown"
            text = f"another process ({who}) is working on this run; wait for it, or name another folder"
            raise BadInput(text, place=str(folder)) from None
        os.ftruncate(descriptor, 0)
        with suppress(OSError):  # only people read it
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)
