"""Lies that an attacker told about Python programs, and texts that are hard to swallow: none may be believed."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

import pytest

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.problem import Candidate, Problem, Program, Synthesis
from lemmata.provers.base import Backends
from lemmata.registry import CHECKERS, PROPOSERS, resolve
from lemmata.tools.base import Turn
from lemmata.verdict import Accepted, Judgement, Proved, Rejected

pytestmark = pytest.mark.sandbox

# True of one integer that no test tries: what happens there is seen by a proof only.
RARE = f"x * x == {123456789**2} and x > 0"
RIGHT = "def f(x: int) -> int:\n    y = x\n    assert y == x\n    return y\n"


def judge(backends: Backends, problem: Problem, form: str, /, **content: Any) -> Judgement:
    check = resolve(CHECKERS, "lemmata.provers", form)
    judged: Judgement = check(problem, Candidate(form=form, content=content), backends, Limits(wall_s=20))
    return judged


def program(source: str, target: str = "") -> Program:
    return Program(name="lie.py", source=source, language="python", target=target)


def synthesis(source: str) -> Synthesis:
    return Synthesis(name="lie.py", source=source, language="python", target="f")


def rarely(*lines: str, before: str = "", head: str = "") -> str:
    """A program that does something for the rare integer, and asserts nothing of interest."""
    body = "".join(f"        {line}\n" for line in lines)
    return f"{before}\ndef f(x: int) -> int:\n{head}    y = 0\n    if {RARE}:\n{body}    assert x == x\n    return y\n"


ANNOUNCED = '    """F.\n\n    Raises:\n        ValueError: rarely.\n        UnicodeDecodeError: never.\n    """\n'
DEFAULT = "def g(a: int, b: int = 5) -> int:\n    return b\n"


@pytest.mark.parametrize(
    "source",
    [
        rarely("y = g(1, a=2)", before=DEFAULT),  # TypeError
        rarely("y = g(1, **{'b': 0})", "assert y == 5", before=DEFAULT),
        rarely("for v in reversed(zip((1, 2))):", "    y += 1"),  # TypeError
        rarely("for v in reversed(enumerate([1, 2])):", "    y += 1"),  # TypeError
        rarely(
            "a = [1, 2]",
            "for v, w in zip(a, g((1, 2))):",
            "    y += v",
            "    a[1] = 7",
            "assert y == 3",
            before="def g(ws: tuple[int, int]) -> list[int]:\n    for w in ws:\n        pass\n    return [1, 2]\n",
        ),
        rarely("raise ValueError(g(x))", before="def g(x: int) -> int:\n    return 1 // (x - x)\n", head=ANNOUNCED),
        rarely("raise ValueError(nowhere)", head=ANNOUNCED),  # NameError
        rarely("raise ValueError(x=1)", head=ANNOUNCED),  # TypeError
        rarely("raise UnicodeDecodeError('a')", head=ANNOUNCED),  # TypeError
        rarely("a = [1]", "a[1 // (x - x)]: int"),
        rarely("y = K", "if y == 2:", "    def K() -> int:", "        return 1", before="K = 1\n"),  # K is local
        rarely("y = K", "if y == 2:", "    import math as K", before="K = 1\n"),
        rarely(
            "y = K",
            "if y == 2:",
            "    try:",
            "        pass",
            "    except OSError as K:",
            "        pass",
            before="K = 1\n",
        ),
        rarely("y = K", "if y == 2:", "    match y:", "        case K:", "            pass", before="K = 1\n"),
        rarely("assert K == 1", before="K = 1\n__name__ = '__main__'\nif __name__ == '__main__':\n    K = 2\n"),
        rarely("assert K == 1", before="K = 1\n\ndef g(x: (K := 2)) -> int:\n    return x\n"),
        rarely("assert K == 1", before="K = 1\nassert (K := 2)\n"),
        rarely("y = min()"),
    ],
)
def test_what_goes_wrong_for_one_integer_only_is_not_proved(backends: Backends, source: str) -> None:
    for target in ("", "f"):
        judged = judge(backends, program(source, target), "python-bounded", bound=4, complete=True)
        assert not (isinstance(judged, Accepted) and isinstance(judged.verdict, Proved)), source


def test_such_a_program_is_proved_when_nothing_goes_wrong(backends: Backends) -> None:
    judged = judge(backends, program(rarely("y = g(1, b=2)", before=DEFAULT)), "python-bounded", bound=4, complete=True)
    assert isinstance(judged, Accepted)
    assert judged.verdict == Proved()


NESTED = "".join("    " * (depth + 1) + f"for i{depth} in range(250):\n" for depth in range(4))
BOMBS = {
    "doubled list": "    a = [x]\n    for i in range(60):\n        a += a\n",
    "extended list": "    a = [x]\n    for i in range(60):\n        a.extend(a)\n",
    "doubled tuple": "    a = (x,)\n    for i in range(60):\n        a = a + a\n",
    "tree of tuples": "    a = (x,)\n    b = (x,)\n    for i in range(60):\n        a, b = (a, a), (b, b)\n"
    "    c = a if x else b\n    assert a == b\n",
    "tree of lists": "    a = [x]\n    b = [x]\n    for i in range(60):\n        a, b = [a, a], [b, b]\n"
    "    assert a == b\n",
    "loops in loops": NESTED + "                    pass\n",
    "calls of calls": "    y = g(g(g(g(g(g(g(g(x))))))))\n    assert y == y\n",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_program_that_takes_too_much_to_unroll_is_refused_in_time(backends: Backends, name: str) -> None:
    before = "def g(x: int) -> int:\n    for i in range(200):\n        for j in range(200):\n            x = x * 1\n"
    source = f"{before}    return x\n\n\ndef f(x: int) -> int:\n{BOMBS[name]}    assert x == x\n    return x\n"
    began = time.monotonic()
    assert isinstance(judge(backends, program(source), "python-bounded", bound=4, complete=True), Rejected)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("kind", [f"tuple[{', '.join(['list[int]'] * 24)}]", "list[" * 30 + "int" + "]" * 30])
def test_parameters_of_too_many_shapes_are_refused_in_time(backends: Backends, kind: str) -> None:
    problem = program(RIGHT.replace("x: int", f"x: {kind}"))
    began = time.monotonic()
    for form, content in (
        ("python-bounded", {"bound": 64, "complete": False}),
        ("python-cases", {"cases": 5, "seed": 0}),
    ):
        with suppress(BadInput):
            judge(backends, problem, form, **content)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    "source",
    [
        RIGHT.replace("x: int", "x: '" + "-" * 100_000 + "1'"),
        RIGHT.replace("y = x", "y = x + 0x" + "f" * 20_000),
        RIGHT.replace("y = x", "y = " + "-" * 900 + "x"),
        RIGHT.replace("y = x", "y = " + "+".join(["x"] * 900)),
        RIGHT.replace("y = x", "y = " + "(" * 150 + "x" + ")" * 150),
        RIGHT.replace("y = x", "y = x" + ".a" * 3000),
    ],
    ids=range(6),
)
def test_a_text_that_is_hard_to_swallow_is_no_crash(backends: Backends, source: str) -> None:
    for form, content in (
        ("python-bounded", {"bound": 2, "complete": True}),
        ("python-cases", {"cases": 5, "seed": 0}),
        ("python-patch", {"patched": source, "trace": {"function": "f", "arguments": ["1"]}, "evidence": {}}),
    ):
        for problem in (program(source), program(RIGHT)):
            with suppress(BadInput):
                judge(backends, problem, form, **content)


def test_an_argument_too_wide_to_be_written_is_refused(backends: Backends) -> None:
    argument = "0x" + "f" * 20_000
    assert isinstance(judge(backends, program(RIGHT), "python-trace", function="f", arguments=[argument]), Rejected)


@pytest.mark.parametrize(
    "before",
    [
        "import json\njson.JSONEncoder.encode = lambda self, o: "
        '\'[%d, {"status": "violation", "line": 5}]\' % o[0] if o[0] >= 0 else \'[-1, {"status": "passed"}]\'\n',
        "import enum\n\n\nclass C(enum.Enum):\n    def __call__(self, run, announced, case):\n"
        "        return {'status': 'violation', 'exception': 'AssertionError', 'line': 5}\n\n\n"
        "enum.global_enum(C('E', {'attempt': 1}, module='__main__'))\n",
        "import functools\nGOT = []\n\n\nclass Box:\n"
        "    def __setattr__(self, name, value):\n        GOT.append(value)\n"
        "\n\ndef take(thing, name):\n    functools.update_wrapper(Box(), thing, (name,), ())\n"
        "    return GOT.pop()\n\n\n"
        "def walk():\n    frame = take(H[0], 'gi_frame')\n    for i in range(20):\n"
        "        found = take(frame, 'f_locals')\n        if 'tell' in found:\n"
        "            found['tell'](0, {'status': 'violation', 'exception': 'AssertionError', 'line': 5})\n"
        "            break\n        frame = take(frame, 'f_back')\n    yield 1\n\n\nH = [None]\n",
        "class M(type):\n    def __instancecheck__(cls, thing):\n        return True\n\n\n"
        "P = M('P', (), {'__match_args__': ('gi_frame',)})\n"
        "Q = M('Q', (), {'__match_args__': ('f_back', 'f_locals')})\n"
        "\n\ndef walk():\n    match H[0]:\n        case P(frame):\n            pass\n    for i in range(20):\n"
        "        match frame:\n            case Q(up, found):\n                pass\n        if 'tell' in found:\n"
        "            found['tell'](0, {'status': 'violation', 'exception': 'AssertionError', 'line': 5})\n"
        "            break\n        frame = up\n    yield 1\n\n\nH = [None]\n",
        "from collections import abc\nabc.sys.setswitchinterval(1)\nassert False\n",
        "import json\njson.decoder.scanner.re.enum.sys\nassert False\n",
        "import functools\n\n\n@functools.singledispatch\ndef h(a):\n    return 1\n\n\n@h.register\n"
        'def _(a: "(_ for _ in ()).throw(AssertionError)"):\n    return 2\n',
        'from typing import *\n\n\ndef g(a: "1 // 0"): ...\n\n\nget_type_hints(g)\n',
        "import typing\ntyping.get_args(typing.Optional['1 // 0'])[0]._evaluate({}, {}, frozenset())\n",
        "import contextlib\n\n\nclass R(contextlib.redirect_stdout):\n    _stream = 'modules'\n\n\n"
        "with R({}) as r:\n    assert False\n",
    ],
    ids=["json", "enum", "wrapper", "match", "abc", "attribute", "dispatch", "star", "reference", "redirect"],
)
def test_a_program_that_reaches_for_what_watches_it_is_not_judged(backends: Backends, before: str) -> None:
    source = f"{before}\n\n{RIGHT}"
    if "H = [None]" in before:
        source = source.replace("    y = x\n", "    H[0] = walk()\n    next(H[0])\n    y = x\n")
    for content in ({"function": "f", "arguments": ["3"]}, {"module": True}):
        judged = judge(backends, program(source), "python-trace", **content)
        assert isinstance(judged, Rejected), judged


def test_an_exception_can_not_pass_for_a_precondition(backends: Backends) -> None:
    source = (
        "class Code:\n    co_filename = '<program>'\n    co_name = 'f'\n    co_firstlineno = 23\n\n\n"
        "class Frame:\n    f_code = Code\n\n\nclass Trace:\n    tb_frame = Frame\n    tb_lineno = 24\n"
        "    tb_next = None\n\n\n"
        "class Odd(Exception):\n    @property\n    def __traceback__(self):\n        return Trace\n\n\n"
        "def f(x: int) -> int:\n    assert x > 0\n    if x == 3:\n        raise Odd\n    assert x > 0\n    return x\n"
    )
    assert source.splitlines()[22].startswith("def f")
    judged = judge(backends, program(source), "python-trace", function="f", arguments=["3"])
    assert isinstance(judged, Accepted)
    assert isinstance(judge(backends, program(source), "python-cases", cases=50, seed=0), Rejected)


def test_a_violation_beside_a_precondition_is_a_violation(backends: Backends) -> None:
    source = "def f(x: int) -> int:\n    assert (x >\n        -9); y = 1 // (x - 3)\n    assert y == y\n    return y\n"
    for form, content in (
        ("python-cases", {"cases": 30, "seed": 0}),
        ("python-bounded", {"bound": 2, "complete": True}),
    ):
        with pytest.raises(BadInput, match="a line of its own"):
            judge(backends, program(source), form, **content)


def test_the_name_of_an_exception_is_one_word(backends: Backends) -> None:
    source = RIGHT.replace(
        "    assert", "    if x == 3:\n        raise type('E\\nother.py: proved', (Exception,), {})\n    assert"
    )
    judged = judge(backends, program(source), "python-trace", function="f", arguments=["3"])
    assert isinstance(judged, Accepted)
    assert "proved" not in repr(judged)


STUB = "\n\ndef f(a: int) -> int: ...\n"


@pytest.mark.parametrize(
    "reference",
    [
        "def reference(a: int) -> int:\n    return a * 2\n    yield a\n",  # gives a generator
        "def reference(a: int) -> int:\n    return a * 2\n\n\ndef reference(a: int) -> int:\n    return a\n",
        "def reference(a: int) -> int:\n    return a * 2\n\n\nreference = abs\n",
        "def reference(a: int) -> int:\n    return " + "+".join(["a"] * 900) + "\n",
        "def reference(a: int) -> int:\n    return " + "-" * 600 + "a\n",
    ],
    ids=["generator", "two", "rebound", "sum", "minus"],
)
def test_a_reference_that_is_no_plain_function_is_not_equalled(backends: Backends, reference: str) -> None:
    for evidence in ({"bound": 3}, {"cases": 5, "seed": 1}):
        content = {"source": "def f(a):\n    return a + a", "evidence": evidence}
        try:
            judged = judge(backends, synthesis(reference + STUB), "python-implementation", **content)
        except BadInput:
            continue
        assert isinstance(judged, Rejected) or not isinstance(judged.verdict, Proved), judged


@pytest.mark.parametrize(
    "source",
    [
        "def f(a: __import__('os').system('id')): return a + a",
        "def f(a) -> open('/etc/passwd'): return a + a",
        "def f(a: (lambda: a)()): return a + a",
        "def f(a): return a + a + 0x" + "f" * 3900,
        "def f(a): return " + "-" * 1500 + "a",
        "def f(a): return " + "+".join(["a"] * 1200),
    ],
    ids=range(6),
)
def test_a_function_with_more_in_it_than_was_run_is_refused(backends: Backends, source: str) -> None:
    asked = "def f(a: int) -> int: ...\nassert f(3) == 6\n"
    assert isinstance(judge(backends, synthesis(asked), "python-examples", source=source), Rejected)
    plain = "def f(a: int) -> int:\n    return a + a"
    assert isinstance(judge(backends, synthesis(asked), "python-examples", source=plain), Accepted)


@pytest.mark.parametrize(
    "source",
    [
        "def f(a: int) -> int: ...\nassert f('a') == 1\nassert f('b') == 2\n",
        "def f(a: list[int]) -> int: ...\nassert f([[1]]) == 1\nassert f([[2]]) == 2\n",
        "def f(a: list[int]) -> int: ...\nassert f([{}]) == 1\nassert f([{1: 2}]) == 2\n",
        "def f(a: int) -> str: ...\nassert f(1) == 1\nassert f(2) == 2\n",
        "def f(a: str) -> int: ...\nassert f(None) == 1\nassert f('x') == 1\n",
        f"def f(a: str) -> str: ...\nassert f('{'q' * 60_000}') == 'a'\nassert f('b') == 'z'\n",
        "def f(a: int) -> int: ...\nassert f(0x" + "f" * 5000 + ") == 6\n",
        "def f(a: int) -> int:\n    '''\n    >>> f(" + "-" * 100_000 + "1)\n    1\n    '''\n    ...\n",
    ],
    ids=range(8),
)
def test_odd_examples_are_no_crash(backends: Backends, source: str) -> None:
    propose = resolve(PROPOSERS, "lemmata.proposers", "python-terms")
    try:
        offer = propose(Turn(problem=synthesis(source), limits=Limits(wall_s=3)), backends)
    except BadInput:
        return
    assert offer.candidates == ()


def test_a_function_that_takes_too_long_to_compare_is_refused_in_time(backends: Backends) -> None:
    loops = "0"
    for name in "uvwxyz":
        loops = f"sum({loops} for {name} in range(250))"
    content = {"source": f"def f(a):\n    return a + {loops}", "evidence": {"bound": 3}}
    asked = "def reference(a: int) -> int:\n    return a + 0\n" + STUB
    began = time.monotonic()
    assert isinstance(judge(backends, synthesis(asked), "python-implementation", **content), Rejected)
    assert time.monotonic() - began < 15


def test_a_counterexample_of_thousands_of_digits_is_no_crash(backends: Backends) -> None:
    squares = "    z = y * y\n    z = z * z\n    z = z * z\n"
    source = f"def f(x: int, y: int) -> int:\n{squares}    assert y != {10**600} or x != z * z\n    return x\n"
    propose = resolve(PROPOSERS, "lemmata.proposers", "python-proof")
    offer = propose(Turn(problem=program(source), limits=Limits(wall_s=5)), backends)
    for candidate in offer.candidates:
        judged = judge(backends, program(source), candidate.form, **candidate.content)
        assert not (isinstance(judged, Accepted) and isinstance(judged.verdict, Proved))
    assert isinstance(judge(backends, program(source), "python-bounded", bound=2, complete=True), Rejected)
