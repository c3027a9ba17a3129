"""Attempts to reach parts of the kernel that no program of ours needs: one system call each.

The arguments of each are such that the call does nothing even where it is allowed; the kernel then complains of them
(EFAULT, EINVAL, EBADF ...), and that it looked at them is what the attack wanted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lemmata.sandbox.conformance.case import Attack, Cases, Finding, NotApplicable, Stage
from lemmata.sandbox.conformance.guest import REFUSED, probe

CASES = Cases()


@dataclass(frozen=True, slots=True)
class _Call:
    """A system call by its numbers on x86-64 and arm64 (-1: there is none), with Python text for its arguments."""

    id: str
    what: str
    x86: int
    arm: int
    arguments: str


_TABLE = (
    _Call("mount", "Mounts a file system of a kind that does not exist.", 165, 40, 'b"none", HERE, b"lemmata", 0, 0'),
    _Call("umount", "Unmounts its own working folder.", 166, 39, "HERE, 0"),
    _Call("pivot-root", "Exchanges the root folder for its working folder.", 155, 41, 'b".", b"."'),
    _Call("chroot", "Makes its working folder the root folder, to climb out of it.", 161, 51, "HERE"),
    _Call("fsopen", "Makes a file system with the newer calls.", 430, 430, 'b"tmpfs", 0'),
    _Call("open-tree", "Makes a copy of the mounted folders.", 428, 428, '-100, b"/", 1'),
    _Call("move-mount", "Moves a mounted folder.", 429, 429, '-1, b"", -1, b"", 0x44'),
    _Call("mount-setattr", "Makes mounted folders writable.", 442, 442, "-100, HERE, 0, ZEROS, 32"),
    _Call("bpf", "Loads a program into the kernel.", 321, 280, "0, 0, 0"),
    _Call("perf", "Watches the processor's counters.", 298, 241, "0, 0, -1, -1, 0"),
    _Call("io-uring", "Makes a queue of calls that no filter sees.", 425, 425, "1, 0"),
    _Call("userfaultfd", "Holds the kernel up while it touches a page.", 323, 282, "0x7FFF0000"),
    _Call("kexec", "Starts another kernel.", 246, 104, "0, 1 << 20, 0, 0x7F00"),
    _Call("load-module", "Loads a module into the kernel.", 175, 105, "0, 0, 0"),
    _Call("load-module-file", "Loads a module into the kernel from a file.", 313, 273, "-1, 0, 0"),
    _Call("remove-module", "Removes a module from the kernel.", 176, 106, "0, 0"),
    _Call("reboot", "Reboots the machine, with a wrong password.", 169, 142, "0, 0, 0, 0"),
    _Call("set-clock", "Sets the clock's time zone to one that does not exist.", 164, 170, "0, ZONE"),
    _Call("adjust-clock", "Makes the clock tick at no speed at all.", 159, 171, "TIMEX"),
    _Call("host-name", "Gives the machine a name of negative length.", 170, 161, "HERE, -1"),
    _Call("domain-name", "Gives the machine's domain a name of negative length.", 171, 162, "HERE, -1"),
    _Call("kernel-log", "Reads the log of the kernel.", 103, 116, "10, 0, 0"),
    _Call("swap", "Swaps memory to a file that has no name.", 167, 224, "0, 0"),
    _Call("quotas", "Asks how much room a user may have on no disk at all.", 179, 60, "0x800007 << 8, 0, 0, 0"),
    _Call("handles", "Opens files by their number on the disk.", 304, 265, 'os.open("/", os.O_RDONLY), HANDLE, 0'),
    _Call("ports", "Asks for access to the ports of the hardware.", 173, -1, "0, 1, 1"),
    _Call("processor-tables", "Changes the processor's descriptor table.", 154, -1, "1, 0, 0"),
    _Call("add-key", "Adds a key to the kernel's keyring.", 248, 217, 'b"user", b"lemmata", b"v", 1, -2'),
    _Call("keyring", "Asks for the keyring of its session.", 250, 219, "0, -3, 0"),
    _Call("request-key", "Asks for a key of another process.", 249, 218, 'b"user", b"lemmata", 0, 0'),
    _Call("compare", "Compares what two processes hold in the kernel.", 312, 272, "os.getpid(), os.getpid(), 0, 0, 0"),
    _Call("watch-files", "Watches all files of a file system.", 300, 262, "0x10, 0"),
    _Call("secret-memory", "Takes memory that even the kernel can't read.", 447, 447, "0x7F"),
    _Call("unknown", "Makes a call that is not yet invented.", 4000, 4000, "0, 0, 0"),
)
_CODE = """
import ctypes, struct
HERE = os.getcwd().encode()
ZEROS = ctypes.create_string_buffer(256)
ZONE = ctypes.create_string_buffer(struct.pack("<ii", 2000, 0))
TIMEX = ctypes.create_string_buffer(struct.pack("<I", 0x4000) + bytes(252))
HANDLE = ctypes.create_string_buffer(struct.pack("<Ii", 8, 1) + bytes(8))
attempt({id!r}, lambda: call({x86}, {arm}, {arguments}))
"""
# In a child, because a filter may end it.
_IN_A_CHILD = """
import ctypes, mmap, signal, struct
def run(enter):
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.write(writing, struct.pack("<q", enter()))
        os._exit(0)
    os.close(writing)
    answer = os.read(reading, 8)
    status = os.wait()[1]
    if os.WIFSIGNALED(status):
        tell("call", "refused", signal.Signals(os.WTERMSIG(status)).name)
        return None
    result = struct.unpack("<q", answer)[0]
    if result < 0:
        raise OSError(-result, "refused")
    return f"the call returned {result}"
