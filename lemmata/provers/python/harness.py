"""Runs Python programs on given arguments and tells what happened; started inside the sandbox, standard library only.

One request comes on standard input, one answer goes to standard output, both JSON. Every program is executed in a
child of its own, and every case in a child of that one, so that each case sees a fresh module. What a program prints
goes nowhere; reports come through a pipe, each line opened by a secret of this run. A case without a report is `lost`.
Once a program has run, nothing is called in its process that is written in Python: it may have changed that.
"""

import ast
import json
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import CodeType
from typing import Any, NoReturn

Json = Any

FILE = "<program>"
LONGEST_VALUE = 20000
DEEPEST = 40
LONGEST_NAME = 80
NAME_OF: Callable[[type], str] = type.__dict__["__name__"].__get__
MRO_OF: Callable[[type], tuple[type, ...]] = type.__dict__["__mro__"].__get__


def main() -> None:
    request = json.loads(sys.stdin.buffer.read())
    ends = time.monotonic() + request["wall_s"]
    answers = [run_job(job, request["case_s"], request["module_s"], ends) for job in request["jobs"]]
    sys.stdout.write(json.dumps({"jobs": answers}))
    sys.stdout.flush()


def run_job(job: Json, case_s: float, module_s: float, ends: float) -> Json:
    """Reports of one program: {"module": report, "cases": [report, …]}; a case that was not run has none."""
    if time.monotonic() > ends:
        return {"module": {"status": "unrun"}, "cases": []}
    secret = os.urandom(16).hex()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        serve(job, case_s, module_s, writer, secret)
    os.close(writer)
    text = drain(reader, ends)
    with suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return collect(text, secret, status)


def drain(reader: int, ends: float) -> bytes:
    """Everything written to the pipe until it is closed or the time is over."""
    parts: list[bytes] = []
    while True:
        ready, _, _ = select.select([reader], [], [], max(0.0, ends - time.monotonic()))
        part = os.read(reader, 1 << 16) if ready else b""
        if not part:
            os.close(reader)
            return b"".join(parts)
        parts.append(part)


def collect(text: bytes, secret: str, status: int) -> Json:
    reports: dict[int, Json] = {}
    for line in text.decode("utf-8", "replace").splitlines():
        opening, _, rest = line.partition(" ")
        if opening == secret:
            index, report = ast.literal_eval(rest)
            reports.setdefault(index, report)
    ended = "hang" if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM else "lost"
    cases = [reports[i] for i in sorted(reports) if i >= 0]
    return {"module": reports.get(-1, {"status": ended}), "cases": cases}


def serve(job: Json, case_s: float, module_s: float, writer: int, secret: str) -> NoReturn:
    """The program's own process: execute the module once, then every case in a child."""
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    seen: set[int] = set()
    arguments = [[ast.literal_eval(text) for text in case["arguments"]] for case in job["cases"]]

    def tell(index: int, report: Json) -> None:
        os.write(writer, f"{secret} {(index, report)!r}\n".encode("utf-8", "backslashreplace"))

    module = type(sys)("program")
    sys.modules["program"] = module  # dataclasses look their module up
    space = module.__dict__
    space["__reached__"] = seen.add
    signal.setitimer(signal.ITIMER_REAL, module_s)
    report = attempt(lambda: exec(compiled(job["source"]), space), (), None)
    signal.setitimer(signal.ITIMER_REAL, 0)
    report["reached"] = sorted(seen)
    report.pop("value", None)
    tell(-1, report)
    if report["status"] == "passed":
        patience = job["patience"]
        for index, case in enumerate(job["cases"]):
            code = run_case(index, case, arguments[index], space, seen, case_s, tell)
            patience -= code not in (PASSED, SKIPPED, VIOLATED)
            if (code == VIOLATED and not job["through"]) or patience < 0:
                break
    os._exit(0)


PASSED, SKIPPED, VIOLATED, LIMITED = 10, 11, 12, 13


