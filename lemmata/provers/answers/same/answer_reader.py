"""Reads whole answers: expressions, and sets, tuples, intervals, functions, equations and words built of them."""

from __future__ import annotations

import itertools
import re
from contextlib import suppress

from lemmata.errors import BadInput
from lemmata.provers.answers.same import names
from lemmata.provers.answers.same.condition_reader import free_of
from lemmata.provers.answers.same.enclosure import NoValue, Unsettled, enclose
from lemmata.provers.answers.same.expected import Expected, read_type
from lemmata.provers.answers.same.expression import (
    Answer,
    App,
    Choice,
    Condition,
    Expr,
    Fn,
    Function,
    Items,
    Num,
    Quantity,
    Record,
    Relation,
    SetOf,
    Sym,
    Truth,
    Var,
    Words,
    expand_signs,
    variables,
    walk,
)
from lemmata.provers.answers.same.expression_reader import DEGREE
from lemmata.provers.answers.same.lean_sorts import settled
from lemmata.provers.answers.same.shape_reader import ShapeReader, both_signs
from lemmata.provers.answers.same.tokens import Token, fail, is_latex, read_tokens

_LEAN = re.compile(
    r"\b(?:fun|Real|Nat|Int|Set|Finset|Complex|NNReal)\b[.\s(]|λ|↦|=>|∣|∧|∨|∃|\[MOD|\[ZMOD|↑|⟨"
    r"|(?:^|[({\s])\w+ ?: ?[ℕℤℚℝℂ(]|: ?[ℕℤℚℝℂ]\)|\{\s*\w+\s*:\s*\w"
)
_LETTERS = frozenset("ABCDEFGH")


def read_answer(text: str, type_: str = "") -> Answer:
    """What the text says.

    Args:
        text: LaTeX, Lean 4 or plain.
        type_: of the answer, in Lean's notation, where it is known: `ℕ`, `Set ℝ`, `ℝ × ℝ`, `ℕ → ℤ`.

    Raises:
        BadInput: outside what is read; says where.
    """
    expected = read_type(type_)
    try:
        return _AnswerReader(text, expected).whole()
    except RecursionError:
        raise fail(1, "expected an answer that is nested less deeply") from None


