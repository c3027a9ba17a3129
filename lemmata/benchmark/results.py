"""Runs read back from their folders: RUN/manifest.json and RUN/outcomes.jsonl (see `lemmata.benchmark.outcome`)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from lemmata.benchmark.outcome import Outcome, decode_outcome
from lemmata.errors import BadInput
from lemmata.problem import Json

FORMAT = "lemmata-bench/1"
_MOST = 1e15  # seconds, tokens or dollars of one attempt; beyond it sums would lose their cents


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedRun:
    """A run that was read, finished or not.

    Args:
        folder: where it lies.
        manifest: what was run, as written.
        outcomes: in the order in which they were written.
    """

    folder: Path
    manifest: Mapping[str, Json]
    outcomes: tuple[Outcome, ...]

    @property
    def name(self) -> str:
        return self.folder.resolve().name

    @property
    def limit_s(self) -> float | None:
        """Seconds that each attempt was allowed; None: the manifest does not say."""
        budget = self.manifest.get("budget")
        limit = budget.get("wall_s") if isinstance(budget, dict) else None
        known = isinstance(limit, int | float) and not isinstance(limit, bool) and 0 < limit < _MOST
        return float(limit) if limit is not None and known else None

    @property
    def k(self) -> int:
        """Attempts at each sample."""
        k = self.manifest.get("k")
        return k if type(k) is int and k > 0 else 1

    @property
    def planned(self) -> int | None:
        """How many samples are to be attempted; None: the manifest does not say."""
        ids = self.manifest.get("ids")
        return len(ids) if isinstance(ids, list) else None


def load_run(folder: str | Path) -> LoadedRun:
    """The run in a folder; a last line that a kill tore off is left out.

    Raises:
        BadInput: it is no run, or a line is damaged or there twice; says which.
    """
    folder = Path(folder)
    manifest = load_manifest(folder)
    return LoadedRun(folder=folder, manifest=manifest, outcomes=load_outcomes(folder / "outcomes.jsonl"))


def load_manifest(folder: Path) -> Mapping[str, Json]:
    """What is run in a folder.

    Raises:
        BadInput: there is no manifest, or it is none of a batch run.
    """
    path = folder / "manifest.json"
    try:
        data = _loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        remedy = "expected the folder of a run that `lemmata bench` wrote; it has no manifest.json"
        raise BadInput(remedy, place=str(folder)) from None
    except OSError as exc:
        raise BadInput(f"can't be read: {exc.strerror}", place=str(path)) from None
    except ValueError:
        raise BadInput("expected JSON; the manifest of this run is damaged", place=str(path)) from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        found = data.get("format") if isinstance(data, dict) else None
        raise BadInput(f"expected the format {FORMAT}, found {found!r}", place=str(path))
    return data


def load_outcomes(path: Path) -> tuple[Outcome, ...]:
    """The outcomes in a file; none where there is no file yet.

    Raises:
        BadInput: it can't be read, or a line is damaged or there twice; says which.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return ()
    except OSError as exc:
        raise BadInput(f"can't be read: {exc.strerror}", place=str(path)) from None
    outcomes: list[Outcome] = []
    seen: dict[tuple[str, int], int] = {}
    for number, line in enumerate(data[: data.rfind(b"\n") + 1].split(b"\n")[:-1], 1):
        outcome = _decode(line, place=f"{path}:{number}")
        before = seen.setdefault((outcome.sample, outcome.attempt), number)
        if before != number:
            raise BadInput(f"this attempt is on line {before} already", place=f"{path}:{number}")
        outcomes.append(outcome)
    return tuple(outcomes)


def _decode(line: bytes, *, place: str) -> Outcome:
    try:
        outcome = decode_outcome(_loads(line), place=place)
    except (ValueError, RecursionError):
        raise BadInput("expected JSON; this line is damaged", place=place) from None
    texts = (outcome.sample, outcome.why, outcome.certificate, outcome.stopped, outcome.group)
    counts = (outcome.attempt, outcome.refinements)
    costs = asdict(outcome.cost).values()
    if (
        not all(isinstance(t, str) for t in texts)
        or not all(type(c) is int and c >= 0 for c in counts)
        or not all(type(c) in (int, float) and 0 <= c < _MOST for c in costs)
    ):
        raise BadInput("expected texts, counts and costs of at least 0 in an outcome", place=place)
    return outcome


def _loads(data: bytes) -> Json:
    return json.loads(data.decode("utf-8", "surrogatepass"), parse_constant=_no_constant)


def _no_constant(name: str) -> Json:
    raise ValueError(f"{name} is not JSON")
