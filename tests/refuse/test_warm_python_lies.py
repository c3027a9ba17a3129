"""Programs that try to reach past their own request in a warm Python: the server, its channel, the next program."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lemmata.sandbox.base import Caps, End, Outcome, Sandbox
from lemmata.sandbox.bubblewrap import Bubblewrap
from lemmata.sandbox.languages.warm import WarmPython
from lemmata.sandbox.process import BareProcess

pytestmark = pytest.mark.sandbox

TRY = """
import ctypes, os, signal, sys, time
server = os.getppid()
libc = ctypes.CDLL(None, use_errno=True)

def attempt(name, action):
    try:
        result = action()
    except OSError as error:
        print(name, "stopped", error.errno, flush=True)
    else:
        print(name, "SUCCEEDED", result, flush=True)
"""
ANSWER = b'{"id": "%s", "end": "finished", "exit_code": 0, "stdout": "", "stderr": "", "files": {}, "wall_s": 0}\\n'


@pytest.fixture(params=[Bubblewrap, BareProcess], ids=lambda backend: backend.name)
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    backend: Sandbox = request.param()
    return backend


@pytest.fixture
def python(sandbox: Sandbox) -> Iterator[WarmPython]:
    with WarmPython(sandbox, caps=Caps(wall_s=5, file_mb=4, processes=20)) as opened:
        assert opened.run("print('up')").stdout == b"up\n"
        assert opened._session is not None
        yield opened


def attack(python: WarmPython, code: str) -> Outcome:
    return python.run(TRY + code)


def assert_stopped(outcome: Outcome, attempts: int) -> None:
    lines = outcome.stdout.decode().splitlines()
    assert len(lines) == attempts, (lines, outcome.stderr)
    assert all(" stopped " in line for line in lines), lines


def assert_next_is_right(python: WarmPython, *, kept: bool | None = None) -> None:
    """The next program gets its own answer, soon, and from the same server or from a fresh one."""
    before, began = python._session, time.monotonic()
    outcome = python.run("import os; print(6 * 7, os.listdir(), os.getpriority(0, 0))")
    assert (outcome.end, outcome.stdout) == (End.FINISHED, b"42 ['main.py'] %d\n" % os.getpriority(0, 0))
    assert time.monotonic() - began < 4
    if kept is not None:
        assert (python._session is before) is kept


def running(mark: str) -> list[str]:
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            if mark.encode() in Path(f"/proc/{name}/cmdline").read_bytes().split(b"\0"):
                found.append(name)
        except OSError:
            continue
    return found


def test_the_channel_of_the_server_can_t_be_opened(python: WarmPython) -> None:
    code = """
for n in range(8):
    attempt(f"write {n}", lambda: os.open(f"/proc/{server}/fd/{n}", os.O_WRONLY))
    attempt(f"read {n}", lambda: os.open(f"/proc/{server}/fd/{n}", os.O_RDONLY))
"""
    assert_stopped(attack(python, code), 16)
    assert_next_is_right(python, kept=True)


def test_the_memory_of_the_server_can_t_be_touched(python: WarmPython) -> None:
    code = """
attempt("read", lambda: open(f"/proc/{server}/mem", "rb"))
attempt("write", lambda: open(f"/proc/{server}/mem", "r+b"))
attempt("root", lambda: os.readlink(f"/proc/{server}/cwd"))
def trace():
    if libc.ptrace(16, server, 0, 0) == -1:
        raise OSError(ctypes.get_errno(), "refused")
attempt("ptrace", trace)
"""
    assert_stopped(attack(python, code), 4)
    assert_next_is_right(python, kept=True)


def test_process_one_of_the_sandbox_can_t_be_made_to_serve_and_the_server_can_t_be_looked_at() -> None:
    code = """
for name in ("maps", "environ", "auxv"):
    attempt(name, lambda: open(f"/proc/{server}/{name}").read(1))
for name in ("fd", "map_files"):
    attempt(name, lambda: os.listdir(f"/proc/{server}/{name}"))
for name in ("mem", "fd/0", "fd/1"):
    attempt(name, lambda: os.open(f"/proc/1/{name}", os.O_WRONLY if name[-1] != "0" else os.O_RDONLY))
