"""Every limit, and the exact end that it brings."""

from __future__ import annotations

import errno
import time

from lemmata.errors import BackendMissing
from lemmata.sandbox.base import Caps, Command, End, Outcome
from lemmata.sandbox.conformance.case import Broken, Cases, Stage, expect, expect_in, shell
from lemmata.sandbox.languages.python import python_command

CASES = Cases()
_PROMPT_S = 15.0


@CASES.behaviour("limit.wall")
def wall(stage: Stage) -> None:
    """The wall limit ends a sleeper, and what it said before is kept."""
    began = time.monotonic()
    outcome = stage.sandbox.run(
        python_command("import time\nprint('begun', flush=True)\ntime.sleep(60)", caps=Caps(wall_s=1.5))
    )
    came = (outcome.end, outcome.exit_code, outcome.stdout)
    expect(came, (End.WALL, None, b"begun\n"), "end, exit code and output")
    if (took := time.monotonic() - began) > _PROMPT_S:
        raise Broken(f"expected the run to end after 1.5 s, it took {took:.1f} s")


@CASES.behaviour("limit.wall-and-signals", native=True)
def wall_and_signals(stage: Stage) -> None:
    """A program that ignores every signal it can is ended by the wall limit."""
    _expect_end(stage, shell("trap '' TERM INT HUP XCPU; sleep 60 & wait", caps=Caps(wall_s=0.5)), End.WALL)


@CASES.behaviour("limit.wall-and-closed-output")
def wall_and_closed_output(stage: Stage) -> None:
    """A program that has closed all its streams is ended by the wall limit."""
    code = "import os, time\nfor n in 0, 1, 2: os.close(n)\ntime.sleep(60)"
    _expect_end(stage, python_command(code, caps=Caps(wall_s=1)), End.WALL)


@CASES.behaviour("limit.cpu")
def cpu(stage: Stage) -> None:
    """Processor time ends a busy loop."""
    _expect_end(stage, python_command("while True: pass", caps=Caps(cpu_s=1, wall_s=30)), End.CPU)


@CASES.behaviour("limit.cpu-and-signals", native=True)
def cpu_and_signals(stage: Stage) -> None:
    """Processor time ends a loop that ignores the warning."""
    code = "import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass"
    _expect_end(stage, python_command(code, caps=Caps(cpu_s=1, wall_s=30)), End.CPU)


@CASES.behaviour("limit.address-space")
def address_space(stage: Stage) -> None:
    """More memory than the limit can't be had in one piece: the program is told so, or ended."""
    outcome = stage.sandbox.run(python_command("print(len(bytearray(600 << 20)))", caps=Caps(memory_mb=300)))
    if outcome.end is not End.MEMORY:
        expect((outcome.end, outcome.exit_code), (End.FINISHED, 1), "end and exit code")
        expect_in(b"MemoryError", outcome.stderr, "standard error")


@CASES.behaviour("limit.reserved-memory", native=True)
def reserved_memory(stage: Stage) -> None:
    """Where resident memory is limited, reserving far more does no harm."""
    code = "import mmap\nmmap.mmap(-1, 4 << 30)\nprint('reserved')"
    outcome = stage.sandbox.run(python_command(code, caps=Caps(memory_mb=200, resident=True)))
    expect(outcome.stdout, b"reserved\n", "the output")


@CASES.behaviour("limit.resident-memory", native=True)
def resident_memory(stage: Stage) -> None:
    """Where resident memory is limited, using more ends the run."""
    code = "x = b'x' * (500 << 20)\nimport time\ntime.sleep(20)"
    _expect_end(stage, python_command(code, caps=Caps(memory_mb=200, resident=True, wall_s=30)), End.MEMORY)


@CASES.behaviour("limit.group-memory", native=True)
def group_memory(stage: Stage) -> None:
    """The memory of all processes together is limited."""
    code = "import os, time\nos.fork(), os.fork()\nx = b'x' * (80 << 20)\ntime.sleep(20)"
    _expect_end(stage, python_command(code, caps=Caps(memory_mb=250, wall_s=30)), End.MEMORY)


@CASES.behaviour("limit.output")
def output(stage: Stage) -> None:
    """Too much on standard output ends the run, and the first part is kept."""
    code = "import sys\nwhile True: sys.stdout.write('y' * 1000)"
    _expect_output_limit(stage, python_command(code, caps=Caps(output_kb=8)), stdout=8 << 10, stderr=0)


@CASES.behaviour("limit.error-output")
def error_output(stage: Stage) -> None:
    """Too much on standard error ends the run, and the first part is kept."""
    code = "import sys\nwhile True: sys.stderr.write('y' * 1000)"
    _expect_output_limit(stage, python_command(code, caps=Caps(output_kb=8)), stdout=0, stderr=8 << 10)


@CASES.behaviour("limit.output-in-one-burst")
def output_in_one_burst(stage: Stage) -> None:
    """A burst of too much output just before the end is never taken for the whole."""
    _expect_end(stage, python_command("print('x' * 40_000)", caps=Caps(output_kb=8)), End.OUTPUT)


@CASES.behaviour("limit.output-just-allowed")
def output_just_allowed(stage: Stage) -> None:
    """Exactly as much output as is allowed is allowed."""
    outcome = stage.sandbox.run(python_command("print('x' * 8191)", caps=Caps(output_kb=8)))
    expect((outcome.end, len(outcome.stdout)), (End.FINISHED, 8192), "end and length of the output")


