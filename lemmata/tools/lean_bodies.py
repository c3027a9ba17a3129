"""Proof bodies to try, cheap ones first: fixed tactics, then bodies made for the variables of one statement.

`exact?` and the like are left out: they search for lemmas, and what they find here has no place of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import product

from lemmata.tools.lean_bounds import bounded, is_hypothesis, lines_of
from lemmata.tools.lean_statement import Statement

SMALL_GRIND = "grind (splits := 5) (ematch := 3) (gen := 4)"
CLOSE = f"first | omega | (simp_all; done) | (simp_all; omega) | decide | {SMALL_GRIND}"
QUICK = (
    "by omega",
    "by decide",
    "by simp",
    "by rfl",
    "by intros; omega",
    "by simp_all",
    "by decide +kernel",
    "by intros; simp_all",
    f"by {SMALL_GRIND}",
    f"by intros; {SMALL_GRIND}",
    "by simp_all; omega",
    "by constructor <;> omega",
    "by subst_vars; first | omega | rfl | (simp_all; done)",
    "by simp +arith",
    "by repeat' (first | constructor | (intro _)) <;> first | omega | (simp_all; done)",
)
_POWERS = "Nat.pow_succ, Int.pow_succ, Nat.pow_zero, Nat.pow_mul, Nat.pow_add"
_MODULO = f"{_POWERS}, Nat.mul_mod, Nat.add_mod, Int.mul_emod, Int.add_emod, Int.sub_emod, Nat.pow_mod, Int.neg_emod"
_POWERS_APART = "Nat.pow_mod, Nat.mul_mod, Nat.add_mod, Int.pow_succ, Int.mul_emod, Int.add_emod, Int.sub_emod"
_DIVIDES = "Nat.dvd_iff_mod_eq_zero, Int.dvd_iff_emod_eq_zero"
_EXPAND = "Nat.pow_succ, Int.pow_succ, Nat.mul_add, Nat.add_mul, Int.mul_add, Int.add_mul, Int.mul_sub, Int.sub_mul"
_LCM = re.compile(r"(?:Nat\.lcm (?P<left>\w+) (?P<right>\w+)) = (?P<value>\d+)$")
_LARGEST_MULTIPLE = 2000
_GCD = re.compile(r"Nat\.(?:gcd|lcm) (\w+|\([^()]*\)) (\w+|\([^()]*\))")


def bodies(statement: Statement, definitions: Sequence[str]) -> Iterator[str]:
    """All bodies, in the order in which they should be tried.

    Args:
        statement: what is to be proved.
        definitions: full names of the file's own definitions.
    """
    if not statement.binders:
        yield "by decide +kernel"
    yield from QUICK
    yield from _unfolding(statement, definitions)
    yield from _inductions(statement, definitions)
    yield from _residues(statement)
    yield from _power_cycles(statement)
    yield from _divisors(statement)
    yield from _of_multiple(statement)
    yield from bounded(statement)
    yield from _witnesses(statement)
    yield from _rearranged(statement)
    yield from _grinding(statement, definitions)
    yield from _combinations(statement)


def _unfolding(statement: Statement, definitions: Sequence[str]) -> Iterator[str]:
    """The file's own definitions unfolded."""
    if not definitions:
        return
    names = ", ".join(definitions)
    intro = statement.introduction
    for tactic in (
        f"simp [{names}]",
        f"simp_all [{names}]",
        f"grind [{names}]",
        f"simp only [{names}] at *; first | omega | (simp_all; done) | decide | grind",
        f"unfold {' '.join(definitions)} at *; repeat' split; all_goals {CLOSE}",
    ):
        yield lines_of(intro, tactic)


def _inductions(statement: Statement, definitions: Sequence[str]) -> Iterator[str]:
    """Induction on each variable that may be a number or a list, and on the file's recursive definitions."""
    rules = ", ".join(definitions)
    intro = statement.introduction
    closers = [CLOSE, f"simp only [{_POWERS}] at *; omega", f"simp only [{_EXPAND}] at *; omega"]
    if definitions:
        closers[:0] = [f"(simp_all [{rules}]; done)", f"(simp_all [{rules}]; omega)", f"grind [{rules}]"]
    closer = " | ".join(f"({c})" for c in closers)
    subjects = [b for b in statement.binders if b.number == "Nat" or b.type.startswith("List")]
    for subject in subjects:
        others = [b.name for b in statement.binders if b.type and b is not subject and b.intro and b.number]
        yield lines_of(intro, f"induction {subject.name} <;> first {'| ' + closer}")
        if others:
            yield lines_of(intro, f"induction {subject.name} generalizing {' '.join(others)} <;> first | {closer}")
        if subject.number:
            yield lines_of(intro, f"induction {subject.name} using Nat.strongRecOn", f"all_goals first | {closer}")
    for name in definitions:
        arguments = " ".join(b.name for b in statement.binders if b.number or b.type.startswith("List"))
        yield lines_of(intro, f"fun_induction {name} <;> first | {closer}")
        yield lines_of(intro, f"fun_induction {name} {arguments} <;> first | {closer}")
        yield lines_of(intro, f"fun_cases {name} <;> first | {closer}")


