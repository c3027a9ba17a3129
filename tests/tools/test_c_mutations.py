"""Edits that are repairs: turned comparisons, products in a wide type, the negation that has no value."""

import pytest

from lemmata.tools.mutations import mutants


@pytest.mark.parametrize(
    ("line", "repaired"),
    [
        ("if (x < high) {", "if (x > high) {"),
        ("if (x >= high) {", "if (x <= high) {"),
        ("long long total = price * pieces;", "long long total = (long long)price * pieces;"),
        ("return -x;", "return x == -2147483647 - 1 ? 2147483647 : -x;"),
    ],
)
def test_the_repair_is_among_the_edits(line: str, repaired: str) -> None:
    texts = {mutant.text for mutant in mutants(f"{line}\n", line=1, sizes={})}
    assert f"{repaired}\n" in texts


def test_a_negation_inside_a_larger_term_is_left_alone() -> None:
    texts = [mutant.text for mutant in mutants("return -x + y;\n", line=1, sizes={})]
    assert not any("2147483647 :" in text for text in texts)


OWNED = """\
int main(void) {
  int *work = malloc(8);
  if (work[0] > 0) {
    return 1;
  }
  free(work);
  int seen = *work;
  return seen;
}
"""


@pytest.mark.parametrize(
    "text",
    [
        "  if (work != 0 && work[0] > 0) {",
        "    { free(work); return 1; }",
        "  free(work); work = 0;",
        "  int seen = *work;\n  free(work);",
    ],
)
def test_pointers_are_checked_given_back_and_forgotten_and_orders_turned(text: str) -> None:
    assert any(text in mutant.text for mutant in mutants(OWNED, line=3, sizes={}))


def test_a_variable_takes_the_place_of_another_or_of_a_number() -> None:
    source = (
        "int main(void) {\n  int most = 7;\n  int n = most;\n  while (n < 9) {\n    n = n + 1;\n  }\n  return n;\n}\n"
    )
    texts = [mutant.text for mutant in mutants(source, line=4, sizes={})]
    assert any("while (n < most)" in text for text in texts)
    assert not any("n < n" in text for text in texts)
