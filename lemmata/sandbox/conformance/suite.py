"""Play every case against a sandbox, and count what came of them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from lemmata.errors import BackendMissing, LemmataError
from lemmata.registry import SANDBOXES, resolve
from lemmata.sandbox.base import Probe, Sandbox, SessionEnded
from lemmata.sandbox.conformance import (
    attacks_calls,
    attacks_exhaustion,
    attacks_files,
    attacks_later,
    attacks_network,
    attacks_privileges,
    attacks_processes,
    attacks_results,
    attacks_writes,
    behaviours_limits,
    behaviours_python,
    behaviours_run,
    behaviours_session,
    behaviours_stream,
)
from lemmata.sandbox.conformance.case import Attack, Behaviour, Broken, Mark, NotApplicable, Result, Stage
from lemmata.sandbox.conformance.host import Host

CASES: tuple[Behaviour | Attack, ...] = (
    *behaviours_run.CASES,
    *behaviours_python.CASES,
    *behaviours_limits.CASES,
    *behaviours_stream.CASES,
    *behaviours_session.CASES,
    *attacks_files.CASES,
    *attacks_writes.CASES,
    *attacks_network.CASES,
    *attacks_processes.CASES,
    *attacks_privileges.CASES,
    *attacks_calls.CASES,
    *attacks_exhaustion.CASES,
    *attacks_results.CASES,
    *attacks_later.CASES,
)
_AT_ONCE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a sandbox did.

    Args:
        backend: its name.
        probe: what it says of itself.
        results: of every case, in the suite's order.
        seconds: that it took.
    """

    backend: str
    probe: Probe
    results: Sequence[Result]
    seconds: float

    def count(self, *marks: Mark, attacks: bool) -> int:
        """How many behaviours, or attacks, have one of the marks."""
        return sum(r.mark in marks and isinstance(r.case, Attack) == attacks for r in self.results)

    @property
    def holds(self) -> bool:
        """Whether every behaviour is shown and every attack stopped, of those that could be tried."""
        return not self.count(Mark.FAILED, attacks=False) and not self.count(*_NOT_STOPPED, attacks=True)

    def encode(self) -> dict[str, object]:
        """Everything as one JSON object; an attack that broke counts among the ones that were not stopped."""
        return {
            "backend": self.backend,
            "version": self.probe.version,
            "isolates": self.probe.isolates,
            "user": os.geteuid(),
            "seconds": round(self.seconds, 3),
            "behaviours_passed": self.count(Mark.PASSED, attacks=False),
            "behaviours_failed": self.count(Mark.FAILED, attacks=False),
            "attacks_stopped": self.count(Mark.STOPPED, attacks=True),
            "attacks_succeeded": self.count(*_NOT_STOPPED, attacks=True),
            "attacks_inconclusive": self.count(Mark.INCONCLUSIVE, attacks=True),
            "not_applicable": sum(r.mark is Mark.NOT_APPLICABLE for r in self.results),
            "not_tried": sum(r.mark is Mark.NOT_TRIED for r in self.results),
            "results": [_row(result) for result in self.results],
        }


_NOT_STOPPED = (Mark.SUCCEEDED, Mark.INCONCLUSIVE)


def find_backend(name: str) -> Sandbox:
    """The back-end of that name, from the registry or from a plug-in.

    Raises:
        BadInput: there is none; lists the ones there are.
    """
    backend: Sandbox = resolve(SANDBOXES, "lemmata.sandboxes", name)()
    return backend


def check_sandbox(sandbox: Sandbox, *, only: str = "") -> Report:
    """Play the whole suite.

    Args:
        sandbox: the back-end under test.
        only: play only the cases with this word in their id.

    Raises:
        BackendMissing: it does not work here; says how to make it work.
    """
    began = time.monotonic()
    probe = sandbox.probe()
    if not probe.found:
        raise BackendMissing(f"{sandbox.name} does not work here", remedy=probe.remedy)
    cases = [case for case in CASES if only in case.id]
    with Host() as host:
        stage = Stage(sandbox, host)
        results = {result.case.id: result for result in _play_all(cases, stage, isolated=isolates(sandbox, probe))}
    ordered = [results[case.id] for case in cases]
    return Report(backend=sandbox.name, probe=probe, results=ordered, seconds=time.monotonic() - began)


def isolates(sandbox: Sandbox, probe: Probe) -> bool:
    """Whether attacks that could do harm may be tried, because the back-end claims to keep something apart."""
    return sandbox.name != "process" and not probe.isolates.startswith("nothing")


def play(case: Behaviour | Attack, stage: Stage, *, isolated: bool) -> Result:
    """Play one case; nothing that the back-end raises gets past it."""
    began = time.monotonic()
    mark, by = _play(case, stage, isolated=isolated)
    return Result(case=case, mark=mark, by=by, seconds=time.monotonic() - began)


def _play_all(cases: Sequence[Behaviour | Attack], stage: Stage, *, isolated: bool) -> Iterator[Result]:
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="conformance") as pool:
        together = [pool.submit(play, case, stage, isolated=isolated) for case in cases if not case.alone]
        for done in as_completed(together):
            yield done.result()
    for case in cases:
        if case.alone:
            yield play(case, stage, isolated=isolated)


def _play(case: Behaviour | Attack, stage: Stage, *, isolated: bool) -> tuple[Mark, str]:
    if case.native and not stage.sandbox.native:
        return Mark.NOT_APPLICABLE, "it runs Python only"
    if isinstance(case, Attack) and not case.harmless and not isolated:
        return Mark.NOT_TRIED, "it could do harm where nothing is isolated"
    broken = Mark.INCONCLUSIVE if isinstance(case, Attack) else Mark.FAILED
    try:
        if isinstance(case, Attack):
            finding = case.attempt(stage)
            return finding.mark, finding.by
        case.check(stage)
    except NotApplicable as exc:
        return Mark.NOT_APPLICABLE, str(exc)
    except Broken as exc:
        return broken, str(exc)
    except (LemmataError, SessionEnded, OSError, ValueError) as exc:
        return broken, f"{type(exc).__name__}: {exc}"
    return Mark.PASSED, ""


def _row(result: Result) -> dict[str, object]:
    case = result.case
    kind = "attack" if isinstance(case, Attack) else "behaviour"
    seconds = round(result.seconds, 3)
    return {
        "kind": kind,
        "id": case.id,
        "what": case.what,
        "outcome": result.mark.value,
        "by": result.by,
        "seconds": seconds,
    }
