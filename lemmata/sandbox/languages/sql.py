"""SQL: scripts for SQLite, run against a database in memory that begins empty and is gone afterwards."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lemmata.errors import ProtocolError
from lemmata.sandbox.base import Caps, Command, End, Outcome
from lemmata.sandbox.languages.python import python_command

Value = None | int | float | str | bytes
_SCRIPT = Path(__file__).with_name("sql_script.py")
_CAPS = Caps(cpu_s=10, output_kb=16384)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What one statement gave; text that is no UTF-8 has its bytes escaped as Python's `surrogateescape` does.

    Args:
        statement: its number in the script, from 1.
        columns: their names.
        rows: one value for each column.
    """

    statement: int
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlError:
    """Why a statement was not run to its end; none after it was begun.

    Args:
        statement: its number in the script, from 1.
        line: where it begins.
        text: what SQLite says.
    """

    statement: int
    line: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlRun:
    """What came of a script.

    Args:
        statements: how many ran without an error.
        tables: of those statements that give one.
        error: of the one after them.
        end: how the whole ended; after a limit there are no tables.
    """

    statements: int
    tables: tuple[Table, ...]
    error: SqlError | None
    end: End


def sql_command(script: str, *, most_rows: int = 10_000, caps: Caps = _CAPS) -> Command:
    """A command that runs a script; `read_sql` reads what came of it. ATTACH and extensions are refused.

    Args:
        script: statements, each ended by a semicolon.
        most_rows: rows of all its tables together; with more, the statement that gives them fails.
        caps: limits.
    """
    code, given = _SCRIPT.read_text("utf-8"), script.encode("utf-8", "surrogatepass")
    return python_command(code, argv=(str(most_rows),), stdin=given, caps=caps)


def read_sql(outcome: Outcome) -> SqlRun:
    """What came of a `sql_command`.

    Raises:
        ProtocolError: it ended without an answer, and by no limit.
    """
    if outcome.end is not End.FINISHED:
        return SqlRun(statements=0, tables=(), error=None, end=outcome.end)
    if b"MemoryError" in outcome.stderr:
        return SqlRun(statements=0, tables=(), error=None, end=End.MEMORY)
    try:
        told = json.loads(outcome.stdout)
        tables = tuple(
            Table(
                statement=table["statement"],
                columns=tuple(table["columns"]),
                rows=tuple(tuple(map(_decode, row)) for row in table["rows"]),
            )
            for table in told["tables"]
        )
        error = SqlError(**told["error"]) if told["error"] is not None else None
        return SqlRun(statements=told["statements"], tables=tables, error=error, end=outcome.end)
    except (ValueError, KeyError, TypeError) as exc:
        said = outcome.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise ProtocolError(f"the SQL runner did not answer as it must ({exc}; {' '.join(said)})") from exc


def _decode(value: Any) -> Value:
    return bytes.fromhex(value["blob"]) if isinstance(value, dict) else value
