"""The agent's graph, with proposers and checkers whose behaviour a test can choose."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from lemmata.agents import nodes
from lemmata.agents.graph import build_graph, work
from lemmata.agents.run import Failed, Result, Run, create_run, open_run, work_run
from lemmata.agents.strategies import STRATEGIES, Strategy
from lemmata.agents.workbench import Workbench
from lemmata.budget import Budget, Limits, Spent
from lemmata.config import Settings
from lemmata.errors import BackendMissing, BadInput, ProtocolError
from lemmata.problem import Candidate, Problem, Program, Theorem
from lemmata.provers.base import Backends
from lemmata.record import Record
from lemmata.registry import CHECKERS, PROPOSERS
from lemmata.tools.base import Offer, Turn
from lemmata.verdict import (
    Accepted,
    Counterexample,
    Judgement,
    Proved,
    Reason,
    Refuted,
    SafeUpTo,
    Solution,
    Unknown,
    rejected,
)

CLAIM = Theorem(name="claim", source="a ∧ b", language="claim")
PROGRAM = Program(name="p.c", source="int main(){}", language="c")


def says(word: str, **content: object) -> Candidate:
    return Candidate(form="said", content={"word": word, **content})


def check_said(problem: Problem, candidate: Candidate, backends: Backends, limits: Limits) -> Judgement:
    """A checker that believes what the candidate says; only the graph is tested here."""
    match candidate.content["word"]:
        case "proof":
            return Accepted(verdict=Proved(), facts={"word": "proof"})
        case "counterexample":
            return Accepted(verdict=Refuted(Counterexample(values={"x": 1}, replay="ran")))
        case "patch":
            return Accepted(verdict=Refuted(Counterexample(values={"x": 1}, replay="ran")), answer={"patched": "y"})
        case "bounded":
            return Accepted(verdict=SafeUpTo(int(candidate.content["bound"])))
        case "vacuous":
            return Accepted(verdict=Unknown(Reason.VACUOUS, "h contradicts itself"))
        case "needs gcc":
            raise BackendMissing("no gcc found", remedy="apt-get install gcc")
        case "broken":
            raise ProtocolError("the back-end answered nonsense")
        case "parts":
            parts = candidate.content["parts"]
            return Accepted(verdict=Proved()) if len(parts) == 2 else rejected("a part is missing")
        case _:
            return rejected("no proof of it")


def never(turn: Turn, backends: Backends) -> Offer:
    return Offer()


asked: list[Turn] = []


def _offering(*candidates: Candidate, done: bool = True) -> Callable[[Turn, Backends], Offer]:
    def propose(turn: Turn, backends: Backends) -> Offer:
        asked.append(turn)
        return Offer(candidates=candidates, done=done)

    return propose


propose_proof = _offering(says("guess"), says("proof"), says("never reached"))
propose_guess = _offering(says("guess"))
propose_counterexample = _offering(says("counterexample"))
propose_patch = _offering(says("guess"), says("patch"))
propose_uncheckable = _offering(says("needs gcc"))
propose_vacuous = _offering(says("vacuous"))
propose_broken = _offering(says("broken"))
propose_missing_part = _offering(says("parts", parts=[1]))


def propose_longer_bounds(turn: Turn, backends: Backends) -> Offer:
    bound = (turn.memory or 0) + 1
    return Offer(candidates=(says("bounded", bound=bound),), memory=bound, done=False)


def propose_without_program(turn: Turn, backends: Backends) -> Offer:
    raise BackendMissing("no gcc found", remedy="apt-get install gcc")


def propose_with_a_bug(turn: Turn, backends: Backends) -> Offer:
    raise ZeroDivisionError("a bug")


def propose_on_bad_input(turn: Turn, backends: Backends) -> Offer:
    raise BadInput("expected a term", place="line 3")


def propose_proof_of_parts(turn: Turn, backends: Backends) -> Offer:
    return Offer(candidates=(says("guess" if "∧" in turn.problem.source else "proof"),))


def split_goal(problem: Problem) -> tuple[Theorem, ...]:
    if "∧" not in problem.source:
        return ()
    return tuple(Theorem(name=side, source=side, language="claim") for side in problem.source.split(" ∧ "))


def join(problem: Problem, candidates: tuple[Candidate, ...]) -> Candidate:
    return says("parts", parts=[c.content["word"] for c in candidates])


@pytest.fixture(autouse=True)
def _tables(monkeypatch: pytest.MonkeyPatch) -> None:
    asked.clear()
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    monkeypatch.setitem(CHECKERS, "said", "test_graph:check_said")  # type: ignore[arg-type]
    for name in ("proof", "guess", "counterexample", "patch", "vacuous", "broken", "missing_part", "longer_bounds"):
        monkeypatch.setitem(PROPOSERS, name, f"test_graph:propose_{name}")  # type: ignore[arg-type]
    for name in ("uncheckable", "without_program", "on_bad_input", "proof_of_parts", "with_a_bug"):
        monkeypatch.setitem(PROPOSERS, name, f"test_graph:propose_{name}")  # type: ignore[arg-type]


def bench(record: Record | None = None, *, budget: Budget | None = None, chat=None, **strategy) -> Workbench:
    return Workbench(
        strategy=Strategy(**strategy),
        budget=budget or Budget(),
        backends=Backends(Settings()),
        record=record or Record(),
        key="0",
        chat=chat,
    )


def outcome(problem: Problem, at: Workbench) -> dict:
    return asyncio.run(work(build_graph(None), problem, at))["outcome"]


def test_the_first_accepted_proof_ends_the_work() -> None:
    at = bench(proposers=("guess", "proof"))
    found = outcome(CLAIM, at)
    assert found["verdict"] == {"is": "proved"}
    assert found["certificate"]["candidate"]["origin"] == "proof"
    assert [e["result"] for e in at.record.events if e["event"] == "checked"] == ["rejected", "proved"]


def test_a_candidate_judged_before_is_not_checked_again() -> None:
    at = bench(proposers=("guess", "proof"))
    outcome(CLAIM, at)
    keys = [e["key"] for e in at.record.events if e["event"] == "checked"]
    assert len(keys) == len(set(keys)) == 2


def test_nothing_left_to_offer_is_unknown_not_refuted() -> None:
    found = outcome(CLAIM, bench(proposers=("guess",)))
    assert (found["verdict"]["is"], found["verdict"]["reason"]) == ("unknown", "exhausted")
    assert found["certificate"] is None


def test_a_vacuous_problem_is_not_proved() -> None:
    found = outcome(CLAIM, bench(proposers=("vacuous", "proof")))
    assert (found["verdict"]["is"], found["verdict"]["reason"]) == ("unknown", "vacuous")


def test_a_back_end_that_breaks_its_contract_gives_no_verdict() -> None:
    assert outcome(CLAIM, bench(proposers=("broken",)))["verdict"]["is"] == "unknown"


def test_a_bug_in_one_proposer_does_not_lose_the_others_work_and_is_told() -> None:
    at = bench(proposers=("with_a_bug", "proof"))
    assert outcome(CLAIM, at)["verdict"]["is"] == "proved"
    assert (
        "ZeroDivisionError: a bug"
        in next(e for e in at.record.events if e["event"] == "offered")["offer"]["finding"]["detail"]
    )


def test_a_missing_program_does_not_stop_the_other_proposers() -> None:
    assert outcome(CLAIM, bench(proposers=("without_program", "proof")))["verdict"]["is"] == "proved"


def test_a_missing_program_is_told_with_its_remedy_when_nothing_else_helps() -> None:
    found = outcome(CLAIM, bench(proposers=("without_program", "guess")))
    assert found["verdict"]["reason"] == "backend_missing"
    assert "apt-get install gcc" in found["verdict"]["detail"]


def test_the_best_partial_result_is_kept_when_the_budget_of_checks_ends() -> None:
    found = outcome(PROGRAM, bench(proposers=("longer_bounds",), budget=Budget(checks=4)))
    assert found["verdict"] == {"is": "safe_up_to", "bound": 4}
    assert found["reason"] == "checks"
    assert found["certificate"] is not None


def test_a_known_violation_is_kept_when_no_repair_is_accepted() -> None:
    found = outcome(PROGRAM, bench(proposers=("counterexample",), repairers=("guess",)))
    assert found["verdict"]["is"] == "refuted"
    assert found["answer"] is None


@pytest.mark.parametrize("repairer", ["uncheckable", "vacuous"])
def test_a_known_violation_survives_a_repair_that_can_not_be_checked_or_says_nothing(repairer: str) -> None:
    found = outcome(PROGRAM, bench(proposers=("counterexample",), repairers=(repairer,)))
    assert found["verdict"]["is"] == "refuted"
    assert found["certificate"] is not None


def test_a_program_missing_for_a_check_is_told_with_its_remedy() -> None:
    found = outcome(CLAIM, bench(proposers=("uncheckable", "guess")))
    assert found["verdict"]["reason"] == "backend_missing"
    assert "apt-get install gcc" in found["verdict"]["detail"]


def test_repairers_are_asked_once_a_violation_is_known_and_told_of_it() -> None:
    found = outcome(PROGRAM, bench(proposers=("counterexample", "guess"), repairers=("patch",)))
    assert found["answer"] == {"patched": "y"}
    assert asked[-1].memory == {"trace": {"word": "counterexample"}}


def test_a_problem_is_taken_apart_and_its_parts_are_put_together() -> None:
    at = bench(proposers=("proof_of_parts",), split="test_graph")
    found = outcome(CLAIM, at)
    assert found["certificate"]["candidate"]["content"] == {"word": "parts", "parts": ["proof", "proof"]}
    assert any(e["event"] == "decomposed" for e in at.record.events)


def test_a_part_that_is_not_solved_leaves_the_whole_unknown() -> None:
    assert outcome(CLAIM, bench(proposers=("guess",), split="test_graph"))["verdict"]["is"] == "unknown"


def test_a_chat_model_is_asked_after_symbolic_proposers_and_sees_the_faults() -> None:
    turns: list[Turn] = []

    async def chat(turn: Turn) -> Offer:
        turns.append(turn)
        word = "proof" if len(turns) == 2 else "wild guess"
        return Offer(candidates=(says(word),), done=False, spent=Spent(model_calls=1, tokens=10))

    at = bench(proposers=("guess",), chat=chat)
    assert outcome(CLAIM, at)["verdict"]["is"] == "proved"
    assert [a.candidate.content["word"] for a in turns[1].attempts] == ["guess", "wild guess"]
    assert turns[1].attempts[-1].faults[0].text == "no proof of it"


def test_the_budget_of_model_calls_ends_a_model_that_never_gets_there() -> None:
    async def chat(turn: Turn) -> Offer:
        return Offer(candidates=(says(f"guess {len(turn.attempts)}"),), done=False, spent=Spent(model_calls=1))

    found = outcome(CLAIM, bench(chat=chat, budget=Budget(model_calls=5)))
    assert found["verdict"] == {
        "is": "unknown",
        "reason": "budget",
        "detail": "the budget of model_calls is used up",
    }


def test_a_model_that_does_not_answer_is_not_waited_for_beyond_the_budget() -> None:
    async def chat(turn: Turn) -> Offer:
        await asyncio.sleep(60)
        return Offer()

    found = outcome(CLAIM, bench(chat=chat, budget=Budget(wall_s=0.3)))
    assert found["verdict"]["reason"] == "budget"


def test_a_question_without_a_model_says_what_to_set() -> None:
    found = outcome(CLAIM, bench())
    assert found["verdict"]["reason"] == "no_model"
    assert "LEMMATA_MODEL" in found["verdict"]["detail"]


def _run(run: Run, settings: Settings) -> dict[int, Result]:
    results: dict[int, Result] = {}

    def told(index: int, result: Result) -> None:
        assert index not in results
        results[index] = result

    asyncio.run(work_run(run, settings, on_result=told))
    return results


def test_one_bad_problem_does_not_lose_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(STRATEGIES, ("theorem", "claim"), Strategy(proposers=("proof",)))  # type: ignore[arg-type]
    monkeypatch.setitem(STRATEGIES, ("program", "c"), Strategy(proposers=("on_bad_input",)))  # type: ignore[arg-type]
    settings = Settings(home=tmp_path)
    run = create_run(settings, [CLAIM, PROGRAM, CLAIM], budget=Budget())
    results = _run(run, settings)
    assert isinstance(results[1], Failed)
    assert "line 3" in str(results[1].error)
    assert all(isinstance(results[i], Solution) and results[i].verdict == Proved() for i in (0, 2))
    assert (tmp_path / "runs" / run.name / "certificates" / "claim-2.json").exists()


def test_an_answer_written_before_a_kill_is_used_and_not_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kill comes after the check was recorded and before its checkpoint: the worst moment."""
    monkeypatch.setitem(STRATEGIES, ("theorem", "claim"), Strategy(proposers=("guess", "proof")))  # type: ignore[arg-type]
    settings = Settings(home=tmp_path)
    run = create_run(settings, [CLAIM], budget=Budget())
    checked = 0

    class Killed(BaseException):
        pass

    whole_step = nodes._stepped

    def kill_after_second_check(state, bench, update, spent):
        nonlocal checked
        checked += spent.checks
        if checked == 2:
            raise Killed
        return whole_step(state, bench, update, spent)

    with monkeypatch.context() as patch:
        patch.setattr(nodes, "_stepped", kill_after_second_check)
        with pytest.raises(BaseException, match=r".*"):
            _run(run, settings)
    resumed = _run(open_run(settings, run.name), settings)
    assert isinstance(resumed[0], Solution)
    assert resumed[0].verdict == Proved()
    keys = [e["key"] for e in resumed[0].record if e["event"] in ("checked", "offered")]
    assert len(keys) == len(set(keys)) == 4
    again = _run(open_run(settings, run.name), settings)
    assert again[0] == resumed[0]
