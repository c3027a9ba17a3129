"""Isolation by bubblewrap: own namespaces, an unprivileged user, filtered system calls, and no file but those given."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from functools import cache

from lemmata.errors import BackendMissing, ProtocolError
from lemmata.sandbox.base import Cancellation, Caps, Command, Outcome, Piece, Probe, Session
from lemmata.sandbox.cgroup import find_hierarchy
from lemmata.sandbox.entrance import Entrance, rlimits
from lemmata.sandbox.landlock import confine, version
from lemmata.sandbox.languages.python import on_host
from lemmata.sandbox.namespace import Namespace, grouped
from lemmata.sandbox.seccomp import build_filter
from lemmata.sandbox.session import LineSession, in_lasting_thread
from lemmata.sandbox.stage import FIRST_STEP, build_stage, places_for, reachable
from lemmata.sandbox.supervise import (
    BASE_ENV,
    BOX,
    MEBIBYTE,
    START_S,
    SYSTEM_PATH,
    await_gate,
    check_command,
    check_program,
    collect,
    discard,
    run_to_end,
    start,
)
from lemmata.sandbox.view import CONFIGURATION, DEVICES, NETWORK_CONFIGURATION, SYSTEM, WRITTEN, check_seen

_INSTALL = "apt-get install bubblewrap"
_REMEDY = (
    "allow user namespaces: user.max_user_namespaces > 0, kernel.apparmor_restrict_unprivileged_userns = 0, and in a"
    " container no seccomp profile that forbids them"
)
_OLDEST, _SIZED = (0, 5), (0, 8)  # --perms; --size and --disable-userns
_RESOLVER = ("/etc/resolv.conf", "/etc/hosts")
_INSIDE_ID = "1000"
_OUTSIDE_IDS = range(61184, 65520)  # for root: belong to nobody; systemd's dynamic users come from here, too


class Bubblewrap:
    """Runs things with the `bwrap` program; works for root and for ordinary users."""

    name = "bubblewrap"
    native = True

    def probe(self) -> Probe:
        """Whether it works, by running something."""
        try:
            outcome = self.run(Command(argv=("/bin/sh", "-c", "echo $HOME"), caps=Caps(cpu_s=5)))
            version = ".".join(map(str, _version(_program())))
        except BackendMissing as exc:
            return Probe(found=False, isolates=_isolates(), remedy=str(exc))
        if outcome.stdout != f"{BOX}\n".encode():
            said = outcome.stderr.decode(errors="replace").strip()
            return Probe(found=False, isolates=_isolates(), remedy=f"a first run ended with {outcome.end}: {said}")
        return Probe(found=True, version=version, isolates=_isolates())

    def run(
        self,
        command: Command,
        *,
        hear: Callable[[Piece], None] | None = None,
        cancellation: Cancellation | None = None,
    ) -> Outcome:
        """Run to the end or to the first limit; nothing of it is left afterwards.

        Raises:
            BackendMissing: it could not be started; says how to make it work.
        """
        command = on_host(command)
        namespace = _enter(command)
        try:
            box = namespace.open_box() if command.collect else None
        except OSError as exc:
            namespace.destroy()
            raise BackendMissing(f"the sandbox's {BOX} can't be read: {exc.strerror}", remedy=_REMEDY) from exc
        try:
            outcome = run_to_end(namespace, command, hear=hear, cancellation=cancellation)
            if box is None:
                return outcome
            found = collect(box, command.collect, cap=command.caps.file_mb * MEBIBYTE)
            return replace(outcome, files=found)
        finally:
            if box is not None:
                os.close(box)

    def open(self, command: Command) -> Session:
        """Start a session.

        Raises:
            BackendMissing: as for `run`.
        """
        command = on_host(command)
        return LineSession(in_lasting_thread(lambda: _enter(command)), command.caps)


def _isolates() -> str:
    groups, landlock = find_hierarchy(), version()
    walls = ["files, network, processes, users, IPC, privileges, kernel interfaces (system-call allow-list)"]
    walls += [f"Landlock {landlock} behind them"] if landlock else ["no Landlock in this kernel"]
    walls += [f"control groups v{groups.version}"] if groups else ["limits by process, no control groups here"]
    return "; ".join(walls)


def _enter(command: Command) -> Namespace:
    """Build the sandbox around a gate and wait until it stands."""
    check_command(command)
    check_program(command)
    check_seen(command)
    limits = rlimits(command.caps, processes=command.caps.processes + 1)  # process 1 counts, too
    # Process 1 belongs to the same user, and a program may write into its memory: it must not have more room.
    rules = confine(WRITTEN, devices=DEVICES, network=command.network)
    entrance = Entrance(limits, init=True, rules=rules)
    try:
        return _start(command, entrance)
    except BaseException:
        entrance.close()
        raise


def _start(command: Command, entrance: Entrance) -> Namespace:
    bwrap = _program()
    sized = _version(bwrap) >= _SIZED
    uid = random.choice(_OUTSIDE_IDS) if os.geteuid() == 0 else None
    stages = places_for(command.visible) if uid is not None else {}
    with ExitStack() as stack:
        heard, told = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        stack.callback(os.close, heard)
        inherited = [told]
        stack.callback(_close_all, inherited)
        argv = [bwrap, *_isolation(sized=sized, network=command.network), "--info-fd", str(told)]
        argv += _folders(command, sized=sized)
        argv += _contents(command, stages, inherited)
        for name, value in {**BASE_ENV, **command.env}.items():
            argv += ["--setenv", name, value]
        argv += ["--", *entrance.argv, *command.argv]
        if uid is None:
            identity: dict[str, object] = {}
        elif stages:
            inherited.append(os.memfd_create("stage"))
            stage = build_stage(stages, uid=uid, status=entrance.descriptors[0], close=inherited[-1])
            _fill(inherited[-1], stage.program)
            entrance.expect(stage.steps, first=FIRST_STEP)
            identity, argv = {}, [f"/proc/self/fd/{inherited[-1]}", *argv]
        else:
            identity = {"user": uid, "group": uid, "extra_groups": ()}
        passed = (*inherited, *entrance.descriptors)
        process = start(argv, env={"PATH": SYSTEM_PATH}, cwd="/", pass_fds=passed, **identity)
        await_gate(process, entrance, name="bubblewrap", remedy=_REMEDY)
        try:
            first = re.search(rb'"child-pid": (\d+)', os.read(heard, 4096))
            if first is None:
                raise ProtocolError("bubblewrap did not say which process it started")
            init = int(first[1])
            return Namespace(process, init, init, entrance, grouped(init, command.caps), sized=sized)
        except BaseException:
            discard(process)
            raise


def _isolation(*, sized: bool, network: bool) -> list[str]:
    spaces = ["--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts"]
    spaces += [] if network else ["--unshare-net"]
    spaces += ["--unshare-cgroup-try", "--uid", _INSIDE_ID, "--gid", _INSIDE_ID, "--hostname", "box"]
    spaces += ["--disable-userns"] if sized else []  # the filter forbids nested ones in any case
    return [*spaces, "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv", "--chdir", BOX]


def _folders(command: Command, *, sized: bool) -> list[str]:
    """The system, read-only, and folders in memory."""
    caps, extra, options = command.caps, sum(map(len, command.files.values())), list[str]()
    for path in SYSTEM:
        if os.path.islink(path):
            options += ["--symlink", os.readlink(path), path]
        elif os.path.isdir(path):
            options += ["--ro-bind", path, path]
    for path in (*CONFIGURATION, *((*NETWORK_CONFIGURATION, *_RESOLVER) if command.network else ())):
        options += ["--ro-bind-try", path, path]
    options += ["--proc", "/proc", "--dev", "/dev"]
    # Twice the largest file, so that one can be written beside another.
    for path, room in ((BOX, 2 * caps.file_mb * MEBIBYTE + extra), ("/tmp", 2 * caps.file_mb * MEBIBYTE)):
        options += [*(["--size", str(room)] if sized else []), "--tmpfs", path]
    return [*options, *(["--size", str(caps.file_mb * MEBIBYTE)] if sized else []), "--tmpfs", "/dev/shm"]


def _contents(command: Command, stages: Mapping[str, str], inherited: list[int]) -> list[str]:
    """The command's own files, what is visible, and the filter; adds the descriptors that they are read from."""
    options = []
    for name, content in command.files.items():
        inherited.append(_memory_file(content))
        options += ["--perms", "0755", "--file", str(inherited[-1]), f"{BOX}/{name}"]
    for name in command.visible:
        options += [] if name.startswith("/usr/") else ["--ro-bind", stages.get(name, name), name]
    inherited.append(_memory_file(build_filter(network=command.network)))
    return [*options, "--seccomp", str(inherited[-1]), "--remount-ro", "/dev", "--remount-ro", "/"]


