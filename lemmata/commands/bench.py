"""`lemmata bench`: batch runs over data sets, with their progress and a table at the end."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lemmata.commands.options import AsJson, Home, Lean, Sandbox, Unsafe, positive
from lemmata.errors import BadInput

if TYPE_CHECKING:
    from lemmata.agents.llm import ChatModel
    from lemmata.benchmark.batch import Batch, Ended
    from lemmata.config import Settings
    from lemmata.datasets.sample import SampleSet


def bench(
    name: Annotated[str, typer.Argument(help="Of a data set; `--list` shows them.")] = "",
    data: Annotated[Path | None, typer.Option(help="Its file or folder; none: it is fetched from the hub.")] = None,
    model: Annotated[
        str | None, typer.Option(help="Chat model (LEMMATA_MODEL); none: symbolic proposers only.")
    ] = None,
    base_url: Annotated[str | None, typer.Option(help="OpenAI-compatible endpoint (OPENAI_BASE_URL).")] = None,
    k: Annotated[int, typer.Option(min=1, help="Attempts at each sample.")] = 1,
    limit: Annotated[int | None, typer.Option(min=1, help="Only so many samples, from the first on.")] = None,
    budget: Annotated[float | None, typer.Option(help="Dollars for the whole run.")] = None,
    wall: Annotated[float, typer.Option(help="Seconds for each attempt.")] = 60.0,
    concurrency: Annotated[int, typer.Option(min=1, help="Attempts made at once.")] = 1,
    seed: Annotated[int, typer.Option(help="What the seeds of all attempts follow from.")] = 0,
    resume: Annotated[str, typer.Option(help="Go on with this run: its name or folder.")] = "",
    out: Annotated[Path | None, typer.Option(help="Folder of the run and its certificates.")] = None,
    executor: Annotated[str, typer.Option(help="Where things are checked: local or ray.")] = "local",
    ray_address: Annotated[
        str, typer.Option(envvar="RAY_ADDRESS", help="Of the Ray cluster; auto: the one of this machine.")
    ] = "auto",
    listed: Annotated[bool, typer.Option("--list", help="List the data sets, and nothing else.")] = False,
    card: Annotated[str, typer.Option(help="Show what is known of this data set, and nothing else.")] = "",
    lean: Lean = None,
    home: Home = None,
    sandbox: Sandbox = None,
    unsafe_no_sandbox: Unsafe = False,
    as_json: AsJson = False,
) -> None:
    """Attempt every sample of a data set, score what comes of it, and keep everything in a folder.

    Exit 0: the run came to its end, 2: bad input, 130: interrupted. A run that was killed goes on with --resume.
    """
    from dataclasses import replace

    from lemmata.benchmark.batch import create_batch, open_batch
    from lemmata.budget import Budget
    from lemmata.environment import load_settings

    if listed or card:
        _show_cards(card, as_json=as_json)
        return
    settings = load_settings(
        model=model,
        base_url=base_url,
        lean=lean,
        home=home,
        sandbox=sandbox,
        unsafe_no_sandbox=unsafe_no_sandbox or None,
    )
    if executor not in ("local", "ray"):
        raise BadInput(f"expected local or ray, got {executor!r}", place="--executor")
    if resume:
        if name or out is not None:
            raise BadInput(
                "a run that is resumed has its data set and folder already; leave them out", place="--resume"
            )
        batch = open_batch(settings, resume, path=str(data) if data else "")
        if model is not None and model != batch.model:
            raise BadInput(f"this run was begun with {batch.model or 'no model'!r}; begin a new one", place="--model")
    else:
        found, path = _load(name, data, settings, limit=limit)
        batch = create_batch(
            found,
            settings,
            path=path,
            limit=limit,
            model=settings.model,
            k=k,
            budget=Budget(wall_s=positive("--wall", wall)),
            dollars=budget,
            seed=seed,
            folder=out,
        )
    _work(
        batch,
        replace(settings, model=batch.model),
        dollars=budget,
        jobs=concurrency,
        ray_address=ray_address if executor == "ray" else "",
        as_json=as_json,
    )


def _load(name: str, data: Path | None, settings: Settings, *, limit: int | None) -> tuple[SampleSet, str]:
    """The samples, and where they were read."""
    from lemmata.datasets.hub import fetch_dataset
    from lemmata.datasets.table import find_reader, load_samples

    if not name:
        raise BadInput("expected the name of a data set; `lemmata bench --list` shows them", place="NAME")
    find_reader(name)
    path = data or fetch_dataset(name, settings)
    return load_samples(name, path, limit=limit), str(path.resolve())


def _show_cards(name: str, *, as_json: bool) -> None:
    from dataclasses import asdict

    from lemmata.datasets.cards import describe, list_cards
    from lemmata.datasets.table import card, names

    cards = [card(n) for n in ((name,) if name else names())]
    if as_json:
        for each in cards:
            print(json.dumps(asdict(each), ensure_ascii=False))
    else:
        print(describe(cards[0]) if name else list_cards(cards), end="")


def _work(
    batch: Batch, settings: Settings, *, dollars: float | None, jobs: int, ray_address: str, as_json: bool
) -> None:
    """Work on the run and show it as it goes."""
    from lemmata.agents.workbench import Here, Place
    from lemmata.api import run_async
    from lemmata.benchmark.batch import work_batch
    from lemmata.benchmark.progress import Progress
    from lemmata.provers.base import Backends

    def place(backends: Backends) -> Place:
        if not ray_address:
            return Here(backends)
        from lemmata.benchmark.cluster import Cluster

        return backends.keep("cluster", lambda: Cluster(backends.settings, ray_address, jobs))

    chat = _chat(settings)
    progress = Progress(batch, as_lines_of_json=as_json)
    try:
        with progress:
            ended = run_async(
                work_batch(
                    batch,
                    settings,
                    chat=chat,
                    dollars=dollars,
                    on_begin=progress.on_begin,
                    on_outcome=progress.on_outcome,
                    jobs=jobs,
                    place=place,
                )
            )
    except KeyboardInterrupt:
        print(f"lemmata: interrupted; go on with `lemmata bench --resume {batch.folder}`", file=sys.stderr)
        raise typer.Exit(130) from None
    _show_end(batch, ended, as_json=as_json)


def _chat(settings: Settings) -> ChatModel | None:
    from lemmata.agents.llm import OpenAIModel

    return OpenAIModel(settings) if settings.model else None


def _show_end(batch: Batch, ended: Ended, *, as_json: bool) -> None:
    from lemmata.benchmark.progress import encode_end, rows_of_end
    from lemmata.display import show_table

    if as_json:
        print(json.dumps(encode_end(batch, ended), ensure_ascii=False))
        return
    print()
    show_table(("result", "value"), rows_of_end(batch, ended))
    for skipped in batch.manifest["skipped"]:
        print(f"lemmata: skipped {skipped}", file=sys.stderr)
    if ended.stopped:
        print(
            f"lemmata: {ended.stopped}; go on with `lemmata bench --resume {batch.folder} --budget DOLLARS`",
            file=sys.stderr,
        )
