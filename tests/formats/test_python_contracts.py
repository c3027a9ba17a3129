"""Contracts in docstrings and decorators, written out as the assertions that they stand for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lemmata.errors import BadInput
from lemmata.formats.python import read_program

PEP316 = '''\
def larger(a: int, b: int) -> int:
    """The larger one.

    pre: a > -100
    pre:
        b > -100
        a + b < 1000
    post: _ >= a
    post: __return__ >= b and __return__ in (a, b)
    raises: ValueError
    """
    if a > b:
        return a
    return (
        b
    )
'''
ICONTRACT = """\
import icontract
from icontract import ensure as after, snapshot


@icontract.require(lambda xs: len(xs) < 9, "not too long")
@snapshot(lambda xs: xs[:], name="before")
@after(lambda xs, x, OLD: xs == OLD.before + [x])
def put(
    xs: list[int], x: int
) -> None:
    xs.append(x)


@after(lambda result, n: result <= n or n < 0)
def halved(n: int) -> int:
    n = n // 2
    return n
"""


def functions_of(source: str) -> dict[str, Any]:
    space: dict[str, Any] = {}
    exec(read_program(source).source, space)
    return space


def test_docstrings_become_assertions_on_their_lines() -> None:
    program = read_program(PEP316)
    [larger] = program.functions
    assert larger.leading == ((4, 4), (6, 6), (7, 7))
    assert larger.raises == ("ValueError",)
    assert larger.asserts == (13, 13, 16, 16)
    assert len(program.source.splitlines()) == len(PEP316.splitlines())


@given(a=st.integers(-120, 600), b=st.integers(-120, 600))
def test_a_docstring_means_what_it_says(a: int, b: int) -> None:
    larger = functions_of(PEP316)["larger"]
    if a > -100 and b > -100 and a + b < 1000:
        assert larger(a, b) == max(a, b)
    else:
        with pytest.raises(AssertionError):
            larger(a, b)


def test_decorators_are_written_out_with_what_they_keep_of_the_beginning() -> None:
    program = read_program(ICONTRACT)
    assert [f.name for f in program.functions] == ["put", "halved"]
    assert len(program.functions[0].leading) == 1
    space = functions_of(ICONTRACT)
    xs = [1]
    space["put"](xs, 2)
    assert xs == [1, 2]
    with pytest.raises(AssertionError):
        space["put"](list(range(9)), 2)
    assert space["halved"](9) == 4
    wrong = functions_of(ICONTRACT.replace("xs.append(x)", "xs.append(x + 1)"))
    with pytest.raises(AssertionError):
        wrong["put"](xs, 2)
    wrong = functions_of(ICONTRACT.replace("n // 2", "n + 1"))  # `n` is the argument, not what it was set to
    with pytest.raises(AssertionError):
        wrong["halved"](9)


def test_the_old_value_of_a_list_is_a_copy() -> None:
    source = (
        "def grow(xs: list[int]) -> int:\n"
        '    """post[xs]: len(__old__.xs) + 1 == len(xs) and _ == len(xs)"""\n'
        "    xs.append(1)\n    return len(xs)\n"
    )
    assert functions_of(source)["grow"]([]) == 1
    with pytest.raises(AssertionError):
        functions_of(source.replace("xs.append(1)", "xs.clear()"))["grow"]([1])


def test_assumptions_at_the_head_are_preconditions() -> None:
    source = (
        "from hypothesis import assume\n\ndef f(n: int) -> None:\n    assume(n > 2)\n    m = n - 2\n    assert m > 0\n"
    )
    [f] = read_program(source).functions
    assert (f.leading, f.asserts) == (((4, 4),), (6,))


def test_a_parameter_may_be_called_as_the_result_is() -> None:
    source = 'def f(_: int) -> int:\n    """post: __return__ == _ + 1"""\n    return _ + 1\n'
    assert functions_of(source)["f"](3) == 4


def test_a_comma_behind_an_assumption_makes_it_no_pair() -> None:
    source = (
        "from hypothesis import assume\n\ndef f(n: int) -> None:\n    assume(n > 2,)\n    m = n - 2\n    assert m > 0\n"
    )
    with pytest.raises(AssertionError):
        functions_of(source)["f"](2)


def test_a_program_without_contracts_stays_as_it_is() -> None:
    source = "def f(n: int) -> int:\n    '''posts: none'''\n    n += 1\n    assert n == n\n    return n\n"
    assert read_program(source).source == source


REFUSED = {
    "prose": ('def f(n: int) -> int:\n    """pre: the list is sorted"""\n    return n\n', "expected an expression"),
    "hidden by a handler": (
        'def f(n: int) -> int:\n    """post: _ > n"""\n'
        "    try:\n        return n\n    except Exception:\n        return n + 1\n",
        "with try",
    ),
    "a method": (
        "import icontract\nclass A:\n    @icontract.require(lambda n: n > 0)\n"
        "    def f(self, n: int) -> int:\n        return n\n",
        "at the top of the file",
    ),
    "a method's docstring": (
        'class A:\n    def f(self, n: int) -> int:\n        """post: _ > n"""\n        return n\n',
        "at the top of the file",
    ),
    "a variable of the function": (
        'def f(n: int) -> int:\n    """post: k > 0"""\n    k = 1\n    return n\n',
        "own variable k",
    ),
    "code behind the docstring": (
        'def f(n: int) -> int:\n    """post: _ > n"""; n += 2\n    return n\n',
        "on lines of their own",
    ),
    "code behind the head": ('def f(n: int) -> int: "post: _ > n"\n', "on lines of their own"),
    "an assignment": ('def f(n: int) -> int:\n    """pre: (n := 5) > 3"""\n    return n\n', "that assigns"),
    "a variable like the result": (
        'def f(n: int) -> int:\n    """post: (lambda _: True)(n)"""\n    return n\n',
        "that assigns",
    ),
    "groups of exceptions": (
        'def f(n: int) -> int:\n    """post: _ > n"""\n'
        "    try:\n        return n\n    except* Exception:\n        pass\n    return n + 1\n",
        "with try",
    ),
    "a name of ours": (
        'def f(n: int) -> int:\n    """post: _ > 0"""\n    _returned = 1\n    return n\n',
        "are kept for contracts",
    ),
    "old value that can't be copied": (
        'def f(xs: list[list[int]]) -> int:\n    """post: __old__.xs == xs"""\n    return 1\n',
        "of which the old value is asked",
    ),
    "another decorator": (
        "from icontract import ensure\nimport functools\n@functools.cache\n@ensure(lambda result: result)\n"
        "def f(n: int) -> int:\n    return n\n",
        "beside other decorators",
    ),
    "an unknown argument": (
        "from icontract import ensure\n@ensure(lambda outcome: outcome)\ndef f(n: int) -> int:\n    return n\n",
        "outcome is no parameter",
    ),
    "an assumption later": (
        "from hypothesis import assume\ndef f(n: int) -> int:\n"
        "    k = n\n    assume(k > 0)\n    assert k\n    return n\n",
        "at the head",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_can_not_be_written_out_is_refused_with_its_line(name: str) -> None:
    source, said = REFUSED[name]
    with pytest.raises(BadInput, match=said) as told:
        read_program(source, place="f.py")
    assert "f.py:" in str(told.value)
