"""Isolation by podman: a container whose root is a skeleton with the host's programs in it; no image, no registry.

Around podman, its monitor and the container are one process namespace and one mount namespace, in which podman keeps
its state on a file system in memory. So there is one process whose end is the end of everything; our own death ends
it, too, and no container, file or mount is left behind.
"""

from __future__ import annotations

import fcntl
import itertools
import os
import random
import re
import shlex
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from lemmata.errors import BackendMissing, BadInput, ProtocolError
from lemmata.sandbox.base import Cancellation, Command, Outcome, Piece, Probe, Session
from lemmata.sandbox.entrance import Entrance, rlimits
from lemmata.sandbox.landlock import confine
from lemmata.sandbox.languages.python import on_host
from lemmata.sandbox.namespace import Namespace, children, end, grouped
from lemmata.sandbox.seccomp import container_profile
from lemmata.sandbox.session import LineSession, in_lasting_thread
from lemmata.sandbox.supervise import (
    BASE_ENV,
    BOX,
    MEBIBYTE,
    START_S,
    await_gate,
    check_command,
    check_program,
    collect,
    discard,
    run_to_end,
    start,
)
from lemmata.sandbox.view import DEVICES, SYSTEM, WRITTEN, mounts_beneath, seen_paths

_INSTALL = "apt-get install podman runc uidmap util-linux mount"
_REMEDY = (
    "allow user namespaces (user.max_user_namespaces > 0); root needs writable cgroups, an ordinary user a range of"
    " other ids: `usermod --add-subuids 100000-165535 --add-subgids 100000-165535 NAME`"
)
_ISOLATES = "files, network, processes, users, IPC, privileges, kernel interfaces"
_OLDEST = (4, 3)
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_RUNTIMES = ("runc", "crun")  # crun fails where version 1 and version 2 of cgroups are mixed
_OUTSIDE_IDS = range(61184, 65520, 2)  # for root: two from here belong to nobody
_INSIDE_ID = 1000
_STAGES = ("/mnt", "/media", "/srv", "/opt")
_CGROUPS = "/sys/fs/cgroup"
_CGROUP = "lemmata-podman-"
_WAIT_S = 2.0
_WITH_MEANING = 10  # descriptors below are few, and some have a meaning inside
_STATUS, _GATE = 3, 4
# Process 1 of the container takes in orphans; it is not the program, because signals don't end process 1. It is a
# shell that may be run and not read, so it is not dumpable: the program, which is of the same user, can't look into it.
_INIT = "/run/init"
# How a shell starts its only child and passes on the child's end, without saying anything about it.
_AS_PARENT = 'exec 5>&2 2>/dev/null; (exec "$@" 2>&5 5>&-); exit $?'
_CONTAINERS = """
[containers]
default_sysctls = []
[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"
lock_type = "file"
num_locks = 4
runtime = "{runtime}"
"""
_STORAGE = """
[storage]
driver = "vfs"
graphroot = "{stage}/store"
runroot = "{stage}/run"
"""
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class _Plan:
    """How podman is started.

    Args:
        spaces: options of `unshare`.
        root, user: who the container's root and its user are, by the ids around the container.
        cgroup: the name of the group that podman makes its own below; empty: it may not make any.
        stage: a folder that it may cover, on our side of the mount namespace.
    """

    spaces: tuple[str, ...]
    root: int
    user: int
    cgroup: str
    stage: str


class _Entrance(Entrance):
    """Where a container does not come to stand, podman is ended before its parent, which takes its exit code."""

    process: subprocess.Popen[bytes] | None = None

    def await_standing(self, wall_s: float) -> str:
        said = super().await_standing(wall_s)
        for keeper in children(self.process.pid) if said and self.process else ():
            with suppress(ProcessLookupError):
                end(os.pidfd_open(keeper))
        return said


class _Container(Namespace):
    """The processes of one container, and what podman's runtime made for it outside."""

    def __init__(self, process: subprocess.Popen[bytes], command: Command, entrance: Entrance, group: str) -> None:
        keeper, first = _find_first(process.pid)
        super().__init__(process, first, keeper, entrance, grouped(first, command.caps))
        self._group = group

    def destroy(self) -> None:
        super().destroy()
        _remove_cgroups(self._group)


