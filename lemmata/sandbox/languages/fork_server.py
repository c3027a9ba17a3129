"""What runs inside the sandbox: a fresh process for every request, forked from an interpreter that is up.

Started by `lemmata.sandbox.languages.warm` as a program of its own; it imports nothing of lemmata, and nothing that is
asked for ever runs in it. Each process runs Python code or, where the server was started for one, another program.
Bytes travel as base64, one JSON object a line; the word `clean` follows when nothing of the process is left.

    {"id": "…", "argv": [], "stdin": "…", "files": {"main.py": "…"}, "collect": ["b"], "wall_s": 10}
    {"id": "…", "end": "finished", "exit_code": 0, "stdout": "…", "stderr": "…", "files": {"b": "…"}, "wall_s": 0.001}
"""

from __future__ import annotations

import atexit
import builtins
import ctypes
import gc
import importlib
import json
import os
import resource
import select
import signal
import stat
import sys
import threading
import time
from base64 import b64decode, b64encode
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 1, 4, 36, 38
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446  # the same on every architecture
_REFER, _SIGNALS = 1 << 13, 1 << 1
_KILL_S = 1.0
_CHUNK = 65536

_libc = ctypes.CDLL(None, use_errno=True)


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


def build_wall() -> int | None:
    """A Landlock ruleset that keeps whoever enters it from the memory, descriptors and (where the kernel can) signals
    of all processes outside it, and from nothing else; None: this kernel has none."""
    version = _libc.syscall(_LANDLOCK_CREATE, None, 0, 1)
    if version < 2:
        return None
    rules = _Ruleset(files=_REFER, scoped=_SIGNALS if version >= 6 else 0)
    ruleset: int = _libc.syscall(_LANDLOCK_CREATE, ctypes.byref(rules), 24 if version >= 6 else 8, 0)
    root = os.open("/", os.O_PATH)
    beneath = _Beneath(allowed=_REFER, folder=root)  # without it, no file could be moved to another folder
    added = _libc.syscall(_LANDLOCK_ADD, ruleset, 1, ctypes.byref(beneath), 0)
    os.close(root)
    return ruleset if ruleset >= 0 and added == 0 else None


