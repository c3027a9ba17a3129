"""Competition inequalities in words and LaTeX, read into statements."""

from __future__ import annotations

import json

import pytest

from lemmata.datasets.ineqmath import load_ineqmath, read_inequality
from lemmata.datasets.latex_real import tokens_of, translate
from lemmata.errors import BadInput
from lemmata.provers.real.statement import parse_statement

READ = [
    (
        "Let $x, y$ be positive real numbers such that $x+y=2$. Find the largest constant $C$ such that\n$$\n"
        "\\frac{1}{x}+\\frac1y \\geq C.\n$$",
        "largest C : ℝ, ∀ x y : ℝ, x > 0 → y > 0 → x + y = 2 → (1/x) + (1/y) ≥ C",
    ),
    (
        "For non-negative real numbers $p$ and $q$, determine the smallest constant $C$ with $$ pq \\leq C(p+q)^2 $$",
        "smallest C : ℝ, ∀ p q : ℝ, p ≥ 0 → q ≥ 0 → p*q ≤ C*(p + q)^2",
    ),
    (
        "Let $u, v, w \\in [0, 5]$. Consider the following inequality: $$ \\sum_{cyc} u^2 v \\quad () \\quad 3uvw $$"
        " Determine the correct inequality relation. (A) $\\leq$",
        "relate ∀ u v w : ℝ, u ≥ 0 → u ≤ 5 → v ≥ 0 → v ≤ 5 → w ≥ 0 → w ≤ 5 → ((u^2*v) + (v^2*w) + (w^2*u)) ? 3*u*v*w",
    ),
    (
        "Let $s, t \\neq 0$ be real numbers such that $s \\geq 2t$. Consider: $$|s-t| \\quad () \\quad \\sqrt[3]{st}$$",
        "relate ∀ s t : ℝ, s ≠ 0 → t ≠ 0 → s ≥ 2*t → |s - t| ? ((s*t)^(1/3 : ℝ))",
    ),
]


@pytest.mark.parametrize(("text", "statement"), READ)
def test_the_common_phrases_are_understood(text, statement):
    found = read_inequality(text)
    assert found == statement
    parse_statement(found)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("In a triangle $ABC$, find the largest constant $C$: $$ a+b \\geq C c $$", "triangle"),
        ("Let $x > 0$. Find the constant $C$: $$ x + 1/x \\geq C $$", "largest or the smallest"),
        ("Let $x > 0$. Find the largest constant $C$: $$ x + y \\geq C $$", "y has no domain"),
        ("Let $x > 0$. Find the largest constant $C$: $$ \\sin x \\geq C $$", "sin"),
        ("Let $x > 0$. Find the largest constant $C$: $$ 2^x \\geq C $$", "exponent"),
        ("Let $x_1, x_2, \\ldots, x_n > 0$. Find the largest constant $C$: $$ x_1 \\geq C $$", "not understood"),
        ("Find the largest constant.", "displayed"),
    ],
)
def test_what_is_not_understood_is_refused_with_the_reason(text, told):
    with pytest.raises(BadInput, match=told):
        read_inequality(text)


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        ("\\frac{a^2+1}{2b}", "((a^2 + 1)/(2*b))"),
        ("\\left(\\frac{a}{b}\\right)^{2}", "((a/b))^2"),
        ("a^{\\frac{1}{2}}", "a^(1/2 : ℝ)"),
        ("x^23", "x^2*3"),
        ("-a b + 2\\cdot c", "-a*b + 2*c"),
        ("\\sqrt{a b}", "(√(a*b))"),
        ("0.5 a", "(05/10)*a"),
    ],
)
def test_latex_becomes_the_notation_of_claims(latex, text):
    assert translate(tokens_of(latex), ("a", "b")) == text


def test_a_file_is_read_with_the_answer_kept_apart(tmp_path):
    item = {"data_id": 7, "problem": READ[0][0], "type": "bound", "answer": "$C = \\frac{4}{2}$"}
    path = tmp_path / "items.jsonl"
    path.write_text(json.dumps(item) + "\n" + json.dumps({**item, "type": "relation", "answer": "(B) $\\geq$"}) + "\n")
    first, second = load_ineqmath(path)
    assert (first.published, second.published) == ("(4/2)", "≥")
    assert "4" not in first.problem.source


@pytest.mark.parametrize("line", ["{", "[[]]", '{"data_id": 1}', '{"data_id": 1, "problem": 2, "type": "bound"}'])
def test_a_damaged_line_is_refused_with_its_place(tmp_path, line):
    path = tmp_path / "items.jsonl"
    path.write_text(line + "\n")
    with pytest.raises(BadInput, match=r"items.jsonl:1"):
        load_ineqmath(path)
