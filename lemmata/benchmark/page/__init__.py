"""The report: one HTML page that needs nothing else, with the scores of runs and everything about each attempt."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from pathlib import Path

from lemmata.benchmark import statistics
from lemmata.benchmark.comparison import Comparison, compare
from lemmata.benchmark.page import tables
from lemmata.benchmark.page.charts import Axis, Series, draw
from lemmata.benchmark.page.details import PIECE, pieces_of, rows_of
from lemmata.benchmark.results import LoadedRun, load_run
from lemmata.benchmark.scores import Scores, encode_comparison, encode_scores, score_run
from lemmata.errors import BadInput
from lemmata.problem import Json
from lemmata.version import __version__


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Runs with their scores, and each run beside the first.

    Args:
        runs: as they were read.
        scores: of each.
        comparisons: of the second, third, … run with the first.
    """

    runs: tuple[LoadedRun, ...]
    scores: tuple[Scores, ...]
    comparisons: tuple[Comparison | None, ...]


def load_report(folders: Sequence[Path]) -> Report:
    """Read runs and score them.

    Raises:
        BadInput: no folder, one that is no run, or one twice.
    """
    if not folders:
        raise BadInput("expected at least one folder of a run")
    seen: set[Path] = set()
    for folder in folders:
        if folder.resolve() in seen:
            raise BadInput("expected each run once", place=str(folder))
        seen.add(folder.resolve())
    runs = tuple(load_run(folder) for folder in folders)
    return Report(
        runs=runs,
        scores=tuple(score_run(run.outcomes, limit_s=run.limit_s) for run in runs),
        comparisons=tuple(compare(runs[0].outcomes, run.outcomes) for run in runs[1:]),
    )


def write_report(runs: Sequence[Path], out: Path) -> None:
    """Write the page about some runs.

    Args:
        runs: folders that `lemmata bench` wrote; of unfinished runs, what there is.
        out: the file, replaced whole.

    Raises:
        BadInput: a folder is no run, a line of it is damaged, or the file can't be written.
    """
    write_page(load_report(runs), out)


def write_page(report: Report, out: Path) -> None:
    """Write the page of a report; see `write_report`."""
    from lemmata.agents.run import write_whole

    page = encode_page(report).encode("utf-8", "backslashreplace").decode("utf-8")
    try:
        if out.is_dir():
            raise BadInput("expected the name of a file, found a folder", place=str(out))
        write_whole(out, page)
    except OSError as exc:
        raise BadInput(f"can't be written: {exc.strerror}", place=str(out)) from None


def encode_report(report: Report) -> dict[str, Json]:
    """The scores as plain JSON."""
    return {
        "runs": [
            {
                "run": str(run.folder),
                "name": run.manifest.get("name"),
                "model": run.manifest.get("model"),
                "digest": run.manifest.get("digest"),
                "planned": run.planned,
                "scores": encode_scores(scores),
            }
            for run, scores in zip(report.runs, report.scores, strict=True)
        ],
        "comparisons": [
            {"first": 0, "second": i, "same_data": _same_data(report, i), "comparison": encode_comparison(found)}
            for i, found in enumerate(report.comparisons, 1)
        ],
    }


def encode_page(report: Report) -> str:
    """The whole page as text."""
    script, style = _part("page.js"), _part("page.css")
    pinned = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    data = {
        "piece": PIECE,
        "runs": [{"name": n, "rows": rows_of(r)} for n, r in zip(_plain(report), report.runs, strict=True)],
    }
    filled = {
        "policy": f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{pinned}'; base-uri 'none'; "
        "form-action 'none'",
        "title": escape(f"lemmata report: {', '.join(_plain(report))}"),
        "style": style,
        "head": _head(report),
        "scores": _scores(report),
        "curves": _curves(report),
        "comparison": _comparisons(report),
        "options": "".join(f'<option value="{i}">{escape(n)}</option>' for i, n in enumerate(_plain(report))),
        "data": _as_data(data),
        "pieces": "".join(f'<script type="text/plain" class="piece">{p}</script>\n' for p in pieces_of(report.runs)),
        "version": escape(__version__),
        "script": script,
    }
    return re.sub(r"<!--(\w+)-->", lambda found: filled[found[1]], _part("page.html"))


def _part(name: str) -> str:
    return (files("lemmata.benchmark.page") / name).read_text("utf-8")