class Server:
    """Runs one process after the other.

    Args:
        limits: of each process: name of an RLIMIT -> soft and hard value.
        output: bytes kept of each output.
        room: bytes of all collected files together.
        given: names of files below `given` that each process finds in its scratch folder.
        program: what each process runs instead of `main.py`; argv comes after it.
        env: its environment.
    """

    def __init__(
        self,
        *,
        limits: dict[str, tuple[int, int]],
        output: int,
        room: int,
        given: list[str],
        program: list[str],
        env: dict[str, str],
    ) -> None:
        self._limits = {getattr(resource, f"RLIMIT_{name}"): (soft, hard) for name, (soft, hard) in limits.items()}
        self._output, self._room = output, room
        self._given = {name: Path("given", name).read_bytes() for name in given}
        self._program = program
        self._env = {**{name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR")}, **env}
        self._main = os.path.join(os.getcwd(), "main.py")
        # Where the scratch folder has its own name, the others are the sandbox's, too, and not the host's.
        isolated = self._main == "/box/main.py"
        folders = (".", os.environ["TMPDIR"], "/dev/shm") if isolated else (".", os.environ["TMPDIR"])
        self._folders = [os.open(folder, os.O_RDONLY | os.O_DIRECTORY) for folder in folders]
        self.wall = build_wall()
        for option, value in ((_PR_SET_DUMPABLE, 0), (_PR_SET_CHILD_SUBREAPER, 1), (_PR_SET_NO_NEW_PRIVS, 1)):
            if _libc.prctl(option, value, 0, 0, 0) != 0:
                raise OSError(ctypes.get_errno(), f"prctl {option}")
        self._alone = True
        self._spare: tuple[int, int, int, int] | None = None
        self._lasting = list(map(remove_files, self._folders))
        self._settings = self._read_settings()

    def serve(self, request: dict[str, Any]) -> dict[str, Any]:
        """Run one process; none of its descendants is left when this returns."""
        began = time.monotonic()
        for name, content in {**self._given, **decode(request["files"])}.items():
            write_file(name, content)
        write_file(".stdin", b64decode(request["stdin"]))
        child, job, out, err = self._spare or self._fork()
        self._spare = None
        if os.read(out, 1) != b"\n":
            raise OSError("the limits of a process can't be set")
        with open(job, "w") as text:
            json.dump(request["argv"], text)
        outputs = {out: bytearray(), err: bytearray()}
        end = self._follow(child, outputs, deadline=began + request["wall_s"])
        os.kill(child, signal.SIGKILL)
        _, status, usage = os.wait4(child, 0)
        self._alone = end_others()
        drained = [self._take(descriptor, kept) for descriptor, kept in outputs.items()]
        for descriptor in outputs:
            os.close(descriptor)
        exit_code = os.waitstatus_to_exitcode(status)
        if end is None:
            end = self._judge(exit_code, usage.ru_utime + usage.ru_stime) if all(drained) else "output"
        stdout, stderr = (encode(bytes(kept[: self._output])) for kept in outputs.values())
        told = {"id": request["id"], "end": end, "stdout": stdout, "stderr": stderr}
        told["exit_code"] = exit_code if end in ("finished", "killed") else None
        return {**told, "files": self._collect(request["collect"]), "wall_s": time.monotonic() - began}

    def clean(self) -> bool:
        """Remove all files; False where something of the last program remains that could touch the next one."""
        left = list(map(remove_files, self._folders))
        return self._alone and left == self._lasting and self._read_settings() == self._settings

    def prepare(self) -> None:
        """Fork the process of the next request while nobody waits for it."""
        self._spare = self._fork()

    def _fork(self) -> tuple[int, int, int, int]:
        """A process that waits for its arguments: its number, where to write them, its two outputs."""
        job, out, err = os.pipe(), os.pipe(), os.pipe()
        child = os.fork()
        if child == 0:
            self._become((job[0], out[1], err[1]))
        for descriptor in (job[0], out[1], err[1]):
            os.close(descriptor)
        return child, job[1], out[0], err[0]

    def _become(self, streams: tuple[int, ...]) -> NoReturn:
        try:
            _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            os.setpgid(0, 0)
            for number, descriptor in enumerate(streams):
                os.dup2(descriptor, number)
            if self.wall is not None and _libc.syscall(_LANDLOCK_RESTRICT, self.wall, 0) != 0:
                raise OSError(ctypes.get_errno(), "landlock_restrict_self")
            os.closerange(3, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
            _libc.prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)
            for which, pair in self._limits.items():
                resource.setrlimit(which, pair)
            if "numpy.random" in sys.modules:
                sys.modules["numpy.random"].seed()
            if not self._program:
                touch_pages()
            os.write(1, b"\n")  # says that all limits are set; nothing of the program runs before it
            with open(0, closefd=False) as text:
                argv = json.load(text)
            given = os.open(".stdin", os.O_RDONLY)
            os.unlink(".stdin")
            os.dup2(given, 0)
            os.close(given)
            if self._program:
                run_program([*self._program, *argv], self._env)
            run_main(self._main, argv)
        finally:
            os._exit(1)

    def _follow(self, child: int, outputs: dict[int, bytearray], *, deadline: float) -> str | None:
        """The limit that was reached; None when the program ended."""
        ended, poll = os.pidfd_open(child), select.poll()
        try:
            for descriptor in (ended, *outputs):
                poll.register(descriptor, select.POLLIN)
            for descriptor in outputs:
                os.set_blocking(descriptor, False)
            while (left := deadline - time.monotonic()) > 0:
                for descriptor, _ in poll.poll(left * 1000):
                    if descriptor == ended:
                        return None
                    kept = outputs[descriptor]
                    before = len(kept)
                    if not self._take(descriptor, kept):
                        return "output"
                    if len(kept) == before:
                        poll.unregister(descriptor)
            return "wall"
        finally:
            os.close(ended)

    def _take(self, descriptor: int, kept: bytearray) -> bool:
        """Read what is there; False once it is more than may be kept."""
        while len(kept) <= self._output:
            try:
                piece = os.read(descriptor, _CHUNK)
            except BlockingIOError:
                break
            if not piece:
                break
            kept += piece
        return len(kept) <= self._output

    def _judge(self, exit_code: int, cpu_s: float) -> str:
        if exit_code >= 0:
            return "finished"
        soft = self._limits.get(resource.RLIMIT_CPU, (0, 0))[0]
        if soft and cpu_s >= soft / 2 and exit_code in (-signal.SIGXCPU, -signal.SIGKILL):
            return "cpu"
        return "storage" if exit_code == -signal.SIGXFSZ else "killed"

    def _collect(self, names: list[str]) -> dict[str, str]:
        left, found = self._room, {}
        for name in names:
            content = read_plain(self._folders[0], name, left)
            if content is not None:
                left -= len(content)
                found[name] = encode(content)
        return found

    def _read_settings(self) -> Any:
        """What another process of the same user could change about us, or about the folders themselves."""
        limits = [resource.getrlimit(getattr(resource, name)) for name in dir(resource) if name.startswith("RLIMIT_")]
        schedule = os.getpriority(os.PRIO_PROCESS, 0), os.sched_getaffinity(0), os.sched_getscheduler(0)
        folders = [(os.fstat(folder)[:3], os.fstat(folder).st_uid, os.listxattr(folder)) for folder in self._folders]
        return limits, schedule, folders


def end_others() -> bool:
    """Kill and reap until we have no child, and so no descendant: orphans become our children.

    Only our own children are signalled, whose numbers can't be given to anybody else before we reap them.

    Returns:
        False where processes are made faster than they end.
    """
    deadline = time.monotonic() + _KILL_S
    while time.monotonic() < deadline:
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return True
        with open(f"/proc/self/task/{os.getpid()}/children") as children:
            for child in children.read().split():
                os.kill(int(child), signal.SIGKILL)
        time.sleep(0.0005)
    return False


def remove_files(folder: int) -> list[str]:
    """Empty a folder, without following links; gives what can't be removed or belongs to another file system."""
    device, left = os.fstat(folder).st_dev, []
    for name in sorted(os.listdir(folder)):
        try:
            status = os.lstat(name, dir_fd=folder)
            if not stat.S_ISDIR(status.st_mode):
                os.unlink(name, dir_fd=folder)
            elif status.st_dev != device:
                left.append(name)
            else:
                inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
                try:
                    left += [f"{name}/{rest}" for rest in remove_files(inner)]
                finally:
                    os.close(inner)
                os.rmdir(name, dir_fd=folder)
        except OSError:
            left.append(name)
    return left


def read_plain(folder: int, name: str, most: int) -> bytes | None:
    """The content of a plain file below a folder, no link followed; None: there is none, or it is too long."""
    *parents, last = (part for part in name.split("/") if part not in ("", "."))
    place = os.dup(folder)
    try:
        for parent in parents:
            inner = os.open(parent, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=place)
            os.close(place)
            place = inner
        # Without O_NONBLOCK, opening a FIFO would wait for its writer.
        with open(os.open(last, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=place), "rb") as file:
            status = os.fstat(file.fileno())
            return file.read(most) if stat.S_ISREG(status.st_mode) and status.st_size <= most else None
    except OSError:
        return None
    finally:
        os.close(place)


def touch_pages() -> None:
    """Write to the memory that every program writes to, which a fork shares until then."""
    exec(compile("class A:\n    def f(self): return [str(n) for n in range(9)]\nA().f()", "", "exec"), {})
    gc.collect()


def run_program(argv: list[str], env: dict[str, str]) -> NoReturn:
    """Become another program; as a shell does, say with 126 that it can't be run."""
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execve(argv[0], argv, env)
    except OSError as exc:
        os.write(2, f"{argv[0]}: {exc.strerror}\n".encode())
    os._exit(126)


def run_main(main: str, argv: list[str]) -> NoReturn:
    """Run the code of `main.py` as the interpreter runs a program, to the end of the process."""
    module = ModuleType("__main__")
    module.__dict__.update(__file__=main, __builtins__=builtins)
    sys.modules["__main__"] = module
    sys.argv = [main, *argv]
    status = 1
    with open(main, "rb") as file:
        code = file.read()
    try:
        exec(compile(code, main, "exec", dont_inherit=True), module.__dict__)
        status = 0
    except SystemExit as exc:
        status = exit_status(exc.code)
    except BaseException as exc:
        exc.__traceback__ = exc.__traceback__ and exc.__traceback__.tb_next  # without this function
        sys.excepthook(type(exc), exc, exc.__traceback__)
        status = -signal.SIGINT if isinstance(exc, KeyboardInterrupt) else 1
    # As at the end of an interpreter, without taking the preloaded modules apart.
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    flushed = flush()
    for name in module.__dict__:
        if name != "__builtins__":
            module.__dict__[name] = None
    gc.collect()
    if not (flush() and flushed):
        status = 120
    if status < 0:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status)


def exit_status(code: object) -> int:
    """What the interpreter makes of the argument of SystemExit."""
    if code is None or isinstance(code, int):
        return (code or 0) & 0xFF
    sys.stderr.write(f"{code}\n")
    return 1


def flush() -> bool:
    whole = True
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None and not stream.closed:
                stream.flush()
        except Exception:  # it may be an object of the program's own
            whole = False
    return whole


def write_file(name: str, content: bytes) -> None:
    os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
    with open(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o755), "wb") as file:
        file.write(content)


