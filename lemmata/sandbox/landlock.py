"""What Landlock is told, where the kernel has it: writing only in the scratch folders, no TCP, no signals outside.

A second wall behind the namespaces: it holds even where a mount, a filter or the kernel's user namespaces have a hole.
Numbers are those of the kernel's interface (linux/landlock.h); each version of it adds rights that can be handled.
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

_CREATE_RULESET = 444  # the same number on every architecture
_VERSION = 1
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_TRUNCATE, _IOCTL_DEVICE = 1 << 14, 1 << 15
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_RIGHTS = (0, (1 << 13) - 1, (1 << 14) - 1, (1 << 15) - 1, (1 << 15) - 1, (1 << 16) - 1)  # of files, by version
_TCP, _TCP_SINCE = 3, 4
_SCOPES, _SCOPES_SINCE = 3, 6  # abstract sockets and signals


@dataclass(frozen=True, slots=True)
class Rules:
    """What is handled, and what is allowed of it.

    Args:
        ruleset: struct landlock_ruleset_attr; empty: no Landlock.
        beneath: path and allowed rights of all below it.
    """

    ruleset: bytes = b""
    beneath: tuple[tuple[str, int], ...] = ()


@cache
def version() -> int:
    """Of the kernel's interface; 0 where there is none."""
    told = int(ctypes.CDLL(None).syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION))
    return max(0, told)


def confine(written: Sequence[str], *, devices: Sequence[str], network: bool) -> Rules:
    """Read anything, write only there.

    Args:
        written: folders in which everything is allowed that their file system allows.
        devices: files that may be written as they are.
        network: leave TCP alone.
    """
    abi = version()
    if abi == 0:
        return Rules()
    rights = _RIGHTS[min(abi, len(_RIGHTS) - 1)]
    tcp = _TCP if abi >= _TCP_SINCE and not network else 0
    scopes = _SCOPES if abi >= _SCOPES_SINCE else 0
    ruleset = struct.pack("<QQQ", rights, tcp, scopes)[: 8 if abi < _TCP_SINCE else 16 if abi < _SCOPES_SINCE else 24]
    device = (_READ_FILE | _WRITE_FILE | _TRUNCATE | _IOCTL_DEVICE) & rights
    return Rules(ruleset, (("/", _READ), *((path, rights) for path in written), *((path, device) for path in devices)))
