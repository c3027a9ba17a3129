"""Attempts to take more than was given: processes, memory, room, output, processor time.

What the harmless ones take is bounded by themselves, a little beyond their limits.
"""

from __future__ import annotations

import time

from lemmata.sandbox.base import Caps, End, SessionEnded
from lemmata.sandbox.conformance.case import Cases, Finding, Stage, shell
from lemmata.sandbox.conformance.guest import REFUSED, inconclusive, probe, stopped, succeeded
from lemmata.sandbox.languages.python import python_command

CASES = Cases()
_PROMPT_S = 15.0
_FILL = """
import time
def fill(folder, most):
    written = 0
    try:
        for number in range(most):
            with open(f"{folder}/{number}", "wb", buffering=0) as file:
                written += file.write(bytes(1 << 20))
        time.sleep(2)  # a watchdog may need a moment
    except OSError as error:
        if written > 6 << 20:
            return f"{written >> 20} MiB"
        raise
    return f"{written >> 20} MiB"
"""
_FULL = REFUSED | {"ENOSPC", "EDQUOT", "EFBIG", "ENOMEM"}
_ENDED = (End.STORAGE, End.MEMORY)


@CASES.attack("exhaust.processes", native=True)
def processes(stage: Stage) -> Finding:
    """Starts sixty processes where twelve are allowed."""
    code = """
import time
def bomb():
    for made in range(60):
        if os.fork() == 0:
            time.sleep(4)
            os._exit(0)
    time.sleep(2)
    return f"{made + 1} processes"
attempt("fork", bomb)
"""
    return probe(stage, code, stops={"EAGAIN", *REFUSED}, limits=(End.PROCESSES,), caps=Caps(processes=12))


@CASES.attack("exhaust.threads", native=True)
def threads(stage: Stage) -> Finding:
    """Starts sixty threads where twelve are allowed."""
    code = """
import threading, time
def bomb():
    for made in range(60):
        try:
            threading.Thread(target=time.sleep, args=(4,), daemon=True).start()
        except RuntimeError:
            raise OSError(errno.EAGAIN, "no thread") from None
    time.sleep(2)
    return f"{made + 1} threads"
attempt("threads", bomb)
tell("", "done")
os._exit(0)
"""
    limits = (End.PROCESSES,)
    return probe(stage, code, stops={"EAGAIN"}, limits=limits, caps=Caps(processes=12, memory_mb=8192))


@CASES.attack("exhaust.endless-forks", harmless=False, native=True)
def endless_forks(stage: Stage) -> Finding:
    """Forks without an end, each process two more."""
    mark = stage.host.mark()
    command = shell(f"b() {{ b | b & }}; b; exec sleep {mark}", caps=Caps(wall_s=1, processes=30))
    outcome = stage.sandbox.run(command)
    if left := stage.host.count_processes(mark.encode()):
        return succeeded(f"{left} processes go on")
    if outcome.end in (End.FINISHED, End.CANCELLED):
        return inconclusive(f"it ended by itself: {outcome.stderr[-200:]!r}")
    return stopped(f"the limit {outcome.end.value}, and all of it was gone")


@CASES.attack("exhaust.memory")
def memory(stage: Stage) -> Finding:
    """Takes three times the memory that is allowed, piece by piece."""
    code = """
import time
def take():
    held = []
    try:
        for _ in range(30):
            held.append(b"x" * (10 << 20))
        time.sleep(2)
    except MemoryError:
        held.clear()
        raise OSError(errno.ENOMEM, "no memory") from None
    return f"{10 * len(held)} MiB"
attempt("take", take)
"""
    return probe(stage, code, stops={"ENOMEM"}, limits=(End.MEMORY,), caps=Caps(memory_mb=100))


@CASES.attack("exhaust.memory-of-many", native=True)
def memory_of_many(stage: Stage) -> Finding:
    """Takes three times the memory that is allowed, a little in each of many processes."""
    code = """
import time
def take():
    for _ in range(6):
        if os.fork() == 0:
            held = b"x" * (50 << 20)
            time.sleep(4)
            os._exit(0)
    time.sleep(3)
    for _ in range(6):
        if os.wait()[1]:
            raise OSError(errno.ENOMEM, "one was ended")
    return "300 MiB"
attempt("take", take)
"""
    return probe(stage, code, stops={"ENOMEM"}, limits=(End.MEMORY,), caps=Caps(memory_mb=120))


