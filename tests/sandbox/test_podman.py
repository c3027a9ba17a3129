"""What is particular to podman: finding it, containers without images, and nothing of them left behind."""

import glob
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from lemmata.config import Settings
from lemmata.errors import BackendMissing, BadInput, SandboxMissing
from lemmata.registry import SANDBOXES, resolve_sandbox
from lemmata.sandbox.base import Caps, Command, End, Outcome
from lemmata.sandbox.languages.python import python_command
from lemmata.sandbox.podman import Podman
from lemmata.sandbox.view import mounts_beneath

pytestmark = pytest.mark.sandbox
ROOT = Path(__file__).parents[2]
INSTALLED = shutil.which("podman") is not None
needs_podman = pytest.mark.skipif(not INSTALLED, reason="no podman here; apt-get install podman runc uidmap")
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can do this")


def run(script: str, **fields: object) -> Outcome:
    return Podman().run(Command(argv=("/bin/sh", "-c", script), **fields))  # type: ignore[arg-type]


def running(mark: str) -> list[str]:
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            if mark.encode() in Path(f"/proc/{name}/cmdline").read_bytes().split(b"\0"):
                found.append(name)
        except OSError:
            continue
    return found


_BEFORE: set[str] = set()


@pytest.fixture(autouse=True)
def _groups_of_others() -> None:
    _BEFORE.update(glob.glob("/sys/fs/cgroup/**/lemmata-*", recursive=True))


def cgroups() -> list[str]:
    """But not those of sessions that other tests keep open."""
    return [path for path in glob.glob("/sys/fs/cgroup/**/lemmata-*", recursive=True) if path not in _BEFORE]


def await_none(find: object, wall_s: float = 20.0) -> bool:
    deadline = time.monotonic() + wall_s
    while (left := find()) and time.monotonic() < deadline:  # type: ignore[operator]
        time.sleep(0.05)
    return not left


def test_without_podman_there_is_a_quick_refusal_with_its_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    began = time.monotonic()
    probe = Podman().probe()
    assert time.monotonic() - began < 2
    assert not probe.found
    assert "no podman found on PATH" in probe.remedy
    assert "apt-get install podman runc" in probe.remedy
    with pytest.raises(SandboxMissing, match="apt-get install podman"):
        resolve_sandbox(Settings(sandbox="podman"))


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ('echo "podman version 3.0.1"', "4.3 or newer is needed"),
        ("exit 1", "4.3 or newer is needed"),
        ('[ $1 = --version ] && echo "podman version 4.3.1" && exit; echo "Error: no way" >&2; exit 125', "no way"),
        ('[ $1 = --version ] && echo "podman version 4.3.1" && exit; exit 125', "it said nothing"),
    ],
)
@needs_podman
def test_a_podman_that_does_not_work_is_an_error_with_its_remedy(
    script: str, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "podman"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    probe = Podman().probe()
    assert not probe.found
    assert said in probe.remedy
    assert not [folder for folder in cgroups() if f"-{os.getpid()}-" in folder]


def test_it_comes_after_bubblewrap() -> None:
    names = list(SANDBOXES)
    assert names.index("bubblewrap") < names.index("podman") < names.index("process")


@needs_podman
def test_it_is_found_and_can_be_named() -> None:
    probe = Podman().probe()
    assert probe.found, probe.remedy
    assert tuple(map(int, probe.version.split("."))) >= (4, 3)
    assert "network" in probe.isolates
    assert resolve_sandbox(Settings(sandbox="podman")).name == "podman"


@needs_podman
def test_no_byte_of_the_input_is_taken_for_a_command_to_podman() -> None:
    given = bytes(range(256)) * 40 + b"\x10\x11"  # podman's own keys for leaving a container
    assert run("cat", stdin=given).stdout == given


@needs_podman
def test_all_output_of_a_program_that_ends_at_once_arrives() -> None:
    for _ in range(5):
        outcome = run("head -c 700000 /dev/zero; echo error >&2; echo end; exit 9")
        assert (outcome.exit_code, len(outcome.stdout), outcome.stderr) == (9, 700_004, b"error\n")


@needs_podman
def test_the_shell_around_a_program_says_nothing_of_its_death() -> None:
    outcome = run("kill -SEGV $$")
    assert (outcome.end, outcome.exit_code, outcome.stderr) == (End.KILLED, -11, b"")


@needs_podman
def test_process_one_cant_be_looked_into_by_the_program() -> None:
    code = """
import os
for name in ("mem", "environ", "fd/3", "root/etc"):
    try:
        print(name, open(f"/proc/1/{name}", "rb").read(1) if "/" not in name else os.stat(f"/proc/1/{name}"))
    except PermissionError:
        print("refused")
"""
    assert Podman().run(python_command(code)).stdout == b"refused\n" * 4


@needs_podman
def test_each_limit_ends_what_goes_beyond_it() -> None:
    assert run("sleep 60", caps=Caps(wall_s=0.3)).end is End.WALL
    assert run("while :; do :; done", caps=Caps(cpu_s=1, wall_s=20)).end is End.CPU
    assert run("yes", caps=Caps(output_kb=4)).end is End.OUTPUT
    hungry = "x = b'x' * (800 << 20)\nimport time\ntime.sleep(9)"
    assert Podman().run(python_command(hungry, caps=Caps(memory_mb=100, resident=True))).end is End.MEMORY
    forks = "for n in 1 2 3 4 5 6 7 8; do sleep 5 & done; echo no"
    assert run(forks, caps=Caps(processes=4)).stdout == b""
    filled = run("head -c 9M /dev/zero > /box/f; wc -c < /box/f; df -m /box /tmp /dev/shm", caps=Caps(file_mb=2))
    assert filled.stdout.split()[0] == str(2 << 20).encode()
    assert [line.split()[1] for line in filled.stdout.splitlines()[2:]] == [b"4", b"4", b"2"]


@needs_podman
def test_the_network_is_there_only_when_asked_for() -> None:
    assert run("tail -n +3 /proc/net/dev | cut -d: -f1").stdout.split() == [b"lo"]
    ours = {line.split(":")[0].strip() for line in Path("/proc/net/dev").read_text().splitlines()[2:]}
    seen = run("tail -n +3 /proc/net/dev | cut -d: -f1", network=True).stdout.split()
    assert {name.decode() for name in seen} == ours


@needs_podman
def test_podmans_own_settings_of_the_host_change_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "containers.conf").write_text('[containers]\nvolumes = ["/etc:/host:ro"]\nenv = ["LEAK=1"]\n')
    monkeypatch.setenv("CONTAINERS_CONF", str(tmp_path / "containers.conf"))
    outcome = run("env; ls -d /host")
    assert b"LEAK" not in outcome.stdout
    assert b"/host" not in outcome.stdout


