"""Repairs that mend what was broken and change what was right, which they may not hide."""

from __future__ import annotations

import pytest

from lemmata.budget import Limits
from lemmata.problem import Candidate, Program
from lemmata.provers.base import Backends
from lemmata.provers.bmc.patch import check_patch
from lemmata.verdict import Accepted, Judgement, Rejected

pytestmark = pytest.mark.sandbox

BROKEN = """int __VERIFIER_nondet_int(void);
int calls = 0;
int main(void) {
  int x = __VERIFIER_nondet_int();
  int y = 0;
  if (x >= 0 && x <= 1000000) {
    y = x / 3;
  }
  calls = calls + 1;
  assert(y <= 333332);
  return y;
}
"""
MENDED = BROKEN.replace("y = x / 3;", "y = x / 3;\n    if (y > 333332) { y = 333332; }")


def judge(backends: Backends, patched: str, *, same: object = None, source: str = BROKEN) -> Judgement:
    content = {
        "patched": patched,
        "trace": {"inputs": {"head": [999999], "tail": [0]}},
        "evidence": {"form": "bounded", "content": {"bound": 1, "complete": True, "logic": "integers"}},
        "reach": [],
    }
    if same is not None:
        content["same"] = same
    problem = Program(name="program.c", source=source, language="c")
    return check_patch(problem, Candidate(form="patch", content=content), backends, Limits(wall_s=20))


def test_a_repair_that_leaves_alone_what_was_right_is_accepted(backends: Backends) -> None:
    judged = judge(backends, MENDED, same={"bound": 1, "logic": "integers"})
    assert isinstance(judged, Accepted)
    assert judged.facts["same"] == "on all inputs up to 1 round of a loop"


@pytest.mark.parametrize(
    "patched",
    [
        MENDED.replace("return y;", "return 0;"),
        MENDED.replace("return y;", "return y + 1;"),
        MENDED.replace("int y = 0;", "int y = 1;"),
        MENDED.replace("calls = calls + 1;", "calls = calls + 2;"),
        MENDED.replace("calls = calls + 1;", ""),
        MENDED.replace("y = x / 3;", "y = x / 4;"),
    ],
)
def test_a_repair_that_changes_what_is_returned_or_kept_is_told_and_claims_nothing(
    backends: Backends, patched: str
) -> None:
    judged = judge(backends, patched)
    assert isinstance(judged, Accepted)
    assert str(judged.facts["same"]).startswith("not on the inputs")
    assert isinstance(judge(backends, patched, same={"bound": 1, "logic": "integers"}), Rejected)


def test_a_change_that_no_chosen_input_shows_is_found_side_by_side(backends: Backends) -> None:
    sly = MENDED.replace("return y;", "return y == 212121 ? 7 : y;")
    assert isinstance(judge(backends, sly), Accepted), "only the inputs tried are claimed"
    judged = judge(backends, sly, same={"bound": 1, "logic": "integers"})
    assert isinstance(judged, Rejected)
    assert judged.faults[0].place == "same"


@pytest.mark.parametrize(
    "same",
    [
        {"bound": 0, "logic": "integers"},
        {"bound": 65, "logic": "integers"},
        {"bound": True, "logic": "integers"},
        {"bound": 1, "logic": "hope"},
        {"bound": 1, "logic": "integers", "sure": True},
        {"bound": 1},
        "yes",
    ],
)
def test_a_claim_of_another_form_is_rejected(backends: Backends, same: object) -> None:
    judged = judge(backends, MENDED, same=same)
    assert isinstance(judged, Rejected)
    assert judged.faults[0].place == "same"


def test_a_certificate_can_not_claim_more_than_was_shown(backends: Backends) -> None:
    judged = judge(backends, MENDED)
    assert isinstance(judged, Accepted)
    assert judged.facts["same"] == "on the inputs tried"
