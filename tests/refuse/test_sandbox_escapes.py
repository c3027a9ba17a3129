"""Attempts to get out of the sandbox, or to take more than was given; every one of them must be stopped.

Each attempt says what came of it, so that one that merely crashed is not taken for one that was stopped.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from lemmata.sandbox.base import Caps, Command, End, Outcome, Sandbox, SessionEnded
from lemmata.sandbox.bubblewrap import Bubblewrap
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


def test_the_host_cant_be_reached_through_proc(sandbox: Sandbox) -> None:
    ours = os.getpid()
    code = f"""
for place in ("/proc/{ours}/environ", "/proc/1/root/etc/passwd", "/proc/self/root/etc/shadow", "/proc/kcore",
              "/proc/1/cwd/../../etc/passwd", "/proc/self/cwd/../../../etc/passwd"):
    attempt(place, lambda: open(place, "rb").read(16))
for place in ("/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/sys/vm/overcommit_memory"):
    attempt(place, lambda: open(place, "w"))
"""
    assert_stopped(attack(sandbox, code), 9)


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


def test_nothing_can_be_written_outside_the_scratch_folders(sandbox: Sandbox) -> None:
    code = """
for folder in ("/", "/usr", "/usr/bin", "/etc", "/etc/alternatives", "/dev", "/proc", os.path.dirname(os.__file__)):
    attempt(folder, lambda: open(folder + "/lie", "w"))
attempt("link", lambda: (os.symlink("/usr", "/box/usr"), open("/box/usr/lie", "w")))
attempt("unlink", lambda: os.unlink("/bin"))
"""
    assert_stopped(attack(sandbox, code), 10)


def test_what_is_visible_is_visible_read_only(sandbox: Sandbox, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "data").write_text("given")
    script = f"cat {tmp_path}/data; echo lie > {tmp_path}/data; echo lie > {tmp_path}/new; ls {tmp_path.parent}"
    outcome = sandbox.run(Command(argv=("/bin/sh", "-c", script), visible=(str(tmp_path),)))
    assert outcome.stdout == b"given" + tmp_path.name.encode() + b"\n"
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_the_network_does_not_exist(sandbox: Sandbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code = f"""
import socket
for family in range(2, 46):
    for kind in (1, 2, 3):
        attempt(f"{{family}}/{{kind}}", lambda: call(41, 198, family, kind, 0))
attempt("tcp", lambda: socket.create_connection(("127.0.0.1", {port}), 1))
attempt("name", lambda: socket.getaddrinfo("example.org", 80))
"""
        assert_stopped(attack(sandbox, code), 44 * 3 + 2)


def test_unix_sockets_of_the_host_cant_be_reached(sandbox: Sandbox, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as abstract, tempfile.TemporaryDirectory() as folder:
        name = f"lemmata-{os.getpid()}"
        abstract.bind("\0" + name)
        abstract.listen()
        with socket.socket(socket.AF_UNIX) as named:
            named.bind(f"{folder}/s")
            named.listen()
            code = f"""
import socket
for place in ("\\0{name}", "{folder}/s"):
    attempt("unix", lambda: socket.socket(socket.AF_UNIX).connect(place))
"""
            assert_stopped(attack(sandbox, code), 2)


def test_a_fork_bomb_gets_no_further_than_its_cap(sandbox: Sandbox) -> None:
    code = """
import time
made = 0
try:
    while made < 500:
        if os.fork() == 0:
            time.sleep(60)
        made += 1
except OSError as error:
    print("stopped", error.errno, made)
"""
    outcome = attack(sandbox, code, caps=Caps(processes=20))
    assert outcome.stdout.startswith(b"stopped 11 ")
    assert int(outcome.stdout.split()[2]) <= 20


def test_threads_count_as_processes(sandbox: Sandbox) -> None:
    code = """
