"""What came of one attempt at one sample: a line of RUN/outcomes.jsonl.

RUN/manifest.json    what is run: data set, digest, seeds, limits, versions; written once
RUN/outcomes.jsonl   one line for each attempt, appended when it is over
RUN/certificates/    one file for each attempt that has one
RUN/results.json     manifest, outcomes and scores together, written when the run comes to its end
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import Enum

from lemmata.budget import Spent
from lemmata.errors import BadInput
from lemmata.problem import Json
from lemmata.verdict import decode_verdict


class Score(Enum):
    """How an attempt is judged against what was published.

    `RIGHT` and `WRONG` need an answer or a verdict that settles the problem; `ABSTAINED` gave none; `FAILED` could not
    be worked on (a missing back-end, a text that is no problem); `UNSCORED` has an answer that nothing published, or no
    scorer that could finish, speaks about.
    """

    RIGHT = "right"
    WRONG = "wrong"
    ABSTAINED = "abstained"
    FAILED = "failed"
    UNSCORED = "unscored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One attempt at one sample.

    Args:
        sample: the sample's id.
        attempt: from 0.
        score: how it was judged.
        why: the reason, where it isn't RIGHT; what was expected and what came.
        verdict: as `lemmata.verdict.encode_verdict` writes it; None where the sample failed.
        answer: in the problem's own terms.
        certificate: its path under the run's folder; empty: there is none.
        cost: what was spent.
        stopped: the allowance that ran out, or why nothing is known.
        refinements: candidates that were rejected before the last one.
        group: the sample's.
    """

    sample: str
    attempt: int
    score: Score
    why: str = ""
    verdict: Mapping[str, Json] | None = None
    answer: Json = None
    certificate: str = ""
    cost: Spent = field(default_factory=Spent)
    stopped: str = ""
    refinements: int = 0
    group: str = ""


def encode_outcome(outcome: Outcome) -> dict[str, Json]:
    return {**asdict(outcome), "score": outcome.score.value}


def decode_outcome(data: Json, *, place: str = "outcome") -> Outcome:
    """The outcome that `encode_outcome` wrote.

    Raises:
        BadInput: anything else.
    """
    try:
        if set(data) != {f.name for f in fields(Outcome)}:
            raise ValueError
        if data["verdict"] is not None:
            decode_verdict(data["verdict"])
        return Outcome(**{**data, "score": Score(data["score"]), "cost": Spent(**data["cost"])})
    except (TypeError, ValueError, KeyError, AttributeError):
        raise BadInput("expected the fields of an outcome", place=place) from None
