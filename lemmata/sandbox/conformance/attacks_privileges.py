"""Attempts to gain privileges: namespaces of its own, the superuser's identity, capabilities."""

from __future__ import annotations

from lemmata.sandbox.conformance.case import Cases, Finding, Stage
from lemmata.sandbox.conformance.guest import REFUSED, probe

CASES = Cases()
_NAMESPACES = {
    "mount": 0x20000,
    "cgroup": 0x2000000,
    "names": 0x4000000,
    "messages": 0x8000000,
    "processes": 0x20000000,
    "network": 0x40000000,
    "time": 0x80,
}
_CHILD = """
import signal
def child(make):
    # A refused call leaves no child; a child of the raw call must not go on in Python.
    said = make()
    pid = int(said.split()[-1])
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0x40000000)  # __WALL
    return said
"""


@CASES.attack("namespaces.user", native=True)
def user_namespace(stage: Stage) -> Finding:
    """Makes a user namespace, in which it would be the superuser."""
    return probe(stage, 'attempt("unshare", lambda: call(272, 97, 0x10000000))')


@CASES.attack("namespaces.unshare", native=True)
def unshare(stage: Stage) -> Finding:
    """Makes namespaces of every other kind."""
    code = 'for name, flag in given["flags"].items(): attempt(name, lambda: call(272, 97, flag))'
    return probe(stage, code, flags=_NAMESPACES)


@CASES.attack("namespaces.clone", native=True)
def clone(stage: Stage) -> Finding:
    """Starts processes in new namespaces."""
    code = """
for name, flag in given["flags"].items():
    attempt(name, lambda: child(lambda: call(56, 220, flag | signal.SIGCHLD, 0, 0, 0, 0)))
"""
    flags = {name: flag for name, flag in _NAMESPACES.items() if name != "time"} | {"user": 0x10000000}
    return probe(stage, _CHILD + code, flags=flags)


@CASES.attack("namespaces.clone3", native=True)
def clone3(stage: Stage) -> Finding:
    """Starts processes in new namespaces with the newer call, whose flags no filter can see."""
    code = """
import ctypes, struct
def start(flag):
    arguments = ctypes.create_string_buffer(struct.pack("<QQQQQ", flag, 0, 0, 0, signal.SIGCHLD) + bytes(48), 88)
    return child(lambda: call(435, 435, arguments, 88))
for name, flag in given["flags"].items(): attempt(name, lambda: start(flag))
"""
    return probe(stage, _CHILD + code, flags=_NAMESPACES | {"user": 0x10000000})


@CASES.attack("namespaces.enter", native=True)
def enter(stage: Stage) -> Finding:
    """Enters the namespaces of a process of the host, and those of process 1."""
    code = """
for pid in given["pids"]:
    for kind in ("user", "mnt", "net", "pid"):
        attempt(f"{pid} {kind}", lambda: call(308, 268, os.open(f"/proc/{pid}/ns/{kind}", os.O_RDONLY), 0))
"""
    return probe(stage, code, pids=[1, stage.host.victim.pid])


@CASES.attack("identity.superuser", native=True)
def superuser(stage: Stage) -> Finding:
    """Becomes the superuser, or a member of his group."""
    code = """
attempt("setuid", lambda: os.setuid(0) or "became 0")
attempt("setresuid", lambda: os.setresuid(-1, 0, -1) or "became 0")
attempt("setgid", lambda: os.setgid(0) or "became 0")
attempt("setgroups", lambda: os.setgroups([0]) or "became a member of 0")
attempt("already", lambda: 0 in (os.getuid(), os.geteuid()))
"""
    return probe(stage, code, stops=REFUSED | {"EINVAL"})


@CASES.attack("identity.somebody-else", native=True)
def somebody_else(stage: Stage) -> Finding:
    """Becomes another ordinary user."""
    code = 'attempt("setuid", lambda: os.setuid(54321) or "became 54321")'
    return probe(stage, code, stops=REFUSED | {"EINVAL"})


@CASES.attack("identity.setuid-program", native=True)
def setuid_program(stage: Stage) -> Finding:
    """Runs a program that runs as the superuser, whoever starts it."""
    code = """
import subprocess
def user_of(path):
    if not os.stat(path).st_mode & 0o4000:
        return None
    quiet = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([path], **quiet) as program:
        with open(f"/proc/{program.pid}/status") as status:
            said = dict(line.split(":", 1) for line in status)
        program.kill()
    return said["Uid"].split()[1] == "0"
for path in ("/usr/bin/su", "/bin/su", "/usr/bin/passwd", "/usr/bin/newgrp"): attempt(path, lambda: user_of(path))
"""
    return probe(stage, code)


@CASES.attack("identity.own-setuid-program", native=True)
def own_setuid_program(stage: Stage) -> Finding:
    """Makes a program that runs as the superuser from a copy of one."""
    code = """
import shutil, subprocess
def run():
    shutil.copy("/usr/bin/id", "id")
    os.chmod("id", 0o6755)
    return subprocess.run(["./id", "-u"], capture_output=True, check=True).stdout == b"0\\n"
attempt("copy", run)
"""
    return probe(stage, code)


@CASES.attack("capabilities.held", native=True)
def capabilities_held(stage: Stage) -> Finding:
    """Looks for capabilities that it has or could get by a program's file."""
    code = """
def held():
    with open("/proc/self/status") as status:
        said = dict(line.split(":", 1) for line in status)
    privileged = any(int(said[name], 16) for name in ("CapPrm", "CapEff", "CapInh", "CapAmb"))
    return privileged or (int(said["CapBnd"], 16) and said["NoNewPrivs"].strip() != "1")
attempt("held", held)
"""
    return probe(stage, code)


@CASES.attack("capabilities.raise", native=True)
def capabilities_raised(stage: Stage) -> Finding:
    """Gives itself capabilities."""
    code = """
import ctypes, struct
everything = struct.pack("<6I", *[0xFFFFFFFF, 0xFFFFFFFF, 0] * 2)
head = struct.pack("<Ii", 0x20080522, 0)
def lift():
    now = ctypes.create_string_buffer(24)
    call(125, 90, ctypes.create_string_buffer(head), now)
    effective, permitted, inheritable = struct.unpack("<6I", now.raw)[:3]
    if permitted:
        return f"has {permitted:x}"
    return call(126, 91, ctypes.create_string_buffer(head), ctypes.create_string_buffer(everything))
attempt("capset", lift)
attempt("ambient", lambda: call(157, 167, 47, 2, 12, 0, 0))  # PR_CAP_AMBIENT_RAISE of CAP_NET_ADMIN
"""
    return probe(stage, code)


@CASES.attack("capabilities.new-privileges", native=True)
def new_privileges(stage: Stage) -> Finding:
    """Takes back that programs which it runs gain no privileges."""
    code = """
attempt("unset", lambda: call(157, 167, 38, 0, 0, 0, 0))  # PR_SET_NO_NEW_PRIVS
def missing():
    with open("/proc/self/status") as status:
        return "NoNewPrivs:\\t0" in status.read()
attempt("missing", missing)
"""
    return probe(stage, code, stops=REFUSED | {"EINVAL"})
