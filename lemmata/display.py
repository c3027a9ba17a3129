"""What the command line shows: one line or JSON object per problem, a live line on a terminal, a table at the end."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, assert_never

from lemmata.agents.run import Failed, Result, Run
from lemmata.certificate import own_axioms
from lemmata.errors import NothingToCheck
from lemmata.problem import Json
from lemmata.verdict import (
    Proved,
    Reason,
    Refuted,
    SafeUpTo,
    Solution,
    Tested,
    Unknown,
    Verdict,
    encode_verdict,
    in_words,
    name_of,
)

if TYPE_CHECKING:
    from rich.status import Status


def describe(verdict: Verdict) -> str:
    """The verdict in a few words."""
    match verdict:
        case Refuted(counterexample):
            values = ", ".join(f"{k} = {_brief(v)}" for k, v in list(counterexample.values.items())[:4])
            return f"refuted: {values}" if values else "refuted"
        case Unknown(reason, detail):
            return f"unknown ({reason.value}{': ' + _one_line(detail) if detail else ''})"
        case Proved() | SafeUpTo() | Tested():
            return in_words(verdict)
        case _:
            assert_never(verdict)


def rests_on(axioms: Sequence[str]) -> str:
    """What belongs beside a verdict that rests on axioms of the problem's own text; empty where there are none."""
    return f"rests on the text's own axiom{'s' if len(axioms) > 1 else ''} {', '.join(axioms)}" if axioms else ""


def describe_answer(answer: Json) -> str:
    """The answer in one short line; the certificate has all of it."""
    if answer is None:
        return ""
    if isinstance(answer, Mapping):
        for key in ("text", "holds", "definition", "source"):
            if isinstance(answer.get(key), str):
                return f"repaired, {answer[key]}" if key == "holds" else _brief(answer[key])
    return _brief(answer)


def as_json(run: Run, index: int, result: Result) -> dict[str, Json]:
    """One problem for machines; `verdict` is null and `error` set where it could not be worked on."""
    problem = result.problem
    common: dict[str, Json] = {"problem": problem.name, "kind": problem.kind, "run": run.name}
    if isinstance(result, Failed):
        return {
            **common,
            "verdict": _failure(result).replace(" ", "_"),
            "reason": str(result.error),
            "certificate": None,
            "seconds": 0.0,
            "answer": None,
        }
    verdict = encode_verdict(result.verdict)
    path = run.certificate_path(index) if result.certificate is not None else None
    return {
        **common,
        "verdict": name_of(result.verdict),
        "reason": verdict.get("reason") or result.stopped or None,
        "certificate": str(path) if path else None,
        "seconds": round(result.cost.wall_s, 3),
        "answer": result.answer,
        "axioms": list(own_axioms(result.certificate)),
        **{k: v for k, v in verdict.items() if k not in ("is", "reason")},
        "cost": {
            "checks": result.cost.checks,
            "model_calls": result.cost.model_calls,
            "tokens": result.cost.tokens,
            "dollars": result.cost.dollars,
        },
    }


class Progress:
    """Shows a run as it goes: a live line on a terminal, plain lines when piped, JSON when asked for.

    Args:
        run: what is being solved.
        as_lines_of_json: print one JSON object per problem and nothing else.
        out: where to.
    """

    def __init__(self, run: Run, *, as_lines_of_json: bool, out: TextIO | None = None) -> None:
        self.run = run
        self.results: dict[int, Result] = {}
        self._json = as_lines_of_json
        self._out = out or sys.stdout
        self._live: Status | None = None

    def __enter__(self) -> Progress:
        if not self._json and self._out.isatty():
            from rich.console import Console

            self._live = Console(file=self._out).status("begins")
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()

    def on_event(self, event: Mapping[str, Any]) -> None:
        if self._live is None or "problem" not in event:
            return
        name = self.run.problems[int(event["problem"])].name
        doing = {
            "routed": "begins",
            "offered": f"{event.get('proposer')} has offered",
            "checked": f"{event.get('form')} {event.get('result')}",
            "decomposed": "is taken apart",
        }.get(event["event"], event["event"])
        self._live.update(f"{len(self.results)} of {len(self.run.problems)} done; {name}: {doing}")

    def on_result(self, index: int, result: Result) -> None:
        self.results[index] = result
        if self._json:
            self._print(json.dumps(as_json(self.run, index, result), ensure_ascii=False))
            return
        if isinstance(result, Failed):
            self._print(f"{result.problem.name}: {_failure(result)}")
            return
        path = _path(self.run.certificate_path(index) if result.certificate is not None else None)
        rests = rests_on(own_axioms(result.certificate))
        parts = [describe(result.verdict), rests, describe_answer(result.answer), f"{result.cost.wall_s:.1f} s", path]
        self._print(f"{result.problem.name}: {'; '.join(p for p in parts if p)}")

    def _print(self, line: str) -> None:
        if self._live is not None:
            self._live.console.print(line, markup=False, highlight=False, soft_wrap=True)
        else:
            print(line, file=self._out, flush=True)


def print_table(run: Run, results: Mapping[int, Result]) -> None:
    """A table of problem, verdict, time and certificate; answers stand in the lines before it."""
    rows: list[Sequence[str]] = []
    for index, result in sorted(results.items()):
        if isinstance(result, Failed):
            rows.append((result.problem.name, _failure(result), "", ""))
            continue
        verdict = result.verdict
        words = f"unknown: {verdict.reason.value}" if isinstance(verdict, Unknown) else in_words(verdict)
        path = run.certificate_path(index) if result.certificate is not None else None
        rows.append((result.problem.name, words, f"{result.cost.wall_s:.1f}", _path(path)))
    show_table(("problem", "verdict", "seconds", "certificate"), rows)


def show_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on standard output; nothing in it is cut off, and piped it is as wide as its content."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in head:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console = Console()
    if not console.is_terminal:
        widest = [max([len(name), *(len(row[i]) for row in rows)]) for i, name in enumerate(head)]
        console = Console(width=sum(widest) + 2 * len(widest))
    console.print(table)


def exit_code(results: Sequence[Result]) -> int:
    """0: all solved; 1: some not solved; 2: some could not be worked on."""
    if any(isinstance(r, Failed) or _needs_mending(r) or _contradicted(r) for r in results):
        return 2
    return 0 if all(isinstance(r, Solution) and r.solved for r in results) else 1


def mending(result: Result) -> str:
    """What the user has to mend, or nothing."""
    if isinstance(result, Failed):
        return _one_line(str(result.error))
    if _needs_mending(result):
        assert isinstance(result.verdict, Unknown)
        return _one_line(f"{result.problem.name}: {result.verdict.detail}")
    if _contradicted(result):
        assert isinstance(result, Solution)
        return _one_line(f"{result.problem.name}: {result.stopped}")
    return ""


def _contradicted(result: Result) -> bool:
    return isinstance(result, Solution) and result.stopped.startswith(f"{Reason.DISAGREEMENT.value}:")


def _failure(result: Failed) -> str:
    return "nothing to check" if isinstance(result.error, NothingToCheck) else "error"


def _needs_mending(result: Result) -> bool:
    return (
        isinstance(result, Solution)
        and isinstance(result.verdict, Unknown)
        and result.verdict.reason.value in ("model_failed", "backend_missing", "no_model", "disagreement")
    )


def _path(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _brief(value: Json) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = _one_line(text)
    return text if len(text) <= 70 else text[:67] + "..."


def _one_line(text: str) -> str:
    return " ".join(text.split())
