"""Attempts to abuse the way back: files that are read back, output and answers. Results are data, and nothing else."""

from __future__ import annotations

import os
import pickle
from collections.abc import Mapping

from lemmata.sandbox.base import Caps, Command, End, Outcome, SessionEnded
from lemmata.sandbox.conformance.case import Cases, Finding, Stage
from lemmata.sandbox.conformance.guest import inconclusive, stopped, succeeded
from lemmata.sandbox.languages.python import python_command

CASES = Cases()
_READY = b"ready\n"


@CASES.attack("results.link-to-file")
def link_to_file(stage: Stage) -> Finding:
    """Leaves a link to a file of the host where a result is read back."""
    secret = str(stage.host.folder / "secret")
    paths = {"one": secret, "two": "/etc/passwd", "three": "../" * 20 + secret.lstrip("/")}
    return _collected(stage, "".join(f"os.symlink({to!r}, {name!r})\n" for name, to in paths.items()), (*paths,))


@CASES.attack("results.link-to-folder")
def link_to_folder(stage: Stage) -> Finding:
    """Leaves a link to a folder of the host on the way to a result."""
    code = f"os.symlink({str(stage.host.folder)!r}, 'folder')\nos.symlink('/', 'root')\nos.symlink('..', 'up')\n"
    secret = str(stage.host.folder / "secret").lstrip("/")
    return _collected(stage, code, ("folder/secret", f"root/{secret}", f"up/{secret}"))


@CASES.attack("results.link-in-itself")
def link_in_itself(stage: Stage) -> Finding:
    """Leaves a link to the very process that reads the results: its environment, its descriptors, its memory."""
    names = {"environ": "environ", "fd": "fd/0", "mem": "mem", "cmdline": "cmdline"}
    code = "".join(f"os.symlink('/proc/self/{to}', {name!r})\n" for name, to in names.items())
    return _collected(stage, code, (*names,))


@CASES.attack("results.pipe", native=True)
def pipe(stage: Stage) -> Finding:
    """Leaves a pipe and a socket where a result is read back, so that reading would wait for ever."""
    code = "import socket\nos.mkfifo('pipe')\nsocket.socket(socket.AF_UNIX).bind('socket')\n"
    return _collected(stage, code, ("pipe", "socket"))


@CASES.attack("results.device")
def device(stage: Stage) -> Finding:
    """Leaves links to endless devices where a result is read back."""
    return _collected(stage, "os.symlink('/dev/zero', 'zero')\nos.symlink('/dev/stdin', 'stdin')\n", ("zero", "stdin"))


@CASES.attack("results.folder")
def folder(stage: Stage) -> Finding:
    """Leaves a folder, and a folder that is closed, where a result is read back."""
    return _collected(stage, "os.mkdir('plain')\nos.mkdir('closed', 0)\n", ("plain", "closed", "closed/x"))


@CASES.attack("results.swapped", native=True)
def swapped(stage: Stage) -> Finding:
    """Exchanges a result for a link while it is read back."""
    secret = str(stage.host.folder / "secret")
    code = f"""
import os
with open("kept", "w") as file: file.write("benign")
os.symlink({secret!r}, "link")
os.link("kept", "result")
if os.fork() == 0:
    for stream in (0, 1, 2): os.close(stream)
    while True:
        os.rename("link", "result")
        os.symlink({secret!r}, "link")
        os.link("kept", "other")
        os.rename("other", "result")
os.write(1, b"ready\\n")
"""
    for _ in range(5):
        outcome = stage.sandbox.run(python_command(code, collect=("result",), caps=Caps(cpu_s=5)))
        if outcome.stdout != _READY:
            return inconclusive(f"it did not begin: {outcome.stderr[-200:]!r}")
        if outcome.files.get("result", b"benign") != b"benign":
            return succeeded("the host's file was read")
    return stopped("links are not followed")


@CASES.attack("results.pickle-in-file")
def pickle_in_file(stage: Stage) -> Finding:
    """Sends back a file that runs a program when it is unpickled."""
    payload, trace = _payload(stage)
    name = "result.pkl"
    outcome = stage.sandbox.run(python_command(f"open({name!r}, 'wb').write({payload!r})", collect=(name,)))
    return _unchanged(outcome, dict(outcome.files), {name: payload}, trace)


