"""Attempts to write outside the scratch folders. Where one succeeds it writes nothing that stays."""

from __future__ import annotations

from lemmata.sandbox.conformance.case import Cases, Finding, Stage
from lemmata.sandbox.conformance.guest import REFUSED, probe, succeeded

CASES = Cases()
# A file without a name in the folder needs the right to write there and leaves nothing. Where there are none (WASI), a
# real one is made and taken away.
_MAKE_EACH = """
def make(folder):
    flag = getattr(os, "O_TMPFILE", None)
    if flag is None:
        path = folder.rstrip("/") + "/lemmata-made"
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        os.unlink(path)
        return "made"
    try:
        os.close(os.open(folder, flag | os.O_WRONLY, 0o600))
    except OSError as error:
        if error.errno not in (errno.EOPNOTSUPP, errno.EISDIR):
            raise
        if not os.access(folder, os.W_OK):
            raise PermissionError(errno.EACCES, "refused") from None
    return "could write"
for folder in given["folders"]: attempt(folder, lambda: make(folder))
"""
_OPEN_EACH = """
for path in given["paths"]: attempt(path, lambda: os.close(os.open(path, os.O_WRONLY | os.O_APPEND)) or "opened")
"""


@CASES.attack("writes.root")
def root(stage: Stage) -> Finding:
    """Makes a file in the root folder."""
    return probe(stage, _MAKE_EACH, folders=["/"])


@CASES.attack("writes.system")
def system(stage: Stage) -> Finding:
    """Makes files among the programs and libraries of the system."""
    return probe(stage, _MAKE_EACH, folders=["/usr", "/usr/bin", "/usr/lib", "/usr/local", "/bin", "/sbin", "/lib"])


@CASES.attack("writes.standard-library")
def standard_library(stage: Stage) -> Finding:
    """Makes a file in Python's standard library, or changes a module of it."""
    code = f"given = {{'folders': [os.path.dirname(os.__file__)]}}\n{_MAKE_EACH}\n"
    code += "given = {'paths': [os.__file__, json.__file__]}\n" + _OPEN_EACH
    return probe(stage, code)


@CASES.attack("writes.configuration")
def configuration(stage: Stage) -> Finding:
    """Makes files in the configuration of the system, and changes it."""
    code = _MAKE_EACH + _OPEN_EACH
    folders = ["/etc", "/etc/alternatives", "/etc/cron.d", "/etc/ld.so.conf.d", "/var/spool/cron"]
    paths = ["/etc/ld.so.cache", "/etc/ld.so.preload", "/etc/passwd", "/etc/hosts"]
    return probe(stage, code, folders=folders, paths=paths)


@CASES.attack("writes.devices")
def devices(stage: Stage) -> Finding:
    """Makes files among the devices, and where processes are listed."""
    return probe(stage, _MAKE_EACH, folders=["/dev", "/proc"])


@CASES.attack("writes.programs")
def programs(stage: Stage) -> Finding:
    """Opens programs of the system for writing."""
    return probe(stage, _OPEN_EACH, paths=["/bin/ls", "/usr/bin/env", "/usr/bin/id", "/lib64/ld-linux-x86-64.so.2"])


@CASES.attack("writes.host-file")
def host_file(stage: Stage) -> Finding:
    """Opens a file of the host for writing, and makes one beside it."""
    folder = stage.host.folder
    return probe(stage, _OPEN_EACH + _MAKE_EACH, paths=[str(folder / "secret")], folders=[str(folder)])


@CASES.attack("writes.visible")
def visible(stage: Stage) -> Finding:
    """Changes, replaces, renames and removes what is visible to be read."""
    code = """
folder, data = given["folder"], given["folder"] + "/data"
assert read(data) == b"given\\n"
def reopened():
    held = os.open(data, os.O_RDONLY)
    return os.close(os.open(f"/proc/self/fd/{held}", os.O_WRONLY | os.O_APPEND)) or "opened"
attempt("open", lambda: os.close(os.open(data, os.O_WRONLY | os.O_APPEND)) or "opened")
attempt("reopen", reopened)
attempt("create", lambda: os.close(os.open(folder + "/new", os.O_CREAT | os.O_WRONLY)) or "created")
attempt("mode", lambda: os.chmod(data, 0o666) or os.stat(data).st_mode & 0o777 == 0o666)
attempt("times", lambda: os.utime(data, (0, 0)) or os.stat(data).st_mtime == 0)
attempt("link", lambda: os.link(data, folder + "/second") or "linked")
attempt("rename", lambda: os.rename(data, folder + "/other") or "renamed")
attempt("remove", lambda: os.unlink(folder + "/other") or "removed")
"""
    path = stage.host.make_visible()
    before = (path / "data").stat()
    finding = probe(stage, code, visible=(str(path),), folder=str(path))
    found = {entry.name: entry.read_text() for entry in path.iterdir()}
    if found != {"data": "given\n"}:
        return succeeded(f"afterwards the folder holds {sorted(found)}")
    after = (path / "data").stat()
    same = (after.st_mode, after.st_mtime_ns) == (before.st_mode, before.st_mtime_ns)
    return finding if same else succeeded("the file has another mode, or other times")


