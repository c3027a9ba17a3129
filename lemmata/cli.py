"""The command line: thin, parses and prints.

Exit codes: 0 solved, 1 not solved, 2 bad input or a missing back-end, 130 interrupted.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from lemmata.commands.bench import bench
from lemmata.commands.chat import chat
from lemmata.commands.lean import mutate, steps, vet
from lemmata.commands.mcp import mcp
from lemmata.commands.options import AsJson, Confirm, Home, Integers, Lean, Sandbox, Unsafe, positive
from lemmata.commands.report import report
from lemmata.commands.sandbox import app as sandbox_app
from lemmata.commands.setup import app as setup_app
from lemmata.errors import BadInput, LemmataError, NothingToCheck

if TYPE_CHECKING:
    from lemmata.agents.run import Result, Run
    from lemmata.config import Settings
    from lemmata.problem import Problem

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
app.command()(bench)
app.command()(chat)
app.command()(mutate)
app.command()(vet)
app.command()(steps)
app.command()(mcp)
app.command()(report)


@app.command()
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
    problems, bad = _load(files, kind=kind, integers=integers, as_json=as_json)
    if not problems:
        raise typer.Exit(2)
    run = create_run(settings, [p for _, p in problems], budget=budget, model=settings.model, folder=out)
    results = _work(run, settings, jobs=jobs, as_json=as_json)
    raise typer.Exit(2 if bad else exit_code(results))


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="C and Python programs, or folders of them.")],
    sarif: Annotated[Path | None, typer.Option(help="Write the findings here as SARIF 2.1.0.")] = None,
    skip_nothing: Annotated[
        bool, typer.Option("--skip-nothing", help="Pass over programs that claim nothing, as hooks want it.")
    ] = False,
    integers: Integers = "machine",
    wall: Annotated[float, typer.Option(help="Seconds for each program.")] = 60.0,
    jobs: Annotated[int, typer.Option(min=1, help="Programs checked at once.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Folder of the run and its certificates.")] = None,
    home: Home = None,
    sandbox: Sandbox = None,
    unsafe_no_sandbox: Unsafe = False,
    confirm: Confirm = None,
    as_json: AsJson = False,
) -> None:
    """Look for violations in programs without repairing them.

    Exit 1: one was found, whatever else went wrong; 2: bad input; 0: none was found. A program that claims nothing is
    bad input where it is named, and passed over with a note where it is found in a folder.
    """
    from lemmata.agents.run import Failed, create_run, write_whole
    from lemmata.budget import Budget
    from lemmata.environment import load_settings
    from lemmata.sarif import encode_sarif
    from lemmata.verdict import Refuted, Solution

    settings = load_settings(home=home, sandbox=sandbox, unsafe_no_sandbox=unsafe_no_sandbox or None, confirm=confirm)
    budget = Budget(wall_s=positive("--wall", wall))

    def passed_over(path: Path, error: LemmataError) -> bool:
        return isinstance(error, NothingToCheck) and (skip_nothing or path not in files)

    loaded, bad = _load(
        files, kind="program", integers=integers, as_json=as_json, suffixes=(".c", ".py"), passed_over=passed_over
    )
    results: list[Result] = []
    if loaded:
        run = create_run(settings, [problem for _, problem in loaded], budget=budget, folder=out, repair=False)
        results = _work(run, settings, jobs=jobs, as_json=as_json)
    paths = [path for path, _ in loaded]
    if sarif is not None and (loaded or not bad):
        log = encode_sarif(zip(paths, results, strict=True))
        write_whole(sarif, json.dumps(log, ensure_ascii=False, indent=1) + "\n")
    failed = [(p, r.error) for p, r in zip(paths, results, strict=True) if isinstance(r, Failed)]
    refuted = any(isinstance(r, Solution) and isinstance(r.verdict, Refuted) for r in results)
    nothing = len(failed) == len(loaded) and not skip_nothing
    wrong = bad or nothing or not all(passed_over(path, error) for path, error in failed)
    raise typer.Exit(1 if refuted else 2 if wrong else 0)


@app.command()
def repair(
    files: Annotated[list[Path], typer.Argument(help="C and Python programs, Lean files, or folders of them.")],
    in_place: Annotated[bool, typer.Option("--in-place", help="Write each repaired text over its file.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Print the patches alone.")] = False,
    integers: Integers = "machine",
    wall: Annotated[float, typer.Option(help="Seconds for each program, and each proof that fails.")] = 60.0,
    home: Home = None,
    sandbox: Sandbox = None,
    unsafe_no_sandbox: Unsafe = False,
) -> None:
    """Repair programs and Lean proofs, no model needed. Exit 0: nothing wrong is left, 1: something, 2: bad input."""
    from lemmata.agents.repairs import repair_files
    from lemmata.environment import load_settings

    settings = load_settings(home=home, sandbox=sandbox, unsafe_no_sandbox=unsafe_no_sandbox or None)
    found = _expand(files, (".c", ".py", ".lean"))
    proofs, programs = [p for p in found if p.suffix == ".lean"], [p for p in found if p.suffix != ".lean"]
    loaded, bad = _load(programs, kind="program", integers=integers, as_json=False)
    code = 2 if bad else 0
    for repaired in repair_files(loaded, proofs, settings, wall_s=positive("--wall", wall)):
        print(f"{repaired.path}: {repaired.words}", file=sys.stderr if diff else sys.stdout, flush=True)
        print(repaired.diff(), end="", flush=True)
        if in_place:
            repaired.write()
        code = max(code, repaired.outcome.value)
    raise typer.Exit(code)


@app.command()
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
    raise typer.Exit(exit_code(_work(begun, replace(settings, model=begun.model), jobs=jobs, as_json=as_json)))


@app.command()
def recheck(
    files: Annotated[list[Path], typer.Argument(help="Certificates.")],
    problem: Annotated[Path | None, typer.Option(help="Refuse certificates about anything but this file.")] = None,
    wall: Annotated[float, typer.Option(help="Seconds for each certificate.")] = 120.0,
    lean: Lean = None,
    home: Home = None,
    sandbox: Sandbox = None,
    unsafe_no_sandbox: Unsafe = False,
    confirm: Confirm = None,
    as_json: AsJson = False,
) -> None:
    """Decide certificates again from the files alone: no model, no search. Exit 2 when one is refused."""
    from lemmata.api import load, recheck_all
    from lemmata.environment import load_settings
    from lemmata.verdict import Reason, Unknown, name_of

    unsafe = unsafe_no_sandbox or None
    settings = load_settings(lean=lean, home=home, sandbox=sandbox, unsafe_no_sandbox=unsafe, confirm=confirm)
    about = load(problem) if problem else ()
    code = 0
    for row in recheck_all(files, settings, about=about, wall_s=positive("--wall", wall)):
        undecided = isinstance(row.verdict, Unknown)
        result = "refused" if row.verdict is None else "undecided" if undecided else name_of(row.verdict)
        broken = row.verdict is None or row.verdict == Unknown(Reason.BACKEND_MISSING, row.reason)
        code = max(code, 2 if broken else 1 if undecided else 0)
        if as_json:
            said = {"certificate": str(row.path), "result": result, "reason": row.reason or None}
            print(json.dumps(said, ensure_ascii=False), flush=True)
        else:
            print(f"{row.path}: {result}{': ' + row.reason if row.reason else ''}", flush=True)
    raise typer.Exit(code)


@app.command()
def audit(
    files: Annotated[list[Path], typer.Argument(help="Solved Lean files, or folders of them.")],
    statements: Annotated[Path, typer.Option(help="Folder or file of the theorems as they were asked, proofs open.")],
    wall: Annotated[float, typer.Option(help="Seconds for each file.")] = 120.0,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Files at once (LEMMATA_LEAN_WORKERS); none: all that fit.")
    ] = None,
    lean: Lean = None,
    home: Home = None,
    sandbox: Sandbox = None,
    unsafe_no_sandbox: Unsafe = False,
) -> None:
    """Judge solved Lean files by their statements, a line of JSON for each. Exit 1: one is rejected, 2: bad input."""
    from lemmata.audits import audit_all
    from lemmata.environment import load_settings

    unsafe = unsafe_no_sandbox or None
    settings = load_settings(lean=lean, lean_workers=jobs, home=home, sandbox=sandbox, unsafe_no_sandbox=unsafe)
    solved, code = _expand(files, (".lean",)), 0
    for row, said in audit_all(statements, solved, settings, wall_s=positive("--wall", wall)):
        print(json.dumps(said, ensure_ascii=False), flush=True)
        code = max(code, 2 if row.unreadable else 1 if row.faults else 0)
    raise typer.Exit(code)


@app.command(context_settings={"ignore_unknown_options": True})  # so that -1/2 is an answer
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


@app.command()
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


@app.command()
def version() -> None:
    """Print the version."""
    from lemmata.version import __version__

    print(__version__)


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


def _load(
    files: list[Path],
    *,
    kind: str,
    integers: str,
    as_json: bool,
    suffixes: tuple[str, ...] = (),
    passed_over: Callable[[Path, LemmataError], bool] = lambda path, error: False,
) -> tuple[list[tuple[Path, Problem]], int]:
    """The problems in all files that can be read, each with its file, and how many can't; each bad one gets its line.

    In folders only files with these endings are looked for; none: any that can be read. A file that is passed over gets
    its line too, but is not counted.
    """
    from dataclasses import replace

    from lemmata.datasets.files import SUFFIXES, load_problems
    from lemmata.problem import Program

    if integers not in ("machine", "unbounded"):
        raise BadInput(f"expected machine or unbounded, got {integers!r}", place="--integers")
    meant: Any = integers
    problems: list[tuple[Path, Problem]] = []
    bad = 0
    for file in _expand(files, suffixes or tuple(s for s in SUFFIXES if s != ".md")):
        try:
            for p in load_problems(file, kind=kind):
                in_c = isinstance(p, Program) and p.language == "c"
                problems.append((file, replace(p, integers=meant) if in_c else p))
        except BadInput as exc:
            bad += 0 if passed_over(file, exc) else 1
            print(f"lemmata: {exc}", file=sys.stderr, flush=True)
            if as_json:
                verdict = "nothing_to_check" if isinstance(exc, NothingToCheck) else "error"
                nothing = {"kind": kind or None, "verdict": verdict, "certificate": None, "seconds": 0.0}
                print(json.dumps({"problem": str(file), "reason": str(exc), **nothing}, ensure_ascii=False), flush=True)
    return problems, bad


def _expand(files: list[Path], suffixes: tuple[str, ...]) -> list[Path]:
    found: list[Path] = []
    for file in files:
        if file.is_dir():
            inside = sorted(p for p in file.rglob("*") if p.suffix in suffixes and p.is_file())
            found += inside or [file]  # a folder without problems is an error of its own
        else:
            found.append(file)
    return found


def _work(run: Run, settings: Settings, *, jobs: int, as_json: bool) -> list[Result]:
    """What came of each problem, shown as it comes."""
    from lemmata.agents.run import work_run
    from lemmata.api import chat_maker, run_async
    from lemmata.display import Progress, mending, print_table

    _, make_chat = chat_maker(settings, None)
    if not as_json:
        print(f"run {run.name}", flush=True)
    try:
        with Progress(run, as_lines_of_json=as_json) as progress:
            run_async(
                work_run(
                    run,
                    settings,
                    on_result=progress.on_result,
                    on_event=progress.on_event,
                    make_chat=make_chat,
                    jobs=jobs,
                )
            )
    except KeyboardInterrupt:
        print(f"lemmata: interrupted; go on with `lemmata resume {run.name}`", file=sys.stderr)
        raise typer.Exit(130) from None
    results = [progress.results[i] for i in sorted(progress.results)]
    for text in filter(None, map(mending, results)):
        print(f"lemmata: {text}", file=sys.stderr)
    if len(results) > 1 and not as_json:
        print()
        print_table(run, progress.results)
    return results
