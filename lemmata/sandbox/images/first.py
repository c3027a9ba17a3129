"""Process 1 of a container. It unpacks the files, sets limits, runs the program, and tells what came of it.

It is given to the image's Python as text and uses the standard library only. Being process 1, it gets no signal from
inside that it did not ask for, and everything else ends with it. What it reads and writes:

    in   16 digits, the length of the order; the order (JSON); the contents of the files and of standard input
         afterwards, unless the program reads the rest itself: any byte, which ends the program
    out  a line of JSON: {} or {"refused": why}; then the program's output
         in the end the order's mark, a line of JSON that says how it ended, and the contents of the collected files
"""

import ctypes
import json
import os
import resource
import select
import signal
import stat
import sys
from typing import Any

BOX = "/box"
CHUNK = 65536
TICK_MS = 100
NOT_DUMPABLE = (4, 0)  # PR_SET_DUMPABLE: nobody inside may trace us or write into our memory
KILL_COUNTS = ("/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control")


def take(size: int) -> bytes:
    """Exactly that many bytes of what we are sent."""
    taken = b""
    while len(taken) < size:
        piece = os.read(0, min(size - len(taken), 1 << 20))
        if not piece:
            sys.exit("the order was cut short")
        taken += piece
    return taken


def say(data: bytes) -> None:
    while data:
        data = data[os.write(1, data) :]


def prepare(order: dict[str, Any]) -> bytes:
    """Put everything in its place; what the program is to read."""
    for name, size in order["files"]:
        path = f"{BOX}/{name}"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(take(size))
        os.chmod(path, 0o755)
    given = take(order["stdin"])
    for name, (soft, hard) in order["limits"].items():
        resource.setrlimit(getattr(resource, f"RLIMIT_{name.upper()}"), (soft, hard))
    if not os.access(order["argv"][0], os.X_OK):
        raise FileNotFoundError(f"no program {order['argv'][0]}")
    return given


def memory_kills() -> int:
    """How often the kernel has killed something in here for want of memory."""
    for path in KILL_COUNTS:
        try:
            with open(path) as text:
                return sum(int(line.split()[1]) for line in text if line.startswith("oom_kill "))
        except OSError:
            continue
    return 0


class Program:
    """The program while it runs."""

    def __init__(self, order: dict[str, Any], given: bytes) -> None:
        self.waiting = given
        self.code: int | None = None
        self.cpu_s = 0.0
        self.short_of_memory = False
        self.woken, wake = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self.asks = bool(order["session"])
        source, self.sink = os.pipe2(os.O_CLOEXEC)
        os.set_blocking(self.sink, False)
        self.pid = os.posix_spawn(
            order["argv"][0],
            order["argv"],
            order["env"],
            file_actions=[] if self.asks else [(os.POSIX_SPAWN_DUP2, source, 0)],
            setsid=True,
            setsigdef=[signal.SIGINT, signal.SIGPIPE, signal.SIGXFSZ],  # Python ignores the last two
        )
        os.close(source)

    def follow(self) -> bool:
        """Until it ends, is to end, or is short of memory; False when nobody wants to know any more."""
        killed_before = memory_kills()
        poll = select.poll()
        poll.register(0, 0 if self.asks else select.POLLIN)  # that they hung up is told in any case
        poll.register(self.woken, select.POLLIN)
        poll.register(self.sink, select.POLLOUT)
        while self.code is None:
            ready = dict(poll.poll(TICK_MS))
            if self.sink in ready and not self.feed():
                poll.unregister(self.sink)
                os.close(self.sink)
            if self.woken in ready:
                os.read(self.woken, CHUNK)
            self.reap()
            self.short_of_memory = memory_kills() > killed_before
            if self.short_of_memory or 0 in ready:
                return not ready.get(0, 0) & select.POLLHUP
        return True

    def feed(self) -> bool:
        """Give it more to read; False when it has all that there is, or wants no more."""
        try:
            self.waiting = self.waiting[os.write(self.sink, self.waiting[:CHUNK]) :]
        except BrokenPipeError:
            return False
        return bool(self.waiting)

    def reap(self) -> None:
        """Take the exit codes of all that have ended; orphans become our children."""
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid == self.pid:
                self.code = os.waitstatus_to_exitcode(status)
                self.cpu_s = usage.ru_utime + usage.ru_stime


def end_all() -> None:
    """Kill everything in here but us, and wait until it is gone."""
    try:
        os.kill(-1, signal.SIGKILL)
        while True:
            os.wait()
    except (ProcessLookupError, ChildProcessError):
        pass


def find_plain(names: list[str], cap: int) -> list[tuple[str, int]]:
    """Those that are plain files, not reached through links, and no larger than the cap; nobody can change them now."""
    found = []
    for name in names:
        path = os.path.normpath(f"{BOX}/{name}")
        try:
            status = os.lstat(path)
            readable = os.access(path, os.R_OK)
        except OSError:
            continue
        if readable and os.path.realpath(path) == path and stat.S_ISREG(status.st_mode) and status.st_size <= cap:
            found.append((name, status.st_size))
    return found


def tell(order: dict[str, Any], program: Program) -> None:
    os.set_blocking(1, True)  # the program shared it with us
    found = find_plain(order["collect"], order["largest"])
    ended = {"code": program.code, "cpu_s": program.cpu_s, "memory": program.short_of_memory, "files": found}
    say(order["mark"].encode() + json.dumps(ended).encode() + b"\n")
    for name, _ in found:
        with open(f"{BOX}/{name}", "rb") as file:
            while piece := file.read(CHUNK):
                say(piece)


def main() -> None:
    if os.getpid() != 1:
        sys.exit("expected to be process 1 of a container, whose every other process may be killed")
    ctypes.CDLL(None).prctl(*NOT_DUMPABLE)
    order = json.loads(take(int(take(16))))
    try:
        given = prepare(order)
    except (OSError, ValueError) as exc:
        say(json.dumps({"refused": str(exc)}).encode() + b"\n")
        return
    say(b"{}\n")
    try:
        program = Program(order, given)
    except OSError as exc:  # a script whose interpreter is missing, say
        sys.exit(f"{order['argv'][0]}: {exc.strerror}")
    listening = program.follow()
    end_all()
    if order["session"]:
        code = program.code if program.code is not None else -signal.SIGKILL
        sys.exit(code if code >= 0 else 128 - code)
    if listening:
        tell(order, program)


main()
