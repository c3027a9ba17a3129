"""Runs: a folder that holds everything about solving some problems, so that a killed run can go on.

RUN/manifest.json      the problems with their whole texts, and the budget
RUN/record.jsonl       events (see `lemmata.record`)
RUN/checkpoints.sqlite LangGraph's checkpoints, one thread per problem
RUN/traffic.jsonl      what the chat model answered
RUN/certificates/      one file per solved problem
"""

from __future__ import annotations

import json
import os
import re
import secrets
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, nullcontext
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

import anyio

from lemmata.agents.graph import build_graph, open_checkpoints, work
from lemmata.agents.strategies import strategy_for
from lemmata.agents.workbench import AsyncPropose, Place, Workbench
from lemmata.budget import Budget, Spent
from lemmata.config import Settings
from lemmata.errors import BadInput, LemmataError
from lemmata.problem import Problem, decode_problem, encode_problem
from lemmata.provers.base import Backends
from lemmata.record import Event, Record
from lemmata.verdict import Solution, decode_verdict

FORMAT = "lemmata-run/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A problem that could not be worked on: bad input or a missing back-end.

    Args:
        problem: what was asked.
        error: says the place and the remedy.
    """

    problem: Problem
    error: LemmataError


Result: TypeAlias = Solution | Failed
MakeChat: TypeAlias = Callable[[Problem, Backends, Path | None], AsyncPropose]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Some problems that are solved together.

    Args:
        folder: where everything is kept; None keeps nothing, and such a run can't be resumed.
        problems: in the order in which they are asked.
        budget: for each problem.
        model: name of the chat model it was begun with; empty: none.
        repair: whether a program with a violation is repaired as well.
    """

    folder: Path | None
    problems: tuple[Problem, ...]
    budget: Budget
    model: str = ""
    repair: bool = True
    _names: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_names", _certificate_names(self.problems))

    @property
    def name(self) -> str:
        return self.folder.name if self.folder else ""

    def certificate_path(self, index: int) -> Path | None:
        """Where the certificate of one problem goes; names of the same spelling get their number."""
        if self.folder is None:
            return None
        return self.folder / "certificates" / self._names[index]


def _certificate_names(problems: Sequence[Problem]) -> tuple[str, ...]:
    seen: Counter[str] = Counter()
    made = []
    for problem in problems:
        name = re.sub(r"[^\w.+-]+", "_", problem.name).strip("._") or "problem"
        made.append(f"{name}-{seen[name] + 1}.json" if seen[name] else f"{name}.json")
        seen[name] += 1
    return tuple(made)