def run_case(
    index: int,
    case: Json,
    arguments: list[object],
    space: dict[str, Any],
    seen: set[int],
    case_s: float,
    tell: Callable[[int, Json], None],
) -> int:
    child = os.fork()
    if child == 0:
        seen.clear()
        if "random" in sys.modules:
            sys.modules["random"].seed(0)
        function: Any = space.get(case["function"])
        signal.setitimer(signal.ITIMER_REAL, case_s)
        report = attempt(lambda: function(*arguments), case["raises"], case)
        signal.setitimer(signal.ITIMER_REAL, 0)
        report["reached"] = sorted(seen)
        tell(index, report)
        codes = {"passed": PASSED, "precondition": SKIPPED, "violation": VIOLATED}
        os._exit(codes.get(report["status"], LIMITED))
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code not in (PASSED, SKIPPED, VIOLATED, LIMITED):
        tell(index, {"status": "hang" if code == -signal.SIGALRM else "lost"})
    return code


def attempt(run: Callable[[], object], announced: Sequence[str], case: Json) -> Json:
    """Run it and say how it ended: passed, precondition, violation, stopped, memory."""
    try:
        value = run()
    except MemoryError:
        return {"status": "memory"}
    except (SystemExit, KeyboardInterrupt, GeneratorExit):
        return {"status": "stopped"}
    except BaseException:
        return judge(announced, case)
    return {"status": "passed", "value": show(value)}


def judge(announced: Sequence[str], case: Json) -> Json:
    """What the exception being handled means; its own attributes are its own account of itself, so they don't count."""
    kind, _, trace = sys.exc_info()
    assert kind is not None
    lines = []
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename == FILE:
            lines.append((code.co_name, code.co_firstlineno, trace.tb_lineno))
        trace = trace.tb_next
    name = NAME_OF(kind)
    if not name.isidentifier() or len(name) > LONGEST_NAME:
        name = "Exception"
    if ImportError in MRO_OF(kind):
        return {"status": "stopped"}
    if case is not None:
        entered = [here for name_, first, here in lines if name_ == case["function"] and first == case["first"]]
        if entered and any(low <= entered[0] <= high for low, high in case["leading"]):
            return {"status": "precondition"}
        if name in announced:
            return {"status": "passed", "value": None}
    where = (lines[0] if RecursionError in MRO_OF(kind) else lines[-1])[2] if lines else 0
    return {"status": "violation", "exception": name, "line": where}


def compiled(source: str) -> CodeType:
    """The program, with every assert telling that it was reached; lines stay the same."""
    tree = ast.parse(source, FILE)
    asserts = [node for node in ast.walk(tree) if isinstance(node, ast.Assert)]
    asserts.sort(key=lambda node: (node.lineno, node.col_offset))
    numbers = {id(node): number for number, node in enumerate(asserts)}
    for node in list(ast.walk(tree)):
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if isinstance(block, list) and any(id(s) in numbers for s in block):
                setattr(node, field, [new for old in block for new in marked(old, numbers)])
    return compile(ast.fix_missing_locations(tree), FILE, "exec", dont_inherit=True, optimize=0)


def marked(statement: ast.stmt, numbers: dict[int, int]) -> list[ast.stmt]:
    if id(statement) not in numbers:
        return [statement]
    told = ast.Name(id="__reached__", ctx=ast.Load())
    mark = ast.Expr(ast.Call(func=told, args=[ast.Constant(numbers[id(statement)])], keywords=[]))
    ast.copy_location(mark, statement)
    return [mark, statement]


def show(value: object) -> str | None:
    """The literal text of a value made of plain built-in types; None for any other, and for a very long one."""
    try:
        text = repr(value) if is_plain(value, DEEPEST) else None
    except (ValueError, RecursionError, MemoryError):
        return None
    return text if text is not None and len(text) <= LONGEST_VALUE else None


def is_plain(value: Any, depth: int) -> bool:
    kind = type(value)
    if value is None or kind in (int, bool, str):
        return True
    if kind is float:
        return bool(value - value == 0)
    if depth > 0 and kind in (list, tuple):
        return all(is_plain(v, depth - 1) for v in value)
    return depth > 0 and kind is dict and all(is_plain(k, 0) and is_plain(v, depth - 1) for k, v in value.items())


if __name__ == "__main__":
    main()
