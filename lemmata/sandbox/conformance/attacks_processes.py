"""Attempts to hit other processes: by signals, by tracing them, by what they share or what was left open."""

from __future__ import annotations

import os
import signal
import time

from lemmata.sandbox.base import Caps
from lemmata.sandbox.conformance.case import Cases, Finding, NotApplicable, Stage
from lemmata.sandbox.conformance.guest import NO_PROCESS, REFUSED, inconclusive, probe, stopped, succeeded
from lemmata.sandbox.languages.python import python_command

CASES = Cases()
_SETTLE_S = 0.1


@CASES.attack("signals.victim")
def signal_a_victim(stage: Stage) -> Finding:
    """Ends a process of the host, by its number."""
    victim = stage.host.start_victim()
    try:
        code = 'attempt("kill", lambda: os.kill(given["pid"], given["signal"]) or "sent")'
        finding = probe(stage, code, stops=NO_PROCESS, pid=victim.pid, signal=int(signal.SIGTERM))
        time.sleep(_SETTLE_S)
        return finding if victim.alive else succeeded("the process was ended")
    finally:
        victim.close()


@CASES.attack("signals.host")
def signal_the_host(stage: Stage) -> Finding:
    """Sends a signal to the process that runs the sandbox, and to its parent."""
    code = 'for pid in given["pids"]: attempt(str(pid), lambda: os.kill(pid, 0) or "could be sent")'
    return probe(stage, code, stops=NO_PROCESS, pids=[pid for pid in (os.getpid(), os.getppid()) if pid > 64])


@CASES.attack("signals.group")
def signal_a_group(stage: Stage) -> Finding:
    """Sends a signal to the process group and to the session of the host."""
    code = 'for pid in given["groups"]: attempt(str(pid), lambda: os.killpg(pid, 0) or "could be sent")'
    groups = {pid for pid in (os.getpgid(0), os.getsid(0)) if pid > 64}
    if not groups:
        raise NotApplicable("the host's groups have numbers that may be the guest's own")
    return probe(stage, code, stops=NO_PROCESS, groups=sorted(groups))


@CASES.attack("signals.everyone", native=True)
def signal_everyone(stage: Stage) -> Finding:
    """Sends a signal to every process that it may signal, but for process 1 and itself."""
    return probe(stage, 'attempt("everyone", lambda: os.kill(-1, 0) or "could be sent")', stops=NO_PROCESS)


@CASES.attack("signals.by-descriptor")
def signal_by_descriptor(stage: Stage) -> Finding:
    """Opens a descriptor of a process of the host, to signal it."""
    code = 'attempt("pidfd", lambda: os.pidfd_open(given["pid"]))'
    return probe(stage, code, stops=NO_PROCESS, pid=stage.host.victim.pid)


@CASES.attack("trace.attach")
def trace_attach(stage: Stage) -> Finding:
    """Attaches to a process of the host as a debugger."""
    victim = stage.host.start_victim()
    try:
        code = 'attempt("seize", lambda: call(101, 117, 0x4206, given["pid"], 0, 0))'
        return probe(stage, code, stops=NO_PROCESS, pid=victim.pid)
    finally:
        victim.close()


@CASES.attack("trace.read-memory")
def trace_read_memory(stage: Stage) -> Finding:
    """Reads the memory of a process of the host."""
    return _vector(stage, 310, 270)


@CASES.attack("trace.write-memory")
def trace_write_memory(stage: Stage) -> Finding:
    """Writes into the memory of a process of the host."""
    return _vector(stage, 311, 271)


def _vector(stage: Stage, x86: int, arm: int) -> Finding:
    code = """
import ctypes, struct
def move():
    buffer = ctypes.create_string_buffer(8)
    local = ctypes.create_string_buffer(struct.pack("<QQ", ctypes.addressof(buffer), 8))
    remote = ctypes.create_string_buffer(struct.pack("<QQ", given["address"], 8))
    return call(*given["numbers"], given["pid"], local, 1, remote, 1, 0)
attempt("move", move)
"""
    victim = stage.host.start_victim()
    try:
        numbers = (x86, arm)
        return probe(stage, code, stops=NO_PROCESS, pid=victim.pid, address=victim.address, numbers=numbers)
    finally:
        victim.close()