@needs_podman
def test_a_strict_umask_of_ours_does_not_close_the_sandbox() -> None:
    code = """
import os
from lemmata.sandbox.base import Command
from lemmata.sandbox.podman import Podman
os.umask(0o077)
print(Podman().run(Command(argv=("/bin/cat", "a/b"), files={"a/b": b"given"})).stdout)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.stdout == b"b'given'\n", done.stderr


@needs_podman
def test_a_visible_folder_behind_a_closed_one_is_seen_and_its_neighbours_are_not() -> None:
    with tempfile.TemporaryDirectory() as closed:  # mode 700, as a home folder
        given, neighbour = Path(closed, "given"), Path(closed, "neighbour")
        for folder in (given, neighbour):
            folder.mkdir(mode=0o755)
            (folder / "file").write_text(folder.name)
        (single := Path(closed, "single")).write_text("alone")
        outcome = run(
            f"cat {given}/file {single}; cat {neighbour}/file; echo lie > {given}/file; ls {closed}",
            visible=(str(given), str(single)),
        )
        assert (given / "file").read_text() == "given"
    assert outcome.stdout == b"givenalonegiven\nsingle\n"


@needs_podman
@needs_root
def test_root_is_told_when_nobody_else_may_read_what_is_to_be_visible() -> None:
    with tempfile.TemporaryDirectory() as closed, pytest.raises(BackendMissing, match=r"chmod a\+rX"):
        run("true", visible=(closed,))


@needs_podman
def test_a_path_that_cant_be_written_down_for_podman_is_refused(tmp_path: Path) -> None:
    (folder := tmp_path / "a:b").mkdir()
    folder.chmod(0o755)
    with pytest.raises(BadInput, match="no colon"):
        run("true", visible=(str(folder),))
    program = tmp_path / "program"
    shutil.copy("/bin/true", program)
    with pytest.raises(BadInput, match="can't be seen inside"):
        Podman().run(Command(argv=(str(program),)))


BENEATH = """
import os, subprocess, sys
from lemmata.sandbox.base import Command
from lemmata.sandbox.podman import Podman
folder = sys.argv[1]
subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=777", "none", folder + "/sub"], check=True)
with open(folder + "/sub/file", "w") as file:
    file.write("kept")
