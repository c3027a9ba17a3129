"""Findings about programs as SARIF 2.1.0, which code hosts and editors show beside the source.

One result for each program: a violation (`fail`) with the values that lead to it and the steps on the way, a proof
(`pass`), or something that is still open. The certificate's digest goes along, so that a finding can be re-checked.

Source: OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, assert_never
from urllib.parse import quote

from lemmata.agents.run import Failed, Result
from lemmata.errors import NothingToCheck
from lemmata.problem import Json
from lemmata.verdict import Proved, Refuted, SafeUpTo, Solution, Tested, Unknown, in_words
from lemmata.version import __version__

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_RULES: Mapping[str, str] = {
    "violation": "An execution violates an assertion or does what the language leaves undefined",
    "verified": "Nothing that was asked of the program can be violated, or not within the stated bound",
    "undecided": "Neither a violation nor a proof was found",
}


def encode_sarif(found: Iterable[tuple[Path, Result]]) -> dict[str, Json]:
    """The SARIF log of what was found about some programs.

    Args:
        found: the file of each problem, and what came of it.
    """
    listed = [(_Source(path, tuple(result.problem.source.splitlines())), result) for path, result in found]
    driver = {
        "name": "lemmata",
        "semanticVersion": __version__,
        "rules": [{"id": name, "shortDescription": {"text": text}} for name, text in _RULES.items()],
    }
    failures: list[Json] = [
        {"level": _level(r), "message": {"text": str(r.error)}, "locations": [source.at(1)]}
        for source, r in listed
        if isinstance(r, Failed)
    ]
    succeeded = all(f["level"] == "note" for f in failures)
    run: dict[str, Json] = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(source, r) for source, r in listed if isinstance(r, Solution)],
        "invocations": [{"executionSuccessful": succeeded, "toolExecutionNotifications": failures}],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _level(failed: Failed) -> str:
    return "note" if isinstance(failed.error, NothingToCheck) else "error"


@dataclass(frozen=True, slots=True)
class _Source:
    """A file whose lines are pointed at."""

    path: Path
    lines: tuple[str, ...]

    def at(self, line: int, text: str = "") -> dict[str, Json]:
        """The location of a line, with a message if there is one."""
        region: dict[str, Json] = {"startLine": max(1, line)}
        if 0 < line <= len(self.lines):
            region["snippet"] = {"text": self.lines[line - 1]}
        uri = self.path.as_uri() if self.path.is_absolute() else quote(self.path.as_posix())
        place = {"artifactLocation": {"uri": uri}, "region": region}
        return {"physicalLocation": place, **({"message": {"text": text}} if text else {})}


def _result(source: _Source, solution: Solution) -> dict[str, Json]:
    facts: Mapping[str, Any] = (solution.certificate or {}).get("facts") or {}
    said, line, flows = in_words(solution.verdict), 1, []
    match solution.verdict:
        case Refuted(counterexample):
            line, what = _violation(facts)
            values = json.dumps(dict(counterexample.values), ensure_ascii=False)
            rule, kind, text = "violation", "fail", f"{what}: {counterexample.replay} The values: {values}"
            flows = [{"threadFlows": [{"locations": _steps(source, facts, line, what)}]}]
        case Proved():
            rule, kind, text = "verified", "pass", f"{said}; checked: {_conditions(facts)}"
        case SafeUpTo():
            rule, kind, text = "verified", "open", f"{said}; checked: {_conditions(facts)}"
        case Tested():
            rule, kind, text = "undecided", "open", f"{said} without a violation; others are open"
        case Unknown(reason, detail):
            rule, kind, text = "undecided", "open", f"unknown ({reason.value}) {detail}".strip()
        case _:
            assert_never(solution.verdict)
    properties = {"verdict": said, "seconds": round(solution.cost.wall_s, 3)}
    if solution.certificate is not None:
        properties["certificate"] = solution.certificate["digest"]
    return {
        "ruleId": rule,
        "ruleIndex": list(_RULES).index(rule),
        "kind": kind,
        "level": "error" if kind == "fail" else "none",
        "message": {"text": f"{solution.problem.name}: {text}"},
        "locations": [source.at(line)],
        "properties": properties,
        **({"codeFlows": flows} if flows else {}),
    }


def _violation(facts: Mapping[str, Any]) -> tuple[int, str]:
    """The line of a violation and what it is, from the facts of a C or a Python trace."""
    seen = facts.get("violation")
    if isinstance(seen, Mapping):
        return int(seen["line"]), str(seen["kind"])
    return int(facts.get("line") or 1), str(facts.get("exception") or "violation")


def _steps(source: _Source, facts: Mapping[str, Any], line: int, what: str) -> list[dict[str, Json]]:
    """The steps on the way to a violation, each with the values that it set; the violation comes last."""
    steps: Sequence[Mapping[str, Any]] = facts.get("steps") or ()
    made: list[dict[str, Json]] = []
    for number, step in enumerate(steps, start=1):
        values = {str(name): json.dumps(value, ensure_ascii=False) for name, value in step["values"].items()}
        text = ", ".join(f"{name} = {value}" for name, value in values.items())
        state = {"state": {name: {"text": value} for name, value in values.items()}} if values else {}
        made.append({"location": source.at(int(step["line"]), text), "executionOrder": number, **state})
    return [*made, {"location": source.at(line, what), "executionOrder": len(made) + 1}]


def _conditions(facts: Mapping[str, Any]) -> str:
    obligations = facts.get("obligations") or ()
    kinds = dict.fromkeys(str(each["kind"]) for each in obligations if isinstance(each, Mapping))
    return ", ".join(kinds) or "every assertion"