@CASES.attack("trace.memory-file")
def trace_memory_file(stage: Stage) -> Finding:
    """Reads the memory of a process of the host through its file in /proc."""
    code = """
def peek():
    descriptor = os.open(f"/proc/{given['pid']}/mem", os.O_RDWR)
    return os.pread(descriptor, 8, given["address"])
attempt("peek", peek)
"""
    victim = stage.host.victim
    return probe(stage, code, stops=NO_PROCESS, pid=victim.pid, address=victim.address)


@CASES.attack("trace.steal-descriptor")
def trace_steal_descriptor(stage: Stage) -> Finding:
    """Takes an open descriptor out of another process: one of the host, and process 1."""
    code = """
for pid in given["pids"]: attempt(str(pid), lambda: call(438, 438, os.pidfd_open(pid), 0, 0))
"""
    pids = (stage.host.victim.pid, os.getpid())
    return probe(stage, code, stops=NO_PROCESS, pids=pids)


@CASES.attack("trace.process-one", native=True)
def process_one(stage: Stage) -> Finding:
    """Looks for more room in process 1 than it has itself, to go on there: limits, capabilities, no filter."""
    code = """
def facts(pid):
    with open(f"/proc/{pid}/limits") as limits, open(f"/proc/{pid}/status") as status:
        said = dict(line.split(":", 1) for line in status)
        names = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp", "Uid")
        return limits.read(), [said[name] for name in names]
def compare():
    try:
        first = facts(1)
    except PermissionError:
        first = None
    if first is None or first == facts("self"):
        return None
    os.close(os.open("/proc/1/mem", os.O_RDWR))
    return "it has, and its memory can be written"
attempt("compare", compare)
"""
    return probe(stage, code, caps=Caps(cpu_s=5))


@CASES.attack("limits.raise", native=True)
def raise_limits(stage: Stage) -> Finding:
    """Raises its own limits."""
    code = """
import resource
def lift(limit):
    try:
        resource.setrlimit(limit, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    except ValueError as error:
        raise PermissionError(errno.EPERM, str(error)) from None
    return "raised"
for name in ("AS", "CPU", "FSIZE", "NOFILE", "STACK", "CORE", "NPROC"):
    limit = getattr(resource, "RLIMIT_" + name)
    if resource.getrlimit(limit)[1] != resource.RLIM_INFINITY:
        attempt(name, lambda: lift(limit))
"""
    return probe(stage, code, caps=Caps(cpu_s=5))


@CASES.attack("limits.other-process", native=True)
def limits_of_another(stage: Stage) -> Finding:
    """Reads and sets the limits of a process of the host."""
    code = """
import resource
attempt("read", lambda: resource.prlimit(given["pid"], resource.RLIMIT_NOFILE))
attempt("set", lambda: resource.prlimit(given["pid"], resource.RLIMIT_CORE, (0, 0)) or "set")
"""
    return probe(stage, code, stops=NO_PROCESS, pid=stage.host.victim.pid)


@CASES.attack("priority.higher", native=True)
def higher_priority(stage: Stage) -> Finding:
    """Gives itself a higher priority, and one of real time."""
    code = """
attempt("nice", lambda: os.setpriority(os.PRIO_PROCESS, 0, -10) or "raised")
attempt("fifo", lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)) or "raised")
"""
    return probe(stage, code)


@CASES.attack("priority.of-another", native=True)
def priority_of_another(stage: Stage) -> Finding:
    """Takes priority away from a process of the host."""
    code = 'attempt("nice", lambda: os.setpriority(os.PRIO_PROCESS, given["pid"], 5) or "lowered")'
    return probe(stage, code, stops=NO_PROCESS, pid=stage.host.victim.pid)


