"""The way in: a gate's program and its status pipe, from our side of them."""

from __future__ import annotations

import os
import select
import weakref
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from lemmata.sandbox.base import Caps
from lemmata.sandbox.gate import STANDS, build_gate
from lemmata.sandbox.landlock import Rules

_MEBIBYTE = 1 << 20
_NO_RULES = Rules()


def rlimits(caps: Caps, *, processes: int | None) -> dict[str, tuple[int, int]]:
    """Soft and hard values of the kernel's limits on a process, by the names that `prlimit` gives them.

    Args:
        caps: limits of the run.
        processes: for RLIMIT_NPROC; None where it would count other people's processes.
    """
    limits = {
        "core": 0,
        "nofile": caps.open_files,
        "fsize": caps.file_mb * _MEBIBYTE,
        "stack": caps.stack_mb * _MEBIBYTE,
    }
    if not caps.resident:
        limits["as"] = caps.memory_mb * _MEBIBYTE
    if processes is not None:
        limits["nproc"] = processes
    pairs = {name: (value, value) for name, value in limits.items()}
    if caps.cpu_s is not None:
        pairs["cpu"] = (caps.cpu_s, caps.cpu_s + 1)  # a second later comes a signal that can't be caught
    return pairs


class StatusPipe:
    """How we hear that what leads to the program stands.

    Attributes:
        descriptors: that the first process must inherit; the first of them is where `STANDS` is written to.
    """

    def __init__(self, *more: int) -> None:
        """
        Args:
            more: further descriptors to be passed on, and closed with the pipe's end.
        """
        self._heard, told = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self.descriptors = (told, *more)
        self._close_heard = weakref.finalize(self, os.close, self._heard)
        self._close_ours: Callable[[], object] = weakref.finalize(self, _close, self.descriptors)

    def await_standing(self, wall_s: float) -> str:
        """Wait until it stands, once the first process has been started.

        Returns:
            Empty when it stands; else what it says instead.
        """
        self._close_ours()
        poll = select.poll()
        poll.register(self._heard, select.POLLIN)
        if not poll.poll(wall_s * 1000):
            return "it took too long"
        said = os.read(self._heard, 1)
        return "" if said == STANDS else self._explained(said) or "it said nothing"

    def fault(self) -> str:
        """Once the program has ended: why it could not be begun; empty: it was."""
        return self._explained(b"")

    def close(self) -> None:
        """Close our descriptors; harmless the second time."""
        self._close_ours()
        self._close_heard()

    def _explained(self, said: bytes) -> str:
        return ""


class Entrance(StatusPipe):
    """What a back-end starts the program through.

    Attributes:
        argv: goes in front of the program's own arguments.
    """

    def __init__(
        self,
        limits: Mapping[str, tuple[int, int]],
        *,
        init: bool = False,
        rules: Rules = _NO_RULES,
        inside: tuple[int, int] | None = None,
    ) -> None:
        """
        Args:
            limits: see `rlimits`.
            init: set them on process 1, too.
            rules: for Landlock.
            inside: the numbers that the descriptors have there, where they can't keep ours.

        Raises:
            BackendMissing: for a machine that we can't write a gate for.
        """
        file = os.memfd_create("gate")
        super().__init__(file)
        status, program = inside or self.descriptors
        gate = build_gate(limits, status=status, close=(program,), init=init, rules=rules)
        self._steps = dict(enumerate(gate.steps))
        with open(file, "wb", closefd=False) as out:
            out.write(gate.program)
        self.argv = (f"/proc/self/fd/{program}",)

    def expect(self, steps: Sequence[str], *, first: int) -> None:
        """Explain the steps of another program, too, that leads to the gate and shares its pipe."""
        self._steps |= dict(enumerate(steps, start=first))

    def _explained(self, said: bytes) -> str:
        with suppress(BlockingIOError):
            said += os.read(self._heard, 2 - len(said))
        if len(said) != 2:
            return ""
        step, error = said
        what = self._steps.get(step, "the program can't be executed")
        return f"{what}: {os.strerror(error)}"


def _close(descriptors: tuple[int, ...]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
