"""What a certificate holds, laid out to be read: blocks that the page draws.

    source  a text with numbered lines, and notes beside some of them
    values  a counterexample: names with their values, and what replaying them showed
    tree    a proof, or anything nested: nodes [text, children, mark], where the mark is "", "good" or "bad"
    diff    a patch
    text    anything else

What is in a certificate came from candidates: nothing about its form is taken for granted beyond what decoding checks.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from lemmata.certificate import Certificate
from lemmata.problem import Json
from lemmata.verdict import Refuted

Block: TypeAlias = dict[str, Json]
Node: TypeAlias = list[Json]
Notes: TypeAlias = dict[int, list[tuple[str, str]]]

_LINE = re.compile(r"\bline (\d+)")
_CAME_IN = re.compile(r"\bcame in at line (\d+)")
_HELD = {
    "assertion": "the assertion holds",
    "invariant at first": "the invariant holds at first",
    "invariant kept": "the invariant is kept",
}
_FAULTS = {"lets in": "lets a solution in", "loses": "loses a solution"}


def show_evidence(certificate: Certificate) -> list[Block]:
    """The blocks of a certificate, what explains most first."""
    return [
        *_counterexample(certificate),
        {"is": "source", "title": "What was asked", "text": certificate.problem.source, "notes": _beside(certificate)},
        *_patch(certificate),
        *_proof(certificate),
        {
            "is": "tree",
            "title": "Facts that a re-check finds again",
            "folded": True,
            "nodes": nested(certificate.facts),
        },
        {"is": "tree", "title": "Candidate", "folded": True, "nodes": nested(certificate.candidate.content)},
        {"is": "tree", "title": "Tools", "folded": True, "nodes": nested(certificate.tools)},
    ]


def nested(value: Json) -> list[Node]:
    """Plain JSON as nodes of a tree."""
    if isinstance(value, Mapping):
        items = [(str(k), v) for k, v in value.items()]
    elif isinstance(value, Sequence) and not isinstance(value, str):
        items = [(str(i), v) for i, v in enumerate(value, 1)]
    else:
        return [[brief(value), [], ""]]
    flat = (str, int, float, bool, type(None))
    return [[f"{k}: {brief(v)}", [], ""] if isinstance(v, flat) else [k, nested(v), ""] for k, v in items]


def brief(value: Json) -> str:
    """A value as a person would write it: machine words and quoted numbers without their wrapping."""
    match value:
        case str():
            return value
        case {"bv": int(width), "value": int(number), **rest} if not rest:
            return f"{number} ({width} bits)"
        case {"head": list(head), "tail": list(tail), **rest} if not rest:
            return ", ".join(
                [*map(brief, head), *map(brief, tail), *map(brief, tail), "…"] if tail else map(brief, head)
            )
        case _:
            return json.dumps(value, ensure_ascii=False)


def _counterexample(certificate: Certificate) -> Iterator[Block]:
    if isinstance(certificate.verdict, Refuted):
        found = certificate.verdict.counterexample
        rows = [[name, brief(value)] for name, value in _named(found.values)]
        yield {"is": "values", "title": "Counterexample", "rows": rows, "text": found.replay}


def _named(values: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    for name, value in values.items():
        if name == "arguments" and isinstance(value, Mapping):
            yield from ((str(k), v) for k, v in value.items())
        else:
            yield name, value


def _beside(certificate: Certificate) -> list[Json]:
    """Notes beside the lines of the problem: where values come in, where it fails, what was shown at which line."""
    notes: Notes = defaultdict(list)
    lines = certificate.problem.source.split("\n")
    if isinstance(certificate.verdict, Refuted):
        found = certificate.verdict.counterexample
        for line, text in _entries(certificate, lines, found.values):
            notes[line].append(("value", text))
        where, what = _failure(certificate, found.replay)
        if where:
            notes[where].append(("bad", what))
        if (came_in := _CAME_IN.search(found.replay)) is not None:
            notes[int(came_in[1])].append(("bad", "it came in here"))
    else:
        _shown(certificate.facts, notes)
    return _in_order(notes, len(lines))


def _failure(certificate: Certificate, replay: str) -> tuple[int, str]:
    match certificate.facts:
        case {"violation": {"kind": str(kind), "line": int(line)}}:
            return line, kind
        case {"exception": str(kind), "line": int(line)}:
            return line, kind
        case {"fault": str(kind), "line": int(line)}:
            return line, _FAULTS.get(kind, kind)
    found = _LINE.search(replay)
    return (int(found[1]), "fails here") if found else (0, "")


def _entries(certificate: Certificate, lines: Sequence[str], values: Mapping[str, Json]) -> Iterator[tuple[int, str]]:
    """Where each value of a counterexample comes in: a function's head, a declaration, a first mention."""
    problem = certificate.problem
    head = values.get("function") or problem.target or "main"
    if problem.kind == "program" or problem.language == "lean":
        word = re.compile(rf"(?:\b(?:def|theorem|lemma|int|void)\s+){re.escape(str(head))}\b")
        at = next((n for n, line in enumerate(lines, 1) if word.search(line)), 1)
        told = ", ".join(f"{name} = {brief(value)}" for name, value in _named(values) if name != "function")
        yield at, told
        return
    opening = r"\((?:declare-(?:const|fun|var))\s+\|?" if problem.language in ("smtlib", "sygus") else r"(?<![\w.'])"
    for name, value in values.items():
        word = re.compile(rf"{opening}{re.escape(name)}(?![\w'])")
        comments = ("--", ";", "#")
        at = next((n for n, s in enumerate(lines, 1) if word.search(s) and not s.lstrip().startswith(comments)), 0)
        if at:
            yield at, f"{name} = {brief(value)}"


