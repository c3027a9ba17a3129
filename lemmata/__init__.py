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

from lemmata.version import __version__

if TYPE_CHECKING:
    from lemmata.api import asolve, astream, find, load, recheck, solve, stream, theorem
    from lemmata.budget import Budget, Limits, Spent
    from lemmata.chat import Chat
    from lemmata.config import Settings
    from lemmata.environment import load_settings
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
    from lemmata.provers.answers.same.decide import same
    from lemmata.provers.answers.same.sameness import Different, Same, Sameness, Undecided
    from lemmata.toolbox.langchain import tools_for_agents
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

__all__ = [
    "Accepted",
    "Attempt",
    "BackendMissing",
    "BadCertificate",
    "BadInput",
    "Budget",
    "Candidate",
    "Chat",
    "Construction",
    "Counterexample",
    "Different",
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
    "Same",
    "Sameness",
    "SandboxMissing",
    "Settings",
    "Solution",
    "Spent",
    "Synthesis",
    "Tested",
    "Theorem",
    "Undecided",
    "Unknown",
    "Verdict",
    "__version__",
    "asolve",
    "astream",
    "find",
    "load",
    "load_settings",
    "recheck",
    "same",
    "solve",
    "stream",
    "theorem",
    "tools_for_agents",
]

_LATER = {
    name: module
    for module, names in {
        "lemmata.api": "asolve astream find load recheck solve stream theorem",
        "lemmata.budget": "Budget Limits Spent",
        "lemmata.chat": "Chat",
        "lemmata.config": "Settings",
        "lemmata.environment": "load_settings",
        "lemmata.errors": (
            "BackendMissing BadCertificate BadInput LemmataError ModelNonsense ModelUnavailable ProtocolError "
            "SandboxMissing"
        ),
        "lemmata.problem": "Candidate Construction Problem Program Question Synthesis Theorem",
        "lemmata.provers.answers.same.decide": "same",
        "lemmata.provers.answers.same.sameness": "Different Same Sameness Undecided",
        "lemmata.toolbox.langchain": "tools_for_agents",
        "lemmata.verdict": (
            "Accepted Attempt Counterexample Fault Proved Reason Refuted Rejected SafeUpTo Solution Tested Unknown "
            "Verdict"
        ),
    }.items()
    for name in names.split()
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'lemmata' has no attribute {name!r}")
    return getattr(import_module(_LATER[name]), name)


def load_ipython_extension(shell: Any) -> None:
    """What `%load_ext lemmata` calls: gives a notebook `%%lean`, `%%smt`, `%%check` and `%%ask` cells."""
    import_module("lemmata.notebook").load_ipython_extension(shell)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
