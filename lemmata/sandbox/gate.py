"""The last program of ours before the untrusted one: it sets limits on itself, says that it stands, waits, becomes it.

It is a program of some dozen system calls (see `lemmata.sandbox.calls`), and what is to be set is part of it.

    limits, Landlock rules  →  "stands" on the status pipe  →  one byte from standard input  →  execve
"""

from __future__ import annotations

import os
import platform
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lemmata.sandbox.calls import At, Held, Program, link
from lemmata.sandbox.landlock import Rules

STANDS = b"\0"
_F_SETFD, _FD_CLOEXEC = 2, 1
_O_PATH_CLOEXEC = 0o12000000
_AT_FDCWD = -100
_PR_SET_NO_NEW_PRIVS = 38
_PATH_BENEATH = 1
_RESOURCES = {"cpu": 0, "fsize": 1, "stack": 3, "core": 4, "nproc": 6, "nofile": 7, "as": 9}


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate's program.

    Args:
        program: an ELF file.
        steps: what each step does, for the message when one fails.
    """

    program: bytes
    steps: tuple[str, ...]


def build_gate(
    limits: Mapping[str, tuple[int, int]], *, status: int, close: Sequence[int] = (), init: bool = False, rules: Rules
) -> Gate:
    """The gate that sets these limits.

    Args:
        limits: soft and hard values of the kernel's limits on a process, by their names in `prlimit`.
        status: the descriptor on which it says `STANDS`, or the number of a step and of an error.
        close: descriptors that the program must not find open.
        init: set the limits on process 1, too.
        rules: for Landlock.

    Raises:
        BackendMissing: for a machine whose code we can't write.
    """
    return _build(tuple(limits.items()), status, tuple(close), init, rules, platform.machine())


@lru_cache(maxsize=64)
def _build(
    limits: tuple[tuple[str, tuple[int, int]], ...],
    status: int,
    close: tuple[int, ...],
    init: bool,
    rules: Rules,
    machine: str,
) -> Gate:
    program = Program()
    program.add("keeping the status pipe from the program", "fcntl", status, _F_SETFD, _FD_CLOEXEC)
    for descriptor in close:
        program.add("closing a descriptor", "close", descriptor)
    for name, (soft, hard) in limits:
        value = At(program.put(struct.pack("<QQ", soft, hard)))
        for pid in (1, 0) if init else (0,):
            program.add(f"setting the limit {name} to {hard}", "prlimit64", pid, _RESOURCES[name], value, 0)
    _add_rules(program, rules)
    program.add("saying that it stands", "write", status, At(program.put(STANDS)), 1)
    program.add("waiting for the word to start", "read", 0, At(0), 1)
    return Gate(link(program, status=status, machine=machine), tuple(program.steps))


def _add_rules(program: Program, rules: Rules) -> None:
    if not rules.ruleset:
        return
    what = "setting up Landlock"
    ruleset = program.put(bytes(4))
    attributes = At(program.put(rules.ruleset))
    program.add(what, "landlock_create_ruleset", attributes, len(rules.ruleset), 0, keep=ruleset)
    for path, access in rules.beneath:
        name = At(program.put(os.fsencode(path) + b"\0"))
        beneath = program.put(struct.pack("<Qi", access, 0))
        program.add(f"{what} for {path}", "openat", _AT_FDCWD, name, _O_PATH_CLOEXEC, 0, keep=beneath + 8)
        program.add(f"{what} for {path}", "landlock_add_rule", Held(ruleset), _PATH_BENEATH, At(beneath), 0)
        program.add(f"{what} for {path}", "close", Held(beneath + 8))
    program.add("giving up new privileges", "prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    program.add(what, "landlock_restrict_self", Held(ruleset), 0)
    program.add(what, "close", Held(ruleset))
