"""What runs inside the sandbox: SQL on standard input, what SQLite says of each statement as JSON on standard output.

Started by `lemmata.sandbox.languages.sql` as a program of its own; it imports nothing of lemmata.

    {"statements": 3, "tables": [{"statement": 2, "columns": ["a"], "rows": [[1], [{"blob": "00ff"}]]}],
     "error": {"statement": 3, "line": 7, "text": "no such table: t"}}
"""

from __future__ import annotations

import json
import re
import sqlite3
import sys
from collections.abc import Iterator
from itertools import islice
from typing import Any

_ATTACH, _DETACH, _FUNCTION = 24, 25, 31  # sqlite3 names only some of them


def judge(action: int, first: str | None, second: str | None, *_: object) -> int:
    """Forbid other databases and extensions."""
    forbidden = action in (_ATTACH, _DETACH) or (action == _FUNCTION and (second or "").lower() == "load_extension")
    return sqlite3.SQLITE_DENY if forbidden else sqlite3.SQLITE_OK


def split(script: str) -> Iterator[tuple[int, str]]:
    """The line on which each statement begins, and its text."""
    line, text = 1, ""
    for piece in re.split(r"(?<=;)", script):
        text += piece
        if "\0" not in text and sqlite3.complete_statement(text):
            yield line + _blank_lines(text), text
            line, text = line + text.count("\n"), ""
    if text.strip():
        yield line + _blank_lines(text), text


def _blank_lines(text: str) -> int:
    return text[: len(text) - len(text.lstrip())].count("\n")


def encode(value: Any) -> Any:
    return {"blob": value.hex()} if isinstance(value, bytes) else value


def run(script: str, most: int) -> dict[str, Any]:
    """Run the statements one after the other, to the first error."""
    told: dict[str, Any] = {"statements": 0, "tables": [], "error": None}
    left = most
    base = sqlite3.connect(":memory:", isolation_level=None)
    base.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
    base.set_authorizer(judge)
    for number, (line, statement) in enumerate(split(script), start=1):
        try:
            found = base.execute(statement)
            if found.description is not None:
                rows = [[encode(value) for value in row] for row in islice(found, left + 1)]
                if len(rows) > left:
                    raise sqlite3.DataError(f"expected at most {most} rows in all")
                left -= len(rows)
                columns = [column[0] for column in found.description]
                told["tables"].append({"statement": number, "columns": columns, "rows": rows})
        except (sqlite3.Error, sqlite3.Warning, ValueError) as exc:
            told["error"] = {"statement": number, "line": line, "text": str(exc)}
            return told
        told["statements"] = number
    return told


def main() -> None:
    script = sys.stdin.buffer.read().decode("utf-8", "surrogatepass")
    sys.stdout.write(json.dumps(run(script, int(sys.argv[1]))))


if __name__ == "__main__":
    main()
