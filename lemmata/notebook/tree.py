"""The tree of a proof: what was to be shown, and how each part of it was, from a solution's own text and facts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lemmata.chat.parts import shown_answer
from lemmata.errors import BadInput
from lemmata.formats.lean import find_theorems, normalise
from lemmata.problem import Json, Problem
from lemmata.verdict import Proved, Solution

_NAMED = re.compile(r"^\(assert \(! (.*) :named (\S+?)\)\)$", re.MULTILINE)
_LONGEST = 400  # lines of a proof that are taken apart


@dataclass(slots=True)
class Branch:
    """A node.

    Args:
        text: a statement, a step or a fact.
        role: `claim`, `step`, `case` (a step that begins one) or `fact`.
        below: what it rests on, or what follows in its block.
    """

    text: str
    role: str = "step"
    below: list[Branch] = field(default_factory=list)


def proof_tree(solution: Solution) -> Branch | None:
    """The tree of a proof; None where nothing is proved, or nothing of it can be shown."""
    certificate = solution.certificate
    if certificate is None or not isinstance(solution.verdict, Proved):
        return None
    root = Branch(_claim(solution.problem), "claim")
    facts: Mapping[str, Json] = certificate["facts"]
    answer = shown_answer(solution)
    if str(certificate["candidate"]["form"]) in ("lean-proof", "lean-file") and isinstance(answer, str):
        root.below = lean_steps(answer)
    elif certificate["candidate"]["form"] == "lean-answer":
        root.below = lean_steps(str(certificate["candidate"]["content"]["body"]))
    else:
        root.below = _from_facts(facts)
    return root if root.below else None


def _claim(problem: Problem) -> str:
    """What stands at the root: of a script or program, which are shown by themselves, only what is said of it."""
    if problem.language == "smtlib":
        return "the assertions have no model"
    if problem.kind == "program":
        return "no violation"
    return statement_of(problem)


def statement_of(problem: Problem) -> str:
    """What is claimed, without the text that it stands on."""
    source = normalise(problem.source)
    if problem.language != "lean":
        return problem.source.strip()
    try:
        theorems = find_theorems(source)
    except BadInput:
        return source.strip()
    found = next((t for t in theorems if t.name == problem.target), None)
    if found is None:
        return source.strip()
    return f"theorem {source[found.statement[0] : found.statement[1]].strip()}"


def lean_steps(body: str) -> list[Branch]:
    """The steps of a proof body: what is indented, or begins a case with `·`, lies below the step before it."""
    lines = body.strip("\n").splitlines()
    if not lines or len(lines) > _LONGEST:
        return [Branch(body.strip())] if lines else []
    roots: list[Branch] = []
    open_: list[tuple[int, Branch]] = []  # indentation of the steps that may still get something below them
    for line in lines:
        text = line.strip()
        if not text or text == "by":
            continue
        indent = len(line) - len(line.lstrip())
        text = text.removeprefix("by ") if not roots else text
        begins = text.startswith(("·", "|", "case ", "next "))
        _add(roots, open_, indent, Branch(text, "case" if begins else "step"))
    return roots


def _add(roots: list[Branch], open_: list[tuple[int, Branch]], indent: int, branch: Branch) -> None:
    while open_ and open_[-1][0] >= indent:
        open_.pop()
    (open_[-1][1].below if open_ else roots).append(branch)
    open_.append((indent, branch))


def _from_facts(facts: Mapping[str, Json]) -> list[Branch]:
    """What the checker found, in words, and the assertions or obligations that it rests on."""
    match facts:
        case {"query": str(query), "core": list(core), **rest}:
            how = rest.get("backing") or "a solver"
            clash = Branch(f"these can't hold together ({how})", "fact")
            clash.below = [Branch(text, "fact") for text in _assertions(query, core)]
            return [clash]
        case {"obligations": list(obligations), **rest}:
            made = [Branch(f"invariant {text}", "fact") for text in _texts(rest.get("invariants"))]
            made += [Branch(f"line {o.get('line')}: {o.get('kind')}", "fact") for o in obligations]
            return [Branch("each of these was shown to hold or to be unreachable", "fact", made)] if made else []
    return []


def _texts(value: Json) -> Sequence[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def _assertions(query: str, core: Sequence[Json]) -> list[str]:
    """The named assertions of a query that are in the core."""
    wanted = set(map(str, core))
    return [found[1] for found in _NAMED.finditer(query) if found[2] in wanted]
