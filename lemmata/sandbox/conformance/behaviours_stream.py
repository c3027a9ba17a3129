"""Output while it comes, cancellation, and the network when it is asked for."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

from lemmata.errors import BackendMissing, BadInput
from lemmata.sandbox.base import Cancellation, Caps, Command, End, Outcome, Piece
from lemmata.sandbox.conformance.case import Broken, Cases, NotApplicable, Stage, expect, shell
from lemmata.sandbox.languages.python import python_command

CASES = Cases()
_SLEEPER = "import time\nprint('up', flush=True)\ntime.sleep(60)"
_PROMPT_S = 15.0


class _Enough(Exception):
    pass


@CASES.behaviour("stream.early")
def pieces_come_early(stage: Stage) -> None:
    """Output is heard while the program is still running."""
    came: list[float] = []
    code = "import time\nprint('first', flush=True)\ntime.sleep(1.5)\nprint('second')"
    stage.sandbox.run(python_command(code), hear=lambda _: came.append(time.monotonic()))
    if len(came) < 2 or came[-1] - came[0] < 1:
        raise Broken(f"expected a piece of output more than a second before the last, got {len(came)} pieces")


@CASES.behaviour("stream.whole")
def pieces_are_the_whole(stage: Stage) -> None:
    """The pieces of each stream, put together, are what the outcome holds, in the caller's own thread."""
    pieces: list[tuple[Piece, int]] = []
    code = "import sys\nfor n in range(2000): print(n); print(-n, file=sys.stderr)"
    outcome = stage.sandbox.run(python_command(code), hear=lambda piece: pieces.append((piece, threading.get_ident())))
    heard = {name: b"".join(piece.data for piece, _ in pieces if piece.stream == name) for name in ("stdout", "stderr")}
    expect(heard, {"stdout": outcome.stdout, "stderr": outcome.stderr}, "what was heard")
    expect({thread for _, thread in pieces}, {threading.get_ident()}, "the threads")


@CASES.behaviour("stream.cap")
def no_more_than_the_cap_is_heard(stage: Stage) -> None:
    """No more than the cap is heard of an endless output."""
    pieces: list[bytes] = []
    code = "import sys\nwhile True: sys.stdout.write('y' * 999)"
    command = python_command(code, caps=Caps(output_kb=16))
    outcome = stage.sandbox.run(command, hear=lambda piece: pieces.append(piece.data))
    expect((outcome.end, sum(map(len, pieces))), (End.OUTPUT, 16 << 10), "end and bytes heard")


@CASES.behaviour("stream.exception")
def exception_ends_the_run(stage: Stage) -> None:
    """An exception of the hearer ends the run and reaches the caller."""

    def hear(_: Piece) -> None:
        raise _Enough

    began = time.monotonic()
    try:
        stage.sandbox.run(python_command(_SLEEPER, caps=Caps(wall_s=30)), hear=hear)
    except _Enough:
        _expect_prompt(began)
        return
    raise Broken("expected the hearer's exception, and the run went on")


@CASES.behaviour("cancel.before")
def cancelled_before(stage: Stage) -> None:
    """A run that was cancelled before its start ends at once."""
    cancellation = Cancellation()
    cancellation.cancel()
    began = time.monotonic()
    outcome = stage.sandbox.run(python_command(_SLEEPER, caps=Caps(wall_s=30)), cancellation=cancellation)
    _expect_prompt(began)
    expect((outcome.end, outcome.exit_code), (End.CANCELLED, None), "end and exit code")


@CASES.behaviour("cancel.during")
def cancelled_during(stage: Stage) -> None:
    """A run that is cancelled from another thread ends at once, with the output so far; the second time is harmless."""
    began = time.monotonic()
    outcome = _cancelled(stage, python_command(_SLEEPER, caps=Caps(wall_s=30)))
    _expect_prompt(began)
    came = (outcome.end, outcome.exit_code, outcome.stdout)
    expect(came, (End.CANCELLED, None, b"up\n"), "end, exit code and output")


@CASES.behaviour("cancel.several")
def several_cancelled(stage: Stage) -> None:
    """One cancellation ends all the runs that it was given to."""
    cancellation, ends = Cancellation(), []
    command = python_command(_SLEEPER, caps=Caps(wall_s=30))
    runs = [
        threading.Thread(target=lambda: ends.append(stage.sandbox.run(command, cancellation=cancellation).end))
        for _ in range(3)
    ]
    for run in runs:
        run.start()
    time.sleep(0.5)
    cancellation.cancel()
    for run in runs:
        run.join(_PROMPT_S)
    expect(ends, [End.CANCELLED] * 3, "the ends")


@CASES.behaviour("cancel.grandchildren", native=True)
def grandchildren_cancelled(stage: Stage) -> None:
    """Cancellation ends the children of children, too: the host sees none of them afterwards."""
    mark = stage.host.mark(30)
    command = shell(f"(sleep {mark} & sleep {mark} & wait) & echo up; wait", caps=Caps(wall_s=30))
    expect(_cancelled(stage, command).end, End.CANCELLED, "the end")
    expect(stage.host.count_processes(mark.encode()), 0, "the number of sleepers left")


@CASES.behaviour("network.on")
def network_on(stage: Stage) -> None:
    """The network is there when it is asked for, or the run is refused."""
    outcome = _dial(stage, network=True)
    expect((outcome.stdout, outcome.stderr), (b"connected\n", b""), "the outputs")


@CASES.behaviour("network.off")
def network_off(stage: Stage) -> None:
    """The network is not there when it is not asked for."""
    if stage.sandbox.probe().isolates.startswith("nothing"):
        raise NotApplicable("it isolates nothing")
    expect(_dial(stage, network=False).stdout, b"", "the output")


def _dial(stage: Stage, *, network: bool) -> Outcome:
    code = f"import socket\nsocket.create_connection(('127.0.0.1', {stage.host.tcp}), 5)\nprint('connected')"
    try:
        return stage.sandbox.run(replace(python_command(code), network=network))
    except (BackendMissing, BadInput) as exc:
        if network:
            raise NotApplicable(f"it gives no network: {exc}") from exc
        raise


def _cancelled(stage: Stage, command: Command) -> Outcome:
    cancellation = Cancellation()

    def cancel_twice() -> None:
        cancellation.cancel()
        cancellation.cancel()

    def hear(_: Piece) -> None:
        threading.Thread(target=cancel_twice).start()

    return stage.sandbox.run(command, hear=hear, cancellation=cancellation)


def _expect_prompt(began: float) -> None:
    if (took := time.monotonic() - began) > _PROMPT_S:
        raise Broken(f"expected the run to end at once, it took {took:.1f} s")
