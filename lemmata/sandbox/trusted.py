"""Programs that we ourselves choose and trust, run with a time limit and without isolation: package managers at set-up.

Never for generated code, nor for anything that a problem or a candidate holds.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from lemmata.errors import BackendMissing
from lemmata.sandbox.base import End, Outcome


def run_trusted(
    argv: Sequence[str],
    *,
    cwd: Path,
    wall_s: float,
    env: Mapping[str, str] | None = None,
    stdin: bytes = b"",
    stack_mb: int | None = None,
) -> Outcome:
    """Run a program of our own choice to its end or to the time limit; its whole process group is gone afterwards.

    Args:
        argv: program and arguments.
        cwd: working directory.
        wall_s: seconds on the clock.
        env: added to our own environment (a package manager needs the user's proxies and certificates).
        stdin: what it reads.
        stack_mb: stack of its main thread.

    Raises:
        BackendMissing: the program can't be started.
    """
    program = list(argv)
    if stack_mb is not None:
        program = ["prlimit", f"--stack={stack_mb << 20}", "--", *program]
    try:
        process = subprocess.Popen(
            program,
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as exc:
        raise BackendMissing(f"{program[0]} can't be started ({exc.strerror})", remedy="install it") from exc
    try:
        stdout, stderr = process.communicate(stdin, timeout=wall_s)
        return Outcome(end=End.FINISHED, exit_code=process.returncode, stdout=stdout, stderr=stderr)
    except subprocess.TimeoutExpired:
        return Outcome(end=End.WALL, exit_code=None, stdout=b"", stderr=b"")
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
