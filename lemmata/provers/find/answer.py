"""The forms in which an answer may be given: closed, short, and no restatement of the question.

    numbers      numerals, fractions, sums, products and powers of them, √, π, log, exp, roots `Real.rpow a (1 / 3)`;
                 with parameters, the same operations on these
    Prop         True, False
    tuples       (a, b)
    sets         {a, b}, Set.Icc a b, Set.Ioo a b, Set.Ioi a, … and unions of them
    functions    fun x ↦ with such an expression in x

Sums, sets by condition, remainders, floors, choices and quantifiers are not among them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from lemmata.errors import BadInput
from lemmata.provers.find.claim import Declared, FindClaim
from lemmata.provers.terms.lean_elaborate import Elaboration, Scope
from lemmata.provers.terms.lean_syntax import parse
from lemmata.provers.terms.lean_types import Type, flat
from lemmata.provers.terms.lean_values import Function, Typed, Value, flattened, shaped, signature
from lemmata.provers.terms.term import App, Call, Num, Op, Sort, Term, Truth, Var, walk
from lemmata.provers.terms.tidy import tidy

_LONGEST = 8_000
_NODES = 400
_NUMBERS = frozenset({Op.NEG, Op.ADD, Op.SUB, Op.MUL, Op.RATIO, Op.POW, Op.CAST})
_SETS = frozenset({Op.AND, Op.OR, Op.EQ, Op.LT, Op.LE, Op.IFF})
_CALLS = frozenset({"Real.sqrt", "Real.pi", "Real.log", "Real.exp", "Real.rpow"})


@dataclass(frozen=True, slots=True)
class AnswerValue:
    """An answer that was read.

    Args:
        text: as it was given.
        variables: of a function or set; empty for numbers.
        bodies: one term for each number of the answer; of a function or set, its value.
    """

    text: str
    variables: tuple[Var, ...]
    bodies: tuple[Term, ...]


def read_answer(text: str, claim: FindClaim) -> AnswerValue:
    """An answer to a problem.

    Raises:
        BadInput: it can't be read, is of another type, or of a form that restates the question.
    """
    found = _read(text, claim.type, claim.parameters, claim.opens)
    is_set = flat(claim.type) is None and signature(claim.type, 1)[1] is Sort.BOOL
    for body in found.bodies:
        _refuse_restatement(body, is_set)
    return _tidied(found)


def read_value(
    text: str, kind: Type, parameters: tuple[Declared, ...] = (), opens: tuple[str, ...] = ()
) -> AnswerValue:
    """A value of a type, of whatever form.

    Raises:
        BadInput: it can't be read or is of another type.
    """
    return _tidied(_read(text, kind, parameters, opens))


def _tidied(found: AnswerValue) -> AnswerValue:
    return replace(found, bodies=tuple(map(tidy, found.bodies)))


def _read(text: str, kind: Type, parameters: tuple[Declared, ...], opens: tuple[str, ...]) -> AnswerValue:
    if len(text) > _LONGEST:
        raise BadInput(f"expected at most {_LONGEST} characters", place="answer")
    try:
        scope = _scope(parameters)
        made = Elaboration(opens=opens, used={d.name for d in parameters}).coerced(parse(text), scope, kind).make()
        if flat(kind) is not None:
            return AnswerValue(text, (), tuple(flattened(made, 1)))
        return _of_function(text, kind, made)
    except BadInput as exc:
        raise BadInput(exc.text, place=f"answer {text[:40]!r}, {exc.place}") from None
    except RecursionError:
        raise BadInput("expected an answer that is nested less deeply", place="answer") from None


def _scope(parameters: tuple[Declared, ...]) -> Scope:
    def entry(declared: Declared) -> Typed:
        return Typed(declared.sort, lambda: Var(declared.name, declared.sort), 1)

    return {d.name: entry(d) for d in parameters if not d.parameters}


def _of_function(text: str, kind: Type, made: Value) -> AnswerValue:
    parameters, _ = signature(kind, 1)
    assert isinstance(made, Function)
    variables = [[Var(f"x{i}~{j}", s) for j, s in enumerate(flat(p) or ())] for i, p in enumerate(parameters)]
    args = tuple(shaped(p, list(v)) for p, v in zip(parameters, variables, strict=True))
    bodies = tuple(flattened(made.call(args), 1))
    return AnswerValue(text, tuple(v for vs in variables for v in vs), bodies)


def _refuse_restatement(term: Term, is_set: bool) -> None:
    if sum(1 for _ in walk(term)) > _NODES:
        raise BadInput("expected a shorter answer", place="answer")
    allowed = _NUMBERS | _SETS if is_set else _NUMBERS
    for inner in walk(term):
        match inner:
            case Num() | Truth() | Var():
                continue
            case App(op=Op.POW, args=(_, exponent)) if not isinstance(exponent, Num):
                raise BadInput("expected powers with numerals as exponents in an answer", place="answer")
            case App(op=op) if op in allowed:
                continue
            case Call(name) if name in _CALLS:
                continue
        raise BadInput("expected an answer made of numbers, arithmetic, √, π, log, exp and intervals", place="answer")
