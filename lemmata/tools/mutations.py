"""Small edits of a C text that often are the repair: a comparison, an index, a bound, a guard, a middle."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lemmata.provers.bmc.source import strip_comments
from lemmata.tools.memory_mutations import memory_edits

_COMPARED = {
    "<": ("<=", ">"),
    "<=": ("<", ">="),
    ">": (">=", "<"),
    ">=": (">", "<="),
    "==": ("!=", "<=", ">="),
    "!=": ("==", "<", ">"),
}
_REVERSED = frozenset({("<", ">"), ("<=", ">="), (">", "<"), (">=", "<="), ("==", "!="), ("!=", "==")})
_COMPARISON = re.compile(r"(?<![<>=!+\-*/%&|^])(<=|>=|==|!=|<|>)(?![<>=])")
_NUMBER = re.compile(r"(?<![\w.])(\d+)(?![\w.])")
_BOUND = re.compile(r"(?:<=|>=|<|>)\s*([A-Za-z_]\w*)(?!\w|\s*[\[(])")
_INDEX = re.compile(r"\[\s*([A-Za-z_]\w*)\s*\]")
_SHIFTED = re.compile(r"\[\s*([A-Za-z_]\w*)\s*[+-]\s*1\s*\]")
_MIDDLE = re.compile(r"\(\s*(\w+)\s*\+\s*(\w+)\s*\)\s*/\s*2\b")
_DIVIDED = re.compile(r"([A-Za-z_]\w*|\([^()]*\)|\d+)\s*([/%])\s*([A-Za-z_]\w*)(?!\s*[\[(])")
_DIFFERENCE = re.compile(r"(?<!\w)([A-Za-z_]\w*)\s*(-)\s*([A-Za-z_]\w*)(?!\s*[\[(])")
_PRODUCT = re.compile(r"=\s*(?=[A-Za-z_]\w*\s*\*\s*[A-Za-z_]\w*\s*;)")
_NEGATED = re.compile(r"\breturn\s+(-\s*([A-Za-z_]\w*))\s*;")
_OVERFLOWED = re.compile(r"(?<![\w+*-])(\w+)\s*\+\s*(\w+)\s*<\s*0\b")
_CONDITION = re.compile(r"\b(while|if)\s*\(")
_FOR = re.compile(r"\bfor\s*\([^;()]*;\s*([^;]+);")
_STATEMENT = re.compile(r"(?<=[;{})])(\s*)([A-Za-z_]\w*(?:\[[^\]]*\])?\s*(?:[-+*/%]?=[^=;][^;]*|\+\+|--))(;)")
_STEP = re.compile(r"([A-Za-z_]\w*)(?:\s*=\s*\(?\s*\1\s*([+-])\s*\d+\s*\)?|\s*([+-])=\s*\d+|(\+)\+|(-)-)")
_VARIABLE = re.compile(
    r"\b(?:int|long|short|char|unsigned|bool|_Bool|struct\s+\w+)\s*\*?\s*\b(?!int\b|long\b|char\b)([A-Za-z_]\w*)\s*(?=[;=,)])"
)
_MOST_VARIABLES = 8
_DOUBT = 6  # what a line costs that nobody suspects
_VALUE = re.compile(r"(?<![=!<>])=\s*(\*?\s*[A-Za-z_]\w*)\s*(?=;)")
_COMPARED_NUMBER = re.compile(r"(\w*)\s*(?:<=|>=|==|!=|<|>)\s*(\d+)\b")
_DECLARED = re.compile(r"\b(?:int|long|short|char|unsigned)\s+([A-Za-z_]\w*)\s*;")
_USED = re.compile(r"\b([A-Za-z_]\w*)\s*\[\s*([A-Za-z_]\w*)(?:\s*[+-]\s*\d+)?\s*\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """An edited text; `cost` orders by how much was changed, and how far from the violation."""

    text: str
    cost: tuple[int, int]


def mutants(
    source: str, *, line: int, sizes: Mapping[str, int], suspicion: Mapping[int, float] | None = None
) -> list[Mutant]:
    """All texts one edit away, the likeliest first.

    Args:
        source: the text.
        line: where the violation was observed.
        sizes: how many elements each array has.
        suspicion: of its lines, from 0 to 1, as `locate.suspicion` gives it; None: all are alike.
    """
    plain = strip_comments(source)
    found: dict[str, tuple[int, int]] = {}
    for start, end, new in _edits(plain, sizes):
        text = source[:start] + new + source[end:]
        at = source.count("\n", 0, start) + 1
        strange = 6 * ((plain[start:end], new) in _REVERSED or new == "0")
        near = max((suspicion.get(at + d, 0.0) for d in (-1, 0, 1)), default=0.0) if suspicion is not None else 1.0
        far = min(abs(at - line), 3) * 3 + round(_DOUBT * (1 - near))
        cost = (far + strange + abs(len(new) - (end - start)) // 4, len(found))
        if text != source and text not in found:
            found[text] = cost
    return sorted((Mutant(text=text, cost=cost) for text, cost in found.items()), key=lambda mutant: mutant.cost)


def _edits(plain: str, sizes: Mapping[str, int]) -> Iterator[tuple[int, int, str]]:
    """Start, end and replacement of each edit."""
    for m in _COMPARISON.finditer(plain):
        yield from ((m.start(), m.end(), new) for new in _COMPARED[m[1]])
    for m in _MIDDLE.finditer(plain):
        yield m.start(), m.end(), f"{m[1]} + ({m[2]} - {m[1]}) / 2"
    for m in _NUMBER.finditer(plain):
        yield from ((m.start(1), m.end(1), str(int(m[1]) + d)) for d in (1, -1) if int(m[1]) + d >= 0)
    for m in _BOUND.finditer(plain):
        yield from ((m.end(1), m.end(1), extra) for extra in (" - 1", " + 1"))
    for m in _INDEX.finditer(plain):
        yield from ((m.end(1), m.end(1), extra) for extra in (" - 1", " + 1"))
    for m in _SHIFTED.finditer(plain):
        yield m.start(), m.end(), f"[{m[1]}]"
    for m in _DIFFERENCE.finditer(plain):
        yield m.start(), m.end(), f"{m[3]} - {m[1]}"
    for m in _DECLARED.finditer(plain):
        yield from ((m.end(1), m.end(1), f" = {value}") for value in (0, 1))
    for m in _PRODUCT.finditer(plain):
        yield m.end(), m.end(), "(long long)"
    for m in _OVERFLOWED.finditer(plain):
        yield m.start(), m.end(), f"{m[1]} > 2147483647 - {m[2]}"
    for m in _NEGATED.finditer(plain):
        yield m.start(1), m.end(1), f"{m[2]} == -2147483647 - 1 ? 2147483647 : -{m[2]}"
    yield from _replaced(plain)
    yield from _guards(plain, sizes)
    yield from memory_edits(plain)


def _replaced(plain: str) -> Iterator[tuple[int, int, str]]:
    """One variable, or a number that is compared with, by another variable."""
    names = list(dict.fromkeys(m[1] for m in _VARIABLE.finditer(plain)))[:_MOST_VARIABLES]
    for m in _VALUE.finditer(plain):
        yield from ((m.start(1), m.end(1), name) for name in (*names, "0") if name != m[1])
    for m in _COMPARED_NUMBER.finditer(plain):
        yield from ((m.start(2), m.end(2), name) for name in names if name != m[1])


def _guards(plain: str, sizes: Mapping[str, int]) -> Iterator[tuple[int, int, str]]:
    for m in _DIVIDED.finditer(plain):
        yield m.start(), m.end(), f"({m[3]} != 0 ? {m[0]} : 0)"
    for m in _STATEMENT.finditer(plain):
        guards = [f"{d[3]} != 0" for d in _DIVIDED.finditer(m[2])]
        for step in _STEP.finditer(m[2]):
            up = "+" in (step[2], step[3], step[4])
            guards.append(f"{step[1]} < 2147483647" if up else f"{step[1]} > -2147483647 - 1")
        for used in _USED.finditer(m[2]):
            if used[1] in sizes:
                guards.append(f"0 <= {used[2]} && {used[2]} < {sizes[used[1]]}")
        yield from ((m.start(2), m.end(3), f"if ({guard}) {{ {m[2]}; }}") for guard in dict.fromkeys(guards))
    bounds = [
        f"{index} {sign}"
        for array, index in dict.fromkeys((u[1], u[2]) for u in _USED.finditer(plain))
        if array in sizes
        for sign in (f"< {sizes[array]}", ">= 0")
    ]
    for m in _CONDITION.finditer(plain):
        yield from ((m.end(), m.end(), f"{bound} && ") for bound in bounds)
    for m in _FOR.finditer(plain):
        yield from ((m.start(1), m.start(1), f"{bound} && ") for bound in bounds)
