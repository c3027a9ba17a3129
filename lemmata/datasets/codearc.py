"""CodeARC: a hidden Python function, known by ten calls and what they print, is to be written.

`prompt_invocations/SET/num_invocations=10/llm/invocations.json` holds the calls, `dataset/SET/N.py` the functions.
What a call prints is `str` of its value, so that '12' and 12 look the same; the annotation of the function tells.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path

from lemmata.datasets.code_sets import PARAMETERS, make_stub
from lemmata.datasets.jsonl import parse_json, read_data
from lemmata.datasets.reader import Reader, collect
from lemmata.datasets.sample import ByBehaviour, Card, Sample, SampleSet
from lemmata.errors import BadInput
from lemmata.formats.python import parse_python, read_specification
from lemmata.formats.python_values import parse_expression, read_literal
from lemmata.problem import Json, Question, Synthesis

_INPUT = re.compile(r"print\('Result (?P<number>\d+): ' \+ str\((?P<call>.*)\)\)", re.DOTALL)
_MOST_CALLS = 40
_LARGEST_VARIED = 1000  # some functions take as many steps as their argument says
_VERSION = (
    "564 problems with ten calls each, all of which are shown; judged by these calls and by variations of their "
    "arguments, where its publishers use a differential tester"
)


_BAD = {
    "590": "it returns texts of digits, which are published as if they were numbers",
    "665": "it returns 'scrambled ' with a blank at the end, which is not published",
    "1072": "it returns 'JAMES BOND ' with a blank at the end, which is not published",
}


def _card(name: str, title: str, kind: str) -> Card:
    return Card(
        name=name,
        title=title,
        origin="Wei et al.: CodeARC (2025), arXiv:2503.23145; Anjiang-Wei/CodeARC",
        licence="Apache-2.0",
        version=_VERSION,
        layout=f"a folder with dataset/{kind}/*.py and prompt_invocations/{kind}/**/invocations.json",
        known_bad=_BAD,
        lanes="functions with examples of literals are enumerated without a chat model, or written by one",
    )


_CARDS = {
    "anonymous": _card("codearc", "CodeARC, anonymous functions", "anonymous"),
    "annotated": _card("codearc-annotated", "CodeARC, functions with their names", "annotated"),
}


def _reader(kind: str) -> Reader:
    card = _CARDS[kind]

    def load(path: Path) -> SampleSet:
        if not path.is_dir():
            raise BadInput(f"expected {card.layout}", place=str(path))
        found = sorted((path / "prompt_invocations" / kind).rglob("invocations.json"))
        if len(found) != 1:
            raise BadInput(f"expected one invocations.json under prompt_invocations/{kind}", place=str(path))
        told = parse_json(read_data(found[0]), found[0].name)
        if not isinstance(told, dict):
            raise BadInput("expected a JSON object with the calls of each function", place=str(found[0]))
        skipped: list[str] = []
        return collect(card, told.items(), lambda entry: _samples(card.name, kind, path, *entry), skipped)

    return Reader(card=card, read=load)


def _samples(name: str, kind: str, root: Path, number: str, told: Json) -> Iterable[Sample]:
    place = f"{kind}/{number}"
    if not re.fullmatch(r"\w+", number) or not isinstance(told, dict):
        raise BadInput("expected a number with its calls", place=ascii(place))
    reference = _source(root / "dataset" / kind / f"{number}.py", place)
    pairs = [_pair(entry, place) for entry in told.values() if not (isinstance(entry, dict) and entry.get("errored"))]
    calls = [call for call, _ in pairs]
    asked = {_name(call) for call in calls}
    if len(asked) != 1 or "" in asked:
        raise BadInput("expected calls of one function", place=place)
    target = asked.pop()
    if target not in {s.name for s in parse_python(reference, place=place).body if isinstance(s, ast.FunctionDef)}:
        raise BadInput(f"expected a function {target!r} in dataset/{kind}/{number}.py", place=place)
    judged = ByBehaviour(reference=reference, name=target, calls=tuple(_with_variations(calls)))
    source, note = _specification(target, pairs, _returned(root, number))
    lines = "\n".join(f"{call} gives {printed}" for call, printed in pairs)
    words = (
        f"Write the Python function `{target}`, of which this is known (values as `print` writes them):\n\n{lines}\n"
    )
    yield Sample(
        id=number,
        problem=Synthesis(name=f"{name}:{number}", source=source, language="python", target=target)
        if source
        else Question(name=f"{name}:{number}", source=words),
        target=judged,
        note=note,
    )


def _pair(entry: Json, place: str) -> tuple[str, str]:
    """A call, and what was printed of its value."""
    given = entry if isinstance(entry, dict) else {}
    text, printed = given.get("input"), given.get("output")
    found = _INPUT.fullmatch(text) if isinstance(text, str) else None
    if found is None or not isinstance(printed, str):
        raise BadInput("expected input and output of a printed call", place=place)
    return found["call"].strip(), printed.removeprefix(f"Result {found['number']}:").removeprefix(" ")


def _name(call: str) -> str:
    match parse_expression(call):
        case ast.Call(func=ast.Name(id=name)):
            return name
    return ""


def _source(path: Path, place: str) -> str:
    try:
        return read_data(path).decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise BadInput("expected UTF-8 text", place=place) from None


def _returned(root: Path, number: str) -> str:
    """The annotated type of the result; empty: it is not known. The text of the function stays hidden."""
    path = root / "dataset" / "annotated" / f"{number}.py"
    try:
        functions = [s for s in parse_python(_source(path, "")).body if isinstance(s, ast.FunctionDef)]
    except BadInput:
        return ""
    return ast.unparse(functions[0].returns) if functions and functions[0].returns is not None else ""


def _specification(name: str, pairs: list[tuple[str, str]], returned: str) -> tuple[str, str]:
    """A function to be written with its examples; or nothing, and why."""
    values = [_value(printed, returned) for _, printed in pairs]
    shown = [f"assert {call} == {value}" for (call, _), value in zip(pairs, values, strict=True) if value]
    if not shown:
        return "", "no value that was printed is a literal"
    counts = {len(c.args) for call, _ in pairs if isinstance(c := parse_expression(call), ast.Call)}
    count = max(counts)
    if len(counts) != 1 or not 0 < count <= len(PARAMETERS):
        return "", "its calls differ in the number of their arguments, or have none"
    source = f"{make_stub(name, count, 'What it does is known by examples only.')}\n\n" + "\n".join(shown) + "\n"
    try:
        read_specification(source, name)
    except BadInput as exc:
        return "", f"not read as a specification: {exc.text}"
    return source, ""


def _value(printed: str, returned: str) -> str:
    """The text of the literal that was printed; empty: it is none."""
    if returned == "str" and printed != "None":
        return repr(printed)
    try:
        value = read_literal(printed)
        if str(value) == printed:  # 0b11 and 1,000 are what texts look like
            return repr(value)
    except ValueError:
        pass
    return repr(printed) if not returned and not printed.startswith("<") else ""


def _with_variations(calls: list[str]) -> list[str]:
    """The calls, and others like them: each argument of literals a little different."""
    found = dict.fromkeys(calls)
    for call in calls:
        node = parse_expression(call)
        for place, argument in enumerate(node.args if isinstance(node, ast.Call) else []):
            for varied in _varied(argument):
                changed = [ast.unparse(a) for a in node.args]  # type: ignore[union-attr]
                changed[place] = varied
                found[f"{_name(call)}({', '.join(changed)})"] = None
    return list(found)[: max(_MOST_CALLS, len(calls))]


def _varied(argument: ast.expr) -> Iterable[str]:
    try:
        value = read_literal(ast.unparse(argument))
    except ValueError:
        return
    if type(value) is int and abs(value) < _LARGEST_VARIED:
        yield repr(value + 1)
    elif isinstance(value, str | list | tuple) and len(value) > 1:
        yield repr(value[::-1])
        yield repr(value[:-1])


ANONYMOUS = _reader("anonymous")
ANNOTATED = _reader("annotated")
