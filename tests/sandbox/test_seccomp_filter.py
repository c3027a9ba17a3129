"""The filter, decided by a small machine of our own for both architectures."""

import errno
import json
import struct

import pytest

from lemmata.errors import BackendMissing
from lemmata.sandbox.seccomp import build_filter, container_profile

ALLOW, KILL = 0x7FFF0000, 0x80000000
AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}


def decide(machine: str, number: int, *arguments: int, audit: int = 0, network: bool = False) -> int:
    """What the kernel would answer."""
    program = list(struct.iter_unpack("<HBBI", build_filter(machine, network=network)))
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


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_what_is_not_on_the_list_is_forbidden_whatever_it_is(machine: str) -> None:
    allowed = {n for n in range(600) if decide(machine, n) == ALLOW}
    assert 200 < len(allowed) < 260
    forbidden = {
        "x86_64": {
            101,
            165,
            166,
            155,
            161,
            169,
            175,
            246,
            250,
            248,
            249,
            272,
            298,
            300,
            304,
            308,
            310,
            311,
            319,
            321,
            323,
        },
        "aarch64": {117, 40, 39, 41, 51, 142, 105, 104, 219, 217, 218, 97, 241, 262, 265, 268, 270, 271, 279, 280, 282},
    }[machine]
    assert not forbidden & allowed
    assert {decide(machine, number) for number in (*forbidden, 425, 426, 428, 438, 440)} == {refused(errno.EPERM)}


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_with_a_network_there_are_internet_sockets_and_still_no_others(machine: str) -> None:
    socket = {"x86_64": 41, "aarch64": 198}[machine]
    assert {decide(machine, socket, family, network=True) for family in (1, 2, 10)} == {ALLOW}
    assert {decide(machine, socket, f, network=True) for f in (3, 16, 17, 31, 40)} == {refused(errno.EAFNOSUPPORT)}


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_programs_may_not_pose_as_those_of_another_system(machine: str) -> None:
    personality = {"x86_64": 135, "aarch64": 92}[machine]
    assert decide(machine, personality, 0xFFFFFFFF) == ALLOW
    assert decide(machine, personality, 0x0400000) == refused(errno.EPERM)  # READ_IMPLIES_EXEC


@pytest.mark.parametrize("network", [False, True])
def test_the_profile_for_container_engines_allows_the_same_calls(network: bool) -> None:
    profile = json.loads(container_profile("x86_64", network=network))
    assert profile["defaultAction"] == "SCMP_ACT_ERRNO"
    plain = {name for rule in profile["syscalls"] if "args" not in rule for name in rule["names"]}
    assert {"read", "openat", "execve", "landlock_add_rule"} <= plain
    assert not {"mount", "ptrace", "keyctl", "socket", "clone", "ioctl", "io_uring_setup", "bpf"} & plain
    families = {rule["args"][0]["value"] for rule in profile["syscalls"] if rule["names"] == ["socket"]}
    assert families == ({1, 2, 10} if network else {1})