def _shown(facts: Json, notes: Notes) -> None:
    """What was shown at which line: invariants of loops, and what can't happen there."""
    if not isinstance(facts, Mapping):
        return
    match facts:
        case {"loops": list(loops), "invariants": list(invariants)}:
            for line, invariant in zip(loops, invariants, strict=False):
                if isinstance(line, int):
                    notes[line].append(("good", f"invariant {brief(invariant)}"))
    by_line: dict[int, list[str]] = defaultdict(list)
    for line, kind in _obligations(facts):
        if not kind.startswith("invariant"):
            by_line[line].append(_held(kind))
    for line, held in by_line.items():
        notes[line].append(("good", ", ".join(dict.fromkeys(held))))


def _held(kind: str) -> str:
    """An obligation that was met, in words."""
    return _HELD.get(kind, f"no {kind}")


def _obligations(facts: Mapping[str, Json]) -> Iterator[tuple[int, str]]:
    listed = facts.get("obligations")
    for one in listed if isinstance(listed, list) else []:
        match one:
            case {"kind": str(kind), "line": int(line)}:
                yield line, kind


def _in_order(notes: Notes, last: int) -> list[Json]:
    return [[line, kind, text] for line in sorted(notes) if 1 <= line <= last for kind, text in notes[line]]


def _patch(certificate: Certificate) -> Iterator[Block]:
    match certificate.answer:
        case {"diff": str(diff), **rest}:
            yield {"is": "diff", "title": "Patch", "text": diff}
            if isinstance(patched := rest.get("patched"), str):
                notes: Notes = defaultdict(list)
                _shown(certificate.facts.get("evidence"), notes)
                holds = f"Patched program: {brief(rest.get('holds', ''))}"
                lines = _in_order(notes, patched.count("\n") + 1)
                yield {"is": "source", "title": holds, "folded": True, "text": patched, "notes": lines}


def _proof(certificate: Certificate) -> Iterator[Block]:
    """The proof as a tree, where the certificate has one."""
    content, facts = certificate.candidate.content, certificate.facts
    nodes: list[Node] = []
    if isinstance(content.get("body"), str):
        nodes = [[brief(facts.get("statement", "goal")), by_indentation(content["body"]), "good"]]
    elif certificate.problem.language == "steps" and not isinstance(certificate.verdict, Refuted):
        nodes = _steps(certificate.problem.source)
    elif isinstance(facts.get("invariants"), list):
        under = [[f"line {n}: {_held(kind)}", [], "good"] for n, kind in _obligations(facts)]
        nodes = [[f"invariant {brief(i)}", [], "good"] for i in facts["invariants"]] + [["obligations", under, "good"]]
    elif isinstance(facts.get("difference"), str):
        nodes = _squares(content, facts)
    elif listed := list(_obligations(facts)):
        nodes = [[f"line {n}: {_held(kind)}", [], "good"] for n, kind in listed]
    elif not isinstance(certificate.verdict, Refuted):
        asked = facts.get("queries", [facts["query"]] if "query" in facts else [])
        queries = asked if isinstance(asked, list) else []
        nodes = [[f"query {i}: has no model", [[brief(q), [], ""]], "good"] for i, q in enumerate(queries, 1)]
    if nodes:
        yield {"is": "tree", "title": "Proof", "nodes": nodes}


def by_indentation(text: str) -> list[Node]:
    """A proof's lines as a tree: what is indented further belongs to the line before."""
    root: list[Node] = []
    open_: list[tuple[int, list[Node]]] = [(-1, root)]
    for line in text.split("\n"):
        if not line.strip():
            continue
        depth = len(line) - len(line.lstrip())
        while depth <= open_[-1][0]:
            open_.pop()
        node: Node = [line.strip(), [], ""]
        open_[-1][1].append(node)
        open_.append((depth, node[1]))
    return root


def _steps(source: str) -> list[Node]:
    """A solution in steps that holds; what belongs to a case is under it."""
    root: list[Node] = []
    under = root
    for line in map(str.strip, source.split("\n")):
        if not line or line.startswith("--"):
            continue
        node: Node = [line, [], "good"]
        if re.match(r"(case|answer)\b", line):
            root.append(node)
            under = node[1] if line.startswith("case") else root
        else:
            under.append(node)
    return root


def _squares(content: Mapping[str, Json], facts: Mapping[str, Json]) -> list[Node]:
    """A proof by sums of squares: the difference, and each form with what it is multiplied by."""
    listed = facts.get("known")
    known = listed if isinstance(listed, list) else []
    proof = content.get("proof")
    terms = proof.get("sum") if isinstance(proof, Mapping) else None
    under: list[Node] = []
    for term in terms if isinstance(terms, list) else []:
        match term:
            case {"basis": list(basis), "known": list(used)}:
                given = [brief(known[i]) for i in used if isinstance(i, int) and 0 <= i < len(known)]
                words = f"times what is given: {', '.join(given)}" if given else "alone"
                under.append([f"a sum of squares, {words}", [[f"of {', '.join(map(brief, basis))}", [], ""]], "good"])
    return [[f"{facts['difference']} is not below 0", under, "good"]]
