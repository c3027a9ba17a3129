"""What is particular to bubblewrap: finding it, refusing without it, and running for root as for anybody."""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lemmata.config import Settings
from lemmata.errors import BackendMissing, BadInput, SandboxMissing
from lemmata.registry import resolve_sandbox
from lemmata.sandbox.base import Caps, Command, End, SessionEnded
from lemmata.sandbox.bubblewrap import Bubblewrap
from lemmata.sandbox.session import LineSession

pytestmark = pytest.mark.sandbox
ROOT = Path(__file__).parents[2]


@pytest.fixture
def open_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


def fake_bwrap(folder: Path, script: str) -> None:
    program = folder / "bwrap"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def test_it_is_found_and_says_what_it_isolates() -> None:
    probe = Bubblewrap().probe()
    assert probe.found, probe.remedy
    assert probe.version.startswith("0.")
    assert "network" in probe.isolates


def test_the_strongest_that_works_is_chosen() -> None:
    assert resolve_sandbox(Settings()).name == "bubblewrap"


def test_without_bwrap_there_is_a_refusal_with_its_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))  # where the back-end `wasi` looks for its Python
    with pytest.raises(SandboxMissing, match=r"apt-get install bubblewrap.*--unsafe-no-sandbox"):
        resolve_sandbox(Settings())
    with pytest.raises(BackendMissing, match="no bwrap found on PATH"):
        Bubblewrap().run(Command(argv=("/bin/true",)))
    assert resolve_sandbox(Settings(unsafe_no_sandbox=True)).name == "process"


