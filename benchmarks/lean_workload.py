"""Checks with known answers, and requests that end a Lean process, drawn by a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass

from lemmata.budget import Limits
from lemmata.problem import Theorem
from lemmata.provers.lean.pin import pin
from lemmata.provers.lean.pool import Offered

HONEST_S = 20.0
POISON_S = 2.0
RECURSION = "def sum : Nat → Nat\n  | 0 => 0\n  | n + 1 => n + 1 + sum n\n\n"
DEEP = "set_option maxRecDepth 10000000\ndef down : Nat → Nat\n  | 0 => 0\n  | n + 1 => down n + 1\n\n"
ENDLESS = "def climb : Nat → Nat → Nat\n  | 0, a => a\n  | n + 1, a => climb n (climb n (a + 1))\n\n"
INDUCTION = "by\n  induction n with\n  | zero => rfl\n  | succ n ih => simp only [sum]; grind"
# The text before the theorem, its statement, a body, and whether that body proves it; a to d are small numbers.
HONEST = (
    ("", "(x y : Int) (h : {a} * x < {b} * y) : {a} * x + 1 ≤ {b} * y", "by omega", True),
    ("", "(x y : Nat) (h : x < y + {a}) (k : y < {b}) : x < {b} + {a}", "by omega", True),
    ("", "(x y : Int) (h : {a} * x < y) : {a} * x + {b} + 1 ≤ y", "by omega", False),
    ("", "(p q : Prop) (h : p ∧ q) (n : Nat) (k : n = {a}) : q ∧ p ∧ n = {a}", "⟨h.2, h.1, k⟩", True),
    ("", "(p q : Prop) (h : p ∧ q) (n : Nat) (k : n = {a}) : q ∧ p", "⟨h.1, h.2⟩", False),
    ("", "(xs : List Nat) : (xs ++ [{a}, {b}]).length = xs.length + 2", "by simp", True),
    ("", "(xs ys : List Nat) : (xs ++ {a} :: ys).length = ys.length + 1 + xs.length", "by simp; omega", True),
    ("", ": ∀ i j : Fin {small}, i + j = j + i", "by decide", True),
    ("", ": {a} ^ 7 % {b} = {power} % {b}", "by decide", True),
    ("", "(x y : Int) : ({a} * x + y) * {b} = {ab} * x + {b} * y", "by grind", True),
    ("", "(x y z : Int) (h : x + y = {a}) (k : y + z = {b}) : x - z = {a} - {b}", "by grind", True),
    ("", "(n : Nat) : n + {a} + 0 = {a} + n", "Nat.add_comm n {a}", True),
    (RECURSION, "(n : Nat) : 2 * sum n = n * (n + 1)", INDUCTION, True),
    (RECURSION, ": sum {a} = {a} * ({a} + 1) / 2", "by decide", True),
    (RECURSION, ": sum {a} = {b} + {a} * {a}", "by decide", False),
)
POISON = {
    "endless": (ENDLESS, ": climb {deep} {a} = {b}", "by decide +kernel"),
    "stack": (DEEP, ": down {tall} = {tall}", "by decide"),
    "memory": ("", ": ((1 <<< {huge}) + (3 <<< {huge})) % {a} = 1", "by decide +kernel"),
    "not_lean": ("", "(n : Nat) : n = n", "{junk}"),
    "bytes": ("", "(n : Nat) : n = n", "{bytes}"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """A check and what must come of it.

    Args:
        offered: what is checked.
        holds: whether it must be accepted.
        poison: its kind; empty: none.
    """

    offered: Offered
    holds: bool
    poison: str = ""


def draw(n: int, *, poison: float, seed: int) -> list[Item]:
    """Checks in an order that the seed gives, of which that part is poison."""
    source = random.Random(seed)
    bad = set(source.sample(range(n), round(poison * n)))
    kinds = list(POISON)
    return [_poison(source, kinds[i % len(kinds)]) if i in bad else _honest(source) for i in range(n)]


def _honest(source: random.Random) -> Item:
    before, statement, body, holds = source.choice(HONEST)
    a, b = source.randint(2, 40), source.randint(2, 40)
    values = {"a": a, "b": b, "ab": a * b, "power": a**7, "small": source.randint(3, 6)}
    return _item(before, statement.format(**values), body.format(**values), wall_s=HONEST_S, holds=holds)


def _poison(source: random.Random, kind: str) -> Item:
    before, statement, body = POISON[kind]
    values = {
        "a": source.randint(2, 40),
        "b": source.randint(2, 40),
        "deep": source.randint(40, 60),
        "tall": source.randint(30_000, 40_000),
        "huge": source.randint(1 << 30, (1 << 30) + 1000),
        "junk": "".join(source.choice("()[]⟨⟩λ∀∃:=→↦·#@$%&0x ab") for _ in range(200)),
        "bytes": source.randbytes(500).decode("latin-1"),
    }
    wall_s = HONEST_S if kind == "stack" else POISON_S
    return _item(before, statement.format(**values), body.format(**values), wall_s=wall_s, holds=False, poison=kind)


def _item(before: str, statement: str, body: str, *, wall_s: float, holds: bool, poison: str = "") -> Item:
    text = f"{before}theorem t {statement} := by sorry\n"
    pinned = pin(Theorem(name="t.lean", source=text, language="lean", target="t"), mathlib=False)
    return Item(Offered(pinned=pinned, body=body, limits=Limits(wall_s=wall_s)), holds, poison)
