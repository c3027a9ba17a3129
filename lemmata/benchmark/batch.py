"""Batch runs: k attempts at each sample of a data set, each scored, in a folder from which a killed run goes on.

See `lemmata.benchmark.outcome` for what the folder holds; beside it are those of `lemmata.agents.run`, and in
traffic/ a file for each attempt, so that no attempt is given the answers of another.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lemmata.agents.run import Failed, Many, Result, Run, work_many, write_whole
from lemmata.agents.workbench import Here, Place
from lemmata.benchmark.journal import Journal, lock
from lemmata.benchmark.manifest import digest_targets, make_manifest, seed_of
from lemmata.benchmark.outcome import Outcome, Score
from lemmata.benchmark.results import load_manifest, load_run
from lemmata.benchmark.score import Scored, score
from lemmata.benchmark.scores import encode_scores, score_run
from lemmata.budget import Budget
from lemmata.config import Settings
from lemmata.datasets.sample import Sample, SampleSet
from lemmata.datasets.table import load_samples
from lemmata.errors import BackendMissing, BadInput, ProtocolError
from lemmata.problem import Json, Problem
from lemmata.provers.base import Backends
from lemmata.record import Event, is_disk_full
from lemmata.verdict import Solution, encode_verdict

if TYPE_CHECKING:
    from lemmata.agents.llm import ChatModel, ChatReply, ChatRequest
    from lemmata.agents.workbench import AsyncPropose

FOLDER = "bench"
"""Under the settings' home, where runs go that are given no folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A batch run.

    Args:
        folder: where everything is kept.
        manifest: what is run, see `lemmata.benchmark.manifest`.
        samples: in the publisher's order.
    """

    folder: Path
    manifest: Mapping[str, Json]
    samples: tuple[Sample, ...]

    @property
    def k(self) -> int:
        return int(self.manifest["k"])

    @property
    def model(self) -> str:
        return str(self.manifest["model"])

    @property
    def attempts(self) -> int:
        """How many there are to be, all samples together."""
        return self.k * len(self.samples)

    def attempt(self, index: int) -> tuple[Sample, int]:
        """The sample and the number of the attempt at it; all samples are tried once before one is tried twice."""
        number, place = divmod(index, len(self.samples))
        return self.samples[place], number

    def run(self) -> Run:
        """The problems as the agent works on them."""
        problems = tuple(s.problem for s in self.samples) * self.k
        return Run(folder=self.folder, problems=problems, budget=Budget(**self.manifest["budget"]), model=self.model)


def create_batch(
    found: SampleSet,
    settings: Settings,
    *,
    path: str = "",
    limit: int | None = None,
    model: str = "",
    k: int = 1,
    budget: Budget | None = None,
    dollars: float | None = None,
    seed: int = 0,
    folder: Path | None = None,
) -> Batch:
    """A new run, its manifest on the disk; see `lemmata.benchmark.manifest.make_manifest` for the arguments.

    Args:
        folder: where it is kept; None: under the settings' home.

    Raises:
        BadInput: an argument is out of range, a model has no price and dollars are limited, or the folder can't be
            made or holds a run already.
    """
    if k < 1:
        raise BadInput(f"expected at least one attempt, got {k}", place="k")
    _check_price(settings, model, dollars)
    name = f"{found.card.name}-{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(3)}"
    folder = folder or settings.home / FOLDER / name
    manifest = make_manifest(
        found,
        settings,
        path=path,
        limit=limit,
        model=model,
        k=k,
        budget=budget or Budget(),
        dollars=dollars,
        seed=seed,
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with lock(folder):
            if (folder / "manifest.json").exists():
                raise BadInput("expected a folder without a run in it; resume it or name another", place=str(folder))
            write_whole(folder / "manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1) + "\n")
    except OSError as exc:
        raise BadInput(f"can't be written: {exc.strerror}; name another folder", place=str(folder)) from None
    return Batch(folder=folder, manifest=manifest, samples=found.samples)


def open_batch(
    settings: Settings,
    name: str,
    *,
    path: str = "",
    load: Callable[[str, str, int | None], SampleSet] | None = None,
) -> Batch:
    """A run that was begun before; its data set is read again, and has to be the same.

    Args:
        settings: whose home holds the run.
        name: as it was printed, or the path of its folder.
        path: of the data set, where it was moved; empty: where it was.
        load: reads a data set from its name, path and limit; None: the table of readers does.

    Raises:
        BadInput: no such run, its manifest is damaged, or the data set has changed.
    """
    folder = Path(name) if (Path(name) / "manifest.json").exists() else settings.home / FOLDER / name
    manifest = load_manifest(folder)
    try:
        place, limit = path or str(manifest["path"]), manifest["limit"]
        load = load or (lambda name, path, limit: load_samples(name, path, limit=limit))
        found = load(str(manifest["name"]), place, limit)
        same = (found.digest, digest_targets(found)) == (manifest["digest"], manifest["targets"])
        batch = Batch(folder=folder, manifest=manifest, samples=found.samples)
        batch.run()
    except (KeyError, TypeError, ValueError) as exc:
        raise BadInput(f"its manifest is damaged ({exc})", place=str(folder / "manifest.json")) from None
    if not same:
        text = "the data set is not the one that this run was begun with; give it that one, or begin a new run"
        raise BadInput(text, place=place)
    return batch


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How work on a run came to its end.

    Args:
        journal: of all outcomes.
        scores: as `lemmata.benchmark.scores.encode_scores` gives them.
        stopped: why samples were left open; empty: none were.
    """

    journal: Journal
    scores: Mapping[str, Json]
    stopped: str = ""


