"""Isolation by a Docker engine: a container of our own image for each run, with everything dropped that can be.

Files can't go in and out by the engine's archive calls: those write below a folder in memory, not into it, on all but
the newest engines, and such a folder is gone when its container stops. So process 1 of the container is a small
program of ours (`images/first.py`). It takes the files from its standard input, runs the program as its child, and
afterwards, when nothing else is left in there, sends the collected files after the program's output. It also ends
everything when we hang up, so that nothing goes on when we are killed.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from lemmata.errors import BackendMissing, BadInput
from lemmata.sandbox.attached import (
    SET_INSIDE,
    Attached,
    AttachedSession,
    Output,
    Report,
    begin,
    drain,
    follow,
    judge,
    signed,
    write_order,
)
from lemmata.sandbox.base import PYTHON, Cancellation, Caps, Command, End, Outcome, Piece, Probe, Session
from lemmata.sandbox.engine import BUILD_S, Ended, Engine
from lemmata.sandbox.entrance import rlimits
from lemmata.sandbox.seccomp import container_profile
from lemmata.sandbox.supervise import BOX, MEBIBYTE, check_command

_PYTHON = "/opt/lemmata/bin/python3"
_SETUP = "run `lemmata setup docker`"
_ISOLATES = "files, network, processes, IPC, privileges, kernel interfaces"
_SYSTEM = (
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib64",
    "/etc",
    "/opt",
    "/opt/lemmata",
    "/tmp",
    "/dev/shm",
    "/var",
    "/run",
)
_RUNTIME = "runsc"
_PROBE_S = 1.5
_ANSWER_S = 60.0  # a storage driver that copies takes long to create a container
_COLLECT_S = 5.0
_FILE_BYTES = 1024  # about what the kernel needs to know of one


class Docker:
    """Runs things in containers.

    Args:
        answer_s: seconds that the engine may take to answer a request.
    """

    name = "docker"
    native = True

    def __init__(self, *, answer_s: float = _ANSWER_S) -> None:
        self._answer_s = answer_s
        self._checked: Mapping[str, Any] | None = None

    def probe(self) -> Probe:
        """Whether it works, by running something; a silent engine is given up soon."""
        try:
            with Engine(answer_s=min(_PROBE_S, self._answer_s)) as engine:
                info = _examine(engine)
            outcome = self.run(Command(argv=("/bin/sh", "-c", "echo $HOME"), caps=Caps(cpu_s=5)))
        except BackendMissing as exc:
            return Probe(found=False, isolates=_ISOLATES, remedy=str(exc))
        if outcome.stdout != f"{BOX}\n".encode():
            said = outcome.stderr.decode(errors="replace").strip()
            return Probe(found=False, isolates=_ISOLATES, remedy=f"a first run ended with {outcome.end}: {said}")
        kernel = ", the kernel itself (gVisor)" if _RUNTIME in info.get("Runtimes", {}) else ""
        return Probe(found=True, version=str(info.get("ServerVersion", "")), isolates=_ISOLATES + kernel)

    def run(
        self,
        command: Command,
        *,
        hear: Callable[[Piece], None] | None = None,
        cancellation: Cancellation | None = None,
    ) -> Outcome:
        """Run to the end or to the first limit; the container is removed afterwards.

        Raises:
            BackendMissing: the engine is not there, could not start it or went away; says how to make it work.
        """
        command = _in_image(command)
        with ExitStack() as stack:
            engine = stack.enter_context(Engine(answer_s=self._answer_s))
            name, attached = self._create(engine, command, stack)
            return _conduct(engine, name, attached, command, hear=hear, cancellation=cancellation)

    def open(self, command: Command) -> Session:
        """Start a session.

        Raises:
            BackendMissing: as for `run`.
        """
        command = _in_image(command)
        with ExitStack() as stack:
            engine = stack.enter_context(Engine(answer_s=self._answer_s))
            name, attached = self._create(engine, command, stack)
            session = AttachedSession(engine, name, attached, command.caps)
            session.begin(write_order(command, mark=b"", session=True))
            stack.pop_all()
        return session

    def _create(self, engine: Engine, command: Command, stack: ExitStack) -> tuple[str, Attached]:
        """Start a container whose process 1 waits for its order; the stack removes it."""
        if self._checked is None:
            self._checked = _examine(engine)
        runtime = _RUNTIME if _RUNTIME in self._checked.get("Runtimes", {}) else None
        profile = container_profile(str(self._checked.get("Architecture", "")), network=command.network)
        name = engine.create(container(command, runtime=runtime, seccomp=profile))
        stack.push(lambda kind, *_: _remove(engine, name, failed=kind is not None))
        attached = Attached(engine.attach(name))
        stack.callback(attached.close)
        engine.start(name)
        return name, attached


def container(command: Command, *, runtime: str | None, seccomp: str) -> dict[str, Any]:
    """The container of a command, as the engine's API takes it.

    Args:
        command: what is to run in it; told to process 1, not to the engine.
        runtime: None: the engine's default.
        seccomp: a filter of system calls as JSON, in Docker's own format.
    """
    caps, limits = command.caps, rlimits(command.caps, processes=None)
    room = 2 * caps.file_mb * MEBIBYTE  # so that the largest file can be written beside another
    extra = sum(map(len, command.files.values()))
    host = {
        "NetworkMode": "host" if command.network else "none",
        "IpcMode": "private",
        "CgroupnsMode": "private",
        "Privileged": False,
        "CapDrop": ["ALL"],
        "SecurityOpt": ["no-new-privileges:true", f"seccomp={seccomp}"],
        "ReadonlyRootfs": True,
        "Tmpfs": {BOX: _folder(room + extra, "mode=0755,uid=1000,gid=1000"), "/tmp": _folder(room, "mode=1777")},
        "ShmSize": caps.file_mb * MEBIBYTE,
        "Mounts": [{"Type": "bind", "Source": path, "Target": path, "ReadOnly": True} for path in command.visible],
        "Memory": caps.memory_mb * MEBIBYTE,
        "MemorySwap": caps.memory_mb * MEBIBYTE,  # of both together: no swap
        "PidsLimit": caps.processes + 1,  # process 1 counts, too
        "Ulimits": [
            {"Name": name, "Soft": soft, "Hard": hard}
            for name, (soft, hard) in limits.items()
            if name not in SET_INSIDE
        ],
        "Init": False,  # process 1 is ours
        "LogConfig": {"Type": "none", "Config": {}},
        "RestartPolicy": {"Name": "no"},
        "AutoRemove": False,  # how it ended is asked afterwards
        **({"Runtime": runtime} if runtime else {}),
    }
    return {
        "Image": image_tag(),
        "Entrypoint": [_PYTHON, "-I", "-S", "-c", _shipped("first.py").read_text("utf-8")],
        "Cmd": [],
        "User": "1000:1000",
        "WorkingDir": BOX,
        "Hostname": "box",
        "Env": [],
        "OpenStdin": True,
        "StdinOnce": True,  # when we hang up, its standard input ends
        "AttachStdin": True,
        "AttachStdout": True,
        "AttachStderr": True,
        "Tty": False,
        "HostConfig": host,
    }


def image_tag() -> str:
    """The image's name; another Dockerfile has another one."""
    return f"lemmata-sandbox:{hashlib.sha256(_shipped('Dockerfile').read_bytes()).hexdigest()[:12]}"


