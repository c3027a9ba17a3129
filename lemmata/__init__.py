"""lemmata: reasoning and formal verification whose every answer carries evidence that anyone can re-check.

    >>> import lemmata
    >>> solution = lemmata.solve("∀ x y : Int, x < y → x + 1 ≤ y")
    >>> solution.verdict
    Proved()
    >>> lemmata.recheck(solution.certificate)
    Proved()

Nothing heavy is imported until it is used; importing reads no environment and makes no folder.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from lemmata.budget import Budget, Limits, Spent
from lemmata.config import Settings
from lemmata.errors import (
    BackendMissing,
    BadCertificate,
    BadInput,
    LemmataError,
    ModelNonsense,
    ModelUnavailable,
    ProtocolError,
    SandboxMissing,
)
from lemmata.problem import Candidate, Construction, Problem, Program, Question, Synthesis, Theorem
from lemmata.verdict import (
    Accepted,
    Attempt,
    Counterexample,
    Fault,
    Proved,
    Reason,
    Refuted,
    Rejected,
    SafeUpTo,
    Solution,
    Tested,
    Unknown,
    Verdict,
)

if TYPE_CHECKING:
    from lemmata.api import asolve, astream, load, recheck, solve, stream, theorem
    from lemmata.environment import load_settings

__version__ = "0.1.0"
__all__ = [
    "Accepted",
    "Attempt",
    "BackendMissing",
    "BadCertificate",
    "BadInput",
    "Budget",
    "Candidate",
    "Construction",
    "Counterexample",
    "Fault",
    "LemmataError",
    "Limits",
    "ModelNonsense",
    "ModelUnavailable",
    "Problem",
    "Program",
    "ProtocolError",
    "Proved",
    "Question",
    "Reason",
    "Refuted",
    "Rejected",
    "SafeUpTo",
    "SandboxMissing",
    "Settings",
    "Solution",
    "Spent",
    "Synthesis",
    "Tested",
    "Theorem",
    "Unknown",
    "Verdict",
    "asolve",
    "astream",
    "load",
    "load_settings",
    "recheck",
    "solve",
    "stream",
    "theorem",
]

_LATER = {
    **dict.fromkeys(("asolve", "astream", "load", "recheck", "solve", "stream", "theorem"), "lemmata.api"),
    "load_settings": "lemmata.environment",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'lemmata' has no attribute {name!r}")
    return getattr(import_module(_LATER[name]), name)
