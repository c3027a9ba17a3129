"""Scores of Python programs: the published tests, or a hidden function, in sandboxes of their own (see `inside.py`).

What the program passes on to the tests is plain data. A list or dictionary that a test hands over is afterwards as the
program left it, as it would be in one interpreter; so a test that compares a result with its own, changed, argument can
be met by changing it, here as in the publishers' harness.
"""

from __future__ import annotations

import builtins
import json
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeAlias

from lemmata.benchmark.inside import canonical, decode
from lemmata.benchmark.outcome import Score
from lemmata.budget import Limits
from lemmata.datasets.sample import ByBehaviour, ByTests
from lemmata.provers.base import Backends
from lemmata.sandbox.base import Caps, End, Session, SessionEnded
from lemmata.sandbox.languages.python import python_command

Scored: TypeAlias = tuple[Score, str]
LIMITS = Limits(wall_s=30.0, memory_mb=1024)
_INSIDE = Path(__file__).with_name("inside.py")
_SHOWN = 200
_MOST_READ = 2_000  # characters of a value that are read here to be shown: large numbers take their time
_BUILTINS = frozenset(dir(builtins))


class _Ended(Exception):
    """One of the parts can't go on.

    Args:
        part: which one.
        why: in a few words.
        limited: whether a limit ended it.
    """

    def __init__(self, part: str, why: str, *, limited: bool) -> None:
        super().__init__(f"{part}: {why}")
        self.part, self.why, self.limited = part, why, limited


class _Part:
    """A session that plays one part; `name` is for messages."""

    def __init__(self, stack: ExitStack, backends: Backends, name: str) -> None:
        caps = Caps(wall_s=LIMITS.wall_s, memory_mb=LIMITS.memory_mb, processes=32, output_kb=16384)
        command = python_command(_INSIDE.read_text("utf-8"), packages=True, caps=caps)
        self._session: Session = stack.enter_context(backends.sandbox().open(command))
        self._name = name
        self._ends = time.monotonic() + LIMITS.wall_s

    def ask(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """What it answers.

        Raises:
            _Ended: nothing that is an answer came.
        """
        line = json.dumps(message).encode("utf-8", "surrogatepass")
        try:
            told = json.loads(self._session.ask(line, wall_s=max(0.01, self._ends - time.monotonic())))
        except SessionEnded as exc:
            why = f"the limit of {exc.end.value} was reached" if exc.end.limited else "it ended before it answered"
            flooded = exc.end is End.OUTPUT  # by what was written where only answers belong
            raise _Ended(self._name, why, limited=exc.end.limited and not flooded) from None
        except (ValueError, RecursionError):
            raise _Ended(self._name, "it wrote where only answers belong", limited=False) from None
        if not isinstance(told, dict):
            raise _Ended(self._name, "it wrote where only answers belong", limited=False)
        if "limit" in told:
            raise _Ended(self._name, f"the limit of {str(told['limit'])[:20]} was reached", limited=True)
        return told


def score_by_tests(target: ByTests, program: str, backends: Backends) -> Scored:
    """Run the published tests on a program.

    Raises:
        SandboxMissing: nothing here can run it in isolation.
    """
    try:
        with ExitStack() as stack:
            playing = _Part(stack, backends, "the program")
            loaded = playing.ask({"part": "program", "before": target.before, "source": program})
            fault = _find_loading_fault(loaded, target.name)
            if fault:
                return Score.WRONG, fault
            tests = _Part(stack, backends, "the tests")
            names = [n for n in loaded["names"] if n.isidentifier() and not n.startswith("__") and n not in _BUILTINS]
            begin = {"before": target.before, "test": target.test, "name": target.name, "names": names}
            told = tests.ask({"part": "tests", **begin})
            while "name" in told:
                told = tests.ask(playing.ask(told))
    except _Ended as exc:
        return (Score.UNSCORED if exc.limited or exc.part == "the tests" else Score.WRONG), str(exc)
    if "broken" in told:
        return Score.UNSCORED, str(told["broken"])
    if told["opaque"]:  # nothing that the program's own classes have a say in is ever right
        return Score.UNSCORED, str(told["opaque"])
    if told["failed"]:
        return Score.WRONG, f"a test fails: {told['failed']}"
    if not told["calls"]:
        return Score.UNSCORED, "the tests call no function of the program"
    return Score.RIGHT, ""


def score_by_behaviour(target: ByBehaviour, program: str, backends: Backends) -> Scored:
    """Compare a program with the hidden one, call by call.

    Raises:
        SandboxMissing: nothing here can run it in isolation.
    """
    open_calls = []
    try:
        with ExitStack() as stack:
            hidden, playing = _Part(stack, backends, "the reference"), _Part(stack, backends, "the program")
            fault = _find_loading_fault(hidden.ask(_loading(target.reference)), target.name)
            if fault:
                return Score.UNSCORED, f"of the reference: {fault}"
            fault = _find_loading_fault(playing.ask(_loading(program)), target.name)
            if fault:
                return Score.WRONG, fault
            for call in target.calls:
                asked = {"expression": call}
                expected = hidden.ask(asked)
                if "opaque" in expected:
                    open_calls.append(f"{call} returns {expected['opaque']}")
                    continue
                found = playing.ask(asked)
                if not _agree(expected, found):
                    return Score.WRONG, f"{call[:200]}: expected {_words(expected)}, got {_words(found)}"
    except _Ended as exc:
        return (Score.UNSCORED if exc.limited or exc.part == "the reference" else Score.WRONG), str(exc)
    if open_calls or not target.calls:
        return Score.UNSCORED, f"what can't be compared: {'; '.join(open_calls)[:300] or 'there are no calls'}"
    return Score.RIGHT, ""


def _loading(source: str) -> dict[str, str]:
    return {"part": "program", "before": "", "source": source}


def _find_loading_fault(loaded: Mapping[str, Any], name: str) -> str:
    names = loaded.get("names")
    if names is not None and not (isinstance(names, list) and all(isinstance(n, str) for n in names)):
        return "it wrote where only answers belong"
    if names is None:
        return f"it raises {str(loaded.get('raised'))[:80]} when it is loaded"
    return "" if not name or name in names else f"there is no function {name} in it"


def _agree(expected: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    if "raised" in expected:
        return "value" not in found and expected["raised"] == found.get("raised")
    return "value" in found and canonical(expected["value"]) == canonical(found["value"])


def _words(told: Mapping[str, Any]) -> str:
    if "value" in told:
        text = canonical(told["value"])
        try:
            return repr(decode(told["value"]))[:_SHOWN] if len(text) < _MOST_READ else text[:_SHOWN]
        except Exception:  # data of the program's own making
            return "something that is no value"
    return f"a {str(told['raised'])[:80]}" if "raised" in told else str(told.get("opaque"))[:200]