class _AnswerReader(ShapeReader):
    def __init__(self, text: str, expected: Expected) -> None:
        latex = is_latex(text)
        lean = _LEAN.search(text) is not None and not latex
        tokens = read_tokens(re.sub(r"(?<=\S)\.\s*(?=\$*\s*\Z)", " ", text))
        super().__init__(_unwrapped(tokens), latex=latex, lean=lean)
        self.expected = expected

    def whole(self) -> Answer:
        letter = self.letter()
        if letter:
            content = None if self.here.kind == "stop" else self.content()
            return Choice(letter, content)
        return self.content()

    def content(self) -> Answer:
        if self.here.kind == "text" and self.here.text == "dollars" and self.ahead().kind == "number":
            self.take()
            return Quantity(self.content(), "dollars")
        made = self.words()
        if made is None:
            made = self.listing()
        if self.here.kind != "stop":
            raise self.surprise("the end")
        return made

    def letter(self) -> str:
        """(B) or \\textbf{(B)} in front."""
        here = self.here
        if here.kind == "text" and (match := re.fullmatch(r"\(([A-H])\)\s*", here.text)):
            self.take()
            return match.group(1)
        if here.text == "(" and self.ahead().text in _LETTERS and self.ahead(2).text == ")":
            after = self.ahead(3)
            if after.kind == "stop" or after.spaced or after.kind in ("open", "text", "command"):
                self.at += 3
                return self.tokens[self.at - 2].text
        return ""

    def words(self) -> Answer | None:
        rest = self.tokens[self.at : -1]
        said = " ".join(t.text for t in rest).lower()
        if said in ("true", "false"):
            self.at = len(self.tokens) - 1
            return Truth(said == "true")
        if said in ("<", "≤", ">", "≥", "=", "≠") or all(t.kind == "text" for t in rest):
            self.at = len(self.tokens) - 1
            return Words(said)
        plain = all(t.kind == "name" and t.text.isalpha() for t in rest)
        if not plain or all(len(t.text) == 1 for t in rest) or not all(map(self.is_english, rest)):
            return None
        with suppress(BadInput):
            phrase = self.phrase()
            if phrase is not None and self.here.kind == "stop":
                return phrase
        self.at = len(self.tokens) - 1
        return Words(said)

    def is_english(self, token: Token) -> bool:
        text = token.text
        if text in names.RESERVED or text == "a":
            return True
        runs_on = any(text.startswith(f) and len(text) <= len(f) + 1 for f in names.FUNCTIONS)  # sinx
        return len(text) > 1 and text.isascii() and not _mathematical(text) and not runs_on

    def listing(self) -> Answer:
        phrase = self.phrase()
        if phrase is not None:
            return phrase
        first = self.item()
        parts, joined = [first], False
        while self.sees(",", ";", "or", "and", "∨") or (self.here.kind == "text" and self.here.text in ("or", "and")):
            joined = self.take().text in ("or", "∨") or joined
            if self.sees("or", "and"):
                joined = self.take().text == "or" or joined
            clause = self.clause(parts)
            if clause is not None:
                return clause
            parts.append(self.item())
        clause = self.clause(parts)
        if clause is not None:
            return clause
        if len(parts) == 1:
            return self.with_unit(_as_set(first))
        return _listed(parts, joined)

    def item(self) -> Answer:
        made = self.function() or self.named_tuple()
        if made is not None:
            return made
        made = self.union()
        if made is None:
            made = self.relation()
        return made

    def with_unit(self, made: Answer) -> Answer:
        if isinstance(made, App) and made.fn is Fn.MUL and made.args[-1] == DEGREE:
            return Quantity(made.args[0], "degree")
        said = []
        while self.here.kind in ("text", "name") and self.here.text not in ("if", "otherwise"):
            said.append(self.take().text.lower())
        if said and not isinstance(made, Num | Sym | Var | App | Quantity):
            raise fail(self.tokens[self.at - 1].column, "expected the end")
        unit = " ".join(said).strip(". ")
        if unit and self.sees("^") and self.ahead().text in ("2", "3"):
            unit += f" {self.ahead().text}"
            self.at += 2
        if unit and isinstance(made, Quantity):
            made = made.value
        return Quantity(made, unit) if unit else made

    def function(self) -> Answer | None:
        start = self.at
        if self.accept("fun"):
            return self.lambda_()
        here = self.here
        if here.text == "(" and self.ahead().text == "fun":
            self.take()
            self.take()
            made = self.lambda_()
            self.expect(")")
            return made
        if here.kind in ("name", "command") and self.ahead().text == "↦":
            self.at += 2
            return self.function_of((here.text,))
        if (
            here.kind == "name"
            and here.text in ("f", "g", "h", "F", "P", "p", "Q", "q", "T", "a")
            and (self.ahead().text == "(")
        ):
            parameters = self.parameters()
            if parameters:
                return self.function_of(parameters)
        self.at = start
        return None

    def parameters(self) -> tuple[str, ...]:
        """Of f(x, y) = …; nothing where it is something else."""
        self.at += 2
        found = []
        while self.here.kind in ("name", "command") and (len(self.here.text) == 1 or self.here.text in names.GREEK):
            found.append(self.take().text)
            if not self.accept(","):
                break
        if found and self.accept(")") and self.accept("="):
            return tuple(found)
        return ()

    def lambda_(self) -> Answer:
        found: list[str] = []
        sorts: dict[str, str] = {}
        while not self.sees("↦", "→"):
            opened = self.accept("(")
            group = []
            while self.here.kind == "name":
                group.append(self.take().text)
            if not group:
                raise self.surprise("the name of a parameter")
            if self.accept(":"):
                sorts |= dict.fromkeys(group, self.sort())
            if opened:
                self.expect(")")
            found += group
        self.take()
        self.sorts = {**self.sorts, **sorts}
        return self.function_of(tuple(found))

    def function_of(self, parameters: tuple[str, ...]) -> Function:
        outer, self.bound = self.bound, self.bound | set(parameters)
        body = _as_set(self.item())
        self.bound = outer
        return Function(parameters, body, tuple(self.sorts.get(p, "") for p in parameters))

    def named_tuple(self) -> Answer | None:
        """(x, y) = (1, 2)."""
        start = self.at
        if not (self.sees("(") and self.separates(",")):
            return None
        self.take()
        found = []
        while self.here.kind in ("name", "command") and (self.ahead().text in (",", ")", "_")):
            token = self.take()
            found.append(token.text + self.subscript())
            if not self.accept(","):
                break
        if len(found) > 1 and self.accept(")") and self.accept("=") and self.sees("("):
            made = self.union()
            if isinstance(made, Items) and len(made.items) == len(found):
                return Record(tuple(found), made.items)
        self.at = start
        return None

    def relation(self) -> Answer:
        """An expression, or a condition that stands for the set or the value it describes."""
        start = self.at
        made = self.settled(self.expression())
        if self.sees("=", "≠", "<", "≤", ">", "≥", "∈", "∣", "≡", "∤", "odd", "even", "is"):
            self.at = start
            return self.stated(self.single_condition())
        both = expand_signs(made)
        return Items("±", both) if len(both) == 2 else made

    def stated(self, condition: Condition) -> Answer:
        if isinstance(condition, Relation) and condition.sign == "=":
            right = expand_signs(condition.right)
            if len(right) == 2:
                return Items("±", tuple(Relation("=", condition.left, r) for r in right))
            return condition
        free = free_of(condition)
        if len(free) == 1:
            return SetOf(next(iter(free)), condition, "")
        if isinstance(condition, Relation):
            return condition
        main = self.main_variable(condition)
        if main is None:
            raise fail(self.here.column, "expected a condition on one variable")
        return SetOf(main, condition, "")

    def settled(self, expr: Expr, sort: str = "") -> Expr:
        if not self.lean:
            return expr
        made = settled(expr, self.sorts, sort or self.expected.sort)
        if not variables(made) and not any(isinstance(e, Sym) and e.name in ("i", "∞") for e in walk(made)):
            try:
                with suppress(Unsettled):
                    enclose(made, {}, 64)
            except NoValue as exc:
                raise fail(self.here.column, f"{exc}: Lean gives it a value that no answer means") from None
        return made