def _as_data(data: Json) -> str:
    """JSON that can stand in a script element: nothing in it opens or closes a tag."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _plain(report: Report) -> list[str]:
    """A name for each run, no two the same."""
    names = [run.name for run in report.runs]
    if len(names) == 1:
        return names
    return [f"{chr(65 + i % 26)}{i // 26 or ''} · {name}" for i, name in enumerate(names)]


def _named(report: Report) -> list[str]:
    """The names, escaped, each with its colour."""
    return [f'<i class="swatch c{i % 6}"></i>{escape(n)}' for i, n in enumerate(_plain(report))]


def _head(report: Report) -> str:
    cards = []
    for name, run, scores in zip(_named(report), report.runs, report.scores, strict=True):
        planned = run.planned
        done = f"{scores.samples:,}" + (f" of {planned:,}" if planned is not None and planned != scores.samples else "")
        facts = [("samples", done), *_about(run.manifest)]
        listed = "".join(f"<div><dt>{escape(k)}</dt><dd>{escape(v)}</dd></div>" for k, v in facts)
        unfinished = planned is not None and scores.attempts < planned * run.k
        told = (
            '<p class="note">This run has not come to its end: the scores are of what there is.</p>'
            if unfinished
            else ""
        )
        cards.append(f"<article class='card'><h3>{name}</h3><dl>{listed}</dl>{told}</article>")
    return "".join(cards)


def _about(manifest: Mapping[str, Json]) -> list[tuple[str, str]]:
    """What a manifest says of its run, as people read it."""
    budget, skipped = manifest.get("budget"), manifest.get("skipped")
    allowed = budget if isinstance(budget, Mapping) else {}
    found = [
        ("data set", str(manifest.get("name") or "")),
        ("model", str(manifest.get("model") or "none: symbolic proposers only")),
        ("attempts at each", str(manifest.get("k") or "")),
        ("allowed for each", f"{allowed['wall_s']} s" if "wall_s" in allowed else ""),
        ("rows that could not be read", str(len(skipped)) if isinstance(skipped, list) and skipped else ""),
        ("revision", str(manifest.get("revision") or "")[:12]),
        ("digest of the data", str(manifest.get("digest") or "").removeprefix("sha256:")[:12]),
    ]
    return [(k, v) for k, v in found if v]


def _scores(report: Report) -> str:
    names, scores = _named(report), report.scores
    passing = "The chance that one of k attempts, drawn without repeats, is right; unbiased (Chen et al. 2021)."
    refining = "The chance that one attempt is right after at most k candidates were rejected and mended."
    efficient = (
        "The share of the allowed seconds that the best of k attempts leaves, 0 where none is right: eff@k of ENAMEL, "
        "of the time to solve a problem and not of the time that a program runs."
    )
    smaller = (
        tables.by_k_table("pass@k", "pass", names, [s.passed for s in scores], passing),
        tables.by_k_table("refine@k", "refine", names, [s.refined for s in scores], refining),
        tables.by_k_table("eff@k", "eff", names, [s.efficient for s in scores], efficient),
        tables.versions_table(names, scores),
        tables.cost_table(names, scores),
        tables.abstention_table(names, scores),
    )
    return f'{tables.score_table(names, scores)}<div class="tables">{"".join(smaller)}</div>'


def _curves(report: Report) -> str:
    names = _plain(report)
    timed = [statistics.allowance_curve(r.outcomes, statistics.seconds_of) for r in report.runs]
    charts = []
    longest = max((p.allowance for curve in timed for p in curve), default=0.0)
    share = Axis(title="share solved", low=0, high=1, show=lambda v: f"{100 * v:.0f} %")
    if longest > 0:
        least = min((p.allowance for curve in timed for p in curve if p.allowance > 0), default=longest)
        x = Axis(title="seconds allowed for each problem", low=least, high=longest, show=_short, log=True)
        series = [
            Series(name=n, index=i, points=[(p.allowance, float(p.solved)) for p in curve if p.allowance > 0])
            for i, (n, curve) in enumerate(zip(names, timed, strict=True))
        ]
        charts.append(
            ("Solved against seconds", draw(series, x=x, y=share, about="share solved against seconds", steps=True))
        )
    money = any(s.dollars for s in report.scores)
    spent = statistics.dollars_of if money else statistics.seconds_of
    curves = [statistics.allowance_curve(r.outcomes, spent) for r in report.runs] if money else timed
    most = max((p.spent for curve in curves for p in curve), default=0.0)
    if most > 0:
        unit = "dollars" if money else "seconds"
        x = Axis(title=f"{unit} spent on all problems", low=0, high=most, show=_short)
        series = [
            Series(name=n, index=i, points=[(p.spent, float(p.solved)) for p in curve])
            for i, (n, curve) in enumerate(zip(names, curves, strict=True))
        ]
        charts.append(("Cost against solved", draw(series, x=x, y=share, about=f"share solved against {unit} spent")))
    charts.append(("Risk against coverage", _risk(report)))
    return "".join(f"<figure class='chart'><figcaption>{title}</figcaption>{svg}</figure>" for title, svg in charts)


def _risk(report: Report) -> str:
    series, highest = [], 0.05
    for i, (name, scores) in enumerate(zip(_plain(report), report.scores, strict=True)):
        curve = scores.answering.curve if scores.answering else ()
        points = [(float(p.coverage), float(p.risk)) for p in curve]
        highest = max([highest, *(risk for _, risk in points)])
        pairs = zip(curve, points, strict=True)
        labels = [f"{p.evidence}: {100 * at[0]:.1f} % answered, {100 * at[1]:.1f} % of them wrong" for p, at in pairs]
        series.append(Series(name=name, index=i, points=points, labels=labels))
    x = Axis(title="share answered, strongest evidence first", low=0, high=1, show=lambda v: f"{100 * v:.0f} %")
    y = Axis(title="wrong among them", low=0, high=min(1.0, highest * 1.1), show=lambda v: f"{100 * v:.0f} %")
    return draw(series, x=x, y=y, about="share of wrong answers against share answered")


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def _comparisons(report: Report) -> str:
    if not report.comparisons:
        return ""
    names = _named(report)
    parts = [
        tables.comparison_part((names[0], names[i]), found, same_data=_same_data(report, i), index=(0, i))
        for i, found in enumerate(report.comparisons, 1)
    ]
    return f'<section id="comparison"><h2>Are they different?</h2>{"".join(parts)}</section>'


def _same_data(report: Report, index: int) -> bool:
    return report.runs[0].manifest.get("digest") == report.runs[index].manifest.get("digest")
