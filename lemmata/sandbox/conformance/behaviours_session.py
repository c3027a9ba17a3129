"""Sessions: processes that answer lines until they are closed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from lemmata.sandbox.base import Caps, End, Session, SessionEnded
from lemmata.sandbox.conformance.case import Broken, Cases, Stage, expect, expect_in
from lemmata.sandbox.languages.python import python_command

CASES = Cases()
_ECHO = """
import sys
for line in sys.stdin:
    print(line.strip().upper(), flush=True)
"""
_GREETING = "import sys\nprint('hello', flush=True)\nfor line in sys.stdin: print(line, end='', flush=True)"
_SLEEPER = "import time\nprint('up', flush=True)\ntime.sleep(60)"
_PROMPT_S = 15.0


@CASES.behaviour("session.answers")
def answers(stage: Stage) -> None:
    """A session answers line by line, keeps what it knows, and is over when it is closed; closing twice is harmless."""
    code = "import sys\ntotal = 0\nfor line in sys.stdin:\n    total += int(line)\n    print(total, flush=True)"
    with stage.sandbox.open(python_command(code)) as session:
        expect(session.alive, True, "alive")
        expect([session.ask(b"%d" % n, wall_s=20) for n in (1, 2, 3)], [b"1", b"3", b"6"], "the answers")
    expect(session.alive, False, "alive")
    session.close()


@CASES.behaviour("session.long-lines")
def long_lines(stage: Stage) -> None:
    """A line of 300 kB goes in and comes out."""
    with stage.sandbox.open(python_command(_ECHO)) as session:
        expect(session.ask(b"x" * 300_000, wall_s=20), b"X" * 300_000, "the answer")


@CASES.behaviour("session.empty-lines")
def empty_lines(stage: Stage) -> None:
    """An empty line is a request, and an empty line is an answer."""
    with stage.sandbox.open(python_command(_ECHO)) as session:
        expect([session.ask(b"", wall_s=20), session.ask(b"a", wall_s=20)], [b"", b"A"], "the answers")


@CASES.behaviour("session.one-line")
def only_one_line(stage: Stage) -> None:
    """A request of two lines is refused, and the session goes on."""
    with stage.sandbox.open(python_command(_ECHO)) as session:
        try:
            session.ask(b"a\nb", wall_s=20)
        except ValueError:
            expect(session.ask(b"c", wall_s=20), b"C", "the answer")
            return
    raise Broken("expected a request with a newline in it to be refused")


@CASES.behaviour("session.greeting")
def greeting(stage: Stage) -> None:
    """A greeting can be read before anything is asked."""
    with stage.sandbox.open(python_command(_GREETING)) as session:
        expect(session.read(wall_s=20), b"hello", "the greeting")
        expect(session.ask(b"more", wall_s=20), b"more", "the answer")


@CASES.behaviour("session.time")
def time_ends_it(stage: Stage) -> None:
    """A session that does not answer in time is ended, and says so again when it is asked again."""
    with stage.sandbox.open(python_command(_SLEEPER)) as session:
        session.read(wall_s=20)
        _expect_ended(lambda: session.ask(b"hello", wall_s=0.3), End.WALL)
        expect(session.alive, False, "alive")
        _expect_ended(lambda: session.ask(b"again", wall_s=0.3), End.WALL)


@CASES.behaviour("session.each-its-own-time")
def each_request_has_its_own_time(stage: Stage) -> None:
    """The time of a request is its own: many short ones may take longer together."""
    code = "import sys, time\nfor line in sys.stdin:\n    time.sleep(0.4)\n    print('ok', flush=True)"
    with stage.sandbox.open(python_command(code, caps=Caps(wall_s=1.5))) as session:
        session.ask(b"", wall_s=20)
        expect([session.ask(b"", wall_s=1.5) for _ in range(5)], [b"ok"] * 5, "the answers")


@CASES.behaviour("session.no-end-of-line")
def no_end_of_line(stage: Stage) -> None:
    """A session that sends an endless line is ended."""
    code = "import sys\nwhile True: sys.stdout.write('x' * 9999)"
    with stage.sandbox.open(python_command(code, caps=Caps(output_kb=64))) as session:
        _expect_ended(lambda: session.read(wall_s=20), End.OUTPUT)


@CASES.behaviour("session.last-words")
def last_words(stage: Stage) -> None:
    """A session that ends by itself says so, with its last words."""
    code = "import sys\nprint('no such thing', file=sys.stderr)\nsys.exit(3)"
    with stage.sandbox.open(python_command(code)) as session:
        said = _expect_ended(lambda: session.ask(b"hello", wall_s=20), End.FINISHED)
        expect_in(b"no such thing", said.encode(), "the message")


@CASES.behaviour("session.killed", native=True)
def killed(stage: Stage) -> None:
    """A session that a signal ended was killed."""
    with stage.sandbox.open(python_command("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)")) as session:
        _expect_ended(lambda: session.read(wall_s=20), End.KILLED)


@CASES.behaviour("session.memory", native=True)
def memory(stage: Stage) -> None:
    """A session that eats memory between requests is ended."""
    code = "import time\nprint('ready', flush=True)\nx = b'x' * (500 << 20)\ntime.sleep(60)"
    with stage.sandbox.open(python_command(code, caps=Caps(memory_mb=200, resident=True))) as session:
        session.read(wall_s=20)
        deadline = time.monotonic() + 20
        while session.alive and time.monotonic() < deadline:
            time.sleep(0.05)
        _expect_ended(lambda: session.read(wall_s=1), End.MEMORY)


@CASES.behaviour("session.resident-memory", native=True)
def resident_memory(stage: Stage) -> None:
    """Resident memory of a session is told, and is nothing once it ended."""
    code = "x = b'x' * (50 << 20)\nprint(len(x), flush=True)\ninput()"
    with stage.sandbox.open(python_command(code)) as session:
        session.read(wall_s=20)
        used = session.resident_mb()
        expect(50 <= used < 120, True, f"50 <= {used} < 120")
    expect(session.resident_mb(), 0, "resident memory after the end")


@CASES.behaviour("session.error-output")
def error_output(stage: Stage) -> None:
    """Standard error of a session never blocks it."""
    code = "import sys\nfor line in sys.stdin:\n    sys.stderr.write('e' * 500_000)\n    print('ok', flush=True)"
    with stage.sandbox.open(python_command(code)) as session:
        expect([session.ask(b"1", wall_s=20), session.ask(b"2", wall_s=20)], [b"ok", b"ok"], "the answers")


@CASES.behaviour("session.close-while-asking")
def close_while_asking(stage: Stage) -> None:
    """Closing a session from another thread ends the request that is waiting."""
    with stage.sandbox.open(python_command(_SLEEPER)) as session:
        session.read(wall_s=20)
        closer = threading.Timer(0.3, session.close)
        closer.start()
        began = time.monotonic()
        _expect_ended(lambda: session.ask(b"hello", wall_s=30), End.CANCELLED)
        closer.join()
        if (took := time.monotonic() - began) > _PROMPT_S:
            raise Broken(f"expected the request to end at once, it took {took:.1f} s")


@CASES.behaviour("session.closed")
def closed(stage: Stage) -> None:
    """A session that was closed answers nothing any more."""
    session = stage.sandbox.open(python_command(_ECHO))
    session.ask(b"a", wall_s=20)
    session.close()
    _expect_ended(lambda: session.ask(b"b", wall_s=1), End.CANCELLED)


@CASES.behaviour("session.several")
def several(stage: Stage) -> None:
    """Several sessions at once don't hear each other."""
    sessions: list[Session] = []
    try:
        sessions += [stage.sandbox.open(python_command(_ECHO)) for _ in range(3)]
        answers = [session.ask(f"a{n}".encode(), wall_s=20) for n, session in enumerate(sessions)]
        expect(answers, [b"A0", b"A1", b"A2"], "the answers")
    finally:
        for session in sessions:
            session.close()