def build_image(report: Callable[[str], None]) -> None:
    """Build the image; does nothing where the engine has it already.

    Args:
        report: told, line by line, what is going on.

    Raises:
        BackendMissing: no engine, or it could not be built; says what to do.
    """
    tag = image_tag()
    with Engine(answer_s=BUILD_S) as engine:
        if engine.has_image(tag):
            report(f"{tag} is there already")
            return
        engine.build(_shipped("Dockerfile").read_bytes(), tag, report)
    report(f"ready: {tag}")


def _shipped(name: str) -> Traversable:
    return files("lemmata.sandbox").joinpath("images", name)


def _folder(room: int, owner: str) -> str:
    return f"rw,exec,nosuid,nodev,size={room},nr_inodes={room // _FILE_BYTES + 64},{owner}"


def _examine(engine: Engine) -> Mapping[str, Any]:
    """What the engine says of itself, once it is sure that it can do what we need; clears up after killed processes.

    Raises:
        BackendMissing: it can't.
    """
    info = engine.info()
    missing = [name for name in ("MemoryLimit", "SwapLimit", "PidsLimit") if not info.get(name)]
    if info.get("OSType", "linux") != "linux":
        raise BackendMissing("the Docker engine runs no Linux containers", remedy="switch it to Linux containers")
    if missing:
        raise BackendMissing(
            f"the Docker engine can't set limits ({', '.join(missing)})",
            remedy="let it use the cgroup controllers memory and pids; with cgroup v1, boot with swapaccount=1",
        )
    if not any("seccomp" in option for option in info.get("SecurityOptions") or ()):
        raise BackendMissing("the Docker engine filters no system calls", remedy="use a kernel and engine with seccomp")
    engine.sweep()
    if not engine.has_image(image_tag()):
        raise BackendMissing(f"the Docker engine has no image {image_tag()}", remedy=_SETUP)
    return info


