"""Work for a tool: at a desk, within its limit, and gone when the call is cancelled."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TypeVar

import anyio
import anyio.to_thread

from lemmata.agents.run import Failed, Result, Run, work_run
from lemmata.api import chat_maker
from lemmata.budget import Budget
from lemmata.config import Settings
from lemmata.errors import BadInput
from lemmata.problem import Problem
from lemmata.provers.base import Backends
from lemmata.toolbox.desks import Desks
from lemmata.verdict import Solution

T = TypeVar("T")
LONGEST_S = 600.0
_GRACE_S = 150.0  # beyond a call's own limit: a Lean that has to be started first takes its time


async def solve_at(
    desks: Desks, settings: Settings, read: Callable[[], Problem], *, wall_s: float, repair: bool
) -> Solution | None:
    """What comes of a problem.

    Args:
        desks: where to work.
        settings: names the chat model, if there is one.
        read: gives the problem.
        wall_s: the budget.
        repair: whether a program with a violation is repaired.

    Returns:
        None where it had to be given up, since nothing came back within any limit.

    Raises:
        BadInput: the problem can't be read, or the limit is none.
        BackendMissing: something it needs is not installed.
    """
    _check_seconds(wall_s)
    name, make_chat = chat_maker(settings, None)
    results: list[Result] = []
    try:
        async with desks.take() as backends:
            problem = await anyio.to_thread.run_sync(read, abandon_on_cancel=True)
            run = Run(folder=None, problems=(problem,), budget=Budget(wall_s=wall_s), model=name, repair=repair)
            with anyio.fail_after(wall_s + _GRACE_S):
                await work_run(
                    run,
                    settings,
                    on_result=lambda _, result: results.append(result),
                    make_chat=make_chat,
                    backends=backends,
                )
    except TimeoutError:
        return None
    (result,) = results
    if isinstance(result, Failed):
        raise result.error
    return result


async def in_thread(
    desks: Desks, work: Callable[[Backends], T], *, wall_s: float, grace_s: float = _GRACE_S
) -> T | None:
    """What a function gives that waits; None where it had to be given up.

    Args:
        desks: where to work.
        work: is given the desk's back-ends, and keeps `wall_s` as well as it can.
        wall_s: its limit.
        grace_s: it is waited for so much longer.

    Raises:
        BadInput: the limit is none.
    """
    _check_seconds(wall_s)
    try:
        async with desks.take() as backends:
            with anyio.fail_after(wall_s + grace_s):
                return await anyio.to_thread.run_sync(functools.partial(work, backends), abandon_on_cancel=True)
    except TimeoutError:
        return None


def _check_seconds(wall_s: float) -> None:
    if not 0 < wall_s <= LONGEST_S:
        raise BadInput(f"expected seconds above 0 and at most {LONGEST_S:.0f}, got {wall_s}", place="wall_s")
