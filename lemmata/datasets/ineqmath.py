"""IneqMath: competition inequalities in words and LaTeX, read into statements about real numbers.

Each line of the file is an object with `data_id`, `problem`, `type` (bound or relation) and `answer`. A deterministic
reader understands the common phrases: variables with their domains, constraints, one displayed inequality. The
published answer is kept apart from the problem. Source: Sheng et al., Solving Inequality Proofs with LLMs (2025).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from lemmata.datasets.jsonl import load_rows
from lemmata.datasets.latex_real import RELATIONS, tokens_of, translate
from lemmata.errors import BadInput
from lemmata.problem import Construction, Json

_MATH = re.compile(r"\$\$(?P<display>.*?)\$\$|\\\[(?P<bracket>.*?)\\\]|\$(?P<inline>.*?)\$", re.DOTALL)
_LETTER = re.compile(r"[A-Za-z](?:_(?:\d|\{\d+\}))?\Z")
_LARGEST = re.compile(r"\b(largest|maximal|maximum|greatest|biggest)\b[^.]*\bconstant\b", re.IGNORECASE)
_SMALLEST = re.compile(r"\b(smallest|minimal|minimum|least)\b[^.]*\bconstant\b", re.IGNORECASE)
_DOMAIN = r"(?P<word>positive|non-?\s?negative|non-?\s?zero|real)\b[a-z ]*"
_AFTER = re.compile(rf"\s*(?:be|are)?\s*(?:any|all|two|three|four|five)?\s*{_DOMAIN}", re.IGNORECASE)
_BEFORE = re.compile(rf"\b{_DOMAIN}\s*$", re.IGNORECASE)
_SIDES = re.compile(r"\b(triangle|integers?|natural|angles?|complex)\b", re.IGNORECASE)
_CHOICES = {"A": "≤", "B": "≥", "C": "=", "D": "<", "E": ">", "F": "none"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of the data set.

    Args:
        name: its number in the set.
        kind: `bound` or `relation`.
        text: the problem in words.
        problem: what is asked, without the answer; None where it was not understood.
        refusal: why it was not understood, with the place.
        published: the published answer, as a constant in Lean's notation or a relation; for scoring only.
    """

    name: str
    kind: str
    text: str
    problem: Construction | None
    refusal: str
    published: str


def load_ineqmath(path: str | Path) -> tuple[Item, ...]:
    """The items of a file, in its order.

    Args:
        path: of the publisher's .jsonl file.

    Raises:
        BadInput: no such file, or a line that is not an item.
    """
    return tuple(read_item(row, place) for row, place in load_rows(path))


def read_item(row: Mapping[str, Json], place: str) -> Item:
    """The item of a line.

    Raises:
        BadInput: it is of another form.
    """
    name, text, kind, answer = (row.get(key) for key in ("data_id", "problem", "type", "answer"))
    answer = answer or ""
    if (
        not isinstance(name, str | int)
        or not isinstance(text, str)
        or not isinstance(answer, str)
        or kind not in ("bound", "relation")
    ):
        raise BadInput("expected an object with data_id, problem, type and answer", place=place)
    problem, refusal = None, ""
    try:
        source = read_inequality(text)
        problem = Construction(name=f"ineqmath:{name}", source=source, language="claim")
    except BadInput as exc:
        refusal = str(exc)
    return Item(
        name=str(name), kind=kind, text=text, problem=problem, refusal=refusal, published=_published(answer, kind)
    )


def _published(answer: str, kind: str) -> str:
    if kind == "relation":
        match = re.match(r"\s*\(?([A-F])\b", answer)
        return _CHOICES[match[1]] if match else ""
    tokens = tokens_of(answer.replace("$", ""))
    try:
        return translate(tokens[2:] if tokens[:2] == ["C", "="] else tokens, ())
    except BadInput:
        return ""


def read_inequality(text: str) -> str:
    """The statement that a problem in words and LaTeX makes, in the notation of `largest C : ℝ, …` and `relate …`.

    Raises:
        BadInput: a phrase or formula that is not understood; says which.
    """
    return _Reading(text).statement()


