"""Attempts to get out of the sandbox, or to take more than was given; every one of them must be stopped.

The attacks that are shipped, and what is particular to bubblewrap or can't be asked of any back-end. Each attempt says
what came of it, so that one that merely crashed is not taken for one that was stopped.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lemmata.sandbox.base import Caps, Command, End, Outcome, Sandbox
from lemmata.sandbox.bubblewrap import Bubblewrap
from lemmata.sandbox.conformance.case import Attack, Mark, Stage
from lemmata.sandbox.conformance.host import Host
from lemmata.sandbox.conformance.suite import CASES, play
from lemmata.sandbox.languages.python import python_command

pytestmark = pytest.mark.sandbox

TRY = """
import ctypes, os, platform, sys
libc = ctypes.CDLL(None, use_errno=True)
X86 = platform.machine() == "x86_64"

def attempt(name, action):
    try:
        result = action()
    except OSError as error:
        print(name, "stopped", error.errno)
    else:
        print(name, "SUCCEEDED", result)

def call(x86, arm, *arguments):
    result = libc.syscall(x86 if X86 else arm, *arguments)
    if result == -1:
        raise OSError(ctypes.get_errno(), "refused")
    return result
"""


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    backend = Bubblewrap()
    assert backend.probe().found, backend.probe().remedy
    return backend


@pytest.fixture(scope="module")
def stage(sandbox: Sandbox) -> Iterator[Stage]:
    with Host() as host:
        yield Stage(sandbox, host)


@pytest.mark.parametrize("case", [c for c in CASES if isinstance(c, Attack)], ids=lambda case: case.id)
def test_the_attack_is_stopped(case: Attack, stage: Stage) -> None:
    result = play(case, stage, isolated=True)
    if result.mark is Mark.NOT_APPLICABLE:
        pytest.skip(result.by)
    assert result.mark is Mark.STOPPED, result.by
    assert result.by


def attack(sandbox: Sandbox, code: str, **fields: object) -> Outcome:
    return sandbox.run(python_command(TRY + code, **fields))  # type: ignore[arg-type]


def assert_stopped(outcome: Outcome, attempts: int) -> None:
    lines = outcome.stdout.decode().splitlines()
    assert len(lines) == attempts, (lines, outcome.stderr)
    assert all(" stopped " in line for line in lines), lines


def test_files_of_the_host_cant_be_read(sandbox: Sandbox, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    places = [str(secret), "/etc/passwd", "/etc/shadow", "/etc/hostname", __file__, "/root/.profile", "/home", "/var"]
    code = f"for place in {places!r}: attempt(place, lambda: open(place).read() if '.' in place else os.stat(place))"
    assert_stopped(attack(sandbox, code), len(places))


def test_no_environment_of_the_host_is_seen_even_in_process_one(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "host-secret")
    code = """
for name in os.listdir("/proc"):
    if name.isdigit():
        try:
            print(open(f"/proc/{name}/environ").read())
        except PermissionError:
            print("stopped")
print("looked")
"""
    outcome = attack(sandbox, code)
    assert outcome.stdout.endswith(b"looked\n")
    assert b"host-secret" not in outcome.stdout


def test_no_process_of_the_host_is_seen(sandbox: Sandbox) -> None:
    outcome = attack(sandbox, "print(sorted(int(n) for n in os.listdir('/proc') if n.isdigit()), os.getpid())")
    seen, mine = outcome.stdout.rsplit(b" ", 1)
    assert seen == b"[1, %d]" % int(mine)


def test_what_is_visible_is_visible_read_only(sandbox: Sandbox, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "data").write_text("given")
    script = f"cat {tmp_path}/data; echo lie > {tmp_path}/data; echo lie > {tmp_path}/new; ls {tmp_path.parent}"
    outcome = sandbox.run(Command(argv=("/bin/sh", "-c", script), visible=(str(tmp_path),)))
    assert outcome.stdout == b"given" + tmp_path.name.encode() + b"\n"
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_process_one_gives_no_more_room_than_the_program_has(sandbox: Sandbox) -> None:
    code = "print(open('/proc/1/limits').read() == open('/proc/self/limits').read())"
    assert attack(sandbox, code, caps=Caps(cpu_s=5)).stdout == b"True\n"
    code = (
        "print(*[s.split()[1] for s in open('/proc/1/status') if s.startswith(('Seccomp:', 'NoNewPrivs:', 'CapBnd:'))])"
    )
    assert attack(sandbox, code).stdout == b"0000000000000000 1 2\n"


def test_without_sized_folders_filling_them_is_watched(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lemmata.sandbox.bubblewrap._version", lambda _: (0, 6, 1))
    script = "for n in $(seq 400); do head -c 1M /dev/zero > /tmp/$n; done; echo filled; sleep 9"
    outcome = sandbox.run(Command(argv=("/bin/sh", "-c", script), caps=Caps(file_mb=2)))
    assert outcome.end is End.STORAGE


def test_privileged_and_dangerous_calls_are_refused(sandbox: Sandbox) -> None:
    code = """
