"""What a batch run is about: written once, before anything is done, and compared before it goes on."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from lemmata.benchmark.results import FORMAT
from lemmata.budget import Budget
from lemmata.config import Settings
from lemmata.datasets.sample import SampleSet
from lemmata.errors import BadInput, LemmataError
from lemmata.problem import Json, Problem, digest
from lemmata.version import __version__

_PACKAGES = ("z3-solver", "cvc5", "sympy", "python-flint", "langgraph", "openai")


def make_manifest(
    found: SampleSet,
    settings: Settings,
    *,
    path: str,
    limit: int | None,
    model: str,
    k: int,
    budget: Budget,
    dollars: float | None,
    seed: int,
) -> dict[str, Json]:
    """The manifest of a new run.

    Args:
        found: the data set as it was read.
        settings: for the versions of what is used.
        path: where the data set was read.
        limit: how many samples were read at most; None: all.
        model: name of the chat model; empty: none.
        k: attempts at each sample.
        budget: for each attempt.
        dollars: for the whole run; None: no limit.
        seed: what the seeds of all attempts follow from.

    Raises:
        BadInput: two samples have one id.
    """
    ids = [s.id for s in found.samples]
    if len(set(ids)) != len(ids):
        twice = next(i for i in ids if ids.count(i) > 1)
        raise BadInput(f"expected samples with different ids, found {twice!r} twice", place=path)
    return {
        "format": FORMAT,
        "name": found.card.name,
        "path": path,
        "limit": limit,
        "digest": found.digest,
        "targets": digest_targets(found),
        "card_version": found.card.version,
        "skipped": list(found.skipped),
        "model": model,
        "k": k,
        "budget": asdict(budget),
        "dollars": dollars,
        "seed": seed,
        "versions": find_versions(settings, (s.problem for s in found.samples)),
        "revision": find_revision(),
        "ids": ids,
    }


def digest_targets(found: SampleSet) -> str:
    """Of what answers are judged by."""
    return digest([[type(s.target).__name__, asdict(s.target)] for s in found.samples])


def seed_of(seed: int, sample: str, attempt: int) -> int:
    """The seed of one attempt: 31 bits, the same whenever the run is worked on."""
    told = hashlib.sha256(f"{seed}\n{attempt}\n{sample}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(told[:4], "big") >> 1


def find_versions(settings: Settings, problems: Iterable[Problem]) -> Mapping[str, str]:
    """Name -> version of what decides; Lean's only where there are problems in Lean."""
    found = {"lemmata": __version__, "python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    if any(p.language == "lean" for p in problems):
        from lemmata.provers.lean.toolchain import find_toolchain

        try:
            found["lean"] = find_toolchain(settings).version
        except LemmataError:
            found["lean"] = "missing"
    return found


def find_revision() -> str:
    """The git revision of this code; empty: it is not in a repository."""
    root = Path(__file__).resolve().parents[2]
    try:
        git = root / ".git"
        if git.is_file():  # a work tree of its own
            git = root / git.read_text("utf-8").removeprefix("gitdir:").strip()
        head = (git / "HEAD").read_text("utf-8").strip()
        if not head.startswith("ref:"):
            return head
        name = head.removeprefix("ref:").strip()
        shared = git / "commondir"
        places = [git, git / shared.read_text("utf-8").strip()] if shared.exists() else [git]
        for place in places:
            if (place / name).exists():
                return (place / name).read_text("utf-8").strip()
            packed = place / "packed-refs"
            for line in packed.read_text("utf-8").splitlines() if packed.exists() else ():
                if line.endswith(f" {name}"):
                    return line.partition(" ")[0]
    except OSError:
        pass
    return ""
