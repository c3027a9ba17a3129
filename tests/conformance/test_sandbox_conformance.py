"""What every sandbox back-end does, whatever it isolates."""

import os
import time
from pathlib import Path

import pytest

from lemmata.errors import BackendMissing, BadInput
from lemmata.sandbox.base import Caps, Command, End, Sandbox, SessionEnded
from lemmata.sandbox.bubblewrap import Bubblewrap
from lemmata.sandbox.languages.c import c_compiler
from lemmata.sandbox.languages.python import python_command
from lemmata.sandbox.process import BareProcess

pytestmark = pytest.mark.sandbox

ECHO = """
import sys
for line in sys.stdin:
    print(line.strip().upper(), flush=True)
"""


@pytest.fixture(params=[Bubblewrap, BareProcess], ids=lambda backend: backend.name)
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    backend: Sandbox = request.param()
    assert backend.probe().found, backend.probe().remedy
    return backend


def shell(script: str, **fields: object) -> Command:
    return Command(argv=("/bin/sh", "-c", script), **fields)  # type: ignore[arg-type]


def test_exit_code_and_both_outputs_are_told(sandbox: Sandbox) -> None:
    outcome = sandbox.run(shell("echo out; echo err >&2; exit 7"))
    assert (outcome.end, outcome.exit_code, outcome.stdout, outcome.stderr) == (End.FINISHED, 7, b"out\n", b"err\n")


def test_a_signal_that_ended_the_program_is_a_negative_exit_code(sandbox: Sandbox) -> None:
    assert sandbox.run(shell("kill -SEGV $$")).exit_code == -11


def test_stdin_is_what_was_given_and_then_ends(sandbox: Sandbox) -> None:
    given = os.urandom(300_000)
    outcome = sandbox.run(Command(argv=("/bin/cat",), stdin=given))
    assert outcome.stdout == given


def test_a_program_that_ignores_its_input_finishes(sandbox: Sandbox) -> None:
    assert sandbox.run(Command(argv=("/bin/true",), stdin=b"x" * 1_000_000)).exit_code == 0


def test_files_go_in_and_come_out(sandbox: Sandbox) -> None:
    outcome = sandbox.run(
        shell("cat a/b > out; chmod +x out", files={"a/b": b"\0content"}, collect=("out", "a/b", "missing"))
    )
    assert outcome.files == {"out": b"\0content", "a/b": b"\0content"}


def test_a_program_among_the_files_can_be_run(sandbox: Sandbox) -> None:
    outcome = sandbox.run(Command(argv=("/box/go",), files={"go": b"#!/bin/sh\necho ran\n"}))
    assert outcome.stdout == b"ran\n"


