"""Idioms of Lean 3 and of Mathlib, as text: how they are written in Lean 4 without libraries.

Guesses, line by line; what is made of them is read by Lean again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from lemmata.tools.lean_repair.layout import block_end, indent_of

_SPACES = (
    "nat int list bool option eq or and not exists iff function string char fin array prod sum decidable classical "
    "subtype sigma heq le lt true false empty unit tree"
)
_SPACE = re.compile(rf"(?<![\w.'])({'|'.join(_SPACES.split())})\.(?=[A-Za-z_])")
_BLANKS = {
    "\t": "  ",
    "\u00a0": " ",
    "\u200b": "",
    "\ufeff": "",
    "\u2003": " ",
    "\u2019": "'",
    "\u201c": '"',
    "\u201d": '"',
}
_BRACE = re.compile(r"^(\s*)\{ ?(.*?),?\s*\},?\s*$")
_BULLET = re.compile(r"^\s*(?:· |\. |\| .*?=> ?)?")
_WORDS = {
    "refl": "rfl",
    "reflexivity": "rfl",
    "split": "constructor",
    "dec_trivial": "(by decide)",
    "assume": "intro",
    "existsi": "exists",
    "use": "exists",
    "rwa": "rw",
    "erw": "rw",
    "refine'": "refine",
    "by_contradiction": "by_contra",
    "fsplit": "constructor",
    "unfold1": "unfold",
    "norm_num1": "simp",
    "library_search": "exact?",
    "suggest": "exact?",
    "hint": "exact?",
    "finish": "simp_all",
    "tidy": "simp_all",
    "cc": "simp_all",
}
_ABSENT = (
    "linarith nlinarith polyrith positivity ring ring_nf ring1 norm_num field_simp push_cast push_neg tauto aesop "
    "interval_cases linear_combination abel group noncomm_ring bound gcongr continuity measurability fun_prop "
    "slim_check decide! zify qify rify ac_refl finish tidy cc safe blast norm_num1 itauto tautology solve_by_elim hint"
)
ABSENT = frozenset(_ABSENT.split())
"""Tactics that only libraries have; in their place stands what closes the goal."""


def is_lean3(body: str) -> bool:
    """Whether a body looks as if it was written for Lean 3."""
    return bool(
        re.search(r"\bbegin\b|(?<!\w)λ[^=]*,|,[ \t]*$|^\s*\.\.\. ", body, re.MULTILINE)
        or _SPACE.search(body) is not None
    )


def printable(body: str) -> str:
    """The body without tabs and other characters that stand for blanks or nothing."""
    for odd, plain in _BLANKS.items():
        body = body.replace(odd, plain)
    return "".join(c for c in body if c.isprintable() or c == "\n")


def from_lean3(body: str) -> str:
    """The body with all idioms of Lean 3 replaced."""
    return line_by_line(_blocks(printable(body)))


def line_by_line(body: str) -> str:
    """The body with the first translation of every line that has one."""
    lines, out, at = body.split("\n"), [], 0
    while at < len(lines):
        rewritten = _induction(lines, at)
        if rewritten is not None:
            new, count = rewritten
            out += line_by_line("\n".join(new)).split("\n")
            at += count
            continue
        out.append(translate(lines[at]))
        at += 1
    return "\n".join(out)


def translate(line: str) -> str:
    """One line in Lean 4."""
    for rule in _RULES:
        line = rule(line)
    return line


def other_lines(line: str) -> Iterator[str]:
    """Other ways to write a line that Lean can't read."""
    for rule in (translate, *_RULES, *_MORE):
        found = rule(line)
        if found != line:
            yield found
            again = translate(found)
            if again != found:
                yield again


def _blocks(body: str) -> str:
    """`begin … end` and bracketed blocks."""
    body = re.sub(r"\bbegin[ \t]*(?=\S)", "by\n  ", re.sub(r"\bbegin[ \t]*\n", "by\n", body))
    body = re.sub(r"\n\s*end,?[ \t]*(?=\n|$)", "", body)
    body = re.sub(r",?[ \t]+end[ \t]*$", "", body)
    body = re.sub(r"\}\s*,?[ \t]*\n(\s*)\{", r"}\n\1{", body)
    lines = []
    for line in body.split("\n"):
        brace = _BRACE.match(line)
        opened = re.match(r"^(\s*)\{ (.*)$", line)
        if brace:
            lines.append(f"{brace[1]}· {brace[2]}")
        elif opened:
            lines.append(f"{opened[1]}· {opened[2]}")
        else:
            lines.append(re.sub(r"\s*\},?\s*$", "", line) if line.count("}") > line.count("{") else line)
    return "\n".join(lines)


def _comma(line: str) -> str:
    depth = sum(line.count(c) for c in "([{⟨") - sum(line.count(c) for c in ")]}⟩")
    return re.sub(r",\s*$", "", line) if depth <= 0 else line


def _lambda(line: str) -> str:
    return re.sub(r"λ ([^,=]*?), ?", r"fun \1 => ", line)


def _space(line: str) -> str:
    return _SPACE.sub(lambda m: f"{m[1].capitalize()}.", line)


def _words(line: str) -> str:
    """Renamed tactics, where they stand as such."""
    parts = re.split(r"(; |<;> |, (?=[a-z])|\bby )", line)
    for i in range(0, len(parts), 2):
        head = re.match(r"^(\s*(?:· |\. |\| .*?=> ?)?)([\w']+)(.*)$", parts[i], re.DOTALL)
        if head and head[2] in _WORDS and not head[3].lstrip().startswith((":", "=")):
            parts[i] = f"{head[1]}{_WORDS[head[2]]}{head[3]}"
    return "".join(parts)