import threading, time
for n in range(200):
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    print(n, flush=True)
"""
    outcome = attack(sandbox, code, caps=Caps(processes=20, memory_mb=4000))
    assert b"can't start new thread" in outcome.stderr
    assert len(outcome.stdout.split()) <= 20


def test_a_bomb_that_never_stops_forking_is_gone_after_its_time(sandbox: Sandbox) -> None:
    mark = f"7{os.getpid()}.5"
    script = f"b() {{ b | b & }}; b; exec sleep {mark}"
    outcome = sandbox.run(Command(argv=("/bin/sh", "-c", script), caps=Caps(wall_s=1, processes=30)))
    assert outcome.end in (End.WALL, End.STORAGE)
    assert not running(mark)


def test_process_one_gives_no_more_room_than_the_program_has(sandbox: Sandbox) -> None:
    code = "print(open('/proc/1/limits').read() == open('/proc/self/limits').read())"
    assert attack(sandbox, code, caps=Caps(cpu_s=5)).stdout == b"True\n"
    code = (
        "print(*[s.split()[1] for s in open('/proc/1/status') if s.startswith(('Seccomp:', 'NoNewPrivs:', 'CapBnd:'))])"
    )
    assert attack(sandbox, code).stdout == b"0000000000000000 1 2\n"


def test_limits_cant_be_raised_again(sandbox: Sandbox) -> None:
    code = """
