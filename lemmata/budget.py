"""Allowances for a whole attempt, and what has been spent of them."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Caps on one outside call.

    Args:
        wall_s: seconds on the clock.
        memory_mb: mebibytes of memory.
    """

    wall_s: float = 10.0
    memory_mb: int = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What an attempt has used so far; `+` adds two of them."""

    wall_s: float = 0.0
    checks: int = 0
    model_calls: int = 0
    tokens: int = 0
    dollars: float = 0.0

    def __add__(self, other: Spent) -> Spent:
        return Spent(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(Spent)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The allowance for one problem.

    Args:
        wall_s: seconds on the clock, all attempts together.
        checks: candidates that may be checked.
        model_calls: requests to the chat model.
        tokens: prompt and completion tokens together.
        dollars: cost of the chat model, where its prices are known.
    """

    wall_s: float = 60.0
    checks: int = 500
    model_calls: int = 20
    tokens: int = 200_000
    dollars: float = 1.0

    def exhausted(self, spent: Spent) -> str | None:
        """The name of the first allowance that is used up, or None."""
        return next((f.name for f in fields(Budget) if getattr(spent, f.name) >= getattr(self, f.name)), None)

    def left(self, spent: Spent) -> Budget:
        """What remains, never below zero."""
        return Budget(**{f.name: max(0, getattr(self, f.name) - getattr(spent, f.name)) for f in fields(Budget)})
