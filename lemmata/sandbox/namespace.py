"""The processes of one process namespace, as a group that can be followed and ended."""

from __future__ import annotations

import os
import select
import signal
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from lemmata.errors import BackendMissing, ProtocolError
from lemmata.sandbox.base import Caps
from lemmata.sandbox.cgroup import Cgroup, find_hierarchy, make_cgroup
from lemmata.sandbox.entrance import Entrance
from lemmata.sandbox.supervise import BOX, MEBIBYTE, START_S, STORED, reap
from lemmata.sandbox.view import WRITTEN

_LAST_SIGNAL = 64
_FILE_BYTES = 1024  # about what the kernel needs to know of one


class Namespace:
    """A namespace's process 1 and all others in it.

    Args:
        process: what we started.
        first: process 1, by its number here.
        keeper: the process that takes process 1 and everything around it along when it ends.
        entrance: its gate stands.
        cgroup: that all of them are in, if any.
        sized: whether its folders in memory have a limit of their own.
    """

    counted = False

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        first: int,
        keeper: int,
        entrance: Entrance,
        cgroup: Cgroup | None,
        *,
        sized: bool = True,
    ) -> None:
        self.process, self.entrance = process, entrance
        self._cgroup, self._sized = cgroup, sized
        self._root = f"/proc/{first}/root"
        self._keeper: int | None = os.pidfd_open(keeper)

    def members(self) -> Iterable[str]:
        try:
            return [f"{self._root}/proc/{name}" for name in os.listdir(f"{self._root}/proc") if name.isdigit()]
        except OSError:  # it ended
            return ()

    def starved(self) -> bool:
        return self._cgroup is not None and self._cgroup.ran_out_of_memory()

    def stored_mb(self) -> int:
        """What its folders in memory hold: their many small files, and their content where it has no limit."""
        stored = 0
        for folder in WRITTEN:
            with suppress(OSError):
                usage = os.statvfs(self._root + folder)
                stored += (usage.f_files - usage.f_ffree) * _FILE_BYTES
                stored += 0 if self._sized else (usage.f_blocks - usage.f_bfree) * usage.f_frsize
        return stored // MEBIBYTE

    def open_box(self) -> int:
        """A descriptor of the scratch folder, which stays readable after everything else of the namespace is gone."""
        return os.open(self._root + BOX, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)

    def exit_code(self, returned: int) -> int:
        """As a shell does, the isolation's program says 128 + N of a signal N."""
        return 128 - returned if 128 < returned <= 128 + _LAST_SIGNAL else returned

    def destroy(self) -> None:
        keeper, self._keeper = self._keeper, None
        if keeper is None:
            return
        ended = end(keeper)
        reap(self.process)
        self.entrance.close()
        if self._cgroup is not None:
            self._cgroup.remove()
        if not ended:
            raise ProtocolError("a sandbox was killed and did not end; look for processes in uninterruptible sleep")


def end(first: int) -> bool:
    """Kill process 1 of a namespace and close its descriptor; whether it, and so all others in there, have ended."""
    with suppress(ProcessLookupError):
        signal.pidfd_send_signal(first, signal.SIGKILL)
    poll = select.poll()
    poll.register(first, select.POLLIN)
    ended = poll.poll(START_S * 1000)  # the kernel ends process 1 after all others
    os.close(first)
    return bool(ended)


def children(pid: int) -> list[int]:
    """Empty when it has ended."""
    found = []
    with suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            found += [int(word) for word in Path(f"/proc/{pid}/task/{task}/children").read_text().split()]
    return found


def grouped(first: int, caps: Caps) -> Cgroup | None:
    """A control group with process 1 and its gate in it, where one can be made.

    Raises:
        BackendMissing: one can be made, and not this one.
    """
    hierarchy = find_hierarchy()
    if hierarchy is None:
        return None
    cgroup = None
    try:
        cgroup = make_cgroup(hierarchy, memory_mb=caps.memory_mb + STORED * caps.file_mb, processes=caps.processes + 1)
        for pid in (first, *children(first)):
            cgroup.add(pid)
    except OSError as exc:
        if cgroup is not None:
            cgroup.remove()
        raise BackendMissing(f"a control group can't be used ({exc})", remedy="see `lemmata doctor`") from exc
    return cgroup
