"""Repairs of C programs that have to be looked for: where to look, and numbers that a solver finds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lemmata import Budget, recheck, solve
from lemmata.problem import Program
from lemmata.provers.base import Backends
from lemmata.provers.bmc.inputs import Inputs
from lemmata.provers.bmc.interpret import run
from lemmata.provers.bmc.lower import load_system
from lemmata.tools.locate import slice_lines, suspicion
from lemmata.tools.templates import templates
from lemmata.verdict import Refuted

pytestmark = pytest.mark.sandbox

PRICE = """#include <assert.h>
int __VERIFIER_nondet_int(void);
void __VERIFIER_assume(int c);
int main(void) {
  int weight = __VERIFIER_nondet_int();
  int noise = 3;
  __VERIFIER_assume(weight >= 0 && weight <= 1000);
  int cost = 120;
  noise = noise * 2;
  if (weight > 37) {
    cost = cost + 3 * weight;
  }
  if (weight <= 52) {
    assert(cost == 120);
  } else {
    assert(cost > 270);
  }
  return cost;
}
"""
TOTAL = """#include <assert.h>
int __VERIFIER_nondet_int(void);
void __VERIFIER_assume(int c);
int main(void) {
  int n = __VERIFIER_nondet_int();
  __VERIFIER_assume(n >= 0 && n < 20);
  int total = 0;
  for (int i = 0; i < n; i++) {
    total = total + 5;
  }
  total = total + 2 * n;
  assert(total == 16 * n);
  return 0;
}
"""


def program(source: str) -> Program:
    return Program(name="program.c", source=source, language="c")


def test_lines_that_only_violating_runs_come_by_are_the_most_suspicious(backends: Backends) -> None:
    system = load_system(program(PRICE), backends)
    trace = Inputs(head=(40,))
    broken = run(system, trace, steps=1000, wall_s=5)
    right = [Inputs(head=(w,)) for w in (0, 10, 37, 53, 60, 100)]
    found = suspicion(system, broken, [trace, Inputs(head=(45,))], right)
    assert max(found, key=lambda line: found[line]) in (11, 14)
    assert found[11] > found[8] > found[9]
    assert all(0 <= value <= 1 for value in found.values())


def test_the_slice_leaves_out_what_can_not_reach_the_check(backends: Backends) -> None:
    system = load_system(program(PRICE), backends)
    broken = run(system, Inputs(head=(40,)), steps=1000, wall_s=5)
    lines = slice_lines(system, broken)
    assert {5, 8, 11, 14} <= lines
    assert not {6, 9} & lines


@pytest.mark.parametrize(
    ("source", "before", "after"),
    [(PRICE, "weight > 37", "weight > 52"), (TOTAL, "total + 5;", "total + 14;")],
)
def test_a_number_is_found_that_is_right_for_all_inputs(source: str, before: str, after: str) -> None:
    solution = solve(program(source), budget=Budget(wall_s=60), keep=False)
    assert isinstance(solution.verdict, Refuted)
    assert solution.answer is not None, solution.stopped
    assert solution.answer["patched"] == source.replace(before, after)
    assert solution.certificate is not None
    assert isinstance(recheck(solution.certificate), Refuted)


@given(value=st.integers(-(10**6), 10**6))
def test_every_template_takes_every_number(value: int) -> None:
    for template in templates(PRICE, {11: 1.0}):
        text = template.fill(value)
        assert str(abs(value)) in text
        assert text.startswith(template.before)
        assert text.endswith(template.after)


def test_templates_of_suspicious_lines_come_first() -> None:
    first = templates(PRICE, {10: 1.0, 8: 0.2})[0]
    assert first.before.count("\n") + 1 == 10
