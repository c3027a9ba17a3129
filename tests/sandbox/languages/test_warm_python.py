"""A warm Python runs a program as a cold one does, only sooner, and keeps nothing of it."""

import os
import threading
import time
from collections.abc import Iterator
from statistics import median

import pytest

from lemmata.errors import BackendMissing, BadInput
from lemmata.sandbox.base import Caps, End, Sandbox
from lemmata.sandbox.bubblewrap import Bubblewrap
from lemmata.sandbox.languages.python import python_command
from lemmata.sandbox.languages.warm import WarmPython
from lemmata.sandbox.process import BareProcess

pytestmark = pytest.mark.sandbox

SAME = {
    "prints and returns": "print(6 * 7)",
    "an uncaught error": "def f():\n    return 1 / 0\n\nf()",
    "an error with a cause": "try:\n    {}['a']\nexcept KeyError as e:\n    raise ValueError('b') from e",
    "no Python at all": "def f(:",
    "exit with a number": "raise SystemExit(7)",
    "exit with a large number": "import sys; sys.exit(300)",
    "exit with a text": "import sys; sys.exit('bye')",
    "exit from a thread": "import threading\nt = threading.Thread(target=lambda: print('t'))\nt.start()",
    "killed by a signal": "import os; os.kill(os.getpid(), 11)",
    "interrupted": "raise KeyboardInterrupt",
    "a file left open": "f = open('out', 'w')\nf.write('written')",
    "handlers at the end": "import atexit\natexit.register(print, 'last')\nprint('first')",
    "a finalizer": "class A:\n    def __del__(self): print('gone')\na = A()\na.me = a",
    "its own hook": "import sys\nsys.excepthook = lambda *a: print('hook', a[0].__name__)\nboom",
    "the order of a set": "print({str(n) for n in range(50)})",
    "arguments and name": "import sys; print(sys.argv[1:], __name__, sys.argv[0].endswith('/main.py'))",
    "its own source": "import sys; print(open(sys.argv[0]).read())",
    "input": "import sys; print(sys.stdin.read().upper(), end='')",
    "a closed output": "import sys; print('x'); sys.stdout.close()",
    "files": "print(open('given/a').read()); open('out', 'w').write('o'); import os; print(sorted(os.listdir()))",
    "rename across folders": "import os\nos.mkdir('b')\nos.rename('given/a', 'b/a')\nprint(os.listdir('b'))",
    "its own process": "print(open('/proc/self/environ').read(3), len(open('/proc/self/maps').read()) > 99)",
    "descriptors": "import os; print(sorted(map(int, os.listdir('/proc/self/fd')))[:-1])",
    "limits": "import resource as r; print([r.getrlimit(n) for n in (r.RLIMIT_AS, r.RLIMIT_NOFILE, r.RLIMIT_FSIZE)])",
    "a pool of processes": "import multiprocessing as m\nif __name__ == '__main__':\n"
    "    with m.get_context('fork').Pool(2) as p: print(p.map(abs, [-1, 2]))",
}


@pytest.fixture(scope="module", params=[Bubblewrap, BareProcess], ids=lambda backend: backend.name)
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    backend: Sandbox = request.param()
    return backend


@pytest.fixture(scope="module")
def python(sandbox: Sandbox) -> Iterator[WarmPython]:
    with WarmPython(sandbox) as opened:
        yield opened


@pytest.mark.parametrize("name", SAME)
def test_a_program_does_what_it_does_in_a_sandbox_of_its_own(sandbox: Sandbox, python: WarmPython, name: str) -> None:
    given = {"files": {"given/a": b"text"}, "stdin": b"some\ninput", "argv": ("one", "two"), "collect": ("out",)}
    cold = sandbox.run(python_command(SAME[name], **given))  # type: ignore[arg-type]
    warm = python.run(SAME[name], **given)  # type: ignore[arg-type]
    told = [
        (o.end, o.exit_code, o.stdout, [line for line in o.stderr.splitlines() if b"/main.py" not in line], o.files)
        for o in (cold, warm)
    ]
    assert told[0] == told[1]


def test_output_that_can_t_be_written_shows_in_the_exit_code(sandbox: Sandbox, python: WarmPython) -> None:
    code = "import os, sys\nsys.stdout.write('x')\nos.close(1)"
    assert sandbox.run(python_command(code)).exit_code == python.run(code).exit_code == 120


def test_the_place_of_an_error_is_told_and_nothing_of_ours(python: WarmPython) -> None:
    said = python.run("def f():\n    return 1 / 0\n\nf()").stderr.decode()
    assert "line 4, in <module>" in said
    assert "line 2, in f\n    return 1 / 0" in said
    assert "run_main" not in said


def test_each_program_is_a_new_process_of_the_same_interpreter(python: WarmPython) -> None:
    code = "import os; print(os.getpid(), os.getppid())"
    first, second = (python.run(code).stdout.split() for _ in range(2))
    assert first[0] != second[0]
    assert first[1] == second[1]


def test_a_program_finds_nothing_of_the_one_before(python: WarmPython) -> None:
    change = "import os, sys, json, builtins\nopen('left', 'w'); os.mkdir('d'); open('d/x', 'w'); x = 1\n"
    change += "builtins.y = 2; json.z = 3; os.environ['A'] = '4'; sys.path.clear(); os.chdir('d'); os.umask(0)\n"
    change += "open(os.environ['TMPDIR'] + '/left', 'w')"
    assert python.run(change).exit_code == 0
    code = "import os, sys, json, builtins\n"
    code += "print(os.listdir(), os.listdir(os.environ['TMPDIR']), 'x' in globals(), hasattr(builtins, 'y'))\n"
    code += "print(hasattr(json, 'z'), 'A' in os.environ, bool(sys.path), os.umask(0))"
    assert python.run(code).stdout == b"['main.py'] [] False False\nFalse False True 18\n"


