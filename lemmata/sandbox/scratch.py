"""Scratch folders on the host's disk, where a back-end has none in memory: what they hold, and how to be rid of them.

Programs make trees that are thousands of folders deep, and close folders to their owner.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from contextlib import suppress
from itertools import count
from pathlib import Path

_FILE_BYTES = 1024  # about what a file system needs to know of one
_FAR_TOO_MUCH = 1 << 60


def stored_bytes(folder: Path) -> int:
    """Bytes below a folder; far too many when its paths are too long to be followed."""
    total, todo = 0, [os.fspath(folder)]
    while todo:
        try:
            with os.scandir(todo.pop()) as entries:
                for entry in entries:
                    total += entry.stat(follow_symlinks=False).st_blocks * 512 + _FILE_BYTES
                    if entry.is_dir(follow_symlinks=False):
                        todo.append(entry.path)
        except OSError as exc:  # it is gone meanwhile
            if exc.errno == errno.ENAMETOOLONG:
                return _FAR_TOO_MUCH
    return total


def unlinked_bytes(members: Iterable[str]) -> int:
    """Bytes of files that the processes (by their folders in /proc) have open and that have no name any more."""
    found = {}
    for member in members:
        with suppress(OSError):
            for name in os.listdir(f"{member}/fd"):
                with suppress(OSError):
                    status = os.stat(f"{member}/fd/{name}")
                    if status.st_nlink == 0:
                        found[status.st_dev, status.st_ino] = status.st_blocks * 512
    return sum(found.values())


def remove(folder: Path) -> None:
    """Remove it without recursion, which a deep tree would exhaust: what is deeper is moved up until nothing is."""
    numbers = count()
    with suppress(FileNotFoundError):
        while names := os.listdir(folder):
            for name in names:
                path = folder / name
                if path.is_symlink() or not path.is_dir():
                    path.unlink()
                    continue
                path.chmod(0o700)
                for inner in os.listdir(path):
                    (path / inner).rename(folder / f"deeper-{next(numbers)}")
                path.rmdir()
        folder.rmdir()
