"""The tables of the page, as HTML; every text from a run is escaped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

from lemmata.benchmark.comparison import Comparison
from lemmata.benchmark.intervals import Estimate
from lemmata.benchmark.outcome import Score
from lemmata.benchmark.scores import Scores

NONE = '<span class="none">–</span>'


def percent(value: float) -> str:
    return f"{100 * value:.1f} %"


def dollars(value: float) -> str:
    return f"${value:,.2f}" if value >= 0.1 or value == 0 else f"${value:.2g}"


def seconds(value: float) -> str:
    for unit, name in ((3600, "h"), (60, "min")):
        if value >= 2 * unit:
            return f"{value / unit:.1f} {name}"
    return f"{value:.3g} s"


def measured(found: Estimate | None, show: Callable[[float], str] = percent) -> str:
    """A number with its interval under it."""
    if found is None:
        return NONE
    ends = [("…" if end is None else show(end)) for end in (found.low, found.high)]
    known = found.low is not None or found.high is not None
    between = f"{ends[0].removesuffix(' %')} – {ends[1]}" if known else "no interval"
    return f'<data value="{found.value!r}">{escape(show(found.value))}</data><small>{escape(between)}</small>'


def table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]], note: str = "") -> str:
    """A table; cells are HTML already, the first of each row is its head."""
    top = "".join(f'<th scope="col">{h}</th>' for h in head)
    body = "".join(
        f'<tr><th scope="row">{row[0]}</th>{"".join(f"<td>{cell}</td>" for cell in row[1:])}</tr>' for row in rows
    )
    told = f'<p class="note">{note}</p>' if note else ""
    return (
        f'<figure><div class="wide" tabindex="0"><table><caption>{caption}</caption><thead><tr>{top}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>{told}</figure>"
    )


def score_table(names: Sequence[str], scores: Sequence[Scores]) -> str:
    """How the attempts of each run were judged."""
    head = ["run", "samples", "solved", *(f'<i class="mark {s.value}"></i>{s.value}' for s in Score)]
    rows = []
    for name, found in zip(names, scores, strict=True):
        cells = [name, f"{found.samples:,}", f"{found.solved:,}"]
        for score in Score:
            share = found.shares[score]
            cells.append(f'{measured(share.estimate)}<small class="count">{share.count:,} attempts</small>')
        rows.append(cells)
    note = (
        "Of all attempts at a sample, averaged over samples, with 95 % intervals: bootstrap over samples, versions of "
        "one item drawn together. What abstained, failed or could not be scored is not right."
    )
    return _bars(names, scores) + table("How attempts were judged", head, rows, note)


def _bars(names: Sequence[str], scores: Sequence[Scores]) -> str:
    rows = []
    for name, found in zip(names, scores, strict=True):
        parts = []
        for score in Score:
            estimate = found.shares[score].estimate
            if estimate is not None and estimate.value > 0:
                words = f"{score.value}: {percent(estimate.value)}"
                width = f"width:{100 * estimate.value:.3f}%"
                inner = words if estimate.value > 0.16 else ""
                parts.append(f'<span class="part {score.value}" style="{width}" title="{words}">{inner}</span>')
        rows.append(f'<div class="bar"><b>{name}</b><div class="parts" aria-hidden="true">{"".join(parts)}</div></div>')
    return f'<div class="bars">{"".join(rows)}</div>'


def by_k_table(caption: str, word: str, names: Sequence[str], columns: Sequence[dict[int, Estimate]], note: str) -> str:
    """A score for several k, a run in each row; empty where no run has it."""
    ks = sorted({k for column in columns for k in column})
    if not ks:
        return ""
    head = ["run", *(f"{word}@{k}" for k in ks)]
    rows = [
        [name, *(_with_count(column.get(k), column) for k in ks)] for name, column in zip(names, columns, strict=True)
    ]
    return table(caption, head, rows, note)


def _with_count(found: Estimate | None, column: dict[int, Estimate]) -> str:
    most = max((e.n for e in column.values()), default=0)
    if found is None or found.n == most:
        return measured(found)
    return f'{measured(found)}<small class="count">of {found.n:,} samples</small>'


def versions_table(names: Sequence[str], scores: Sequence[Scores]) -> str:
    """Effective accuracy and reasoning gap; empty where no run has versions."""
    if all(s.versions is None for s in scores):
        return ""
    rows = []
    for name, found in zip(names, scores, strict=True):
        v = found.versions
        cells = [f"{v.groups:,}", measured(v.average), measured(v.effective), measured(v.gap)] if v else [NONE] * 4
        rows.append([name, *cells])
    note = (
        "Effective: the share of items of which all versions are right. Gap: average minus effective; large where "
        "answers come from memory rather than from reasoning (UGMathBench)."
    )
    return table("Over versions of the same item", ["run", "items", "average accuracy", "effective", "gap"], rows, note)


def cost_table(names: Sequence[str], scores: Sequence[Scores]) -> str:
    """What was spent, and on each solved problem."""
    head = ["run", "dollars", "per solved", "seconds", "per solved"]
    rows = []
    for name, s in zip(names, scores, strict=True):
        money = measured(s.dollars_per_solved, dollars) if s.dollars else NONE
        time = measured(s.seconds_per_solved, seconds)
        rows.append([name, dollars(s.dollars) if s.dollars else NONE, money, seconds(s.seconds), time])
    return table("Cost", head, rows, "All attempts are paid for, by the problems that one of them solved.")


def abstention_table(names: Sequence[str], scores: Sequence[Scores]) -> str:
    """How well each run knows when not to answer."""
    rows = []
    for name, found in zip(names, scores, strict=True):
        a = found.answering
        if a is None:
            rows.append([name, *[NONE] * 3])
            continue
        ends = f"{percent(float(a.least)).removesuffix(' %')} – {percent(float(a.most))}"
        risk = NONE if a.risk is None else f'<data value="{float(a.risk)!r}">{percent(float(a.risk))}</data>'
        rows.append([name, percent(a.answered / a.asked), risk, ends])
    note = (
        "Risk: the share of judged answers that are wrong. Whether an answer that was never given would have been "
        "wrong can't be known; the last column holds the two ends: all of them wrong, all of them right."
    )
    return table("Abstention", ["run", "answered", "risk", "accuracy, had all been answered"], rows, note)


def comparison_part(names: Sequence[str], found: Comparison | None, *, same_data: bool, index: tuple[int, int]) -> str:
    """Whether one of two runs is better."""
    title = f"<h3>{names[0]} and {names[1]}</h3>"
    if found is None:
        return f'{title}<p class="note">They share no sample, so that there is nothing to compare.</p>'
    said = []
    if not same_data:
        said.append("The runs read different data: what is asked under one id may differ.")
    if found.only_first or found.only_second:
        left = f"{found.only_first:,} of the first, {found.only_second:,} of the second"
        said.append(f"Only the {found.shared:,} samples that both attempted are compared; left out: {left}.")
    if found.grouped:
        said.append("The test takes versions of one item for independent; the interval does not.")
    p = float(found.p_value)
    better = names[1] if found.difference.value > 0 else names[0]
    verdict = (
        f"{better} is better: so uneven a split would be rare by chance."
        if p < 0.05
        else "No difference is shown: so uneven a split comes up by chance too."
    )
    rows = [
        ["samples in common", f"{found.shared:,}"],
        [f"right, {names[0]}", percent(float(found.first))],
        [f"right, {names[1]}", percent(float(found.second))],
        ["difference (paired bootstrap)", measured(found.difference, _signed)],
        ["gained, lost (first attempts)", f"{len(found.gained):,}, {len(found.lost):,}"],
        ["p (exact McNemar test)", f'<data value="{p!r}">{p:.2g}</data>'],
    ]
    lists = _samples("Gained", found.gained, index[1]) + _samples("Lost", found.lost, index[1])
    return (
        f'{title}<p class="verdict">{verdict}</p>'
        + table("Paired comparison", ["", "value"], rows, " ".join(said))
        + lists
    )


def _signed(value: float) -> str:
    return f"{100 * value:+.1f} %"


def _samples(word: str, samples: Sequence[str], run: int) -> str:
    if not samples:
        return ""
    shown = "".join(
        f'<li><button type="button" class="go" data-run="{run}" data-sample="{escape(s)}">{escape(s)}</button></li>'
        for s in samples[:200]
    )
    more = f"<li>… and {len(samples) - 200:,} more</li>" if len(samples) > 200 else ""
    return f"<details><summary>{word}: {len(samples):,}</summary><ul class='samples'>{shown}{more}</ul></details>"
