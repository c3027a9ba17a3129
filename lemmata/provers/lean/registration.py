"""The user's own Lean, as `lemmata setup lean --lean PATH` or `--project DIR` has written it down under the home."""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass

from lemmata.config import Settings
from lemmata.errors import BackendMissing

RECORD = "lean-own.json"
AGAIN = "run `lemmata setup lean --lean PATH` again, or `lemmata setup lean --embedded` to forget it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A Lean that was tried and found to work.

    Args:
        program: the `lean` program itself, not a proxy that chooses one.
        version: as it said then.
        lean_path: folders of compiled libraries, joined by colons.
        project: the Lake project that they belong to; empty: none.
    """

    program: str
    version: str
    lean_path: str = ""
    project: str = ""


def find_registered(settings: Settings) -> Registered | None:
    """What was registered, or None.

    Raises:
        BackendMissing: the record is damaged; says what to do.
    """
    path = settings.home / RECORD
    try:
        data = json.loads(path.read_text("utf-8"))
        return Registered(**{name: str(data[name]) for name in ("program", "version", "lean_path", "project")})
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, TypeError, KeyError):
        raise BackendMissing(f"the record {path} of your own Lean is damaged", remedy=AGAIN) from None


def write_registered(settings: Settings, registered: Registered) -> None:
    """Write it down, whole or not at all.

    Raises:
        BackendMissing: the home can't be written.
    """
    home = settings.home
    try:
        home.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(prefix=f".{RECORD}-", dir=home)
        try:
            with open(handle, "w", encoding="utf-8") as file:
                file.write(json.dumps(asdict(registered), indent=1, ensure_ascii=False) + "\n")
            os.replace(part, home / RECORD)
        except BaseException:
            with suppress(OSError):
                os.unlink(part)
            raise
    except OSError as exc:
        remedy = "set LEMMATA_HOME to a folder that can be written"
        raise BackendMissing(f"nothing can be written in {home} ({exc.strerror})", remedy=remedy) from exc


def forget_registered(settings: Settings) -> bool:
    """Remove the record; whether there was one."""
    try:
        (settings.home / RECORD).unlink()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True