@CASES.attack("exhaust.memory-file", native=True)
def memory_file(stage: Stage) -> Finding:
    """Takes memory in files that have no name and belong to no process."""
    code = """
import time
def take():
    held = []
    for number in range(20):
        held.append(os.memfd_create(str(number)))
        if os.write(held[-1], bytes(8 << 20)) < 8 << 20:
            raise OSError(errno.ENOSPC, "no room")
    time.sleep(2)
    return f"{8 * len(held)} MiB"
attempt("take", take)
"""
    return probe(stage, code, stops=_FULL, limits=_ENDED, caps=Caps(memory_mb=64, resident=True, file_mb=8))


@CASES.attack("exhaust.shared-segment", harmless=False, native=True)
def shared_segment(stage: Stage) -> Finding:
    """Takes memory in System V segments, queues and semaphores that outlive every process."""
    code = """
attempt("segment", lambda: call(29, 194, 0, 1 << 30, 0o1600))
attempt("queue", lambda: call(68, 186, 0, 0o1600))
attempt("semaphores", lambda: call(64, 190, 0, 30000, 0o1600))
"""
    return probe(stage, code, stops=_FULL)


@CASES.attack("exhaust.shared-mapping", native=True)
def shared_mapping(stage: Stage) -> Finding:
    """Takes memory in a mapping that is shared with a child."""
    code = """
import mmap, time
def take():
    try:
        held = mmap.mmap(-1, 300 << 20)
    except OSError:
        raise OSError(errno.ENOMEM, "no memory") from None
    if os.fork() == 0:
        time.sleep(4)
        os._exit(0)
    for start in range(0, len(held), 4096):
        held[start] = 1
    time.sleep(3)
    return "300 MiB"
attempt("take", take)
"""
    return probe(stage, code, stops={"ENOMEM"}, limits=(End.MEMORY,), caps=Caps(memory_mb=120, resident=True))


@CASES.attack("exhaust.scratch-folder")
def scratch_folder(stage: Stage) -> Finding:
    """Fills the scratch folder with many files."""
    code = f'{_FILL}attempt("fill", lambda: fill(".", 12))'
    return probe(stage, code, stops=_FULL, limits=_ENDED, caps=Caps(file_mb=1))


@CASES.attack("exhaust.temporary-folder", harmless=False)
def temporary_folder(stage: Stage) -> Finding:
    """Fills the folder of temporary files and the one of shared memory."""
    code = f'{_FILL}for folder in ("/tmp", "/dev/shm"): attempt(folder, lambda: fill(folder, 12))'
    return probe(stage, code, stops=_FULL, limits=_ENDED, caps=Caps(file_mb=1))


@CASES.attack("exhaust.giant-file")
def giant_file(stage: Stage) -> Finding:
    """Writes one file far beyond its cap."""
    code = """
def write():
    with open("giant", "wb", buffering=0) as file:
        for _ in range(8):
            written = file.write(bytes(1 << 20))
            if written < 1 << 20:
                raise OSError(errno.EFBIG, "cut short")
    return "8 MiB"
attempt("write", write)
"""
    return probe(stage, code, stops=_FULL, limits=_ENDED, caps=Caps(file_mb=2))


@CASES.attack("exhaust.sparse-file")
def sparse_file(stage: Stage) -> Finding:
    """Makes a file that is a tebibyte long and takes no room, to be read back."""
    code = """
def stretch():
    with open("sparse", "wb") as file:
        file.truncate(1 << 40)
    return "1 TiB"
attempt("stretch", stretch)
"""
    return probe(stage, code, stops=_FULL | {"EINVAL"}, limits=_ENDED, caps=Caps(file_mb=1))


@CASES.attack("exhaust.empty-files", harmless=False)
def empty_files(stage: Stage) -> Finding:
    """Makes empty files without an end, which take room in the kernel only."""
    code = """
def flood():
    for number in range(200_000):
        os.close(os.open(f"{number}", os.O_CREAT | os.O_WRONLY))
    return "200,000 files"
attempt("flood", flood)
"""
    return probe(stage, code, stops=_FULL, limits=_ENDED, caps=Caps(file_mb=1, wall_s=30))