path = ctypes.c_char_p(b"/box")
for name, x86, arm, *arguments in (
    ("mount", 165, 40, path, path, path, 0, 0), ("umount", 166, 39, path, 0), ("pivot_root", 155, 41, path, path),
    ("chroot", 161, 51, path), ("fsopen", 430, 430, b"tmpfs", 0), ("open_tree", 428, 428, -100, path, 0),
    ("move_mount", 429, 429, -1, path, -1, path, 0), ("mount_setattr", 442, 442, -1, path, 0, 0, 0),
    ("bpf", 321, 280, 0, 0, 0), ("perf_event_open", 298, 241, 0, 0, -1, -1, 0), ("io_uring_setup", 425, 425, 1, 0),
    ("userfaultfd", 323, 282, 0), ("kexec_load", 246, 104, 0, 0, 0, 0), ("init_module", 175, 105, 0, 0, 0),
    ("finit_module", 313, 273, 0, 0, 0), ("delete_module", 176, 106, 0, 0), ("reboot", 169, 142, 0, 0, 0, 0),
    ("keyctl", 250, 219, 0, -3, 1), ("add_key", 248, 217, b"user", b"k", b"v", 1, -3),
    ("request_key", 249, 218, b"user", b"k", 0, -3), ("open_by_handle_at", 304, 265, -100, 0, 0),
    ("ptrace", 101, 117, 16, 1, 0, 0), ("process_vm_readv", 310, 270, 1, 0, 0, 0, 0, 0),
    ("process_vm_writev", 311, 271, 1, 0, 0, 0, 0, 0), ("pidfd_getfd", 438, 438, 1, 0, 0),
    ("swapon", 167, 224, path, 0), ("settimeofday", 164, 170, 0, 0), ("sethostname", 170, 161, path, 1),
    ("quotactl", 179, 60, 0, path, 0, 0), ("syslog", 103, 116, 3, 0, 0), ("not yet invented", 4000, 4000),
):
    attempt(name, lambda: call(x86, arm, *arguments))
"""
    assert_stopped(attack(sandbox, code), 31)


def test_keys_cant_be_typed_into_a_terminal(sandbox: Sandbox) -> None:
    code = """
import fcntl, pty
try:
    terminal = pty.openpty()[1]
except OSError:
    terminal = 0
for request in (0x5412, 0x541C, 0x100005412):
    attempt(hex(request), lambda: call(16, 29, terminal, ctypes.c_ulong(request), b"x"))
"""
    outcome = attack(sandbox, code)
    assert_stopped(outcome, 3)
    assert all(line.endswith(b" 1") for line in outcome.stdout.splitlines()), outcome.stdout


def test_signals_reach_nobody_outside(sandbox: Sandbox) -> None:
    ours = os.getpid()
    code = f"""
attempt("parent", lambda: os.kill({ours} + 100_000, 9))
try:
    os.kill(1, 9)  # process 1 takes no signal from inside, and with Landlock it can't even be sent one
except PermissionError:
    pass