"""
    with WarmPython(Bubblewrap()) as python:
        assert_stopped(attack(python, code), 8)


def test_an_answer_written_to_every_descriptor_is_only_output(python: WarmPython) -> None:
    code = f"answer = {(ANSWER % b'0')!r}\n"
    code += "for n in range(64):\n    try: os.write(n, answer + b'clean' + bytes([10]))\n    except OSError: pass\n"
    code += "os._exit(3)"
    outcome = attack(python, code)
    assert outcome.exit_code == 3
    assert b'"end"' in outcome.stdout
    assert b'"end"' in outcome.stderr
    assert_next_is_right(python, kept=True)


def test_the_server_can_t_be_signalled(python: WarmPython) -> None:
    code = """
for number in (9, 19, 15, 2, 14):
    attempt(f"kill {number}", lambda: os.kill(server, number))
attempt("pidfd", lambda: signal.pidfd_send_signal(os.pidfd_open(server), 9))
import fcntl
read, write = os.pipe()
fcntl.fcntl(read, fcntl.F_SETOWN, server)
fcntl.fcntl(read, fcntl.F_SETFL, os.O_ASYNC)
os.write(write, b"x")
"""
    assert_stopped(attack(python, code), 6)
    assert_next_is_right(python, kept=True)


@pytest.mark.parametrize("number", [9, 15, 19])
def test_on_a_kernel_that_lets_it_be_signalled_only_its_own_program_suffers(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, number: int, tmp_path: Path
) -> None:
    older = tmp_path / "fork_server.py"
    text = Path("lemmata/sandbox/languages/fork_server.py").read_text()
    older.write_text(text.replace("_SIGNALS if version >= 6 else 0", "0"))
    monkeypatch.setattr("lemmata.sandbox.languages.warm._SERVER", older)
    with WarmPython(sandbox, caps=Caps(wall_s=1)) as python:
        python.run("pass")
        outcome = python.run(f"import os, time; os.kill(os.getppid(), {number}); time.sleep(9)")
        assert outcome.end is (End.WALL if number == 19 else End.KILLED)
        assert_next_is_right(python, kept=False)


def test_killing_all_that_can_be_reached_ends_nobody_else() -> None:
    with WarmPython(Bubblewrap()) as python:
        outcome = python.run("import os; os.kill(-1, 9); print('still here')")
        assert outcome.end is End.FINISHED
        assert_next_is_right(python, kept=True)


def test_a_daemon_is_gone_before_the_answer(python: WarmPython) -> None:
    mark = f"9{os.getpid()}.25"
    code = f"""
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for stream in (0, 1, 2):
            os.close(stream)
        os.execv("/bin/sleep", ["sleep", "{mark}"])
    os._exit(0)
os.wait()
time.sleep(0.1)
print("left")
"""
    outcome = attack(python, code)
    assert (outcome.end, outcome.stdout) == (End.FINISHED, b"left\n")
    assert not running(mark)
    assert_next_is_right(python, kept=True)


def test_a_child_that_keeps_the_output_open_delays_nobody(python: WarmPython) -> None:
    began = time.monotonic()
    outcome = attack(python, "if os.fork() == 0: time.sleep(60)\nprint('done')")
    assert outcome.stdout == b"done\n"
    assert time.monotonic() - began < 3
    assert_next_is_right(python, kept=True)


def test_processes_that_hop_away_are_caught_or_the_session_ends(python: WarmPython) -> None:
    code = """
if os.fork() == 0:
    os.setsid()
    while True:
        if os.fork():
            os._exit(0)
print("hopping")
"""
    assert attack(python, code).stdout == b"hopping\n"
    assert_next_is_right(python)


def test_a_fork_bomb_ends_with_its_program(python: WarmPython) -> None:
    outcome = attack(python, "while True:\n    try: os.fork()\n    except OSError: pass")
    assert outcome.end.limited
    assert_next_is_right(python)


def test_a_subreaper_of_its_own_keeps_nothing(python: WarmPython) -> None:
    code = "libc.prctl(36, 1, 0, 0, 0)\nfor _ in range(3):\n    if os.fork() == 0: os.setsid()\ntime.sleep(60)"
    assert attack(python, code).end is End.WALL
    assert_next_is_right(python, kept=True)


def test_a_time_bomb_does_not_go_off_in_a_later_program(python: WarmPython) -> None:
    code = "libc.prctl(1, 0, 0, 0, 0)\nsignal.setitimer(signal.ITIMER_REAL, 0.2)\nlibc.alarm(1)\n"
    code += "if os.fork() == 0:\n    time.sleep(0.3); open('main.py', 'w').write('print(666)')"
    attack(python, code)
    slow = "import time; time.sleep(0.6); print(open('main.py').read())"
    assert python.run(slow).stdout.decode().strip() == slow


def test_room_is_given_back(python: WarmPython) -> None:
    code = """
