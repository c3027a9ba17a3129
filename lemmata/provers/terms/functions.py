"""Values of the functions of Lean's library that have no formula here, by their full names."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from lemmata.provers.terms import exact, exact_functions
from lemmata.provers.terms.exact import Exact, NotEvaluated


def _limited(function: Callable[..., Any], limit: int = 10_000) -> Callable[..., Any]:
    """The function for arguments up to a limit, beyond which its value is of no use."""

    def limited(*args: int) -> Any:
        if any(abs(a) > limit for a in args):
            raise NotEvaluated("a number too large for this function")
        return function(*args)

    return limited


def is_prime(n: int) -> bool:
    """Whether a natural number is prime; deterministic below 3·10^24 (Miller, Rabin; Sorenson, Webster 2015).

    Raises:
        NotEvaluated: it is larger.
    """
    bases = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41)
    if n < 2 or any(n % p == 0 for p in bases):
        return n in bases
    if n >= 3_317_044_064_679_887_385_961_981:
        raise NotEvaluated("a number too large to be tested for primality")
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    return all(_passes(n, a, odd, twos) for a in bases)


def _passes(n: int, base: int, odd: int, twos: int) -> bool:
    power = pow(base, odd, n)
    if power in (1, n - 1):
        return True
    for _ in range(twos - 1):
        power = power * power % n
        if power == n - 1:
            return True
    return False


def _fibonacci(n: int) -> int:
    one, other = 0, 1
    for _ in range(n):
        one, other = other, one + other
    return one


def _totient(n: int) -> int:
    return sum(1 for k in range(n) if math.gcd(n, k) == 1)


def digits(base: int, n: int) -> list[int]:
    """Lean's Nat.digits, least first.

    Raises:
        NotEvaluated: the base is below 2.
    """
    if base < 2:
        raise NotEvaluated("digits in a base below 2")
    found = []
    while n:
        n, last = divmod(n, base)
        found.append(last)
    return found


def _power(base: Any, exponent: Any) -> Any:
    """Real.rpow of a base that is not negative, for a rational exponent."""
    if exact.sign(base) < 0:
        raise NotEvaluated("a real power of a negative number")
    if isinstance(exponent, Exact):
        return _by_logarithms(base, exponent)
    times = Fraction(exponent)
    if exact.sign(base) == 0:
        return Fraction(1 if times == 0 else 0)
    if abs(times.numerator) > 200 or times.denominator > 24:
        raise NotEvaluated("a real power with a large exponent")
    found: Any = 1
    root = exact.root(base, times.denominator) if times.denominator > 1 else base
    for _ in range(abs(times.numerator)):
        found = found * root
    return found if times >= 0 else exact.inverse(found)


def _by_logarithms(base: Any, exponent: Exact) -> Any:
    """a ^ (log b / log a · q) for rationals a > 0."""
    if isinstance(base, Exact) or base <= 0:
        raise NotEvaluated("a real power with an irrational exponent")
    total = exact_functions.function("Real.log", base) * exponent
    return exponential(total)


def exponential(value: Any) -> Any:
    """e to the power of a number, where that is known: sums of rational multiples of logarithms."""
    if not isinstance(value, Exact):
        return exact_functions.function("Real.exp", value)
    found: Any = 1
    for (radicand, atoms), c in value.terms.items():
        if radicand != 1 or len(atoms) > 1 or (atoms and atoms[0][1] != 1):
            return exact_functions.function("Real.exp", value)
        if atoms:
            ((atom, _),) = atoms
            if atom.name != "Real.log" or atom.arg is None:
                return exact_functions.function("Real.exp", value)
            found = found * _power(exact.enough(atom.arg), c)
        else:
            found = found * exact_functions.function("Real.exp", c)
    return found


def _natural_floor(x: Any) -> int:
    return max(0, exact.floor(x))


KNOWN: Mapping[str, Callable[..., Any]] = {
    "Real.sqrt": exact.root,
    "Real.pi": lambda: exact.PI,
    **{f"Real.{n}": (lambda x, n=n: exact_functions.function(f"Real.{n}", x)) for n in ("log", "sin", "cos", "tan")},
    **{f"Real.{n}": (lambda x, n=n: exact_functions.function(f"Real.{n}", x)) for n in ("arcsin", "arccos", "arctan")},
    "Real.exp": exponential,
    "Real.rpow": _power,
    "Int.floor": exact.floor,
    "Int.ceil": lambda x: -exact.floor(-x),
    "Nat.floor": _natural_floor,
    "Nat.ceil": lambda x: max(0, -exact.floor(-x)),
    "Nat.lcm": math.lcm,
    "Int.gcd": math.gcd,
    "Nat.factorial": _limited(math.factorial, 5_000),
    "Nat.choose": _limited(math.comb),
    "Nat.sqrt": math.isqrt,
    "Nat.fib": _limited(_fibonacci),
    "Nat.totient": _limited(_totient),
    "Nat.Prime": is_prime,
    "Int.natAbs": abs,
    "Int.toNat": lambda x: max(0, x),
    "Nat.digits.sum": lambda b, n: sum(digits(b, n)),
    "Nat.digits.length": lambda b, n: len(digits(b, n)),
    "Nat.digits.mem": lambda b, n, d: d in digits(b, n),
}