def _in_image(command: Command) -> Command:
    """The same command with `PYTHON` as the image's interpreter, once it is sure that it can mean something.

    Raises:
        BadInput: it can't.
    """
    check_command(command)
    for path in map(os.path.normpath, command.visible):
        if path in _SYSTEM:
            raise BadInput(f"expected a folder that the image has not itself, got {path!r}", place="visible")
    if command.argv[0] != PYTHON:
        return command
    words = command.argv[1:]
    at = next((i for i, word in enumerate(words) if not word.startswith("-")), len(words))
    options = tuple(word for word in words[:at] if word != "-S" or not command.packages)
    return replace(command, argv=(_PYTHON, *options, *words[at:]))


def _conduct(
    engine: Engine,
    name: str,
    attached: Attached,
    command: Command,
    *,
    hear: Callable[[Piece], None] | None,
    cancellation: Cancellation | None,
) -> Outcome:
    """Let the program of a waiting container begin, follow it to its end or first limit, and judge."""
    mark = f"\0{secrets.token_hex(16)}\n".encode()  # where the program's output ends and the report begins
    output = Output(mark, command.caps.output_kb * 1024, hear)
    first = begin(engine, name, attached, write_order(command, mark=mark, session=False))
    began = time.monotonic()
    end: End | None = End.OUTPUT
    if output.take(first):
        end = follow(attached, output, wall_s=command.caps.wall_s, cancellation=cancellation)
    seconds = time.monotonic() - began
    if end is not None and command.collect:
        drain(attached, output, within_s=_COLLECT_S)
    report = None if attached.open else output.report()
    if end is None:
        report = _complete(report, engine.ended(name), output)
        end = judge(report, command.caps)
    return Outcome(
        end=end,
        exit_code=report.code if report and end in (End.FINISHED, End.KILLED) else None,
        stdout=bytes(output.kept["stdout"]),
        stderr=bytes(output.kept["stderr"]),
        files=report.files if report else {},
        wall_s=seconds,
    )


def _complete(report: Report | None, ended: Ended, output: Output) -> Report:
    """The report with what only the engine knows, or in the place of one that process 1 could not make."""
    if report is not None:
        return replace(report, short_of_memory=report.short_of_memory or ended.short_of_memory)
    if ended.exit_code > 128:
        return Report(signed(ended.exit_code), 0.0, ended.short_of_memory, {})
    said = ended.error or output.kept["stderr"].decode(errors="replace").strip() or "it said nothing"
    raise BackendMissing(f"a program did not start ({said})", remedy="correct the command, or rebuild the image")


def _remove(engine: Engine, name: str, *, failed: bool) -> None:
    try:
        engine.remove(name)
    except BackendMissing:
        if not failed:  # otherwise what went wrong first says more
            raise
