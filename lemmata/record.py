"""The append-only record of a run: one JSON object per line, on the disk before anything depends on it.

It serves two readers: people and programs that want to know what happened, and a resumed run that must not do again
what was already done. A line torn by a kill is dropped when the record is opened again.
"""

from __future__ import annotations

import errno
import json
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from lemmata.errors import BadInput

Event = Mapping[str, Any]
_BLOCK = 1 << 16


class Record:
    """Events of one run.

    Args:
        path: the file; None keeps the record in memory only.
        listener: told of every new event (never of those read back).
        without: problems whose events are not read back into memory.
        durable: wait until the disk has each event; else a killed process loses nothing, but a machine that fails may
            lose the newest events.
    """

    def __init__(
        self,
        path: Path | None = None,
        listener: Callable[[Event], None] | None = None,
        *,
        without: Container[str] = (),
        durable: bool = True,
    ) -> None:
        self._path = path
        self._listener = listener
        self._durable = durable
        self._lock = threading.Lock()
        self._count = 0
        self._events: dict[int, Event] = {}
        self._numbers: dict[str, list[int]] = {}
        self._keyed: dict[tuple[str, str], Event] = {}
        for event in _read(path) if path is not None else ():
            if event.get("problem") is None or event["problem"] not in without:
                self._hold(event)

    @property
    def events(self) -> tuple[Event, ...]:
        return tuple(self._events.values())

    def events_of(self, problem: str) -> tuple[Event, ...]:
        """The events that were written with `problem=problem`, oldest first."""
        with self._lock:
            return tuple(self._events[n] for n in self._numbers.get(problem, ()))

    def forget(self, problem: str) -> None:
        """Drop the events of a problem from memory; the file keeps them."""
        with self._lock:
            for number in self._numbers.pop(problem, ()):
                event = self._events.pop(number)
                if "key" in event:
                    self._keyed.pop((event["event"], event["key"]), None)

    def append(self, event: str, **facts: Any) -> Event:
        """Write an event; it is in the file when this returns.

        Raises:
            OSError: the disk is full, or fails; nothing of the event is left in the file.
        """
        line = {"event": event, "time": round(time.time(), 3), **facts}
        with self._lock:
            if self._path is not None:
                data = json.dumps(line, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"
                append_whole(self._path, data, durable=self._durable)
            self._hold(line)
        if self._listener is not None:
            self._listener(line)
        return line

    def find(self, event: str, key: str) -> Event | None:
        """The newest event of that name that was written with `key=key`, or None."""
        return self._keyed.get((event, key))

    def _hold(self, event: Event) -> None:
        self._count += 1
        self._events[self._count] = event
        if isinstance(event.get("problem"), str):
            self._numbers.setdefault(event["problem"], []).append(self._count)
        if "key" in event:
            self._keyed[event["event"], event["key"]] = event


def append_whole(path: Path, data: bytes, *, durable: bool = True, mode: int = 0o644) -> None:
    """Append to a file; on a failure nothing of it stays.

    Args:
        path: of the file.
        data: whole lines.
        durable: wait until the disk has it.
        mode: who may read a new file.

    Raises:
        OSError: the disk is full, or fails.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, mode)
    try:
        size = os.fstat(descriptor).st_size
        try:
            while data:
                data = data[os.write(descriptor, data) :]
            if durable:
                os.fdatasync(descriptor)
        except OSError:
            with suppress(OSError):
                os.ftruncate(descriptor, size)  # else the next event would be glued to the torn one
            raise
    finally:
        os.close(descriptor)


def is_disk_full(exc: BaseException) -> bool:
    """Whether something failed because nothing more can be written, also deep inside a group of failures."""
    if isinstance(exc, BaseExceptionGroup):
        return any(map(is_disk_full, exc.exceptions))
    if isinstance(exc, OSError):
        return exc.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    return isinstance(exc, sqlite3.OperationalError) and any(w in str(exc) for w in ("is full", "disk I/O error"))


def drop_torn(path: Path) -> None:
    """Cut off a last line that has no end."""
    with path.open("r+b") as file:
        end = size = file.seek(0, os.SEEK_END)
        while end > 0:
            start = max(0, end - _BLOCK)
            file.seek(start)
            found = file.read(end - start).rfind(b"\n")
            if found >= 0:
                end = start + found + 1
                break
            end = start
        if end != size:
            file.truncate(end)


def _read(path: Path) -> Iterator[Event]:
    if not path.exists():
        return
    drop_torn(path)
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                event = json.loads(line)
            except ValueError:
                event = None
            if not isinstance(event, dict) or not isinstance(event.get("event"), str):
                raise BadInput("expected an event in JSON; the record of this run is damaged", place=f"{path}:{number}")
            yield event
