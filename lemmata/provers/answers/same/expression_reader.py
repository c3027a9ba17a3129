"""Reads expressions in LaTeX, Lean 4 and plain text; what could mean two things is refused with its place."""

from __future__ import annotations

import re
from fractions import Fraction

from lemmata.provers.answers.same import names
from lemmata.provers.answers.same.cursor import Cursor
from lemmata.provers.answers.same.expression import (
    INFINITY,
    ONE,
    PI,
    TEN,
    TWO,
    App,
    Expr,
    Fn,
    Num,
    Sym,
    Var,
    add,
    div,
    mul,
    neg,
    num,
    power,
    root,
    walk,
)
from lemmata.provers.answers.same.tokens import Token, fail

DEGREE = Sym("°")
_DEEPEST = 60
_MOST_FACTORS = 200
_DIGITS = 5_000
_OPENING = frozenset("([⌊⌈√")
_TRIGONOMETRIC = frozenset({Fn.SIN, Fn.COS, Fn.TAN, Fn.COT, Fn.SEC, Fn.CSC})
_INVERSES = {Fn.SIN: Fn.ARCSIN, Fn.COS: Fn.ARCCOS, Fn.TAN: Fn.ARCTAN}


class ExpressionReader(Cursor):
    """A recursive-descent reader over tokens.

    Args:
        tokens: ending with `stop`.
        latex: braces only group, and an exponent without them is one sign.
        lean: juxtaposition applies functions and does not multiply.
    """

    def __init__(self, tokens: list[Token], *, latex: bool, lean: bool) -> None:
        super().__init__(tokens)
        self.latex, self.lean = latex, lean
        self.depth = self.bars = 0
        self.bound: frozenset[str] = frozenset()

    def expression(self) -> Expr:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise fail(self.here.column, f"expected at most {_DEEPEST} levels of nesting")
        terms = [self.first_term()]
        while self.sees("+", "-", "±", "∓"):
            sign = self.take().text
            terms.append(_signed(sign, self.term()))
        made = add(*terms)
        if self.sees("choose"):
            self.take()
            made = App(Fn.BINOMIAL, (made, self.expression()))
        self.depth -= 1
        return made

    def first_term(self) -> Expr:
        if self.sees("+", "-", "±", "∓"):
            return _signed(self.take().text, self.first_term_after_sign())
        return self.term()

    def first_term_after_sign(self) -> Expr:
        if self.sees("-", "+"):
            raise fail(self.here.column, "expected one sign in front of a term; write brackets around the second")
        return self.term()

    def term(self) -> Expr:
        made = self.factor()
        divided = False  # by something that a further factor without a sign would make ambiguous
        for _ in range(_MOST_FACTORS):
            if self.sees("*", "/", "mod", "bmod", "%"):
                sign = self.take().text
                divided = sign == "/"
                made = App({"*": Fn.MUL, "/": Fn.DIV}.get(sign, Fn.WHOLE_MOD), (made, self.signed_factor()))
            elif self.starts_factor() and not self.lean:
                if divided and not (self.here.spaced and isinstance(made, App) and _is_fraction(made)):
                    text = "what is divided by a/b c could be b or b·c; write brackets"
                    raise fail(self.here.column, text)
                made = self.multiplied(made)
            else:
                return made
        raise fail(self.here.column, f"expected at most {_MOST_FACTORS} factors")

    def multiplied(self, left: Expr) -> Expr:
        """A factor without a sign before it; after a whole number a fraction of numerals makes a mixed number."""
        column, last = self.here.column, self.tokens[self.at - 1]
        if self.here.kind == "number" and (last.kind == "number" or (last.kind == "name" and not self.here.spaced)):
            if last.kind == "number" and self.here.spaced and self.is_plain_fraction():
                top, bottom = self.numeral(), (self.take(), self.numeral())[1]
                return _mixed(left, div(top, bottom), column)
            raise fail(column, "expected a sign between two numbers")
        fraction = self.here.text == "frac"
        right = self.factor()
        if fraction and last.kind == "number" and _whole(left) and isinstance(right, App) and _is_fraction(right):
            return _mixed(left, right, column)
        return mul(left, right)

    def is_plain_fraction(self) -> bool:
        return self.ahead(1).text == "/" and self.ahead(2).kind == "number"

    def signed_factor(self) -> Expr:
        if self.accept("-"):
            return neg(self.signed_factor())
        return self.factor()

    def starts_factor(self) -> bool:
        here = self.here
        if here.kind in ("number", "open"):
            return True
        if here.kind == "command":
            return here.text not in names.RESERVED
        if here.kind == "name":
            return not self.is_word(here)
        if here.kind == "sign" and here.text == "|":
            return self.bars == 0 and self.closes_bar()
        return here.kind == "sign" and here.text in _OPENING

    def closes_bar(self) -> bool:
        return any(t.text == "|" for t in self.tokens[self.at + 1 :])

    def is_word(self, token: Token) -> bool:
        """Whether a name is English, or a unit behind its number, rather than mathematics."""
        text = token.text
        if text in names.RESERVED or (text in names.SORTS and text not in self.bound):
            return True
        if names.is_known(text) or text in self.bound or len(text) == 1:
            return False
        singular = text.lower().removesuffix("s")
        return token.spaced and (
            text.lower() in names.UNITS or singular in names.UNITS or not names.can_be_letters(text)
        )

    def factor(self) -> Expr:
        made = self.postfixed(self.primary())
        if self.sees("^"):
            column = self.take().column
            if self.is_degree():
                return self.postfixed(mul(made, DEGREE))
            made = self.postfixed(power(made, self.exponent(column)))
        return made

    def is_degree(self) -> bool:
        if self.accept("°"):
            return True
        if self.here.kind == "open" and self.ahead().text == "°" and self.ahead(2).kind == "close":
            self.at += 3
            return True
        return False

    def exponent(self, column: int) -> Expr:
        if self.here.kind == "open":
            return self.group()
        if self.accept("-"):
            return neg(self.exponent(column))
        if self.here.kind == "number" and len(self.here.text) > 1 and self.latex:
            raise fail(column, "expected braces around an exponent of several digits, as in 2^{10}")
        return self.factor()

    def postfixed(self, made: Expr) -> Expr:
        while True:
            if self.sees("!"):
                self.take()
                if self.sees("!"):
                    raise fail(self.here.column, "double factorials are not read; write the product")
                made = App(Fn.FACTORIAL, (made,))
            elif self.sees("%") and not self.lean and not self.after_a_primary():
                self.take()
                made = mul(made, num(Fraction(1, 100)))
            elif self.sees("°"):
                self.take()
                made = mul(made, DEGREE)
            else:
                return made

    def after_a_primary(self) -> bool:
        return self.ahead().kind in ("number", "name", "open") or self.ahead().text == "("

    def primary(self) -> Expr:
        here = self.here
        if here.kind == "number":
            return self.numeral()
        if here.kind == "open":
            return self.group()
        if here.kind in ("name", "command"):
            return self.named()
        if here.kind == "sign":
            match here.text:
                case "(" | "[":
                    return self.bracketed()
                case "|":
                    return self.absolute()
                case "⌊" | "⌈":
                    self.take()
                    inner = self.expression()
                    self.expect("⌋" if here.text == "⌊" else "⌉")
                    return App(Fn.FLOOR if here.text == "⌊" else Fn.CEILING, (inner,))
                case "∞":
                    self.take()
                    return INFINITY
                case "↑":
                    self.take()
                    return self.primary()
        raise self.surprise("a number, a variable or a bracket")

    def group(self) -> Expr:
        self.take()
        inner = self.expression()
        if self.here.kind != "close":
            raise self.surprise("the closing brace")
        self.take()
        return inner

    def bracketed(self) -> Expr:
        closing = ")" if self.take().text == "(" else "]"
        bars, self.bars = self.bars, 0
        inner = self.expression()
        if self.lean and self.accept(":"):
            inner = App(Fn.CAST, (inner,), self.sort())
        self.expect(closing)
        self.bars = bars
        return inner

    def sort(self) -> str:
        if self.here.text not in names.SORTS:
            raise self.surprise("one of ℕ ℤ ℚ ℝ ℂ")
        return names.SORTS[self.take().text]

    def absolute(self) -> Expr:
        self.take()
        self.bars += 1
        inner = self.expression()
        self.bars -= 1
        self.expect("|")
        return App(Fn.ABS, (inner,))

    def numeral(self) -> Expr:
        token = self.take()
        text = token.text
        while self.here.text == ",," and self.ahead().kind == "number" and re.fullmatch(r"\d{3}", self.ahead().text):
            self.take()
            text += self.take().text
        if self.depth == 1 and not self.bars:
            text = self.with_thousands(text)
        if len(text) > _DIGITS:
            raise fail(token.column, f"expected a number of at most {_DIGITS} digits")
        mantissa, _, exponent = text.lower().partition("e")
        if len(exponent) > 5:
            raise fail(token.column, "expected a smaller exponent of 10")
        if self.sees("_"):
            return self.in_base(text, token)
        value = Fraction(mantissa.rstrip(".")) * Fraction(10) ** int(exponent or 0)
        return Num(value + self.repeating(mantissa))

    def with_thousands(self, text: str) -> str:
        """1,234,567 outside brackets; 1, 234 with a space is two numbers."""
        if not re.fullmatch(r"[1-9]\d{0,2}", text):
            return text
        while self.sees(",") and not self.here.spaced and not self.ahead().spaced:
            if not re.fullmatch(r"\d{3}(\.\d+)?", self.ahead().text):
                break
            self.take()
            text += self.take().text
        return text

    def repeating(self, mantissa: str) -> Fraction:
        """0.1\\overline{6}: the digits under the line, for ever."""
        digits = ""
        if self.here.text == "overline" and "." in mantissa and self.ahead().kind == "open":
            column = self.take().column
            self.take()
            digits = self.take().text
            if not digits.isdigit() or self.take().kind != "close":
                raise fail(column, "expected digits under the line")
        places = len(mantissa.partition(".")[2])
        return Fraction(int(digits or 0), (10 ** len(digits) - 1 or 1) * 10**places)

    def in_base(self, digits: str, token: Token) -> Expr:
        self.take()
        base = self.group() if self.here.kind == "open" else self.numeral()
        if not (isinstance(base, Num) and base.value.denominator == 1 and 2 <= base.value <= 36):
            raise fail(token.column, "expected a base from 2 to 36 under the number")
        try:
            return num(int(digits, int(base.value)))
        except ValueError:
            raise fail(token.column, f"expected digits of base {base.value}, got {digits}") from None

    def named(self) -> Expr:
        token = self.here
        text = token.text
        if text in self.bound and self.ahead().text != "_":
            self.take()
            return Var(text)
        if text in names.FUNCTIONS or text in names.PAIRS or text in names.ROOTS or text in ("frac", "lg"):
            return self.applied()
        if text in names.CONSTANTS:
            self.take()
            return names.CONSTANTS[text]
        if text in names.GREEK or len(text) == 1 or (self.lean and "." not in text and text not in names.RESERVED):
            self.take()
            return Var(text + self.subscript())
        if self.is_word(token) or not names.can_be_letters(text) or token.kind == "command" or self.lean:
            raise fail(token.column, f"{text!r} is not a word of answers")
        letters = [Token("name", c, token.column + i, token.spaced and i == 0) for i, c in enumerate(text)]
        self.tokens[self.at : self.at + 1] = letters
        return self.named()

    def subscript(self) -> str:
        if not self.sees("_"):
            return ""
        self.take()
        inside = self.here.kind == "open"
        token = self.take() if not inside else (self.take(), self.take())[1]
        if (inside and self.take().kind != "close") or token.kind not in ("number", "name"):
            raise fail(token.column, "expected a number or a letter as the index")
        return f"_{token.text}"

    def applied(self) -> Expr:
        token = self.take()
        if token.text == "frac":
            return div(self.tex_argument(), self.tex_argument())
        if token.text in names.ROOTS:
            return self.root(token)
        if token.text in names.PAIRS:
            return App(names.PAIRS[token.text], self.two(token))
        if token.text == "lg":
            return div(App(Fn.LN, (self.argument(token),)), App(Fn.LN, (TEN,)))
        fn = names.FUNCTIONS[token.text]
        if self.lean and fn is Fn.LOG:
            fn = Fn.LN
        base = self.base() if fn is Fn.LOG and self.accept("_") else None
        exponent = self.exponent(token.column) if self.accept("^") else None
        if exponent == num(-1):
            if fn not in _INVERSES:
                raise fail(token.column, "f^{-1} could be the inverse or 1/f; write which")
            fn, exponent = _INVERSES[fn], None
        inner = self.argument(token)
        made: Expr = App(fn, (inner,))
        if base is not None:
            made = div(App(Fn.LN, (inner,)), App(Fn.LN, (base,)))
        return made if exponent is None else power(made, exponent)

    def base(self) -> Expr:
        return self.group() if self.here.kind == "open" else self.primary()

    def argument(self, token: Token) -> Expr:
        """What a function is applied to: brackets, or else the factors that follow without a sign."""
        fn = names.FUNCTIONS.get(token.text)
        if self.sees("(", "[") or (self.here.kind == "open" and not self.lean):
            return self.primary()
        if self.lean:
            return self.primary()
        made = self.factor() if not self.is_function() else self.applied()
        while self.starts_factor() and not self.sees("(", "[", "|") and not self.is_function():
            made = mul(made, self.factor())
        if self.sees("/") and fn in _TRIGONOMETRIC and any(e in (PI, DEGREE) for e in walk(made)):
            raise fail(self.here.column, f"what is divided could be the angle or its {token.text}; write brackets")
        return made

    def is_function(self) -> bool:
        return self.here.kind in ("name", "command") and self.here.text in names.FUNCTIONS

    def root(self, token: Token) -> Expr:
        index = 2
        if token.kind == "command" and self.accept("["):
            given = self.expression()
            self.expect("]")
            if not (isinstance(given, Num) and given.value.denominator == 1 and 2 <= given.value <= 100):
                raise fail(token.column, "expected an index from 2 to 100 at the root")
            index = int(given.value)
        if token.kind == "command":
            return root(self.tex_argument(), index)
        return root(self.primary(), index)

    def tex_argument(self) -> Expr:
        """A group, or the one sign that TeX takes."""
        token = self.here
        if token.kind == "open":
            return self.group()
        if token.kind == "number" and len(token.text) > 1 and token.text.isdigit():
            first = Token("number", token.text[0], token.column, token.spaced)
            self.tokens[self.at : self.at + 1] = [first, Token("number", token.text[1:], token.column + 1)]
        return self.primary()

    def two(self, token: Token) -> tuple[Expr, Expr]:
        if token.kind == "command" and self.here.kind == "open":
            return self.tex_argument(), self.tex_argument()
        if self.lean and not (self.sees("(") and self.separates(",")):
            return self.primary(), self.primary()
        self.expect("{" if self.sees("{") else "(")
        first = self.expression()
        self.expect(",")
        second = self.expression()
        if not self.accept(")", "}"):
            raise self.surprise("the closing bracket")
        return first, second


def _signed(sign: str, term: Expr) -> Expr:
    match sign:
        case "-":
            return neg(term)
        case "±":
            return App(Fn.PLUS_MINUS, (term,))
        case "∓":
            return neg(App(Fn.PLUS_MINUS, (term,)))
    return term


def _whole(expr: Expr) -> bool:
    return isinstance(expr, Num) and expr.value.denominator == 1 and expr.value > 0


def _is_fraction(expr: App) -> bool:
    return expr.fn is Fn.DIV and all(_whole(a) for a in expr.args)


def _mixed(whole: Expr, fraction: Expr, column: int) -> Expr:
    top, bottom = fraction.args if isinstance(fraction, App) else (ONE, TWO)
    if not (isinstance(whole, Num) and isinstance(top, Num) and isinstance(bottom, Num) and top.value < bottom.value):
        raise fail(column, "a number and a fraction could be a product or a mixed number; write the sign")
    return num(whole.value + top.value / bottom.value)