@CASES.attack("writes.kernel-settings")
def kernel_settings(stage: Stage) -> Finding:
    """Opens settings of the kernel for writing, among them the program that handles core dumps."""
    names = ("kernel/core_pattern", "kernel/modprobe", "kernel/hostname", "vm/overcommit_memory", "kernel/pid_max")
    paths = [f"/proc/sys/{name}" for name in names]
    return probe(stage, _OPEN_EACH, paths=[*paths, "/sys/kernel/uevent_helper", "/sys/power/state"])


@CASES.attack("writes.sysrq")
def sysrq(stage: Stage) -> Finding:
    """Opens the trigger that reboots the machine for writing."""
    return probe(stage, _OPEN_EACH, paths=["/proc/sysrq-trigger"])


@CASES.attack("writes.control-groups")
def control_groups(stage: Stage) -> Finding:
    """Opens the control groups for writing: to leave its own, or to run a program on the host as one empties."""
    code = """
import glob
paths = [p for n in ("release_agent", "cgroup.procs", "tasks", "memory.max", "pids.max", "notify_on_release")
         for p in glob.glob(f"/sys/fs/cgroup/{n}") + glob.glob(f"/sys/fs/cgroup/*/{n}")]
attempt("/sys/fs/cgroup", lambda: None if os.path.isdir("/sys/fs/cgroup") else os.listdir("/sys/fs/cgroup"))
given["paths"] = paths
"""
    return probe(stage, code + _OPEN_EACH)


@CASES.attack("writes.out-of-memory-score")
def out_of_memory_score(stage: Stage) -> Finding:
    """Makes itself the last process to be killed when memory runs out."""
    code = """
def lower():
    with open("/proc/self/oom_score_adj", "w") as file: file.write("-1000")
    return "lowered"
attempt("lower", lower)
"""
    return probe(stage, code)


@CASES.attack("writes.other-process-score")
def other_process_score(stage: Stage) -> Finding:
    """Makes a process of the host the first to be killed when memory runs out."""
    return probe(stage, _OPEN_EACH, paths=[f"/proc/{stage.host.victim.pid}/oom_score_adj"])


@CASES.attack("writes.owner")
def owner(stage: Stage) -> Finding:
    """Gives a program of its own to the superuser, to be run with his rights."""
    code = """
def give():
    with open("own", "w") as file: file.write("x")
    os.chown("own", 0, 0)
    os.chmod("own", 0o4755)
    return os.stat("own").st_uid == 0
attempt("give", give)
"""
    return probe(stage, code, stops=REFUSED | {"EINVAL"})


@CASES.attack("writes.links", native=True)
def links(stage: Stage) -> Finding:
    """Writes among the system's programs through a link of its own, and takes folders of the system away."""
    code = """
os.symlink("/usr", "usr")
given["folders"] = ["usr", "usr/bin"]
for path in ("/usr", "/usr/bin", "/etc"):
    attempt(f"remove {path}", lambda: os.rmdir(path) or "removed")  # full as they are, none of them can go
"""
    return probe(stage, code + _MAKE_EACH)


@CASES.attack("writes.remount", native=True)
def remount(stage: Stage) -> Finding:
    """Changes how a folder is mounted, as it would have to do with the system's."""
    code = """
MS_REMOUNT, MS_BIND = 32, 4096
attempt("remount", lambda: call(165, 40, b"none", os.getcwd().encode(), b"", MS_REMOUNT | MS_BIND, 0))
"""
    return probe(stage, code)
