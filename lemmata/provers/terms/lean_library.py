"""Functions, sets and predicates of Lean's library that claims may use, with their types and meaning."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from lemmata.provers.terms.lean_syntax import Syntax, fail
from lemmata.provers.terms.lean_types import (
    ORDER,
    Arrow,
    Digits,
    Extended,
    Hole,
    SetOf,
    Type,
    components,
    flat,
    known,
    resolved,
    told,
)
from lemmata.provers.terms.lean_values import (
    DigitsOf,
    Function,
    Listed,
    Typed,
    Value,
    as_term,
    equal,
    shaped,
)
from lemmata.provers.terms.term import (
    TRUE,
    WHOLE,
    Call,
    Every,
    Extremal,
    Fold,
    Gather,
    Op,
    Sort,
    Term,
    Var,
    apply,
    conjunction,
    negated,
    number,
    sort_of,
)

if TYPE_CHECKING:
    from lemmata.provers.terms.lean_elaborate import Scope

Argument: TypeAlias = Syntax | Typed
_Builder: TypeAlias = Callable[..., Term]

_CODES: Mapping[str, Sort] = {"N": Sort.NAT, "Z": Sort.INT, "R": Sort.REAL, "P": Sort.BOOL}


def _named(name: str, sort: Sort) -> _Builder:
    return lambda *args: Call(name, args, sort)


def _applied(op: Op) -> _Builder:
    return lambda *args: apply(op, *args)


def _rounded(name: str, sort: Sort) -> _Builder:
    def build(arg: Term) -> Term:
        own = sort_of(arg)
        return arg if own is sort else Call(name, (arg,), sort) if own in (Sort.RAT, Sort.REAL) else _bad(name)

    return build


def _bad(name: str) -> Term:
    raise ValueError(f"{name} is not understood here")


def _even(wanted: bool) -> _Builder:
    def build(arg: Term) -> Term:
        if sort_of(arg) not in WHOLE:
            return _bad("Even or Odd of a number that is not whole")
        divides = apply(Op.DIVIDES, number(2, sort_of(arg)), arg)
        return divides if wanted else negated(divides)

    return build


def _absolute(arg: Term) -> Term:
    return apply(Op.ABS, arg) if sort_of(arg) is not Sort.NAT else _bad("the absolute value of a natural number")


def _logarithm(base: Term, arg: Term) -> Term:
    return apply(Op.RATIO, Call("Real.log", (arg,), Sort.REAL), Call("Real.log", (base,), Sort.REAL))


_ONE_REAL = ("sqrt", "log", "exp", "sin", "cos", "tan", "arcsin", "arccos", "arctan")
FUNCTIONS: Mapping[str, tuple[str, str, _Builder]] = {  # codes of parameters and result; a: of one type, whichever
    **{f"Real.{n}": ("R", "R", _named(f"Real.{n}", Sort.REAL)) for n in _ONE_REAL},
    "Real.pi": ("", "R", _named("Real.pi", Sort.REAL)),
    "π": ("", "R", _named("Real.pi", Sort.REAL)),
    "Real.logb": ("RR", "R", _logarithm),
    "Real.rpow": ("RR", "R", _named("Real.rpow", Sort.REAL)),
    "Nat.gcd": ("NN", "N", _applied(Op.GCD)),
    "Nat.lcm": ("NN", "N", _named("Nat.lcm", Sort.NAT)),
    "Int.gcd": ("ZZ", "N", _named("Int.gcd", Sort.NAT)),
    "Nat.factorial": ("N", "N", _named("Nat.factorial", Sort.NAT)),
    "Nat.choose": ("NN", "N", _named("Nat.choose", Sort.NAT)),
    "Nat.sqrt": ("N", "N", _named("Nat.sqrt", Sort.NAT)),
    "Nat.fib": ("N", "N", _named("Nat.fib", Sort.NAT)),
    "Nat.totient": ("N", "N", _named("Nat.totient", Sort.NAT)),
    "Nat.Prime": ("N", "P", _named("Nat.Prime", Sort.BOOL)),
    "Nat.Coprime": ("NN", "P", lambda a, b: apply(Op.EQ, apply(Op.GCD, a, b), number(1, Sort.NAT))),
    "Nat.succ": ("N", "N", lambda a: apply(Op.ADD, a, number(1, Sort.NAT))),
    "Int.natAbs": ("Z", "N", _named("Int.natAbs", Sort.NAT)),
    "Int.toNat": ("Z", "N", _named("Int.toNat", Sort.NAT)),
    "Int.emod": ("ZZ", "Z", _applied(Op.TOTAL_MOD)),
    "Int.ediv": ("ZZ", "Z", _applied(Op.TOTAL_DIV)),
    "Int.floor": ("a", "Z", _rounded("Int.floor", Sort.INT)),
    "Int.ceil": ("a", "Z", _rounded("Int.ceil", Sort.INT)),
    "Nat.floor": ("a", "N", _rounded("Nat.floor", Sort.NAT)),
    "Nat.ceil": ("a", "N", _rounded("Nat.ceil", Sort.NAT)),
    "abs": ("a", "a", _absolute),
    "min": ("aa", "a", _applied(Op.MIN)),
    "max": ("aa", "a", _applied(Op.MAX)),
    "Even": ("a", "P", _even(True)),
    "Odd": ("a", "P", _even(False)),
}

_METHODS: Mapping[str, Mapping[str, str]] = {  # of what type -> field -> full name
    "N": {
        n: f"Nat.{n}"
        for n in (
            *("divisors", "properDivisors", "primeFactors", "factorial", "choose", "gcd", "lcm"),
            *("Prime", "Coprime", "sqrt", "succ"),
        )
    },
    "Z": {n: f"Int.{n}" for n in ("natAbs", "toNat", "gcd")},
    "finite": {n: f"Finset.{n}" for n in ("card", "sum", "prod", "filter", "Nonempty")},
    "set": {n: f"Set.{n}" for n in ("ncard", "encard", "Finite", "Nonempty")},
    "digits": {n: f"List.{n}" for n in ("sum", "length", "Pairwise")},
}


def method(kind: Type, text: str) -> str | None:
    """The full name of a field of a value of a type."""
    match kind:
        case Sort.NAT:
            return _METHODS["N"].get(text)
        case Sort.INT:
            return _METHODS["Z"].get(text)
        case SetOf(finite=finite):
            return _METHODS["finite" if finite else "set"].get(text)
        case Digits():
            return _METHODS["digits"].get(text)
        case _:
            return None


def number_wanted(expected: Type | None) -> Sort | None:
    """The sort of numbers that is expected, if one is."""
    target = known(expected) if expected is not None else None
    return target if isinstance(target, Sort) and target in ORDER else None


class Library(ABC):
    """What the library's names mean."""

    @abstractmethod
    def expression(self, tree: Syntax, scope: Scope, expected: Type | None = None) -> Typed: ...

    @abstractmethod
    def coerced(self, tree: Syntax, scope: Scope, wanted: Type) -> Typed: ...

    @abstractmethod
    def ensured(self, found: Typed, wanted: Type) -> Typed: ...

    @abstractmethod
    def fresh(self, name: str) -> str: ...

    def argument(self, given: Argument, scope: Scope, wanted: Type) -> Typed:
        return self.ensured(given, wanted) if isinstance(given, Typed) else self.coerced(given, scope, wanted)

    def free(self, given: Argument, scope: Scope, expected: Type | None = None) -> Typed:
        return given if isinstance(given, Typed) else self.expression(given, scope, expected)

    def call(
        self, name: str, args: Sequence[Argument], scope: Scope, column: int, expected: Type | None = None
    ) -> Typed:
        """A function of the library applied.

        As Lean does, arguments of the result's own type are elaborated with the type that is expected of it:
        `(min (a - b) 0 : ℤ)` subtracts integers, whatever a and b are.
        """
        wanted = number_wanted(expected)
        if name in ("Finset.sum", "Finset.prod"):
            return self.summed(name, args, scope, column, wanted)
        special = SPECIAL.get(name)
        if special is not None:
            count, build = special
            if len(args) != count:
                raise fail(column, f"expected {count} arguments of {name}")
            return build(self, name, args, scope, column)
        codes, result, builder = FUNCTIONS[name]
        if len(args) != len(codes):
            raise fail(column, f"expected {len(codes)} arguments of {name}")
        shared: Type = Hole() if wanted is None or result != "a" else wanted
        given = []
        for arg, code in zip(args, codes, strict=True):
            if code == "a" and isinstance(shared, Sort):
                given.append(self.argument(arg, scope, shared))
            elif code == "a":
                found = self.free(arg, scope, shared)
                given.append(self.same(found, shared))
            else:
                given.append(self.argument(arg, scope, _CODES[code]))

        def make() -> Value:
            try:
                return builder(*(g.term() for g in given))
            except ValueError as exc:
                raise fail(column, str(exc)) from None

        return Typed(shared if result == "a" else _CODES[result], make, column)

    def same(self, found: Typed, wanted: Type) -> Typed:
        """An argument where no coercion is put in: all are of one type."""
        own, target = known(found.type), known(wanted)
        if isinstance(own, Sort) and isinstance(target, Sort) and own is not target:
            raise fail(found.column, f"expected a {target.value}; write the coercion, (… : {target.value})")
        return self.ensured(found, wanted)

    # Sets

    def a_set(self, given: Argument, scope: Scope, *, finite: bool | None = None) -> tuple[Typed, SetOf]:
        found = self.free(given, scope)
        kind = known(found.type)
        if not isinstance(kind, SetOf) or (finite and not kind.finite):
            raise fail(found.column, f"expected a {'Finset' if finite else 'set'}, but {told(kind)} came")
        return found, kind

    def interval(self, name: str, args: Sequence[Argument], scope: Scope, column: int) -> Typed:
        owner, _, kind = name.partition(".")
        element: Type = Sort.NAT if name == "Finset.range" else Hole()
        ends = [self.argument(a, scope, element) for a in args]

        def call(values: tuple[Value, ...]) -> Value:
            x = as_term(values[0], column)
            if owner == "Finset" and sort_of(x) not in WHOLE:
                raise fail(column, "expected whole numbers as ends of a Finset")
            low_op, high_op = _SIDES[kind]
            terms = [e.term() for e in ends]
            low = [apply(low_op, terms[0], x)] if low_op is not None else []
            high = [apply(high_op, x, terms[-1])] if high_op is not None else []
            return conjunction(*low, *high)

        finite = owner == "Finset"
        return Typed(SetOf(element, finite), lambda: Function((resolved(element, column),), call), column)

    def numbers_of(self, name: str, args: Sequence[Argument], scope: Scope, column: int) -> Typed:
        """Divisors and prime factors."""
        n = self.argument(args[0], scope, Sort.NAT)

        def call(values: tuple[Value, ...]) -> Value:
            d, whole = as_term(values[0], column), n.term()
            conditions: list[Term] = [apply(Op.DIVIDES, d, whole)]
            if name == "Nat.properDivisors":
                conditions.append(apply(Op.LT, d, whole))
            else:
                conditions.append(negated(apply(Op.EQ, whole, number(0, Sort.NAT))))
            if name == "Nat.primeFactors":
                conditions.append(Call("Nat.Prime", (d,), Sort.BOOL))
            return conjunction(*conditions)

        return Typed(SetOf(Sort.NAT, True), lambda: Function((Sort.NAT,), call), column)

    def filtered(self, name: str, args: Sequence[Argument], scope: Scope, column: int) -> Typed:
        first, second = args if isinstance(args[0], Syntax) else (args[1], args[0])
        collection, kind = self.a_set(second, scope, finite=True)
        condition = self.argument(first, scope, Arrow((kind.element,), Sort.BOOL))

        def call(values: tuple[Value, ...]) -> Value:
            parts = [_call(c.make(), values, column) for c in (collection, condition)]
            return conjunction(*parts)

        return Typed(kind, lambda: Function((resolved(kind.element, column),), call), column)

    def counted(self, name: str, args: Sequence[Argument], scope: Scope, column: int) -> Typed:
        collection, kind = self.a_set(args[0], scope, finite=True if name == "Finset.card" else None)
        result: Type = Extended() if name == "Set.encard" else Sort.NAT
        return Typed(result, lambda: self.folded(Fold.COUNT, collection, kind, None, column), column)

    def finite(self, name: str, args: Sequence[Argument], scope: Scope, column: int) -> Typed:
        collection, kind = self.a_set(args[0], scope)
        if name == "Set.Finite":
            return Typed(Sort.BOOL, lambda: self.folded(Fold.FINITE, collection, kind, None, column), column)

        def make() -> Value:
            variables, inside = self.opened(collection, kind, column)
            for var in reversed(variables):
                inside = Every(var, inside, False)
            return inside

        return Typed(Sort.BOOL, make, column)

    def summed(
        self, name: str, args: Sequence[Argument], scope: Scope, column: int, wanted: Sort | None = None
    ) -> Typed:
        if len(args) != 2:
            raise fail(column, f"expected 2 arguments of {name}")
        collection, kind = self.a_set(args[0], scope, finite=True)
        result: Type = Hole() if wanted is None else wanted
        body = self.argument(args[1], scope, Arrow((kind.element,), result))
        fold = Fold.SUM if name == "Finset.sum" else Fold.PRODUCT
        return Typed(result, lambda: self.folded(fold, collection, kind, body, column), column)

    def opened(self, collection: Typed, kind: SetOf, column: int) -> tuple[list[Var], Term]:
        """Fresh variables, and that they are in a set."""
        element = resolved(kind.element, column)
        if flat(element) is None:
            raise fail(column, "sets of sets are not understood")
        variables = components(self.fresh("x"), element)
        item = shaped(element, list(variables))
        return variables, _call(collection.make(), (item,), column)

    def folded(self, fold: Fold, collection: Typed, kind: SetOf, body: Typed | None, column: int) -> Term:
        variables, guard = self.opened(collection, kind, column)
        if body is None:
            unit: Term = number(1, Sort.NAT) if fold is Fold.COUNT else TRUE
            return Gather(fold, tuple(variables), guard, unit, sort_of(unit))
        item = shaped(resolved(kind.element, column), list(variables))
        value = _call(body.make(), (item,), column)
        return Gather(fold, tuple(variables), guard, value, sort_of(value))

    def image_of(self, name: str, args: Sequence[Argument], scope: Scope, column: int) -> Typed:
        """Set.range f."""
        function = self.free(args[0], scope)
        kind = known(function.type)
        if not isinstance(kind, Arrow) or len(kind.parameters) != 1:
            raise fail(column, "expected a function of one argument")

        def call(values: tuple[Value, ...]) -> Value:
            parameter, result = resolved(kind.parameters[0], column), resolved(kind.result, column)
            if flat(parameter) is None:
                raise fail(column, "expected a function of numbers")
            variables = components(self.fresh("x"), parameter)
            made = function.make()
            assert isinstance(made, Function)
            value = made.call((shaped(parameter, list(variables)),))
            body = equal(result, value, values[0], self.fresh, column)
            for var in reversed(variables):
                body = Every(var, body, False)
            return body

        return Typed(SetOf(kind.result, False), lambda: Function((resolved(kind.result, column),), call), column)

    def extremal(self, name: str, args: Sequence[Argument], scope: Scope, column: int) -> Typed:
        collection, kind = self.a_set(args[0], scope)
        point = self.argument(args[1], scope, kind.element)

        def make() -> Value:
            variables, inside = self.opened(collection, kind, column)
            if len(variables) != 1:
                raise fail(column, f"{name} of tuples is not understood")
            return Extremal(variables[0], point.term(), inside, name == "IsLeast")

        return Typed(Sort.BOOL, make, column)

    # Digits

    def digits(self, name: str, args: Sequence[Argument], scope: Scope, column: int) -> Typed:
        base, n = (self.argument(a, scope, Sort.NAT) for a in args)
        return Typed(Digits(), lambda: DigitsOf(base.term(), n.term()), column)

    def of_digits(self, name: str, args: Sequence[Argument], scope: Scope, column: int) -> Typed:
        kind = Hole()
        base, digits = self.argument(args[0], scope, kind), self.argument(args[1], scope, Digits())
        kind.numeral = True

        def make() -> Value:
            listed = digits.make()
            if not isinstance(listed, Listed):
                raise fail(column, "expected a list that is written out")
            b = base.term()
            if sort_of(b) is not Sort.NAT:
                raise fail(column, "expected a natural number as base")
            total: Term = number(0, Sort.NAT)
            for item in reversed(listed.items):
                total = apply(Op.ADD, as_term(item, column), apply(Op.MUL, b, total))
            return total

        return Typed(kind, make, column)

    def of_list(self, name: str, args: Sequence[Argument], scope: Scope, column: int) -> Typed:
        digits = self.argument(args[0], scope, Digits())

        def make() -> Value:
            value = digits.make()
            if not isinstance(value, DigitsOf):
                raise fail(column, "expected the digits of a number")
            return Call(f"Nat.digits.{name.removeprefix('List.')}", (value.base, value.number), Sort.NAT)

        return Typed(Sort.NAT, make, column)

    def pairwise(self, name: str, args: Sequence[Argument], scope: Scope, column: int) -> Typed:
        relation, items = (args[0], args[1]) if isinstance(args[0], Syntax) else (args[1], args[0])
        if not isinstance(relation, Syntax) or relation.kind != "section" or relation.text != "≠":
            raise fail(column, "expected (·≠·)")
        listed = self.free(items, scope)

        def make() -> Value:
            found = listed.make()
            if not isinstance(found, Listed):
                raise fail(column, "expected a list that is written out")
            terms = [as_term(i, column) for i in found.items]
            return conjunction(*(negated(apply(Op.EQ, a, b)) for i, a in enumerate(terms) for b in terms[i + 1 :]))

        return Typed(Sort.BOOL, make, column)


