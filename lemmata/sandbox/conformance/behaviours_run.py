"""What goes in and what comes out: arguments, input, files, environment, exit codes, and what is refused."""

from __future__ import annotations

import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from lemmata.errors import BackendMissing, BadInput
from lemmata.sandbox.base import Caps, Command, End
from lemmata.sandbox.conformance.case import Broken, Cases, NotApplicable, Stage, expect, expect_in, shell
from lemmata.sandbox.languages.python import python_command

CASES = Cases()
_BAD_PATHS = ("/etc/passwd", "../x", "a/../../x", "", "a\0b")


@CASES.behaviour("run.exit-code")
def exit_code_and_outputs(stage: Stage) -> None:
    """The exit code and both outputs are told."""
    code = "import sys\nprint('out')\nprint('err', file=sys.stderr)\nsys.exit(7)"
    outcome = stage.sandbox.run(python_command(code))
    came = (outcome.end, outcome.exit_code, outcome.stdout, outcome.stderr)
    expect(came, (End.FINISHED, 7, b"out\n", b"err\n"), "end, exit code and outputs")


@CASES.behaviour("run.seconds")
def seconds(stage: Stage) -> None:
    """The seconds that a run took are told."""
    took = stage.sandbox.run(python_command("import time\ntime.sleep(0.3)")).wall_s
    expect(0.3 <= took < 10, True, f"0.3 <= {took} < 10")


@CASES.behaviour("run.shell", native=True)
def programs(stage: Stage) -> None:
    """Programs of the system run, by their absolute path."""
    outcome = stage.sandbox.run(shell("echo out; echo err >&2; exit 7"))
    came = (outcome.end, outcome.exit_code, outcome.stdout, outcome.stderr)
    expect(came, (End.FINISHED, 7, b"out\n", b"err\n"), "end, exit code and outputs")


@CASES.behaviour("run.signal", native=True)
def signals(stage: Stage) -> None:
    """A program that a signal ended was killed, and its exit code is minus the signal's number."""
    outcome = stage.sandbox.run(shell("kill -SEGV $$"))
    expect((outcome.end, outcome.exit_code), (End.KILLED, -11), "end and exit code")


@CASES.behaviour("run.own-signal", native=True)
def own_signal_is_no_limit(stage: Stage) -> None:
    """A program that sends itself the signal of the processor limit did not run out of processor time."""
    outcome = stage.sandbox.run(shell("kill -XCPU $$", caps=Caps(cpu_s=5)))
    expect((outcome.end, outcome.exit_code), (End.KILLED, -24), "end and exit code")


@CASES.behaviour("run.arguments")
def arguments(stage: Stage) -> None:
    """Arguments arrive as they are: empty ones, spaces, newlines, letters of all scripts."""
    given = ("", "a b", "line\nbreak", "--option", "$HOME `id` 'x' \"y\"", "日本語 λ→∀", "-")
    outcome = stage.sandbox.run(python_command("import sys\nprint(ascii(sys.argv[1:]))", argv=given))
    expect(outcome.stdout.decode().strip(), ascii(list(given)), "the arguments")


@CASES.behaviour("run.many-arguments")
def many_arguments(stage: Stage) -> None:
    """Two thousand arguments arrive."""
    given = [f"argument-{n}" for n in range(2000)]
    outcome = stage.sandbox.run(python_command("import sys\nprint(len(sys.argv), sys.argv[-1])", argv=given))
    expect(outcome.stdout, b"2001 argument-1999\n", "number and last of the arguments")


@CASES.behaviour("stdin.binary")
def stdin_binary(stage: Stage) -> None:
    """Standard input arrives byte for byte, and then ends."""
    given = b"\n\n" + bytes(range(256)) + os.urandom(300_000)
    code = "import sys\nsys.stdout.buffer.write(sys.stdin.buffer.read())"
    expect(stage.sandbox.run(python_command(code, stdin=given)).stdout, given, "the input")


@CASES.behaviour("stdin.empty")
def stdin_empty(stage: Stage) -> None:
    """Without input, reading it finds its end at once."""
    code = "import sys\nprint(sys.stdin.buffer.read())"
    expect(stage.sandbox.run(python_command(code)).stdout, b"b''\n", "the input")


@CASES.behaviour("stdin.ignored")
def stdin_ignored(stage: Stage) -> None:
    """A program that ignores a megabyte of input finishes."""
    outcome = stage.sandbox.run(python_command("print('done')", stdin=b"x" * 1_000_000))
    expect((outcome.end, outcome.exit_code, outcome.stdout), (End.FINISHED, 0, b"done\n"), "end, exit code, output")


@CASES.behaviour("files.in-and-out")
def files_in_and_out(stage: Stage) -> None:
    """Files go in and come out: nested ones, empty ones, any bytes; missing ones are left out."""
    every = bytes(range(256))
    code = "open('out', 'wb').write(open('a/b/c', 'rb').read())\nopen('none', 'w').close()"
    command = python_command(
        code, files={"a/b/c": every, "empty": b""}, collect=("out", "a/b/c", "empty", "none", "missing", "a", "a/x")
    )
    files = dict(stage.sandbox.run(command).files)
    expect(files, {"out": every, "a/b/c": every, "empty": b"", "none": b""}, "the files")