for folder in (".", os.environ["TMPDIR"]):
    try:
        for n in range(10):
            with open(f"{folder}/{n}", "wb", buffering=0) as file:
                file.write(bytes(4 << 20))
    except OSError as error:
        print(error.errno)
    open(f"{folder}/many", "w")
"""
    for _ in range(3):
        attack(python, code)
        assert_next_is_right(python)
    assert len(python.run("open('a', 'wb').write(bytes(3 << 20))", collect=("a",)).files["a"]) == 3 << 20


def test_shared_memory_is_given_back() -> None:
    with WarmPython(Bubblewrap()) as python:
        python.run("open('/dev/shm/left', 'w')\nopen('/tmp/left', 'w')")
        assert python.run("import os; print(os.listdir('/dev/shm'), os.listdir('/tmp'))").stdout == b"[] []\n"


def test_files_that_can_t_be_removed_cost_the_session_and_nothing_else(python: WarmPython) -> None:
    attack(python, "os.makedirs('a/b'); open('a/b/c', 'w'); os.chmod('a/b', 0); os.chmod('a', 0)")
    assert_next_is_right(python)


def test_folders_too_deep_to_be_removed_cost_the_session_and_nothing_else() -> None:
    with WarmPython(Bubblewrap()) as python:
        assert attack(python, "for n in range(3000):\n    os.mkdir('d'); os.chdir('d')").exit_code == 0
        assert_next_is_right(python)


def test_the_scratch_folder_itself_stays_as_it_was(python: WarmPython) -> None:
    for change in ("os.chmod('.', 0)", "os.chmod('.', 0o2777)", "os.chmod(os.environ['TMPDIR'], 0o700)"):
        attack(python, change)
        assert_next_is_right(python, kept=False)


def test_a_link_in_the_place_of_the_scratch_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("kept")
    with WarmPython(BareProcess()) as python:
        code = f"import os; box = os.getcwd(); os.rename(box, box + '2'); os.symlink({str(tmp_path)!r}, box)"
        assert python.run(code).exit_code == 0
        python.run("print(open('main.py').read())")
    assert (tmp_path / "precious").read_text() == "kept"


def test_links_are_not_followed_when_files_are_read_back(python: WarmPython, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    code = f"os.symlink('{tmp_path}/secret', 'link'); os.symlink('{tmp_path}', 'folder'); os.mkfifo('pipe')\n"
    code += "os.mkdir('plain'); open('plain/file', 'w').write('kept')"
    names = ("link", "folder/secret", "pipe", "plain", "plain/file")
    assert python.run(TRY + code, collect=names).files == {"plain/file": b"kept"}


def test_limits_of_the_server_that_a_program_changed_touch_no_later_program(python: WarmPython) -> None:
    change = "import resource\nfor n in (resource.RLIMIT_{}, ):\n    resource.prlimit(server, n, {})"
    for name, pair in (("AS", (64 << 20, 64 << 20)), ("CPU", (1, 2)), ("FSIZE", (0, 0)), ("NOFILE", (5, 5))):
        attack(python, change.format(name, pair))
        assert_next_is_right(python, kept=False)


def test_a_server_that_was_slowed_down_is_replaced(python: WarmPython) -> None:
    before = os.getpriority(os.PRIO_PROCESS, 0)
    attack(python, f"os.setpriority(os.PRIO_PROCESS, server, {before + 3})")
    assert_next_is_right(python, kept=False)
    attack(python, "os.sched_setscheduler(server, os.SCHED_IDLE, os.sched_param(0))")
    assert_next_is_right(python, kept=False)


def test_the_memory_of_a_program_and_its_children_is_watched(sandbox: Sandbox) -> None:
    with WarmPython(sandbox, caps=Caps(memory_mb=256, wall_s=10)) as python:
        code = "import os, time\nos.fork(), os.fork(), os.fork()\nx = b'x' * (150 << 20)\ntime.sleep(20)"
        assert python.run(code).end is End.MEMORY
        assert_next_is_right(python, kept=False)


def test_nothing_of_it_is_left_after_close(python: WarmPython) -> None:
    mark = f"5{os.getpid()}.125"
    thread = threading.Thread(target=python.run, args=(f"import os; os.execv('/bin/sleep', ['sleep', '{mark}'])",))
    thread.start()
    deadline = time.monotonic() + 4
    while not running(mark) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert running(mark)
    python.close()
    thread.join()
    assert not running(mark)
