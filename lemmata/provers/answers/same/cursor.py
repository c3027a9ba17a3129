"""A place in a list of tokens, and what readers do there."""

from __future__ import annotations

from lemmata.provers.answers.same.tokens import Token, fail


class Cursor:
    """Args:
    tokens: ending with `stop`.
    """

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens, self.at = tokens, 0

    @property
    def here(self) -> Token:
        return self.tokens[self.at]

    def ahead(self, by: int = 1) -> Token:
        return self.tokens[min(self.at + by, len(self.tokens) - 1)]

    def take(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def sees(self, *texts: str) -> bool:
        return self.here.kind in ("sign", "name", "command", "close") and self.here.text in texts

    def accept(self, *texts: str) -> bool:
        if self.sees(*texts):
            self.at += 1
            return True
        return False

    def expect(self, text: str) -> Token:
        if not self.sees(text):
            raise self.surprise(f"{text!r}")
        return self.take()

    def surprise(self, wanted: str) -> Exception:
        came = repr(self.here.text) if self.here.kind != "stop" else "the end"
        return fail(self.here.column, f"expected {wanted}, but {came} came")

    def separates(self, sign: str) -> bool:
        """Whether the sign stands directly inside the bracket that opens here."""
        return self.find_inside(sign) is not None

    def find_inside(self, *signs: str, deeper: bool = False) -> int | None:
        """Where one of the signs stands inside the bracket that opens here, or also inside inner ones."""
        depth = 0
        for i in range(self.at, len(self.tokens)):
            token = self.tokens[i]
            if token.kind == "open" or (token.text in ("(", "[", "{", "⟨") and token.kind == "sign"):
                depth += 1
            elif token.kind == "close" or (token.text in (")", "]", "}", "⟩") and token.kind == "sign"):
                depth -= 1
                if depth == 0:
                    return None
            elif (depth == 1 or deeper) and token.text in signs and token.kind != "number":
                return i
        return None
