"""Why a request to Lean got no answer, told apart by how the process ended and by its last words."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from lemmata.sandbox.base import End, SessionEnded
from lemmata.verdict import Reason


class Cause(StrEnum):
    """What became of the process that was to answer."""

    TIMEOUT = "timeout"  # the wall timer, or the processor's
    STACK = "stack"  # recursion too deep
    MEMORY = "memory"  # the cap, the end of WebAssembly's memory, or a number that would not fit
    OUTPUT = "output"  # an answer, or files, without end
    PROTOCOL = "protocol"  # it answered something that was not asked
    KILLED = "killed"  # by a signal that no limit of ours explains
    CRASHED = "crashed"  # it ended by itself, with no sign of why


_REASONS: Mapping[Cause, Reason] = {
    Cause.TIMEOUT: Reason.TIMEOUT,
    Cause.STACK: Reason.MEMORY,
    Cause.MEMORY: Reason.MEMORY,
    Cause.OUTPUT: Reason.MEMORY,
}
_TEXTS: Mapping[Cause, str] = {
    Cause.TIMEOUT: "Lean took longer than its time limit",
    Cause.STACK: "Lean's stack overflowed: the recursion is too deep",
    Cause.MEMORY: "Lean needed more memory than its limit",
    Cause.OUTPUT: "Lean's answer was too long",
    Cause.PROTOCOL: "Lean's process answered something that was not asked",
    Cause.KILLED: "Lean's process was killed from outside",
    Cause.CRASHED: "Lean's process ended before it answered",
}
_ENDS: Mapping[End, Cause] = {
    End.WALL: Cause.TIMEOUT,
    End.CPU: Cause.TIMEOUT,
    End.MEMORY: Cause.MEMORY,
    End.OUTPUT: Cause.OUTPUT,
    End.STORAGE: Cause.OUTPUT,
}
# What V8, Emscripten, glibc and Lean's own runtime say before they give up.
_SIGNS: Mapping[Cause, tuple[str, ...]] = {
    Cause.STACK: ("Maximum call stack size exceeded", "Stack overflow detected"),
    Cause.MEMORY: (
        "out of memory",
        "Cannot enlarge memory",
        "bad_alloc",
        "is too big",
        "Array buffer allocation failed",
    ),
}


class LeanFailed(Exception):
    """A request got no answer that can be used.

    Args:
        cause: what became of the process.
        text: for people; empty: what the cause says.
    """

    def __init__(self, cause: Cause, text: str = "") -> None:
        super().__init__(cause, text)
        self.cause = cause
        self.text = text or _TEXTS[cause]

    @property
    def reason(self) -> Reason | None:
        """The limit that was reached, if one was."""
        return _REASONS.get(self.cause)

    def __str__(self) -> str:
        return self.text


def cause_of(ended: SessionEnded) -> Cause:
    """What ended a session; `said` is read only where no limit of ours and no signal explains the end."""
    if ended.end in _ENDS:
        return _ENDS[ended.end]
    for cause, signs in _SIGNS.items():
        if any(sign in ended.said for sign in signs):
            return cause
    return Cause.KILLED if ended.end is End.KILLED else Cause.CRASHED
