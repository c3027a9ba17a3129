"""Repairs with a hole: a number in the text, or one that is added to a value, that a solver finds.

The hole is one unknown for all examples so far: the inputs that broke the program must no longer, those on which it was
right must give what they gave. Each value that is found makes a candidate text; what is wrong with that, seen by
whoever judges it, is a further example, until one is right or none is left. Source: Solar-Lezama, Tancau, Bodík,
Seshia, Saraswat, "Combinatorial sketching for finite programs", ASPLOS 2006 (counterexample-guided inductive
synthesis).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from lemmata.errors import BadInput
from lemmata.problem import Program
from lemmata.provers.base import Backends
from lemmata.provers.bmc.conditions import read_values, write
from lemmata.provers.bmc.inputs import Inputs
from lemmata.provers.bmc.interpret import Run
from lemmata.provers.bmc.ir import CType, Expr, Num, System
from lemmata.provers.bmc.lower import lower
from lemmata.provers.bmc.source import Unsupported, read_tree, strip_comments
from lemmata.provers.bmc.symbolic import Unrolled
from lemmata.provers.bmc.terms import Terms, TooLarge
from lemmata.provers.smt.solver import Status, solve

_HOLE = 1_073_741_789  # stands for the unknown in the text; a prime that programs do not hold
_INT = CType(32, signed=True)
_ROUNDS = 12
_MOST_STEPS = 16  # values of one hole that are tried
_NUMBER = re.compile(r"(?<![\w.])\d+(?![\w.])")
_COMPARED = re.compile(r"(?:<=|>=|==|!=|<(?!<)|>(?!>))\s*([A-Za-z_]\w*)(?!\w|\s*[\[(.]|\s*->)")
_ASSIGNED = re.compile(r"(?<![=!<>+*/%&|^-])=\s*([^=;{}\"']+?)\s*(?=;)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """Inputs and what a right program does with them.

    Args:
        inputs: they are read in order.
        expected: what the original does where it is right; None: it must only come to its end.
        site: an assertion that must be come past; -1: none in particular.
    """

    inputs: Inputs
    expected: Run | None = None
    site: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A text around a hole; `fill` gives the text with a number in it."""

    before: str
    after: str
    added: str = ""

    def fill(self, value: int) -> str:
        if not self.added:
            return f"{self.before}{value if value >= 0 else f'({value})'}{self.after}"
        return f"{self.before}{self.added} {'-' if value < 0 else '+'} {abs(value)}{self.after}"


def templates(source: str, suspicion: Mapping[int, float]) -> list[Template]:
    """Texts with a hole, the most suspicious lines first."""
    plain = strip_comments(source)
    found: list[tuple[float, Template]] = []
    for start, end, added in _places(plain):
        line = source.count("\n", 0, start) + 1
        near = max(suspicion.get(line + d, 0.0) - 0.1 * abs(d) for d in (-1, 0, 1))
        found.append((-near, Template(before=source[:start], after=source[end:], added=added)))
    return [template for _, template in sorted(found, key=lambda pair: pair[0])]


def _places(plain: str) -> Iterator[tuple[int, int, str]]:
    for m in _NUMBER.finditer(plain):
        yield m.start(), m.end(), ""
    for m in _COMPARED.finditer(plain):
        yield m.start(1), m.end(1), m[1]
    for m in _ASSIGNED.finditer(plain):
        if not m[1].isdigit() and "?" not in m[1]:
            yield m.start(1), m.end(1), m[1] if re.fullmatch(r"\w+", m[1]) else f"({m[1]})"


@dataclass
class _Sketch(Unrolled):
    """The program run on known inputs, with the hole as its only unknown."""

    known: Sequence[int] = ()
    holes: list[int] = field(default_factory=list)

    def read(self, ctype: CType, guard: int) -> int:
        at = len(self.reads)
        self.reads.append(("", guard))
        return self.terms.num(ctype.wrap(self.known[at] if at < len(self.known) else 0))

    def value(self, expr: Expr, env: Mapping[str, int]) -> int:
        if isinstance(expr, Num) and abs(expr.value) == _HOLE:
            hole = self.terms.var("hole", _INT.low, _INT.high)
            self.holes.append(hole)
            return hole if expr.value > 0 else self.terms.sub(self.terms.num(0), hole)
        return super().value(expr, env)


def fill_holes(
    template: Template,
    program: Program,
    examples: Sequence[Example],
    backends: Backends,
    *,
    judge: Callable[[str], bool],
    wall_s: float,
) -> None:
    """Find values for the hole until one is right or the examples allow none.

    Args:
        template: the text with its hole.
        program: the original.
        examples: all that are known; what the judge adds to them counts from then on.
        backends: for the solver.
        judge: told each candidate text; whether the search goes on.
        wall_s: seconds for each question.
    """
    for _ in range(_MOST_STEPS):
        value, known = _solve(template, program, examples, backends, wall_s=wall_s), len(examples)
        if value is None or not judge(template.fill(value)) or len(examples) == known:
            return


def _solve(
    template: Template, program: Program, examples: Sequence[Example], backends: Backends, *, wall_s: float
) -> int | None:
    """A value with which every example comes out right, if the solver finds one."""
    text = template.fill(_HOLE)
    try:
        patched = Program(
            name=program.name, source=text, language="c", target=program.target, integers=program.integers
        )
        system = lower(read_tree(patched, backends), patched, observed=True)
        terms, wanted = Terms(), list[int]()
        for example in examples:
            wanted += _wanted(system, example, terms)
        script = write(terms, wanted, "integers")
    except (BadInput, Unsupported, TooLarge, RecursionError):
        return None
    if "hole" not in script:
        return None
    told = solve(script, backends, wall_s=wall_s)
    return read_values(terms, told.model).get("hole") if told.status is Status.SAT else None


def _wanted(system: System, example: Example, terms: Terms) -> list[int]:
    """What must hold of the hole for one example to come out right."""
    sketch = _Sketch(system, terms=terms, bound=_ROUNDS, known=tuple(islice(example.inputs, 4 * _ROUNDS)))
    sketch.run()
    end = sketch.merge(sketch.ends)
    if end is None:
        return [0]
    wanted = [*sketch.constraints, end.guard]
    if example.site >= 0:
        wanted.append(terms.any_(sketch.reached.get(example.site, ())))
    if example.expected is not None:
        pairs = zip(system.seen, example.expected.seen, strict=True)
        wanted += [terms.eq(end.env[n], terms.num(v)) for n, v in pairs if v is not None and n in end.env]
        for site, guards in sketch.reached.items():
            came = terms.any_(guards)
            wanted.append(came if site in example.expected.reached else terms.not_(came))
    return wanted
