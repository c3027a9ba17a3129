"""The Python API."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

import lemmata

pytestmark = pytest.mark.sandbox
TRUE = "∀ x y : Int, x < y → x + 1 ≤ y"


@pytest.fixture
def settings(tmp_path: Path) -> lemmata.Settings:
    return lemmata.load_settings(home=tmp_path, model="")


def test_a_true_claim_is_proved_and_its_certificate_accepted(settings: lemmata.Settings) -> None:
    solution = lemmata.solve(TRUE, settings=settings)
    assert solution.verdict == lemmata.Proved()
    assert solution.solved
    assert lemmata.recheck(solution.certificate, settings=settings) == lemmata.Proved()


def test_a_false_claim_is_refuted_by_values_that_falsify_it(settings: lemmata.Settings) -> None:
    solution = lemmata.solve("∀ x y : Int, x ≤ y → x < y", settings=settings, keep=False)
    assert isinstance(solution.verdict, lemmata.Refuted)
    values = solution.verdict.counterexample.values
    assert int(values["x"]) == int(values["y"])


def test_contradictory_hypotheses_are_vacuous_not_proved(settings: lemmata.Settings) -> None:
    solution = lemmata.solve("∀ x : Int, x < 0 → 0 < x → x = 7", settings=settings, keep=False)
    assert isinstance(solution.verdict, lemmata.Unknown)
    assert solution.verdict.reason is lemmata.Reason.VACUOUS


def test_solving_works_where_an_event_loop_is_running(settings: lemmata.Settings) -> None:
    async def cell() -> lemmata.Verdict:
        return lemmata.solve(TRUE, settings=settings, keep=False).verdict

    assert asyncio.run(cell()) == lemmata.Proved()


def test_streaming_ends_with_the_solution(settings: lemmata.Settings) -> None:
    *events, solution = lemmata.stream(TRUE, settings=settings, keep=False)
    assert isinstance(solution, lemmata.Solution)
    assert next(e["event"] for e in events) == "routed"
    assert {"offered", "checked", "certified", "finished"} <= {e["event"] for e in events}


def test_streaming_raises_what_solving_raises(settings: lemmata.Settings, tmp_path: Path) -> None:
    async def collect() -> None:
        async for _ in lemmata.astream(tmp_path / "no.smt2", settings=settings):
            pass

    with pytest.raises(lemmata.BadInput, match=r"no\.smt2"):
        list(lemmata.stream(tmp_path / "no.smt2", settings=settings))
    with pytest.raises(lemmata.BadInput, match=r"no\.smt2"):
        asyncio.run(collect())


def test_a_file_with_several_problems_says_how_to_pick_one(settings: lemmata.Settings, tmp_path: Path) -> None:
    file = tmp_path / "two.smt2"
    file.write_text("(declare-const x Int)(assert (< x x))(check-sat)(assert (> x 1))(check-sat)")
    assert len(lemmata.load(file)) == 2
    with pytest.raises(lemmata.BadInput, match="found 2"):
        lemmata.solve(file, settings=settings)


@pytest.mark.parametrize("budget", [0, -1, True, float("nan")])
def test_a_budget_that_is_no_positive_number_is_refused(budget: float, settings: lemmata.Settings) -> None:
    with pytest.raises(lemmata.BadInput, match="budget"):
        lemmata.solve(TRUE, budget=budget, settings=settings)


def test_a_setting_that_does_not_exist_is_refused() -> None:
    with pytest.raises(lemmata.BadInput, match="colour"):
        lemmata.load_settings(colour="red")


def test_a_setting_of_the_wrong_type_names_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEMMATA_PRICE_IN", "cheap")
    with pytest.raises(lemmata.BadInput, match="LEMMATA_PRICE_IN"):
        lemmata.load_settings()


def test_a_value_is_found_and_proved_to_be_the_only_one(settings):
    problem = lemmata.find("find answer : ℝ where (h₀ : answer ^ 2 = 2) (h₁ : 0 < answer)")
    solution = lemmata.solve(problem, settings=settings, keep=False)
    assert (solution.answer, solution.verdict) == ("√2", lemmata.Proved())
    assert lemmata.recheck(solution.certificate, settings=settings) == lemmata.Proved()


def test_a_problem_outside_the_fragment_is_refused_with_its_place():
    with pytest.raises(lemmata.BadInput) as caught:
        lemmata.find("find answer : ℝ where (h : answer = y)")
    assert caught.value.place == "claim:37"
