"""The report in a real browser, and what goes into it."""

from __future__ import annotations

import base64
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from made_runs import ABSTAINED, RIGHT, WRONG, outcome
from report_page import write_large_run, write_run

from lemmata.benchmark.comparison import compare
from lemmata.benchmark.outcome import Outcome, Score
from lemmata.benchmark.page import encode_page, load_report, write_report
from lemmata.benchmark.page.charts import Axis
from lemmata.benchmark.page.details import pieces_of
from lemmata.benchmark.results import load_run
from lemmata.benchmark.statistics import eff_at_k, pass_at_k, refine_at_k
from lemmata.certificate import encode_certificate
from lemmata.errors import BadInput
from lemmata.problem import Candidate, Program
from lemmata.verdict import Accepted, Counterexample, Refuted, encode_verdict

HOSTILE = "</script><img src=x onerror=alert(1)><!--data-->"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no chromium on the PATH")
    api = pytest.importorskip("playwright.sync_api", reason="drives the browser")
    with api.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield opened
        opened.close()


def certified(folder: Path, name: str) -> dict[str, Any]:
    """The fields of an outcome with a refuted C program."""
    problem = Program(name=name, source="int main(void) {\n  int x;\n  return 1 / x;\n}\n", language="c")
    verdict = Refuted(Counterexample(values={"inputs": {"head": [0], "tail": []}}, replay="division by zero at line 3"))
    facts = {"violation": {"kind": "division by zero", "line": 3}}
    accepted = Accepted(verdict=verdict, facts=facts, answer={"diff": "@@ -3 +3 @@\n-  return 1 / x;\n+  return 1;\n"})
    (folder / "certificates").mkdir(parents=True, exist_ok=True)
    written = json.dumps(encode_certificate(problem, Candidate(form="trace", content={}, origin="fuzz"), accepted))
    (folder / "certificates" / f"{name}.json").write_text(written)
    return {"verdict": encode_verdict(verdict), "answer": accepted.answer, "certificate": f"certificates/{name}.json"}


@pytest.fixture(scope="module")
def two_runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    base = tmp_path_factory.mktemp("runs")
    first: list[Outcome] = [
        outcome("divides.c", WRONG, why="expected proved", **certified(base / "first", "divides.c"))
    ]
    first += [outcome(f"s{i}", (RIGHT, ABSTAINED)[i % 3 == 0], a, refinements=a) for i in range(30) for a in range(2)]
    first.append(outcome(HOSTILE, WRONG, why=HOSTILE, answer=HOSTILE, group=HOSTILE))
    second = [outcome(f"s{i}", WRONG if i < 12 else RIGHT, a, dollars=0.01) for i in range(40) for a in range(2)]
    write_run(base / "first", first, ids=[o.sample for o in first], k=2, model=HOSTILE, name=HOSTILE)
    write_run(base / "second", second, digest="sha256:2", k=2)
    return base / "first", base / "second"


class Seen:
    """A page that is open, and all that it complained of."""

    def __init__(self, browser: Any, path: Path, **options: Any) -> None:
        self.complaints: list[str] = []
        self.page = browser.new_context(**options).new_page()
        self.page.on("console", lambda m: self.complaints.append(m.text))
        self.page.on("pageerror", lambda e: self.complaints.append(str(e)))
        self.page.on("dialog", lambda d: (self.complaints.append(f"dialog {d.message}"), d.dismiss()))
        self.page.on("request", lambda r: self.complaints.append(r.url) if r.url != path.as_uri() else None)
        self.page.goto(path.as_uri())
        self.page.locator(".row").first.wait_for()

    def listed(self) -> str:
        return str(self.page.locator("#count").inner_text())

    def open_first(self, sample: str) -> str:
        self.page.locator(".row").first.click()
        self.page.locator("#detail:focus h3", has_text=sample).wait_for()
        return str(self.page.locator("#detail").inner_text())

    def values(self, caption: str, row: int) -> list[float]:
        table = self.page.locator("table", has=self.page.locator("caption", has_text=caption)).first
        cells = table.locator("tbody tr").nth(row).locator("data")
        return [float(cells.nth(i).get_attribute("value")) for i in range(cells.count())]


