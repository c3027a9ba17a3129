"""What runs inside the sandbox for scoring programs; standard library only, one JSON line in, one out.

It plays one of two parts, each in a sandbox of its own. As `program` it holds the text that is judged and answers
calls; nothing that it says counts but values, and values come as plain data. As `tests` it holds the published tests;
the function that they call is a stand-in, whose calls are answered by the other part. So the judged text shares no
interpreter with what judges it: it can't leave early, change `assert`, or hand out objects that equal everything.
"""

import builtins
import json
import os
import sys
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any, NoReturn

DEEPEST = 100
LARGEST = 4_000_000
"""Characters of one message."""


class Opaque(BaseException):
    """A value that can't be copied as plain data; no `except Exception` of a test hides it."""


def encode(value: Any, depth: int = DEEPEST) -> Any:
    """Plain data with its types, as JSON; subclasses that are equal to their base become it."""
    kind = type(value)
    if value is None or kind in (bool, str):
        return value
    if kind is int:
        return ["int", hex(value)]
    if kind is float:
        return ["float", value.hex()]
    if kind in PLAIN:
        return [kind.__name__, PLAIN[kind](value)]
    if depth == 0:
        raise Opaque("a value that is nested too deeply")
    if kind in ITEMS:
        return [kind.__name__, *(encode(v, depth - 1) for v in value)]
    if kind in (dict, OrderedDict, defaultdict, Counter):
        return ["dict", *([encode(k, depth - 1), encode(v, depth - 1)] for k, v in value.items())]
    if kind.__module__ == "numpy" and hasattr(kind, "dtype") and hasattr(kind, "item"):
        return encode(value.item(), depth - 1)
    raise Opaque(f"a value of the type {kind.__name__[:80]}")


PLAIN: dict[type, Callable[[Any], Any]] = {
    bytes: bytes.hex,
    complex: lambda v: [v.real.hex(), v.imag.hex()],
    Fraction: lambda v: [hex(v.numerator), hex(v.denominator)],
    Decimal: str,
    range: lambda v: [v.start, v.stop, v.step],
}
ITEMS = (list, tuple, set, frozenset, deque)


def decode(data: Any) -> Any:
    """The value that `encode` wrote."""
    if data is None or type(data) in (bool, str):
        return data
    kind, *rest = data
    return DECODED[kind](rest)


DECODED: dict[str, Callable[[list[Any]], Any]] = {
    "int": lambda r: int(r[0], 16),
    "float": lambda r: float.fromhex(r[0]),
    "bytes": lambda r: bytes.fromhex(r[0]),
    "complex": lambda r: complex(float.fromhex(r[0][0]), float.fromhex(r[0][1])),
    "Fraction": lambda r: Fraction(int(r[0][0], 16), int(r[0][1], 16)),
    "Decimal": lambda r: Decimal(r[0]),
    "range": lambda r: range(*r[0]),
    "list": lambda r: [decode(v) for v in r],
    "tuple": lambda r: tuple(decode(v) for v in r),
    "set": lambda r: {decode(v) for v in r},
    "frozenset": lambda r: frozenset(decode(v) for v in r),
    "deque": lambda r: deque(decode(v) for v in r),
    "dict": lambda r: {decode(k): decode(v) for k, v in r},
}


def canonical(data: Any) -> str:
    """One text for equal values: sets and dictionaries in one order."""
    if not isinstance(data, list):
        return json.dumps(data)
    kind, *rest = data
    if kind in ITEM_NAMES:
        texts = [canonical(v) for v in rest]
    elif kind == "dict":
        texts = [f"{canonical(k)}:{canonical(v)}" for k, v in rest]
    else:
        return json.dumps(data)
    return f"{kind}({','.join(sorted(texts) if kind in ('set', 'frozenset', 'dict') else texts)})"


ITEM_NAMES = tuple(kind.__name__ for kind in ITEMS)


class Line:
    """One JSON line out, one in."""

    def __init__(self) -> None:
        self._in = os.fdopen(os.dup(0), "rb")
        self._out = os.dup(1)
        null = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(null, number)

    def read(self) -> Any:
        line = self._in.readline()
        if not line:
            os._exit(0)
        return json.loads(line)

    def write(self, message: Any) -> None:
        data = json.dumps(message).encode("utf-8", "surrogatepass") + b"\n"
        while data:
            data = data[os.write(self._out, data) :]


