"""What attacks say inside the sandbox, and how the host reads it.

An attack tells of every attempt what came of it, and that it came to its end; silence is no proof of anything.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from lemmata.sandbox.base import Caps, Command, End, Outcome
from lemmata.sandbox.conformance.case import Finding, Mark, Stage
from lemmata.sandbox.languages.python import python_command

# Errors that mean a wall, by name: numbers differ between Linux and WASI.
REFUSED = frozenset(["EPERM", "EACCES", "ENOSYS", "ENOENT", "EROFS", "ENOTDIR", "ENOTCAPABLE"])
NO_SOCKET = REFUSED | frozenset(["EAFNOSUPPORT", "EPROTONOSUPPORT", "ESOCKTNOSUPPORT", "ENOTSUP"])
UNREACHED = NO_SOCKET | frozenset(
    ["ECONNREFUSED", "ENETUNREACH", "EHOSTUNREACH", "EADDRNOTAVAIL", "ENETDOWN", "ENODEV", "ETIMEDOUT", "EAI"]
)
NO_PROCESS = REFUSED | {"ESRCH"}

_PRELUDE = """
import errno, json, os, platform, sys

def tell(name, verdict, detail=""):
    sys.stdout.write(json.dumps([name, verdict, str(detail)[:300]]) + "\\n")
    sys.stdout.flush()

def shown(got):  # never what was found on the host: it would end up in reports
    if isinstance(got, (bytes, list, tuple)):
        return f"{len(got)} {'bytes' if isinstance(got, bytes) else 'things'}"
    return repr(got)

def attempt(name, action):
    try:
        got = action()
    except (ImportError, AttributeError, NotImplementedError) as error:
        tell(name, "absent", error)
    except TimeoutError:
        tell(name, "refused", "ETIMEDOUT")
    except OSError as error:
        if error.errno is None:  # no kernel's word: Python itself can't
            tell(name, "absent", error)
            return
        resolver = type(error).__name__ in ("gaierror", "herror")
        tell(name, "refused", "EAI" if resolver else errno.errorcode.get(error.errno, error.errno))
    except Exception as error:
        tell(name, "crashed", repr(error))
    else:
        tell(name, "got" if got else "nothing", shown(got) if got else "")

def call(x86, arm, *arguments):
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    number = x86 if platform.machine() == "x86_64" else arm
    wide = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    result = libc.syscall(ctypes.c_long(number), *wide)
    if result == -1:
        raise OSError(ctypes.get_errno(), "refused")
    return f"the call returned {result}"

def read(path, size=64):
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    try:
        return os.read(descriptor, size)
    finally:
        os.close(descriptor)
"""
_END = '\ntell("", "done")\n'


@dataclass(frozen=True, slots=True)
class Told:
    """What the guest says of one attempt."""

    name: str
    verdict: str
    detail: str


def guest_command(
    code: str, given: Mapping[str, object], *, caps: Caps, visible: tuple[str, ...] = (), **fields: object
) -> Command:
    """The command that runs an attack's code, with `given` as a global of it."""
    text = f"{_PRELUDE}\ngiven = {dict(given)!r}\n{code}{_END}"
    command = python_command(text, caps=caps, **fields)  # type: ignore[arg-type]
    return replace(command, visible=visible) if visible else command


def probe(
    stage: Stage,
    code: str,
    *,
    stops: Collection[str] = REFUSED,
    limits: Collection[End] = (),
    caps: Caps | None = None,
    visible: tuple[str, ...] = (),
    **given: object,
) -> Finding:
    """Run an attack's Python code in the sandbox and judge what it tells.

    Args:
        stage: where.
        code: calls `attempt(name, action)`; what `action` returns is what the attack got, and a false value nothing.
        stops: names of the errors that mean that it was stopped.
        limits: ends of the run that mean that it was stopped.
        caps: limits of the run.
        visible: as in a command.
        given: what the code finds in the dictionary `given`.
    """
    command = guest_command(code, given, caps=caps or Caps(cpu_s=20), visible=visible)
    return judge(stage.sandbox.run(command), stops=stops, limits=limits, native=stage.sandbox.native)


def told_by(outcome: Outcome) -> list[Told]:
    """What the guest told, line by line; anything else that it printed is left out."""
    told = []
    for line in outcome.stdout.splitlines():
        try:
            name, verdict, detail = json.loads(line)
        except ValueError:
            continue
        told.append(Told(str(name), str(verdict), str(detail)))
    return told


def judge(outcome: Outcome, *, stops: Collection[str], limits: Collection[End], native: bool) -> Finding:
    """What came of an attack, from what it told and how it ended."""
    told = told_by(outcome)
    tries = [one for one in told if one.verdict != "done"]
    if got := [one for one in tries if one.verdict == "got"]:
        return succeeded("; ".join(f"{one.name}: {one.detail}" for one in got))
    if taken := [one for one in tries if one.verdict == "refused" and one.detail not in stops]:
        return succeeded("; ".join(f"{one.name}: the kernel took it and said {one.detail}" for one in taken))
    if outcome.end in limits:
        return stopped(f"the limit {outcome.end.value}")
    if crashed := [one for one in tries if one.verdict == "crashed" or (native and one.verdict == "absent")]:
        return inconclusive("; ".join(f"{one.name}: {one.detail}" for one in crashed))
    if not tries or len(tries) == len(told):
        said = outcome.stderr.decode(errors="replace").strip()[-200:]
        return inconclusive(f"it did not come to its end: {outcome.end.value} {outcome.exit_code} {said}")
    return stopped(_summary(tries))


def stopped(by: str) -> Finding:
    """The attack was stopped."""
    return Finding(Mark.STOPPED, by)


def succeeded(by: str) -> Finding:
    """The attack got what it wanted."""
    return Finding(Mark.SUCCEEDED, by[:600])


def inconclusive(by: str) -> Finding:
    """The attack broke."""
    return Finding(Mark.INCONCLUSIVE, by[:600])


def _summary(tries: Collection[Told]) -> str:
    counts = Counter("nothing there" if one.verdict == "nothing" else one.detail for one in tries)
    return ", ".join(f"{by} ({count} times)" if count > 1 else by for by, count in counts.items())
