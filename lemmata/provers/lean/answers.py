"""What every back-end for Lean's requests does, wherever its processes are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class Answers(Protocol):
    """What answers requests to Lean: a process here, one on another machine, a server."""

    def start(self) -> None:
        """Get ready without waiting for it."""

    def ask(self, op: str, fields: Mapping[str, Any], *, wall_s: float) -> Mapping[str, Any]:
        """Send a request and wait for its reply, as the driver (embedded/*.lean) reads and writes them.

        Returns:
            the reply, with `spent_s`: how much of wall_s it took, and `epoch`: of the process that gave it, which may
            have been replaced since.

        Raises:
            LeanFailed: there is no answer; says why.
            BackendMissing: there is nobody to answer; says what to do.
        """

    def discard(self) -> None:
        """What has answered is not asked again; the next request meets nothing of it."""

    @property
    def epoch(self) -> int:
        """Changes whenever another process answers: what one keeps, the next has never seen."""

    @property
    def busy(self) -> bool:
        """Whether a request is under way."""

    def close(self) -> None: ...
