"""Whole files: someone else's solved file against the statements that it claims to prove.

The file is only a source of declarations. One process elaborates it, as far as the rules allow, and hands out all that
it declares as plain data. Another, which never meets files, gives every one of those declarations to the kernel,
elaborates the statements from their own text, and compares what was proved with what was asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from lemmata.budget import Limits
from lemmata.errors import BadInput, ProtocolError
from lemmata.formats.lean import find_names, normalise, place_of
from lemmata.provers.lean.audit import HEARTBEATS, STANDARD_AXIOMS, Audit
from lemmata.provers.lean.pin import Pinned, imports_of, without_mathlib
from lemmata.provers.lean.policy import DRIVER_POLICY, FILE_RULES
from lemmata.provers.lean.worker import Lean, LeanFailed
from lemmata.verdict import Fault, Reason, Rejected

LONGEST_FILE = 500_000
_WHOLE = "file"  # the place of a fault that has none of its own
_SHORTEST_S = 0.5  # the judging process gets at least


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Theorems that a file has to prove.

    Args:
        source: the text that holds them, their proofs open, as Lean takes it.
        names: their full names.
        prelude: what was put in place of libraries that are not there; empty: nothing was changed.
        strict: no undeclared name becomes a variable by itself.
    """

    source: str
    names: tuple[str, ...]
    prelude: tuple[str, ...] = ()
    strict: bool = False


def asked_by(pinned: Pinned) -> Asked:
    """The pinned statement, behind its own text."""
    source = f"{pinned.context}{pinned.command} sorry\n"
    return Asked(source=source, names=(pinned.name,), prelude=pinned.prelude, strict=pinned.strict)


