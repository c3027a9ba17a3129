"""A few costly things, made on first use, each lent to one thread at a time."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar


class Lendable(Protocol):
    @property
    def busy(self) -> bool:
        """Whether a request is under way, lent or not."""

    def close(self) -> None: ...


T = TypeVar("T", bound=Lendable)
Item = TypeVar("Item")
Result = TypeVar("Result")


class Lending(Generic[T]):
    """At most `size` things.

    Args:
        make: makes one.
        size: how many there may be.
    """

    def __init__(self, make: Callable[[], T], size: int) -> None:
        self._make, self.size = make, size
        self._made: list[T] = []
        self._lent: set[int] = set()
        self._changed = threading.Condition()
        self._turn = 0

    @contextmanager
    def lend(self) -> Iterator[T]:
        """One that nobody else is lent until this is over; waits for one where all are lent."""
        with self._changed:
            while (at := self._find_free()) is None:
                self._changed.wait()
            self._lent.add(at)
        try:
            yield self._made[at]
        finally:
            with self._changed:
                self._lent.discard(at)
                self._changed.notify()

    def near(self) -> T:
        """One that is neither lent nor busy, the same for as long as it is so; otherwise each in turn."""
        with self._changed:
            at = self._find_free()
            if at is None:
                self._turn = (self._turn + 1) % len(self._made)
                at = self._turn
            return self._made[at]

    def each(self, work: Callable[[T, Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """What `work` gives for each item, in their order, as many at a time as there are things.

        Only a few items are ahead of the result that is taken, so that endless ones may be given.
        """

        def one(item: Item) -> Result:
            with self.lend() as thing:
                return work(thing, item)

        waiting: deque[Future[Result]] = deque()
        with ThreadPoolExecutor(self.size) as threads:
            try:
                for item in items:
                    waiting.append(threads.submit(one, item))
                    if len(waiting) >= 16 * self.size:  # so that one slow item does not leave the others idle
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            finally:
                for future in waiting:
                    future.cancel()

    def made(self) -> tuple[T, ...]:
        """Those that were needed so far."""
        with self._changed:
            return tuple(self._made)

    def close(self) -> None:
        """Close all of them."""
        for thing in self.made():
            thing.close()

    def _find_free(self) -> int | None:
        for at, thing in enumerate(self._made):
            if at not in self._lent and not thing.busy:
                return at
        if len(self._made) < self.size:
            self._made.append(self._make())
            return len(self._made) - 1
        return next((at for at in range(len(self._made)) if at not in self._lent), None)
