"""Attempts to read the host: its files, its environment, its devices."""

from __future__ import annotations

import hashlib
import os
import stat
from contextlib import suppress
from pathlib import Path

from lemmata.sandbox.conformance.case import Cases, Finding, NotApplicable, Stage
from lemmata.sandbox.conformance.guest import REFUSED, probe
from lemmata.sandbox.languages.python import python_command

CASES = Cases()
_READ_EACH = 'for path in given["paths"]: attempt(path, lambda: read(path))'
_UP = "../" * 24
# What is masked by an empty file or by /dev/null is not there.
_OPEN_EACH = """
def opened(path):
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    try:
        return os.fstat(descriptor).st_rdev not in (0, os.makedev(1, 3)) or len(os.read(descriptor, 8))
    finally:
        os.close(descriptor)
for path in given["paths"]: attempt(path, lambda: opened(path))
"""
_LIST_EACH = 'for path in given["paths"]: attempt(path, lambda: os.listdir(path))'
_DEVICE = REFUSED | {"ENXIO", "ENODEV"}


def _secret(stage: Stage) -> str:
    return str(stage.host.folder / "secret")


@CASES.attack("files.secret")
def secret(stage: Stage) -> Finding:
    """Reads a file of the host by its path."""
    return probe(stage, _READ_EACH, paths=[_secret(stage)])


@CASES.attack("files.users")
def users(stage: Stage) -> Finding:
    """Reads the host's lists of users and its identity."""
    code = """
import hashlib
def same(path, digest):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest() == digest
for path, digest in given["digests"].items(): attempt(path, lambda: same(path, digest))
"""
    digests = {}
    for path in ("/etc/passwd", "/etc/group", "/etc/hostname", "/etc/machine-id", "/etc/fstab", "/etc/ssh/sshd_config"):
        with suppress(OSError):
            if content := Path(path).read_bytes():
                digests[path] = hashlib.sha256(content).hexdigest()
    if not digests:
        raise NotApplicable("this host has no such files")
    return probe(stage, code, digests=digests)


@CASES.attack("files.passwords")
def passwords(stage: Stage) -> Finding:
    """Reads the shadow passwords and the rules of sudo."""
    return probe(stage, _READ_EACH, paths=["/etc/shadow", "/etc/gshadow", "/etc/sudoers", "/etc/security/opasswd"])


@CASES.attack("files.homes")
def homes(stage: Stage) -> Finding:
    """Reads what lies in home folders, and the keys there."""
    home = Path(os.path.expanduser("~"))
    paths = [*_files_in(home), *_files_in(home / ".ssh"), "/root/.profile", "/root/.ssh/authorized_keys"]
    return probe(stage, _READ_EACH, paths=paths)


@CASES.attack("files.working-folder")
def working_folder(stage: Stage) -> Finding:
    """Reads what lies in the folder in which the host's own process works, and lists its temporary files."""
    code = f"{_READ_EACH}\n{_LIST_EACH.replace('paths', 'folders')}"
    return probe(stage, code, paths=_files_in(Path.cwd()), folders=[str(stage.host.folder)])


@CASES.attack("files.parents")
def parents(stage: Stage) -> Finding:
    """Climbs out of the working folder with dots."""
    return probe(stage, _READ_EACH, paths=[_UP + _secret(stage), "./" + _UP + _secret(stage).lstrip("/")])


@CASES.attack("files.symbolic-link")
def symbolic_link(stage: Stage) -> Finding:
    """Reads through a symbolic link that it makes itself."""
    code = """
def through(target, name):
    os.symlink(target, name)
    return read(name if name == "file" else name + "/secret")
attempt("file", lambda: through(given["secret"], "file"))
attempt("folder", lambda: through(os.path.dirname(given["secret"]), "folder"))
"""
    return probe(stage, code, stops=REFUSED | {"EINVAL"}, secret=_secret(stage))


@CASES.attack("files.hard-link")
def hard_link(stage: Stage) -> Finding:
    """Makes a hard link to a file of the host."""
    code = 'attempt("link", lambda: (os.link(given["secret"], "second"), read("second")))'
    return probe(stage, code, stops=REFUSED | {"EXDEV"}, secret=_secret(stage))


@CASES.attack("files.proc-root")
def proc_root(stage: Stage) -> Finding:
    """Reaches the host's files through the root folder of other processes."""
    pids = ("1", "self", str(os.getpid()), str(stage.host.victim.pid))
    return probe(stage, _READ_EACH, paths=[f"/proc/{pid}/root{_secret(stage)}" for pid in pids])