async def work_batch(
    batch: Batch,
    settings: Settings,
    *,
    chat: ChatModel | None = None,
    dollars: float | None = None,
    on_begin: Callable[[Journal], None] | None = None,
    on_outcome: Callable[[Outcome], None] | None = None,
    on_event: Callable[[Event], None] | None = None,
    jobs: int = 1,
    place: Callable[[Backends], Place] = Here,
) -> Ended:
    """Make the attempts that are not over yet, and write RUN/results.json.

    Args:
        batch: as `create_batch` or `open_batch` gave it.
        settings: for the back-ends and prices.
        chat: the chat model; None: symbolic proposers only.
        dollars: for the whole run, instead of what the manifest says.
        on_begin: told once what earlier processes have done.
        on_outcome: told of each new outcome, when it is on the disk.
        on_event: told of every new event.
        jobs: how many attempts are made at once.
        place: where proposers, checkers and scorers are run.

    Raises:
        BadInput: another process works on the run, a file of it is damaged, or the disk is full; what is written stays.
    """
    limit = batch.manifest["dollars"] if dollars is None else dollars
    _check_price(settings, batch.model, limit)
    with lock(batch.folder):
        try:
            journal = Journal(batch.folder / "outcomes.jsonl")
            if on_begin is not None:
                on_begin(journal)
            with Backends(settings) as backends:
                work = _Work(batch, journal, place(backends), chat, limit, on_outcome)
                await work_many(batch.run(), backends, work.many(), on_event=on_event, jobs=jobs)
            stopped = f"the budget of ${limit:g} is spent" if work.turned_down else ""
            return Ended(journal=journal, scores=_write_results(batch, journal, stopped), stopped=stopped)
        except Exception as exc:
            if not is_disk_full(exc):
                raise
            text = (
                f"the disk is full or fails; what is written stays, go on with `lemmata bench --resume {batch.folder}`"
            )
            raise BadInput(text, place=str(batch.folder)) from exc