def decode(files: dict[str, str]) -> dict[str, bytes]:
    return {name: b64decode(content) for name, content in files.items()}


def encode(content: bytes) -> str:
    return b64encode(content).decode("ascii")


def write(text: str) -> None:
    rest = memoryview(f"{text}\n".encode())
    while rest:
        rest = rest[os.write(1, rest) :]


def read_lines() -> Any:
    """Requests, read without the buffers that a fork would copy."""
    pending = bytearray()
    while piece := os.read(0, _CHUNK):
        pending += piece
        if piece.endswith(b"\n"):
            yield bytes(pending)
            pending.clear()


def main() -> None:
    options = json.loads(sys.argv[1])
    for name in options.pop("preload"):
        importlib.import_module(name)
    if len(os.listdir("/proc/self/task")) > 1:
        raise SystemExit("a preloaded package starts threads, which don't survive a fork")
    server = Server(**options)
    gc.collect()
    gc.freeze()
    server.serve({"id": "", "argv": [], "stdin": "", "files": {"main.py": ""}, "collect": [], "wall_s": 10})
    if not server.clean():
        raise SystemExit("a trial left something behind")
    write(json.dumps({"apart": server.wall is not None}))
    server.prepare()
    for line in read_lines():
        write(json.dumps(server.serve(json.loads(line))))
        if not server.clean():
            break
        write("clean")
        server.prepare()


if __name__ == "__main__":
    main()
