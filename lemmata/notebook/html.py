"""Verdicts, counterexamples, goals, proof trees and diffs as HTML. Everything that is shown is escaped here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from lemmata.agents.repairs import Repair
from lemmata.api import Rechecked
from lemmata.chat.parts import (
    Compared,
    Found,
    Happened,
    Listed,
    Open,
    OpenGoal,
    Part,
    Reply,
    Said,
    notes_of,
    shown_answer,
    step_in_words,
)
from lemmata.display import describe_answer
from lemmata.notebook.style import STYLE
from lemmata.notebook.tree import Branch, proof_tree, statement_of
from lemmata.problem import Json, Problem
from lemmata.provers.answers.same.sameness import Different, Same, Sameness, Undecided
from lemmata.provers.lean.interface import Goal
from lemmata.verdict import (
    Counterexample,
    Proved,
    Refuted,
    Rejected,
    SafeUpTo,
    Solution,
    Tested,
    Unknown,
    Verdict,
    in_words,
    name_of,
)

_LONGEST = 6_000  # characters of a text that is shown whole
_MOST_ROWS = 60
_LINE = re.compile(r"\bat line (\d+)\b")


def as_html(value: object) -> str:
    """A value of ours as one self-contained piece of HTML; anything else as its plain text."""
    return f'{STYLE}<div class="lemmata">{_render(value)}</div>'


def reply_html(parts: Iterable[Part], *, busy: bool = False) -> str:
    """An answer, finished or not, as one self-contained piece of HTML."""
    return f'{STYLE}<div class="lemmata">{conversation(parts, busy=busy)}</div>'


def conversation(parts: Iterable[Part], *, busy: bool = False) -> str:
    """The parts in their order, the agent's steps folded; `busy` marks that more will come."""
    made: list[str] = []
    steps: list[str] = []
    for part in parts:
        if isinstance(part, Happened):
            words = step_in_words(part.event)
            steps += [words] if words else []
            continue
        if isinstance(part, Found) and steps:
            made.append(_steps(steps, busy=False))
            steps = []
        made.append(_render(part))
    if steps:
        made.append(_steps(steps, busy=busy))
    elif busy:
        made.append('<div class="lm-note lm-busy">reading</div>')
    return "".join(made)


def _render(value: object) -> str:
    match value:
        case Reply(parts=parts):
            return conversation(parts)
        case Found(name=name, solution=solution, run=run):
            return _solution(solution, name=name, run=run)
        case Solution():
            return _solution(value, name=value.problem.name)
        case Proved() | Refuted() | SafeUpTo() | Tested() | Unknown():
            return _card(value, _verdict_body(value))
        case Counterexample():
            return _counterexample(value)
        case Rejected(faults):
            lines = "".join(f"<li>{_text(f'{f.place}: {f.text}' if f.place else f.text)}</li>" for f in faults)
            return f'<div class="lm-card lm-unknown"><span class="lm-chip">rejected</span><ul>{lines}</ul></div>'
        case Same() | Different() | Undecided():
            return _sameness(value, "")
        case Compared(first=first, second=second, found=found):
            return _sameness(found, f"<code>{_text(first)}</code> and <code>{_text(second)}</code>")
        case Open():
            return _open(value)
        case Rechecked():
            return _rechecked(value)
        case Repair():
            return _repair(value)
        case Listed(rows=rows):
            return "".join(f"{_label(f'{name} ({kind})')}{_block(text)}" for name, kind, text in rows)
        case Said(text, tone):
            return _said(text, tone)
        case _:
            return f"<pre>{_text(repr(value))}</pre>"


def _solution(solution: Solution, *, name: str, run: str = "") -> str:
    verdict = solution.verdict
    facts: Mapping[str, Json] = solution.certificate["facts"] if solution.certificate else {}
    aside = [f"{solution.cost.wall_s:.1f} s", *notes_of(solution)]
    aside += ["interrupted"] if solution.stopped == "interrupted" else []
    if solution.cost.model_calls:
        aside.append(f"{solution.cost.model_calls} model calls")
    body = [_asked(solution.problem, verdict, facts), _verdict_body(verdict), _answer(solution)]
    tree = proof_tree(solution)
    if tree is not None:
        body.append(_folded("proof", f'<div class="lm-block">{_tree(tree)}</div>', open_=True))
    body.append(_evidence(solution, run))
    return _card(verdict, "".join(body), name=name, aside=aside)


