"""LaTeX of competition inequalities into Lean's notation: fractions, roots, powers, cyclic sums, absolute values."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lemmata.errors import BadInput

_TOKEN = re.compile(
    r"\s+|(?P<command>\\[A-Za-z]+|\\[^A-Za-z])|(?P<number>\d+(?:\.\d+)?)|(?P<letter>[A-Za-z](?:_(?:\d|\{\d+\}))?)|(?P<sign>.)",
    re.DOTALL,
)
_SPACING = frozenset(
    {"\\,", "\\;", "\\!", "\\:", "\\ ", "\\quad", "\\qquad", "\\left", "\\right", "\\displaystyle", "\\big", "\\Big",
     "\\bigl", "\\bigr", "\\Bigl", "\\Bigr", "\\limits", "\\bigg", "\\Bigg"}
)  # fmt: skip
_CLOSING = {"(": ")", "[": "]", "{": "}", "\\{": "\\}", "|": "|"}
_STOPS = frozenset({")", "]", "}", "\\}", "&"})
RELATIONS = {
    "<": "<", ">": ">", "=": "=", "\\le": "≤", "\\leq": "≤", "\\leqslant": "≤", "\\ge": "≥", "\\geq": "≥",
    "\\geqslant": "≥", "\\ne": "≠", "\\neq": "≠", "\\lt": "<", "\\gt": ">",
}  # fmt: skip


def tokens_of(text: str) -> list[str]:
    """The tokens of LaTeX, spacing left out.

    Raises:
        BadInput: a decimal number, which stands outside the notation.
    """
    found = []
    for match in _TOKEN.finditer(text):
        token = match.group()
        if token.strip() and token not in _SPACING:
            found.append(token)
    return found


def translate(tokens: Sequence[str], variables: Sequence[str]) -> str:
    """An expression in Lean's notation.

    Args:
        tokens: of `tokens_of`.
        variables: in their order, for cyclic sums.

    Raises:
        BadInput: something else than + - products, fractions, powers, roots and sums over the variables.
    """
    reader = _Reader(list(tokens), list(variables))
    made = reader.sum()
    if reader.here:
        raise BadInput(f"{reader.here!r} is not understood here", place="latex")
    return made


def _bare(text: str) -> str:
    """Without the parentheses around the whole of it."""
    while text.startswith("(") and grouped(text) == text:
        text = text[1:-1]
    return text


def grouped(text: str) -> str:
    """The text of an expression so that it can stand anywhere: a word, or something in parentheses."""
    depth = 0
    for at, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if depth == 0 and at < len(text) - 1:
            break
    else:
        return text
    return text if re.fullmatch(r"\w+", text) else f"({text})"


class _Reader:
    def __init__(self, tokens: list[str], variables: list[str]) -> None:
        self.tokens, self.variables, self.at = tokens, variables, 0

    @property
    def here(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        token = self.here
        if not token:
            raise BadInput("the expression ends too early", place="latex")
        self.at += 1
        return token

    def expect(self, token: str) -> None:
        if self.take() != token:
            raise BadInput(f"expected {token}, but {self.tokens[self.at - 1]!r} came", place="latex")

    def sum(self, stop: str = "") -> str:
        made = ""
        while self.here and self.here != stop and self.here not in _STOPS:
            sign = ""
            if self.here in "+-":
                sign = self.take()
            elif made:
                raise BadInput(f"{self.here!r} is not understood here", place="latex")
            term = self.product(stop)
            made = f"{made} {sign} {term}" if made else f"-{term}" if sign == "-" else term
        if not made:
            raise BadInput("expected an expression", place="latex")
        return made

    def product(self, stop: str) -> str:
        factors = [self.power(stop)]
        while self.here and self.here != stop and self.here not in _STOPS and self.here not in ("+", "-"):
            if self.here in ("\\cdot", "\\times", "*"):
                self.take()
                factors.append(self.power(stop))
            elif self.here in ("/", "\\div"):
                self.take()
                factors = [f"{'*'.join(factors)}/{self.power(stop)}"]
            elif self.here in RELATIONS or self.here == ",":
                break
            else:
                factors.append(self.power(stop))
        return "*".join(factors)

    def power(self, stop: str) -> str:
        base = self.atom(stop)
        while self.here == "^":
            self.take()
            exponent = _bare(self.argument())
            if not re.fullmatch(r"\d+", exponent):
                if not re.fullmatch(r"-?\d+(/\d+)?", exponent):
                    raise BadInput(f"the exponent {exponent} is no number", place="latex")
                exponent = f"({exponent} : ℝ)"
            base = f"{base}^{exponent}" if "^" not in base or base[0] == "(" else f"({base})^{exponent}"
        return base

    def argument(self) -> str:
        """A group in braces, or a single token."""
        if self.here == "{":
            self.take()
            made = self.sum("}")
            self.expect("}")
            return grouped(made)
        if re.fullmatch(r"\d\d+", self.here):  # x^23 is x²·3 in LaTeX
            token = self.tokens[self.at]
            self.tokens[self.at : self.at + 1] = [token[0], token[1:]]
        return self.atom("")

    def atom(self, stop: str) -> str:
        token = self.take()
        if token in _CLOSING:
            made = self.sum(_CLOSING[token])
            self.expect(_CLOSING[token])
            return f"|{made}|" if token == "|" else f"({made})"
        if token[0].isdigit():
            if "." in token:
                whole, _, rest = token.partition(".")
                return f"({whole}{rest}/1{'0' * len(rest)})"
            return token
        if token[0].isalpha():
            return token.replace("{", "").replace("}", "")
        if token in ("\\frac", "\\dfrac", "\\tfrac", "\\cfrac"):
            above, below = self.argument(), self.argument()
            return f"({above}/{below})"
        if token == "\\sqrt":
            degree = self.degree()
            inner = self.argument()
            return f"(√{inner})" if degree == 2 else f"({inner}^(1/{degree} : ℝ))"
        if token in ("\\sum", "\\prod"):
            return self.over_all("+" if token == "\\sum" else "*", stop)
        raise BadInput(f"{token!r} is not understood here", place="latex")

    def degree(self) -> int:
        if self.here != "[":
            return 2
        self.take()
        number = self.take()
        self.expect("]")
        if not number.isdigit() or not 2 <= int(number) <= 9:
            raise BadInput(f"a root of degree {number} is not understood", place="latex")
        return int(number)

    def over_all(self, sign: str, stop: str) -> str:
        """A cyclic sum or product: what follows, with the variables moved round."""
        if self.here == "_":
            self.take()
            start = self.at
            self.skip_group()
            said = "".join(t for t in self.tokens[start : self.at] if t not in ("{", "}"))
            if said.replace("\\text", "").replace("\\mathrm", "").replace("\\operatorname", "") != "cyc":
                raise BadInput(f"a sum over {said!r} is not understood", place="latex")
        body = self.product(stop)
        size = len(self.variables)
        parts = []
        for shift in range(size):
            moved = {v: self.variables[(i + shift) % size] for i, v in enumerate(self.variables)}
            parts.append("".join(moved.get(p, p) for p in re.split(r"(\b[A-Za-z]\w*)", body)))
        return "(" + f" {sign} ".join(f"({p})" for p in parts) + ")"

    def skip_group(self) -> None:
        if self.take() != "{":
            return
        depth = 1
        while depth:
            token = self.take()
            depth += (token == "{") - (token == "}")
