"""New theorems from known ones: each is proved, none is an old one, and nothing unproved is used."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.formats.lean import find_statements
from lemmata.problem import Candidate, Theorem
from lemmata.provers.base import Backends
from lemmata.provers.lean.check import check_proof
from lemmata.provers.lean.interface import find_declarations
from lemmata.provers.lean.worker import lean_of
from lemmata.tools.lean_mutate import Mutant, find_mutants, with_mutants
from lemmata.tools.lean_mutations import read_known
from lemmata.verdict import Accepted, Proved

pytestmark = pytest.mark.lean
FILE = """\
namespace Demo
def twice (n : Nat) : Nat := n + n

theorem twice_eq (n : Nat) : twice n = 2 * n := by unfold twice; omega

theorem twice_le (n m : Nat) (h : n ≤ m) : twice n ≤ twice m := by
  unfold twice; omega

theorem multiple {a b : Nat} (h : a ∣ b) : ∀ c : Nat, a ∣ b * c := by
  intro c; exact Nat.dvd_mul_right_of_dvd h c

theorem open_one (n : Nat) : twice n = n * 2 + 0 * n := by sorry
end Demo
"""


@pytest.fixture(scope="module")
def mutants(backends: Backends) -> tuple[Mutant, ...]:
    return tuple(find_mutants("p.lean", FILE, backends, seed=1, limit=8, wall_s=200))


def test_there_are_new_theorems_of_several_kinds(mutants: tuple[Mutant, ...]) -> None:
    assert len(mutants) == 8
    assert len({m.how.split(" ")[0] for m in mutants}) > 1
    assert len({m.parent for m in mutants}) > 1


def test_each_is_accepted_by_the_checker_with_its_own_proof(backends: Backends, mutants: tuple[Mutant, ...]) -> None:
    for mutant in mutants:
        statement, _, body = mutant.text.partition(" := ")
        source = f"{FILE[: mutant.at]}\n\n{statement} := by sorry\n"
        problem = Theorem(name="m", source=source, language="lean", target=f"Demo.{mutant.name}")
        judged = check_proof(problem, Candidate(form="lean-proof", content={"body": body}), backends, Limits(wall_s=60))
        assert isinstance(judged, Accepted), (mutant, judged)
        assert isinstance(judged.verdict, Proved)


def test_the_file_with_them_elaborates_as_a_whole(backends: Backends, mutants: tuple[Mutant, ...]) -> None:
    text = with_mutants(FILE, mutants)
    names = [f"Demo.{m.name}" for m in mutants]
    found = find_declarations(lean_of(backends).elaborator, text, names, wall_s=60)
    assert [d.name for d in found] == names
    assert {d.kind for d in found} == {"theorem"}
    assert len(find_statements(text)) == 4 + len(mutants)


def test_the_seed_decides(backends: Backends, mutants: tuple[Mutant, ...]) -> None:
    again = tuple(find_mutants("p.lean", FILE, backends, seed=1, limit=3, wall_s=200))
    assert again == mutants[:3]
    other = tuple(find_mutants("p.lean", FILE, backends, seed=2, limit=3, wall_s=200))
    assert [m.text for m in other] != [m.text for m in again]


def test_no_statement_is_made_twice_nor_one_that_was_there(mutants: tuple[Mutant, ...]) -> None:
    said = [m.text.partition(" := ")[0].replace(m.name, "") for m in mutants]
    assert len(set(said)) == len(said)


def test_what_rests_on_something_unproved_gives_nothing(backends: Backends) -> None:
    source = "theorem a (n : Nat) : n ≤ 3 := by sorry\n\ntheorem b (n : Nat) : n ≤ 4 := Nat.le_succ_of_le (a n)\n"
    assert list(find_mutants("p.lean", source, backends, limit=3, wall_s=6)) == []
    with pytest.raises(BadInput, match="expected a theorem with a whole proof"):
        list(find_mutants("p.lean", source.splitlines()[0] + "\n", backends))


def test_hypotheses_that_contradict_each_other_give_nothing(backends: Backends) -> None:
    source = "theorem a (n : Nat) (h : n < 0) : n * n = 7 := absurd h (Nat.not_lt_zero n)\n"
    assert list(find_mutants("p.lean", source, backends, limit=3, wall_s=5)) == []


def test_universes_stay_where_they_are(backends: Backends) -> None:
    source = "theorem t.{u} {α : Type u} (xs ys : List α) : (xs ++ ys).length = xs.length + ys.length := by simp\n"
    (made,) = find_mutants("p.lean", source, backends, limit=1, wall_s=60)
    assert made.text.startswith("theorem t_mutant1.{u} {α : Type u}")


def test_text_that_runs_code_is_refused(backends: Backends) -> None:
    with pytest.raises(BadInput, match="runs code"):
        list(find_mutants("p.lean", "#eval 1\n" + FILE, backends))


def test_a_theorem_is_taken_apart_into_binders_and_conclusion() -> None:
    source = "theorem t.{u} {α : Type u} (xs : List α) (h : xs ≠ []) : ∀ n : Nat, 0 < n → P n := proof\n"
    known = read_known(source, find_statements(source)[0])
    assert known.conclusion == "P n"
    assert known.universes == ".{u}"
    assert known.binders == "{α : Type u} (xs : List α) (h : xs ≠ []) (n : Nat) (hyp1 : 0 < n)"
    assert known.use == "t xs h n hyp1"


def test_the_command_prints_lean_and_writes_the_whole_file(tmp_path: Path) -> None:
    (tmp_path / "p.lean").write_text(FILE, "utf-8")

    def mutate(*options: str) -> subprocess.CompletedProcess[str]:
        argv = [sys.executable, "-m", "lemmata", "mutate", *options]
        env = {**os.environ}
        return subprocess.run(argv, env=env, cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False)

    done = mutate("p.lean", "--limit", "2", "--seed", "1", "--out", "new.lean")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("/-- From Demo.")
    assert len(find_statements(done.stdout)) == 2
    assert len(find_statements((tmp_path / "new.lean").read_text("utf-8"))) == 6
    (one,) = map(json.loads, mutate("p.lean", "--limit", "1", "--seed", "1", "--json").stdout.splitlines())
    assert set(one) == {"name", "parent", "how", "text", "at"}
    bad = mutate("none.lean")
    assert (bad.returncode, bad.stderr.count("\n")) == (2, 1)
    assert mutate("p.lean", "--wall", "0").returncode == 2
