"""Time that the sandbox takes, beside bare processes in the same run, and what many runs leave behind.

usage: python benchmarks/sandbox.py [--limit N] [--json FILE]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

from report import Row, report

from lemmata.sandbox.base import Caps, Command, End
from lemmata.sandbox.bubblewrap import Bubblewrap
from lemmata.sandbox.languages.c import build_command, program_command, read_build
from lemmata.sandbox.languages.python import interpreter, python_command
from lemmata.sandbox.languages.warm import FuzzTarget, WarmPython

AT_ONCE = 64
SMALL = "print(sum(n * n for n in range(1000)))"
ANSWER = b"332833500\n"
C_SOURCE = '#include <stdio.h>\nint main(void) { printf("%d", 6 * 7); }'
BUSY = "total = 0\nfor n in range(10**6): total += n\nprint(total)"
LEAVING = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    os.fork()
    time.sleep(600)
for folder in ("/box", "/tmp", "/dev/shm"):
    open(folder + "/left", "w").write("left")
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=int, default=5000, help="runs after which nothing must be left")
    parser.add_argument("--json", type=Path, dest="json_file")
    args = parser.parse_args()
    few = max(1, min(100, args.limit))
    sandbox = Bubblewrap()
    rows = [*python_rows(sandbox, few), c_row(sandbox, max(1, few // 5)), fuzz_row(sandbox, 5 * few)]
    rows += [*concurrent_rows(sandbox), *leftover_rows(sandbox, args.limit)]
    report("sandbox", rows, json_file=args.json_file)


def clock_ms(action: Callable[[], bytes], expected: bytes) -> float:
    """Milliseconds that it takes; an answer that is not the right one counts as no measurement at all."""
    began = time.perf_counter()
    told = action()
    took = (time.perf_counter() - began) * 1000
    if told != expected:
        raise SystemExit(f"expected {expected!r}, got {told!r}")
    return took


def python_rows(sandbox: Bubblewrap, n: int) -> Iterator[Row]:
    bare = [interpreter(), "-s", "-P", "-S", "-c", SMALL]
    command = python_command(SMALL)
    times: dict[str, list[float]] = {"oneshot": [], "bare": [], "warm": [], "warm_sympy": []}
    with WarmPython(sandbox) as warm, WarmPython(sandbox, packages=True, preload=("sympy", "z3")) as sympy:
        actions: dict[str, Callable[[], bytes]] = {
            "oneshot": lambda: sandbox.run(command).stdout,
            "bare": lambda: subprocess.run(bare, capture_output=True, check=True).stdout,
            "warm": lambda: warm.run(SMALL).stdout,
            "warm_sympy": lambda: sympy.run(SMALL).stdout,
        }
        for action in actions.values():
            clock_ms(action, ANSWER)  # starts what is to be warm
        for _ in range(n):  # interleaved, so that a busy machine slows all alike
            for name, action in actions.items():
                times[name].append(clock_ms(action, ANSWER))
    for name, taken in times.items():
        yield Row(name=f"sandbox.{name}_python_ms", value=median(taken), unit="ms", n=n)
    ratio = median(times["oneshot"]) / median(times["bare"])
    yield Row(name="sandbox.oneshot_over_bare", value=ratio, unit="ratio", n=n)


def c_row(sandbox: Bubblewrap, n: int) -> Row:
    def build_and_run() -> bytes:
        build = read_build(sandbox.run(build_command({"main.c": C_SOURCE})))
        return sandbox.run(program_command(build.program or b"")).stdout

    value = median(clock_ms(build_and_run, b"42") for _ in range(n))
    return Row(name="sandbox.c_compile_run_ms", value=value, unit="ms", n=n)


def fuzz_row(sandbox: Bubblewrap, n: int) -> Row:
    with FuzzTarget(sandbox, Command(argv=("/bin/true",))) as target:
        target.run(b"")
        began = time.perf_counter()
        ended = [target.run(b"%d" % number).exit_code for number in range(n)]
        seconds = time.perf_counter() - began
    if any(ended):
        raise SystemExit(f"expected every run to end with 0, got {set(ended)}")
    return Row(name="sandbox.fuzz_per_s", value=n / seconds, unit="1/s", n=n)


def concurrent_rows(sandbox: Bubblewrap) -> Iterator[Row]:
    command = python_command(BUSY, caps=Caps(wall_s=60, cpu_s=10, memory_mb=256))
    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = list(pool.map(lambda _: sandbox.run(command), range(AT_ONCE)))
    seconds = time.perf_counter() - began
    finished = sum(o.end is End.FINISHED and o.stdout == b"499999500000\n" for o in outcomes)
    yield Row(name=f"sandbox.concurrent{AT_ONCE}_finished", value=finished, unit="runs", n=AT_ONCE)
    yield Row(name=f"sandbox.concurrent{AT_ONCE}_s", value=seconds, unit="s", n=AT_ONCE)


def leftover_rows(sandbox: Bubblewrap, n: int) -> Iterator[Row]:
    """After programs that leave processes and files on purpose: one-shot, warm, and sessions that are just closed."""
    mark = f"mark-{os.getpid()}-{time.time_ns()}"
    command = python_command(LEAVING, argv=(mark,), collect=("left",))
    with tempfile.TemporaryDirectory() as folder:
        tempfile.tempdir = folder
        before = count_left(mark, folder)
        began = time.perf_counter()
        for number in range(n):
            if sandbox.run(command).files != {"left": b"left"}:
                raise SystemExit("a run did not leave what it was to leave")
            if number % 50 == 0:
                with WarmPython(sandbox) as python, sandbox.open(command):
                    python.run(LEAVING, argv=(mark,))
        seconds = time.perf_counter() - began
        left = {kind: after - before[kind] for kind, after in count_left(mark, folder).items()}
        tempfile.tempdir = None
    for kind, count in left.items():
        yield Row(name=f"sandbox.leftover_{kind}", value=count, unit="count", n=n)
    yield Row(name="sandbox.leftovers", value=sum(left.values()), unit="count", n=n)
    yield Row(name="sandbox.leaving_run_ms", value=seconds * 1000 / n, unit="ms", n=n)


def count_left(mark: str, folder: str) -> dict[str, int]:
    """Processes with the mark among their arguments or descended from us, and what else a run could leave."""
    marked = {pid for pid in filter(str.isdigit, os.listdir("/proc")) if mark.encode() in read(f"/proc/{pid}/cmdline")}
    groups = (
        name
        for _, names, _ in os.walk("/sys/fs/cgroup")
        for name in names
        if name.startswith(f"lemmata-{os.getpid()}-")
    )
    return {
        "processes": len(marked | descendants(str(os.getpid()))),
        "mounts": read("/proc/self/mountinfo").count(b"\n"),
        "cgroups": sum(1 for _ in groups),
        "files": len(os.listdir(folder)),
        "descriptors": len(os.listdir("/proc/self/fd")),
    }


def descendants(pid: str) -> set[str]:
    found: set[str] = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in read(str(task)).decode().split():
            found |= {child} | descendants(child)
    return found


def read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError:  # the process ended meanwhile
        return b""


if __name__ == "__main__":
    main()
