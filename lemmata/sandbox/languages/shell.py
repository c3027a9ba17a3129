"""Shell scripts: commands for whatever has no module of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lemmata.sandbox.base import Caps, Command

_NO_FILES: Mapping[str, bytes] = {}
_NO_ENV: Mapping[str, str] = {}
_DEFAULT = Caps()


def shell_command(
    script: str,
    *,
    argv: Sequence[str] = (),
    files: Mapping[str, bytes] = _NO_FILES,
    stdin: bytes = b"",
    collect: Sequence[str] = (),
    env: Mapping[str, str] = _NO_ENV,
    caps: Caps = _DEFAULT,
) -> Command:
    """A command that runs a script with the system's POSIX shell.

    Args:
        script: its text.
        argv: what it finds in `$1`, `$2`, …; the way to pass on what may hold quotes.
        files, stdin, collect, env, caps: as for every command.
    """
    return Command(
        argv=("/bin/sh", "-c", script, "sh", *argv),
        files=files,
        stdin=stdin,
        collect=tuple(collect),
        env=env,
        caps=caps,
    )