print("one stopped 0")
os.killpg(0, 0)
os.kill(-1, 9)
"""
    outcome = attack(sandbox, code)
    assert_stopped(outcome, 2)
    assert outcome.end is End.FINISHED


def test_links_are_not_followed_when_files_are_read_back(sandbox: Sandbox) -> None:
    script = """
    ln -s /etc/passwd link; ln -s /etc folder; mkfifo pipe; mkdir plain; ln -s /proc/self/environ environ
    ln -s /usr/bin/env plain/env; echo kept > plain/file; ln plain/file second; mkdir -m 000 closed
    """
    names = ("link", "folder/passwd", "pipe", "plain", "environ", "plain/env", "plain/file", "second", "closed/x")
    outcome = sandbox.run(Command(argv=("/bin/sh", "-c", script), collect=names))
    assert outcome.files == {"plain/file": b"kept\n", "second": b"kept\n"}


def running(mark: str) -> list[str]:
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            if mark.encode() in Path(f"/proc/{name}/cmdline").read_bytes().split(b"\0"):
                found.append(name)
        except OSError:
            continue
    return found


def test_setuid_programs_give_nothing(sandbox: Sandbox) -> None:
    code = """
attempt("setuid", lambda: os.setuid(0))
attempt("chown", lambda: os.chown("/box/main.py", 0, 0))
flags = [line.split()[5] for line in open("/proc/self/mountinfo")]
print("mounts", "stopped" if all("nosuid" in f for f in flags) else "SUCCEEDED", flags)
"""
    assert_stopped(attack(sandbox, code), 3)
    found = [str(p) for p in map(Path, ("/usr/bin/su", "/usr/bin/mount", "/usr/bin/passwd")) if p.exists()]
    for program in found:
        script = f"cp {program} /box/p; chmod 4755 /box/p; {program} --version; id -u; grep CapEff /proc/self/status"
        outcome = sandbox.run(Command(argv=("/bin/sh", "-c", script)))
        assert outcome.stdout.endswith(b"1000\nCapEff:\t0000000000000000\n")


PARENT = """
import sys, threading
from lemmata.sandbox.base import Caps, Command
from lemmata.sandbox.bubblewrap import Bubblewrap
from lemmata.sandbox.languages.python import python_command
code = 'import os, subprocess, time\\nos.fork()\\nprint("up", flush=True)\\nos.setsid() if os.getpid() > 3 else 0\\n'
code += 'time.sleep(600)  # ' + sys.argv[1]
sandbox = Bubblewrap()
caps = Caps(wall_s=600)
run = Command(argv=("/bin/sh", "-c", "sleep 600 & sleep 600; echo", sys.argv[1]), caps=caps)
threading.Thread(target=sandbox.run, args=(run,), daemon=True).start()
session = sandbox.open(python_command(code, argv=(sys.argv[1],), caps=caps))
session.read(wall_s=20)
print("up", flush=True)
threading.Event().wait()
"""


def test_nothing_goes_on_when_we_are_killed(sandbox: Sandbox) -> None:
    mark = f"mark-{os.getpid()}-{time.time_ns()}"
    with subprocess.Popen([sys.executable, "-c", PARENT, mark], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"up\n"
        deadline = time.monotonic() + 20
        while len(running(mark)) < 8 and time.monotonic() < deadline:  # us, two bwrap and what they run: 1 and 2
            time.sleep(0.05)
        assert len(running(mark)) >= 8
        parent.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while running(mark) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert running(mark) == []


LEFT_OVER = """
import os, tempfile
from pathlib import Path
from lemmata.sandbox.bubblewrap import Bubblewrap
from lemmata.sandbox.languages.python import python_command

sandbox = Bubblewrap()
command = python_command("import os\\nos.fork()\\nopen('/tmp/x', 'w')", collect=("main.py",))

def left():
    children = Path("/proc/thread-self/children").read_text().split()
    mounts = Path("/proc/self/mountinfo").read_text()
    return sorted(os.listdir("/proc/self/fd")), mounts, os.listdir(tempfile.gettempdir()), children

sandbox.run(command)
before = left()
for _ in range(20):
    sandbox.run(command)
    with sandbox.open(command):
        pass
after = left()
assert after == before, (before, after)
print("nothing left")
"""


def test_runs_leave_no_process_descriptor_mount_or_file(tmp_path: Path) -> None:
    # a process of its own: whatever other tests hold open may be closed at any moment
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, "-c", LEFT_OVER], env=environment, capture_output=True, text=True, timeout=120
    )
    assert ran.stdout.strip() == "nothing left", ran.stderr
