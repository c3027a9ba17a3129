"""What is asked, as plain values: one class per kind of problem, and candidates for it.

A problem holds the text that the user gave, unchanged, so that its digest pins what was asked.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, ClassVar, Literal, TypeAlias

from lemmata.errors import BadInput

Json: TypeAlias = Any
"""Plain JSON: None, bool, int, float, str, list or dict with str keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Theorem:
    """A statement to be proved or refuted.

    Args:
        name: what the user sees (`file.lean:theorem_name`).
        source: the whole text: a Lean file, an SMT-LIB script with one check-sat, a claim, `∀ x : Int, x ≤ x`, or a
            solution in steps, whose claim is that it is right.
        language: `lean`, `smtlib`, `claim` or `steps`.
        target: in Lean, the full name of the theorem within `source`; else empty.
    """

    kind: ClassVar[str] = "theorem"
    name: str
    source: str
    language: Literal["lean", "smtlib", "claim", "steps"]
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Construction:
    """An answer to be found, and proved to be the right one.

    Args:
        name: what the user sees.
        source: Python with a predicate `find_all(n: int, …) -> bool`, a function `find_value(n: int) -> int` whose
            closed form is wanted, or `find_largest(x: int, …) -> int` or `find_smallest` whose extremal value is;
            SMT-LIB whose constants are the unknowns; Lean with an answer hole (`abbrev answer : T := sorry`) and the
            theorem about it; or a claim with an unknown: `find answer : ℕ where (h : 2 * answer = 6)`,
            `largest C : ℝ, ∀ a : ℝ, a > 0 → a + 1/a ≥ C`.
        language: `python`, `smtlib`, `lean` or `claim`.
        target: in Lean, the name of the theorem; in Python, of the function; empty: `find_all`.
    """

    kind: ClassVar[str] = "construction"
    name: str
    source: str
    language: Literal["python", "smtlib", "lean", "claim"]
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Synthesis:
    """A function to be written.

    Args:
        name: what the user sees.
        source: a SyGuS file, or Python with a signature whose body is `...`, plus doctest examples or a
            function called `reference` with the same parameters.
        language: `sygus` or `python`.
        target: the name of the function to be written.
    """

    kind: ClassVar[str] = "synthesis"
    name: str
    source: str
    language: Literal["sygus", "python"]
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program to be checked against its assertions and against undefined behaviour, and repaired.

    Args:
        name: what the user sees.
        source: the text of the C or Python file.
        language: `c` or `python`.
        target: the function to be checked; empty: `main` in C, every function with assertions in Python.
        integers: `machine`: signed overflow in C is undefined behaviour, hence a violation;
            `unbounded`: C integers are mathematical ones (as some benchmark sets define them).
    """

    kind: ClassVar[str] = "program"
    name: str
    source: str
    language: Literal["c", "python"]
    target: str = ""
    integers: Literal["machine", "unbounded"] = "machine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question in words, answered by a chat model whose steps are run and checked."""

    kind: ClassVar[str] = "question"
    name: str
    source: str
    language: Literal["text"] = "text"
    target: str = ""


Problem: TypeAlias = Theorem | Construction | Synthesis | Program | Question
KINDS: Mapping[str, type[Problem]] = {c.kind: c for c in (Theorem, Construction, Synthesis, Program, Question)}
LANGUAGES: Mapping[str, tuple[str, ...]] = {
    "theorem": ("lean", "smtlib", "claim", "steps"),
    "construction": ("python", "smtlib", "lean", "claim"),
    "synthesis": ("sygus", "python"),
    "program": ("c", "python"),
    "question": ("text",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An offered proof, program, answer or invariant, about which nothing is known yet.

    Args:
        form: which checker can judge it (a name of `lemmata.registry.CHECKERS`).
        content: plain JSON that the checker understands.
        origin: the proposer it came from; never looked at by a checker.
    """

    form: str
    content: Mapping[str, Json] = field(default_factory=dict)
    origin: str = ""


def canonical(value: Json) -> str:
    """The one JSON text of a value: sorted keys, no spaces; what digests are taken of."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(value: Json) -> str:
    """`sha256:…` of the canonical JSON of a value."""
    return "sha256:" + hashlib.sha256(canonical(value).encode("utf-8", "surrogatepass")).hexdigest()


def encode_problem(problem: Problem) -> dict[str, Json]:
    """The problem as plain JSON, `kind` included."""
    return {"kind": problem.kind, **asdict(problem)}


def decode_problem(data: Json) -> Problem:
    """The problem that `encode_problem` wrote.

    Raises:
        BadInput: unknown kind, language or field; missing or mistyped field.
    """
    if not isinstance(data, dict) or data.get("kind") not in KINDS:
        raise BadInput(f"expected a problem with one of the kinds {', '.join(KINDS)}", place="problem")
    cls = KINDS[data["kind"]]
    names = {f.name for f in fields(cls)}
    given = {k: v for k, v in data.items() if k != "kind"}
    if set(given) != names or not all(isinstance(v, str) for v in given.values()):
        raise BadInput(f"expected exactly the text fields {', '.join(sorted(names))}", place="problem")
    if given["language"] not in LANGUAGES[cls.kind]:
        raise BadInput(f"a {cls.kind} can't be written in {given['language']!r}", place="problem.language")
    if given.get("integers", "machine") not in ("machine", "unbounded"):
        raise BadInput("expected machine or unbounded", place="problem.integers")
    return cls(**given)


def digest_problem(problem: Problem) -> str:
    """The digest of what is asked; the name, which only people read, is left out."""
    return digest({k: v for k, v in encode_problem(problem).items() if k != "name"})


def encode_candidate(candidate: Candidate) -> dict[str, Json]:
    return {"form": candidate.form, "content": dict(candidate.content), "origin": candidate.origin}


def decode_candidate(data: Json) -> Candidate:
    if (
        not isinstance(data, dict)
        or set(data) != {"form", "content", "origin"}
        or not isinstance(data["content"], dict)
    ):
        raise BadInput("expected form, content and origin", place="candidate")
    return Candidate(form=str(data["form"]), content=data["content"], origin=str(data["origin"]))
