"""What the nodes act through: it asks proposers and checkers, and writes each answer down before anyone uses it."""

from __future__ import annotations

import functools
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Protocol, TypeVar

import anyio
import anyio.to_thread

from lemmata.agents.state import decode_judgement, encode_finding, encode_judgement
from lemmata.agents.strategies import CHAT, Strategy
from lemmata.budget import Budget, Limits, Spent
from lemmata.errors import (
    BackendMissing,
    Disagreement,
    LemmataError,
    ModelNonsense,
    ModelUnavailable,
    ProtocolError,
)
from lemmata.problem import Candidate, Problem, decode_candidate, digest, encode_candidate, encode_problem
from lemmata.provers.base import Backends, Check
from lemmata.record import Event, Record, is_disk_full
from lemmata.registry import CHECKERS, PROPOSERS, resolve
from lemmata.tools.base import Offer, Propose, Turn
from lemmata.verdict import Judgement, Reason, Unknown, name_of, rejected

T = TypeVar("T")
_log = logging.getLogger(__name__)
ONE_CALL = Spent(model_calls=1)
_LIMITS = {Reason.TIMEOUT, Reason.MEMORY, Reason.BACKEND_FAILED, Reason.BACKEND_MISSING}

AsyncPropose = Callable[[Turn], Awaitable[Offer]]


class Place(Protocol):
    """Where proposers, checkers and scorers are run."""

    async def call(self, work: Callable[..., T], *arguments: object) -> T:
        """What `work(backends, *arguments)` gives or raises there, with the back-ends of that place."""


class Here:
    """In threads of this process.

    Args:
        backends: opened on first use.
    """

    def __init__(self, backends: Backends) -> None:
        self._backends = backends

    async def call(self, work: Callable[..., T], *arguments: object) -> T:
        """See `Place.call`."""
        run = functools.partial(work, self._backends, *arguments)
        return await anyio.to_thread.run_sync(run, abandon_on_cancel=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbench:
    """Everything the nodes need that is not state.

    Args:
        strategy: for the problem as a whole; sub-problems use it too.
        budget: for the whole problem.
        backends: opened on first use.
        record: where every answer goes first.
        key: what sets this problem's events apart from those of others in the same run.
        chat: the chat model's proposer, if one is configured.
        place: where proposers and checkers are run; None: here, with these back-ends.
    """

    strategy: Strategy
    budget: Budget
    backends: Backends
    record: Record
    key: str
    chat: AsyncPropose | None = None
    place: Place | None = None

    @property
    def _place(self) -> Place:
        return self.place or Here(self.backends)

    def tell(self, event: str, **facts: object) -> None:
        self.record.append(event, problem=self.key, **facts)

    async def ask(self, name: str, turn: Turn, *, times: int) -> Offer:
        """The offer of one proposer; a failing one is done, and says why in its finding.

        Args:
            name: of the proposer.
            turn: what it is told.
            times: how often it was asked before, to find its answer again after a kill.
        """
        key = f"{self.key}/{digest(encode_problem(turn.problem))[7:19]}/{name}/{times}"
        known = self.record.find("offered", key)
        if known is None:
            offer = await self._offer(name, turn)
            known = self.record.append("offered", key=key, problem=self.key, proposer=name, offer=_encode_offer(offer))
        return _decode_offer(known)

    async def _offer(self, name: str, turn: Turn) -> Offer:
        try:
            if self.chat is not None and name == CHAT:
                with anyio.move_on_after(turn.limits.wall_s):
                    return await self.chat(turn)
                return Offer(finding=Unknown(Reason.BUDGET, "time was up before the model answered"), spent=ONE_CALL)
            return await self._place.call(_propose, name, turn)
        except (ModelUnavailable, ModelNonsense) as exc:
            return Offer(finding=Unknown(Reason.MODEL_FAILED, str(exc)))
        except BackendMissing as exc:
            return Offer(finding=Unknown(Reason.BACKEND_MISSING, str(exc)))
        except LemmataError as exc:
            if not isinstance(exc, ProtocolError):
                raise
            return Offer(finding=Unknown(_reason_of(exc), f"{name}: {exc}"))
        except Exception as exc:  # a fault in one proposer, perhaps a plug-in, must not lose the others' work
            if is_disk_full(exc):
                raise
            _log.info("proposer %s failed", name, exc_info=True)
            return Offer(finding=Unknown(Reason.BACKEND_FAILED, f"{name} failed: {type(exc).__name__}: {exc}"))

    async def judge(self, problem: Problem, candidate: Candidate, limits: Limits) -> Judgement:
        """What the checker of the candidate's form says; what it said before is not asked again."""
        key = check_key(self.key, problem, candidate)
        known = self.record.find("checked", key)
        if known is not None and not _hit_a_limit(decode_judgement(known["judgement"])):
            return decode_judgement(known["judgement"])
        try:
            judgement = await self._place.call(_check, problem, candidate, limits)
        except BackendMissing as exc:
            judgement = rejected(str(exc), reason=Reason.BACKEND_MISSING)
        except LemmataError as exc:
            if not isinstance(exc, ProtocolError):
                raise
            judgement = rejected(str(exc), reason=_reason_of(exc))
        except Exception as exc:  # a checker that fails has accepted nothing
            if is_disk_full(exc):
                raise
            _log.info("checker of %s failed", candidate.form, exc_info=True)
            judgement = rejected(f"the checker failed: {type(exc).__name__}: {exc}", reason=Reason.BACKEND_FAILED)
        said = encode_judgement(judgement)
        self.record.append(
            "checked",
            key=key,
            problem=self.key,
            form=candidate.form,
            origin=candidate.origin,
            result="rejected" if "rejected" in said else name_of(judgement.verdict),  # type: ignore[union-attr]
            judgement=said,
        )
        return judgement


def _propose(backends: Backends, name: str, turn: Turn) -> Offer:
    propose: Propose = resolve(PROPOSERS, "lemmata.proposers", name)
    return propose(turn, backends)


def _check(backends: Backends, problem: Problem, candidate: Candidate, limits: Limits) -> Judgement:
    check: Check = resolve(CHECKERS, "lemmata.provers", candidate.form)
    return check(problem, candidate, backends, limits)


def _reason_of(error: ProtocolError) -> Reason:
    return Reason.DISAGREEMENT if isinstance(error, Disagreement) else Reason.BACKEND_FAILED


def check_key(key: str, problem: Problem, candidate: Candidate) -> str:
    """What the event of a check is found again by."""
    return f"{key}/{digest([encode_problem(problem), candidate.form, dict(candidate.content)])[7:]}"


def _hit_a_limit(judgement: Judgement) -> bool:
    return any(fault.reason in _LIMITS for fault in getattr(judgement, "faults", ()))


def _encode_offer(offer: Offer) -> Mapping[str, object]:
    return {
        "candidates": [encode_candidate(c) for c in offer.candidates],
        "memory": offer.memory,
        "done": offer.done,
        "finding": encode_finding(offer.finding) if offer.finding else None,
        "spent": asdict(offer.spent),
    }


def _decode_offer(event: Event) -> Offer:
    data = event["offer"]
    finding = data["finding"]
    return Offer(
        candidates=tuple(decode_candidate(c) for c in data["candidates"]),
        memory=data["memory"],
        done=data["done"],
        finding=Unknown(Reason(finding["reason"]), finding["detail"]) if finding else None,
        spent=Spent(**data["spent"]),
    )
