"""For root: a private view of the host in which another user can walk to what is to be visible, then being that user.

Root may read what lies in closed folders (its home, most often), and the nobody that it becomes may not walk there. So
the visible things are mounted in one open folder first, in a mount namespace of our own. It is a series of system calls
that becomes bwrap: a process in between that has given up its privileges could not pass on our death.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lemmata.errors import BackendMissing
from lemmata.sandbox.calls import At, Program, link

FIRST_STEP = 128  # so that the gate behind it, which shares the status pipe, has numbers of its own
_AT_FDCWD = -100
_CLONE_NEWNS = 0x20000
_MS_BIND, _MS_REC, _MS_PRIVATE = 0x1000, 0x4000, 0x40000
_REGULAR_FILE = 0o100644
_PLACES = ("/mnt", "/media", "/srv", "/opt")


@dataclass(frozen=True, slots=True)
class Stage:
    """The program.

    Args:
        program: an ELF file.
        steps: what each step does, from `FIRST_STEP` on.
    """

    program: bytes
    steps: tuple[str, ...]


def reachable(source: str) -> bool:
    """Whether anybody may walk to the path, which has no links in it."""
    while (source := os.path.dirname(source)) != "/":
        if not os.stat(source).st_mode & 1:
            return False
    return True


def places_for(visible: Sequence[str]) -> dict[str, str]:
    """Path -> where it will be on the stage; empty where none is needed.

    Raises:
        BackendMissing: another user could not read it anywhere.
    """
    sources = {path: os.path.realpath(path) for path in visible}
    for path, source in sources.items():
        needed = 0o5 if os.path.isdir(source) else 0o4
        if os.stat(source).st_mode & needed != needed:
            raise BackendMissing(
                f"{path} is to be visible in the sandbox, and only its owner may read it", remedy=f"chmod a+rX {path}"
            )
    if all(map(reachable, sources.values())):
        return {}
    stage = next(
        folder
        for folder in _PLACES
        if os.path.isdir(folder) and not any(source.startswith(f"{folder}/") for source in sources.values())
    )
    return {path: f"{stage}/{index}" for index, path in enumerate(visible, start=1)}


def build_stage(places: Mapping[str, str], *, uid: int, status: int, close: int) -> Stage:
    """The program that sets the stage and becomes its first argument as another user.

    Args:
        places: see `places_for`.
        uid: the user and group to be.
        status: the descriptor that hears of a failure.
        close: the descriptor that the program itself is read from.

    Raises:
        BackendMissing: for a machine whose code we can't write.
    """
    program = Program()

    def text(value: str) -> At:
        return At(program.put(os.fsencode(value) + b"\0"))

    program.add("closing a descriptor", "close", close)
    program.add("making a view of the host", "unshare", _CLONE_NEWNS)
    program.add("making the view private", "mount", text("none"), text("/"), 0, _MS_REC | _MS_PRIVATE, 0)
    kind = text("tmpfs")
    folder = os.path.dirname(next(iter(places.values())))
    program.add(f"covering {folder}", "mount", kind, text(folder), kind, 0, text("size=64k,mode=755"))
    for source, place in places.items():
        what = f"showing {source}"
        if os.path.isdir(source):
            program.add(what, "mkdirat", _AT_FDCWD, text(place), 0o755)
        else:
            program.add(what, "mknodat", _AT_FDCWD, text(place), _REGULAR_FILE, 0)
        program.add(what, "mount", text(source), text(place), 0, _MS_BIND, 0)
    program.add("giving up groups", "setgroups", 0, 0)
    program.add("giving up the group", "setresgid", uid, uid, uid)
    program.add("giving up the user", "setresuid", uid, uid, uid)
    return Stage(link(program, status=status, first_step=FIRST_STEP), tuple(program.steps))
