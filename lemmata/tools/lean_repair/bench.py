"""What a repair works with: Lean, the statement, its names, the time that is left."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from lemmata.provers.lean.answers import Answers
from lemmata.provers.lean.interface import ProofState, StateGone, open_goal, state_of
from lemmata.provers.lean.pin import Pinned
from lemmata.provers.lean.worker import LeanFailed
from lemmata.tools.lean_repair.closing import close_all, try_tactic
from lemmata.tools.lean_repair.names import Names
from lemmata.tools.lean_repair.reading import Played, Reading, Trouble, forget, read_body

_READ_S = 10.0
_PLAY_S, _PLAY_HEARTBEATS = 8.0, 10_000  # the clock only ends what Lean's own measure does not: a process is lost
_QUICK_S, _THOROUGH_S = 7.0, 15.0
_KEPT = 24  # readings whose states Lean keeps


@dataclass
class Bench:
    """One theorem under repair.

    Args:
        worker: who is asked; nobody else asks it meanwhile.
        pinned: the statement.
        names: of the environment.
        definitions: the file's own.
        ends: the time, by `time.monotonic`, at which to stop.
    """

    worker: Answers
    pinned: Pinned
    names: Names
    definitions: Sequence[str]
    ends: float
    _read: dict[str, Reading] = field(default_factory=dict)
    _recent: list[str] = field(default_factory=list)
    _closed: dict[str, tuple[str | None, bool]] = field(default_factory=dict)

    @property
    def left(self) -> float:
        return self.ends - time.monotonic()

    @property
    def over(self) -> bool:
        return self.left < 0.1

    def read(self, body: str) -> Reading:
        """What Lean says of a body; a limit that it runs into is an error at its beginning."""
        if body not in self._read:
            try:
                found = read_body(self.worker, self.pinned, body, wall_s=min(_READ_S, max(1.0, self.left + 1.0)))
            except LeanFailed as exc:
                found = Reading(body, False, (Trouble(exc.text, (0, 0)),), (), ())
            self._read[body] = found
            self._recent.append(body)
            if len(self._recent) > _KEPT:
                self._forget(self._recent.pop(0))
        return self._read[body]

    def again(self, body: str) -> Reading:
        """The same, by the process that is there now."""
        self._read.pop(body, None)
        return self.read(body)

    def state(self, reading: Reading, played: Played) -> ProofState | None:
        """The state before a step of a reading; None: there is none any more.

        Where the process that kept it has ended, the body is read again.
        """
        for _ in range(2):
            try:
                return state_of(self.worker, played.step, wall_s=5.0)
            except StateGone:
                again = self.again(reading.body)
                found = next((p for p in again.played if (p.span, p.kind) == (played.span, played.kind)), None)
                if found is None:
                    return None
                played = found
            except LeanFailed:
                return None
        return None

    def likes(self, name: str) -> list[str]:
        """Names that an unknown one may stand for; that they are read once is not counted."""
        began, first = time.monotonic(), not self.names.loaded
        found = self.names.like(name)
        if first:
            self.ends += time.monotonic() - began
        return found

    def start(self) -> ProofState | None:
        """The theorem's own state; None: a limit was reached.

        Raises:
            BadInput: the statement, or the text before it, does not elaborate.
        """
        try:
            return open_goal(self.worker, self.pinned, wall_s=_READ_S)
        except LeanFailed:
            return None

    def plays(self, state: ProofState, tactic: str) -> ProofState | None:
        """The state behind a tactic; None: it fails."""
        try:
            return try_tactic(self.worker, state, tactic, wall_s=_PLAY_S, heartbeats=_PLAY_HEARTBEATS)
        except StateGone:
            return None

    def close(self, state: ProofState, *, thorough: bool) -> str | None:
        """Tactics that close all goals of a state; what was found for the same goals before is found again."""
        key = "\n\n".join(map(str, state.goals))
        known = self._closed.get(key)
        if known is not None and (known[0] is not None or known[1] or not thorough):
            return known[0]
        wall_s = min(_THOROUGH_S if thorough else _QUICK_S, self.left)
        try:
            found = close_all(self.worker, state, wall_s=wall_s, definitions=self.definitions, thorough=thorough)
        except StateGone:
            found = None
        self._closed[key] = (found, thorough)
        return found

    def _forget(self, body: str) -> None:
        reading = self._read.get(body)
        if reading is not None and reading.played:
            try:
                forget(self.worker, reading)
            except LeanFailed:
                return