os.chmod(folder + "/sub/file", 0o666)
script = f"cat {folder}/sub/file; echo lie > {folder}/sub/file; echo lie > {folder}/sub/new; ls {folder}/sub"
print(Podman().run(Command(argv=("/bin/sh", "-c", script), visible=(folder,))).stdout)
print(os.listdir(folder + "/sub"), open(folder + "/sub/file").read())
"""


@needs_podman
@needs_root
def test_another_mount_below_a_visible_folder_is_read_only_too(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "sub").mkdir()
    argv = ["unshare", "--mount", sys.executable, "-c", BENEATH, str(tmp_path)]
    done = subprocess.run(argv, capture_output=True, check=False)
    assert done.stdout.decode().splitlines() == ["b'keptfile\\n'", "['file'] kept"], done.stderr


def test_mounts_are_found_below_a_path_and_not_beside_it() -> None:
    assert set(mounts_beneath(["/proc"])) >= {"/proc"}
    assert not mounts_beneath(["/pro"])
    assert all(options.startswith("remount,bind,ro") for options in mounts_beneath(["/proc"]).values())


@needs_podman
@needs_root
def test_what_root_starts_belongs_to_nobody_outside() -> None:
    with Podman().open(Command(argv=("/bin/sh", "-c", "echo up; cat"))) as session:
        session.read(wall_s=5)
        members = list(session._group.members())  # type: ignore[attr-defined]
        assert len(members) >= 2
        outside = {int(Path(member, "status").read_text().split("Uid:")[1].split()[0]) for member in members}
        assert outside.isdisjoint({0, 1000})


def left() -> dict[str, object]:
    """Everything that a run could leave behind."""
    ours = Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text().split()
    names = [line for name in os.listdir("/proc") if name.isdigit() for line in _name(name)]
    state = [place for place in ("/run/runc", "/run/libpod", "/run/containers", "/mnt") if os.path.isdir(place)]
    return {
        "descriptors": len(os.listdir("/proc/self/fd")),
        "children": ours,
        "processes": sorted(name for name in names if name in ("podman", "conmon")),
        "mounts": [line for line in Path("/proc/self/mountinfo").read_text().splitlines() if "lemmata" in line],
        "cgroups": [folder for folder in cgroups() if f"-{os.getpid()}-" in folder],
        "state": {place: sorted(os.listdir(place)) for place in state},
        "temporary": os.listdir(tempfile.gettempdir()),
    }


def _name(pid: str) -> list[str]:
    try:
        return [Path(f"/proc/{pid}/comm").read_text().strip()]
    except OSError:
        return []


@needs_podman
def test_runs_leave_no_container_process_mount_cgroup_or_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    sandbox = Podman()
    command = python_command("import os\nos.fork()\nopen('/tmp/x', 'w')", collect=("main.py",))
    sandbox.run(command)
    before = left()
    for _ in range(5):
        sandbox.run(command)
        run("sleep 60", caps=Caps(wall_s=0.2))
        with sandbox.open(Command(argv=("/bin/cat",))) as session:
            session.ask(b"x", wall_s=5)
        with pytest.raises(BackendMissing):
            run("true", caps=Caps(open_files=2_000_000_000))
    assert left() == before


PARENT = """
import sys, threading
from lemmata.sandbox.base import Caps, Command
from lemmata.sandbox.podman import Podman
command = Command(argv=("/bin/sh", "-c", "setsid sleep 600 & echo up; sleep 600", sys.argv[1]), caps=Caps(wall_s=600))
threading.Thread(target=Podman().run, args=(command,), daemon=True).start()
session = Podman().open(command)
session.read(wall_s=20)
print("up", flush=True)
threading.Event().wait()
"""


@needs_podman
def test_nothing_goes_on_when_we_are_killed_and_the_next_of_us_removes_our_cgroups() -> None:
    mark = f"mark-{os.getpid()}-{time.time_ns()}"
    with subprocess.Popen([sys.executable, "-c", PARENT, mark], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"up\n"
        deadline = time.monotonic() + 20
        while len(running(mark)) < 9 and time.monotonic() < deadline:  # us, and twice unshare, podman, init, program
            time.sleep(0.05)
        assert len(running(mark)) >= 9
        parent.send_signal(signal.SIGKILL)
    assert await_none(lambda: running(mark))
    next_of_us = "from lemmata.sandbox.podman import Podman; print(Podman().probe().found)"
    done = subprocess.run([sys.executable, "-c", next_of_us], capture_output=True, check=False)
    assert done.stdout == b"True\n", done.stderr
    assert not [folder for folder in cgroups() if f"-{parent.pid}-" in folder]


@needs_podman
def test_many_runs_at_once_end_as_they_should() -> None:
    ends: list[bytes] = []

    def once(n: int) -> None:
        ends.append(Podman().run(Command(argv=("/bin/echo", str(n)), caps=Caps(wall_s=60))).stdout)

    threads = [threading.Thread(target=once, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(int, ends)) == list(range(8))


ORDINARY = """
import os, signal, subprocess, sys
from lemmata.sandbox.base import Caps, Command
from lemmata.sandbox.podman import Podman
from lemmata.sandbox.languages.python import python_command
sandbox = Podman()
assert sandbox.probe().found, sandbox.probe()
run = lambda script, **caps: sandbox.run(
    Command(argv=("/bin/sh", "-c", script), files={"a": b"given"}, collect=("out", "own"), caps=Caps(**caps)))