@CASES.attack("results.pickle-in-output")
def pickle_in_output(stage: Stage) -> Finding:
    """Prints what runs a program when it is unpickled."""
    payload, trace = _payload(stage)
    outcome = stage.sandbox.run(python_command(f"import sys\nsys.stdout.buffer.write({payload!r})"))
    return _unchanged(outcome, outcome.stdout, payload, trace)


@CASES.attack("results.pickle-in-answer")
def pickle_in_answer(stage: Stage) -> Finding:
    """Answers a session's request with what runs a program when it is unpickled."""
    payload, trace = _payload(stage)
    line = payload.replace(b"\n", b" ")
    code = f"import sys\nsys.stdin.readline()\nsys.stdout.buffer.write({line!r} + b'\\n')\nsys.stdout.flush()\ninput()"
    with stage.sandbox.open(python_command(code)) as session:
        answer = session.ask(b"go", wall_s=20)
    if os.path.exists(trace):
        return succeeded("the host ran it")
    return stopped("the bytes came unchanged") if answer == line else inconclusive(f"it answered {answer[:80]!r}")


@CASES.attack("results.escape-sequences")
def escape_sequences(stage: Stage) -> Finding:
    """Prints sequences that command a terminal: its title, its clipboard, its keys."""
    text = b"\x1b]0;title\x07\x1b]52;c;bHM=\x07\x1b[6n\x1b[2J\x9b5n\x1bP$q\x1b\\\x00\xff\xfe\r\n"
    code = f"import sys\nsys.stdout.buffer.write({text!r})\nsys.stderr.buffer.write({text!r})"
    outcome = stage.sandbox.run(python_command(code))
    return _unchanged(outcome, (outcome.stdout, outcome.stderr), (text, text), "")


@CASES.attack("results.start-signal")
def start_signal(stage: Stage) -> Finding:
    """Prints what the sandbox's own programs print when they start: newlines, NULs, their JSON."""
    text = b'\n\n\0\0\0{"child-pid": 1}\n{"exit-code": 0}\n\0'
    code = f"import os\nos.write(1, {text!r})\nos.write(2, {text!r})"
    outcome = stage.sandbox.run(python_command(code))
    return _unchanged(outcome, (outcome.stdout, outcome.stderr, outcome.exit_code), (text, text, 0), "")


@CASES.attack("results.forged-end", native=True)
def forged_end(stage: Stage) -> Finding:
    """Writes the end of another run to every descriptor that it could have, and then fails."""
    code = """
import os
for number in range(1, 256):
    try:
        os.write(number, b'{"exit-code": 0}\\n')
    except OSError:
        pass
os._exit(7)
"""
    outcome = stage.sandbox.run(python_command(code))
    if (outcome.end, outcome.exit_code) == (End.FINISHED, 0):
        return succeeded("it was taken for a success")
    told = (outcome.end, outcome.exit_code, outcome.stdout)
    wanted = (End.FINISHED, 7, b'{"exit-code": 0}\n')
    return stopped("the exit code is the kernel's word") if told == wanted else inconclusive(str(told))


@CASES.attack("results.limit-forged", native=True)
def limit_forged(stage: Stage) -> Finding:
    """Ends itself by the signals that the limits use, to be taken for a run that reached one."""
    for number in (9, 24, 25):
        reset = f"signal.signal({number}, signal.SIG_DFL)\n" if number != 9 else ""
        code = f"import os, signal\n{reset}print('ready', flush=True)\nos.kill(os.getpid(), {number})"
        outcome = stage.sandbox.run(python_command(code, caps=Caps(cpu_s=9)))
        if outcome.stdout != _READY:
            return inconclusive(f"it did not begin: {outcome.stderr[-200:]!r}")
        if outcome.end not in (End.KILLED, End.STORAGE):  # signal 25 is the kernel's only word on a file too long
            return succeeded(f"signal {number} was taken for the limit {outcome.end.value}")
    return stopped("killed, and not limited")


@CASES.attack("answers.forged")
def forged_answers(stage: Stage) -> Finding:
    """Answers one request twice, in the hope that the second answer is another session's."""
    forger = "import sys\nfor line in sys.stdin: print('mine\\nforged', flush=True)"
    honest = "import sys\nfor line in sys.stdin: print('honest', flush=True)"
    with (
        stage.sandbox.open(python_command(forger)) as one,
        stage.sandbox.open(python_command(honest)) as other,
    ):
        answers = [one.ask(b"a", wall_s=20), *(other.ask(b"b", wall_s=20) for _ in range(3))]
    if answers == [b"mine", b"honest", b"honest", b"honest"]:
        return stopped("each session's lines are its own, one at a time")
    return succeeded(f"the answers were {answers}") if b"forged" in answers else inconclusive(str(answers))


