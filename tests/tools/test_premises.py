"""Premises: what a goal mentions, which theorems are offered for it, and how they are kept."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from lemmata.provers.base import Backends
from lemmata.provers.lean.worker import lean_of
from lemmata.tools.premise_store import FOLDER, import_header, load_imported, own_premises
from lemmata.tools.premise_symbols import read_symbols
from lemmata.tools.premises import Premise, PremiseIndex, build_index, is_usable, rank_premises

FILE = """\
import Std
namespace Sums
def total (xs : List Nat) : Nat := xs.foldl (· + ·) 0

theorem total_append (xs ys : List Nat) : total (xs ++ ys) = total xs + total ys := by sorry

theorem total_nil : total [] = 0 := rfl

theorem wanted (xs : List Nat) : total (xs ++ []) = total xs := by sorry

theorem later : total [1] = 1 := by rfl
end Sums
"""


@pytest.fixture(scope="module")
def index(backends: Backends, tmp_path_factory: pytest.TempPathFactory) -> PremiseIndex:
    lean = lean_of(backends)
    home = tmp_path_factory.mktemp("home")
    return build_index(load_imported(lean.elaborator, lean.toolchain, "", home=home, wall_s=60))


def names(found: tuple[Premise, ...]) -> list[str]:
    return [p.name for p in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a + b ≤ c * d", {"HAdd.hAdd", "LE.le", "HMul.hMul"}),
        ("d ∣ a % b", {"Dvd.dvd", "HMod.hMod"}),
        ("x :: xs ++ []", {"List.cons", "HAppend.hAppend", "List.nil"}),
        ("(xs.map f).length ≠ 0", {".map", ".length", "Ne", "OfNat.ofNat"}),
        ("xs[i]? = some x ∧ ys[0]! = y", {"GetElem?.getElem?", "GetElem?.getElem!", "Option.some", "And"}),
        ("-a - b = -(b + a)", {"Neg.neg", "HSub.hSub", "HAdd.hAdd"}),
        ("p.1 = Prod.snd q", {".fst", "Prod.snd", "Eq"}),
        ("x ≥ y", {"LE.le", "GE.ge"}),
        ("[1, 2] ≠ xs", {"List.cons"}),
    ],
)
def test_notation_is_read_as_the_constants_behind_it(text: str, expected: set[str]) -> None:
    assert expected <= read_symbols(text).names()


def test_a_minus_between_two_terms_is_no_negation() -> None:
    assert "Neg.neg" not in read_symbols("a - b = (c) - xs[i] - 1").names()


def test_what_stands_in_a_string_is_not_read() -> None:
    assert "HAdd.hAdd" not in read_symbols('s = "a + b"').names()


@pytest.mark.lean
@pytest.mark.parametrize(
    ("goal", "expected"),
    [
        ("xs ys : List Nat\n⊢ (xs ++ ys).length = ys.length + xs.length", "List.length_append"),
        ("a b c : Nat\nh : a ∣ b\ng : a ∣ c\n⊢ a ∣ b + c", "Nat.dvd_add"),
        ("α : Type\nxs : List α\n⊢ xs.reverse.reverse = xs", "List.reverse_reverse"),
        ("a b : Int\nh : 0 < b\n⊢ a % b < b", "Int.emod_lt_of_pos"),
        ("a b c : Nat\n⊢ a * (b + c) = a * b + a * c", "Nat.mul_add"),
        ("xs : List Int\nx : Int\n⊢ x ∈ xs.reverse ↔ x ∈ xs", "List.mem_reverse"),
    ],
)
def test_the_theorem_that_a_goal_needs_is_among_the_first_ten(index: PremiseIndex, goal: str, expected: str) -> None:
    assert expected in names(rank_premises(index, goal, 10))


@pytest.mark.lean
def test_constants_may_be_given_in_place_of_a_text(index: PremiseIndex) -> None:
    found = names(rank_premises(index, ["Nat", "Nat.gcd", "Eq"], 20))
    assert "Nat.gcd_comm" in found


@pytest.mark.lean
def test_ranking_is_quick_enough_for_every_goal_of_a_search(index: PremiseIndex) -> None:
    assert len(index.library.premises) > 10_000
    goal = "xs : Array Int\nn : Nat\nh : n < xs.size\n⊢ (xs.push 3)[n] = xs[n] + 0 * n"
    times = []
    for _ in range(5):
        began = time.perf_counter()
        assert len(rank_premises(index, goal, 30)) == 30
        times.append(time.perf_counter() - began)
    assert min(times) < 0.05  # 5 ms on an idle machine


@pytest.mark.lean
def test_own_theorems_come_before_the_librarys(index: PremiseIndex) -> None:
    extended = index.extend(own_premises(FILE, before="Sums.wanted"))
    found = rank_premises(extended, "xs : List Nat\n⊢ Sums.total (xs ++ []) = Sums.total xs", 3)
    assert found[0].name == "Sums.total_append"
    assert found[0].own
    assert not index.own


def test_only_theorems_before_the_one_to_be_proved_are_accessible() -> None:
    assert names(own_premises(FILE, before="Sums.wanted")) == ["Sums.total_append", "Sums.total_nil"]
    assert len(own_premises(FILE)) == 4


def test_theorems_that_lean_makes_for_itself_are_not_offered() -> None:
    assert not any(map(is_usable, ("List.cons.sizeOf_spec", "f._unary.proof", "List.instLawfulBEq", "f.match_1")))
    assert is_usable("List.cons_inj_right")


def test_imports_are_read_wherever_a_header_may_have_them() -> None:
    assert import_header("/- a -/ import Std\npublic import Lean.Meta -- b\ntheorem t : 1 = 1 := rfl") == (
        "import Lean.Meta\nimport Std\n"
    )
    assert import_header("theorem t : 1 = 1 := by sorry") == ""


@pytest.mark.lean
def test_imported_theorems_are_kept_and_a_damaged_file_is_asked_for_again(backends: Backends, tmp_path: Path) -> None:
    lean = lean_of(backends)
    first = load_imported(lean.elaborator, lean.toolchain, "", home=tmp_path, wall_s=60)
    (kept,) = (tmp_path / FOLDER).iterdir()
    began = time.monotonic()
    again = load_imported(lean.elaborator, lean.toolchain, "", home=tmp_path, wall_s=0.0)
    assert again == first
    assert time.monotonic() - began < 3
    kept.write_bytes(kept.read_bytes()[:-100])
    assert load_imported(lean.elaborator, lean.toolchain, "", home=tmp_path, wall_s=60) == first


def test_an_empty_library_offers_nothing() -> None:
    assert rank_premises(build_index(()), "⊢ 1 = 1", 5) == ()