class _Work:
    """What a batch decides of the run that the agent works on."""

    def __init__(
        self,
        batch: Batch,
        journal: Journal,
        place: Place,
        chat: ChatModel | None,
        dollars: float | None,
        on_outcome: Callable[[Outcome], None] | None,
    ) -> None:
        self._batch, self._journal, self._place, self._chat = batch, journal, place, chat
        self._dollars = dollars
        self._spent = journal.dollars
        self._on_outcome = on_outcome
        self._names = batch.run()
        self.turned_down = 0

    def many(self) -> Many:
        batch, over = self._batch, self._journal.entries
        done = {i for i in range(batch.attempts) if (batch.attempt(i)[0].id, batch.attempt(i)[1]) in over}
        return Many(
            finish=self._finish,
            chat=self._proposer,
            done=frozenset(done),
            may_begin=self._may_begin,
            crashed=_crashed,
            forget=True,
            place=self._place,
        )

    def _may_begin(self) -> bool:
        if self._dollars is None or self._spent < self._dollars:
            return True
        self.turned_down += 1
        return False

    def _proposer(self, index: int, backends: Backends) -> AsyncPropose | None:
        if self._chat is None:
            return None
        from lemmata.agents.chat_proposer import chat_proposer
        from lemmata.agents.traffic import Recorded

        sample, number = self._batch.attempt(index)
        seed = seed_of(int(self._batch.manifest["seed"]), sample.id, number)
        kept = Recorded(self._chat, self._batch.folder / "traffic" / f"{index}.jsonl")
        return chat_proposer(_Seeded(kept, seed), sample.problem, backends).propose

    async def _finish(self, index: int, result: Result) -> None:
        sample, number = self._batch.attempt(index)
        outcome = await self._outcome(index, sample, number, result)
        self._journal.add(outcome)
        self._spent += outcome.cost.dollars
        if self._on_outcome is not None:
            self._on_outcome(outcome)

    async def _outcome(self, index: int, sample: Sample, number: int, result: Result) -> Outcome:
        if isinstance(result, Failed):
            why = str(result.error)
            return Outcome(sample=sample.id, attempt=number, score=Score.FAILED, why=why, group=sample.group)
        found, why = await self._place.call(_score, sample, replace(result, record=()))
        path = self._names.certificate_path(index) if result.certificate is not None else None
        checked = [e["result"] for e in result.record if e["event"] == "checked"]
        return Outcome(
            sample=sample.id,
            attempt=number,
            score=found,
            why=why,
            verdict=encode_verdict(result.verdict),
            answer=result.answer,
            certificate=str(path.relative_to(self._batch.folder)) if path is not None else "",
            cost=result.cost,
            stopped=result.stopped,
            refinements=checked[:-1].count("rejected"),
            group=sample.group,
        )


class _Seeded:
    """A model whose requests carry the seed of an attempt."""

    def __init__(self, model: ChatModel, seed: int) -> None:
        self._model, self._seed = model, seed

    @property
    def name(self) -> str:
        return self._model.name

    async def complete(self, request: ChatRequest) -> ChatReply:
        """See `ChatModel.complete`."""
        return await self._model.complete(replace(request, seed=self._seed) if request.seed is None else request)


def _score(backends: Backends, sample: Sample, solution: Solution) -> Scored:
    """The score; a scorer that fails has judged nothing."""
    try:
        return score(sample, solution, backends)
    except BackendMissing as exc:
        return Score.FAILED, str(exc)
    except Exception as exc:
        if is_disk_full(exc):
            raise
        return Score.UNSCORED, f"the scorer failed: {type(exc).__name__}: {exc}"


def _crashed(problem: Problem, exc: Exception) -> Failed:
    """One crash must not take the other samples with it; what the attempt had done is in the record."""
    if is_disk_full(exc):
        raise exc
    return Failed(problem=problem, error=ProtocolError(f"it crashed: {type(exc).__name__}: {exc}"))


def _check_price(settings: Settings, model: str, dollars: float | None) -> None:
    if dollars is not None and not dollars > 0:
        raise BadInput(f"expected dollars above 0, got {dollars}", place="budget")
    if dollars is not None and model and not (settings.price_in or settings.price_out):
        text = "has no price, so dollars can't be limited; set LEMMATA_PRICE_IN and LEMMATA_PRICE_OUT (dollars per "
        raise BadInput(f"{text}million tokens), or leave the budget out", place=f"model {model!r}")


def _write_results(batch: Batch, journal: Journal, stopped: str) -> Mapping[str, Json]:
    """RUN/results.json, written line by line, whole or not at all; the scores in it."""
    loaded = load_run(batch.folder)
    scores = encode_scores(score_run(loaded.outcomes, limit_s=loaded.limit_s))
    head = json.dumps({"manifest": batch.manifest, "stopped": stopped, "scores": scores}, ensure_ascii=False)
    lines = ",\n".join(journal.lines())
    write_whole(batch.folder / "results.json", f'{head[:-1]}, "outcomes": [\n{lines}\n]}}\n')
    return scores
