"""Runs made up for the tests: outcomes, and folders as `lemmata bench` writes them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from pathlib import Path

from lemmata.benchmark.outcome import Outcome, Score, encode_outcome
from lemmata.benchmark.results import FORMAT
from lemmata.budget import Spent
from lemmata.certificate import encode_certificate
from lemmata.problem import Candidate, Json, Program
from lemmata.verdict import Accepted, Counterexample, Refuted

RIGHT, WRONG, ABSTAINED = Score.RIGHT, Score.WRONG, Score.ABSTAINED


def outcome(sample: str, score: Score = RIGHT, attempt: int = 0, *, seconds: float = 1.0, **more: Json) -> Outcome:
    """An attempt that came to a verdict, or to none."""
    said = {"is": "proved"} if score in (RIGHT, WRONG) else {"is": "unknown", "reason": "exhausted", "detail": ""}
    cost = Spent(wall_s=seconds, dollars=more.pop("dollars", 0.0))
    given = {"verdict": said, "cost": cost, **more}
    return Outcome(sample=sample, attempt=attempt, score=score, **given)


def write_run(folder: Path, outcomes: Iterable[Outcome], **manifest: Json) -> Path:
    """A folder with a manifest and outcomes."""
    folder.mkdir(parents=True, exist_ok=True)
    about = {"format": FORMAT, "name": "made-up", "digest": "sha256:1", "model": "", "k": 1, "budget": {"wall_s": 60.0}}
    (folder / "manifest.json").write_text(json.dumps({**about, **manifest}), "utf-8")
    lines = (json.dumps(encode_outcome(o), ensure_ascii=False) + "\n" for o in outcomes)
    (folder / "outcomes.jsonl").write_text("".join(lines), "utf-8", errors="surrogatepass")
    return folder


def write_large_run(folder: Path, samples: int = 5000) -> Path:
    """A run of many samples, each settled one with a certificate of the usual size (3 KB), no two the same."""
    rng = random.Random(7)
    (folder / "certificates").mkdir(parents=True)
    outcomes = []
    for i in range(samples):
        name = f"set/{i:05d}"
        score = rng.choices(list(Score), weights=(55, 12, 25, 3, 5))[0]
        seconds = rng.lognormvariate(0.5, 1.4)
        spent = {"seconds": seconds, "dollars": rng.random() / 50}
        more: dict[str, Json] = {"group": f"item {i // 3}", "refinements": rng.randrange(6)}
        if score in (RIGHT, WRONG):
            certificate = _certificate(name, rng)
            path = f"certificates/{i:05d}.json"
            (folder / path).write_text(json.dumps(certificate, ensure_ascii=False), "utf-8")
            why = "" if score is RIGHT else f"expected proved, found refuted at line {rng.randrange(30)}"
            more |= {
                "verdict": certificate["verdict"],
                "answer": certificate["answer"],
                "certificate": path,
                "why": why,
            }
        outcomes.append(outcome(name, score, **spent, **more))
    return write_run(folder, outcomes)


def _certificate(name: str, rng: random.Random) -> dict[str, Json]:
    letters = "abcdefghijklmnopqrstuvwxyz"
    lines = [
        f"  int {rng.choice(letters)}{i} = {rng.randrange(10**6)} / (x - {rng.randrange(999)});" for i in range(25)
    ]
    source = "int main(void) {\n  int x;\n" + "\n".join(lines) + "\n  return 0;\n}\n"
    values = {"inputs": {"head": [rng.randrange(1000)], "tail": [0]}}
    verdict = Refuted(Counterexample(values=values, replay="The program was run: division by zero at line 7."))
    facts = {"violation": {"kind": "division by zero", "line": 7}, "digest": f"sha256:{rng.getrandbits(256):064x}"}
    problem = Program(name=name, source=source, language="c")
    answer = {"diff": f"--- original\n+++ patched\n@@ -7,1 +7,1 @@\n-{lines[4]}\n+{lines[5]}\n", "holds": "proved"}
    accepted = Accepted(verdict=verdict, facts=facts, answer=answer)
    return encode_certificate(problem, Candidate(form="trace", content=values, origin="fuzz"), accepted)