@CASES.behaviour("session.opened-elsewhere")
def opened_elsewhere(stage: Stage) -> None:
    """The thread that opened a session may end."""
    opened: list[Session] = []
    thread = threading.Thread(target=lambda: opened.append(stage.sandbox.open(python_command(_ECHO))))
    thread.start()
    thread.join()
    time.sleep(0.3)
    if not opened:
        raise Broken("expected a session from another thread")
    with opened[0] as session:
        expect(session.ask(b"still here", wall_s=20), b"STILL HERE", "the answer")


@CASES.behaviour("session.children-end", native=True)
def children_end(stage: Stage) -> None:
    """Whatever a session leaves running ends with it."""
    mark = stage.host.mark()
    code = f"import subprocess\nsubprocess.Popen(['/bin/sleep', {mark!r}])\nprint('up', flush=True)\ninput()"
    with stage.sandbox.open(python_command(code)) as session:
        expect(session.read(wall_s=20), b"up", "the greeting")
        expect(stage.host.await_process(mark), True, "whether the child is seen while the session lasts")
    expect(stage.host.count_processes(mark.encode()), 0, "the number of children left")


def _expect_ended(ask: Callable[[], bytes], end: End) -> str:
    try:
        answer = ask()
    except SessionEnded as exc:
        expect(exc.end, end, "the end")
        return str(exc)
    raise Broken(f"expected the session to end by {end.value}, and it said {answer[:80]!r}")
