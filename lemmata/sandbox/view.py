"""What of the host a container sees: the system's programs and what a command makes visible, all of it read-only."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from lemmata.errors import BackendMissing, BadInput
from lemmata.sandbox.base import Command
from lemmata.sandbox.supervise import BOX

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
WRITTEN = (BOX, "/tmp", "/dev/shm")
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")

CONFIGURATION = ("/etc/alternatives", "/etc/ld.so.cache")
NETWORK_CONFIGURATION = ("/etc/nsswitch.conf", "/etc/ssl", "/etc/ca-certificates")
_LOCKED = {"nosuid", "nodev", "noexec", "noatime", "nodiratime", "relatime"}  # what a mount may not lose again
_ESCAPED = re.compile(r"\\([0-7]{3})")


def seen_paths(command: Command) -> dict[str, str]:
    """Path inside -> real path on the host, parents first.

    Raises:
        BadInput: the command's program is not among them.
        BackendMissing: something visible is closed to the user that programs run as.
    """
    check_seen(command)
    visible = tuple(map(os.path.normpath, command.visible))
    configuration = (*CONFIGURATION, *(NETWORK_CONFIGURATION if command.network else ()))
    paths = [path for path in SYSTEM if os.path.isdir(path) and not os.path.islink(path)]
    paths += [path for path in configuration if os.path.exists(path)]
    paths += [path for path in visible if not path.startswith("/usr/")]
    for path in visible:
        _check_readable(path)
    return {path: os.path.realpath(path) for path in sorted(set(paths))}


def check_seen(command: Command) -> None:
    """Refuse a program that would not be seen inside.

    Raises:
        BadInput: says below which folders it would be.
    """
    program = os.path.normpath(command.argv[0])
    folders = (*SYSTEM, BOX, *map(os.path.normpath, command.visible))
    if not any(program == folder or program.startswith(f"{folder}/") for folder in folders):
        raise BadInput(f"{program} can't be seen inside; expected it below {', '.join(folders)}", place="argv")


def _check_readable(path: str) -> None:
    """Root gives itself up inside, so what only root may read can't be shown."""
    needed = 0o5 if os.path.isdir(path) else 0o4
    if os.geteuid() == 0 and os.stat(path).st_mode & needed != needed:
        raise BackendMissing(
            f"{path} is to be visible in the sandbox, and only its owner may read it", remedy=f"chmod a+rX {path}"
        )


def mounts_beneath(sources: Iterable[str]) -> dict[str, str]:
    """Other mounts at or below these paths -> the options with which each becomes read-only.

    A folder that is shown read-only would leave them as they are.
    """
    found, folders = {}, tuple(sources)
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        words = line.split(" ")
        place = _ESCAPED.sub(lambda code: chr(int(code[1], 8)), words[4])
        if any(place == folder or place.startswith(f"{folder}/") for folder in folders):
            kept = [option for option in words[5].split(",") if option in _LOCKED]
            found[place] = ",".join(["remount", "bind", "ro", *kept])
    return found
