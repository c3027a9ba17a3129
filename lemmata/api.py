"""The functions behind `import lemmata`; imported only when one of them is first used."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from lemmata.budget import Budget, Limits
from lemmata.certificate import decode_certificate, own_axioms
from lemmata.config import Settings
from lemmata.datasets.files import SUFFIXES, load_problems
from lemmata.environment import load_settings
from lemmata.errors import BackendMissing, BadCertificate, BadInput, ProtocolError
from lemmata.problem import Construction, Json, Problem, Theorem, canonical, digest_problem
from lemmata.provers.base import Backends
from lemmata.provers.recheck import recheck as decide_again
from lemmata.verdict import Reason, Shown, Solution, Unknown, Verdict

if TYPE_CHECKING:
    from lemmata.agents.llm import ChatModel
    from lemmata.agents.run import MakeChat, Result

T = TypeVar("T")
Asked: TypeAlias = Problem | str | Path
RECHECK_WALL_S = 120.0


def theorem(text: object, *, name: str = "claim") -> Theorem:
    """A claim in Lean's notation, such as `∀ x y : Int, x < y → x + 1 ≤ y`, or a condition of sympy's.

    Inside the fragments of numbers and of bit-vectors it is decided by solvers, with induction where they need it, or
    by certificates about reals; any other statement is given to Lean as it stands.

    Args:
        text: the claim; a sympy Boolean claims to hold for all values of its symbols (see
            `lemmata.provers.terms.sympy_reader`) and is written in Lean's notation.
        name: what people will see.

    Raises:
        BadInput: empty text, or an object that is not sympy's or is outside the subset.
    """
    if not isinstance(text, str):
        from lemmata.provers.terms.claim_writer import claim_text
        from lemmata.provers.terms.sympy_reader import read_sympy

        text = claim_text(read_sympy(text))
    if not text.strip():
        raise BadInput("expected a claim, got an empty text", place="theorem")
    claim = Theorem(name=name, source=text, language="claim")
    if reads_as_claim(text):
        return claim
    return Theorem(name=name, source=f"theorem claim : {text} := by sorry\n", language="lean", target="claim")


def reads_as_claim(text: str) -> bool:
    """Whether one of the provers of claims understands a text."""
    from lemmata.provers.real.statement import parse_statement
    from lemmata.provers.terms.claim import to_smtlib
    from lemmata.tools.smt_induction import find_inductions

    readers: tuple[Callable[[], object], ...] = (
        lambda: to_smtlib(text),
        lambda: next(find_inductions(Theorem(name="claim", source=text, language="claim"))),
        lambda: parse_statement(text, claim=True),
    )
    for reader in readers:
        with suppress(BadInput, StopIteration):
            reader()
            return True
    return False


def find(text: str, *, name: str = "answer") -> Construction:
    """A problem that asks for something: a value, a best constant, a relation.

    Args:
        text: `find answer : ℝ where (h : 2 * answer = 3)` (see `lemmata.provers.find.claim`), or
            `largest C : ℝ, ∀ a : ℝ, a > 0 → a + 1/a ≥ C`, `smallest …`, `relate …` (`lemmata.provers.real.statement`).
        name: what people will see.

    Raises:
        BadInput: outside the fragment; `place` says where.
    """
    from lemmata.provers.find.claim import read_find_claim
    from lemmata.provers.real.statement import is_inequality_problem, parse_statement

    problem = Construction(name=name, source=text, language="claim")
    read = parse_statement if is_inequality_problem(problem) else read_find_claim
    read(text)
    return problem


def load(path: str | Path, *, kind: str = "") -> tuple[Problem, ...]:
    """The problems in a file; see `lemmata.datasets.files.load_problems`."""
    return load_problems(path, kind=kind)


async def asolve(
    problem: Asked,
    model: str | ChatModel | None = None,
    budget: Budget | float | None = None,
    *,
    settings: Settings | None = None,
    on_event: Callable[[Mapping[str, Any]], None] | None = None,
    keep: bool = True,
) -> Solution:
    """Solve one problem.

    Args:
        problem: a problem, the path of a file with a single one, or a claim such as `∀ x : Int, x ≤ x`.
        model: name of a chat model, or the model itself; None: LEMMATA_MODEL, and without it symbolic proposers only.
        budget: allowances, or seconds on the clock.
        settings: where things are; None: the environment.
        on_event: told of every event as it happens.
        keep: keep record and checkpoints under the settings' home, so that a killed run can be resumed.

    Raises:
        BadInput: the problem can't be read.
        BackendMissing: something it needs is not installed; says how to get it.
    """
    from lemmata.agents.run import Failed, Run, create_run, work_run

    settings = settings or load_settings()
    asked = _one(problem)
    allowance = budget_of(budget)
    name, make_chat = chat_maker(settings, model)
    run = (
        create_run(settings, [asked], budget=allowance, model=name)
        if keep
        else Run(folder=None, problems=(asked,), budget=allowance, model=name)
    )
    results: list[Result] = []
    await work_run(
        run, settings, on_result=lambda _, result: results.append(result), on_event=on_event, make_chat=make_chat
    )
    (result,) = results
    if isinstance(result, Failed):
        raise result.error
    return result


def solve(
    problem: Asked,
    model: str | ChatModel | None = None,
    budget: Budget | float | None = None,
    *,
    settings: Settings | None = None,
    on_event: Callable[[Mapping[str, Any]], None] | None = None,
    keep: bool = True,
) -> Solution:
    """Solve one problem; as `asolve`, for programs that wait. Works in notebooks too."""
    return run_async(asolve(problem, model, budget, settings=settings, on_event=on_event, keep=keep))


async def astream(
    problem: Asked,
    model: str | ChatModel | None = None,
    budget: Budget | float | None = None,
    *,
    settings: Settings | None = None,
    keep: bool = True,
) -> AsyncIterator[Mapping[str, Any] | Solution]:
    """Events as they happen, each a mapping with `event` and `time`; the last item is the Solution."""
    events: asyncio.Queue[Mapping[str, Any] | Solution | BaseException] = asyncio.Queue()

    async def work() -> None:
        events.put_nowait(
            await asolve(problem, model, budget, settings=settings, on_event=events.put_nowait, keep=keep)
        )

    def tell_failure(done: asyncio.Task[None]) -> None:
        if not done.cancelled() and (error := done.exception()) is not None:
            events.put_nowait(error)

    task = asyncio.create_task(work())
    task.add_done_callback(tell_failure)
    try:
        while True:
            item = await events.get()
            if isinstance(item, BaseException):
                raise item
            yield item
            if isinstance(item, Solution):
                return
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def stream(
    problem: Asked,
    model: str | ChatModel | None = None,
    budget: Budget | float | None = None,
    *,
    settings: Settings | None = None,
    keep: bool = True,
) -> Iterator[Mapping[str, Any] | Solution]:
    """As `astream`, for programs that wait: events as they happen, then the Solution."""
    items: queue.SimpleQueue[Mapping[str, Any] | Solution | BaseException] = queue.SimpleQueue()

    def work() -> None:
        try:
            items.put(asyncio.run(asolve(problem, model, budget, settings=settings, on_event=items.put, keep=keep)))
        except BaseException as exc:  # handed to the caller's thread, which raises it
            items.put(exc)

    threading.Thread(target=work, daemon=True).start()
    while True:
        item = items.get()
        if isinstance(item, BaseException):
            raise item
        yield item
        if isinstance(item, Solution):
            return


@dataclass(frozen=True, slots=True, kw_only=True)
class Rechecked(Shown):
    """What deciding one certificate again gave.

    Args:
        path: of the certificate.
        verdict: decided again; Unknown when a limit was reached first; None when it is refused.
        reason: why it is refused or not decided.
        axioms: of the problem's own text, on which the verdict rests.
    """

    path: Path
    verdict: Verdict | None
    reason: str = ""
    axioms: tuple[str, ...] = ()


def recheck(
    certificate: str | Path | Mapping[str, Json], *, settings: Settings | None = None, wall_s: float = RECHECK_WALL_S
) -> Verdict:
    """Decide a certificate again from its own text, in fresh processes, with no search and no model.

    Args:
        certificate: path of the file, or its content as `Solution.certificate` holds it.
        settings: where back-ends are; None: the environment.
        wall_s: seconds that the check may take.

    Returns:
        The verdict, decided again; Unknown when the limit was reached first.

    Raises:
        BadCertificate: damaged, forged, or rejected; says why.
        BackendMissing: something it needs is not installed.
    """
    if isinstance(certificate, Mapping):
        place = "certificate"
        try:
            text = canonical(dict(certificate))
        except (TypeError, ValueError, RecursionError) as exc:
            raise BadCertificate(f"expected plain JSON ({exc})", place=place) from None
    else:
        text, place = _read(Path(certificate)), str(certificate)
    read = decode_certificate(text, place=place)
    with Backends(settings or load_settings()) as backends:
        return decide_again(read, backends, Limits(wall_s=wall_s), place=place)


def recheck_all(
    paths: Iterable[Path], settings: Settings, *, about: Iterable[Problem] = (), wall_s: float = RECHECK_WALL_S
) -> Iterator[Rechecked]:
    """As `recheck`, for many files with one set of back-ends; a refusal is a result here, not an error.

    Args:
        paths: of the certificates.
        settings: where back-ends are.
        about: when given, certificates about any other problem are refused.
        wall_s: seconds that each check may take.
    """
    wanted = {digest_problem(p) for p in about}
    with Backends(settings) as backends:
        for path in paths:
            try:
                read = decode_certificate(_read(path), place=str(path))
                if wanted and digest_problem(read.problem) not in wanted:
                    raise BadCertificate("it is about another problem", place=str(path))
                verdict = decide_again(read, backends, Limits(wall_s=wall_s), place=str(path))
            except BadInput as exc:
                yield Rechecked(path=path, verdict=None, reason=exc.text)
            except ProtocolError as exc:
                yield Rechecked(path=path, verdict=None, reason=str(exc))
            except BackendMissing as exc:
                missing = Unknown(Reason.BACKEND_MISSING, str(exc))
                yield Rechecked(path=path, verdict=missing, reason=str(exc))
            else:
                reason = f"{verdict.reason.value}: {verdict.detail}" if isinstance(verdict, Unknown) else ""
                yield Rechecked(path=path, verdict=verdict, reason=reason, axioms=own_axioms({"facts": read.facts}))


def chat_maker(settings: Settings, model: str | ChatModel | None) -> tuple[str, MakeChat | None]:
    """The name of the chat model and what makes its proposer; ("", None) when none is configured."""
    name = model if isinstance(model, str) else settings.model
    if model is None and not name:
        return "", None
    from dataclasses import replace

    from lemmata.agents.chat_proposer import chat_proposer
    from lemmata.agents.llm import OpenAIModel
    from lemmata.agents.traffic import Recorded

    chat = OpenAIModel(replace(settings, model=name)) if model is None or isinstance(model, str) else model

    def make(problem: Problem, backends: Backends, traffic: Path | None) -> Any:
        used = chat if traffic is None else Recorded(chat, traffic)
        return chat_proposer(used, problem, backends).propose

    return name or type(chat).__name__, make


def run_async(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end, in a thread of its own where an event loop is running already (a notebook)."""
    if not _loop_is_running():
        return asyncio.run(work)
    done: queue.SimpleQueue[tuple[T | None, BaseException | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            done.put((asyncio.run(work), None))
        except BaseException as exc:  # handed to the caller's thread, which raises it
            done.put((None, exc))

    threading.Thread(target=run, daemon=True).start()
    result, error = done.get()
    if error is not None:
        raise error
    return result  # type: ignore[return-value]


def _loop_is_running() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _one(problem: Asked) -> Problem:
    if not isinstance(problem, str | Path):
        return problem
    text = str(problem)
    if isinstance(problem, str) and (" " in text or Path(text).suffix not in SUFFIXES):
        return theorem(text)
    problems = load_problems(text)
    if len(problems) != 1:
        names = ", ".join(p.name for p in problems[:4])
        raise BadInput(f"expected one problem, found {len(problems)} ({names}, …); solve load(path)[i]", place=text)
    return problems[0]


def budget_of(budget: Budget | float | None) -> Budget:
    """The allowances that an argument `budget` means.

    Raises:
        BadInput: it is no Budget and no number of seconds above 0.
    """
    if budget is None:
        return Budget()
    if isinstance(budget, Budget):
        return budget
    if isinstance(budget, bool) or not isinstance(budget, int | float) or not budget > 0:
        raise BadInput(f"expected a Budget or seconds above 0, got {budget!r}", place="budget")
    return Budget(wall_s=float(budget))


def _read(path: Path) -> str:
    try:
        if path.exists() and not path.is_file():
            raise BadCertificate("expected a plain file", place=str(path))
        return path.read_text("utf-8")
    except OSError as exc:
        raise BadInput(f"can't be read: {exc.strerror}", place=str(path)) from None
    except UnicodeDecodeError:
        raise BadInput("expected UTF-8 text", place=str(path)) from None
