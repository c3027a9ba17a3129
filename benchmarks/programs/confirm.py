"""Confirm what expected.json says by really running the programs: C with gcc's sanitizers, Python on random arguments.

usage: python benchmarks/programs/confirm.py [--only WORD] [--runs N]

A safe program must show nothing in any run; a faulty one must show its violation in at least one. Exit 1: one differs.
"""

from __future__ import annotations

import argparse
import ast
import json
import random
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
_FLAGS = ("-std=gnu11", "-w", "-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
_PATTERN = "-ftrivial-auto-var-init=pattern"  # so that what is not initialised shows


def observe_c(file: Path, *, runs: int) -> str:
    """safe or violated, by compiling with sanitizers and running.

    Raises:
        RuntimeError: the program doesn't compile, or a run does not come to its end.
    """
    with tempfile.TemporaryDirectory() as folder:
        made, program = Path(folder) / "program.o", Path(folder) / "program"
        _gcc(*_FLAGS, _PATTERN, "-Dmain=program_main", "-c", str(file), "-o", str(made))
        _gcc("-O1", "-fsanitize=address,undefined", str(HERE / "harness.c"), str(made), "-o", str(program))
        done = subprocess.run([program, str(runs)], capture_output=True, timeout=120, check=False)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{file.name}: a run did not come to its end")
    return "violated" if done.returncode else "safe"


def _gcc(*arguments: str) -> None:
    done = subprocess.run(["gcc", *arguments], capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)


def observe_python(file: Path, *, runs: int) -> str:
    """safe or violated, by calling the last function of the file with random arguments."""
    tree = ast.parse(file.read_text())
    node = [n for n in tree.body if isinstance(n, ast.FunctionDef)][-1]
    space: dict[str, Any] = {}
    exec(compile(tree, str(file), "exec"), space)  # our own programs
    heads = _heads(node)
    chance = random.Random(11)
    for _ in range(runs):
        arguments = [_draw(ast.unparse(a.annotation), chance) for a in node.args.args if a.annotation is not None]
        try:
            space[node.name](*arguments)
        except Exception as exc:
            place = traceback.extract_tb(exc.__traceback__)[1].lineno
            if not (isinstance(exc, AssertionError) and place in heads):
                return "violated"
    return "safe"


def _heads(node: ast.FunctionDef) -> set[int]:
    """Lines of the asserts at the head of a function: they are preconditions."""
    lines: set[int] = set()
    for statement in node.body:
        if isinstance(statement, ast.Assert):
            lines.add(statement.lineno)
        elif not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)):
            break
    return lines


def _draw(annotation: str, chance: random.Random) -> Any:
    match annotation:
        case "int":
            return chance.choice([chance.randint(-3, 12), chance.randint(-3, 12), chance.randint(-500, 2500)])
        case "str":
            return "".join(chance.choice("ab -") for _ in range(chance.randint(0, 3)))
        case "list[int]":
            drawn = [chance.randint(-3, 4) for _ in range(chance.randint(0, 5))]
            return sorted(drawn) if chance.random() < 0.5 else drawn
    raise RuntimeError(f"no values of the type {annotation} are drawn")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="programs with this word in their path")
    parser.add_argument("--runs", type=int, default=3000, help="of each program, at most")
    args = parser.parse_args()
    wrong = 0
    for row in json.loads((HERE / "expected.json").read_text()):
        if args.only in row["file"]:
            observe = observe_c if row["file"].endswith(".c") else observe_python
            seen = observe(HERE / row["file"], runs=args.runs if row["expected"] == "violated" else args.runs // 10)
            wrong += seen != row["expected"]
            print(
                f"{row['file']}: {seen}{'' if seen == row['expected'] else ', expected ' + row['expected']}", flush=True
            )
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