def _from(line: str) -> str:
    line = re.sub(r"(\bhave\b[^:=]*:[^=].*?), from ", r"\1 := ", line)
    line = re.sub(r"(\bhave\b[^:=]*:[^=].*?), by ", r"\1 := by ", line)
    line = re.sub(r"^(\s*)show (.*), from ", r"\1show \2 from ", line)
    line = re.sub(r"(\b(?:have|show|suffices|obtain)\b.*?), by \{ ?(.*?) ?\}", r"\1 := by \2", line)
    return re.sub(r"\bby \{ ?([^{}]*?),? ?\}", r"by \1", line)


def _rewrite(line: str) -> str:
    """`rw h at k` gets its brackets."""
    return re.sub(
        r"\b(rw|rewrite|erw) (?!\[)((?:← ?|<- ?)?[^\s,;\[\]]+)((?:\s*,)?\s*(?:at [^,;]*)?)$",
        lambda m: f"{m[1]} [{m[2]}]{m[3].rstrip(', ')}",
        line.rstrip(),
    )


def _cases(line: str) -> str:
    """`cases h with x hx`, which takes two parts of one thing."""
    return re.sub(
        r"\b(?:cases|cases'|rcases) (\S+|\(.*?\)) with ([\w'✝]+(?: [\w'✝]+)+)\s*$",
        lambda m: f"obtain ⟨{', '.join(m[2].split())}⟩ := {m[1]}",
        line,
    )


def _cases_either(line: str) -> str:
    return re.sub(
        r"\b(?:cases|cases'|rcases) (\S+|\(.*?\)) with ([\w'✝]+(?: [\w'✝]+)+)\s*$",
        lambda m: f"rcases {m[1]} with {' | '.join(m[2].split())}",
        line,
    )


def _cases_one(line: str) -> str:
    return re.sub(r"\b(?:cases|cases') (\S+) with ([\w']+)\s*$", r"obtain ⟨\2⟩ := \1", line)


def _calc(line: str) -> str:
    line = re.sub(r"^(\s*)\.\.\. ", r"\1_ ", line)
    return re.sub(r"^(\s*(?:calc |_ ).*?) : (?=\S)", r"\1 := ", line) if ":=" not in line else line


def _sequence(line: str) -> str:
    return re.sub(r"(?<!<);(?!>)\s*", " <;> ", line)


def _obtain(line: str) -> str:
    return re.sub(r"\bobtain (.*?), from ", r"obtain \1 := ", line)


def _contra(line: str) -> str:
    return re.sub(
        r"\bby_contra(?:!|diction)?(?: (\w+))?\s*$",
        lambda m: f"apply Classical.byContradiction; intro {m[1] or 'h_not'}",
        line,
    )


def _exists(line: str) -> str:
    return re.sub(r"\b(?:use|exists|existsi) (.*)$", lambda m: f"refine ⟨{m[1]}, ?_⟩", line)


def _absent(line: str) -> str:
    """A tactic that only libraries have leaves a hole."""
    found = re.search(rf"(?<![\w.])({'|'.join(map(re.escape, sorted(ABSENT, key=len, reverse=True)))})(?![\w'])", line)
    if found is None:
        return line
    return f"{line[: found.start()]}sorry"


def _bracketless(line: str) -> str:
    return re.sub(r"\b(simp|simp only|simp_all|grind) ([A-Za-z][\w.']*)\s*$", r"\1 [\2]", line)


def _by(line: str) -> str:
    return re.sub(r"(:=|=>|\bfrom)\s+(?!by\b)(?=[a-z])", r"\1 by ", line)


def _tail_comma(line: str) -> str:
    return re.sub(r",\s*$", "", line)


_RULES: tuple[Callable[[str], str], ...] = (
    _from,
    _obtain,
    _comma,
    _lambda,
    _space,
    _words,
    _rewrite,
    _cases,
    _calc,
)
_MORE: tuple[Callable[[str], str], ...] = (
    _cases_either,
    _cases_one,
    _contra,
    _exists,
    _bracketless,
    _by,
    _sequence,
    _tail_comma,
    _absent,
)


def _induction(lines: list[str], at: int) -> tuple[list[str], int] | None:
    """`induction n with k ih`, whose cases come as bullets; the names go to the last of them."""
    found = re.match(r"^(\s*)(?:induction|induction') (\S+) with ([\w' ]+?),?\s*$", lines[at])
    if found is None:
        return None
    bullets, end = [], at + 1
    while end < len(lines) and re.match(r"^\s*(?:· |\{ )", lines[end]) and indent_of(lines[end]) == len(found[1]):
        bullets.append(end)
        end = block_end(lines, end)
    head = f"{found[1]}induction {found[2]}"
    if not bullets:
        return [head, f"{found[1]}all_goals try rename_i {found[3].strip()}"], 1
    last = bullets[-1]
    column = len(_BULLET.match(lines[last])[0])  # type: ignore[index]
    named = f"{found[1]}· rename_i {found[3].strip()}"
    rest = [named, " " * column + lines[last][column:], *lines[last + 1 : end]]
    return [head, *lines[at + 1 : last], *rest], end - at
