"""What a conversation remembers: definitions in Lean and Python, named claims, results, and what was said."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from lemmata.formats.lean import find_names, normalise, scan
from lemmata.verdict import Solution

_IMPORT = re.compile(r"^\s*(?:public\s+|meta\s+)*import\s+\S+[^\n]*\n?", re.MULTILINE)
_TOLD = 6  # turns that a chat model is told of
_LONGEST_TOLD = 1_500  # characters of each


@dataclass(frozen=True, slots=True)
class Piece:
    """Lean text of one turn that later turns can use, and the names it declares."""

    names: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A result: what was found, and the run that holds its record; `run` may be empty."""

    solution: Solution
    run: str = ""


@dataclass(slots=True)
class Memory:
    """Everything that later turns can use.

    Args:
        imports: of Lean modules, a line each.
        lean: pieces of Lean, in the order of the conversation.
        python: functions and imports by name, with their text.
        claims: named claims.
        results: by name, the newest last.
        said: what was asked, and the answer in plain text.
    """

    imports: list[str] = field(default_factory=list)
    lean: list[Piece] = field(default_factory=list)
    python: dict[str, str] = field(default_factory=dict)
    claims: dict[str, str] = field(default_factory=dict)
    results: dict[str, Kept] = field(default_factory=dict)
    said: list[tuple[str, str]] = field(default_factory=list)

    def prelude(self, text: str = "") -> str:
        """The Lean that a turn stands on: imports and the pieces that the turn itself does not declare anew."""
        imports, body = split_imports(text)
        lines = dict.fromkeys([*self.imports, *imports])
        pieces = [piece.text for piece in self._untouched(declared(body), body)]
        return "".join(f"{part.rstrip()}\n" for part in ["\n".join(lines), *pieces] if part.strip())

    def keep_lean(self, text: str) -> tuple[str, ...]:
        """Remember declarations; older ones of the same names give way, with what rests on them.

        Returns:
            names that are lost with those that gave way.
        """
        imports, body = split_imports(text)
        self.imports = list(dict.fromkeys([*self.imports, *imports]))
        names = declared(body)
        if not body.strip():
            return ()
        before, self.lean = self.lean, self._untouched(names, body)
        gone = [piece for piece in before if piece not in self.lean]
        self.lean.append(Piece(names, body.strip("\n") + "\n"))
        return tuple(name for piece in gone for name in piece.names if name not in names)

    def _untouched(self, anew: Iterable[str], text: str = "") -> list[Piece]:
        """The pieces that neither declare one of these names nor rest on one that does, nor are this very text."""
        gone, kept = set(anew), []
        for piece in self.lean:
            if piece.text.strip() == text.strip():
                gone.update(piece.names)
            elif gone.isdisjoint(piece.names) and not mentions(piece.text, gone):
                kept.append(piece)
            else:
                gone.update(piece.names)
        return kept

    def keep_python(self, source: str) -> tuple[str, ...]:
        """Remember the functions, classes and imports at the top of a program; their names."""
        made = dict(_definitions(source))
        self.python.update(made)
        return tuple(name for name in made if not made[name].startswith(("import", "from")))

    def needed_python(self, source: str) -> str:
        """The remembered definitions that a program uses and does not make itself, with those that they use."""
        needed: dict[str, str] = {}
        own = {name for name, _ in _definitions(source)}
        waiting = [source]
        while waiting:
            for name in _used(waiting.pop()):
                if name in self.python and name not in own and name not in needed:
                    needed[name] = self.python[name]
                    waiting.append(self.python[name])
        ordered = [text for name, text in self.python.items() if name in needed]
        return "".join(f"{text}\n" for text in dict.fromkeys(ordered))

    def told(self, question: str) -> str:
        """A question with what it may refer to, as a chat model is told it."""
        parts = []
        if self.lean:
            parts.append("Definitions in Lean:\n\n" + self.prelude().rstrip())
        if self.python:
            parts.append("Definitions in Python:\n\n" + "\n".join(dict.fromkeys(self.python.values())).rstrip())
        if self.claims:
            parts.append("Named claims:\n\n" + "\n".join(f"{name}: {text}" for name, text in self.claims.items()))
        earlier = [f"> {_cut(asked)}\n\n{_cut(answer)}" for asked, answer in self.said[-_TOLD:]]
        if earlier:
            parts.append("Said before:\n\n" + "\n\n".join(earlier))
        return "\n\n".join([*parts, f"The question:\n\n{question}"]) if parts else question

    def rows(self, name: str = "") -> tuple[tuple[str, str, str], ...]:
        """What is remembered: name, kind and text; one name alone, or all."""
        found = [(", ".join(p.names) or "Lean", "Lean", p.text.strip(), p.names) for p in self.lean]
        found += [(n, "Python", text.strip(), (n,)) for n, text in self.python.items()]
        found += [(n, "claim", text, (n,)) for n, text in self.claims.items()]
        return tuple((shown, kind, text) for shown, kind, text, names in found if not name or name in names)

    def clear(self) -> None:
        """Forget everything."""
        for known in (self.imports, self.lean, self.python, self.claims, self.results, self.said):
            known.clear()

    def forget(self, name: str) -> bool:
        """Forget everything of that name; whether there was something."""
        before = len(self.lean) + len(self.python) + len(self.claims) + len(self.results)
        if any(name in piece.names for piece in self.lean):
            self.lean = self._untouched([name])
        for known in (self.python, self.claims, self.results):
            known.pop(name, None)
        return len(self.lean) + len(self.python) + len(self.claims) + len(self.results) < before


def split_imports(text: str) -> tuple[tuple[str, ...], str]:
    """The import lines of a Lean text, and the rest with blank lines in their places, so that lines keep their numbers.

    Only imports at its head count: anywhere else Lean does not allow them.
    """
    imports: list[str] = []
    at = 0
    while (found := _IMPORT.match(text, at)) is not None:
        imports.append(" ".join(found[0].split()))
        at = found.end()
    return tuple(imports), "\n" * text.count("\n", 0, at) + text[at:]


def declared(text: str) -> tuple[str, ...]:
    """The names that a Lean text declares.

    Raises:
        BadInput: a comment or string never ends.
    """
    return tuple(name for name, _ in find_names(normalise(text)))


def mentions(text: str, names: Iterable[str]) -> bool:
    """Whether a Lean text uses one of these names."""
    used = {t.text for t in scan(normalise(text)) if t.kind == "ident"}
    return any(name in used or name.rpartition(".")[2] in used for name in names)


def _definitions(source: str) -> list[tuple[str, str]]:
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError):
        return []
    lines = source.splitlines(keepends=True)
    found = []
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            text = "".join(lines[first - 1 : node.end_lineno]).rstrip("\n") + "\n"
            found.append((node.name, text))
        elif isinstance(node, ast.Import | ast.ImportFrom):
            text = ast.unparse(node) + "\n"
            found += [((alias.asname or alias.name).partition(".")[0], text) for alias in node.names]
    return found


def _used(source: str) -> list[str]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return []
    return [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TOLD else text[:_LONGEST_TOLD] + " …"