def _residues(statement: Statement) -> Iterator[str]:
    """Each variable's remainder by a small modulus, case by case; the moduli of the statement come first."""
    numbers = statement.of_type("Nat", "Int")
    own = [n for n in statement.literals if 2 <= n <= 20]
    divisors = [d for n in own for d in range(2, n) if n % d == 0]
    moduli = list(dict.fromkeys((*own, *divisors, 4, 8, 3, 7, 9, 5)))
    if not any(sign in statement.text for sign in ("%", "∣", "≠")):
        return
    for rules in (_MODULO, _POWERS_APART):
        yield lines_of(statement.introduction, f"simp [{rules}, *]")
        yield lines_of(statement.introduction, f"simp [{_DIVIDES}, {rules}, *]; omega")
    powered = [name for name in numbers if f"{name}^" in statement.text.replace(" ", "")]
    chosen = [(name,) for name in powered] if len(numbers) > 1 else []
    for names, modulus in product([*chosen, numbers] if numbers else (), moduli):
        if modulus ** len(names) > 400:
            continue
        steps = [statement.introduction]
        for i, name in enumerate(names):
            cases = " ∨ ".join(f"{name} % {modulus} = {r}" for r in range(modulus))
            steps.append(f"have lm{i} : {cases} := by omega")
        split = " <;> ".join(f"rcases lm{i} with {' | '.join([f'lm{i}'] * modulus)}" for i in range(len(names)))
        used = ", ".join(f"lm{i}" for i in range(len(names)))
        close = f"first | omega | (simp [{_DIVIDES}, {_MODULO}, {used}]; done) | (simp [{_MODULO}, {used}]; omega)"
        yield lines_of(*steps, f"{split} <;> {close}")
        for i, name in enumerate(names):
            residue = f"have lr{i} : ({name} ^ 2) % {modulus} = (({name} % {modulus}) ^ 2) % {modulus}"
            cube = f"have lc{i} : ({name} ^ 3) % {modulus} = (({name} % {modulus}) ^ 3) % {modulus}"
            how = "by first | exact Nat.pow_mod _ _ _ | simp [Int.pow_succ, Int.mul_emod]"
            steps += [f"{residue} := {how}", f"{cube} := {how}"]
        rules = ", ".join(f"lm{i}" for i in range(len(names)))
        at = " ".join(f"lr{i} lc{i}" for i in range(len(names)))
        yield lines_of(*steps, f"{split} <;> simp [{rules}] at {at} <;> omega")


def _power_cycles(statement: Statement) -> Iterator[str]:
    """`b ^ n` runs through a cycle of remainders by a modulus of the statement, as induction shows."""
    text = statement.text
    for name in statement.of_type("Nat"):
        bases = [b for b in statement.literals if 2 <= b <= 100 and f"{b}^" in text.replace(" ", "")]
        for base, modulus in ((b, m) for b in bases for m in statement.literals if 2 <= m <= 30):
            cycle = dict.fromkeys(pow(base, k, modulus) for k in range(modulus + 1))
            cases = " ∨ ".join(f"{base} ^ k % {modulus} = {r}" for r in cycle)
            step = "induction k with | zero => decide | succ k ih => simp only [Nat.pow_succ] at *; omega"
            close = f"simp only [{_POWERS}] at *; first | omega | (simp at *; omega)"
            yield lines_of(
                statement.introduction,
                f"have lc : ∀ k : Nat, {cases} := by intro k; {step}",
                f"have l1 := lc {name}",
                f"first | omega | ({close})",
            )


def _divisors(statement: Statement) -> Iterator[str]:
    """What greatest common divisors and least common multiples divide, and their product."""
    pairs = dict.fromkeys(_GCD.findall(statement.text))
    if not pairs:
        return
    facts = []
    for i, (left, right) in enumerate(pairs):
        facts += [f"have lp{i} := Nat.gcd_mul_lcm {left} {right}", f"have ll{i} := Nat.gcd_dvd_left {left} {right}"]
        facts += [f"have lr{i} := Nat.gcd_dvd_right {left} {right}"]
    equations = ", ".join(b.name for b in statement.binders if "=" in b.type and "∀" not in b.type)
    places = " ".join(f"lp{i} ll{i} lr{i}" for i in range(len(pairs)))
    yield lines_of(statement.introduction, *facts, f"rw [{equations}] at *", "omega")
    yield lines_of(statement.introduction, *facts, f"simp only [{equations}] at {places}", "omega")
    yield lines_of(statement.introduction, *facts, f"simp [{equations}] at {places}", CLOSE)


