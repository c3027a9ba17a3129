"""Control groups, where we may make them: the kernel's own limit on the memory and the processes of a whole run.

Version 2 or version 1, whichever has the controllers below the group that we ourselves are in. Where neither may be
written, the limits on each process and the watching of all of them remain.
"""

from __future__ import annotations

import itertools
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_PREFIX = "lemmata-"
_WAIT_S = 2.0
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Where groups can be made.

    Args:
        version: 2 or 1.
        memory, pids: folders of our own group, the same one in version 2.
    """

    version: int
    memory: str
    pids: str


class Cgroup:
    """The control group of one run."""

    def __init__(self, folders: tuple[str, ...], hierarchy: Hierarchy) -> None:
        self._folders, self._hierarchy = folders, hierarchy

    def add(self, pid: int) -> None:
        """Move a process into it; what it starts later is in it, too.

        Raises:
            OSError: the kernel refuses.
        """
        for folder in self._folders:
            _write(f"{folder}/cgroup.procs", str(pid))

    def ran_out_of_memory(self) -> bool:
        """Whether the kernel has killed a process of it for want of memory."""
        name = "memory.events" if self._hierarchy.version == 2 else "memory.oom_control"
        with suppress(OSError):
            lines = Path(self._folders[0], name).read_text().splitlines()
            return any(line.startswith("oom_kill ") and line != "oom_kill 0" for line in lines)
        return False

    def remove(self) -> None:
        """Remove it; its processes have ended or are about to."""
        deadline = time.monotonic() + _WAIT_S
        for folder in self._folders:
            while os.path.isdir(folder):
                with suppress(OSError):
                    os.rmdir(folder)
                    break
                if time.monotonic() > deadline:
                    return
                time.sleep(0.005)


def make_cgroup(hierarchy: Hierarchy, *, memory_mb: int, processes: int) -> Cgroup:
    """A new group with these limits.

    Raises:
        OSError: it can't be made, or a limit can't be set.
    """
    name = f"{_PREFIX}{os.getpid()}-{next(_numbers)}"
    folders = tuple(dict.fromkeys(f"{parent}/{name}" for parent in (hierarchy.memory, hierarchy.pids)))
    group = Cgroup(folders, hierarchy)
    memory = "memory.max" if hierarchy.version == 2 else "memory.limit_in_bytes"
    swap = ("memory.swap.max", "0") if hierarchy.version == 2 else ("memory.memsw.limit_in_bytes", str(memory_mb << 20))
    try:
        for folder in folders:
            os.mkdir(folder)
        _write(f"{folders[0]}/{memory}", str(memory_mb << 20))
        if os.path.exists(f"{folders[0]}/{swap[0]}"):
            _write(f"{folders[0]}/{swap[0]}", swap[1])
        _write(f"{folders[-1]}/pids.max", str(processes))
    except OSError:
        group.remove()
        raise
    return group


@cache
def find_hierarchy() -> Hierarchy | None:
    """Where we may make groups, decided by making one; leftovers of dead processes of ours are removed."""
    for found in filter(None, (_version_2(), _version_1())):
        try:
            make_cgroup(found, memory_mb=64, processes=8).remove()
        except OSError:
            continue
        for parent in {found.memory, found.pids}:
            _sweep(parent)
        return found
    return None


def _version_2() -> Hierarchy | None:
    own = _own_groups().get("")
    for where, kind, _ in _mounts():
        if kind == "cgroup2" and own is not None:
            folder = where + own.rstrip("/")
            with suppress(OSError):
                if {"memory", "pids"} <= set(Path(folder, "cgroup.subtree_control").read_text().split()):
                    return Hierarchy(2, folder, folder)
    return None


def _version_1() -> Hierarchy | None:
    own, folders = _own_groups(), {}
    for where, kind, options in _mounts():
        for controller in ("memory", "pids"):
            if kind == "cgroup" and controller in options and controller in own:
                folders[controller] = where + own[controller].rstrip("/")
    return Hierarchy(1, folders["memory"], folders["pids"]) if len(folders) == 2 else None


def _own_groups() -> dict[str, str]:
    """Controller (empty for version 2) -> our group's path."""
    found = {}
    with suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            found.update(dict.fromkeys(controllers.split(","), path))
    return found


def _mounts() -> list[tuple[str, str, list[str]]]:
    """Place, kind and options of what is mounted."""
    with suppress(OSError):
        lines = [line.split(" ") for line in Path("/proc/self/mounts").read_text().splitlines()]
        return [(words[1], words[2], words[3].split(",")) for words in lines]
    return []


def _sweep(parent: str) -> None:
    for name in os.listdir(parent):
        pid = name.removeprefix(_PREFIX).partition("-")[0]
        if name.startswith(_PREFIX) and pid.isdigit() and not os.path.exists(f"/proc/{pid}"):
            with suppress(OSError):
                os.rmdir(f"{parent}/{name}")


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)