"""
_NEW_NUMBERS = """
def enter():
    libc = ctypes.CDLL(None, use_errno=True)
    result = libc.syscall(ctypes.c_long(0x40000000 + 248), None, None, None, ctypes.c_long(0), ctypes.c_long(-2))
    return -ctypes.get_errno() if result == -1 else result
attempt("x32 add_key", lambda: run(enter))
"""
_OLD_NUMBERS = """
def enter():
    # push rbx, rdi, rsi, rbp; eax = 286; ebx = ecx = edx = esi = edi = ebp = 0; int 0x80; pop them; return
    code = bytes.fromhex("53575655 b81e010000 31db31c931d231f631ff31ed cd80 5d5e5f5b 4898c3")
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(code)
    function = ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
    return function()
attempt("int 0x80 add_key", lambda: run(enter))
"""


def _attempt(one: _Call) -> Callable[[Stage], Finding]:
    def attempt(stage: Stage) -> Finding:
        if one.arm == -1 and stage.host.machine != "x86_64":
            raise NotApplicable("there is no such call on this machine")
        return probe(stage, _CODE.format(id=one.id, x86=one.x86, arm=one.arm, arguments=one.arguments))

    return attempt


CASES += [Attack(id=f"call.{one.id}", what=one.what, attempt=_attempt(one), native=True) for one in _TABLE]


@CASES.attack("call.x32", native=True)
def x32(stage: Stage) -> Finding:
    """Adds a key by the number that the call has among those of the x32 interface."""
    return _other_interface(stage, _NEW_NUMBERS)


@CASES.attack("call.32-bit", native=True)
def thirty_two_bit(stage: Stage) -> Finding:
    """Adds a key by the number that the call has among those of 32-bit programs."""
    return _other_interface(stage, _OLD_NUMBERS)


def _other_interface(stage: Stage, code: str) -> Finding:
    if stage.host.machine != "x86_64":
        raise NotApplicable("there is no such interface on this machine")
    # The filter ends the child, or the processor does where the kernel was built without the interface.
    return probe(stage, _IN_A_CHILD + code, stops=REFUSED | {"SIGSYS", "SIGSEGV"})
