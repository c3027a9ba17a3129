"""Python files are read as problems without being executed."""

from __future__ import annotations

import ast

import pytest

from lemmata.errors import BadInput
from lemmata.formats.python import classify, read_program, read_specification
from lemmata.formats.python_values import has_type, read_literal, read_type, same_value


def test_a_predicate_is_a_construction() -> None:
    found = classify("def find_all(n: int) -> bool:\n    return n * n == 4\n")
    assert (found.kind, found.targets) == ("construction", ("find_all",))


@pytest.mark.parametrize("name", ["find_value", "find_largest", "find_smallest"])
def test_a_function_with_a_name_that_asks_is_a_construction(name: str) -> None:
    found = classify(f"def {name}(n: int) -> int:\n    assert n > 3\n    return n * n\n")
    assert (found.kind, found.targets) == ("construction", (name,))
    assert classify(f"def {name}(n: int) -> bool:\n    y = n\n    assert y\n    return True\n").kind == "program"


def test_a_stub_with_examples_is_a_synthesis() -> None:
    found = classify('def f(x: int) -> int:\n    """\n    >>> f(1)\n    2\n    """\n    ...\n')
    assert (found.kind, found.targets) == ("synthesis", ("f",))
    assert classify("def f(x): ...\nassert f(1) == 2\n").kind == "synthesis"
    assert classify("def reference(x):\n    return x\n\ndef f(x): ...\n").kind == "synthesis"


def test_anything_else_with_assertions_is_a_program() -> None:
    assert classify("def f(x: int) -> int:\n    y = x\n    assert y\n    return y\n").kind == "program"
    assert classify("assert 1 + 1 == 2\n").kind == "program"


@pytest.mark.parametrize(
    ("source", "place", "text"),
    [
        ("def f(:\n", "1", "expected Python"),
        ("x = 1\n", "", "nothing to check"),
        ("def f(x: int) -> int:\n    assert x\n    return x\n", "", "nothing to check"),
        ("def f(x):\n    y = x\n    assert y\n", "", "annotate x"),
        ("def f(x: int) -> int: ...\n", "1", "expected examples of 'f'"),
        ("def f(x: int) -> int: ...\nassert f(g(1)) == 2\n", "2", "expected the text of a Python literal"),
        ("def f(x: int) -> int: ...\nassert f(1, 2) == 2\n", "2", "expected 1 arguments, found 2"),
        ("def f(x: int) -> int: ...\nassert f(1) < 2\n", "2", "expected `assert f"),
        ('def f(x):\n    """\n    >>> f(1)\n    """\n    ...\n', "3", "expected the value on the line below"),
        ("def reference(y):\n    return y\n\ndef f(x): ...\n", "1", "to have the parameters of 'f'"),
        ("x = \0", "", "expected Python"),
        ("(" * 9999, "", "expected Python"),
    ],
)
def test_what_can_not_be_read_says_where(source: str, place: str, text: str) -> None:
    with pytest.raises(BadInput, match=r"(?s).*") as caught:
        classify(source)
    assert text in caught.value.text
    if place:
        assert caught.value.place == place


def test_leading_asserts_are_preconditions() -> None:
    source = (
        'def f(x: int) -> int:\n    """Raises:\n        ValueError: never."""\n    assert x > 0\n'
        "    assert x < 9\n    y = x\n    assert y\n    return y\n"
    )
    [function] = read_program(source).functions
    assert function.leading == ((4, 4), (5, 5))
    assert function.asserts == (7,)
    assert function.raises == ("ValueError",)


def test_a_function_without_parameters_has_no_preconditions() -> None:
    [function] = read_program("def test():\n    assert 1\n").functions
    assert (function.leading, function.asserts) == ((), (2,))


def test_an_announced_assertion_error_excuses_nothing() -> None:
    source = 'def f(x: int):\n    """Raises:\n        AssertionError: always."""\n    y = x\n    assert y\n'
    assert read_program(source).functions[0].raises == ()


def test_asserts_for_people_who_run_the_file_are_not_tests() -> None:
    program = read_program("assert 1\nif 1:\n    assert 2\nif __name__ == '__main__':\n    assert 3\n")
    assert program.module_asserts == (1, 3)


def test_examples_keep_their_lines_and_types() -> None:
    spec = read_specification(
        'def f(x):\n    """Do.\n\n    >>> f(True)\n    1\n    """\n    ...\nassert f(1) == 1.0\n', "f"
    )
    assert [(e.line, e.arguments, e.expected) for e in spec.examples] == [(4, (True,), 1), (8, (1,), 1.0)]
    assert type(spec.examples[1].expected) is float


def test_types_are_exact() -> None:
    assert read_type(ast.parse("list[tuple[int, str]]", mode="eval").body) == ("list", ("tuple", ("int",), ("str",)))
    assert read_type(ast.parse("dict[str, int]", mode="eval").body) is None
    assert has_type([1, 2], ("list", ("int",)))
    assert not has_type([1, True], ("list", ("int",)))
    assert not has_type((1,), ("list", ("int",)))


def test_equality_tells_true_from_one() -> None:
    assert same_value([1, "a"], [1, "a"])
    for one, other in ((1, True), (1, 1.0), ([1], (1,)), (0.0, -0.0), ({1: 1}, {True: 1}), ([0], [False])):
        assert not same_value(one, other)


def test_only_literals_are_read() -> None:
    assert read_literal("[1, -2, (True, 'x')]") == [1, -2, (True, "x")]
    for text in ("f(1)", "x", "1 +", "(" * 9999, None, 3, "'" + "a" * 100_000 + "'"):
        with pytest.raises(ValueError, match="expected the text"):
            read_literal(text)


def test_tests_that_the_module_calls_are_run() -> None:
    source = "def check(f):\n    assert f(1) == 1\n    assert f(2) == 2\n\n\ncheck(abs)\n"
    assert read_program(source).module_asserts == (2, 3)
    with pytest.raises(BadInput, match="nothing to check"):
        read_program(source.replace("check(abs)", ""))
