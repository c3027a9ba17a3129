"""Pairs of answers that must never be called the same, however close, suggestive or hard to read they are."""

from __future__ import annotations

import pytest

from lemmata import BadInput, Same, same

LIES = [
    # close, but not equal
    ("0." + "3" * 200, "1/3"),
    (r"\sqrt2", "1." + "41421356237309504880168872420969807856967187537694807317667973799"),
    (r"\pi", "3." + "14159265358979323846264338327950288419716939937510582097494459230781640628620899"),
    (r"\frac{1}{3}", r"\frac{333333333333333333333333333333}{1000000000000000000000000000000}"),
    (r"\sqrt{10^{60}+1}", "10^{30}"),
    (r"\cos\frac{\pi}{10^{20}}", "1"),
    (r"\sin\frac{1}{10^{30}}", r"\frac{1}{10^{30}}"),
    (r"\left(1+\frac{1}{10^{12}}\right)^{10^{12}}", "e"),
    (r"e^{\pi\sqrt{163}}", "262537412640768744"),
    (r"\frac{\pi^9}{e^8}", "10"),
    (r"\sqrt[3]{2}+10^{-100}", r"\sqrt[3]{2}"),
    (r"\arctan(10^{50})", r"\frac{\pi}{2}"),
    # laws of powers that hold for positive bases only
    ("(x^y)^z", "x^{yz}"),
    ("x^{y+z}", "x^y x^z"),
    (r"\frac{x^{y}}{x^{z}}", "x^{y-z}"),
    ("(x^{a})^{b}", "(x^b)^a"),
    # the same text with another meaning, another text with nearly the same meaning
    ("1.000", "1{,}000"),
    ("1/2/3", "1/(2/3)"),
    ("2^{-1}", "-2"),
    ("2^3^2", "(2^3)^2"),
    ("-3^2", "(-3)^2"),
    ("12", "1 \\cdot 2"),
    (r"\frac12", "12"),
    ("4210_5", "4210"),
    (r"\sin^{-1}\frac12", r"\frac{1}{\sin\frac12}"),
    (r"\sin^2 x", r"\sin(x^2)"),
    ("n!", "n"),
    ("(2n)!", "2 (n!)"),
    ("x_1", "x"),
    ("x_1", "x_2"),
    ("e", "2.718281828459045"),
    ("i", "1"),
    ("50%", "50"),
    ("5 kg", "5 g"),
    ("5 km", "5 miles"),
    ("5 apples", "5 pears"),
    (r"60^\circ", "60 cm"),
    ("(C)", "(D)"),
    # where there is a value
    ("x/x", "1"),
    (r"\frac{x(x-1)}{x-1}", "x"),
    (r"\sqrt{x}^2", "x"),
    (r"\sqrt{x^2}", "x"),
    (r"\sqrt{(x-1)^2}", "x-1"),
    (r"e^{\ln x}", "x"),
    (r"\ln x^2-\ln |x|", r"\ln x"),
    (r"\frac{1}{\frac{1}{x}}", "x"),
    (r"\frac{x^2-2}{x^2-2}", "1"),
    ("x^0", r"\frac{x}{x}"),
    (r"\arcsin(\sin x)", "x"),
    (r"\sin(\arcsin x)", "x"),
    (r"\sqrt{x-1}\sqrt{x+1}", r"\sqrt{x^2-1}"),
    (r"\sqrt{\frac{x}{y}}", r"\frac{\sqrt x}{\sqrt y}"),
    (r"(n-1)!\,n", "n!"),
    (r"\tan x\cot x", "1"),
    (r"\sqrt[4]{x^2}", r"\sqrt{x}"),
    # shapes
    ("(1,2)", "{1,2}"),
    ("(1,2)", "[1,2]"),
    ("[1,2)", "(1,2]"),
    ("(1,2)", "(2,1)"),
    ("1, 2", "2, 1"),
    ("{1}", "1"),
    ("((1,2),3)", "(1,(2,3))"),
    ("(1,2,3)", "((1,2),3)"),
    ("{{1},2}", "{1,{2}}"),
    ("{(1,2)}", "{(2,1)}"),
    (r"\begin{pmatrix} 1 & 2 \end{pmatrix}", r"\begin{pmatrix} 2 & 1 \end{pmatrix}"),
    (r"\pm1", "1"),
    (r"\pm1", "(1,-1)"),
    (r"\emptyset", "0"),
    (r"\emptyset", r"\{0\}"),
    ("(0,1)", "(0,1]"),
    (r"(0,1)\cup(1,2)", "(0,2)"),
    (r"[0,1)\cup(1,2]", "[0,2]"),
    (r"[0,\pi]", r"[0,3.141592653589793]"),
    (r"(-\infty,1)", r"(-\infty,1]"),
    # classes
    ("n ≡ 1 mod 3", "n ≡ 1 mod 6"),
    ("n ≡ 1 mod 3", "n ≡ -1 mod 3"),
    ("n = 3k+1", "n = 3k+2"),
    ("3k+1 for integer k", "3k+1 for nonnegative integer k"),
    ("{n : ℕ | n % 2 = 0}", "{n : ℤ | n % 2 = 0}"),
    ("{n : ℤ | n % 2 = 0}", "{n : ℤ | n % 2 = 0 ∧ n ≠ 998}"),
    ("{n : ℤ | n ≤ 12345}", "{n : ℤ | n ≤ 12346}"),
    ("{n : ℤ | 2 ∣ n ∧ 3 ∣ n}", "{n : ℤ | 2 ∣ n ∨ 3 ∣ n}"),
    ("{x : ℝ | x > 1}", "{x : ℤ | x > 1}"),
    ("{x | x > 1}", "{n : ℤ | n ≥ 2}"),
    # a problem restated is not its solution
    ("{x : ℝ | x ^ 2 = 4}", "{2, -2}"),
    ("{x | x^3 = 2x+1}", r"\{-1,\frac{1\pm\sqrt5}{2}\}"),
    ("x^2 = 4", r"x=\pm2"),
    ("x^2-5x+6=0", "{2,3}"),
    # Lean's arithmetic
    ("(7 / 2 : ℕ)", "7/2"),
    ("(7 / 2 : ℝ)", "3"),
    ("(2 - 3 : ℕ)", "-1"),
    ("fun n : ℕ ↦ (n - 1 : ℕ) + 1", "fun n : ℕ ↦ n"),
    ("fun n : ℕ ↦ ((n / 2 : ℕ) : ℝ)", "fun n : ℕ ↦ (n : ℝ) / 2"),
    # equations
    ("y = 2x", "y^2 = 4x^2"),
    ("x = 0", "x^2 = 0"),
    ("x < 1", "x ≤ 1"),
    ("x < y", "y < x"),
    ("y = x", r"y = \frac{x^2}{x}"),
    # words
    ("none of the above", "all of the above"),
    (r"\text{increasing}", r"\text{decreasing}"),
    ("True", "1"),
    ("yes", "True"),
]