def test_the_wall_limit_ends_a_sleeper_and_the_next_program_runs(python: WarmPython) -> None:
    began = time.monotonic()
    outcome = python.run("print('begun', flush=True)\nimport time; time.sleep(60)", wall_s=0.5)
    assert (outcome.end, outcome.exit_code, outcome.stdout) == (End.WALL, None, b"begun\n")
    assert time.monotonic() - began < 3
    assert python.run("print(1)").stdout == b"1\n"


def test_too_much_output_ends_the_program_and_the_first_part_is_kept(sandbox: Sandbox) -> None:
    with WarmPython(sandbox, caps=Caps(output_kb=8)) as python:
        for stream in (1, 2):
            outcome = python.run(f"import os\nwhile True: os.write({stream}, b'x' * 999)")
            assert outcome.end is End.OUTPUT
            assert len((outcome.stdout, outcome.stderr)[stream - 1]) == 8192
        assert python.run("print('x' * 8191)").end is End.FINISHED
        assert python.run("print('x' * 8192)").end is End.OUTPUT


def test_memory_and_processor_time_are_limited_for_each_program(sandbox: Sandbox) -> None:
    with WarmPython(sandbox, caps=Caps(memory_mb=300, cpu_s=1)) as python:
        outcome = python.run("bytearray(600 << 20)")
        assert (outcome.end, outcome.exit_code) == (End.FINISHED, 1)
        assert b"MemoryError" in outcome.stderr
        assert python.run("while True: pass").end is End.CPU
        assert python.run("print(len(bytearray(100 << 20)))").stdout == b"104857600\n"


def test_files_and_descriptors_are_limited_for_each_program(sandbox: Sandbox) -> None:
    with WarmPython(sandbox, caps=Caps(file_mb=1, open_files=20)) as python:
        assert b"too large" in python.run("open('a', 'wb').write(bytes(2 << 20))").stderr
        assert b"Too many open files" in python.run("a = [open('/dev/null') for _ in range(20)]").stderr
        assert python.run("print(len(open('a').read()))", files={"a": b"x" * (3 << 20)}).stdout == b"3145728\n"


def test_large_input_and_output_pass_whole(python: WarmPython) -> None:
    given = os.urandom(900_000)
    code = "import sys; data = sys.stdin.buffer.read(); sys.stdout.buffer.write(data); open('o', 'wb').write(data)"
    outcome = python.run(code, stdin=given, collect=("o",))
    assert outcome.stdout == given
    assert outcome.files == {"o": given}


def test_preloaded_modules_are_there_and_installed_packages_only_if_asked_for(sandbox: Sandbox) -> None:
    with WarmPython(sandbox, packages=True, preload=("sympy",)) as python:
        assert python.run("import sympy; print(sympy.Integer(2) ** 70)").stdout == b"1180591620717411303424\n"
    with WarmPython(sandbox) as python:
        assert b"ModuleNotFoundError" in python.run("import sympy").stderr


def test_a_module_that_is_not_there_can_t_be_preloaded(sandbox: Sandbox) -> None:
    with (
        WarmPython(sandbox, preload=("nothing_of_the_kind",)) as python,
        pytest.raises(BackendMissing, match="preload"),
    ):
        python.run("pass")


def test_paths_outside_the_scratch_folder_are_refused(python: WarmPython) -> None:
    with pytest.raises(BadInput, match="below /box"):
        python.run("pass", files={"../a": b""})
    with pytest.raises(BadInput, match="below /box"):
        python.run("pass", collect=("/etc/passwd",))


def test_it_is_started_late_and_ended_by_close(sandbox: Sandbox) -> None:
    python = WarmPython(sandbox)
    assert python._session is None
    python.run("pass")
    session = python._session
    assert session is not None
    assert session.alive
    python.close()
    assert not session.alive
    assert python.run("print(1)").stdout == b"1\n"
    python.close()


def test_closing_it_from_another_thread_ends_the_program(sandbox: Sandbox) -> None:
    python = WarmPython(sandbox)
    python.run("pass")
    threading.Timer(0.3, python.close).start()
    assert python.run("import time; time.sleep(60)").end is End.CANCELLED


def test_many_threads_may_ask_at_once(python: WarmPython) -> None:
    told: dict[int, bytes] = {}

    def ask(number: int) -> None:
        told[number] = python.run(f"print({number})").stdout

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == {n: f"{n}\n".encode() for n in range(8)}


def test_an_interpreter_is_replaced_after_many_programs(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lemmata.sandbox.languages.warm._OFTEN", 3)
    with WarmPython(sandbox) as python:
        sessions = []
        for _ in range(4):
            assert python.run("print(1)").stdout == b"1\n"
            sessions.append(python._session)
        assert sessions[0] is sessions[2]
        assert sessions[0] is not sessions[3]


def test_without_landlock_each_program_has_a_sandbox_of_its_own(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lemmata.sandbox.languages.warm.json.loads", lambda _: {"apart": False})
    with WarmPython(sandbox) as python:
        assert python.run("print(1)").stdout == b"1\n"
        assert python._session is None


def test_a_warm_program_is_answered_sooner_than_a_cold_one(sandbox: Sandbox, python: WarmPython) -> None:
    code = "print(sum(range(100)))"
    command = python_command(code)
    python.run("pass")
    warm, cold = [], []
    for _ in range(20):  # interleaved, so that a busy machine slows both alike
        for times, run in ((warm, lambda: python.run(code)), (cold, lambda: sandbox.run(command))):
            began = time.perf_counter()
            assert run().stdout == b"4950\n"
            times.append(time.perf_counter() - began)
    assert median(warm) < median(cold), (warm, cold)