@CASES.behaviour("files.after-a-limit")
def files_after_a_limit(stage: Stage) -> None:
    """Files of a run that reached a limit come out, too."""
    code = "import time\nopen('out', 'w').write('so far')\ntime.sleep(60)"
    outcome = stage.sandbox.run(python_command(code, collect=("out",), caps=Caps(wall_s=1.5)))
    expect((outcome.end, dict(outcome.files)), (End.WALL, {"out": b"so far"}), "end and files")


@CASES.behaviour("files.too-big")
def files_too_big(stage: Stage) -> None:
    """A file longer than its cap is left out, and the others are not."""
    files = {"fits": bytes(1 << 20), "big": bytes((1 << 20) + 1)}
    outcome = stage.sandbox.run(python_command("pass", files=files, collect=("fits", "big"), caps=Caps(file_mb=1)))
    expect({name: len(content) for name, content in outcome.files.items()}, {"fits": 1 << 20}, "lengths of the files")


@CASES.behaviour("files.executable", native=True)
def files_executable(stage: Stage) -> None:
    """A program among the files can be run."""
    command = Command(argv=("/box/go",), files={"go": b"#!/bin/sh\necho ran\n"})
    expect(stage.sandbox.run(command).stdout, b"ran\n", "the output")


@CASES.behaviour("files.visible")
def files_visible(stage: Stage) -> None:
    """What was made visible can be read at the same path."""
    path = str(stage.host.visible)
    command = python_command(f"print(open({path + '/data'!r}).read(), end='')")
    expect(stage.sandbox.run(replace(command, visible=(path,))).stdout, b"given\n", "the output")


@CASES.behaviour("environment.only-the-given")
def environment(stage: Stage) -> None:
    """The environment is the one given, with a path, a home, a language and a folder for temporary files."""
    code = "import os\nfor name in sorted(os.environ): print(name, os.environ[name])"
    command = python_command(code)
    outcome = stage.sandbox.run(replace(command, env={**command.env, "MINE": "a b\nc"}))
    # The interpreter itself sets LC_CTYPE where it finds no locale, and a shell in between PWD.
    lines = {line.partition(b" ")[0].decode() for line in outcome.stdout.splitlines()} - {"LC_CTYPE", "PWD", "c"}
    expect(lines, {*command.env, "MINE", "PATH", "HOME", "LANG", "TMPDIR"}, "the names")
    expect_in(b"MINE a b\nc\n", outcome.stdout, "the environment")


@CASES.behaviour("environment.shell", native=True)
def environment_of_a_shell(stage: Stage) -> None:
    """Nothing is added to the environment of a program that is not Python, either."""
    outcome = stage.sandbox.run(shell("env", env={"MINE": "1"}))
    names = {line.partition(b"=")[0].decode() for line in outcome.stdout.splitlines()}
    expect(names, {"PATH", "HOME", "LANG", "TMPDIR", "MINE", "PWD"}, "the names")


@CASES.behaviour("folder.fresh")
def folder_is_fresh(stage: Stage) -> None:
    """The working folder is the scratch folder, with nothing in it but what was given, in every run."""
    code = "import os, sys\nprint(sorted(os.listdir('.')), sorted(os.listdir(sys.argv[1])))\nopen('left', 'w').close()"
    for _ in range(2):
        outcome = stage.sandbox.run(python_command(code, files={"given": b""}, argv=("/box",)))
        expect(outcome.stdout, b"['given', 'main.py'] ['given', 'main.py']\n", "what is in the folder")


@CASES.behaviour("folder.empty", native=True)
def folder_is_empty(stage: Stage) -> None:
    """The scratch folder is empty where no files are given, and the program can write in it."""
    outcome = stage.sandbox.run(shell("ls -A; mkdir a && echo x > a/b && cat a/b"))
    expect((outcome.stdout, outcome.exit_code), (b"x\n", 0), "output and exit code")


@CASES.behaviour("folder.temporary")
def folder_for_temporary_files(stage: Stage) -> None:
    """There is a folder for temporary files that can be written."""
    code = "import tempfile\nwith tempfile.TemporaryFile() as f: print(f.write(b'abc'))"
    expect(stage.sandbox.run(python_command(code)).stdout, b"3\n", "the output")


@CASES.behaviour("refuse.paths")
def bad_paths(stage: Stage) -> None:
    """Nothing but a plain relative path is taken for a file."""
    for bad in _BAD_PATHS:
        _expect_bad_input(stage, python_command("pass", files={bad: b""}), f"the file {bad!r}")
        _expect_bad_input(stage, python_command("pass", collect=(bad,)), f"collecting {bad!r}")