@pytest.fixture(scope="module")
def seen(browser: Any, two_runs: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    out = tmp_path_factory.mktemp("page") / "report.html"
    write_report(two_runs, out)
    opened = Seen(browser, out)
    yield opened
    opened.page.context.close()


def test_the_tables_hold_what_the_statistics_say(seen: Seen, two_runs: tuple[Path, Path]) -> None:
    for row, folder in enumerate(two_runs):
        outcomes = load_run(folder).outcomes
        assert seen.values("pass@k", row) == [float(pass_at_k(outcomes, k) or 0) for k in (1, 2)]
        assert seen.values("eff@k", row) == [float(eff_at_k(outcomes, k, limit_s=60.0) or 0) for k in (1, 2)]
        refined = seen.values("refine@k", row)
        assert refined == [float(refine_at_k(outcomes, k) or 0) for k in range(len(refined))]
        assert sum(seen.values("How attempts were judged", row)) == pytest.approx(1)


def test_the_comparison_is_the_paired_one_and_says_what_was_left_out(seen: Seen, two_runs: tuple[Path, Path]) -> None:
    found = compare(*(load_run(folder).outcomes for folder in two_runs))
    assert found is not None
    shown = seen.page.locator("#comparison").inner_text()
    assert seen.values("Paired comparison", 5) == [float(found.p_value)]
    assert (found.shared, found.only_first, found.only_second) == (30, 2, 10)
    assert "Only the 30 samples that both attempted" in shown
    assert "The runs read different data" in shown
    assert "of unfinished" not in shown


def test_filters_and_search_leave_what_was_asked_for(seen: Seen) -> None:
    page = seen.page
    page.fill("#search", "divides")
    assert seen.listed() == "1 of 142 attempts"
    page.fill("#search", "")
    assert seen.listed() == "142 attempts"
    for score in ("right", "abstained", "failed", "unscored"):
        page.locator(f"#chips input[value={score}]").uncheck(force=True)
    assert seen.listed() == "26 of 142 attempts"
    page.select_option("#run", "0")
    assert seen.listed() == "2 of 142 attempts"
    page.select_option("#run", "")
    for score in ("right", "abstained", "failed", "unscored"):
        page.locator(f"#chips input[value={score}]").check(force=True)


def test_an_attempt_opens_with_its_trace_its_patch_and_its_certificate(seen: Seen) -> None:
    seen.page.fill("#search", "divides")
    text = seen.open_first("divides.c")
    for part in ("expected proved", "inputs = 0", "division by zero", "return 1;", "certificates/divides.c.json"):
        assert part in text
    assert seen.page.locator(".source .has-bad .no").all_inner_texts() == ["3"]
    seen.page.locator("summary", has_text="as it lies on the disk").click()
    document = seen.page.locator("pre.document", has_text="lemmata-certificate/1")
    document.wait_for()
    assert json.loads(document.text_content())["problem"]["name"] == "divides.c"
    seen.page.fill("#search", "")


def test_a_lost_sample_leads_to_its_attempt_and_has_an_address(seen: Seen) -> None:
    seen.page.locator("summary", has_text="Lost").click()
    seen.page.locator("details[open] .go", has_text=re.compile("^s1$")).click()
    seen.page.wait_for_url("**#1/0/s1")
    assert seen.page.locator("#detail h3").inner_text() == "s1"


def test_nothing_of_a_run_is_run(seen: Seen) -> None:
    seen.page.fill("#search", "onerror")
    assert HOSTILE in seen.open_first(HOSTILE)
    assert seen.page.locator("img").count() == 0
    seen.page.fill("#search", "")
    assert seen.complaints == []  # of all that was done on the page


def test_on_a_phone_nothing_sticks_out_and_the_arrows_move_on(
    browser: Any, two_runs: tuple[Path, Path], tmp_path: Path
) -> None:
    write_report(two_runs[:1], tmp_path / "one.html")
    seen = Seen(browser, tmp_path / "one.html", viewport={"width": 390, "height": 800}, color_scheme="dark")
    assert seen.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    seen.open_first("divides.c")
    seen.page.locator(".row").first.focus()
    seen.page.keyboard.press("ArrowDown")
    seen.page.locator("#detail h3", has_text="s0").wait_for()
    assert seen.complaints == []


def test_five_thousand_samples_open_in_two_seconds_and_ten_megabytes(browser: Any, tmp_path: Path) -> None:
    write_report([write_large_run(tmp_path / "large", 5000)], tmp_path / "large.html")
    assert (tmp_path / "large.html").stat().st_size < 10e6
    seen = Seen(browser, tmp_path / "large.html")
    assert (
        seen.page.evaluate("performance.getEntriesByType('navigation')[0].domComplete") < 2000
    )  # ms; the rows are there
    assert seen.page.locator(".row").count() < 60  # the others are made when they come into sight
    assert "refuted" in seen.open_first("set/00000")
    seen.page.evaluate("document.getElementById('list').scrollTop = 1e9")
    seen.page.locator(".row", has_text="set/04999").wait_for()
    assert seen.complaints == []


def details(pieces: list[str]) -> list[dict[str, Any]]:
    return [d for piece in pieces for d in json.loads(gzip.decompress(base64.b64decode(piece)))]


def test_without_room_only_the_paths_of_certificates_are_left(tmp_path: Path) -> None:
    more = certified(tmp_path, "a.c")
    outcomes = [outcome(f"s{i}", why="long " * 2000, **more) for i in range(80)]
    run = load_run(write_run(tmp_path, outcomes))
    found = details(pieces_of([run], budget=len(pieces_of([run])[0])))
    assert found[0]["document"]["format"] == "lemmata-certificate/1"
    assert (found[79]["document"], found[79]["evidence"], found[79]["certificate"]) == (
        None,
        [],
        "certificates/a.c.json",
    )
    assert len(found[79]["why"]) == 400
    (small,) = details(pieces_of([load_run(write_run(tmp_path, outcomes[:1]))], largest=len(json.dumps(found[0])) - 1))
    assert small["document"] is None
    assert small["evidence"]
    (least,) = details(pieces_of([load_run(write_run(tmp_path, outcomes[:1]))], largest=500))
    assert least["note"] == "it is too large to be shown here"


def test_certificates_that_can_not_be_shown_say_why(tmp_path: Path) -> None:
    more = certified(tmp_path / "run", "a.c")
    text = (tmp_path / "run/certificates/a.c.json").read_text()
    (tmp_path / "outside.json").write_text(text)
    (tmp_path / "run/changed.json").write_text(text.replace("1 / x", "2 / x", 1))
    (tmp_path / "run/binary.json").write_bytes(b"\xff\xfe")
    names = ["../outside.json", "missing.json", "changed.json", "binary.json", "certificates", "certificates/a.c.json"]
    run = write_run(tmp_path / "run", [outcome(n, **{**more, "certificate": n}) for n in names])
    notes = [d["note"] for d in details(pieces_of([load_run(run)]))]
    for note, part in zip(
        notes, ("outside the folder", "not there", "was changed", "UTF-8", "can't be read", ""), strict=True
    ):
        assert part in note
    assert notes[-1] == ""


def test_a_page_of_nothing_and_of_half_characters_is_still_a_page(tmp_path: Path) -> None:
    write_report([write_run(tmp_path / "empty", [], budget={"wall_s": True}, ids="x")], tmp_path / "empty.html")
    assert "nan" not in (tmp_path / "empty.html").read_text().split("<script")[0].lower()
    odd = write_run(tmp_path / "odd", [outcome("\ud800", Score.FAILED, verdict=None, seconds=0)])
    write_report([odd], tmp_path / "odd.html")
    assert "\\ud800" in (tmp_path / "odd.html").read_text()


def test_axes_have_some_round_ticks_whatever_their_ends() -> None:
    for low, high, log in ((0, 1, False), (0, 0.004, False), (0, 73_000, False), (0.01, 3600, True), (5, 5, True)):
        ticks = Axis(title="", low=low, high=high, show=str, log=log).ticks()
        assert len(ticks) <= 8
        assert all(0 <= Axis(title="", low=low, high=high, show=str, log=log).at(t) <= 1 for t in ticks)


def test_a_run_is_not_compared_with_itself(two_runs: tuple[Path, Path]) -> None:
    with pytest.raises(BadInput, match="expected each run once"):
        load_report([two_runs[0], two_runs[0] / ".." / "first"])
    with pytest.raises(BadInput, match="at least one folder"):
        load_report([])


def test_runs_without_a_common_sample_are_said_to_have_none(tmp_path: Path) -> None:
    runs = [write_run(tmp_path / name, [outcome(name)]) for name in ("a", "b")]
    assert "They share no sample" in encode_page(load_report(runs))


def lemmata(*args: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "lemmata", "report", *map(str, args)]
    env = {**os.environ, "LEMMATA_HOME": str(cwd)}
    return subprocess.run(argv, cwd=cwd, env=env, capture_output=True, text=True, timeout=60, check=False)


def test_the_command_writes_the_page_or_the_scores(two_runs: tuple[Path, Path], tmp_path: Path) -> None:
    done = lemmata(*two_runs, "--out", "new/page.html", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("new/page.html: ")
    assert (tmp_path / "new/page.html").read_text().startswith("<!doctype html>")
    found = json.loads(lemmata(*two_runs, "--json", cwd=tmp_path).stdout)
    scores = [run["scores"] for run in found["runs"]]
    assert [s["pass"]["1"]["value"] for s in scores] == [0.625, 0.7]
    assert scores[0]["wrong"]["count"] == 2
    assert found["comparisons"][0]["comparison"]["shared"] == 30
    assert found["comparisons"][0]["same_data"] is False


def test_bad_input_of_the_command_is_one_line_and_exit_2(two_runs: tuple[Path, Path], tmp_path: Path) -> None:
    for args in (["nowhere"], [two_runs[0], "--out", str(tmp_path)]):
        done = lemmata(*args, cwd=tmp_path)
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1
        assert "expected" in done.stderr