def create_run(
    settings: Settings,
    problems: Sequence[Problem],
    *,
    budget: Budget,
    model: str = "",
    folder: Path | None = None,
    repair: bool = True,
) -> Run:
    """A new run, its manifest on the disk.

    Raises:
        BadInput: the folder can't be made or holds a run already.
    """
    name = f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(3)}"
    folder = folder or settings.home / "runs" / name
    run = Run(folder=folder, problems=tuple(problems), budget=budget, model=model, repair=repair)
    assert run.folder is not None
    manifest = {
        "format": FORMAT,
        "problems": [encode_problem(p) for p in run.problems],
        "budget": asdict(budget),
        "model": model,
        "repair": repair,
    }
    try:
        (run.folder / "certificates").mkdir(parents=True, exist_ok=True)
        if (run.folder / "manifest.json").exists():
            raise BadInput("expected a folder without a run in it; resume it or name another", place=str(run.folder))
        write_whole(run.folder / "manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1))
    except OSError as exc:
        raise BadInput(f"can't be written: {exc.strerror}; set LEMMATA_HOME", place=str(run.folder)) from None
    return run


def open_run(settings: Settings, name: str) -> Run:
    """A run that was begun before.

    Args:
        settings: whose home holds the run.
        name: as it was printed, or the path of its folder; empty: the newest.

    Raises:
        BadInput: no such run, or its manifest is damaged.
    """
    known = sorted(p.parent.name for p in (settings.home / "runs").glob("*/manifest.json"))
    name = name or (known[-1] if known else "newest")
    folder = Path(name) if (Path(name) / "manifest.json").exists() else settings.home / "runs" / name
    try:
        data = json.loads((folder / "manifest.json").read_text("utf-8"))
        if data["format"] != FORMAT:
            raise BadInput(f"expected the format {FORMAT}", place=str(folder / "manifest.json"))
        return Run(
            folder=folder,
            problems=tuple(decode_problem(p) for p in data["problems"]),
            budget=Budget(**data["budget"]),
            model=data["model"],
            repair=data.get("repair", True),
        )
    except FileNotFoundError:
        raise BadInput(f"no such run (the newest: {', '.join(known[-5:]) or 'none'})", place=f"run {name!r}") from None
    except (ValueError, KeyError, TypeError, OSError) as exc:
        raise BadInput(f"its manifest is damaged ({exc})", place=str(folder / "manifest.json")) from None


async def work_run(
    run: Run,
    settings: Settings,
    *,
    on_result: Callable[[int, Result], None],
    on_event: Callable[[Event], None] | None = None,
    make_chat: MakeChat | None = None,
    jobs: int = 1,
    backends: Backends | None = None,
) -> None:
    """Solve what is not solved yet; results come in the order in which they are ready, finished ones first.

    Args:
        run: as `create_run` or `open_run` gave it.
        settings: for the back-ends; not looked at where they are given.
        on_result: told the number and result of each problem, once.
        on_event: told of every new event.
        make_chat: gives the chat model's proposer for a problem.
        jobs: how many problems are worked on at once.
        backends: used and left open; None: opened for this run, and closed at its end.
    """
    traffic = run.folder / "traffic.jsonl" if run.folder else None

    async def finish(index: int, result: Result) -> None:
        on_result(index, result)

    def chat(index: int, backends: Backends) -> AsyncPropose | None:
        return make_chat(run.problems[index], backends, traffic) if make_chat else None

    with nullcontext(backends) if backends is not None else Backends(settings) as opened:
        await work_many(run, opened, Many(finish=finish, chat=chat), on_event=on_event, jobs=jobs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Many:
    """What a run of very many problems decides for itself.

    Args:
        finish: awaited with the number and result of each problem, once, before the next one takes its place.
        chat: gives the chat model's proposer for the problem of that number, if it has one.
        done: numbers of problems whose results were handed over by an earlier process.
        may_begin: asked before each problem; what it turns down stays open.
        crashed: what an unforeseen exception makes of a problem; it may raise it again. None: the run ends with it.
        forget: `finish` keeps what counts: drop a problem's events from memory once it is finished, don't make the disk
            confirm each event, and keep no checkpoints; what was found before a kill is found again in the record,
            while the clock of that problem starts again.
        place: where proposers and checkers are run; None: here.
    """

    finish: Callable[[int, Result], Awaitable[None]]
    chat: Callable[[int, Backends], AsyncPropose | None]
    done: frozenset[int] = frozenset()
    may_begin: Callable[[], bool] = lambda: True
    crashed: Callable[[Problem, Exception], Failed] | None = None
    forget: bool = False
    place: Place | None = None


async def work_many(
    run: Run,
    backends: Backends,
    many: Many,
    *,
    on_event: Callable[[Event], None] | None = None,
    jobs: int = 1,
) -> None:
    """As `work_run`, with back-ends that the caller opened and what `many` decides."""
    events = run.folder / "record.jsonl" if run.folder else None
    without = frozenset(map(str, many.done)) if many.forget else frozenset()
    record = Record(events, on_event, without=without, durable=not many.forget)
    async with AsyncExitStack() as stack:
        path = run.folder / "checkpoints.sqlite" if run.folder and not many.forget else None
        checkpoints = await open_checkpoints(stack, path) if path is not None else None
        graph = build_graph(checkpoints)
        limiter = anyio.CapacityLimiter(jobs)

        async def hand_over(index: int, result: Result) -> None:
            await many.finish(index, result)
            if many.forget:
                record.forget(str(index))

        async def one(index: int) -> None:
            async with limiter:
                if not many.may_begin():
                    return
                strategy = strategy_for(run.problems[index])
                bench = Workbench(
                    strategy=strategy if run.repair else replace(strategy, repairers=()),
                    budget=run.budget,
                    backends=backends,
                    record=record,
                    key=str(index),
                    chat=many.chat(index, backends),
                    place=many.place,
                )
                try:
                    result = await _solve(run, index, graph, bench)
                except Exception as exc:
                    if many.crashed is None:
                        raise
                    result = many.crashed(run.problems[index], exc)
                    bench.tell("failed", error=str(result.error))
                await hand_over(index, result)

        async with anyio.create_task_group() as group:
            for index in range(len(run.problems)):
                if index in many.done:
                    continue
                finished = record.find("finished", str(index))
                if finished is not None:
                    await hand_over(index, _solution(run.problems[index], finished, record))
                else:
                    group.start_soon(one, index)


async def _solve(run: Run, index: int, graph: Any, bench: Workbench) -> Result:
    problem = run.problems[index]
    try:
        state = await work(graph, problem, bench)
    except LemmataError as exc:
        bench.tell("failed", error=str(exc))
        return Failed(problem=problem, error=exc)
    outcome = state["outcome"]
    path = run.certificate_path(index)
    if outcome["certificate"] is not None and path is not None:
        write_whole(path, json.dumps(outcome["certificate"], ensure_ascii=False, indent=1) + "\n")
    event = bench.record.append("finished", key=bench.key, problem=bench.key, outcome=outcome, spent=state["spent"])
    return _solution(problem, event, bench.record)


def _solution(problem: Problem, finished: Event, record: Record) -> Solution:
    outcome = finished["outcome"]
    return Solution(
        problem=problem,
        answer=outcome["answer"],
        verdict=decode_verdict(outcome["verdict"]),
        certificate=outcome["certificate"],
        cost=Spent(**finished["spent"]),
        stopped=outcome["reason"],
        record=record.events_of(finished["problem"]),
    )


def write_whole(path: Path, text: str) -> None:
    """Write a file so that a kill leaves the old one or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with part.open("w", encoding="utf-8", errors="surrogatepass", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