@CASES.behaviour("limit.file-size")
def file_size(stage: Stage) -> None:
    """A file grows no further than its cap."""
    code = """
import os
written = 0
try:
    with open("f", "wb", buffering=0) as f:
        while written < 9 << 20:
            written += f.write(bytes(1 << 20))
except OSError:
    pass
print(os.path.getsize("f") >> 20)
"""
    outcome = stage.sandbox.run(python_command(code, caps=Caps(file_mb=2)))
    if outcome.end is not End.STORAGE:
        expect((outcome.end, outcome.stdout), (End.FINISHED, b"2\n"), "end and size of the file")


@CASES.behaviour("limit.file-size-signal", native=True)
def file_size_signal(stage: Stage) -> None:
    """A program that the kernel ends for a file too long has reached the limit of storage."""
    outcome = stage.sandbox.run(shell("head -c 9M /dev/zero > f; wc -c < f", caps=Caps(file_mb=2)))
    if outcome.end is not End.STORAGE:
        expect((outcome.end, outcome.stdout.strip()), (End.FINISHED, str(2 << 20).encode()), "end and size")


@CASES.behaviour("limit.storage")
def storage(stage: Stage) -> None:
    """All files of the scratch folder together are limited, too."""
    code = """
import errno
import time
written = 0
try:
    for n in range(24):
        with open(str(n), "wb", buffering=0) as f:
            written += f.write(bytes(1 << 20))
    time.sleep(8)
except OSError:
    pass
print(written >> 20)
"""
    outcome = stage.sandbox.run(python_command(code, caps=Caps(file_mb=1, wall_s=30)))
    if outcome.end is not End.STORAGE:
        expect((outcome.end, int(outcome.stdout or b"99") < 6), (End.FINISHED, True), "end and what was written")


@CASES.behaviour("limit.open-files")
def open_files(stage: Stage) -> None:
    """The number of open files is limited."""
    code = "fs = []\ntry:\n    for _ in range(60): fs.append(open('main.py'))\nexcept OSError as e: print(e.errno)"
    outcome = stage.sandbox.run(python_command(code, caps=Caps(open_files=32)))
    expect(outcome.stdout != b"", True, "whether opening 60 files is refused")
    if stage.sandbox.native:  # WebAssembly has numbers of its own
        expect(int(outcome.stdout), errno.EMFILE, "the error")


@CASES.behaviour("limit.processes", native=True)
def processes(stage: Stage) -> None:
    """The number of processes is limited: a fork fails, or the run is ended."""
    code = """
import os, time
made = 0
try:
    for _ in range(50):
        if os.fork() == 0:
            time.sleep(8)
            os._exit(0)
        made += 1
    time.sleep(8)
except OSError:
    pass
print(made)
"""
    outcome = stage.sandbox.run(python_command(code, caps=Caps(processes=12, wall_s=30)))
    if outcome.end is not End.PROCESSES:
        expect((outcome.end, int(outcome.stdout or b"99") <= 12), (End.FINISHED, True), "end and number of processes")


@CASES.behaviour("limit.threads", native=True)
def threads(stage: Stage) -> None:
    """Threads count as processes."""
    code = """
import threading, time
made = 0
try:
    for _ in range(60):
        threading.Thread(target=time.sleep, args=(8,), daemon=True).start()
        made += 1
    time.sleep(8)
except RuntimeError:
    pass
print(made)
"""
    outcome = stage.sandbox.run(python_command(code, caps=Caps(processes=12, memory_mb=4000, wall_s=30)))
    if outcome.end is not End.PROCESSES:
        expect((outcome.end, int(outcome.stdout or b"99") <= 12), (End.FINISHED, True), "end and number of threads")


@CASES.behaviour("limit.stack", native=True)
def stack(stage: Stage) -> None:
    """The stack is limited to what was asked for."""
    for stack_mb in (4, 16):
        outcome = stage.sandbox.run(shell("ulimit -s", caps=Caps(stack_mb=stack_mb)))
        expect(outcome.stdout.strip(), str(stack_mb << 10).encode(), "the limit of the stack in KiB")


@CASES.behaviour("limit.core-dump", native=True)
def core_dump(stage: Stage) -> None:
    """There is no core dump."""
    expect(stage.sandbox.run(shell("ulimit -c; ulimit -Hc")).stdout, b"0\n0\n", "soft and hard limit")


@CASES.behaviour("limit.cant-be-set", native=True)
def cant_be_set(stage: Stage) -> None:
    """A limit that can't be set is an error, and nothing runs."""
    try:
        outcome = stage.sandbox.run(shell("echo ran", caps=Caps(open_files=2_000_000_000)))
    except BackendMissing as exc:
        expect(str(exc) != "", True, "a message")
        return
    raise Broken(f"expected BackendMissing, and it was run: {outcome.end.value} {outcome.stdout!r}")


@CASES.behaviour("limit.children-end", native=True)
def children_end(stage: Stage) -> None:
    """A run ends with its program, even where a child still holds its output, and the child ends with it."""
    began, mark = time.monotonic(), stage.host.mark(30)
    outcome = stage.sandbox.run(shell(f"sleep {mark} & sleep {mark} & echo done", caps=Caps(wall_s=20)))
    expect(stage.host.count_processes(mark.encode()), 0, "the number of children left")
    expect((outcome.end, outcome.stdout), (End.FINISHED, b"done\n"), "end and output")
    if (took := time.monotonic() - began) > _PROMPT_S:
        raise Broken(f"expected the run to end with its program, it took {took:.1f} s")


def _expect_end(stage: Stage, command: Command, end: End) -> Outcome:
    outcome = stage.sandbox.run(command)
    expect((outcome.end, outcome.exit_code), (end, None), "end and exit code")
    return outcome


def _expect_output_limit(stage: Stage, command: Command, *, stdout: int, stderr: int) -> None:
    outcome = _expect_end(stage, command, End.OUTPUT)
    expect((len(outcome.stdout), len(outcome.stderr)), (stdout, stderr), "lengths of the outputs")