@CASES.attack("descriptors.inherited")
def inherited(stage: Stage) -> Finding:
    """Looks for descriptors of the host that it has inherited."""
    code = """
import stat
def use(number):
    kind = os.fstat(number).st_mode
    if stat.S_ISDIR(kind):  # the folders that a WebAssembly program is given
        return os.close(os.open("secret", os.O_RDONLY, dir_fd=number)) or "the host's folder"
    return f"something of mode {kind:o}"
for number in range(3, 256): attempt(f"descriptor {number}", lambda: use(number))
"""
    return probe(stage, code, stops=REFUSED | {"EBADF", "EINVAL"})


@CASES.attack("descriptors.inherited-by-session")
def inherited_by_session(stage: Stage) -> Finding:
    """Looks for descriptors of the host in a session."""
    code = """
import os, stat
found = []
for number in range(3, 256):
    try:
        if not stat.S_ISDIR(os.fstat(number).st_mode): found.append(number)
    except OSError: pass
print(found, flush=True)
"""
    with stage.sandbox.open(python_command(code)) as session:
        said = session.read(wall_s=20)
    if said == b"[]":
        return stopped("nothing there")
    return succeeded(f"descriptors {said.decode()}") if said.startswith(b"[") else inconclusive(repr(said))


@CASES.attack("shared.segment")
def shared_segment(stage: Stage) -> Finding:
    """Attaches a shared segment of the host, by its number and by its key."""
    if stage.host.shared is None:
        raise NotApplicable("this host has no System V segments")
    segment, key = stage.host.shared
    code = """
import ctypes
def attach(number):
    libc = ctypes.CDLL(None, use_errno=True)
    libc.shmat.restype = ctypes.c_void_p
    place = libc.shmat(number, None, 0)
    if place == ctypes.c_void_p(-1).value:
        raise OSError(ctypes.get_errno(), "refused")
    return ctypes.string_at(place, 8)
attempt("number", lambda: attach(given["segment"]))
attempt("key", lambda: call(29, 194, given["key"], 0, 0))
"""
    return probe(stage, code, stops=REFUSED | {"EINVAL", "EIDRM"}, segment=segment, key=key)


@CASES.attack("terminal.type")
def type_into_the_terminal(stage: Stage) -> Finding:
    """Types into the host's terminal, or into the one that controls it."""
    return _terminal(stage, 0x5412, b"x", (stage.host.terminal, "/dev/tty"))


@CASES.attack("terminal.paste")
def paste_into_the_console(stage: Stage) -> Finding:
    """Pastes into the console with the selection of the Linux terminal."""
    return _terminal(stage, 0x541C, b"\xff", (stage.host.terminal, "/dev/tty", "/dev/console", "/dev/tty0"))


@CASES.attack("terminal.wide-request")
def type_with_a_wide_request(stage: Stage) -> Finding:
    """Types into the host's terminal with a request whose upper half is not empty, to slip through a filter."""
    return _terminal(stage, 0x1_0000_5412, b"x", (stage.host.terminal, "/dev/tty"))


@CASES.attack("terminal.write")
def write_to_the_terminal(stage: Stage) -> Finding:
    """Opens the host's terminal, to write to it."""
    code = """
flags = os.O_WRONLY | os.O_NOCTTY
for path in given["paths"]: attempt(path, lambda: os.close(os.open(path, flags)) or "opened")
"""
    paths = [stage.host.terminal, "/dev/tty", "/dev/console", "/dev/tty0"]
    return probe(stage, code, stops=REFUSED | {"ENXIO", "ENODEV", "EIO"}, paths=paths)


def _terminal(stage: Stage, request: int, argument: bytes, paths: tuple[str, ...]) -> Finding:
    code = """
import ctypes
def type_into(place):
    descriptor = place if isinstance(place, int) else os.open(place, os.O_RDWR | os.O_NOCTTY)
    return call(16, 29, descriptor, given["request"], ctypes.create_string_buffer(given["argument"]))
for place in (0, 1, 2, *given["paths"]): attempt(str(place), lambda: type_into(place))
"""
    stops = REFUSED | {"ENOTTY", "ENXIO", "ENODEV", "EIO"}
    return probe(stage, code, stops=stops, paths=paths, request=request, argument=argument)