class Podman:
    """Runs things with the `podman` program; works for root and for ordinary users."""

    name = "podman"
    native = True

    def probe(self) -> Probe:
        """Whether it works, by running something."""
        try:
            outcome = self.run(Command(argv=("/bin/sh", "-c", "echo $HOME")))
            version = ".".join(map(str, _version(_find("podman"))))
        except BackendMissing as exc:
            return Probe(found=False, isolates=_ISOLATES, remedy=str(exc))
        if outcome.stdout != f"{BOX}\n".encode():
            said = outcome.stderr.decode(errors="replace").strip()
            return Probe(found=False, isolates=_ISOLATES, remedy=f"a first run ended with {outcome.end}: {said}")
        return Probe(found=True, version=version, isolates=_ISOLATES)

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
        container = _enter(command)
        try:
            box = container.open_box() if command.collect else None
        except OSError as exc:
            container.destroy()
            raise BackendMissing(f"the sandbox's {BOX} can't be read: {exc.strerror}", remedy=_REMEDY) from exc
        try:
            outcome = run_to_end(container, command, hear=hear, cancellation=cancellation)
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


def _enter(command: Command) -> _Container:
    """Build the container around a gate and wait until it stands."""
    check_command(command)
    check_program(command)
    seen = seen_paths(command)
    plan = _plan(seen.values())
    limits = rlimits(command.caps, processes=command.caps.processes + 1)  # process 1 counts, too
    rules = confine(WRITTEN, devices=DEVICES, network=command.network)
    entrance = _Entrance(limits, init=True, rules=rules, inside=(_STATUS, _GATE))
    try:
        process = entrance.process = _start(command, seen, plan, entrance)
        await_gate(process, entrance, name="podman", remedy=_REMEDY)
        try:
            return _Container(process, command, entrance, plan.cgroup)
        except BaseException:
            discard(process)
            raise
    except BaseException:
        entrance.close()
        _remove_cgroups(plan.cgroup)
        raise


def _plan(sources: Iterable[str]) -> _Plan:
    taken = [_find("podman"), *sources]
    free = [folder for folder in _STAGES if not any(path.startswith(f"{folder}/") for path in taken)]
    stage = next(filter(os.path.isdir, free), None)
    if stage is None:
        raise BackendMissing("podman needs a folder that it may cover", remedy=f"make one of {', '.join(_STAGES)}")
    if os.geteuid() == 0:
        _sweep()
        root, group = random.choice(_OUTSIDE_IDS), f"{_CGROUP}{os.getpid()}-{next(_numbers)}"
        return _Plan(spaces=(), root=root, user=root + 1, cgroup=group, stage=stage)
    # The user inside is ourselves, so that its files are ours; the container's root is the first of our other ids.
    spaces = ("--user", "--map-root-user", "--map-auto")
    return _Plan(spaces=spaces, root=1, user=0, cgroup="", stage=stage)


def _start(command: Command, seen: Mapping[str, str], plan: _Plan, entrance: Entrance) -> subprocess.Popen[bytes]:
    podman = _find("podman")
    _version(podman)
    env = {
        "PATH": _PATH,
        "HOME": plan.stage,
        "XDG_RUNTIME_DIR": plan.stage,
        "CONTAINERS_CONF": f"{plan.stage}/containers.conf",
        "CONTAINERS_STORAGE_CONF": f"{plan.stage}/storage.conf",
    }
    if plan.spaces:  # podman would make a user namespace, and a process that keeps it, by itself
        env |= {"_CONTAINERS_USERNS_CONFIGURED": "done", "_CONTAINERS_ROOTLESS_UID": str(os.geteuid())}
    with ExitStack() as stack:
        status, gate = (_pass_on(stack, number) for number in entrance.descriptors)
        given = {name: _memory_file(stack, content) for name, content in command.files.items()}
        lines = [*_stage(seen, plan, given, network=command.network)]
        lines.append(f'exec {_STATUS}>/proc/self/fd/{status} {_GATE}</proc/self/fd/{gate} "$@"')
        script = _memory_file(stack, "\n".join(lines).encode())
        lasting = [_find("setpriv"), "--pdeathsig", "KILL", "--"]
        argv = [*lasting, _find("unshare"), *plan.spaces, "--mount", "--pid", "--", "/bin/sh", "-c", _AS_PARENT, "keep"]
        argv += [*lasting, "/bin/sh", "-e", f"/proc/self/fd/{script}"]
        argv += [podman, *_options(command, seen, plan), *entrance.argv, *command.argv]
        return start(argv, env=env, cwd="/", umask=0o022, pass_fds=(status, gate, script, *given.values()))