def main() -> NoReturn:
    line = Line()
    sys.setrecursionlimit(5000)
    begin = line.read()
    (play_program if begin["part"] == "program" else play_tests)(line, begin)
    os._exit(0)


def play_program(line: Line, begin: Any) -> None:
    """Execute the text, then answer calls until there are no more."""
    module = type(sys)("program")
    sys.modules["program"] = module
    space = module.__dict__
    for source in (begin["before"], begin["source"]):
        code = source, "<program>", "exec"
        told = tell(lambda code=code: exec(compile(*code, dont_inherit=True), space))  # type: ignore[misc]
        if "value" not in told:
            break
    else:
        told = {"names": [n for n, v in space.items() if callable(v) and not isinstance(v, type)]}
    line.write(told)
    while True:
        asked = line.read()
        line.write(evaluate(space, asked["expression"]) if "expression" in asked else answer(space, asked))


def evaluate(space: dict[str, Any], expression: str) -> Any:
    return tell(lambda: eval(expression, space))


def answer(space: dict[str, Any], asked: Any) -> Any:
    positional = [decode(a) for a in asked["args"]]
    named = {k: decode(v) for k, v in asked["kwargs"].items()}
    told = tell(lambda: space[asked["name"]](*positional, **named))
    try:
        told["args"] = [encode(a) for a in positional]
    except Opaque:
        told["args"] = asked["args"]
    return told


def tell(run: Callable[[], object]) -> dict[str, Any]:
    """What running it gave: its value, the name of the exception, or that it can't be told."""
    try:
        value = encode(run())
    except MemoryError:
        return {"limit": "memory"}
    except Opaque as exc:
        return {"opaque": str(exc)}
    except BaseException as exc:
        return {"raised": type(exc).__name__}
    if len(json.dumps(value)) > LARGEST:
        return {"opaque": "a value that is too large"}
    return {"value": value}


def play_tests(line: Line, begin: Any) -> None:
    """Run the published tests against stand-ins, and say whether they came to their end."""
    calls = 0
    opaque = bad = ""

    def stand_in(name: str) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            nonlocal calls, opaque, bad
            calls += 1
            try:
                asked = {
                    "name": name,
                    "args": [encode(a) for a in args],
                    "kwargs": {k: encode(v) for k, v in kwargs.items()},
                }
            except Opaque as exc:
                opaque = f"a test gives it {exc}"
                raise
            line.write(asked)
            told = line.read()
            if "opaque" in told:
                opaque = f"it returned {told['opaque']}"
                raise Opaque(opaque)
            try:
                for mine, changed in zip(args, told["args"], strict=True):
                    put_back(mine, changed)
                kind = getattr(builtins, told["raised"], Exception) if "raised" in told else None
                value = decode(told["value"]) if kind is None else None
            except Exception:
                bad = "what it answered is no value"
                raise Opaque(bad) from None
            if kind is not None:
                known = isinstance(kind, type) and issubclass(kind, Exception)
                raise (kind if known else Exception)("the program raised it")
            return value

        call.__name__ = name
        return call

    space: dict[str, Any] = {"__name__": "tests", **{n: stand_in(n) for n in begin["names"]}}
    failed = ""
    try:
        exec(compile(begin["before"], "<before>", "exec", dont_inherit=True), space)
        if begin["name"]:
            space[begin["name"]] = stand_in(begin["name"])
    except BaseException as exc:
        line.write({"broken": f"what stands before the program failed ({type(exc).__name__}: {exc})"[:300]})
        return
    try:
        exec(compile(begin["test"], "<tests>", "exec", dont_inherit=True), space)
    except MemoryError:
        line.write({"limit": "memory"})
        return
    except BaseException as exc:
        failed = f"{type(exc).__name__}: {exc}".removesuffix(": ")[:300] + place(exc)
    line.write({"failed": bad or failed, "opaque": "" if bad else opaque, "calls": calls})


def put_back(mine: Any, changed: Any) -> None:
    """Let a list, dictionary or set of the test be as the program left it."""
    if type(mine) not in (list, dict, set) or canonical(encode(mine)) == canonical(changed):
        return
    now = decode(changed)
    mine.clear()
    (mine.extend if isinstance(mine, list) else mine.update)(now)


def place(exc: BaseException) -> str:
    lines = []
    trace = exc.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<tests>":
            lines.append(trace.tb_lineno)
        trace = trace.tb_next
    return f" (line {lines[-1]} of the tests)" if lines else ""


if __name__ == "__main__":
    main()