import resource
for name in ("AS", "CPU", "NPROC", "FSIZE", "NOFILE", "STACK", "CORE"):
    limit = getattr(resource, "RLIMIT_" + name)
    try:
        resource.setrlimit(limit, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    except (OSError, ValueError) as error:
        print(name, "stopped", error)
    else:
        print(name, "SUCCEEDED")
"""
    assert_stopped(attack(sandbox, code, caps=Caps(cpu_s=5)), 7)


def test_memory_that_no_process_owns_cant_be_had(sandbox: Sandbox) -> None:
    code = """
attempt("memfd", lambda: call(319, 279, b"x", 0))
attempt("shmget", lambda: call(29, 194, 0, 1 << 30, 0o1600))
attempt("msgget", lambda: call(68, 186, 0, 0o1600))
attempt("semget", lambda: call(64, 190, 0, 30000, 0o1600))
"""
    assert_stopped(attack(sandbox, code), 4)


def test_folders_in_memory_cant_be_filled_beyond_their_size(sandbox: Sandbox) -> None:
    code = """
def fill(folder):
    written = 0
    try:
        for n in range(10_000):
            with open(f"{folder}/{n}", "wb", buffering=0) as file:
                written += file.write(bytes(1 << 20))
    except OSError as error:
        print(folder, "stopped" if written <= 8 << 20 else "SUCCEEDED", error.errno, written)
for folder in ("/box", "/tmp", "/dev/shm"):
    fill(folder)
"""
    assert_stopped(attack(sandbox, code, caps=Caps(file_mb=2)), 3)


def test_without_sized_folders_filling_them_is_watched(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lemmata.sandbox.bubblewrap._version", lambda _: (0, 6, 1))
    script = "for n in $(seq 400); do head -c 1M /dev/zero > /tmp/$n; done; echo filled; sleep 9"
    outcome = sandbox.run(Command(argv=("/bin/sh", "-c", script), caps=Caps(file_mb=2)))
    assert outcome.end is End.STORAGE


def test_a_flood_of_empty_files_is_ended(sandbox: Sandbox) -> None:
    code = "n = 0\nwhile True:\n    n += 1\n    open(f'/tmp/{n}', 'w').close()"
    assert attack(sandbox, code, caps=Caps(file_mb=1)).end is End.STORAGE


def test_endless_output_is_ended_and_costs_no_memory_here(sandbox: Sandbox) -> None:
    outcome = attack(sandbox, "while True: os.write(1, b'x' * 65536)", caps=Caps(output_kb=64))
    assert (outcome.end, len(outcome.stdout)) == (End.OUTPUT, 64 * 1024)


def test_no_new_namespaces_can_be_made(sandbox: Sandbox) -> None:
    code = """
for flag in (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000, 0x80):
    attempt(f"unshare {flag:x}", lambda: call(272, 97, flag))
    if flag != 0x80:
        attempt(f"clone {flag:x}", lambda: call(56, 220, flag | 17, 0, 0, 0, 0))
attempt("clone3", lambda: call(435, 435, ctypes.create_string_buffer(88), 88))
attempt("setns", lambda: call(308, 268, os.open("/proc/1/ns/user", os.O_RDONLY), 0))
"""
    assert_stopped(attack(sandbox, code), 17)


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


def test_thirty_two_bit_calls_end_the_program(sandbox: Sandbox) -> None:
    if os.uname().machine != "x86_64":
        pytest.skip("there are no such calls on this machine")
    code = "attempt('x32 getpid', lambda: call(0x40000000 + 39, 0))"
    assert_stopped(attack(sandbox, code), 1)


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


def test_a_daemon_does_not_outlive_its_run(sandbox: Sandbox) -> None:
    mark = f"8{os.getpid()}.75"
    code = f"""
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for stream in (0, 1, 2):
            os.close(stream)
        os.execv("/bin/sleep", ["sleep", "{mark}"])
    os._exit(0)
print("left", flush=True)
"""
    outcome = attack(sandbox, code)
    assert (outcome.end, outcome.stdout) == (End.FINISHED, b"left\n")
    assert not running(mark)


def running(mark: str) -> list[str]:
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            if mark.encode() in Path(f"/proc/{name}/cmdline").read_bytes().split(b"\0"):
                found.append(name)
        except OSError:
            continue
    return found


def test_no_descriptor_is_inherited(sandbox: Sandbox, tmp_path: Path) -> None:
    with open(tmp_path / "open", "w") as file:
        os.set_inheritable(file.fileno(), True)
        outcome = attack(sandbox, "print(sorted(map(int, os.listdir('/proc/self/fd')))[:-1])")
        assert outcome.stdout == b"[0, 1, 2]\n"
        with sandbox.open(
            python_command("print(*os.listdir('/proc/self/fd'))".join(["import os\n", "\ninput()"]))
        ) as s:
            assert sorted(map(int, s.read(wall_s=10).split()))[:-1] == [0, 1, 2]


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


def test_devices_cant_be_made_or_opened(sandbox: Sandbox) -> None:
    code = """
import stat
attempt("mknod", lambda: os.mknod("/box/disk", stat.S_IFBLK | 0o600, os.makedev(8, 0)))
for name in ("mem", "kmsg", "kvm", "fuse", "net/tun", "sda", "vda"):
    attempt(name, lambda: open("/dev/" + name))
"""
    assert_stopped(attack(sandbox, code), 8)


def test_whatever_a_session_leaves_running_ends_with_it(sandbox: Sandbox) -> None:
    mark = f"6{os.getpid()}.5"
    with sandbox.open(Command(argv=("/bin/sh", "-c", f"setsid sleep {mark} & echo started; cat"))) as session:
        assert session.read(wall_s=5) == b"started"
    assert not running(mark)


def test_a_session_that_floods_its_output_unasked_is_ended_and_not_believed(sandbox: Sandbox) -> None:
    with sandbox.open(Command(argv=("/bin/sh", "-c", "head -c 5M /dev/zero; cat"))) as session:
        with pytest.raises(SessionEnded) as ended:
            session.ask(b"hello", wall_s=5)
        assert ended.value.end is End.OUTPUT


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


def test_the_thread_that_opened_a_session_may_end(sandbox: Sandbox) -> None:
    opened = []
    thread = threading.Thread(target=lambda: opened.append(sandbox.open(Command(argv=("/bin/cat",)))))
    thread.start()
    thread.join()
    time.sleep(0.3)
    with opened[0] as session:
        assert session.ask(b"still here", wall_s=5) == b"still here"


def test_runs_leave_no_process_descriptor_mount_or_file(sandbox: Sandbox) -> None:
    command = python_command("import os\nos.fork()\nopen('/tmp/x', 'w')", collect=("main.py",))
    sandbox.run(command)

    def left() -> tuple[int, str, list[str], list[str]]:
        children = Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text().split()
        mounts = Path("/proc/self/mountinfo").read_text()
        ours = sorted(p for p in os.listdir(tempfile.gettempdir()) if p.startswith("lemmata-"))
        return len(os.listdir("/proc/self/fd")), mounts, ours, children

    before = left()
    for _ in range(20):
        sandbox.run(command)
        with sandbox.open(command):
            pass
    assert left() == before