print(run("cat a > out; id -u; umask 077; echo own > own; cat /etc/passwd /proc/%d/environ; kill -9 1" % os.getpid()))
print(run("while :; do :; done", cpu_s=1).end, run("sleep 9", wall_s=0.2).end, run("yes", output_kb=4).end)
print(run("for n in 1 2 3 4 5 6 7 8; do sleep 5 & done; echo no", processes=4).stdout)
print(run("head -c 300M /dev/zero | tail -c 300M", memory_mb=100, resident=True).end)
print(sandbox.run(python_command("import os; print(os.getuid(), os.listdir('/box'))")).stdout)
with sandbox.open(Command(argv=("/bin/cat",))) as session:
    print(session.ask(b"hello", wall_s=5))
names = [open(f"/proc/{n}/comm").read().strip() for n in os.listdir("/proc") if n.isdigit()
         and os.stat(f"/proc/{n}").st_uid == os.getuid()]
print(sorted(set(names) - {"python3", "python3.11"}), os.listdir("/proc/self/fd").__len__())
"""


def ordinary_user() -> pwd.struct_passwd | None:
    """One who has a range of other ids."""
    try:
        names = [line.split(":")[0] for line in Path("/etc/subuid").read_text().splitlines()]
    except OSError:
        return None
    return next((user for user in pwd.getpwall() if user.pw_name in names and user.pw_uid), None)


@needs_podman
@needs_root
def test_an_ordinary_user_can_use_it_too() -> None:
    python, user = "/usr/bin/python3", ordinary_user()
    if user is None or shutil.which("newuidmap") is None:
        pytest.skip("no ordinary user here has a range of other ids; useradd makes one")
    if not all(folder.stat().st_mode & 0o1 for folder in (ROOT, *ROOT.parents)):
        pytest.skip("an ordinary user could not read this checkout")
    asked = [python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
    if not os.path.exists(python) or subprocess.run(asked, check=False).returncode:
        pytest.skip(f"{python} is missing or older than 3.11")
    env = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "PATH": "/usr/bin:/bin"}
    identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": ()}
    done = subprocess.run([python, "-c", ORDINARY], env=env, cwd="/", capture_output=True, check=False, **identity)
    assert done.returncode == 0, done.stderr.decode()
    lines = done.stdout.decode().splitlines()
    assert "stdout=b'1000\\n'" in lines[0]
    assert "files={'out': b'given', 'own': b'own\\n'}" in lines[0]
    assert lines[1:] == ["cpu wall output", "b''", "memory", "b\"1000 ['main.py']\\n\"", "b'hello'", "[] 4"]


@needs_podman
def test_an_open_session_does_not_keep_the_interpreter_from_ending() -> None:
    code = """
from lemmata.sandbox.base import Command
from lemmata.sandbox.podman import Podman
session = Podman().open(Command(argv=("/bin/cat",)))
print(session.ask(b"x", wall_s=5))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"b'x'\n", b"")