def _memory_file(stack: ExitStack, content: bytes) -> int:
    with open(os.memfd_create("lemmata"), "wb") as file:
        file.write(content)
        return _pass_on(stack, file.fileno())


def _pass_on(stack: ExitStack, descriptor: int) -> int:
    """The same under a number that has no meaning inside."""
    copy = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _WITH_MEANING)
    stack.callback(os.close, copy)
    return copy


def _stage(seen: Mapping[str, str], plan: _Plan, given: Mapping[str, int], *, network: bool) -> list[str]:
    """The lines of a shell script that makes podman's folder: its configuration, and the container's root."""
    stage, root = plan.stage, f"{plan.stage}/root"
    box = {f"{root}{BOX}/{name}": descriptor for name, descriptor in given.items()}
    folders = ["/etc", "/proc", "/dev", "/sys", "/run", *WRITTEN, *(path for path in seen if os.path.isdir(path))]
    files = {
        "containers.conf": _CONTAINERS.format(runtime=os.path.basename(_find(*_RUNTIMES))),
        "storage.conf": _STORAGE.format(stage=stage),
        "seccomp.json": container_profile(network=network),
    }
    return [
        "mount -t proc -o nosuid,nodev,noexec proc /proc",
        *(f"mount -o {options} none {shlex.quote(path)}" for path, options in mounts_beneath(seen.values()).items()),
        f"mount -t tmpfs -o nosuid,nodev,mode=755 lemmata {stage}",
        shlex.join(["mkdir", "-p", *(root + folder for folder in folders)]),
        *(shlex.join(["ln", "-s", os.readlink(path), root + path]) for path in SYSTEM if os.path.islink(path)),
        f"cp -L /bin/sh {root}{_INIT}",
        f"chmod 711 {root}{_INIT}",
        f"chown -R {plan.root}:{plan.root} {root}",
        shlex.join(["mkdir", "-p", f"{root}{BOX}", *sorted({os.path.dirname(path) for path in box})]),
        *(f"cat /proc/self/fd/{descriptor} > {shlex.quote(path)}" for path, descriptor in box.items()),
        f"chmod -R 755 {root}{BOX}",
        f"chown -R {plan.user}:{plan.user} {root}{BOX}",
        f"chmod 1777 {root}{BOX} {root}/tmp",  # the folders in memory get these permissions, and another owner
        *(f"printf %s {shlex.quote(text)} > {stage}/{name}" for name, text in files.items()),
    ]