UNREADABLE = [
    "",
    "   ",
    "1/",
    "(1,2",
    r"\frac{1}",
    r"\sqrt",
    "1 2",
    "1/2x",
    r"\sin \pi/6",
    "2^10" + "\\cdot 1",
    "{1, 2, …}",
    "1, 2, 3, ...",
    r"\int_0^1 x\,dx",
    r"\sum_{i=1}^n i",
    "import os",
    "f(x",
    "1 = ",
    "n ≡ 1",
    "n ≡ 1 mod x",
    "sinx",
    "{f : ℝ → ℝ | ∀ x, f x = x}",
    "fun n : ℕ => n / 2",
    "Real.sqrt (-4)",
    "1/0",
    r"\ln 0",
    "5!!",
    "the largest prime below 100",
    "\x00",
    "💥",
]


@pytest.mark.parametrize(("first", "second"), LIES)
def test_these_are_never_called_the_same(first: str, second: str) -> None:
    assert not isinstance(same(first, second), Same)
    assert not isinstance(same(second, first), Same)


@pytest.mark.parametrize("text", UNREADABLE)
def test_what_can_not_be_read_is_refused_with_its_place_and_never_guessed(text: str) -> None:
    with pytest.raises(BadInput, match=r"\Asecond answer.*: \S") as caught:
        same("1", text)
    assert "\n" not in str(caught.value)


def test_a_type_that_is_none_is_refused() -> None:
    with pytest.raises(BadInput, match=r"\Atype: expected"):
        same("1", "1", type="banana")