def establish_file(lean: Lean, asked: Asked, text: object, limits: Limits) -> Audit | Rejected:
    """Elaborate a file that should prove some theorems, and audit all that it declares.

    Returns:
        every fault, each at its line and column where it has one; an audit: there is none.

    Raises:
        BadInput: the statements do not elaborate.
        BackendMissing: Lean does not start.
    """
    try:
        source = _readable(text)
        if not lean.toolchain.mathlib:
            source = without_mathlib(source)[0]
    except BadInput as exc:
        return Rejected((Fault(text=exc.text, place=_place_in(exc.place)),))
    lean.auditor.start()  # so that it is ready when the other has finished
    allowed = sorted(imports_of(asked.source) | {"Init"})
    fields = {"source": source, "statement": asked.source, "rules": FILE_RULES, "imports": allowed}
    try:
        made = lean.elaborator.ask("file", {**_limits_of(asked), **fields}, wall_s=limits.wall_s)
        left = max(_SHORTEST_S, limits.wall_s - made["spent_s"])
        there = _modules(lean, left) if made.get("imports") else ()
    except LeanFailed as exc:
        return Rejected((Fault(text=exc.text, place=_WHOLE, reason=exc.reason),))
    try:
        read = _read(made, source, allowed, there)
    except (KeyError, TypeError, ValueError, AttributeError):
        lean.elaborator.discard()
        return Rejected((Fault(text="Lean's process answered something that was not asked", place=_WHOLE),))
    return judge_declarations(lean, asked, read, wall_s=left)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What the process that elaborated a file says of it; for a verdict, only its faults are believed.

    Args:
        data: the declarations.
        faults: what the rules and Lean have against the file.
        places: name -> where it is declared.
        unproved: where Lean warns of a `sorry`; only places to look at, the axioms decide.
    """

    data: Mapping[str, Any]
    faults: tuple[Fault, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict)
    unproved: tuple[str, ...] = ()

    def place_of(self, name: str) -> str:
        """The place of a declaration; that of its owner for an auxiliary one."""
        name = _public(name)
        while name not in self.places and "." in name:
            name = name.rpartition(".")[0]
        return self.places.get(name, _WHOLE)


def judge_declarations(lean: Lean, asked: Asked, read: Read, *, wall_s: float) -> Audit | Rejected:
    """Give a file's declarations to the kernel, and compare what came of that with the statements.

    Raises:
        BadInput: the statements do not elaborate.
        BackendMissing: Lean does not start.
    """
    fields = {"context": asked.source, "names": list(asked.names), "data": read.data}
    faults = list(read.faults)
    try:
        found = lean.auditor.ask("judge", {**_limits_of(asked), **fields}, wall_s=wall_s)
    except LeanFailed as exc:
        return _rejected([*faults, Fault(text=exc.text, place=_WHOLE, reason=exc.reason)])
    if found.get("context"):
        return _blame_statement(asked, found["context"][0])
    if found.get("fault"):
        lean.elaborator.discard()  # what fools one check is not asked again
        return _rejected([*faults, Fault(text=f"the audit refuses it: {found['fault']}", place=_WHOLE)])
    faults += (Fault(text=str(each["text"]), place=read.place_of(str(each["name"]))) for each in found["refused"])
    faults += _redefined(found, read)
    for theorem in found["theorems"]:
        faults += _faults_of(theorem, read, others=bool(faults))
    if faults:
        return _rejected(faults)
    if [str(theorem["name"]) for theorem in found["theorems"]] != list(asked.names):
        raise ProtocolError("the audit of a file does not speak of the theorems that were asked")
    return Audit(declared=tuple(sorted({str(name) for t in found["theorems"] for name in t["declared"]})))


def _limits_of(asked: Asked) -> dict[str, Any]:
    return {"refused": DRIVER_POLICY, "strict": asked.strict, "heartbeats": HEARTBEATS}


def _rejected(faults: Iterable[Fault]) -> Rejected:
    return Rejected(tuple(sorted(dict.fromkeys(faults), key=_line_and_column)))


def _blame_statement(asked: Asked, error: Mapping[str, Any]) -> Rejected:
    if asked.prelude:
        text = f"needs Mathlib, which is not there: {error['text']}"
        return Rejected((Fault(text=text, place="statement", reason=Reason.UNSUPPORTED),))
    raise BadInput(f"the statement does not elaborate: {error['text']}", place=f"line {error['line']}")


def _read(made: Mapping[str, Any], source: str, allowed: Sequence[str], there: Sequence[str]) -> Read:
    places = {_public(str(each["name"])): _place(each) for each in made.get("places", ())}
    with suppress(BadInput):  # an endless comment, which Lean has named already
        places |= {name: place_of(source, offset) for name, offset in reversed(find_names(source))}
    messages = made.get("messages", ())
    unproved = tuple(_place(m) for m in messages if m["severity"] == "warning" and "sorry" in str(m["text"]))
    data = made.get("data")
    read = Read(data=data if isinstance(data, dict) else {}, places=places, unproved=unproved)
    faults = [*_wrong_imports(made.get("imports", ()), allowed, there), *_at_places(made.get("refused", ()))]
    faults += _at_places(m for m in messages if m["severity"] == "error")
    faults += (Fault(text=str(each["text"]), place=read.place_of(str(each["name"]))) for each in made.get("left", ()))
    if made.get("fault") or not isinstance(data, dict):
        faults.append(Fault(text=str(made.get("fault") or "it does not elaborate"), place=_WHOLE))
    return replace(read, faults=tuple(faults))


def _public(name: str) -> str:
    return name.removeprefix("_private.Main.0.")


def _redefined(found: Mapping[str, Any], read: Read) -> Iterator[Fault]:
    """Names of the statements' own text that the file gives another meaning; of what belongs together, the first."""
    theorems = [(str(t["name"]), [str(n) for n in t["changed"]]) for t in found.get("theorems", ())]
    names = {changed: name for name, all_ in theorems for changed in all_}
    for changed in sorted({*names, *map(str, found.get("redefined", ()))}):
        owners = {changed[:i] for i, char in enumerate(changed) if char == "."}
        if owners.isdisjoint(names) and owners.isdisjoint(map(str, found.get("redefined", ()))):
            used = f", which the statement of {names[changed]} rests on" if changed in names else ""
            what = "changes or leaves out" if changed in names else "changes"
            text = f"it {what} {changed} of the statement's file{used}"
            yield Fault(text=text, place=read.place_of(changed))


