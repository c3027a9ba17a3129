"""Proof bodies for variables in a small range: why they are in it, and then every case."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lemmata.tools.lean_statement import Statement

_LARGEST_BOUND, _LONGEST_CASES = 10_000, 40
_POWERS = re.compile(r"\b(\d+) ?\^ ?(\w+) \* (\d+) ?\^ ?(\w+)")


def lines_of(*lines: str) -> str:
    """A `by` block of these lines, empty ones left out."""
    return "by\n" + "\n".join(f"  {line}" for line in lines if line)


def bounded(statement: Statement) -> Iterator[str]:
    """Natural numbers below a bound, all cases decided by the kernel; whole numbers case by case."""
    naturals = statement.of_type("Nat")
    if not naturals:
        yield from _integer_cases(statement)
        return
    hypotheses = [b.name for b in statement.binders if is_hypothesis(b.type)]
    yield from _denied(statement, naturals, hypotheses)
    yield from _one_left(statement, naturals, hypotheses)
    small = [12, 30]
    large = sorted({n for n in statement.literals if 30 < n <= _LARGEST_BOUND})
    for bound in (*small, *large):
        if (bound + 1) ** len(naturals) > 2 * _LARGEST_BOUND:
            continue
        yield _all_cases(statement, naturals, hypotheses, bound)
    yield from _integer_cases(statement)


def _denied(statement: Statement, names: Sequence[str], hypotheses: Sequence[str]) -> Iterator[str]:
    """If the conclusion failed, one variable would be small; what it does then is computed."""
    rules = [b.name for b in statement.binders if b.type.startswith("∀") and "=" in b.type]
    others = [h for h in hypotheses if h not in rules]
    for bound in sorted({n for n in statement.literals if 2 < n <= _LARGEST_BOUND}) if len(names) == 1 else ():
        yield lines_of(
            statement.introduction,
            "apply Classical.byContradiction",
            "intro ln",
            f"have lb : {names[0]} < {bound} := by omega",
            f"simp only [{', '.join(rules)}] at *" if rules else "",
            f"clear {' '.join(rules)}" if rules else "",
            f"revert ln {' '.join(others)}",
            "revert lb",
            f"revert {names[0]}",
            "decide +kernel",
        )


def _one_left(statement: Statement, names: Sequence[str], hypotheses: Sequence[str]) -> Iterator[str]:
    """All variables but one are given by equations; beyond a bound, that one is the bound and something more."""
    given = {b.type.partition(" = ")[0].strip(): b.name for b in statement.binders if " = " in b.type}
    left = [name for name in names if name not in given]
    if len(left) != 1 or "∀" in statement.text:
        return
    others = [h for h in hypotheses if h not in {given[n] for n in names if n in given}]
    for bound in (13, 50):
        yield lines_of(
            statement.introduction,
            f"have lb : {left[0]} < {bound} := by",
            "  apply Classical.byContradiction",
            "  intro ln",
            f"  obtain ⟨lk, lx⟩ : ∃ lk, {left[0]} = {bound} + lk := ⟨{left[0]} - {bound}, by omega⟩",
            "  subst_vars",
            "  have l2 := Nat.zero_le (lk * lk)",
            "  have l3 := Nat.zero_le (lk * lk * lk)",
            "  simp only [Nat.add_mul, Nat.mul_add, ← Nat.mul_assoc, Nat.pow_succ, Nat.pow_zero, Nat.one_mul] at *",
            "  first | omega | grind",
            "subst_vars",
            f"revert {' '.join(others)}" if others else "",
            "revert lb",
            f"revert {left[0]}",
            "decide +kernel",
        )


def _all_cases(statement: Statement, names: Sequence[str], hypotheses: Sequence[str], bound: int) -> str:
    """`∀ x, x < bound → hypotheses → goal`, which the kernel can run through."""
    steps = [statement.introduction]
    for i, name in enumerate(names):
        steps.append(f"have lb{i} : {name} < {bound + 1} := by {_below(name, bound, statement)}")
    steps.append(f"revert {' '.join(hypotheses)}" if hypotheses else "")
    for i, name in reversed(list(enumerate(names))):
        steps += [f"revert lb{i}", f"revert {name}"]
    return lines_of(*steps, "decide +kernel")


def _below(name: str, bound: int, statement: Statement) -> str:
    """Ways to see that a natural number is small: linear, by its square or cube, as a divisor."""
    equations = [b.name for b in statement.binders if "=" in b.type and "∀" not in b.type]
    product = (
        "(apply Classical.byContradiction; intro lx; "
        f"have ly : {bound + 1} ≤ {name} := (by omega); "
        "have l2 := Nat.mul_le_mul ly ly; have l3 := Nat.pow_le_pow_left ly 2; have l4 := Nat.pow_le_pow_left ly 3; "
        "simp only [Nat.pow_succ, Nat.pow_zero, Nat.one_mul] at *; first | omega | grind)"
    )
    divisor = [
        f"exact Nat.lt_succ_of_le (Nat.le_trans (Nat.le_of_dvd (by decide) ({h} ▸ Nat.dvd_lcm_{side} _ _)) (by decide))"
        for h in equations
        for side in ("left", "right")
    ]
    return "first | omega | " + " | ".join([*divisor, *_by_powers(name, bound, statement), product])


def _by_powers(name: str, bound: int, statement: Statement) -> Iterator[str]:
    """In `b ^ x * c ^ y`, both powers are at least 1."""
    for b, x, c, y in _POWERS.findall(statement.text):
        if name in (x, y):
            base, other, exponent = (b, c, y) if name == x else (c, b, x)
            grown = f"(Nat.pow_le_pow_right (by decide : 0 < {base}) ly)"
            kept = f"(Nat.pow_pos (by decide : 0 < {other}) : 0 < {other} ^ {exponent})"
            both = f"{grown} {kept}" if name == x else f"{kept} {grown}"
            yield (
                f"(apply Classical.byContradiction; intro lx; have ly : {bound + 1} ≤ {name} := (by omega); "
                f"exact absurd (Nat.mul_le_mul {both}) (by omega))"
            )


def _integer_cases(statement: Statement) -> Iterator[str]:
    integers = statement.of_type("Int")
    if len(integers) != 1:
        return
    name = integers[0]
    for low, high in ((-12, 12), (0, _LONGEST_CASES)):
        shown = f"first | omega | grind | {_shifted(name, low, high)}"
        bound = f"have lb : {low} ≤ {name} ∧ {name} ≤ {high} := by constructor <;> {shown}"
        cases = " ∨ ".join(f"{name} = {v}" for v in range(low, high + 1))
        split = f"rcases lk with {' | '.join(['lk'] * (high - low + 1))} <;> subst lk <;> first | omega | simp_all"
        yield lines_of(statement.introduction, bound, f"have lk : {cases} := by omega", split)


def _shifted(name: str, low: int, high: int) -> str:
    """Beyond the range, the variable is its end and something that is not negative, and so are that one's powers."""
    powers = (
        "have lj : 0 ≤ lk := (by omega); subst lx; "
        "have l2 := Int.mul_nonneg lj lj; have l3 := Int.mul_nonneg l2 lj; have l4 := Int.mul_nonneg l2 l2; grind"
    )
    ways = (
        f"(apply Classical.byContradiction; intro ln; "
        f"obtain ⟨lk, lx⟩ : ∃ lk, {name} = {start} := ⟨{value}, by omega⟩; {powers})"
        for start, value in (
            (f"{low - 1} - lk", f"{low - 1} - {name}"),
            (f"{high + 1} + lk", f"{name} - {high + 1}"),
        )
    )
    return " | ".join(ways)


def is_hypothesis(type_: str) -> bool:
    """Whether a binder's type is a proposition rather than a sort of values."""
    return any(sign in type_ for sign in "=<>≤≥≠∣∧∨¬∈%∃∀")