@CASES.attack("files.proc-cwd")
def proc_cwd(stage: Stage) -> Finding:
    """Reaches the host's files through the working folder of other processes."""
    paths = [f"/proc/{pid}/cwd/{_UP}{_secret(stage).lstrip('/')}" for pid in ("1", "self", "thread-self")]
    return probe(stage, _READ_EACH, paths=[*paths, f"/proc/{stage.host.victim.pid}/cwd/secret"])


@CASES.attack("files.proc-descriptors")
def proc_descriptors(stage: Stage) -> Finding:
    """Reaches the host's files through the open descriptors of every process that it sees."""
    code = """
def search():
    for pid in [n for n in os.listdir("/proc") if n.isdigit()]:
        try:
            names = os.listdir(f"/proc/{pid}/fd")
        except OSError:
            continue
        for name in names:
            for path in (f"/proc/{pid}/fd/{name}", f"/proc/{pid}/fd/{name}/secret"):
                try:
                    if os.path.isfile(path) and read(path).startswith(b"lemmata-secret-"):
                        return path
                except OSError:
                    continue
attempt("search", search)
"""
    return probe(stage, code)


@CASES.attack("files.bind-source")
def bind_source(stage: Stage) -> Finding:
    """Climbs from a folder that is visible to its neighbours on the host."""
    path = str(stage.host.visible)
    code = """
assert read(given["path"] + "/data") == b"given\\n"
attempt("parent", lambda: read(given["path"] + "/../secret"))
attempt("descriptor", lambda: os.open("secret", os.O_RDONLY, dir_fd=os.open(given["path"] + "/..", os.O_RDONLY)))
"""
    return probe(stage, code, visible=(path,), path=path)


@CASES.attack("files.shared-memory")
def shared_memory(stage: Stage) -> Finding:
    """Reads a shared-memory object of the host."""
    return probe(stage, _READ_EACH, paths=[stage.host.memory])


@CASES.attack("files.sockets-and-state")
def state(stage: Stage) -> Finding:
    """Lists what the host's services keep: their state, logs, mail and mounts."""
    paths = [p for p in ("/var/log", "/var/lib/dpkg", "/run/systemd", "/boot", "/srv", "/opt", "/mnt") if _filled(p)]
    if not paths:
        raise NotApplicable("this host has nothing there")
    code = """
for path, names in given["paths"].items():
    attempt(path, lambda: sorted(set(os.listdir(path)) & set(names)))
"""
    return probe(stage, code, paths={path: os.listdir(path) for path in paths})


def _filled(path: str) -> bool:
    try:
        return bool(os.listdir(path))
    except OSError:
        return False


@CASES.attack("environment.own")
def own_environment(stage: Stage) -> Finding:
    """Looks for a secret in the environment that it inherits."""
    code = 'attempt("own", lambda: [k for k, v in os.environ.items() if "lemmata-secret-" in v])'
    return probe(stage, code)


@CASES.attack("environment.other-processes")
def other_environments(stage: Stage) -> Finding:
    """Looks for a secret in the environment of every process that it sees."""
    code = """
def search():
    for pid in [n for n in os.listdir("/proc") if n.isdigit()]:
        for name in ("environ", "cmdline"):
            try:
                with open(f"/proc/{pid}/{name}", "rb") as file:
                    if b"lemmata-secret-" in file.read():
                        return f"{pid} {name}"
            except OSError:
                continue
attempt("search", search)
"""
    return probe(stage, code)


@CASES.attack("environment.of-a-process")
def environment_of_a_process(stage: Stage) -> Finding:
    """Reads the environment of processes of the host, by their number."""
    pids = (stage.host.victim.pid, os.getpid(), os.getppid())
    paths = [f"/proc/{pid}/environ" for pid in pids if pid > 64]  # small numbers may be the guest's own
    return probe(stage, _READ_EACH, stops=REFUSED | {"ESRCH"}, paths=paths)


@CASES.attack("processes.seen")
def processes_seen(stage: Stage) -> Finding:
    """Looks for processes of the host."""
    code = """
def commands():
    for pid in [n for n in os.listdir("/proc") if n.isdigit() and int(n) != os.getpid()]:
        try:
            with open(f"/proc/{pid}/comm") as comm, open(f"/proc/{pid}/cmdline", "rb") as line:
                if given["mark"].encode() in line.read():
                    return pid, comm.read()
        except OSError:
            continue
attempt("search", commands)
attempt("victim", lambda: os.stat(f"/proc/{given['pid']}"))
"""
    victim = stage.host.start_victim()
    try:
        return probe(stage, code, mark="lemmata-secret-", pid=victim.pid)
    finally:
        victim.close()


