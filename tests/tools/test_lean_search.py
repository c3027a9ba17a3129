"""Best-first search for Lean proofs: what it reads from goals, and proofs that a real Lean accepts."""

from __future__ import annotations

from pathlib import Path

import pytest

from lemmata.budget import Limits
from lemmata.problem import Candidate, Theorem
from lemmata.provers.base import Backends
from lemmata.provers.lean.check import check_proof
from lemmata.provers.lean.interface import Goal, Hypothesis
from lemmata.provers.lean.pin import pin
from lemmata.provers.lean.worker import lean_of
from lemmata.tools.base import Turn
from lemmata.tools.lean_search.loops import guesses, loops
from lemmata.tools.lean_search.minimise import minimise
from lemmata.tools.lean_search.moves import Move, Own, moves
from lemmata.tools.lean_search.polynomials import quotients
from lemmata.tools.lean_search.propose import propose
from lemmata.tools.lean_search.search import Search
from lemmata.tools.lean_search.shape import applications, behind_binders, binders, connective, parts
from lemmata.tools.lean_search.statistics import FILE, Statistics, keep_statistics, load_statistics
from lemmata.verdict import Accepted, Proved

LOOP = """\
def firstAt (a : Array Int) (e : Int) (n : Nat) : Nat :=
  if n < a.size then if a[n]! = e then n else firstAt a e (n + 1) else a.size
"""
BUILD = """\
def doubled (a : Array Int) : Array Int :=
  let rec go (i : Nat) (done : Array Int) : Array Int :=
    if i < a.size then go (i + 1) (done.push (2 * a[i]!)) else done
  go 0 #[]
"""


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("a ∧ b → c", "→"),
        ("(a → b) ∧ c", "∧"),
        ("∀ x, x = 1 ∧ p x", "∀"),
        ("p ∨ ∃ x, q x ∧ r x", "∨"),
        ("¬p ↔ q", "↔"),
        ("f x = 3", "="),
        ("Sorted l", ""),
        ("", ""),
    ],
)
def test_the_loosest_connective_is_found(text: str, sign: str) -> None:
    assert connective(text) == sign


def test_parts_binders_and_applications_are_read() -> None:
    assert parts("a ∧ (b ∧ c) ∧ ∃ x, p x ∧ q", "∧") == ("a", "(b ∧ c)", "∃ x, p x ∧ q")
    assert binders("∀ (i j : Nat) (x : i < j), p") == (("i", "Nat"), ("j", "Nat"), ("x", "i < j"))
    assert behind_binders("∃ k, 0 < k ∧ p k") == "0 < k ∧ p k"
    (call,) = applications("x + f.go a[i]! (g 1) #[] = 2", frozenset({"f.go"}))
    assert call.arguments == ("a[i]!", "(g 1)", "#[]")


def test_what_holds_below_the_bound_is_guessed_to_hold_below_the_counter() -> None:
    target = "(go a 0 #[]).size = a.size ∧ ∀ (k : Nat), k < a.size → (go a 0 #[])[k]! = a[k]!"
    (loop,) = loops(target, applications(target, frozenset({"go"})))
    first = next(guesses(loop))
    assert first.startswith("∀ i acc, i ≤ a.size → (acc.size = i ∧ ∀ (k : Nat), k < i → acc[k]! = a[k]!) →"), first


def test_a_quotient_modulo_an_equation_is_found() -> None:
    equation = Hypothesis(name="h", type="x * y = 2 * x - 4", is_proof=True)
    goal = Goal(tag="", hypotheses=(equation,), target="x ∣ x * y * z + 4 * z + x ^ 2")
    assert "x + 2*z" in set(quotients(goal))


@pytest.mark.parametrize("target", ["3 ∣ 2 ^ n + 1", "x ∣ 2 ^ n", "0 ∣ x", "x ∣ y / 2", "x - x ∣ x", "a ∣ b c"])
def test_what_is_no_polynomial_has_no_quotient(target: str) -> None:
    assert not set(quotients(Goal(tag="", hypotheses=(), target=target)))


def test_a_proof_loses_what_it_does_not_need() -> None:
    lines = ("have h := one", "intro x", "constructor", "· simp_all", "  omega", "· rfl")
    needed = {"intro x", "constructor", "· simp_all", "· rfl"}
    assert minimise(lines, lambda tried: needed <= set(tried)) == ("intro x", "constructor", "· simp_all", "· rfl")


