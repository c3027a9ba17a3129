"""Many checks at once: each by one pair of warm processes, none at another's cost.

A proof that runs without end, overflows the stack or fills the memory ends its own processes and its own check only;
they are started again for the next one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lemmata.budget import Limits
from lemmata.provers.base import Backends
from lemmata.provers.lean.audit import Audit, establish
from lemmata.provers.lean.pin import Pinned
from lemmata.provers.lean.worker import Lean, leans_of
from lemmata.verdict import Rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A proof that was offered for a statement.

    Args:
        pinned: the statement.
        body: a `by` block or a term.
        limits: of this check alone.
    """

    pinned: Pinned
    body: str
    limits: Limits = field(default_factory=Limits)


def check_each(offered: Iterable[Offered], backends: Backends) -> Iterator[Audit | Rejected]:
    """What the kernel says of each proof, in their order, as soon as it is known.

    Raises:
        BackendMissing: there is no Lean, or it does not start.
    """

    def one(lean: Lean, offer: Offered) -> Audit | Rejected:
        return establish(lean, offer.pinned, offer.body, offer.limits)

    return leans_of(backends).each(one, offered)


def check_all(offered: Iterable[Offered], backends: Backends) -> list[Audit | Rejected]:
    """What the kernel says of each proof, in their order.

    Raises:
        BackendMissing: there is no Lean, or it does not start.
    """
    return list(check_each(offered, backends))
