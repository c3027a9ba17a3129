"""Certificates: one self-contained JSON file with everything that is needed to decide again.

    format     "lemmata-certificate/1"
    problem    what was asked, its whole text included; problem_digest pins it
    verdict    what is claimed of it
    answer     in the problem's own terms, or null
    candidate  what search found: the proof, counterexample, program, invariant
    facts      what the checker found and must find again: query, unsat core, axioms, bound, replay
    tools      versions of what was used
    digest     of all the above

The digest catches damage; forgery is caught by deciding again (`lemmata.provers.recheck`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from lemmata.errors import BadCertificate, BadInput
from lemmata.problem import (
    Candidate,
    Json,
    Problem,
    canonical,
    decode_candidate,
    decode_problem,
    digest,
    digest_problem,
    encode_candidate,
    encode_problem,
)
from lemmata.verdict import Accepted, Verdict, decode_verdict, encode_verdict
from lemmata.version import __version__

FORMAT = "lemmata-certificate/1"
_KEYS = {"format", "problem", "problem_digest", "verdict", "answer", "candidate", "facts", "tools", "digest"}
_LARGEST = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A certificate, read."""

    problem: Problem
    verdict: Verdict
    answer: Json
    candidate: Candidate
    facts: Mapping[str, Json]
    tools: Mapping[str, str]


def encode_certificate(problem: Problem, candidate: Candidate, accepted: Accepted) -> dict[str, Json]:
    """The certificate of an accepted candidate, as plain JSON."""
    body: dict[str, Json] = {
        "format": FORMAT,
        "problem": encode_problem(problem),
        "problem_digest": digest_problem(problem),
        "verdict": encode_verdict(accepted.verdict),
        "answer": accepted.answer,
        "candidate": encode_candidate(candidate),
        "facts": dict(accepted.facts),
        "tools": {"lemmata": __version__, **accepted.tools},
    }
    body = json.loads(canonical(body))
    return {**body, "digest": digest(body)}


def decode_certificate(text: str, *, place: str) -> Certificate:
    """Read a certificate and check its digests; nothing is decided yet.

    Raises:
        BadCertificate: not JSON, not this format, a field too many or too few, or a digest that does not match.
    """
    if len(text) > _LARGEST:
        raise BadCertificate(f"expected at most {_LARGEST >> 20} MiB", place=place)
    try:
        data = json.loads(text, object_pairs_hook=_no_repeats, parse_constant=_no_constants)
    except (ValueError, RecursionError) as exc:
        raise BadCertificate(f"expected JSON ({exc})", place=place) from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise BadCertificate(f"expected a JSON object whose format is {FORMAT!r}", place=place)
    if set(data) != _KEYS:
        odd = ", ".join(sorted(set(data) ^ _KEYS))
        raise BadCertificate(f"expected exactly the fields {', '.join(sorted(_KEYS))} (differs in: {odd})", place=place)
    body = {k: v for k, v in data.items() if k != "digest"}
    try:
        canonical(body).encode()  # half a surrogate pair is no text, and could not even be shown
        if digest(body) != data["digest"]:
            raise BadCertificate("its digest does not match its content: it was changed after it was made", place=place)
        problem = decode_problem(data["problem"])
        if digest_problem(problem) != data["problem_digest"]:
            raise BadCertificate("the digest of the problem does not match the problem", place=place)
        if not isinstance(data["facts"], dict) or not isinstance(data["tools"], dict):
            raise BadCertificate("expected objects under facts and tools", place=place)
        return Certificate(
            problem=problem,
            verdict=decode_verdict(data["verdict"]),
            answer=data["answer"],
            candidate=decode_candidate(data["candidate"]),
            facts=data["facts"],
            tools=data["tools"],
        )
    except BadCertificate:
        raise
    except (BadInput, ValueError, RecursionError) as exc:
        raise BadCertificate(str(exc), place=place) from None


def _no_repeats(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a field is given twice")
    return made


def _no_constants(name: str) -> Json:
    raise ValueError(f"{name} is not JSON")


def own_axioms(certificate: Mapping[str, Json] | None) -> tuple[str, ...]:
    """The axioms of the problem's own text, beyond Lean's, on which what a certificate says rests."""
    named = certificate["facts"].get("axioms_of_the_problem") if certificate is not None else None
    return tuple(map(str, named)) if isinstance(named, list) else ()