def _options(command: Command, seen: Mapping[str, str], plan: _Plan) -> list[str]:
    """The arguments of podman, up to the container's own root and its process 1."""
    caps, stage = command.caps, plan.stage
    options = ["--log-level=fatal", f"--tmpdir={stage}/tmp", f"--runtime-flag=root={stage}/runtime", "run"]
    options += ["--interactive", "--detach-keys=", "--sig-proxy=false", "--log-driver=none", "--rootfs", "--read-only"]
    options += ["--read-only-tmpfs=false", "--hostname=box", "--passwd=false", "--unsetenv-all", "--http-proxy=false"]
    options += ["--cap-drop=all", "--security-opt=no-new-privileges", f"--security-opt=seccomp={stage}/seccomp.json"]
    options += ["--ipc=private", "--network=host"] if command.network else ["--ipc=private", "--network=none"]
    options += [] if command.network else ["--no-hosts"]
    options += [f"--cgroup-parent=/{plan.cgroup}", "--cgroups=no-conmon"] if plan.cgroup else []
    for kind in ("uid", "gid"):
        options += [f"--{kind}map=0:{plan.root}:1", f"--{kind}map={_INSIDE_ID}:{plan.user}:1"]
    options += [f"--user={_INSIDE_ID}:{_INSIDE_ID}", f"--workdir={BOX}", f"--preserve-fds={_GATE - 2}"]
    options += ["--ulimit=host", "--ulimit=msgqueue=0:0"]
    for path, source in seen.items():
        if ":" in path + source:
            raise BadInput(f"expected no colon in a path that podman is to show, got {path!r}", place="visible")
        options.append(f"--volume={source}:{path}:ro,nosuid,nodev")
    # Twice the largest file, so that one can be written beside another.
    room, extra = caps.file_mb * MEBIBYTE, sum(map(len, command.files.values()))
    options.append(f"--tmpfs={BOX}:rw,exec,nosuid,nodev,size={2 * room + extra}")
    options.append(f"--tmpfs=/tmp:rw,exec,nosuid,nodev,size={2 * room}")
    options.append(f"--shm-size={room}b")
    options += [f"--tmpfs={path}:ro,nosuid,nodev,notmpcopyup,size=4k" for path in ("/sys", _CGROUPS)]
    env = {**BASE_ENV, **command.env}
    options += [f"--env={name}={value}" for name, value in env.items()]
    init = _AS_PARENT if "HOSTNAME" in env else f"unset HOSTNAME; {_AS_PARENT}"
    return [*options, f"{stage}/root", _INIT, "-c", init, "init"]


def _find_first(outermost: int) -> tuple[int, int]:
    """The first process of our namespace, and that of the container's: podman > its monitor > the container."""
    for keeper in children(outermost):
        for monitor in children(keeper):
            for first in children(monitor):
                with suppress(OSError):
                    if re.search(r"^NSpid:.*\t1$", Path(f"/proc/{first}/status").read_text(), re.MULTILINE):
                        return keeper, first
    raise ProtocolError("podman's container runs, but its first process was not found below podman's monitor")


def _hierarchies() -> list[str]:
    """The folders in which podman's runtime makes groups: the one of version 2, or each one of version 1."""
    if not os.path.isdir(_CGROUPS):
        return []
    return [_CGROUPS, *(entry.path for entry in os.scandir(_CGROUPS) if entry.is_dir(follow_symlinks=False))]


def _remove_cgroups(name: str) -> None:
    """Remove podman's groups below this one, and this one; what was in them has ended or is about to."""
    deadline = time.monotonic() + _WAIT_S
    todo = [f"{top}/{name}" for top in _hierarchies()] if name else []
    while (todo := list(filter(os.path.isdir, todo))) and time.monotonic() < deadline:
        for folder in (folder for top in todo for folder, _, _ in os.walk(top, topdown=False)):
            with suppress(OSError):
                os.rmdir(folder)


@cache
def _sweep() -> None:
    """Remove the empty groups of others of us, who were killed."""
    for top in _hierarchies():
        for name in os.listdir(top):
            pid = name.removeprefix(_CGROUP).partition("-")[0]
            if name.startswith(_CGROUP) and pid.isdigit() and not os.path.exists(f"/proc/{pid}"):
                _remove_cgroups(name)


def _find(*names: str) -> str:
    for name in names:
        if found := shutil.which(name, path=None if name == "podman" else _PATH):
            return found
    raise BackendMissing(f"no {' and no '.join(names)} found{' on PATH' * (names == ('podman',))}", remedy=_INSTALL)


@cache
def _version(podman: str) -> tuple[int, ...]:
    try:
        env = {"PATH": _PATH, "HOME": "/"}  # it insists on a home folder that is there
        said = subprocess.run([podman, "--version"], env=env, capture_output=True, timeout=START_S, check=False).stdout
    except (OSError, subprocess.SubprocessError) as exc:
        raise BackendMissing(f"{podman} does not run ({exc})", remedy=_INSTALL) from exc
    found = re.search(rb"(\d+)\.(\d+)\.(\d+)", said)
    version = tuple(map(int, found.groups())) if found else ()
    if version < _OLDEST:
        raise BackendMissing(f"podman 4.3 or newer is needed, {podman} says {said!r}", remedy=_INSTALL)
    return version
