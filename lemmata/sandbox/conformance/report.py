"""The report in words."""

from __future__ import annotations

from lemmata.sandbox.conformance.case import Mark
from lemmata.sandbox.conformance.suite import Report

HEAD = ("case", "outcome", "what", "why")
_WRONG = (Mark.FAILED, Mark.SUCCEEDED, Mark.INCONCLUSIVE)


def rows(report: Report, *, verbose: bool) -> list[tuple[str, str, str, str]]:
    """One row for each case that went wrong, or for every case."""
    return [(r.case.id, r.mark.value, r.case.what, r.by) for r in report.results if verbose or r.mark in _WRONG]


def summary(report: Report) -> str:
    """The counts in one line."""
    told = report.encode()
    counts = (
        f"behaviours: {told['behaviours_passed']} passed, {told['behaviours_failed']} failed",
        f"attacks: {told['attacks_stopped']} stopped, {told['attacks_succeeded']} succeeded",
        f"not applicable: {told['not_applicable']}",
        f"not tried: {told['not_tried']}",
    )
    return f"{report.backend} {report.probe.version}: {'; '.join(counts)} ({report.seconds:.1f} s)"
