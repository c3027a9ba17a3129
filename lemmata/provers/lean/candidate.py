"""Whole files: someone else's solved file against the statements that it claims to prove.

The file is only a source of declarations. One process elaborates it, as far as the rules allow, and hands out all that
it declares as plain data. Another, which never meets files, gives every one of those declarations to the kernel,
elaborates the statements from their own text, and compares what was proved with what was asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lemmata.budget import Limits
from lemmata.errors import BadInput
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
    request = {"refused": DRIVER_POLICY, "strict": asked.strict, "heartbeats": HEARTBEATS}
    allowed = sorted(imports_of(asked.source) | {"Init"})
    fields = {**request, "source": source, "statement": asked.source, "rules": FILE_RULES, "imports": allowed}
    try:
        made = lean.elaborator.ask("file", fields, wall_s=limits.wall_s)
        left = max(_SHORTEST_S, limits.wall_s - made["spent_s"])
        faults = [*_wrong_imports(lean, made.get("imports", ()), allowed, left), *_of_elaboration(made, source)]
        data = made.get("data") if isinstance(made.get("data"), dict) else {}
        request |= {"context": asked.source, "names": list(asked.names), "data": data}
        found = lean.auditor.ask("judge", request, wall_s=left)
    except LeanFailed as exc:
        return Rejected((Fault(text=exc.text, place=_WHOLE, reason=exc.reason),))
    return _judged(lean, asked, source, made, found, faults)


def _judged(
    lean: Lean, asked: Asked, source: str, made: Mapping[str, Any], found: Mapping[str, Any], faults: list[Fault]
) -> Audit | Rejected:
    if found.get("context"):
        first = found["context"][0]
        if asked.prelude:
            text = f"needs Mathlib, which is not there: {first['text']}"
            return Rejected((Fault(text=text, place="statement", reason=Reason.UNSUPPORTED),))
        raise BadInput(f"the statement does not elaborate: {first['text']}", place=f"line {first['line']}")
    places = _Places(source, made.get("places", ()))
    if found.get("fault"):
        lean.elaborator.discard()  # what fools one check is not asked again
        faults.append(Fault(text=f"the audit refuses it: {found['fault']}", place=_WHOLE))
    faults += (Fault(text=str(each["text"]), place=places.of(str(each["name"]))) for each in found.get("refused", ()))
    unproved = tuple(_unproved(made.get("messages", ())))
    declared: set[str] = set()
    faults += _redefined(found, places)
    for theorem in found.get("theorems", ()):
        faults += _faults_of(theorem, places, unproved, others=bool(faults))
        declared.update(map(str, theorem["declared"]))
    if not faults and {str(t["name"]) for t in found.get("theorems", ())} != set(asked.names):
        faults.append(Fault(text="the audit says nothing of some theorem", place=_WHOLE))
    if faults:
        return Rejected(tuple(sorted(dict.fromkeys(faults), key=_line_and_column)))
    return Audit(declared=tuple(sorted(declared)))


class _Places:
    """Where a file declares what, as our scanner has it, and Lean where no name is written."""

    def __init__(self, source: str, told: Iterable[Mapping[str, Any]]) -> None:
        try:
            names = find_names(source)
        except BadInput:  # an endless comment, which Lean has named already
            names = ()
        self._places = {_public(str(each["name"])): _place(each) for each in told}
        self._places |= {name: place_of(source, offset) for name, offset in reversed(names)}

    def of(self, name: str) -> str:
        """The place of a declaration; that of its owner for an auxiliary one."""
        name = _public(name)
        while name not in self._places and "." in name:
            name = name.rpartition(".")[0]
        return self._places.get(name, _WHOLE)


def _public(name: str) -> str:
    return name.removeprefix("_private.Main.0.")


def _redefined(found: Mapping[str, Any], places: _Places) -> Iterator[Fault]:
    """Names of the statements' own text that the file gives another meaning; of what belongs together, the first."""
    theorems = [(str(t["name"]), [str(n) for n in t["changed"]]) for t in found.get("theorems", ())]
    names = {changed: name for name, all_ in theorems for changed in all_}
    for changed in sorted({*names, *map(str, found.get("redefined", ()))}):
        owners = {changed[:i] for i, char in enumerate(changed) if char == "."}
        if owners.isdisjoint(names) and owners.isdisjoint(map(str, found.get("redefined", ()))):
            used = f", which the statement of {names[changed]} rests on" if changed in names else ""
            what = "changes or leaves out" if changed in names else "changes"
            text = f"it {what} {changed} of the statement's file{used}"
            yield Fault(text=text, place=places.of(changed))


def _faults_of(
    theorem: Mapping[str, Any], places: _Places, unproved: Sequence[str], *, others: bool
) -> Iterator[Fault]:
    """What keeps one theorem from being proved; an error that was named already leaves it unproved, which says less."""
    name = str(theorem["name"])
    here = places.of(name)
    if not theorem["met"]:
        why = "its proof of {} is refused" if theorem["refused"] else "it does not prove {}"
        yield Fault(text=why.format(name), place=here)
        return
    if theorem["differs"]:
        yield Fault(text=f"what it proves as {name} is not the statement asked for", place=here)
    odd = sorted({str(axiom) for axiom in theorem["axioms"]} - STANDARD_AXIOMS - {str(d) for d in theorem["declared"]})
    if "sorryAx" in odd and (unproved or not others):
        text = f"{name} rests on something unproved: a `sorry` in it or in what it uses"
        yield from (Fault(text=text, place=place) for place in unproved or (here,))
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


def _wrong_imports(
    lean: Lean, found: Iterable[Mapping[str, Any]], allowed: Sequence[str], wall_s: float
) -> Iterator[Fault]:
    found = tuple(found)
    if not found:
        return
    files = lean.auditor.ask("modules", {}, wall_s=wall_s)["modules"]
    there = sorted({str(f).removesuffix(".olean") for f in files if str(f).count(".") == 1})
    for each in found:
        name = str(each.get("module", ""))
        if not name:
            text = str(each["text"])
        elif name.partition(".")[0] in there:
            text = f"it imports {name}, which the statement's file does not (that imports {', '.join(allowed)})"
        else:
            text = f"it imports {name}, which is not there; there are {', '.join(there)}"
        yield Fault(text=text, place=_place(each))


def _of_elaboration(made: Mapping[str, Any], source: str) -> Iterator[Fault]:
    """What the rules and Lean itself have against a file."""
    yield from _at_places(made.get("refused", ()))
    yield from _at_places(m for m in made.get("messages", ()) if m["severity"] == "error")
    places = _Places(source, made.get("places", ()))
    yield from (Fault(text=str(each["text"]), place=places.of(str(each["name"]))) for each in made.get("left", ()))
    if made.get("fault"):
        yield Fault(text=str(made["fault"]), place=_WHOLE)
    elif not isinstance(made.get("data"), dict):
        yield Fault(text="it does not elaborate", place=_WHOLE)


def _unproved(messages: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Where Lean warns of a `sorry`; only a place to look at, the axioms decide."""
    return (_place(m) for m in messages if m["severity"] == "warning" and "sorry" in str(m["text"]))


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