def test_the_environment_is_only_the_one_given(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    names = {line.partition(b"=")[0] for line in sandbox.run(shell("env", env={"MINE": "1"})).stdout.splitlines()}
    assert names == {b"PATH", b"HOME", b"LANG", b"TMPDIR", b"MINE", b"PWD"}


def test_the_wall_limit_ends_a_sleeper(sandbox: Sandbox) -> None:
    began = time.monotonic()
    outcome = sandbox.run(shell("echo begun; sleep 60", caps=Caps(wall_s=0.5)))
    assert (outcome.end, outcome.exit_code, outcome.stdout) == (End.WALL, None, b"begun\n")
    assert time.monotonic() - began < 5


def test_a_program_that_ignores_signals_is_ended_by_the_wall_limit(sandbox: Sandbox) -> None:
    assert sandbox.run(shell("trap '' TERM INT HUP XCPU; sleep 60 & wait", caps=Caps(wall_s=0.5))).end is End.WALL


def test_processor_time_ends_a_busy_loop(sandbox: Sandbox) -> None:
    assert sandbox.run(shell("while :; do :; done", caps=Caps(cpu_s=1, wall_s=20))).end is End.CPU


def test_processor_time_ends_a_loop_that_ignores_the_warning(sandbox: Sandbox) -> None:
    code = "import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass"
    assert sandbox.run(python_command(code, caps=Caps(cpu_s=1, wall_s=20))).end is End.CPU


def test_a_program_that_kills_itself_did_not_run_out_of_processor_time(sandbox: Sandbox) -> None:
    outcome = sandbox.run(shell("kill -XCPU $$", caps=Caps(cpu_s=5)))
    assert (outcome.end, outcome.exit_code) == (End.KILLED, -24)


def test_address_space_is_limited(sandbox: Sandbox) -> None:
    outcome = sandbox.run(python_command("bytearray(600 << 20)", caps=Caps(memory_mb=300)))
    assert (outcome.end, outcome.exit_code) == (End.FINISHED, 1)
    assert b"MemoryError" in outcome.stderr


def test_resident_memory_is_watched_and_reserved_memory_is_not(sandbox: Sandbox) -> None:
    reserve = "import mmap\nmmap.mmap(-1, 4 << 30)\nprint('reserved')"
    caps = Caps(memory_mb=200, resident=True)
    assert sandbox.run(python_command(reserve, caps=caps)).stdout == b"reserved\n"
    assert (
        sandbox.run(python_command("x = b'x' * (900 << 20)\nimport time; time.sleep(9)", caps=caps)).end is End.MEMORY
    )


def test_memory_of_the_whole_group_is_watched(sandbox: Sandbox) -> None:
    code = "import os, time\nos.fork(), os.fork()\nx = b'x' * (80 << 20)\ntime.sleep(9)"
    assert sandbox.run(python_command(code, caps=Caps(memory_mb=250))).end is End.MEMORY


def test_too_much_output_ends_the_run_and_the_first_part_is_kept(sandbox: Sandbox) -> None:
    for script in ("yes", "yes >&2"):
        outcome = sandbox.run(shell(script, caps=Caps(output_kb=8)))
        assert outcome.end is End.OUTPUT
        assert max(len(outcome.stdout), len(outcome.stderr)) == 8 * 1024


def test_too_much_output_in_one_burst_is_never_taken_for_the_whole(sandbox: Sandbox) -> None:
    outcome = sandbox.run(python_command("print('x' * 40_000)", caps=Caps(output_kb=8)))
    assert outcome.end is End.OUTPUT


def test_a_file_grows_no_further_than_its_cap(sandbox: Sandbox) -> None:
    outcome = sandbox.run(shell("head -c 9M /dev/zero > f; wc -c < f", caps=Caps(file_mb=2)))
    assert outcome.stdout.strip() == str(2 << 20).encode()


def test_the_number_of_open_files_is_limited(sandbox: Sandbox) -> None:
    outcome = sandbox.run(python_command("fs = [open('/dev/null') for _ in range(60)]", caps=Caps(open_files=32)))
    assert b"Too many open files" in outcome.stderr


def test_there_is_no_core_dump(sandbox: Sandbox) -> None:
    assert sandbox.run(shell("ulimit -c; ulimit -Hc")).stdout == b"0\n0\n"


def test_no_process_of_a_finished_run_goes_on(sandbox: Sandbox) -> None:
    mark = f"9{os.getpid()}.25"
    outcome = sandbox.run(shell(f"sleep {mark} & sleep {mark} & echo done"))
    assert (outcome.end, outcome.stdout) == (End.FINISHED, b"done\n")
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


def test_nothing_but_a_plain_relative_path_is_taken_for_a_file(sandbox: Sandbox) -> None:
    for bad in ("/etc/passwd", "../x", "a/../../x", "", "a\0b"):
        with pytest.raises(BadInput):
            sandbox.run(Command(argv=("/bin/true",), files={bad: b""}))
        with pytest.raises(BadInput):
            sandbox.run(Command(argv=("/bin/true",), collect=(bad,)))


def test_arguments_that_no_kernel_takes_are_refused_and_not_cut(sandbox: Sandbox) -> None:
    with pytest.raises(BadInput):
        sandbox.run(Command(argv=("/bin/echo", "a\0b")))
    with pytest.raises(BadInput):
        sandbox.run(Command(argv=("/bin/echo",), env={"A=B": "x"}))
    with pytest.raises(BadInput):
        sandbox.run(Command(argv=("echo",)))


def test_a_missing_program_is_an_error_and_not_a_failed_run(sandbox: Sandbox) -> None:
    with pytest.raises(BackendMissing, match="no program /usr/bin/nothing-of-the-kind"):
        sandbox.run(Command(argv=("/usr/bin/nothing-of-the-kind",)))


def test_a_limit_that_cant_be_set_is_an_error_and_nothing_runs(sandbox: Sandbox) -> None:
    with pytest.raises(BackendMissing, match="did not start"):
        sandbox.run(shell("echo ran", caps=Caps(open_files=2_000_000_000)))


def test_a_session_answers_line_by_line(sandbox: Sandbox) -> None:
    with sandbox.open(python_command(ECHO)) as session:
        assert session.alive
        assert [session.ask(f"a{n}".encode(), wall_s=10) for n in range(3)] == [b"A0", b"A1", b"A2"]
        assert session.ask(b"x" * 300_000, wall_s=10) == b"X" * 300_000
    assert not session.alive
    session.close()


def test_a_greeting_can_be_read_before_anything_is_asked(sandbox: Sandbox) -> None:
    with sandbox.open(shell("echo hello; cat")) as session:
        assert session.read(wall_s=5) == b"hello"
        assert session.ask(b"more", wall_s=5) == b"more"


def test_a_session_that_does_not_answer_in_time_is_ended(sandbox: Sandbox) -> None:
    with sandbox.open(shell("sleep 60")) as session:
        with pytest.raises(SessionEnded) as ended:
            session.ask(b"hello", wall_s=0.3)
        assert ended.value.end is End.WALL
        assert not session.alive
        with pytest.raises(SessionEnded):
            session.ask(b"again", wall_s=0.3)


def test_a_session_without_an_end_of_line_is_ended(sandbox: Sandbox) -> None:
    with sandbox.open(shell("tr -d '\\n' < /dev/zero", caps=Caps(output_kb=64))) as session:
        with pytest.raises(SessionEnded) as ended:
            session.read(wall_s=10)
        assert ended.value.end is End.OUTPUT


def test_a_session_that_ends_says_so_with_its_last_words(sandbox: Sandbox) -> None:
    with sandbox.open(shell("echo 'no such thing' >&2; exit 3")) as session:
        with pytest.raises(SessionEnded, match="no such thing") as ended:
            session.ask(b"hello", wall_s=5)
        assert ended.value.end is End.FINISHED


def test_a_session_that_eats_memory_between_requests_is_ended(sandbox: Sandbox) -> None:
    code = "import time\nprint('ready', flush=True)\nx = b'x' * (500 << 20)\ntime.sleep(60)"
    with sandbox.open(python_command(code, caps=Caps(memory_mb=200, resident=True))) as session:
        session.read(wall_s=10)
        deadline = time.monotonic() + 10
        while session.alive and time.monotonic() < deadline:
            time.sleep(0.05)
        with pytest.raises(SessionEnded) as ended:
            session.read(wall_s=1)
        assert ended.value.end is End.MEMORY


def test_resident_memory_of_a_session_is_told(sandbox: Sandbox) -> None:
    code = "x = b'x' * (50 << 20)\nprint(len(x), flush=True)\ninput()"
    with sandbox.open(python_command(code)) as session:
        session.read(wall_s=10)
        assert 50 <= session.resident_mb() < 120
    assert session.resident_mb() == 0


def test_standard_error_of_a_session_never_blocks_it(sandbox: Sandbox) -> None:
    code = "import sys\nfor line in sys.stdin:\n    sys.stderr.write('e' * 500_000)\n    print('ok', flush=True)"
    with sandbox.open(python_command(code)) as session:
        assert session.ask(b"1", wall_s=10) == b"ok"
        assert session.ask(b"2", wall_s=10) == b"ok"


def test_c_code_is_compiled_and_run_with_sanitizers(sandbox: Sandbox) -> None:
    source = b"int main(int n, char **v) { int a[2] = {0}; return a[n + 1]; }"
    script = f"{c_compiler()} -fsanitize=address,undefined -fno-sanitize-recover=all -o a a.c && ./a"
    outcome = sandbox.run(shell(script, files={"a.c": source}, caps=Caps(resident=True)))
    assert outcome.end is End.FINISHED
    assert outcome.exit_code != 0
    assert b"index 2 out of bounds" in outcome.stderr


def test_packages_of_this_environment_can_be_imported(sandbox: Sandbox) -> None:
    code = "import sympy, z3\nprint(sympy.sqrt(16), z3.simplify(z3.IntVal(2) + 3))"
    assert sandbox.run(python_command(code, packages=True)).stdout == b"4 5\n"


def test_without_packages_there_is_the_standard_library_only(sandbox: Sandbox) -> None:
    outcome = sandbox.run(python_command("import json, sympy"))
    assert b"No module named 'sympy'" in outcome.stderr


def test_a_file_in_the_scratch_folder_cant_stand_in_for_a_module(sandbox: Sandbox) -> None:
    lie = {"random.py": b"print('lie')", "sitecustomize.py": b"print('lie')", "usercustomize.py": b"print('lie')"}
    for packages in (False, True):
        outcome = sandbox.run(python_command("import random, sys; print(sys.argv)", files=lie, packages=packages))
        assert outcome.stdout.endswith(b"/box/main.py']\n")
        assert b"lie" not in outcome.stdout


def test_two_runs_of_a_program_print_a_set_in_the_same_order(sandbox: Sandbox) -> None:
    command = python_command("print({str(n) for n in range(99)})")
    assert sandbox.run(command).stdout == sandbox.run(command).stdout
