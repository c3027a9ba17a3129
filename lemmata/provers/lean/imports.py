"""The modules that a text imports, and whether the toolchain has them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from itertools import pairwise
from pathlib import Path

from lemmata.errors import BadInput
from lemmata.formats.lean import Token, line_of, normalise, scan, words
from lemmata.provers.lean.toolchain import Toolchain

_HEADER = words("module prelude public meta import all")
_NEAR, _LIKENESS = 3, 0.6
_SHOWN = 8


def find_imports(source: str) -> tuple[Token, ...]:
    """The names behind `import` in the header of a text, in its order.

    Raises:
        BadInput: a comment or string that never ends.
    """
    found: list[Token] = []
    for word, name in pairwise(scan(normalise(source))):
        if word.text in ("import", "all") and name.text != "all":
            found.append(name)
        elif word.text not in _HEADER and (not found or word is not found[-1]) and word.kind != "doc":
            break
    return tuple(found)


def check_imports(source: str, toolchain: Toolchain, *, place: str) -> None:
    """Refuse a text that imports what is not there, before Lean says so less clearly.

    Raises:
        BadInput: names the module, its line, the nearest ones that there are, and the toolchain's libraries.
    """
    folders = [folder for folder in toolchain.libraries if os.path.isdir(folder)]
    if not folders:
        return
    for token in find_imports(source):
        path = Path(*_parts(token.text))
        if any((Path(folder) / path).with_name(f"{path.name}.olean").is_file() for folder in folders):
            continue
        near = nearest_modules(token.text, list(_modules(folders)))
        like = f"did you mean {' or '.join(near)}? " if near else ""
        has = ", ".join(_roots(folders))
        raise BadInput(
            f"there is no module {token.text} to import: {like}{toolchain.version} has {has} and what is below them",
            place=f"{place}, line {line_of(normalise(source), token.start)}",
        )


def nearest_modules(name: str, modules: Sequence[str]) -> tuple[str, ...]:
    """Those most like a name that is none: first the ones that end as it does, then by their letters."""
    last = name.rpartition(".")[2].lower()
    same = sorted((m for m in modules if m.rpartition(".")[2].lower() == last), key=lambda m: (len(m), m))
    alike = get_close_matches(name, modules, n=_NEAR, cutoff=_LIKENESS)
    return tuple(dict.fromkeys([*same, *alike]))[:_NEAR]


def _parts(name: str) -> list[str]:
    return [part.strip("«»").replace("/", "_") for part in name.split(".")]


def _modules(folders: Sequence[str]) -> Iterator[str]:
    for folder in folders:
        for path in Path(folder).rglob("*.olean"):
            yield ".".join(path.relative_to(folder).with_suffix("").parts)


def _roots(folders: Sequence[str]) -> list[str]:
    found = sorted({path.stem for folder in folders for path in Path(folder).glob("*.olean")})
    return [*found[:_SHOWN], *(["…"] if len(found) > _SHOWN else [])]