def _faults_of(theorem: Mapping[str, Any], read: Read, *, others: bool) -> Iterator[Fault]:
    """What keeps one theorem from being proved; an error that was named already leaves it unproved, which says less."""
    name = str(theorem["name"])
    here = read.place_of(name)
    if not theorem["met"]:
        why = "its proof of {} is refused" if theorem["refused"] else "it does not prove {}"
        yield Fault(text=why.format(name), place=here)
        return
    if theorem["differs"]:
        yield Fault(text=f"what it proves as {name} is not the statement asked for", place=here)
    odd = sorted({str(axiom) for axiom in theorem["axioms"]} - STANDARD_AXIOMS - {str(d) for d in theorem["declared"]})
    if "sorryAx" in odd and (read.unproved or not others):
        text = f"{name} rests on something unproved: a `sorry` in it or in what it uses"
        yield from (Fault(text=text, place=place) for place in read.unproved or (here,))
    more = [axiom for axiom in odd if axiom != "sorryAx"]
    if more:
        yield Fault(text=f"{name} uses the axioms {', '.join(more)}, beyond the standard three", place=here)


def _readable(text: object) -> str:
    """The text with Lean's line ends.

    Raises:
        BadInput: it is none, too long, or holds what no file can hold.
    """
    if not isinstance(text, str) or not text.strip():
        raise BadInput("expected the text of a Lean file, got none")
    if len(text) > LONGEST_FILE:
        raise BadInput(
            f"expected at most {LONGEST_FILE} characters, got {len(text)}: leave out what the proof is without"
        )
    source = normalise(text)
    for i, char in enumerate(source):
        if (char < " " and char not in "\n\t") or "\ud800" <= char <= "\udfff":
            raise BadInput(f"expected text, found the character {ord(char):#06x}", place=place_of(source, i))
    return source


def _modules(lean: Lean, wall_s: float) -> Sequence[str]:
    """The roots of all that can be imported.

    Raises:
        LeanFailed: a limit was reached.
    """
    files = lean.auditor.ask("modules", {}, wall_s=wall_s)["modules"]
    return sorted({str(f).removesuffix(".olean") for f in files if str(f).count(".") == 1})


def _wrong_imports(found: Iterable[Mapping[str, Any]], allowed: Sequence[str], there: Sequence[str]) -> Iterator[Fault]:
    for each in found:
        name = str(each.get("module", ""))
        if not name:
            text = str(each["text"])
        elif name.partition(".")[0] in there:
            text = f"it imports {name}, which the statement's file does not (that imports {', '.join(allowed)})"
        else:
            text = f"it imports {name}, which is not there; there are {', '.join(there)}"
        yield Fault(text=text, place=_place(each))


def _at_places(messages: Iterable[Mapping[str, Any]]) -> Iterator[Fault]:
    return (Fault(text=str(m["text"]).strip(), place=_place(m)) for m in messages)


def _place(message: Mapping[str, Any]) -> str:
    return f"{int(message['line'])}:{int(message['column']) + 1}"


def _place_in(place: str) -> str:
    """A place that a scanner named, `line 3`, as ours."""
    line = place.removeprefix("line ")
    return f"{line}:1" if line.isdecimal() else place or _WHOLE


def _line_and_column(fault: Fault) -> tuple[int, int]:
    line, colon, column = fault.place.partition(":")
    return (int(line), int(column)) if colon and line.isdecimal() and column.isdecimal() else (1 << 60, 0)
