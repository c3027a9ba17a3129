"""The system-call filter that sandboxed programs run under, written out as classic BPF.

It takes away what no compiler, solver or interpreter needs and what the kernel's history of holes is made of: new
namespaces, tracing, keyrings, mounting, modules, BPF, io_uring, sockets beyond AF_UNIX, and kernel memory that no other
limit counts (System V queues and segments, memory files). Calls newer than this table don't exist inside.
"""

from __future__ import annotations

import errno
import platform
import struct
from collections.abc import Mapping
from dataclasses import dataclass

from lemmata.errors import BackendMissing

_LOAD, _RETURN = 0x20, 0x06
_EQUAL, _AT_LEAST, _ANY_BIT = 0x15, 0x35, 0x45
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data

# CLONE_NEW{NS,CGROUP,UTS,IPC,USER,PID,NET}; CLONE_NEWTIME shares its bit with the exit signal and needs clone3.
_NEW_NAMESPACES = 0x7E020000
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_AF_UNIX = 1
_FIRST_UNKNOWN = 463  # the first number after mseal, in Linux 6.10


@dataclass(frozen=True, slots=True)
class _Machine:
    audit: int
    clone: int
    ioctl: int
    sockets: tuple[int, int]  # socket, socketpair
    denied: Mapping[str, int]


# Numbers from 424 on are the same on every architecture.
_SHARED = {
    "io_uring_setup": 425,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "open_tree": 428,
    "move_mount": 429,
    "fsopen": 430,
    "fsconfig": 431,
    "fsmount": 432,
    "fspick": 433,
    "pidfd_getfd": 438,
    "process_madvise": 440,
    "mount_setattr": 442,
    "quotactl_fd": 443,
    "memfd_secret": 447,
    "process_mrelease": 448,
    "statmount": 457,
    "listmount": 458,
    "lsm_get_self_attr": 459,
    "lsm_set_self_attr": 460,
    "lsm_list_modules": 461,
}
_CLONE3 = 435

_X86_64 = """
    shmget 29 semget 64 msgget 68 ptrace 101 syslog 103 uselib 134 ustat 136 sysfs 139 vhangup 153 modify_ldt 154
    pivot_root 155 _sysctl 156 adjtimex 159 chroot 161 acct 163 settimeofday 164 mount 165 umount2 166 swapon 167
    swapoff 168 reboot 169 sethostname 170 setdomainname 171 iopl 172 ioperm 173 create_module 174 init_module 175
    delete_module 176 get_kernel_syms 177 query_module 178 quotactl 179 nfsservctl 180 lookup_dcookie 212
    clock_settime 227 kexec_load 246 add_key 248 request_key 249 keyctl 250 unshare 272 perf_event_open 298
    fanotify_init 300 name_to_handle_at 303 open_by_handle_at 304 clock_adjtime 305 setns 308 process_vm_readv 310
    process_vm_writev 311 kcmp 312 finit_module 313 memfd_create 319 kexec_file_load 320 bpf 321 userfaultfd 323
"""
_AARCH64 = """
    lookup_dcookie 18 umount2 39 mount 40 pivot_root 41 nfsservctl 42 chroot 51 vhangup 58 quotactl 60 acct 89
    unshare 97 kexec_load 104 init_module 105 delete_module 106 clock_settime 112 syslog 116 ptrace 117 reboot 142
    sethostname 161 setdomainname 162 settimeofday 170 adjtimex 171 msgget 186 semget 190 shmget 194 add_key 217
    request_key 218 keyctl 219 swapon 224 swapoff 225 perf_event_open 241 fanotify_init 262 name_to_handle_at 264
    open_by_handle_at 265 clock_adjtime 266 setns 268 process_vm_readv 270 process_vm_writev 271 kcmp 272
    finit_module 273 memfd_create 279 bpf 280 userfaultfd 282 kexec_file_load 294
"""


def _numbers(table: str) -> dict[str, int]:
    words = table.split()
    return {**dict(zip(words[::2], map(int, words[1::2]), strict=True)), **_SHARED}


_MACHINES = {
    "x86_64": _Machine(audit=0xC000003E, clone=56, ioctl=16, sockets=(41, 53), denied=_numbers(_X86_64)),
    "aarch64": _Machine(audit=0xC00000B7, clone=220, ioctl=29, sockets=(198, 199), denied=_numbers(_AARCH64)),
}


def _step(code: int, value: int, on_true: int = 0, on_false: int = 0) -> bytes:
    return struct.pack("<HBBI", code, on_true, on_false, value)


def _refuse(error: int) -> bytes:
    return _step(_RETURN, _ERRNO | error)


def _argument(index: int) -> bytes:
    """Load the low half of an argument; the kernel looks at no more of these (they are 32-bit ints)."""
    return _step(_LOAD, _ARGUMENTS + 8 * index)


def _when(number: int, steps: list[bytes]) -> list[bytes]:
    """The steps, which must return, only for this system call."""
    return [_step(_EQUAL, number, 0, len(steps)), *steps]


def build_filter(machine: str = "") -> bytes:
    """The filter as an array of struct sock_filter, as `bwrap --seccomp` reads it.

    Args:
        machine: x86_64 or aarch64; empty: the one we run on.

    Raises:
        BackendMissing: there is no table for this machine, so the sandbox would be weaker than it promises.
    """
    machine = machine or platform.machine()
    known = _MACHINES.get(machine)
    if known is None:
        raise BackendMissing(f"no system-call table for {machine}", remedy="use an x86-64 or arm64 Linux machine")
    allow, forbid = _step(_RETURN, _ALLOW), _refuse(errno.EPERM)
    steps = [
        _step(_LOAD, _ARCHITECTURE),
        _step(_EQUAL, known.audit, 1, 0),
        _step(_RETURN, _KILL),  # 32-bit calls on a 64-bit kernel have other numbers
        _step(_LOAD, _NUMBER),
        _step(_AT_LEAST, _FIRST_UNKNOWN, 0, 1),  # x32 calls on x86-64 (bit 30) fall here too
        _refuse(errno.ENOSYS),
        *_when(_CLONE3, [_refuse(errno.ENOSYS)]),  # its flags are behind a pointer; C libraries fall back to clone
    ]
    steps += _when(known.clone, [_argument(0), _step(_ANY_BIT, _NEW_NAMESPACES, 0, 1), forbid, allow])
    for number in known.sockets:
        steps += _when(number, [_argument(0), _step(_EQUAL, _AF_UNIX, 0, 1), allow, _refuse(errno.EAFNOSUPPORT)])
    steps += _when(
        known.ioctl, [_argument(1), _step(_EQUAL, _TIOCSTI, 1, 0), _step(_EQUAL, _TIOCLINUX, 0, 1), forbid, allow]
    )
    for number in known.denied.values():
        steps += _when(number, [forbid])
    return b"".join([*steps, allow])
