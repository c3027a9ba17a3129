"""SQL: typed rows, errors with their statement, and no way to another file."""

import pytest

from lemmata.errors import ProtocolError
from lemmata.sandbox.base import Caps, End, Outcome, Sandbox
from lemmata.sandbox.bubblewrap import Bubblewrap
from lemmata.sandbox.languages.sql import SqlRun, read_sql, sql_command
from lemmata.sandbox.process import BareProcess

pytestmark = pytest.mark.sandbox


@pytest.fixture(scope="module", params=[Bubblewrap, BareProcess], ids=lambda backend: backend.name)
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    backend: Sandbox = request.param()
    return backend


def run(sandbox: Sandbox, script: str, **options: object) -> SqlRun:
    return read_sql(sandbox.run(sql_command(script, **options)))  # type: ignore[arg-type]


def test_values_keep_their_type(sandbox: Sandbox) -> None:
    script = "SELECT NULL, 9223372036854775807, 0.1, 1e999, 'é;''x', x'00ff', '', 2.0, CAST(x'ff41' AS TEXT) AS t;"
    told = run(sandbox, script)
    assert (told.end, told.error, told.statements) == (End.FINISHED, None, 1)
    row = told.tables[0].rows[0]
    assert row == (None, 2**63 - 1, 0.1, float("inf"), "é;'x", b"\x00\xff", "", 2.0, "\udcffA")
    assert isinstance(row[7], float)
    assert told.tables[0].columns[-1] == "t"


def test_each_statement_that_gives_rows_is_a_table_of_its_own(sandbox: Sandbox) -> None:
    script = """
    CREATE TABLE t(a, b);  -- a comment; with a semicolon
    CREATE TRIGGER g AFTER INSERT ON t BEGIN UPDATE t SET b = 'x;y'; SELECT 1; END;
    INSERT INTO t(a) VALUES (1), (2);
    SELECT a, b FROM t ORDER BY a;
    SELECT count(*) AS n FROM t WHERE a > 5;
    SELECT 1 WHERE 0"""
    told = run(sandbox, script)
    assert told.error is None
    assert [(t.statement, t.columns, t.rows) for t in told.tables] == [
        (4, ("a", "b"), ((1, "x;y"), (2, "x;y"))),
        (5, ("n",), ((0,),)),
        (6, ("1",), ()),
    ]


@pytest.mark.parametrize(
    ("script", "statement", "line", "said"),
    [
        ("SELECT 1;\n\nSELECT * FROM t;\nSELECT 2;", 2, 3, "no such table: t"),
        ("SELECT 1;\nSELEC 2;", 2, 2, "syntax error"),
        ("CREATE TABLE t(a UNIQUE); INSERT INTO t VALUES (1);\nINSERT INTO t VALUES (1);", 3, 2, "UNIQUE"),
        ("SELECT 'open", 1, 1, "unrecognized token"),
        ("SELECT 1;\0", 2, 1, "null"),
        ("SELECT abs(-9223372036854775808);", 1, 1, "integer overflow"),
    ],
)
def test_an_error_names_its_statement_and_line(
    sandbox: Sandbox, script: str, statement: int, line: int, said: str
) -> None:
    told = run(sandbox, script)
    assert told.error is not None
    assert (told.error.statement, told.error.line, told.statements) == (statement, line, statement - 1)
    assert said in told.error.text


@pytest.mark.parametrize(
    "statement",
    [
        "ATTACH '/box/other.db' AS other",
        "ATTACH ':memory:' AS other",
        "DETACH main",
        "VACUUM INTO '/box/copy.db'",
        "SELECT load_extension('/box/x.so')",
        "SELECT LOAD_EXTENSION('x', 'y')",
        "SELECT readfile('/etc/passwd')",
        "SELECT writefile('a', 'b')",
    ],
)
def test_other_files_and_extensions_are_refused(sandbox: Sandbox, statement: str) -> None:
    told = run(sandbox, f"{statement}; SELECT 1;")
    assert told.error is not None
    assert told.error.statement == 1
    assert any(said in told.error.text for said in ("not authorized", "authorization denied", "no such function"))


def test_more_rows_than_asked_for_are_an_error_and_not_a_shorter_table(sandbox: Sandbox) -> None:
    script = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) SELECT i FROM n;"
    told = run(sandbox, script.format(10), most_rows=10)
    assert (len(told.tables[0].rows), told.error) == (10, None)
    told = run(sandbox, "SELECT 0;" + script.format(10), most_rows=10)
    assert told.error is not None
    assert (told.error.statement, len(told.tables)) == (2, 1)
    assert "at most 10 rows" in told.error.text


def test_a_query_without_end_reaches_its_limit(sandbox: Sandbox) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n;"
    assert run(sandbox, endless, caps=Caps(wall_s=1)) == SqlRun(statements=0, tables=(), error=None, end=End.WALL)


def test_a_value_that_does_not_fit_into_memory_is_told(sandbox: Sandbox) -> None:
    told = run(sandbox, "SELECT randomblob(900000000);", caps=Caps(memory_mb=300))
    assert told.end is End.MEMORY or (told.error is not None and "memory" in told.error.text)


def test_a_runner_that_did_not_answer_is_an_error_of_ours() -> None:
    with pytest.raises(ProtocolError, match="No module"):
        read_sql(Outcome(end=End.FINISHED, exit_code=1, stdout=b"", stderr=b"ImportError: No module named sqlite3\n"))