def _card(verdict: Verdict, body: str, *, name: str = "", aside: Sequence[str] = ()) -> str:
    title = f'<span class="lm-name">{_text(name)}</span>' if name else ""
    notes = f'<span class="lm-dim">{_text(" · ".join(aside))}</span>' if aside else ""
    head = f'<div class="lm-head"><span class="lm-chip">{_text(in_words(verdict))}</span>{title}{notes}</div>'
    return f'<div class="lm-card lm-{name_of(verdict)}">{head}{body}</div>'


def _verdict_body(verdict: Verdict) -> str:
    match verdict:
        case Refuted(counterexample):
            return _counterexample(counterexample)
        case Unknown(reason, detail):
            return f'<div class="lm-note">{_text(reason.value)}{": " + _text(detail) if detail else ""}</div>'
        case _:
            return ""


def _asked(problem: Problem, verdict: Verdict, facts: Mapping[str, Json]) -> str:
    """The statement; of a program its text, with the line marked where it fails."""
    if problem.kind == "program":
        line = _line_of(verdict, facts)
        return _folded("program", _program(problem.source, line), open_=line > 0)
    text = statement_of(problem)
    if problem.kind == "question" or problem.language in ("smtlib", "sygus", "python") or text.count("\n") > 8:
        return _folded("the problem", _block(text))
    return "" if isinstance(verdict, Proved) and problem.kind == "theorem" else _block(text)


def _line_of(verdict: Verdict, facts: Mapping[str, Json]) -> int:
    if not isinstance(verdict, Refuted):
        return 0
    violation = facts.get("violation", facts)
    if isinstance(violation, dict) and isinstance(violation.get("line"), int):
        return int(violation["line"])
    said = _LINE.search(verdict.counterexample.replay)
    return int(said[1]) if said else 0


def _program(source: str, line: int) -> str:
    shown = []
    for number, text in enumerate(source.rstrip("\n").split("\n")[:400], 1):
        kind = "lm-hit" if number == line else "lm-same"
        shown.append(f'<span class="{kind}"><span class="lm-number">{number}</span>{_text(text)}</span>')
    return f'<div class="lm-block"><pre>{"".join(shown)}</pre></div>'


def _counterexample(found: Counterexample) -> str:
    table = _values(found.values)
    replay = f'<div class="lm-note">{_text(found.replay)}</div>' if found.replay else ""
    return f"{table}{replay}"


def _values(values: Mapping[str, Json]) -> str:
    """A counterexample: its values, the inputs a program read, the call that failed, or states over time."""
    if not values:
        return ""
    match values:
        case {"function": str(function), "arguments": dict(arguments), **rest}:
            call = f"{function}({', '.join(f'{k}={v}' for k, v in arguments.items())})"
            return f"{_block(call)}{_values(rest)}"
        case {"inputs": {"head": list(head), "tail": list(tail)}, **rest}:
            return f"{_block(_inputs(head, tail))}{_values(rest)}"
    rows = []
    for name, value in list(values.items())[:_MOST_ROWS]:
        rows.append(f'<tr><th class="lm-mono">{_text(name)}</th><td class="lm-mono">{_value(value)}</td></tr>')
    return f'<table class="lm-values">{"".join(rows)}</table>'


def _inputs(head: Sequence[Json], tail: Sequence[Json]) -> str:
    first = ", ".join(map(_scalar, head))
    rest = ", ".join(map(_scalar, tail))
    if not head:
        return f"every input read: {rest}"
    return f"inputs read: {first}" + (f"; after that: {rest}" if rest else "")


