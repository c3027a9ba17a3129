"""The filter, decided by a small machine of our own for both architectures."""

import errno
import struct

import pytest

from lemmata.errors import BackendMissing
from lemmata.sandbox.seccomp import build_filter

ALLOW, KILL = 0x7FFF0000, 0x80000000
AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}


def decide(machine: str, number: int, *arguments: int, audit: int = 0) -> int:
    """What the kernel would answer."""
    program = list(struct.iter_unpack("<HBBI", build_filter(machine)))
    data = struct.pack("<IIQ6Q", number, audit or AUDIT[machine], 0, *arguments, *[0] * (6 - len(arguments)))
    at = register = 0
    while True:
        code, on_true, on_false, value = program[at]
        at += 1
        if code == 0x20:
            (register,) = struct.unpack_from("<I", data, value)
        elif code == 0x06:
            return value
        else:
            met = {0x15: register == value, 0x35: register >= value, 0x45: register & value != 0}[code]
            at += on_true if met else on_false


def refused(error: int) -> int:
    return 0x00050000 | error


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_ordinary_calls_are_allowed(machine: str) -> None:
    read, openat, execve = {"x86_64": (0, 257, 59), "aarch64": (63, 56, 221)}[machine]
    assert {decide(machine, number) for number in (read, openat, execve)} == {ALLOW}


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_clone_makes_threads_and_processes_and_no_namespace(machine: str) -> None:
    clone = {"x86_64": 56, "aarch64": 220}[machine]
    assert decide(machine, clone, 17) == ALLOW
    assert decide(machine, clone, 0x3D0F00) == ALLOW  # a thread
    for bit in (17, 25, 26, 27, 28, 29, 30):
        assert decide(machine, clone, (1 << bit) | 17) == refused(errno.EPERM)
    assert decide(machine, 435, 0) == refused(errno.ENOSYS)


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_only_unix_sockets_are_made_and_high_bits_hide_nothing(machine: str) -> None:
    for number in {"x86_64": (41, 53), "aarch64": (198, 199)}[machine]:
        assert decide(machine, number, 1, 1, 0) == ALLOW
        for family in (0, 2, 10, 16, 17, 40, (1 << 32) | 2):
            assert decide(machine, number, family, 1, 0) == refused(errno.EAFNOSUPPORT)


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_terminal_requests_are_refused_whatever_their_high_bits(machine: str) -> None:
    ioctl = {"x86_64": 16, "aarch64": 29}[machine]
    assert decide(machine, ioctl, 0, 0x5401) == ALLOW
    for request in (0x5412, 0x541C, 0x1_0000_5412):
        assert decide(machine, ioctl, 0, request) == refused(errno.EPERM)


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_calls_of_another_architecture_end_the_program(machine: str) -> None:
    assert decide(machine, 0, audit=0x40000003) == KILL


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_calls_newer_than_the_table_do_not_exist(machine: str) -> None:
    for number in (463, 5000, 0x40000000 + 101, 0xFFFFFFFF):
        assert decide(machine, number) == refused(errno.ENOSYS)


def test_an_unknown_machine_is_refused_and_not_left_unfiltered() -> None:
    with pytest.raises(BackendMissing, match="riscv64"):
        build_filter("riscv64")
