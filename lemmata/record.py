"""The append-only record of a run: one JSON object per line, on the disk before anything depends on it.

It serves two readers: people and programs that want to know what happened, and a resumed run that must not do again
what was already done. A line torn by a kill is dropped when the record is opened again.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from lemmata.errors import BadInput

Event = Mapping[str, Any]


class Record:
    """Events of one run.

    Args:
        path: the file; None keeps the record in memory only.
        listener: told of every new event (never of those read back).
    """

    def __init__(self, path: Path | None = None, listener: Callable[[Event], None] | None = None) -> None:
        self._path = path
        self._listener = listener
        self._lock = threading.Lock()
        self._events = [] if path is None else _read(path)
        self._keyed = {(e["event"], e["key"]): e for e in self._events if "key" in e}

    @property
    def events(self) -> tuple[Event, ...]:
        return tuple(self._events)

    def append(self, event: str, **facts: Any) -> Event:
        """Write an event; it is on the disk when this returns."""
        line = {"event": event, "time": round(time.time(), 3), **facts}
        with self._lock:
            if self._path is not None:
                with self._path.open("ab") as file:
                    file.write(json.dumps(line, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")
                    file.flush()
                    os.fsync(file.fileno())
            self._events.append(line)
            if "key" in line:
                self._keyed[line["event"], line["key"]] = line
        if self._listener is not None:
            self._listener(line)
        return line

    def find(self, event: str, key: str) -> Event | None:
        """The newest event of that name that was written with `key=key`, or None."""
        return self._keyed.get((event, key))


def _read(path: Path) -> list[Event]:
    if not path.exists():
        return []
    data = path.read_bytes()
    whole = data.rfind(b"\n") + 1
    if whole != len(data):
        with path.open("r+b") as file:
            file.truncate(whole)
    events: list[Event] = []
    for number, line in enumerate(data[:whole].splitlines(), 1):
        try:
            event = json.loads(line)
        except ValueError:
            event = None
        if not isinstance(event, dict) or not isinstance(event.get("event"), str):
            raise BadInput("expected an event in JSON; the record of this run is damaged", place=f"{path}:{number}")
        events.append(event)
    return events