def _unwrapped(tokens: list[Token]) -> list[Token]:
    """Without the braces that \\boxed leaves around everything."""
    while tokens[0].kind == "open" and tokens[-2].kind == "close":
        depths = itertools.accumulate({"open": 1, "close": -1}.get(t.kind, 0) for t in tokens)
        if next(i for i, depth in enumerate(depths) if depth == 0) != len(tokens) - 2:
            return tokens
        if len(tokens) < 4:
            raise fail(tokens[0].column, "expected an answer inside the braces")
        tokens = [*tokens[1:-2], tokens[-1]]
    return tokens


def _mathematical(text: str) -> bool:
    known = names.FUNCTIONS.keys() | names.PAIRS.keys() | names.ROOTS | names.CONSTANTS.keys() | names.GREEK
    return text in known or text in names.SORTS or (len(text) <= 3 and text not in _SHORT_WORDS)


_SHORT_WORDS = frozenset({"yes", "no", "all", "any", "red", "one", "two", "six", "ten"})


def _listed(parts: list[Answer], joined: bool) -> Answer:
    """Items without brackets: x = 1, y = 2 names its values; several equations for one name, or "or", make a set."""
    expanded = [s for p in parts for s in both_signs(p)]
    defined = [p for p in expanded if isinstance(p, Relation) and p.sign == "=" and isinstance(p.left, Var)]
    if len(defined) == len(expanded):
        found = [p.left.name for p in defined if isinstance(p.left, Var)]
        if len(set(found)) == len(found) and not joined:
            return Record(tuple(found), tuple(p.right for p in defined))
        if len(set(found)) == 1:
            return Items("set", tuple(defined))
    first = expanded[0]
    if isinstance(first, Record) or (isinstance(first, Relation) and first.sign == "=" and isinstance(first.left, Var)):
        named = [_named_as(first, p) for p in expanded]
        return Items("set", tuple(named))
    return Items("set" if joined else "bare", tuple(expanded))


def _named_as(first: Record | Relation, part: Answer) -> Answer:
    """(a, b) = (37, 50), (7, 50): the names go for all; x = 1, 2 likewise."""
    if isinstance(first, Record) and isinstance(part, Items) and len(part.items) == len(first.names):
        return Record(first.names, part.items)
    if isinstance(first, Relation) and isinstance(part, Num | Sym | Var | App):
        return Relation("=", first.left, part)
    if isinstance(part, Record | Relation):
        return part
    raise BadInput("expected items of one kind", place="answer")


def _as_set(answer: Answer) -> Answer:
    return Items("set", answer.items) if isinstance(answer, Items) and answer.kind == "±" else answer
