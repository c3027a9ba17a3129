"""From a statement and an offered proof to what the kernel says of it.

One process elaborates the proof and hands it out as plain data. Another, which never meets candidates, elaborates the
same statement by itself, gives every declaration of that data to the kernel, whatever options the first process was
talked into, compares what was proved with what was asked, and reads the axioms.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.formats.lean import line_of
from lemmata.provers.lean.pin import Pinned
from lemmata.provers.lean.policy import DRIVER_POLICY, refused_in
from lemmata.provers.lean.worker import Lean, LeanFailed
from lemmata.verdict import Fault, Reason, Rejected, rejected

STANDARD_AXIOMS = frozenset({"propext", "Classical.choice", "Quot.sound"})
HEARTBEATS = 400_000  # Lean's own default is 200,000 of its thousands
_LONGEST = 200_000
_SHORTEST_S = 0.5  # an audit gets at least


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What Lean says about a place of the file; `end` is the line and column where that place ends, if it is known."""

    line: int
    column: int
    text: str
    end: tuple[int, int] | None = None

    @property
    def summary(self) -> str:
        """Its first line; where that ends in the middle of a sentence, the next ones as well."""
        lines = [line.strip() for line in self.text.splitlines() if line.strip()] or ["error"]
        return " ".join(lines[:1] if lines[0][-1] in ".`" else lines[:3])

    def __str__(self) -> str:
        return f"{self.summary} at line {self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What the kernel accepted.

    Args:
        declared: axioms of the problem's own text that the proof uses.
    """

    declared: tuple[str, ...]


def inspect(lean: Lean, pinned: Pinned, *, wall_s: float) -> tuple[Message, ...]:
    """The errors in a statement and in the text before it; empty: it elaborates.

    Raises:
        LeanFailed: a limit was reached.
    """
    reply = lean.auditor.ask("inspect", request_of(pinned, HEARTBEATS), wall_s=wall_s)
    if reply.get("fault"):
        return (Message(line=pinned.line, column=0, text=str(reply["fault"])),)
    before = tuple(_message(m, 0) for m in reply.get("context", ()) if m["severity"] == "error")
    own = tuple(_message(m, pinned.line - 1) for m in reply.get("messages", ()) if m["severity"] == "error")
    if not before and not own and not reply.get("known"):
        return (Message(line=pinned.line, column=0, text=f"this does not declare {pinned.name}"),)
    return before + own


def try_proof(lean: Lean, pinned: Pinned, body: str, *, wall_s: float, heartbeats: int = HEARTBEATS) -> bool:
    """Whether a proof body of our own elaborates; for search, never for a verdict.

    Raises:
        LeanFailed: a limit was reached.
    """
    fields = {**request_of(pinned, heartbeats), "body": body, "export": False}
    return bool(lean.searcher.ask("prove", fields, wall_s=wall_s).get("ok"))


def establish(
    lean: Lean, pinned: Pinned, body: object, limits: Limits, *, heartbeats: int = HEARTBEATS
) -> Audit | Rejected:
    """Elaborate an offered proof of a statement, and audit it.

    Raises:
        BackendMissing: Lean does not start.
    """
    unfit = tuple(_unfit(body))
    if unfit or not isinstance(body, str):
        return Rejected(unfit)
    lean.auditor.start()  # so that it is ready when the other has finished
    request = request_of(pinned, heartbeats)
    try:
        made = lean.elaborator.ask("prove", {**request, "body": body, "export": True}, wall_s=limits.wall_s)
        if not made.get("ok") or not isinstance(made.get("proof"), dict):
            return _faults(pinned, made)
        left = max(_SHORTEST_S, limits.wall_s - made["spent_s"])
        found = lean.auditor.ask("audit", {**request, "proof": made["proof"]}, wall_s=left)
    except LeanFailed as exc:
        return rejected(exc.text, place="body", reason=exc.reason)
    if found.get("fault"):
        lean.elaborator.discard()  # what fools one check is not asked again
        return rejected(f"the audit refuses it: {found['fault']}", place="body")
    return _axioms(found)


def _axioms(found: Mapping[str, Any]) -> Audit | Rejected:
    declared = {str(name) for name in found.get("declared", ())}
    odd = sorted({str(name) for name in found["axioms"]} - STANDARD_AXIOMS - declared)
    if "sorryAx" in odd:
        return rejected("it rests on something unproved: a `sorry` in it or in what it uses", place="body")
    if odd:
        return rejected(f"it uses the axioms {', '.join(odd)}, which are not among the standard three", place="body")
    return Audit(declared=tuple(sorted(declared)))


def _unfit(body: object) -> Iterator[Fault]:
    """What can be said against a body before Lean sees it."""
    if not isinstance(body, str) or not body.strip():
        yield Fault(text="expected the text of a proof", place="body")
    elif len(body) > _LONGEST:
        yield Fault(text=f"expected at most {_LONGEST} characters", place="body")
    elif not all(c.isprintable() or c == "\n" for c in body):
        yield Fault(text="expected printable text, without tabs or control characters", place="body")
    else:
        try:
            found = tuple(refused_in(body))
        except BadInput as exc:
            yield Fault(text=str(exc), place="body")
            return
        for token, shown in found:
            column = token.start - (body.rfind("\n", 0, token.start) + 1)
            line = line_of(body, token.start)
            yield Fault(text=f"{shown} on line {line} has no place in a proof", place=f"body {line}:{column}")


def request_of(pinned: Pinned, heartbeats: int) -> dict[str, Any]:
    """A pinned statement as the driver reads it."""
    return {
        "context": pinned.context,
        "command": pinned.command,
        "name": pinned.name,
        "vacuity": pinned.derive,
        "of": pinned.refutes,
        "alone": bool(pinned.derive or pinned.refutes),
        "refused": DRIVER_POLICY,
        "strict": pinned.strict,
        "heartbeats": heartbeats,
    }


def _message(data: Mapping[str, Any], above: int) -> Message:
    return Message(line=int(data["line"]) + above, column=int(data["column"]), text=str(data["text"]).strip())


def _faults(pinned: Pinned, made: Mapping[str, Any]) -> Rejected:
    """Why it did not elaborate; places are lines and columns of the body."""
    if made.get("fault"):
        return rejected(str(made["fault"]), place="body")
    errors = [m for m in (*made.get("context", ()), *made.get("messages", ())) if m["severity"] == "error"]
    above = pinned.command.count("\n")
    left = len(pinned.command.rpartition("\n")[2]) + 1
    faults = []
    for m in errors:
        line = int(m["line"]) - above
        column = int(m["column"]) - (left if line == 1 else 0)
        faults.append(Fault(text=str(m["text"]).strip(), place=f"body {line}:{column}" if line > 0 else "statement"))
    return Rejected(tuple(faults) or (Fault(text="it does not elaborate", place="body"),))


def reason_of(rejection: Rejected) -> Reason | None:
    """The limit that was reached, if one was."""
    return next((f.reason for f in rejection.faults if f.reason is not None), None)
