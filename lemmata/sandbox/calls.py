"""Programs that are a series of system calls, one after the other, written as machine code: x86-64 and arm64.

A call that fails ends the program with the number of the step and the error, two bytes on a descriptor, so that nothing
goes on with less than was asked for. They need no libraries and no interpreter, and start in less than a millisecond.
"""

from __future__ import annotations

import platform
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lemmata.errors import BackendMissing

EXEC_STEP = 255
_TEXT_AT, _DATA_AT = 0x400000, 0x600000
_PAGE = 0x10000  # the largest that kernels are built with
_FAILED = 126


@dataclass(frozen=True, slots=True)
class At:
    """The address of something in the data."""

    offset: int


@dataclass(frozen=True, slots=True)
class Held:
    """The 32-bit number that is kept there in the data: a descriptor that an earlier call gave."""

    offset: int


_Argument = int | At | Held


class _X86:
    """x86-64: arguments in rdi rsi rdx r10 r8 r9, the number and the result in rax, the step in ebx."""

    elf = 62
    numbers: Mapping[str, int] = {
        "read": 0, "write": 1, "close": 3, "execve": 59, "fcntl": 72, "prctl": 157, "exit_group": 231, "openat": 257,
        "prlimit64": 302, "landlock_create_ruleset": 444, "landlock_add_rule": 445, "landlock_restrict_self": 446,
        "unshare": 272, "mount": 165, "mkdirat": 258, "mknodat": 259, "setgroups": 116, "setresuid": 117,
        "setresgid": 119,
    }  # fmt: skip
    _into = (b"\x48\xbf", b"\x48\xbe", b"\x48\xba", b"\x49\xba", b"\x49\xb8", b"\x49\xb9")
    _from = (b"\x8b\x39", b"\x8b\x31", b"\x8b\x11")

    def call(self, number: int, arguments: Sequence[_Argument], step: int) -> bytes:
        """The call, without a look at its result."""
        code = b"\xbb" + struct.pack("<I", step)
        for place, argument in enumerate(arguments):
            if isinstance(argument, Held):
                code += b"\x48\xb9" + struct.pack("<Q", _DATA_AT + argument.offset) + self._from[place]
            else:
                code += self._into[place] + _word(argument)
        return code + b"\xb8" + struct.pack("<I", number) + b"\x0f\x05"

    def keep(self, offset: int) -> bytes:
        """Store the result."""
        return b"\x48\xb9" + struct.pack("<Q", _DATA_AT + offset) + b"\x89\x01"

    def unless_failed(self, code_at: int, failure_at: int) -> bytes:
        """Go to the failure's code if the result is an error."""
        return b"\x48\x3d\x01\xf0\xff\xff\x0f\x83" + struct.pack("<i", failure_at - code_at - 12)

    check_size = 12
    less_one = b"\x48\xff\xc8"  # from the result, so that 0 becomes an error

    def note(self, offset: int) -> bytes:
        """Store the step and the error as two bytes."""
        return b"\xf7\xd8\x48\xb9" + struct.pack("<Q", _DATA_AT + offset) + b"\x88\x41\x01\x88\x19"

    def become(self) -> bytes:
        """Execute the first argument with the arguments from there on and the same environment."""
        start = b"\x48\x8b\x7c\x24\x10\x48\x8d\x74\x24\x10\x48\x8b\x14\x24\x48\x8d\x14\xd6"
        return b"\xbb" + struct.pack("<I", EXEC_STEP) + start + b"\xb8" + struct.pack("<I", 59) + b"\x0f\x05"


