"""What a page shows of each attempt when it is opened: compressed, in pieces of some attempts, within a budget.

A row is what the list shows. A detail is the outcome whole, what its certificate holds (see `evidence`) and the
certificate itself. Where that gets too large the certificate goes first, then what was drawn of it, then long texts;
its path stays.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from lemmata.benchmark.outcome import Outcome, encode_outcome
from lemmata.benchmark.page.evidence import show_evidence
from lemmata.benchmark.results import LoadedRun
from lemmata.certificate import decode_certificate
from lemmata.errors import BadInput
from lemmata.problem import Json

PIECE = 40
"""Attempts that are compressed together."""
LARGEST = 40_000
"""Letters of the JSON of one attempt's detail."""
BUDGET = 7_500_000
"""Bytes of all pieces together."""
_BRIEF = 140


def rows_of(run: LoadedRun) -> list[Json]:
    """For each attempt: sample, attempt, score, verdict, seconds, dollars, refinements, why in brief, group."""
    return [
        [
            o.sample,
            o.attempt,
            o.score.value,
            str((o.verdict or {}).get("is", "")),
            round(o.cost.wall_s, 3),
            round(o.cost.dollars, 6),
            o.refinements,
            _cut(o.why or o.stopped, _BRIEF),
            o.group,
        ]
        for o in run.outcomes
    ]


def pieces_of(runs: Sequence[LoadedRun], *, budget: int = BUDGET, largest: int = LARGEST) -> list[str]:
    """The details of all attempts of all runs, in order, as base64 of gzip of JSON lists.

    Args:
        runs: whose folders hold the certificates.
        budget: bytes; what comes after they are used up keeps only its path, verdict and short texts.
        largest: letters of one detail.
    """
    pieces: list[str] = []
    used = 0
    waiting = [(run, outcome) for run in runs for outcome in run.outcomes]
    for start in range(0, len(waiting), PIECE):
        here = waiting[start : start + PIECE]
        whole = _packed(_detail(run, outcome, largest) for run, outcome in here)
        if used + len(whole) > budget:
            why = "the page has no room left for it"
            whole = _packed(_small(outcome, why) for _, outcome in here)
        pieces.append(whole)
        used += len(whole)
    return pieces


def _packed(details: Iterable[Json]) -> str:
    text = json.dumps(list(details), ensure_ascii=False, separators=(",", ":"))
    data = gzip.compress(text.encode("utf-8", "backslashreplace"), 6, mtime=0)  # in JSON, \udc80 is an escape
    return base64.b64encode(data).decode("ascii")


def _detail(run: LoadedRun, outcome: Outcome, largest: int) -> Json:
    said = {**encode_outcome(outcome), "evidence": [], "document": None, "note": ""}
    if outcome.certificate:
        said |= _certificate(run.folder, outcome.certificate)
    for detail in _smaller(said, outcome):
        if len(json.dumps(detail, ensure_ascii=False)) <= largest:
            return detail
    return _small(outcome, "it is too large to be shown here")


def _smaller(said: dict[str, Json], outcome: Outcome) -> Iterator[Json]:
    yield said
    if said["document"] is not None:
        yield {**said, "document": None, "note": "only its parts are shown; the whole is too large for this page"}
    yield {**said, "document": None, "evidence": [], "note": "it is too large to be shown here"}


def _small(outcome: Outcome, why: str) -> Json:
    said = encode_outcome(outcome)
    for name in ("answer", "verdict"):
        text = json.dumps(said[name], ensure_ascii=False)
        said[name] = said[name] if len(text) <= 400 else _cut(text, 400)
    said |= {name: _cut(said[name], 400) for name in ("why", "stopped")}
    return {**said, "evidence": [], "document": None, "note": why if outcome.certificate else ""}


def _certificate(folder: Path, name: str) -> dict[str, Json]:
    """The certificate of an attempt, and what is drawn of it; a note where it can't be shown."""
    path = folder / name
    try:
        if not path.resolve().is_relative_to(folder.resolve()):
            return {"note": "it lies outside the folder of the run"}
        text = path.read_text("utf-8")
        certificate = decode_certificate(text, place=name)
        return {"document": json.loads(text), "evidence": show_evidence(certificate)}
    except FileNotFoundError:
        return {"note": "the file is not there"}
    except OSError as exc:
        return {"note": f"it can't be read: {exc.strerror}"}
    except UnicodeDecodeError:
        return {"note": "expected UTF-8 text"}
    except BadInput as exc:
        return {"note": exc.text}


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