def _of_multiple(statement: Statement) -> Iterator[str]:
    """Two numbers whose least common multiple is known divide it: every case."""
    for binder in statement.binders:
        found = _LCM.match(binder.type)
        if found is None or int(found["value"]) > _LARGEST_MULTIPLE:
            continue
        names, value = (found["left"], found["right"]), found["value"]
        others = [b.name for b in statement.binders if is_hypothesis(b.type)]
        steps = []
        for i, (name, side) in enumerate(zip(names, ("left", "right"), strict=True)):
            divides = f"have ld{i} : {name} ∣ {value} := {binder.name} ▸ Nat.dvd_lcm_{side} _ _"
            small = f"have lb{i} : {name} < {value} + 1 := Nat.lt_succ_of_le (Nat.le_of_dvd (by decide) ld{i})"
            steps += [divides, small, f"replace ld{i} := Nat.mod_eq_zero_of_dvd ld{i}"]
        steps.append(f"revert {' '.join(others)}")
        steps += ["revert ld0 ld1", *(line for i in (1, 0) for line in (f"revert lb{i}", f"revert {names[i]}"))]
        yield lines_of(statement.introduction, *steps, "decide +kernel")


def _combinations(statement: Statement) -> Iterator[str]:
    """A small combination of two numbers that is a constant bounds their greatest common divisor."""
    pairs = dict.fromkeys(_GCD.findall(statement.text))
    for (left, right), (i, j) in product(pairs, product(range(1, 8), repeat=2)):
        for first, second, a, b in ((left, right, "left", "right"), (right, left, "right", "left")):
            yield lines_of(
                statement.introduction,
                f"have l1 := Nat.dvd_mul_left_of_dvd (Nat.gcd_dvd_{a} {left} {right}) {i}",
                f"have l2 := Nat.dvd_mul_left_of_dvd (Nat.gcd_dvd_{b} {left} {right}) {j}",
                "have l3 := Nat.dvd_sub l1 l2",
                f"obtain ⟨lk, lh⟩ : ∃ lk, lk = {i} * {first} - {j} * {second} ∧ 0 < lk ∧ lk < 60 := ⟨_, rfl, by omega⟩",
                "rw [← lh.1] at l3",
                "have l4 := Nat.le_of_dvd lh.2.1 l3",
                "have l5 := Nat.pos_of_dvd_of_pos l3 lh.2.1",
                "omega",
            )


def _witnesses(statement: Statement) -> Iterator[str]:
    """Small numbers, and the variables themselves, for what is said to exist."""
    if not statement.goal.startswith("∃"):
        return
    close = "first | decide | omega | simp | (simp_all; done) | (constructor <;> omega)"
    variables = [f"{n} {more}".strip() for n in statement.of_type("Nat", "Int") for more in ("", "+ 1", "* 2", "- 1")]
    terms = [*(str(k) for k in range(25)), *variables, *(f"(-{k})" for k in range(1, 10))]
    for i in range(0, len(terms), 8):
        attempts = " | ".join(f"(refine ⟨{term}, ?_⟩; {close})" for term in terms[i : i + 8])
        yield lines_of(statement.introduction, f"first | {attempts}")
    pairs = [(a, b) for a in range(8) for b in range(8)]
    for i in range(0, len(pairs), 16):
        attempts = " | ".join(f"exact ⟨{a}, {b}, by decide⟩" for a, b in pairs[i : i + 16])
        yield lines_of(statement.introduction, f"first | {attempts}")


def _rearranged(statement: Statement) -> Iterator[str]:
    """Products and powers multiplied out, so that linear arithmetic sees the same monomials."""
    intro = statement.introduction
    yield lines_of(intro, f"simp only [{_EXPAND}] at *", "omega")
    yield lines_of(intro, f"simp [{_EXPAND}, Int.mul_comm, Int.mul_left_comm, Int.mul_assoc] at *", "omega")
    yield lines_of(intro, f"simp [{_EXPAND}, Nat.mul_comm, Nat.mul_left_comm, Nat.mul_assoc] at *", "omega")
    yield lines_of(intro, "ext x", CLOSE)
    yield lines_of(intro, "funext x", CLOSE)
    yield lines_of(intro, "intro h", CLOSE)
    yield lines_of(intro, "refine ⟨?_, ?_⟩", f"all_goals (try intros); {CLOSE}")
    yield lines_of(intro, "apply Classical.byContradiction", "intro h", CLOSE)
    yield lines_of(intro, "exact Nat.eq_one_of_dvd_one (by omega)")
    for binder in statement.binders:
        if binder.type in ("Bool", "Prop"):
            step = f"cases {binder.name}" if binder.type == "Bool" else f"by_cases {binder.name}"
            yield lines_of(intro, f"{step} <;> {CLOSE}")


def _grinding(statement: Statement, definitions: Sequence[str]) -> Iterator[str]:
    """The general solvers once more, with all they have."""
    rules = f" [{', '.join(definitions)}]" if definitions else ""
    yield lines_of(statement.introduction, f"grind{rules}")
    yield lines_of(statement.introduction, f"try simp_all{rules}", "all_goals grind")
