"""The command line: thin, parses and prints.

Exit codes: 0 solved, 1 not solved, 2 bad input or a missing back-end, 130 interrupted.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from lemmata.commands.bench import bench
from lemmata.commands.certificates import audit, recheck
from lemmata.commands.chat import chat
from lemmata.commands.lean import mutate, steps, vet
from lemmata.commands.mcp import mcp
from lemmata.commands.options import AsJson, Confirm, Home, Integers, Lean, Sandbox, Unsafe, positive
from lemmata.commands.problems import load_files, show_work
from lemmata.commands.programs import check, repair
from lemmata.commands.report import report
from lemmata.commands.sandbox import app as sandbox_app
from lemmata.commands.setup import app as setup_app
from lemmata.errors import LemmataError

if TYPE_CHECKING:
    pass

app = typer.Typer(
    name="lemmata",
    help="Answers formal and computational problems, with evidence that anyone can re-check.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(setup_app, name="setup")
app.add_typer(sandbox_app, name="sandbox")


def solve(
    files: Annotated[list[Path], typer.Argument(help=".lean .smt2 .sl .py .c .claim .steps .txt files, or folders.")],
    kind: Annotated[str, typer.Option(help="Read the files as this kind of problem.")] = "",
    integers: Integers = "machine",
    model: Annotated[
        str | None, typer.Option(help="Chat model (LEMMATA_MODEL); none: symbolic proposers only.")
    ] = None,
    base_url: Annotated[str | None, typer.Option(help="OpenAI-compatible endpoint (OPENAI_BASE_URL).")] = None,
    wall: Annotated[float, typer.Option(help="Seconds for each problem.")] = 60.0,
    checks: Annotated[int, typer.Option(help="Candidates checked for each problem.")] = 500,
    model_calls: Annotated[int, typer.Option(help="Requests to the chat model for each problem.")] = 20,
    tokens: Annotated[int, typer.Option(help="Tokens for each problem.")] = 200_000,
    dollars: Annotated[float, typer.Option(help="Dollars for each problem, where prices are known.")] = 1.0,
    jobs: Annotated[int, typer.Option(min=1, help="Problems worked on at once.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Folder of the run and its certificates.")] = None,
    lean: Lean = None,
    home: Home = None,
    sandbox: Sandbox = None,
    unsafe_no_sandbox: Unsafe = False,
    confirm: Confirm = None,
    as_json: AsJson = False,
) -> None:
    """Solve the problems in FILES and write a certificate for each answer."""
    from lemmata.agents.run import create_run
    from lemmata.budget import Budget
    from lemmata.display import exit_code
    from lemmata.environment import load_settings

    settings = load_settings(
        model=model,
        base_url=base_url,
        lean=lean,
        home=home,
        sandbox=sandbox,
        unsafe_no_sandbox=unsafe_no_sandbox or None,
        confirm=confirm,
    )
    budget = Budget(
        wall_s=positive("--wall", wall),
        checks=checks,
        model_calls=model_calls,
        tokens=tokens,
        dollars=dollars,
    )
    problems, bad = load_files(files, kind=kind, integers=integers, as_json=as_json)
    if not problems:
        raise typer.Exit(2)
    run = create_run(settings, [p for _, p in problems], budget=budget, model=settings.model, folder=out)
    results = show_work(run, settings, jobs=jobs, as_json=as_json)
    raise typer.Exit(2 if bad else exit_code(results))


def resume(
    run: Annotated[str, typer.Argument(help="Name or folder of the run; none: the newest.")] = "",
    jobs: Annotated[int, typer.Option(min=1, help="Problems worked on at once.")] = 1,
    base_url: Annotated[str | None, typer.Option(help="OpenAI-compatible endpoint (OPENAI_BASE_URL).")] = None,
    lean: Lean = None,
    home: Home = None,
    sandbox: Sandbox = None,
    unsafe_no_sandbox: Unsafe = False,
    as_json: AsJson = False,
) -> None:
    """Go on with a run that was interrupted; what it had finished is shown, not done again."""
    from dataclasses import replace

    from lemmata.agents.run import open_run
    from lemmata.display import exit_code
    from lemmata.environment import load_settings

    settings = load_settings(
        base_url=base_url, lean=lean, home=home, sandbox=sandbox, unsafe_no_sandbox=unsafe_no_sandbox or None
    )
    begun = open_run(settings, run)
    raise typer.Exit(exit_code(show_work(begun, replace(settings, model=begun.model), jobs=jobs, as_json=as_json)))


def same(
    first: Annotated[str, typer.Argument(help="An answer in LaTeX, Lean 4 or plain text.")],
    second: Annotated[str, typer.Argument(help="Another.")],
    type_: Annotated[str, typer.Option("--type", help="Of the answer, in Lean's notation: ℕ, Set ℝ, ℝ × ℝ.")] = "",
    as_json: AsJson = False,
) -> None:
    """Say whether two answers are the same: exit 0 for yes, 1 for no or not known, 2 for one that can't be read."""
    from lemmata.provers.answers.same.decide import same as decide
    from lemmata.provers.answers.same.sameness import Same, describe, encode

    found = decide(first, second, type=type_)
    print(json.dumps(encode(found), ensure_ascii=False) if as_json else describe(found))
    raise typer.Exit(0 if isinstance(found, Same) else 1)


def doctor(home: Home = None, lean: Annotated[str | None, typer.Option()] = None, as_json: AsJson = False) -> None:
    """Show every back-end: found, version, remedy. Exit 2 when one that the default needs is missing."""
    from dataclasses import asdict

    from lemmata.display import show_table
    from lemmata.doctor import examine
    from lemmata.environment import load_settings

    findings = examine(load_settings(home=home, lean=lean))
    if as_json:
        for finding in findings:
            print(json.dumps(asdict(finding), ensure_ascii=False))
    else:
        rows = [(f.name, "yes" if f.found else "no", f.version or f.remedy) for f in findings]
        show_table(("back-end", "found", "version or remedy"), rows)
    raise typer.Exit(0 if all(f.found for f in findings if f.needed) else 2)


def version() -> None:
    """Print the version."""
    from lemmata.version import __version__

    print(__version__)


_IN_ORDER: tuple[Callable[..., None], ...] = (
    solve,
    check,
    repair,
    resume,
    recheck,
    audit,
    same,
    bench,
    report,
    chat,
    mcp,
    vet,
    steps,
    mutate,
    doctor,
    version,
)
for _command in _IN_ORDER:
    app.command(context_settings={"ignore_unknown_options": _command is same})(_command)  # so that -1/2 is an answer


def main() -> NoReturn:
    """Run the command line; a user's mistake gives one line, not a traceback."""
    try:
        app(standalone_mode=True)
    except LemmataError as exc:
        print(f"lemmata: {exc}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("lemmata: interrupted", file=sys.stderr)
        sys.exit(130)
    sys.exit(0)