@CASES.attack("devices.memory")
def memory_devices(stage: Stage) -> Finding:
    """Opens the memory of the machine."""
    return probe(stage, _OPEN_EACH, stops=_DEVICE, paths=["/dev/mem", "/dev/kmem", "/dev/port", "/proc/kcore"])


@CASES.attack("devices.kernel-log")
def kernel_log(stage: Stage) -> Finding:
    """Opens the log of the kernel."""
    code = 'for path in given["paths"]: attempt(path, lambda: os.close(os.open(path, os.O_RDONLY)) or "opened")'
    return probe(stage, code, stops=_DEVICE, paths=["/dev/kmsg", "/proc/kmsg"])


@CASES.attack("devices.disks")
def disks(stage: Stage) -> Finding:
    """Opens the disks of the machine."""
    names = _disks()
    if not names:
        raise NotApplicable("this host shows no disks")
    code = 'for path in given["paths"]: attempt(path, lambda: os.close(os.open(path, os.O_RDONLY)) or "opened")'
    return probe(stage, code, stops=_DEVICE, paths=[f"/dev/{name}" for name in names])


@CASES.attack("devices.special")
def special_devices(stage: Stage) -> Finding:
    """Opens the devices of virtual machines, tunnels, file systems in user space and the console."""
    names = ("kvm", "fuse", "net/tun", "vhost-net", "console", "tty0", "uinput", "loop-control", "vsock", "rtc0")
    code = 'for path in given["paths"]: attempt(path, lambda: os.close(os.open(path, flags)) or "opened")'
    code = 'flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)\n' + code
    return probe(stage, code, stops=_DEVICE | {"EBUSY", "EIO"}, paths=[f"/dev/{name}" for name in names])


@CASES.attack("devices.make-disk")
def make_disk(stage: Stage) -> Finding:
    """Makes a device of its own for a disk of the machine."""
    major, minor = _disks_numbers()
    code = 'attempt("mknod", lambda: os.mknod("disk", given["mode"], os.makedev(*given["device"])) or "made")'
    return probe(stage, code, mode=stat.S_IFBLK | 0o600, device=(major, minor))


@CASES.attack("devices.make-memory")
def make_memory(stage: Stage) -> Finding:
    """Makes a device of its own for the memory of the machine."""
    code = 'attempt("mknod", lambda: os.mknod("mem", given["mode"], os.makedev(1, 1)) or "made")'
    return probe(stage, code, mode=stat.S_IFCHR | 0o600)


@CASES.attack("kernel.tables")
def kernel_tables(stage: Stage) -> Finding:
    """Reads tables of the kernel that help to attack it."""
    paths = ("/proc/timer_list", "/proc/kpageflags", "/proc/vmallocinfo", "/proc/slabinfo")
    folders = ("/sys/kernel/debug", "/sys/kernel/tracing", "/sys/firmware", "/sys/kernel/security")
    code = f"{_READ_EACH}\n{_LIST_EACH.replace('paths', 'folders')}"
    return probe(stage, code, paths=list(paths), folders=list(folders))


@CASES.attack("files.left-by-others")
def left_by_others(stage: Stage) -> Finding:
    """Looks for files that another run has left in the folders that can be written."""
    leave = """
import os, tempfile
for folder in (".", tempfile.gettempdir(), "/dev/shm", "/var/tmp"):
    try:
        with open(os.path.join(folder, "lemmata-left"), "w") as file: file.write("x")
    except OSError:
        pass
"""
    if stage.sandbox.probe().isolates.startswith("nothing"):
        raise NotApplicable("it would leave files on the host")
    stage.sandbox.run(python_command(leave))
    code = """
import tempfile
for folder in (".", tempfile.gettempdir(), "/dev/shm", "/var/tmp"):
    attempt(folder, lambda: read(os.path.join(folder, "lemmata-left")))
"""
    return probe(stage, code)


def _files_in(folder: Path) -> list[str]:
    with suppress(OSError):
        return [str(path) for path in sorted(folder.iterdir()) if path.is_file() and path.stat().st_size][:20]
    return []


def _disks() -> list[str]:
    with suppress(OSError):
        return [name for name in sorted(os.listdir("/sys/block")) if os.path.exists(f"/dev/{name}")]
    return []


def _disks_numbers() -> tuple[int, int]:
    for name in _disks():
        number = os.stat(f"/dev/{name}").st_rdev
        return os.major(number), os.minor(number)
    return 8, 0
