"""What one may ask a warm Lean, typed: goals at every `sorry`, tactics on kept states, types, axioms, theorems.

For search and repair; no answer of these is a verdict. A text that they lead to is judged like any other (`check`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from lemmata.errors import BadInput
from lemmata.provers.lean.answers import Answers
from lemmata.provers.lean.audit import HEARTBEATS, Message, request_of
from lemmata.provers.lean.pin import Pinned
from lemmata.provers.lean.policy import DRIVER_POLICY, check_source, find_refused

_AT_ONCE = 400  # theorems in one answer
_SUGGESTED = re.compile(r"(?:Try this|Try these):\s*(?:\[apply\]\s*)?(.*)", re.DOTALL)


class StateGone(Exception):
    """The process that kept the state has ended; play the tactics that led to it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """A name in scope; `name` ends in ✝ where a text can't refer to it."""

    name: str
    type: str
    is_proof: bool

    @property
    def reachable(self) -> bool:
        return not self.name.endswith("✝")


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """One open goal.

    Args:
        tag: the case it belongs to; empty: none.
        hypotheses: its context.
        target: what is to be shown.
    """

    tag: str
    hypotheses: tuple[Hypothesis, ...]
    target: str

    def __str__(self) -> str:
        return "\n".join((*(f"{h.name} : {h.type}" for h in self.hypotheses), f"⊢ {self.target}"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofState:
    """Goals that a worker keeps; none left: the proof is complete.

    Args:
        number: the worker's name for it.
        epoch: of the worker's process.
        goals: the first is the one that tactics work on.
        said: what the last tactic printed, as `exact?` does.
    """

    number: int
    epoch: int
    goals: tuple[Goal, ...]
    said: tuple[str, ...] = ()

    @property
    def suggested(self) -> str:
        """The tactic that a search of Lean's own, as `exact?`, has found; empty: it said none."""
        found = next((m for m in map(_SUGGESTED.search, self.said) if m), None)
        return " ".join(found[1].split()) if found else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """A `sorry`: where it stands in the body (lines from 1, columns from 0), and its state."""

    line: int
    column: int
    is_term: bool
    state: ProofState


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A tactic, or a sequence of tactics, that was played.

    Args:
        start: line (from 1) and column (from 0) in the body.
        end: behind it.
        kind: of its syntax, as Lean names it.
        goals: how many were open before it.
        number: of the state before it (see `state_of`).
        epoch: of the worker's process.
    """

    start: tuple[int, int]
    end: tuple[int, int]
    kind: str
    goals: int
    number: int
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A body with holes, as Lean read it.

    Args:
        holes: in order.
        errors: that it has besides.
        steps: that were played, if they were asked for; outer ones before those in them.
        parsed: whether it is one proof at least in its form.
    """

    holes: tuple[Hole, ...]
    errors: tuple[Message, ...]
    steps: tuple[Step, ...] = ()
    parsed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A tactic, or a term, that Lean refuses; `text` is Lean's own."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """A name that an environment holds."""

    name: str
    kind: str
    type: str


def open_body(
    worker: Answers, pinned: Pinned, body: str, *, wall_s: float, heartbeats: int = HEARTBEATS, steps: bool = False
) -> Opened:
    """The goals at every `sorry` of a body; `by sorry` gives the theorem's own.

    Args:
        worker: who is asked.
        pinned: the statement.
        body: a `by` block or a term.
        wall_s: seconds on the clock.
        heartbeats: for each command, in Lean's thousands.
        steps: hand out every step that was played as well.

    Raises:
        BadInput: the text before the body has errors, or the body holds more than one proof.
        LeanFailed: a limit was reached.
    """
    fields = {**request_of(pinned, heartbeats), "body": body, "steps": steps}
    reply = worker.ask("goals", fields, wall_s=wall_s)
    _usable(reply)
    epoch = int(reply["epoch"])
    start, end = _places(pinned)
    holes = []
    for found in reply["sorries"]:
        line, column = start(found)
        holes.append(Hole(line=line, column=column, is_term=bool(found["term"]), state=_state(found, epoch)))
    errors = []
    for said in reply["messages"]:
        if said["severity"] == "error":
            line, column = start(said)
            errors.append(Message(line=line, column=column, text=str(said["text"]).strip(), end=end(said)))
    played = tuple(
        Step(start=start(s), end=end(s), kind=s["kind"], goals=s["count"], number=s["state"], epoch=epoch)
        for s in reply["steps"]
    )
    return Opened(holes=tuple(holes), errors=tuple(errors), steps=played, parsed=bool(reply["parsed"]))


_Place: TypeAlias = Callable[[Mapping[str, Any]], tuple[int, int]]


def _places(pinned: Pinned) -> tuple[_Place, _Place]:
    """What reads where something begins in a body, and what reads where it ends."""
    above, left = pinned.command.count("\n"), len(pinned.command.rpartition("\n")[2]) + 1

    def place(line: int, column: int) -> tuple[int, int]:
        return line - above, column - (left if line == above + 1 else 0)

    def start(found: Mapping[str, Any]) -> tuple[int, int]:
        return place(int(found["line"]), int(found["column"]))

    def end(found: Mapping[str, Any]) -> tuple[int, int]:
        return place(int(found["endLine"]), int(found["endColumn"]))

    return start, end


def state_of(worker: Answers, step: Step, *, wall_s: float) -> ProofState:
    """The state before a step, with its goals.

    Raises:
        StateGone: the process that kept it has ended.
        LeanFailed: a limit was reached.
    """
    if step.epoch != worker.epoch:
        raise StateGone
    reply = worker.ask("show", {"state": step.number}, wall_s=wall_s)
    if reply.get("gone") or step.epoch != reply["epoch"]:
        raise StateGone
    return _state(reply, step.epoch)


def open_goal(worker: Answers, pinned: Pinned, *, wall_s: float) -> ProofState:
    """The theorem's own proof state, before any tactic.

    Raises:
        BadInput: the statement does not elaborate.
        LeanFailed: a limit was reached.
    """
    opened = open_body(worker, pinned, "by sorry", wall_s=wall_s)
    if len(opened.holes) != 1 or opened.errors:
        said = opened.errors[0].summary if opened.errors else "it has no goal to open"
        raise BadInput(f"the statement does not elaborate: {said}", place=pinned.name)
    return opened.holes[0].state


def run_tactic(
    worker: Answers,
    state: ProofState,
    tactic: str,
    *,
    wall_s: float,
    heartbeats: int = HEARTBEATS,
    goal: int | None = None,
) -> ProofState | Failed:
    """The state behind a tactic (several lines may stand in brackets).

    Args:
        worker: whose process keeps the state.
        state: where to begin.
        tactic: what to run.
        wall_s: seconds it may take.
        heartbeats: Lean's own measure of work, in thousands.
        goal: which goal to work on, from 0, as if there were no other; None: all of them.

    Raises:
        StateGone: the process that kept the state has ended.
        LeanFailed: a limit was reached.
    """
    try:
        refused = find_refused(tactic)
    except BadInput as exc:
        refused = str(exc)
    if refused:
        return Failed(text=refused)
    if state.epoch != worker.epoch:
        raise StateGone
    fields: dict[str, Any] = {
        "state": state.number,
        "tactic": tactic,
        "heartbeats": heartbeats,
        "refused": DRIVER_POLICY,
    }
    if goal is not None:
        fields["goal"] = goal
    reply = worker.ask("step", fields, wall_s=wall_s)
    if reply.get("gone") or state.epoch != reply["epoch"]:
        raise StateGone
    wrong = reply.get("error") or reply.get("fault")
    return Failed(text=str(wrong)) if wrong else _state(reply, state.epoch)


def drop_states(worker: Answers, states: Sequence[ProofState]) -> None:
    """Let the worker forget states that are not needed any more."""
    numbers = [str(s.number) for s in states if s.epoch == worker.epoch]
    if numbers:
        worker.ask("drop", {"states": numbers}, wall_s=10.0)


def errors_in(worker: Answers, text: str, *, wall_s: float) -> tuple[Message, ...]:
    """What is wrong in a whole text, in its order; imports that are not there come first.

    Raises:
        BadInput: the text would run code.
        LeanFailed: a limit was reached.
    """
    check_source(text, place="text")
    fields = {"context": text, "command": "", "refused": DRIVER_POLICY, "heartbeats": HEARTBEATS}
    reply = worker.ask("inspect", fields, wall_s=wall_s)
    if reply.get("fault"):
        return (Message(line=1, column=0, text=str(reply["fault"])),)
    return tuple(
        Message(line=int(m["line"]), column=int(m["column"]), text=str(m["text"]).strip())
        for m in reply.get("context", ())
        if m["severity"] == "error"
    )


def type_of(worker: Answers, context: str, term: str, *, wall_s: float) -> str | Failed:
    """The type of a term behind a text, as Lean prints it.

    Raises:
        BadInput: the text has errors, or would run code.
        LeanFailed: a limit was reached.
    """
    check_source(context, place="context")
    fields = {"context": context, "term": term, "refused": DRIVER_POLICY}
    reply = worker.ask("type", fields, wall_s=wall_s)
    _usable(reply, but="error")
    return Failed(text=str(reply["error"])) if "error" in reply else str(reply["type"])


def find_declarations(worker: Answers, context: str, names: Sequence[str], *, wall_s: float) -> tuple[Declaration, ...]:
    """Kind and type of those names that there are behind a text.

    Raises:
        BadInput, LeanFailed: as for `type_of`.
    """
    check_source(context, place="context")
    fields = {"context": context, "names": list(names), "refused": DRIVER_POLICY}
    reply = worker.ask("named", fields, wall_s=wall_s)
    _usable(reply)
    return tuple(Declaration(name=d["name"], kind=d["kind"], type=d["type"]) for d in reply["declarations"])


def axioms_of(worker: Answers, context: str, name: str, *, wall_s: float) -> tuple[str, ...] | Failed:
    """The axioms that a declaration rests on, as far as the library's own proofs are visible.

    Raises:
        BadInput, LeanFailed: as for `type_of`.
    """
    check_source(context, place="context")
    reply = worker.ask("axioms", {"context": context, "name": name, "refused": DRIVER_POLICY}, wall_s=wall_s)
    _usable(reply, but="error")
    return Failed(text=str(reply["error"])) if "error" in reply else tuple(map(str, reply["axioms"]))


def imported_theorems(worker: Answers, context: str, *, wall_s: float) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every theorem that the imports of a text bring, with the constants of its statement.

    Raises:
        BadInput, LeanFailed: as for `type_of`.
    """
    check_source(context, place="context")
    module, start, modules = 0, 0, 1
    while module < modules:
        fields = {"context": context, "module": module, "from": start, "count": _AT_ONCE, "refused": DRIVER_POLICY}
        reply = worker.ask("premises", fields, wall_s=wall_s)
        _usable(reply)
        modules = int(reply["modules"])
        for name, *constants in reply["premises"]:
            yield name, tuple(constants)
        start += _AT_ONCE
        if start >= int(reply["size"]):
            module, start = module + 1, 0


def _state(reply: Mapping[str, Any], epoch: int) -> ProofState:
    said = tuple(str(m["text"]) for m in reply.get("messages", ()) if m["severity"] == "information")
    return ProofState(number=int(reply["state"]), epoch=epoch, goals=tuple(map(_goal, reply["goals"])), said=said)


def _goal(data: Mapping[str, Any]) -> Goal:
    found = tuple(Hypothesis(name=h["name"], type=h["type"], is_proof=h["prop"]) for h in data.get("hypotheses", ()))
    tag = "" if data["tag"] == "[anonymous]" else str(data["tag"])
    return Goal(tag=tag, hypotheses=found, target=data["target"])


def _usable(reply: Mapping[str, Any], *, but: str = "") -> None:
    wrong = reply.get("fault") or next((m["text"] for m in reply.get("context", ())), None)
    if wrong and not (but and but in reply):
        raise BadInput(str(wrong), place="context" if "context" in reply else "body")