@CASES.behaviour("refuse.arguments")
def bad_arguments(stage: Stage) -> None:
    """Arguments that no kernel takes are refused and not cut."""
    command = python_command("pass")
    _expect_bad_input(stage, python_command("pass", argv=("a\0b",)), "a NUL in an argument")
    _expect_bad_input(stage, replace(command, env={"A=B": "x"}), "a name with an equals sign")
    _expect_bad_input(stage, replace(command, env={"A": "x\0"}), "a NUL in the environment")
    _expect_bad_input(stage, Command(argv=()), "no program at all")
    _expect_bad_input(stage, Command(argv=("echo",)), "a program without its path")


@CASES.behaviour("refuse.time")
def bad_time(stage: Stage) -> None:
    """A run without any time is refused."""
    for wall_s in (0.0, -1.0, float("nan")):
        _expect_bad_input(stage, python_command("pass", caps=Caps(wall_s=wall_s)), f"wall_s={wall_s}")


@CASES.behaviour("refuse.visible")
def bad_visible(stage: Stage) -> None:
    """Whole systems are never made visible, nor anything by a relative path."""
    for bad in ("/", "/proc", "/box", "relative", "/etc/.."):
        _expect_bad_input(stage, replace(python_command("pass"), visible=(bad,)), f"visible={bad!r}")


@CASES.behaviour("refuse.missing-visible")
def missing_visible(stage: Stage) -> None:
    """What is to be visible and is not there is an error before anything runs."""
    _expect_missing(stage, replace(python_command("pass"), visible=("/nothing/of/the/kind",)), "a missing folder")


@CASES.behaviour("refuse.missing-program", native=True)
def missing_program(stage: Stage) -> None:
    """A missing program is an error and not a failed run."""
    _expect_missing(stage, Command(argv=("/usr/bin/nothing-of-the-kind",)), "a missing program")


@CASES.behaviour("refuse.other-programs")
def other_programs(stage: Stage) -> None:
    """A back-end that runs Python only refuses any other program."""
    if stage.sandbox.native:
        raise NotApplicable("it runs any program")
    try:
        stage.sandbox.run(Command(argv=("/bin/true",)))
    except (BadInput, BackendMissing):
        return
    raise Broken("expected /bin/true to be refused, and it was run")


@CASES.behaviour("run.at-once")
def at_once(stage: Stage) -> None:
    """Eight runs at once end as they should, each with its own output."""
    with ThreadPoolExecutor(8) as pool:
        commands = [python_command(f"print({n})", caps=Caps(wall_s=60)) for n in range(8)]
        outputs = [outcome.stdout for outcome in pool.map(stage.sandbox.run, commands)]
    expect(outputs, [f"{n}\n".encode() for n in range(8)], "the outputs")


@CASES.behaviour("run.leaves-nothing", alone=True)
def leaves_nothing(stage: Stage) -> None:
    """Runs and sessions leave no process, descriptor, mount or file behind."""
    command = python_command("import sys\nopen('x', 'w').close()\nsys.stdin.readline()", collect=("main.py",))
    stage.sandbox.run(command)
    usual = tempfile.tempdir
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        tempfile.tempdir = folder
        try:
            rounds = [_round(stage, command) for _ in range(3)]
        finally:
            tempfile.tempdir = usual
    # Others may mount and leave things meanwhile; what the back-end leaves, it leaves in every round.
    if all(before != after for before, after in rounds):
        before, after = rounds[-1]
        expect({name: after[name] for name in after if after[name] != before[name]}, {}, "what is left")


def _round(stage: Stage, command: Command) -> tuple[dict[str, object], dict[str, object]]:
    before = _left()
    for _ in range(3):
        stage.sandbox.run(command)
        with stage.sandbox.open(command):
            pass
    return before, _left()


def _left() -> dict[str, object]:
    return {
        "descriptors": sorted(os.listdir("/proc/self/fd")),
        "mounts": Path("/proc/self/mountinfo").read_text(),
        "temporary files": sorted(os.listdir(tempfile.gettempdir())),
        "children": sorted(
            child for task in Path("/proc/self/task").iterdir() for child in (task / "children").read_text().split()
        ),
    }


def _expect_bad_input(stage: Stage, command: Command, what: str) -> None:
    try:
        outcome = stage.sandbox.run(command)
    except BadInput:
        return
    except BackendMissing as exc:
        raise Broken(f"expected {what} to be refused as BadInput, got BackendMissing: {exc}") from exc
    raise Broken(f"expected {what} to be refused, and it was run: {outcome.end.value}")


def _expect_missing(stage: Stage, command: Command, what: str) -> None:
    try:
        outcome = stage.sandbox.run(command)
    except BackendMissing:
        return
    except BadInput as exc:
        raise Broken(f"expected {what} to be BackendMissing, got BadInput: {exc}") from exc
    raise Broken(f"expected {what} to be BackendMissing, and it was run: {outcome.end.value}")
