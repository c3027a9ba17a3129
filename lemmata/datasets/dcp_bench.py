"""DCP-Bench: constraint problems in words, each with an instance and a CPMpy model that solves it.

`dataset/NAME/NAME.cpmpy.py` holds the problem as its docstring, the instance between `# Data` and `# End of data`, and
the model; the last it does is to print `solution`, a dictionary of its variables. `NAME.json` lists instances. What is
asked is the instance that the model holds, because only that one can be checked against it.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from lemmata.datasets.jsonl import parse_json, read_data
from lemmata.datasets.reader import Reader, collect
from lemmata.datasets.sample import ByConstraints, Card, Sample, SampleSet
from lemmata.errors import BadInput
from lemmata.formats.python import parse_python
from lemmata.problem import Json, Question

_CARD = Card(
    name="dcp-bench",
    title="DCP-Bench-Open (CP-Bench)",
    origin="Michailidis, Tsouros, Guns: CP-Bench (2025), arXiv:2506.06052; DCP-Bench/DCP-Bench-Open",
    licence="Apache-2.0",
    version="one folder for each problem, with the instance that its model holds. A solution is right where the model "
    "has a solution with its values, and no better one: the check of its publishers",
    layout="a folder with dataset/NAME/NAME.cpmpy.py and NAME.json",
    lanes="questions: a chat model answers with the values, which it may find with CPMpy, OR-Tools or any search in "
    "Python; programs in CPMpy, OR-Tools and MiniZinc are run for their values; without one nothing is answered",
)
_SUFFIX = ".cpmpy.py"
_DATA = re.compile(r"^# Data\b[^\n]*\n(?P<data>.*?)^# End of data\b", re.DOTALL | re.MULTILINE | re.IGNORECASE)
_CATEGORY = re.compile(r"^# Category: *(\w+)", re.MULTILINE)


def read_dcp_bench(path: Path) -> SampleSet:
    """The problems of the set. Raises BadInput: there is none of its models under the path."""
    models = sorted(path.rglob(f"*{_SUFFIX}")) if path.is_dir() else [path] if path.name.endswith(_SUFFIX) else []
    folders = {model.parent for model in models}
    others = sorted({file.parent for file in path.rglob("*.json")} - folders) if path.is_dir() else []
    if not models:
        raise BadInput(f"expected {_CARD.layout}", place=str(path))
    skipped = [f"{folder.name}: expected {folder.name}{_SUFFIX}; there is none" for folder in others]
    return collect(_CARD, models, _read, skipped)


def _read(path: Path) -> Iterable[Sample]:
    name = path.name.removesuffix(_SUFFIX)
    place = f"{path.parent.name}/{path.name}"
    try:
        model = read_data(path).decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as exc:
        raise BadInput(f"expected UTF-8 text (byte {exc.start} is not)", place=place) from None
    tree = parse_python(model, place=place)
    words = ast.get_docstring(tree)
    if not words:
        raise BadInput("expected the problem in words, as the docstring", place=place)
    names = _printed(tree, place)
    instance, shown = _instance(model, path.with_name(f"{name}.json"), place)
    category = _CATEGORY.search(model)
    yield Sample(
        id=name,
        problem=Question(name=f"{_CARD.name}:{name}", source=_asked(words, shown, names)),
        target=ByConstraints(model=model, instance=instance, names=names),
        split=category[1] if category else "",
    )


def _printed(tree: ast.Module, place: str) -> tuple[str, ...]:
    """The keys of the last dictionary that is called `solution`."""
    found: tuple[str, ...] = ()
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id="solution")], value=ast.Dict(keys=keys)):
                found = tuple(k.value for k in keys if isinstance(k, ast.Constant) and isinstance(k.value, str))
                if len(found) != len(keys):
                    raise BadInput("expected texts as the keys of `solution`", place=place)
    if not found or len(set(found)) != len(found):
        raise BadInput("expected a dictionary `solution`, which holds the variables that are printed", place=place)
    return found


def _instance(model: str, listed: Path, place: str) -> tuple[Mapping[str, Json], str]:
    """The values that the model holds, and their text; if they are no literals, the only instance that is listed."""
    block = _DATA.search(model)
    if block is None:
        return {}, ""
    try:
        return _literals(block["data"]), block["data"]  # its comments say what the values mean
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        entries = parse_json(read_data(listed), listed.name)
        if not isinstance(entries, list) or len(entries) != 1 or not isinstance(entries[0], dict):
            raise BadInput(f"expected the data as literals, or one instance in {listed.name}", place=place) from None
        return entries[0], "\n".join(f"{name} = {json.dumps(value)}" for name, value in entries[0].items())


def _literals(text: str) -> dict[str, Json]:
    """The values of some assignments, as JSON has them.

    Raises:
        ValueError: a statement of another kind, or a value that is no literal.
        SyntaxError, TypeError: no Python, or no value of JSON.
    """
    found = {}
    for statement in ast.parse(text).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found[name] = json.loads(json.dumps(ast.literal_eval(value), allow_nan=False))
            case _:
                raise ValueError("expected assignments")
    return found


def _asked(words: str, data: str, names: tuple[str, ...]) -> str:
    given = f"Data:\n\n{data.strip()}\n\n" if data.strip() else ""
    keys = f"the key {names[0]}" if len(names) == 1 else f"the keys {', '.join(names)}"
    return (
        f"{words.strip()}\n\n{given}"
        f"Answer with one JSON object on a single line that has exactly {keys}. Its values are whole numbers, or lists "
        "of them, nested as the problem says; true and false stand for 1 and 0. Where something is to be as small or "
        "as large as possible, only the best counts.\n"
    )


DCP_BENCH = Reader(card=_CARD, read=read_dcp_bench)
