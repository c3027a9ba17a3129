"""What every checker is given, and the protocol it keeps.

    check(problem, candidate, backends, limits) -> Accepted | Rejected

A checker is a plain function, found by the candidate's form in `lemmata.registry.CHECKERS`. It needs no search and no
model: all that search has found is in the candidate. It is used as it stands by the agent and by `recheck`.
It raises BadInput where the *problem* can't be read, BackendMissing where a program it needs is not installed, and
ProtocolError where a back-end breaks its contract; a limit reached is a Rejected whose fault carries the reason.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self, TypeAlias, TypeVar

from lemmata.budget import Limits
from lemmata.config import Settings
from lemmata.problem import Candidate, Problem
from lemmata.registry import resolve_sandbox
from lemmata.sandbox.base import Sandbox
from lemmata.verdict import Judgement

T = TypeVar("T")


class Backends:
    """Back-ends that are opened on first use and closed together.

    Used as a context manager by the front doors; safe to use from several threads.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._opened: dict[str, Any] = {}
        self._stack = ExitStack()
        self._lock = threading.RLock()

    def sandbox(self) -> Sandbox:
        """The strongest sandbox that works here.

        Raises:
            SandboxMissing: none works and the user did not ask for none; says how to get one.
        """
        kept: Sandbox = self.keep("sandbox", lambda: resolve_sandbox(self.settings))
        return kept

    def keep(self, name: str, make: Callable[[], T]) -> T:
        """The resource of that name, made on first use; its `close()`, if it has one, is called at the end."""
        with self._lock:
            if name not in self._opened:
                made = make()
                close = getattr(made, "close", None)
                if close is not None:
                    self._stack.callback(close)
                self._opened[name] = made
            kept: T = self._opened[name]
            return kept

    def close(self) -> None:
        with self._lock:
            self._opened.clear()
            self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


Check: TypeAlias = Callable[[Problem, Candidate, Backends, Limits], Judgement]
