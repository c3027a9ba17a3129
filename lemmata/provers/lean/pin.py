"""What is given to Lean: text that we cut out of the problem, up to the place where a proof belongs.

A candidate's text stands only behind that place, so it can't change the statement, nor what comes before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from lemmata.errors import BadInput
from lemmata.formats.lean import (
    LeanTheorem,
    Token,
    find_answer_holes,
    find_theorems,
    line_of,
    normalise,
    scan,
    words,
)
from lemmata.problem import Problem

NEGATION = "lemmata_refuted"
CASE = "lemmata_case"
VACUOUS = "lemmata_vacuous"
VACUITY = "lemmata_vacuity"
_MATHLIB = frozenset({"Mathlib", "Aesop", "Batteries", "Qq", "ProofWidgets", "Plausible", "ImportGraph"})
_IMPORTING = frozenset({"import", "public", "meta", "module", "prelude", "all"})
_NOTATIONS = ("Nat", "ℕ"), ("Int", "ℤ"), ("Rat", "ℚ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinned:
    """A statement that awaits its proof.

    Args:
        context: the text before it, header included.
        command: `theorem NAME … :=`, without the proof.
        name: the full name that it declares.
        prelude: what was put in place of libraries that are not there; empty: nothing was changed.
        line: of the file, where the command begins.
        derive: name of a theorem of the context whose statement, with False for its conclusion, is defined as
            `lemmata_vacuity` behind the context; empty: none.
        refutes: name of the theorem that this is the negation of; empty: it is none.
        strict: no undeclared name becomes a variable by itself, as in every project that uses Mathlib.
        answered: a candidate's answers stand in the context.
    """

    context: str
    command: str
    name: str
    prelude: tuple[str, ...] = ()
    line: int = 1
    derive: str = ""
    refutes: str = ""
    strict: bool = False
    answered: bool = False

    @property
    def statement(self) -> str:
        """The exact text that is elaborated, without `:=`."""
        return self.command.removesuffix(":=").rstrip()


def pin(problem: Problem, *, mathlib: bool, answers: Mapping[str, str] | None = None) -> Pinned:
    """The problem's target, awaiting its proof.

    Args:
        problem: in Lean; its target names a theorem with an open proof.
        mathlib: whether Mathlib is there; otherwise its import gives way to a small prelude.
        answers: for each answer hole before the theorem, the term to put in; None: leave them open.

    Raises:
        BadInput: no such theorem, or the answers are not those for the holes.
    """
    source = normalise(problem.source)
    if answers is not None:
        source = _fill(source, _target(problem, source), answers)
    theorem = _target(problem, source)
    first_line = line_of(source, theorem.start)
    head = source[theorem.start : theorem.keyword[0]]
    context, prelude = (source[: theorem.start], ()) if mathlib else _without_mathlib(source[: theorem.start])
    words = [t for t in scan(head) if t.text == "private"]
    for word in reversed(words):  # a private name can't be asked for; being private changes nothing else
        head = head[: word.start] + head[word.end :].lstrip()
    command = f"{head}theorem {source[theorem.statement[0] : theorem.statement[1]]} :="
    strict = any(name.text.split(".")[0] in _MATHLIB for _, name in _imports(scan(source)))
    return Pinned(
        context=context,
        command=command,
        name=theorem.name,
        prelude=prelude,
        line=first_line,
        strict=strict,
        answered=bool(answers),
    )


def negate(pinned: Pinned, values: Mapping[str, str]) -> Pinned:
    """The negation of the statement, closed over its variables.

    Args:
        pinned: the statement.
        values: variable -> literal; those variables are replaced, and what is left is negated. A false instance
            makes the statement false.
    """
    name = f"_root_.{pinned.name}"
    case = f"{name} {' '.join(f'({v} := {text})' for v, text in values.items())}" if values else f"@{name}"
    context = f"{pinned.context}{pinned.command} sorry\ndef _root_.{CASE} := {case}\n"
    command = f"theorem _root_.{NEGATION} : ¬ type_of% @_root_.{CASE} :="
    return replace(pinned, context=context, command=command, name=NEGATION, refutes=pinned.name)


def hollow(pinned: Pinned) -> Pinned:
    """The statement that the hypotheses contradict each other: the same variables and hypotheses, but False."""
    context = f"{pinned.context}{pinned.command} sorry\n"
    command = f"theorem _root_.{VACUOUS} : {VACUITY} :="
    return replace(pinned, context=context, command=command, name=VACUOUS, derive=pinned.name)


def definitions_in(context: str) -> tuple[str, ...]:
    """The names of the definitions in a text, as they are written there."""
    tokens = pairwise(scan(normalise(context)))
    return tuple(name.text for word, name in tokens if word.text in ("def", "abbrev") and name.kind == "ident")


def recursive_in(context: str) -> tuple[str, ...]:
    """Those of its definitions that speak of themselves."""
    tokens = scan(normalise(context))
    starts = [i for i, t in enumerate(tokens) if t.text in _COMMAND_WORDS or t.kind == "doc"]
    found = []
    for i, end in pairwise((*starts, len(tokens))):
        name = tokens[i + 1].text if i + 1 < end else ""
        if tokens[i].text in ("def", "abbrev") and any(t.text == name for t in tokens[i + 2 : end]):
            found.append(name)
    return tuple(found)


def _target(problem: Problem, source: str) -> LeanTheorem:
    theorems = find_theorems(source)
    found = [t for t in theorems if t.name == problem.target] if problem.target else list(theorems)
    if len(found) != 1:
        names = ", ".join(t.name for t in theorems) or "none"
        raise BadInput(
            f"expected one theorem {problem.target or ''} whose proof is `by sorry` (there are: {names})",
            place=problem.name,
        )
    return found[0]


def _fill(source: str, theorem: LeanTheorem, answers: Mapping[str, str]) -> str:
    holes = [h for h in find_answer_holes(source) if h.hole[0] < theorem.start]
    if {h.name for h in holes} != set(answers):
        names = ", ".join(h.name for h in holes) or "none"
        raise BadInput(f"expected an answer for each of the holes {names}", place="answers")
    for hole in reversed(holes):
        source = source[: hole.hole[0]] + answers[hole.name] + source[hole.hole[1] :]
    return source


def _without_mathlib(context: str) -> tuple[str, tuple[str, ...]]:
    """The context with Mathlib's import replaced by what the statement may need of it, and what that was."""
    tokens = scan(context)
    imports = _imports(tokens)
    dropped = [(word, name) for word, name in imports if name.text.split(".")[0] in _MATHLIB]
    if not dropped:
        return context, ()
    opened = _opened(tokens)
    notations = [f'notation "{sign}" => {name}' for name, sign in _NOTATIONS]
    spaces = [f"namespace {name} end {name}" for name in opened]
    renamed = ["lemma read as theorem"] if any(t.text == "lemma" for t in tokens) else []
    last = imports[-1][1]
    edits = [(word.start, name.end, "") for word, name in dropped]
    edits.append((last.end, last.end, " " + " ".join((*notations, *spaces))))
    edits += [(t.start, t.end, "theorem") for t in tokens if t.kind == "ident" and t.text == "lemma"]
    for start, end, text in sorted(edits, reverse=True):
        context = context[:start] + text + context[end:]
    told = (*(f"import {name.text} left out" for _, name in dropped), *notations, *spaces, *renamed)
    return context, told


def _imports(tokens: Sequence[Token]) -> list[tuple[Token, Token]]:
    found = []
    for word, name in pairwise(tokens):
        if word.text == "import":
            found.append((word, name))
        elif word.text not in _IMPORTING and (not found or word is not found[-1][1]) and word.kind != "doc":
            break
    return found


def _opened(tokens: Sequence[Token]) -> list[str]:
    """The namespaces that `open` commands name."""
    names: list[str] = []
    opening = False
    for i, token in enumerate(tokens):
        if token.text == "open":
            opening = True
        elif token.kind != "ident" or token.text in ("in", "hiding", "renaming") or _begins_command(tokens, i):
            opening = False
        elif opening and token.text != "scoped":
            names.append(token.text)
    return list(dict.fromkeys(names))


def _begins_command(tokens: Sequence[Token], i: int) -> bool:
    return tokens[i].text in _COMMAND_WORDS


_COMMAND_WORDS = words(
    """
    theorem lemma def abbrev example instance structure inductive class axiom opaque namespace section end mutual
    variable universe set_option attribute local scoped noncomputable private protected notation macro syntax
    """
)