def test_statistics_survive_and_damage_is_forgotten(tmp_path: Path) -> None:
    statistics = Statistics()
    for _ in range(30):
        statistics.note(Move("omega", 1.0), True, 0.0)
        statistics.note(Move("decide", 1.0), False, 0.0)
    assert statistics.cost(Move("omega", 1.0)) < 1.0 < statistics.cost(Move("decide", 1.0))
    keep_statistics(tmp_path, statistics)
    assert load_statistics(tmp_path) == statistics
    (tmp_path / FILE).write_text('{"tries": {"omega": -1}, "useful": {}}')
    assert load_statistics(tmp_path) == Statistics()


DOWN = "def upTo (a : Array Int) (n : Nat) : Int := if n = 0 then 0 else upTo a (n - 1) + a[n - 1]!"
FINDS = """\
def holds (a : Array Int) (e : Int) (i : Nat) : Bool :=
  if i < a.size then if a[i]! = e then true else holds a e (i + 1) else false"""
PROVED = {
    "connectives": ("", "theorem t (p q r : Prop) (h : p ∧ (q ∨ r)) : (p ∧ q) ∨ (p ∧ r) := by sorry"),
    "witness": ("", "theorem t (n : Nat) (h : 0 < n) : ∃ m, m > n ∧ ∃ p, m * p ≤ m + p := by sorry"),
    "loop that searches": (
        LOOP,
        "theorem t (a : Array Int) (e : Int) : ∀ k, k < firstAt a e 0 → a[k]! ≠ e := by sorry",
    ),
    "loop that builds": (
        BUILD,
        "theorem t (a : Array Int) :\n"
        "    (doubled a).size = a.size ∧ ∀ k, k < a.size → (doubled a)[k]! = 2 * a[k]! := by sorry",
    ),
    "sign of a product": ("", "theorem t (a b : Int) (h : a < 0 ∧ b > 0 ∨ a > 0 ∧ b < 0) : a * b < 0 := by sorry"),
    "bits": ("", "theorem t (x y : UInt8) : (x.xor y).xor ((x.xor y).xor y) = y := by sorry"),
    "sum down from a size": (
        DOWN,
        "theorem t (a : Array Int) : a.toList.sum = upTo a a.size := by sorry",
    ),
    "loop that finds": (
        FINDS,
        "theorem t (a : Array Int) (e : Int) : (∃ k, k < a.size ∧ a[k]! = e) ↔ holds a e 0 = true := by sorry",
    ),
    "divisibility": ("", "theorem t (x y : Int) (h : x * y = 2 * x - 4) : x ∣ x ^ 2 + x * y + 4 := by sorry"),
}


@pytest.mark.lean
@pytest.mark.parametrize("name", PROVED)
def test_the_checker_accepts_what_is_found(name: str, backends: Backends) -> None:
    before, theorem = PROVED[name]
    problem = Theorem(name=f"{name}.lean", source=f"{before}\n{theorem}\n", language="lean", target="t")
    offer = propose(Turn(problem=problem, limits=Limits(wall_s=90.0)), backends)
    assert offer.candidates, offer
    judged = check_proof(problem, offer.candidates[0], backends, Limits(wall_s=60.0))
    assert isinstance(judged, Accepted), judged
    assert isinstance(judged.verdict, Proved)


@pytest.mark.lean
def test_a_search_goes_on_after_its_process_has_ended(backends: Backends) -> None:
    source = "theorem t (p q r : Prop) (hp : p) (hr : r) (h : p → q) : (q ∧ r) ∧ (p ∧ q) := by sorry\n"
    pinned = pin(Theorem(name="t", source=source, language="lean", target="t"), mathlib=False)
    lean = lean_of(backends)
    own = Own(frozenset())
    tried = 0

    def few(goal: Goal, path: object) -> tuple[Move, ...]:
        nonlocal tried
        tried += 1
        if tried == 3:
            lean.elaborator.discard()
        return tuple(m for m in moves(goal, own, ()) if not m.tactic.startswith(("grind", "simp", "rfl", "omega")))

    found = Search(lean.elaborator, pinned, few).find(wall_s=60.0)
    assert found is not None
    assert found[0].startswith("refine")
    body = "by\n" + "\n".join(f"  {line}" for line in found)
    problem = Theorem(name="t", source=source, language="lean", target="t")
    candidate = Candidate(form="lean-proof", content={"body": body}, origin="t")
    assert isinstance(check_proof(problem, candidate, backends, Limits()), Accepted)


@pytest.mark.lean
def test_nothing_is_found_for_what_is_false(backends: Backends) -> None:
    source = f"{LOOP}\ntheorem t (a : Array Int) (e : Int) : a[firstAt a e 0]! = e := by sorry\n"
    problem = Theorem(name="t", source=source, language="lean", target="t")
    assert not propose(Turn(problem=problem, limits=Limits(wall_s=5.0)), backends).candidates