def _memory_file(content: bytes) -> int:
    file = os.memfd_create("lemmata")
    _fill(file, content)
    os.lseek(file, 0, os.SEEK_SET)
    return file


def _fill(file: int, content: bytes) -> None:
    with open(file, "wb", closefd=False) as out:
        out.write(content)


def _close_all(descriptors: list[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def _program() -> str:
    found = shutil.which("bwrap")
    if found is None:
        raise BackendMissing("no bwrap found on PATH", remedy=_INSTALL)
    if os.geteuid() == 0 and not reachable(os.path.realpath(found)):
        raise BackendMissing(f"{found} is where only root can run it, and root is given up first", remedy=_INSTALL)
    return found


@cache
def _version(bwrap: str) -> tuple[int, ...]:
    try:
        said = subprocess.run([bwrap, "--version"], capture_output=True, timeout=START_S, check=False).stdout
    except (OSError, subprocess.SubprocessError) as exc:
        raise BackendMissing(f"{bwrap} does not run ({exc})", remedy=_INSTALL) from exc
    found = re.search(rb"(\d+)\.(\d+)\.(\d+)", said)
    version = tuple(map(int, found.groups())) if found else ()
    if version < _OLDEST:
        raise BackendMissing(f"bubblewrap 0.5 or newer is needed, {bwrap} says {said!r}", remedy=_INSTALL)
    return version
