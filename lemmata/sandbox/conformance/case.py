"""What the suite is made of: behaviours that a sandbox must show, attacks that it must stop, and what came of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from lemmata.sandbox.base import Caps, Command, Sandbox

if TYPE_CHECKING:
    from lemmata.sandbox.conformance.host import Host

_DEFAULT = Caps()
_NOTHING: Mapping[str, bytes] = {}


class Mark(StrEnum):
    """What came of a case."""

    PASSED = "passed"
    FAILED = "failed"
    STOPPED = "stopped"
    SUCCEEDED = "succeeded"
    INCONCLUSIVE = "inconclusive"  # the attack itself broke, so nothing is known: not stopped
    NOT_APPLICABLE = "not applicable"
    NOT_TRIED = "not tried"  # it could do harm where nothing is isolated


class NotApplicable(Exception):
    """A case that means nothing for this back-end or on this machine; the text says why."""


class Broken(Exception):
    """A behaviour that the back-end does not show; the text says what was expected and what came."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of an attack, and what stopped it or what it got."""

    mark: Mark
    by: str


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a case is played: the sandbox under test, and the host that it must keep apart."""

    sandbox: Sandbox
    host: Host


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """Something that every sandbox does.

    Args:
        id: stays the same from one version to the next.
        what: one sentence.
        check: raises `Broken` where it does not.
        native: needs programs other than Python.
        alone: looks at the whole process, so nothing else may run beside it.
    """

    id: str
    what: str
    check: Callable[[Stage], None] = field(repr=False)
    native: bool = False
    alone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """An attempt to get out of a sandbox, or to take more than was given.

    Args:
        id: stays the same from one version to the next.
        what: one sentence.
        attempt: plays it and judges it.
        harmless: does no damage even where it succeeds, so that it may be tried where nothing is isolated.
        native: needs programs other than Python.
        alone: nothing else may run beside it.
    """

    id: str
    what: str
    attempt: Callable[[Stage], Finding] = field(repr=False)
    harmless: bool = True
    native: bool = False
    alone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of a case; `by` says what stopped an attack, or what is wrong with a behaviour."""

    case: Behaviour | Attack
    mark: Mark
    by: str
    seconds: float


class Cases(list[Behaviour | Attack]):
    """The cases of one module, in their order. The first line of a function's docstring says what the case is."""

    def behaviour(
        self, id: str, *, native: bool = False, alone: bool = False
    ) -> Callable[[Callable[[Stage], None]], Callable[[Stage], None]]:
        """Make a function one of the behaviours."""

        def add(check: Callable[[Stage], None]) -> Callable[[Stage], None]:
            self.append(Behaviour(id=id, what=_sentence(check.__doc__), check=check, native=native, alone=alone))
            return check

        return add

    def attack(
        self, id: str, *, harmless: bool = True, native: bool = False, alone: bool = False
    ) -> Callable[[Callable[[Stage], Finding]], Callable[[Stage], Finding]]:
        """Make a function one of the attacks."""

        def add(attempt: Callable[[Stage], Finding]) -> Callable[[Stage], Finding]:
            what = _sentence(attempt.__doc__)
            self.append(Attack(id=id, what=what, attempt=attempt, harmless=harmless, native=native, alone=alone))
            return attempt

        return add


def _sentence(text: str | None) -> str:
    return " ".join((text or "").split("\n\n")[0].split())


def expect(came: object, wanted: object, what: str) -> None:
    """Nothing, if they are equal.

    Raises:
        Broken: they are not.
    """
    if came != wanted:
        raise Broken(f"expected {what} to be {_short(wanted)}, got {_short(came)}")


def expect_in(part: bytes, whole: bytes, what: str) -> None:
    """Nothing, if the part is in the whole.

    Raises:
        Broken: it is not.
    """
    if part not in whole:
        raise Broken(f"expected {what} to hold {_short(part)}, got {_short(whole)}")


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 300 else f"{text[:200]} ... {text[-60:]}"


def shell(
    script: str,
    *,
    stdin: bytes = b"",
    files: Mapping[str, bytes] = _NOTHING,
    collect: tuple[str, ...] = (),
    visible: tuple[str, ...] = (),
    env: Mapping[str, str] | None = None,
    caps: Caps = _DEFAULT,
) -> Command:
    """A command that runs a shell script."""
    argv = ("/bin/sh", "-c", script)
    return Command(
        argv=argv, stdin=stdin, files=files, collect=collect, visible=visible, env=dict(env or {}), caps=caps
    )