def test_bare_processes_are_refused_unless_the_user_asks_for_them() -> None:
    with pytest.raises(SandboxMissing, match="isolates nothing"):
        resolve_sandbox(Settings(sandbox="process"))
    assert resolve_sandbox(Settings(sandbox="process", unsafe_no_sandbox=True)).name == "process"


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ('echo "bubblewrap 0.4.1"', "0.5 or newer is needed"),
        ('[ $1 = --version ] && echo "bubblewrap 0.8.0" && exit; echo "No permissions" >&2; exit 1', "No permissions"),
        ('[ $1 = --version ] && echo "bubblewrap 0.8.0" && exit; echo ran', "did not start (it said nothing)"),
        ("exit 1", "0.5 or newer is needed"),
    ],
)
def test_a_bwrap_that_does_not_work_is_an_error_with_its_remedy(
    script: str, said: str, monkeypatch: pytest.MonkeyPatch, open_folder: Path
) -> None:
    fake_bwrap(open_folder, script)
    monkeypatch.setenv("PATH", f"{open_folder}:/usr/bin:/bin")
    probe = Bubblewrap().probe()
    assert not probe.found
    assert said in probe.remedy
    with pytest.raises(SandboxMissing):
        resolve_sandbox(Settings(sandbox="bubblewrap"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes somebody else")
def test_a_bwrap_that_only_root_can_run_is_an_error_with_its_remedy(
    monkeypatch: pytest.MonkeyPatch, open_folder: Path
) -> None:
    fake_bwrap(open_folder, 'echo "bubblewrap 0.8.0"')
    open_folder.chmod(0o700)
    monkeypatch.setenv("PATH", f"{open_folder}:/usr/bin:/bin")
    assert "where only root can run it" in Bubblewrap().probe().remedy


def test_a_program_that_is_not_visible_is_an_error_and_not_a_failed_run(tmp_path: Path) -> None:
    program = tmp_path / "program"
    shutil.copy("/bin/true", program)
    with pytest.raises(BadInput, match="can't be seen inside"):
        Bubblewrap().run(Command(argv=(str(program),)))


def test_broad_folders_are_never_made_visible() -> None:
    for folder in ("/", "/proc", "/dev", "/box", "relative", "/etc/.."):
        with pytest.raises(BadInput):
            Bubblewrap().run(Command(argv=("/bin/true",), visible=(folder,)))
    with pytest.raises(BackendMissing, match="is not there"):
        Bubblewrap().run(Command(argv=("/bin/true",), visible=("/nothing/of/the/kind",)))


def test_a_visible_folder_behind_a_closed_one_is_seen_and_its_neighbours_are_not() -> None:
    with tempfile.TemporaryDirectory() as closed:  # mode 700, as a home folder
        given, neighbour = Path(closed, "given"), Path(closed, "neighbour")
        for folder in (given, neighbour):
            folder.mkdir(mode=0o755)
            (folder / "file").write_text(folder.name)
        (single := Path(closed, "single")).write_text("alone")
        script = f"cat {given}/file {single}; cat {neighbour}/file; ls {closed}"
        visible = (str(given), str(single))
        outcome = Bubblewrap().run(Command(argv=("/bin/sh", "-c", script), visible=visible))
    assert outcome.stdout == b"givenalonegiven\nsingle\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes somebody else")
def test_root_is_told_when_nobody_else_may_read_what_is_to_be_visible() -> None:
    with tempfile.TemporaryDirectory() as closed, pytest.raises(BackendMissing, match=r"chmod a\+rX"):
        Bubblewrap().run(Command(argv=("/bin/true",), visible=(closed,)))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes somebody else")
def test_what_root_starts_belongs_to_nobody_outside() -> None:
    with Bubblewrap().open(Command(argv=("/bin/sh", "-c", "echo up; cat"))) as session:
        session.read(wall_s=5)
        members = list(session._group.members())  # type: ignore[attr-defined]
        assert len(members) >= 2
        outside = {int(Path(member, "status").read_text().split("Uid:")[1].split()[0]) for member in members}
        assert outside.isdisjoint({0, 1000})


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become an ordinary user")
def test_an_ordinary_user_can_use_it_too() -> None:
    python = "/usr/bin/python3"
    if not os.path.exists(python) or not os.access(ROOT, os.X_OK) or not _everybody_reaches(ROOT):
        pytest.skip("an ordinary user could not read this checkout")
    asked = [python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
    if subprocess.run(asked, check=False).returncode:
        pytest.skip(f"{python} is older than 3.11")
    # The package itself is not imported: its dependencies belong to the environment of these tests.
    code = """
import os, sys, time
from lemmata.sandbox.base import Caps, Command
from lemmata.sandbox.bubblewrap import Bubblewrap
assert os.geteuid() == 4321
sandbox = Bubblewrap()
assert sandbox.probe().found, sandbox.probe()
run = lambda script, **caps: sandbox.run(
    Command(argv=("/bin/sh", "-c", script), files={"a": b"given"}, collect=("out", "closed"), caps=Caps(**caps)))
print(run("cat a > out; id -u; echo x > closed; chmod 0 closed; cat /etc/passwd /proc/%d/environ" % os.getpid()))
print(run("while :; do :; done", cpu_s=1).end, run("sleep 9", wall_s=0.2).end, run("yes", output_kb=4).end)
print(run("for n in 1 2 3 4 5 6 7 8; do sleep 5 & done; echo no", processes=4).stdout)
print(run("head -c 300M /dev/zero | tail -c 300M", memory_mb=100, resident=True).end)
with sandbox.open(Command(argv=("/bin/cat",))) as session:
    print(session.ask(b"hello", wall_s=5))
print(os.listdir("/proc/self/fd"))
"""
    env = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [python, "-c", code], user=4321, group=4321, extra_groups=(), env=env, cwd="/", capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    lines = done.stdout.decode().splitlines()
    assert "stdout=b'1000\\n'" in lines[0]
    assert "files={'out': b'given'}" in lines[0]
    assert lines[1] == "cpu wall output"
    assert lines[2] == "b''"
    assert lines[3] == "memory"
    assert lines[4] == "b'hello'"
    assert len(lines[5].split()) == 4  # the standard three, and the one that listed them


def _everybody_reaches(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o1 for folder in (path, *path.parents))


def test_many_runs_at_once_end_as_they_should() -> None:
    sandbox = Bubblewrap()
    ends: list[bytes] = []

    def run(n: int) -> None:
        ends.append(sandbox.run(Command(argv=("/bin/echo", str(n)), caps=Caps(wall_s=60))).stdout)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(int, ends)) == list(range(24))


def test_a_session_that_was_forgotten_is_ended() -> None:
    session = Bubblewrap().open(Command(argv=("/bin/cat",)))
    process = session._group.process  # type: ignore[attr-defined]
    session.ask(b"x", wall_s=5)
    del session
    for _ in range(100):
        if process.returncode is not None:
            break
        threading.Event().wait(0.05)
    assert process.returncode is not None


def test_a_session_that_is_ended_while_it_ends_gives_the_first_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits for an answer sees the stream's end before whoever kills the group has closed the rest of it."""
    with Bubblewrap().open(Command(argv=("/bin/sleep", "60"))) as session:
        assert isinstance(session, LineSession)
        entrance = session._group.entrance
        fault = entrance.fault
        monkeypatch.setattr(entrance, "fault", lambda: time.sleep(0.2) or fault())
        threading.Timer(0.1, session.stop, (End.MEMORY,)).start()
        with pytest.raises(SessionEnded) as told:
            session.read(wall_s=10.0)
        assert told.value.end is End.MEMORY


def test_an_open_session_does_not_keep_the_interpreter_from_ending() -> None:
    code = """
from lemmata.sandbox.base import Command
from lemmata.sandbox.bubblewrap import Bubblewrap
session = Bubblewrap().open(Command(argv=("/bin/cat",)))
print(session.ask(b"x", wall_s=5))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"b'x'\n", b"")
