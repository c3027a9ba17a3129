"""The report of a large run: how large the page is, and how long headless Chromium takes to open it.

usage: python benchmarks/report_page.py [--limit N] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from report import Row, report

from lemmata.benchmark.outcome import Outcome, Score, encode_outcome
from lemmata.benchmark.page import write_report
from lemmata.benchmark.results import FORMAT
from lemmata.budget import Spent
from lemmata.certificate import encode_certificate
from lemmata.problem import Candidate, Json, Program
from lemmata.verdict import Accepted, Counterexample, Refuted

SETTLED = (Score.RIGHT, Score.WRONG)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=int, default=5000, help="samples")
    parser.add_argument("--json", type=Path, dest="json_file")
    args = parser.parse_args()
    report("report_page", measure(args.limit), json_file=args.json_file)


def measure(samples: int) -> list[Row]:
    """Size, time to write, and time to open of the report of a run of so many samples."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "report.html"
        run = write_large_run(Path(folder) / "run", samples)
        started = time.perf_counter()
        write_report([run], page)
        taken = time.perf_counter() - started
        rows = [
            Row(name="report.mb", value=page.stat().st_size / 1e6, unit="MB", n=samples),
            Row(name="report.write_s", value=taken, unit="s", n=1),
        ]
        opened = seconds_to_open(page)
        return rows if opened is None else [*rows, Row(name="report.open_s", value=opened, unit="s", n=1)]


def seconds_to_open(page: Path) -> float | None:
    """Seconds from asking for the page until its first row is there; None: there is no Chromium or no playwright."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    if found is None:
        return None
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        tab = browser.new_page()
        started = time.perf_counter()
        tab.goto(page.resolve().as_uri())
        tab.locator(".row").first.wait_for()
        taken = time.perf_counter() - started
        browser.close()
    return taken


def write_run(folder: Path, outcomes: Iterable[Outcome], **manifest: Json) -> Path:
    """A folder with a manifest and outcomes, as `lemmata bench` writes them."""
    folder.mkdir(parents=True, exist_ok=True)
    about = {"format": FORMAT, "name": "made-up", "digest": "sha256:1", "model": "", "k": 1, "budget": {"wall_s": 60.0}}
    (folder / "manifest.json").write_text(json.dumps({**about, **manifest}), "utf-8")
    lines = (json.dumps(encode_outcome(o), ensure_ascii=False) + "\n" for o in outcomes)
    (folder / "outcomes.jsonl").write_text("".join(lines), "utf-8", errors="surrogatepass")
    return folder


def write_large_run(folder: Path, samples: int) -> Path:
    """A run of many samples, each settled one with a certificate of its own, of the usual size (3 KB)."""
    rng = random.Random(7)
    (folder / "certificates").mkdir(parents=True)
    return write_run(folder, [_outcome(folder, i, rng) for i in range(samples)])


def _outcome(folder: Path, index: int, rng: random.Random) -> Outcome:
    name, path = f"set/{index:05d}", f"certificates/{index:05d}.json"
    score = rng.choices(list(Score), weights=(55, 12, 25, 3, 5))[0]
    more: dict[str, Json] = {"verdict": {"is": "unknown", "reason": "exhausted", "detail": ""}}
    if score in SETTLED:
        certificate = _certificate(name, rng)
        (folder / path).write_text(json.dumps(certificate, ensure_ascii=False), "utf-8")
        more = {"verdict": certificate["verdict"], "answer": certificate["answer"], "certificate": path}
    return Outcome(
        sample=name,
        attempt=0,
        score=score,
        why="" if score is Score.RIGHT else f"expected proved, found refuted at line {rng.randrange(30)}",
        cost=Spent(wall_s=rng.lognormvariate(0.5, 1.4), dollars=rng.random() / 50),
        refinements=rng.randrange(2),
        group=f"item {index // 3}",
        **more,
    )


def _certificate(name: str, rng: random.Random) -> dict[str, Json]:
    letters = "abcdefghijklmnopqrstuvwxyz"
    lines = [
        f"  int {rng.choice(letters)}{i} = {rng.randrange(10**6)} / (x - {rng.randrange(999)});" for i in range(25)
    ]
    source = "int main(void) {\n  int x;\n" + "\n".join(lines) + "\n  return 0;\n}\n"
    values = {"inputs": {"head": [rng.randrange(1000)], "tail": [0]}}
    verdict = Refuted(Counterexample(values=values, replay="The program was run: division by zero at line 7."))
    facts = {"violation": {"kind": "division by zero", "line": 7}, "digest": f"sha256:{rng.getrandbits(256):064x}"}
    answer = {"diff": f"--- original\n+++ patched\n@@ -7,1 +7,1 @@\n-{lines[4]}\n+{lines[5]}\n", "holds": "proved"}
    accepted = Accepted(verdict=verdict, facts=facts, answer=answer)
    problem = Program(name=name, source=source, language="c")
    return encode_certificate(problem, Candidate(form="trace", content=values, origin="fuzz"), accepted)


if __name__ == "__main__":
    main()
