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
