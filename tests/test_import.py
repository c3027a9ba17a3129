"""Importing lemmata is free of charge."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HEAVY = ("langgraph", "openai", "sympy", "z3", "docker", "pydantic", "pycparser", "rich", "cvc5", "flint")


def test_importing_lemmata_imports_no_solver_and_no_framework() -> None:
    code = f"import lemmata, lemmata.verdict, lemmata.problem, sys; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_help_imports_no_solver_and_no_framework() -> None:
    code = f"import sys, lemmata.cli; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_importing_lemmata_makes_no_folder(tmp_path: Path) -> None:
    env = {"HOME": str(tmp_path), "PATH": "/usr/bin"}
    subprocess.run([sys.executable, "-c", "import lemmata; lemmata.Settings()"], env=env, check=True, cwd=tmp_path)
    assert list(tmp_path.iterdir()) == []