@CASES.attack("exhaust.output")
def output(stage: Stage) -> Finding:
    """Writes to standard output without an end."""
    return _flood(stage, 1)


@CASES.attack("exhaust.error-output")
def error_output(stage: Stage) -> Finding:
    """Writes to standard error without an end."""
    return _flood(stage, 2)


@CASES.attack("exhaust.session-output")
def session_output(stage: Stage) -> Finding:
    """Floods a session with output that nobody asked for, lines and all."""
    code = "import os\nwhile True: os.write(1, b'x' * 65536)"
    with stage.sandbox.open(python_command(code, caps=Caps(output_kb=64))) as session:
        try:
            answer = session.ask(b"hello", wall_s=20)
        except SessionEnded as exc:
            if exc.end.limited:
                return stopped(f"the limit {exc.end.value}")
            return inconclusive(str(exc))
    return succeeded(f"{len(answer)} bytes were taken for an answer")


@CASES.attack("exhaust.processor")
def processor(stage: Stage) -> Finding:
    """Uses the processor without an end and ignores the warning."""
    code = """
try:
    import signal
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)
except (ImportError, AttributeError):
    pass
while True: pass
"""
    began = time.monotonic()
    outcome = stage.sandbox.run(python_command(code, caps=Caps(cpu_s=1, wall_s=60)))
    took = time.monotonic() - began
    if outcome.end is not End.CPU:
        return inconclusive(f"it ended by {outcome.end.value} after {took:.1f} s")
    return stopped("the limit cpu") if took < _PROMPT_S else succeeded(f"{took:.1f} s")


@CASES.attack("exhaust.sleep", native=True)
def sleep(stage: Stage) -> Finding:
    """Sleeps for ever, with every signal blocked."""
    code = """
import signal, time
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, signal.NSIG))
print("begun", flush=True)
while True: time.sleep(60)
"""
    began = time.monotonic()
    outcome = stage.sandbox.run(python_command(code, caps=Caps(wall_s=1)))
    if outcome.stdout != b"begun\n":
        return inconclusive(f"it did not begin: {outcome.stderr[-200:]!r}")
    took = time.monotonic() - began
    return stopped(f"the limit {outcome.end.value}") if took < _PROMPT_S else succeeded(f"{took:.1f} s")


@CASES.attack("exhaust.descriptors")
def descriptors(stage: Stage) -> Finding:
    """Opens files until none is left."""
    code = """
def take():
    held = [os.open("main.py", os.O_RDONLY) for _ in range(100)]
    return f"{len(held)} descriptors"
attempt("take", take)
"""
    # A WebAssembly program is told EIO.
    return probe(stage, code, stops={"EMFILE", "ENFILE", "EAGAIN", "EIO"}, caps=Caps(open_files=32))


@CASES.attack("exhaust.pipes", native=True)
def pipes(stage: Stage) -> Finding:
    """Takes memory of the kernel in the buffers of pipes."""
    code = """
import fcntl, time
def take():
    held = 0
    for _ in range(100):
        reading, writing = os.pipe()
        fcntl.fcntl(writing, 1031, 1 << 20)  # F_SETPIPE_SZ
        os.set_blocking(writing, False)
        held += os.write(writing, bytes(1 << 20))
    time.sleep(1)
    return f"{held >> 20} MiB"
attempt("take", take)
"""
    stops = {"EMFILE", "EPERM", "EAGAIN", "EBUSY", "ENOMEM"}
    return probe(stage, code, stops=stops, limits=(End.MEMORY,), caps=Caps(memory_mb=64, resident=True, open_files=64))


def _flood(stage: Stage, descriptor: int) -> Finding:
    code = f"import os\nwhile True: os.write({descriptor}, b'x' * 65536)"
    outcome = stage.sandbox.run(python_command(code, caps=Caps(output_kb=64)))
    kept = max(len(outcome.stdout), len(outcome.stderr))
    if outcome.end is not End.OUTPUT:
        return inconclusive(f"it ended by {outcome.end.value} after {kept} bytes")
    return stopped(f"the limit output, {kept >> 10} KiB kept") if kept <= 64 << 10 else succeeded(f"{kept} bytes kept")