class _Arm:
    """arm64: arguments in x0 to x5, the number in x8, the result in x0, the step in w19; x9 is for addresses."""

    elf = 183
    numbers: Mapping[str, int] = {
        "read": 63, "write": 64, "close": 57, "execve": 221, "fcntl": 25, "prctl": 167, "exit_group": 94, "openat": 56,
        "prlimit64": 261, "landlock_create_ruleset": 444, "landlock_add_rule": 445, "landlock_restrict_self": 446,
        "unshare": 97, "mount": 40, "mkdirat": 34, "mknodat": 33, "setgroups": 159, "setresuid": 147, "setresgid": 149,
    }  # fmt: skip

    def call(self, number: int, arguments: Sequence[_Argument], step: int) -> bytes:
        """The call, without a look at its result."""
        code = _arm_load(19, struct.pack("<q", step))
        for place, argument in enumerate(arguments):
            if isinstance(argument, Held):
                code += _arm_load(9, _word(At(argument.offset))) + _arm(0xB9400120 | place)
            else:
                code += _arm_load(place, _word(argument))
        return code + _arm_load(8, struct.pack("<q", number)) + _arm(0xD4000001)

    def keep(self, offset: int) -> bytes:
        """Store the result."""
        return _arm_load(9, _word(At(offset))) + _arm(0xB9000120)

    def unless_failed(self, code_at: int, failure_at: int) -> bytes:
        """Go to the failure's code if the result is an error."""
        return _arm(0xB13FFC1F) + _arm(0x54000002 | ((failure_at - code_at - 4) // 4 & 0x7FFFF) << 5)

    check_size = 8
    less_one = struct.pack("<I", 0xD1000400)  # from the result, so that 0 becomes an error

    def note(self, offset: int) -> bytes:
        """Store the step and the error as two bytes."""
        return _arm(0x4B0003E0) + _arm_load(9, _word(At(offset))) + _arm(0x39000520) + _arm(0x39000133)

    def become(self) -> bytes:
        """Execute the first argument with the arguments from there on and the same environment."""
        start = b"".join(map(_arm, (0xF9400BE0, 0x910043E1, 0xF94003E9, 0x8B090C22)))
        step, number = _arm_load(19, struct.pack("<q", EXEC_STEP)), _arm_load(8, struct.pack("<q", 221))
        return step + start + number + _arm(0xD4000001)


_MACHINES: Mapping[str, _X86 | _Arm] = {"x86_64": _X86(), "aarch64": _Arm()}


def _word(argument: int | At) -> bytes:
    return struct.pack("<q", _DATA_AT + argument.offset if isinstance(argument, At) else argument)


def _arm(instruction: int) -> bytes:
    return struct.pack("<I", instruction)


def _arm_load(register: int, value: bytes) -> bytes:
    halves = struct.unpack("<4H", value)
    code = _arm(0xD2800000 | halves[0] << 5 | register)
    for place, half in enumerate(halves[1:], start=1):
        code += _arm(0xF2800000 | place << 21 | half << 5 | register) if half else b""
    return code


@dataclass(slots=True)
class Program:
    """Calls in their order, and the data that they point to."""

    calls: list[tuple[str, tuple[_Argument, ...], int | None]] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    data: bytearray = field(default_factory=lambda: bytearray(8))  # the first bytes are for messages

    def put(self, content: bytes) -> int:
        """Where in the data the content stands."""
        self.data += bytes(-len(self.data) % 8)
        at = len(self.data)
        self.data += content
        return at

    def add(self, what: str, name: str, *arguments: _Argument, keep: int | None = None) -> None:
        """One more call; `what` tells people what it was for, and `keep` is where its result goes."""
        self.calls.append((name, arguments, keep))
        self.steps.append(what)


def link(program: Program, *, status: int, machine: str = "", first_step: int = 0) -> bytes:
    """The whole ELF file: header, two segments, code, data.

    Args:
        program: its calls; after them it becomes the program that its first argument names.
        status: the descriptor that hears of a failure.
        machine: x86_64 or aarch64; empty: the one we run on.
        first_step: the number of its first step, where several programs share a descriptor.

    Raises:
        BackendMissing: for a machine whose code we can't write.
    """
    known = _MACHINES.get(machine or platform.machine())
    if known is None:
        raise BackendMissing(f"no gate for {machine or platform.machine()}", remedy="use x86-64 or arm64 Linux")
    return _assemble(known, program, status, first_step)


def _assemble(machine: _X86 | _Arm, program: Program, status: int, first_step: int) -> bytes:
    parts: list[tuple[bytes, bool]] = []
    for step, (name, arguments, keep) in enumerate(program.calls, start=first_step):
        stored = machine.keep(keep) if keep is not None else b""
        call = machine.call(machine.numbers[name], arguments, step)
        parts.append((call + machine.less_one if name == "read" else call, True))  # the end of the input is no word
        parts.append((stored, False))
    parts.append((machine.become(), False))
    size = sum(len(code) + (machine.check_size if checked else 0) for code, checked in parts)
    code = bytearray()
    for piece, checked in parts:
        code += piece
        if checked:
            code += machine.unless_failed(len(code), size)
    code += machine.note(0)
    code += machine.call(machine.numbers["write"], (status, At(0), 2), 0)
    code += machine.call(machine.numbers["exit_group"], (_FAILED,), 0)
    headers = 64 + 2 * 56
    data_in_file = headers + len(code) + (-(headers + len(code)) % _PAGE)
    header = struct.pack(
        "<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", 2, machine.elf, 1, _TEXT_AT + headers, 64, 0, 0, 64, 56, 2, 0, 0, 0
    )
    text = struct.pack("<IIQQQQQQ", 1, 5, 0, _TEXT_AT, _TEXT_AT, headers + len(code), headers + len(code), _PAGE)
    data = struct.pack("<IIQQQQQQ", 1, 6, data_in_file, _DATA_AT, _DATA_AT, len(program.data), len(program.data), _PAGE)
    image = header + text + data + code
    return bytes(image + bytes(data_in_file - len(image)) + program.data)