@dataclass
class _Reading:
    text: str
    variables: list[str] = field(default_factory=list)
    hypotheses: list[str] = field(default_factory=list)
    worded_last: str = ""  # the word for the domain of the variables named just before

    def statement(self) -> str:
        odd = _SIDES.search(self.text)
        if odd is not None:
            raise BadInput(f"{odd.group()!r} stands outside what is read here", place="problem")
        formulas = list(_MATH.finditer(self.text))
        goal = next((m for m in formulas if self.is_goal(m)), None)
        if goal is None:
            raise BadInput("expected a displayed inequality with C or ()", place="problem")
        last = 0
        for match in formulas:
            if match.start() >= goal.start():
                break
            self.given(_inside(match), self.text[last : match.start()], self.text[match.end() : goal.start()])
            last = match.end()
        if not self.variables:
            raise BadInput("expected variables with their domain", place="problem")
        return self.written(tokens_of(_inside(goal)))

    def is_goal(self, match: re.Match[str]) -> bool:
        tokens = tokens_of(_inside(match))
        asked = ("(", ")") in pairwise(tokens)
        return asked or ("C" in tokens and any(t in RELATIONS for t in tokens))

    def given(self, formula: str, before: str, after: str) -> None:
        """Take in one formula of the text before the inequality."""
        tokens = _trimmed(tokens_of(formula))
        if not tokens or tokens == ["C"]:
            return
        listed, rest = _listed(tokens)
        last, self.worded_last = self.worded_last, ""
        if not listed or (rest and rest[0] not in RELATIONS and rest[0] != "\\in"):
            self.constraint(tokens)
            return
        if rest and rest[0] in RELATIONS and len(listed) == 1 and listed[0] in self.variables:
            self.constraint(tokens)
            return
        self.variables += [v for v in listed if v not in self.variables]
        if rest:
            self.domain(listed, rest)
        words = _AFTER.match(after) or _BEFORE.search(before)
        word = words["word"].lower() if words is not None else last if before.strip() == "and" else ""
        self.worded(listed, word)
        self.worded_last = word

    def worded(self, listed: list[str], word: str) -> None:
        sign = ">" if word == "positive" else "≠" if word.endswith("zero") else "" if word in ("real", "") else "≥"
        self.hypotheses += [f"{_name(v)} {sign} 0" for v in listed if sign]

    def domain(self, listed: list[str], rest: list[str]) -> None:
        if rest[0] == "\\in":
            said = "".join(t for t in rest[1:] if t not in ("{", "}"))
            if said in ("\\mathbbR", "\\mathbbR^+", "\\mathbbR_+"):
                self.worded(listed, "positive" if said.endswith("+") else "real")
                return
            if rest[1] not in ("[", "(") or rest[-1] not in ("]", ")") or rest.count(",") != 1:
                raise BadInput(f"the domain {said!r} is not understood", place="problem")
            middle = rest.index(",")
            low, high = translate(rest[2:middle], ()), translate(rest[middle + 1 : -1], ())
            for v in listed:
                self.hypotheses.append(f"{_name(v)} {'≥' if rest[1] == '[' else '>'} {low}")
                self.hypotheses.append(f"{_name(v)} {'≤' if rest[-1] == ']' else '<'} {high}")
            return
        bound = self.expression(rest[1:])
        self.hypotheses += [f"{_name(v)} {RELATIONS[rest[0]]} {bound}" for v in listed]

    def constraint(self, tokens: list[str]) -> None:
        sides, signs = _sides(tokens)
        if not signs:
            raise BadInput(f"the formula {' '.join(tokens)[:60]!r} is not understood", place="problem")
        texts = [self.expression(side) for side in sides]
        self.hypotheses += [f"{a} {s} {b}" for a, s, b in zip(texts, signs, texts[1:], strict=False)]

    def expression(self, tokens: list[str]) -> str:
        made = translate(tokens, [_name(v) for v in self.variables])
        known = {*map(_name, self.variables), "C"}
        odd = next((n for n in re.findall(r"[A-Za-z]\w*", made) if n not in known), None)
        if odd is not None:
            raise BadInput(f"{odd} has no domain", place="problem")
        return made

    def written(self, tokens: list[str]) -> str:
        tokens = _trimmed(tokens)
        binders = f"∀ {' '.join(map(_name, self.variables))} : ℝ, "
        body = " → ".join([*dict.fromkeys(self.hypotheses), ""])
        place = next((i for i in range(len(tokens) - 1) if tokens[i : i + 2] == ["(", ")"]), None)
        if place is not None:
            left, right = self.expression(tokens[:place]), self.expression(tokens[place + 2 :])
            return f"relate {binders}{body}{left} ? {right}"
        sides, signs = _sides(tokens)
        if len(signs) != 1 or signs[0] not in "<≤≥>":
            raise BadInput("expected one inequality sign in the displayed formula", place="problem")
        largest, smallest = _LARGEST.search(self.text), _SMALLEST.search(self.text)
        if (largest is None) is (smallest is None):
            raise BadInput("expected to be asked for the largest or the smallest constant", place="problem")
        left, right = map(self.expression, sides)
        return f"{'largest' if largest else 'smallest'} C : ℝ, {binders}{body}{left} {signs[0]} {right}"


def _inside(match: re.Match[str]) -> str:
    return match["display"] or match["bracket"] or match["inline"] or ""


def _name(letter: str) -> str:
    return letter.replace("{", "").replace("}", "")


def _trimmed(tokens: list[str]) -> list[str]:
    while tokens and tokens[-1] in (".", ",", ";", ":"):
        tokens = tokens[:-1]
    return tokens


def _listed(tokens: list[str]) -> tuple[list[str], list[str]]:
    """Leading variables separated by commas, and what follows."""
    found: list[str] = []
    for at in range(0, len(tokens), 2):
        if not _LETTER.match(tokens[at]):
            return [], tokens
        found.append(tokens[at])
        if at + 1 == len(tokens) or tokens[at + 1] != ",":
            return found, tokens[at + 1 :]
    return [], tokens


def _sides(tokens: list[str]) -> tuple[list[list[str]], list[str]]:
    """The formula split at its relations that stand outside brackets."""
    sides: list[list[str]] = [[]]
    signs, depth = [], 0
    for token in tokens:
        depth += (token in "([{" or token == "\\{") - (token in ")]}" or token == "\\}")
        if token in RELATIONS and depth == 0:
            signs.append(RELATIONS[token])
            sides.append([])
        else:
            sides[-1].append(token)
    return sides, signs