def _value(value: Json) -> str:
    if isinstance(value, list) and value and all(isinstance(v, dict) for v in value):
        return _states(value)
    if isinstance(value, dict) and value:
        return _values(value)
    return _text(_scalar(value))


def _states(states: Sequence[Mapping[str, Json]]) -> str:
    """States over time, a row each."""
    names = list(dict.fromkeys(name for state in states for name in state))
    head = "".join(f"<th>{_text(name)}</th>" for name in names)
    rows = [
        "<tr>" + "".join(f'<td class="lm-mono">{_text(_scalar(state.get(name, "")))}</td>' for name in names) + "</tr>"
        for state in states[:_MOST_ROWS]
    ]
    return f'<table class="lm-values"><tr>{head}</tr>{"".join(rows)}</table>'


def _scalar(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _answer(solution: Solution) -> str:
    answer = shown_answer(solution)
    if answer is None or (solution.problem.language == "lean" and solution.problem.kind == "theorem"):
        return ""  # the proof is shown as a tree
    if isinstance(answer, Mapping) and isinstance(answer.get("diff"), str):
        holds = _label(f"repaired: {answer.get('holds', '')}")
        return f"{holds}{_diff(answer['diff'])}"
    if isinstance(answer, Mapping) and isinstance(answer.get("text"), str):
        return f"{_label('answer')}{_block(answer['text'])}"
    if isinstance(answer, Mapping) and all(isinstance(v, str) for v in answer.values()):
        return f"{_label('answer')}{_values(answer)}"
    return f"{_label('answer')}{_block(answer if isinstance(answer, str) else describe_answer(answer))}"


def _evidence(solution: Solution, run: str) -> str:
    """What the certificate holds, folded."""
    certificate = solution.certificate
    if certificate is None:
        return ""
    rows = {"checked as": str(certificate["candidate"]["form"]), "found by": str(certificate["candidate"]["origin"])}
    for name, fact in certificate["facts"].items():
        rows[name] = _scalar(fact)[:_LONGEST]
    rows["tools"] = ", ".join(f"{name} {version}" for name, version in certificate["tools"].items())
    rows["digest"] = str(certificate["digest"])
    if run:
        rows["run"] = run
    rows["decide it again"] = "lemmata.recheck(solution.certificate), or `recheck` in a chat"
    if solution.problem.language == "lean" and "\n" in solution.problem.source.strip():
        rows["stands on"] = solution.problem.source.strip()[:_LONGEST]
    cells = "".join(f"<tr><th>{_text(name)}</th><td><pre>{_text(text)}</pre></td></tr>" for name, text in rows.items())
    return _folded("evidence", f'<table class="lm-values">{cells}</table>')


def _tree(root: Branch) -> str:
    return f'<ul class="lm-tree">{_items([root])}</ul>'


def _items(branches: Sequence[Branch]) -> str:
    made = []
    for branch in branches:
        below = f"<ul>{_items(branch.below)}</ul>" if branch.below else ""
        made.append(f'<li><pre class="lm-{branch.role}">{_text(branch.text)}</pre>{below}</li>')
    return "".join(made)


def _open(found: Open) -> str:
    goals = "".join(map(_open_goal, found.goals))
    errors = sum(bool(goal.error) for goal in found.goals)
    count = len(found.goals) - errors
    words = [f"{count} open goal{'s' if count != 1 else ''}"] if count else []
    words += [f"{errors} error{'s' if errors != 1 else ''}"] if errors else []
    head = (
        f'<div class="lm-head"><span class="lm-chip">{"open" if not errors else "rejected"}</span>'
        f'<span class="lm-name">{_text(found.name)}</span><span class="lm-dim">{", ".join(words)}</span></div>'
    )
    tone = "lm-refuted" if errors else "lm-tested"
    return f'<div class="lm-card {tone}">{head}{goals}</div>'


def _open_goal(found: OpenGoal) -> str:
    where = _label(f"line {found.line}{f', case {found.goal.tag}' if found.goal and found.goal.tag else ''}")
    error = _block(found.error) if found.error else ""
    return f"{where}{error}{goal_html(found.goal) if found.goal else ''}"


def goal_html(goal: Goal) -> str:
    """One goal as Lean shows it: its context, then what is left to show."""
    lines = [
        f'<span class="lm-hypothesis">{_text(h.name)}</span> : {_text(h.type)}'
        if h.is_proof
        else f'<span class="lm-hypothesis">{_text(h.name)} : {_text(h.type)}</span>'
        for h in goal.hypotheses
    ]
    lines.append(f'<span class="lm-turnstile">⊢</span> {_text(goal.target)}')
    return f'<div class="lm-block lm-goal"><pre>{chr(10).join(lines)}</pre></div>'


def _sameness(found: Sameness, pair: str) -> str:
    match found:
        case Same(how):
            word, tone, why = "same", "lm-proved", how
        case Different(witness):
            word, tone, why = "different", "lm-refuted", witness
        case Undecided(reason):
            word, tone, why = "undecided", "lm-unknown", reason
    return (
        f'<div class="lm-card {tone}"><div class="lm-head"><span class="lm-chip">{word}</span><span>{pair}</span>'
        f'</div><div class="lm-note">{_text(why)}</div></div>'
    )


def _rechecked(row: Rechecked) -> str:
    if row.verdict is None:
        head = f'<span class="lm-chip">refused</span><span class="lm-name">{_text(str(row.path))}</span>'
        why = f'<div class="lm-note">{_text(row.reason)}</div>'
        return f'<div class="lm-card lm-refuted"><div class="lm-head">{head}</div>{why}</div>'
    return _card(
        row.verdict, _verdict_body(row.verdict), name=str(row.path), aside=["decided again from its certificate"]
    )


def _repair(found: Repair) -> str:
    head, *rest = found.words.split("\n")
    tone = "lm-proved" if found.outcome.value == 0 else "lm-unknown"
    lines = "".join(f'<div class="lm-note">{_text(line.strip())}</div>' for line in rest)
    return (
        f'<div class="lm-card {tone}"><div class="lm-head"><span class="lm-chip">repair</span>'
        f"<span>{_text(head)}</span></div>{lines}{_diff(found.diff()) if found.patched else ''}</div>"
    )


def _diff(text: str) -> str:
    shown = []
    for line in text.rstrip("\n").split("\n"):
        if line.startswith(("--- ", "+++ ", "\\ ")):
            continue
        kind = {"+": "lm-add", "-": "lm-del", "@": "lm-hunk"}.get(line[:1], "lm-same")
        shown.append(f'<span class="{kind}">{_text(line)}</span>')
    return f'<div class="lm-block"><pre>{"".join(shown)}</pre></div>'


def _said(text: str, tone: str) -> str:
    if tone == "error":
        return f'<div class="lm-error">{_text(text)}</div>'
    if tone == "model":
        return f'<div class="lm-model">{_label("the model says; nothing has checked it")}<pre>{_text(text)}</pre></div>'
    if "\n" in text:
        return _block(text)
    return f'<div class="lm-note">{_text(text)}</div>'


def _steps(steps: Sequence[str], *, busy: bool) -> str:
    items = "".join(f"<li>{_text(step)}</li>" for step in steps)
    mark = ' class="lm-busy"' if busy else ""
    head = _text(steps[-1]) if busy else f"{len(steps)} step{'s' if len(steps) != 1 else ''}"
    return f'<details class="lm-steps"><summary><span{mark}>{head}</span></summary><ol>{items}</ol></details>'


def _folded(name: str, body: str, *, open_: bool = False) -> str:
    return f"<details{' open' if open_ else ''}><summary>{_text(name)}</summary>{body}</details>"


def _label(text: str) -> str:
    return f'<div class="lm-label">{_text(text)}</div>'


def _block(text: str) -> str:
    cut = text if len(text) <= _LONGEST else text[:_LONGEST] + "\n…"
    return f'<div class="lm-block"><pre>{_text(cut)}</pre></div>'


def _text(text: str) -> str:
    return escape(text.encode("utf-8", "replace").decode("utf-8"))