def _call(function: Value, args: tuple[Value, ...], column: int) -> Term:
    if not isinstance(function, Function):
        raise fail(column, "expected a function or a set")
    return as_term(function.call(args), column)


_SIDES: Mapping[str, tuple[Op | None, Op | None]] = {
    "range": (None, Op.LT),
    "Icc": (Op.LE, Op.LE),
    "Ico": (Op.LE, Op.LT),
    "Ioc": (Op.LT, Op.LE),
    "Ioo": (Op.LT, Op.LT),
    "Ici": (Op.LE, None),
    "Ioi": (Op.LT, None),
    "Iic": (None, Op.LE),
    "Iio": (None, Op.LT),
}
_Special: TypeAlias = Callable[[Library, str, Sequence[Argument], "Scope", int], Typed]
SPECIAL: Mapping[str, tuple[int, _Special]] = {  # name -> number of arguments, how it is made
    "Finset.range": (1, Library.interval),
    **{f"{o}.{n}": (2, Library.interval) for o in ("Finset", "Set") for n in ("Icc", "Ico", "Ioc", "Ioo")},
    **{f"Set.{n}": (1, Library.interval) for n in ("Ici", "Ioi", "Iic", "Iio")},
    **dict.fromkeys(("Nat.divisors", "Nat.properDivisors", "Nat.primeFactors"), (1, Library.numbers_of)),
    "Finset.filter": (2, Library.filtered),
    **dict.fromkeys(("Finset.card", "Set.ncard", "Set.encard", "Nat.card"), (1, Library.counted)),
    **dict.fromkeys(("Set.Finite", "Set.Nonempty", "Finset.Nonempty"), (1, Library.finite)),
    **dict.fromkeys(("Finset.sum", "Finset.prod"), (2, Library.summed)),
    "Set.range": (1, Library.image_of),
    **dict.fromkeys(("IsLeast", "IsGreatest"), (2, Library.extremal)),
    "Nat.digits": (2, Library.digits),
    "Nat.ofDigits": (2, Library.of_digits),
    **dict.fromkeys(("List.sum", "List.length"), (1, Library.of_list)),
    "List.Pairwise": (2, Library.pairwise),
}