@CASES.attack("answers.partial")
def partial_answer(stage: Stage) -> Finding:
    """Sends a piece of a line and ends, so that the piece is taken for an answer."""
    code = "import os, sys\nsys.stdin.readline()\nos.write(1, b'accepted')"
    return _no_answer(stage, python_command(code), (End.FINISHED,), wall_s=20)


@CASES.attack("answers.slow")
def slow_answer(stage: Stage) -> Finding:
    """Sends a line byte by byte, each just in time, so that the request never ends."""
    code = """
import os, sys, time
sys.stdin.readline()
while True:
    os.write(1, b"x")
    time.sleep(0.1)
"""
    return _no_answer(stage, python_command(code), (End.WALL,), wall_s=1.5)


@CASES.attack("answers.huge")
def huge_answer(stage: Stage) -> Finding:
    """Answers with one line that never ends."""
    code = "import os, sys\nsys.stdin.readline()\nwhile True: os.write(1, b'x' * 65536)"
    return _no_answer(stage, python_command(code, caps=Caps(output_kb=64)), (End.OUTPUT,), wall_s=20)


@CASES.attack("answers.bytes")
def odd_bytes(stage: Stage) -> Finding:
    """Answers with NULs, carriage returns, separators of lines and text that is no UTF-8."""
    line = b"\0\xff\xfe\r\x0b\x0c\x85\xe2\x80\xa8\xed\xa0\x80\x1b[2J"
    code = f"import os, sys\nsys.stdin.readline()\nos.write(1, {line!r} + b'\\n')\nsys.stdin.readline()"
    with stage.sandbox.open(python_command(code)) as session:
        answer = session.ask(b"go", wall_s=20)
    return stopped("the bytes came unchanged") if answer == line else succeeded(f"they came as {answer!r}")


def _collected(stage: Stage, code: str, names: tuple[str, ...]) -> Finding:
    """Leave something, and see what is read back: nothing may be, whatever the guest could make of it."""
    left = "import os\nwith open('plain-file', 'w') as file: file.write('kept')\n"
    # Where links can't be made (WASI) there is nothing to be followed.
    tried = "".join(f"try:\n    {line}\nexcept OSError: print('refused')\n" for line in code.splitlines())
    command = python_command(f"{left}{tried}print('ready')", collect=("plain-file", *names))
    outcome = stage.sandbox.run(command)
    files = dict(outcome.files)
    if not outcome.stdout.endswith(_READY) or files.pop("plain-file", b"") != b"kept":
        return inconclusive(f"it did not come to its end: {outcome.end.value} {outcome.stderr[-200:]!r}")
    if files:
        return succeeded(f"read back: {', '.join(f'{name} ({len(content)} bytes)' for name, content in files.items())}")
    return stopped("what is no plain file is left out")


def _payload(stage: Stage) -> tuple[bytes, str]:
    """What runs a program where it is unpickled, and the file by which that would be seen."""
    trace = str(stage.host.folder / f"unpickled-{stage.host.mark()}")
    return pickle.dumps(_MakesAFile(trace)), trace


class _MakesAFile:
    """Makes a file when it is unpickled."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __reduce__(self) -> tuple[object, tuple[str, int]]:
        return os.mkdir, (self._path, 0o700)


def _unchanged(outcome: Outcome, came: object, wanted: object, trace: str) -> Finding:
    if trace and os.path.exists(trace):
        return succeeded("the host ran it")
    if outcome.end is not End.FINISHED or (isinstance(came, Mapping) and not came):
        return inconclusive(f"it did not come to its end: {outcome.end.value} {outcome.stderr[-200:]!r}")
    return stopped("the bytes came unchanged") if came == wanted else succeeded(f"they came as {came!r}")


def _no_answer(stage: Stage, command: Command, ends: tuple[End, ...], *, wall_s: float) -> Finding:
    with stage.sandbox.open(command) as session:
        try:
            answer = session.ask(b"go", wall_s=wall_s)
        except SessionEnded as exc:
            return stopped(f"no answer: {exc.end.value}") if exc.end in ends else inconclusive(str(exc))
    return succeeded(f"{answer[:80]!r} was taken for an answer")
