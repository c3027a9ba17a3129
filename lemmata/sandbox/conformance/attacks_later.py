"""Attempts to go on after the end: processes that outlive their run. All of them end by themselves in a few seconds."""

from __future__ import annotations

import time

from lemmata.sandbox.base import Cancellation, Caps, Command, Piece
from lemmata.sandbox.conformance.case import Cases, Finding, Stage
from lemmata.sandbox.conformance.guest import inconclusive, stopped, succeeded
from lemmata.sandbox.languages.python import python_command

CASES = Cases()
_SETTLE_S = 0.2
_DAEMON = """
import os, signal, sys, time
{prepare}
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for stream in (0, 1, 2):
            os.close(stream)
        os.execv("/bin/sleep", ["sleep", {mark!r}])
    os._exit(0)
time.sleep({wait})
print("left", flush=True)
{after}
"""


@CASES.attack("later.daemon", native=True)
def daemon(stage: Stage) -> Finding:
    """Leaves a daemon in a session of its own, whose parent has ended."""
    return _after_a_run(stage, prepare="", after="")


@CASES.attack("later.ignoring-signals", native=True)
def ignoring_signals(stage: Stage) -> Finding:
    """Leaves a daemon that ignores every signal it can."""
    prepare = "for n in set(range(1, 32)) - {9, 17, 19}: signal.signal(n, signal.SIG_IGN)"
    return _after_a_run(stage, prepare=prepare, after="")


@CASES.attack("later.no-death-signal", native=True)
def no_death_signal(stage: Stage) -> Finding:
    """Leaves a daemon that does not hear of its parent's death."""
    prepare = "import ctypes\nctypes.CDLL(None).prctl(1, 0, 0, 0, 0)  # PR_SET_PDEATHSIG"
    return _after_a_run(stage, prepare=prepare, after="")


@CASES.attack("later.child-reaper", native=True)
def child_reaper(stage: Stage) -> Finding:
    """Leaves a daemon whose parent adopts all orphans and lives on."""
    prepare = "import ctypes\nctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER"
    return _after_a_run(stage, prepare=prepare, after="")


@CASES.attack("later.limit", native=True)
def after_a_limit(stage: Stage) -> Finding:
    """Leaves a daemon when a limit ends the run."""
    return _after_a_run(stage, prepare="", after="time.sleep(60)", wall_s=1.5)


@CASES.attack("later.cancelled", native=True)
def after_cancellation(stage: Stage) -> Finding:
    """Leaves a daemon when the run is cancelled."""
    mark, cancellation = stage.host.mark(), Cancellation()

    def hear(_: Piece) -> None:
        cancellation.cancel()

    command = _daemon(mark, prepare="", after="time.sleep(60)", wall_s=20)
    outcome = stage.sandbox.run(command, hear=hear, cancellation=cancellation)
    return _left(stage, mark, begun=outcome.stdout == b"left\n", said=outcome.stderr)


@CASES.attack("later.session", native=True)
def after_a_session(stage: Stage) -> Finding:
    """Leaves a daemon when a session is closed."""
    mark = stage.host.mark()
    with stage.sandbox.open(_daemon(mark, prepare="", after="input()", wall_s=20)) as session:
        begun = session.read(wall_s=20) == b"left"
    return _left(stage, mark, begun=begun, said=b"")


@CASES.attack("later.session-ended", native=True)
def after_a_session_ended(stage: Stage) -> Finding:
    """Leaves a daemon when the session's own program has ended."""
    mark = stage.host.mark()
    with stage.sandbox.open(_daemon(mark, prepare="", after="", wall_s=20)) as session:
        begun = session.read(wall_s=20) == b"left"
        time.sleep(_SETTLE_S)
    return _left(stage, mark, begun=begun, said=b"")


def _daemon(mark: str, *, prepare: str, after: str, wall_s: float) -> Command:
    code = _DAEMON.format(prepare=prepare, mark=mark, wait=_SETTLE_S, after=after)
    return python_command(code, caps=Caps(wall_s=wall_s))


def _after_a_run(stage: Stage, *, prepare: str, after: str, wall_s: float = 20) -> Finding:
    mark = stage.host.mark()
    outcome = stage.sandbox.run(_daemon(mark, prepare=prepare, after=after, wall_s=wall_s))
    return _left(stage, mark, begun=outcome.stdout == b"left\n", said=outcome.stderr)


def _left(stage: Stage, mark: str, *, begun: bool, said: bytes) -> Finding:
    if not begun:
        return inconclusive(f"it did not begin: {said[-200:]!r}")
    if left := stage.host.count_processes(mark.encode()):
        return succeeded(f"{left} processes go on")
    return stopped("all of its processes ended with it")
