"""What Lean has answered to a search, kept on disk by the content of the question.

Only hints for a search are kept, as Lean gives them: that a body elaborates, or which errors it has. Nothing that
decides a verdict comes from here: `establish` asks its two processes anew every time. Nor is a limit that was reached
ever kept.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from lemmata.problem import canonical
from lemmata.provers.lean.answers import Answers
from lemmata.provers.lean.toolchain import Toolchain, driver_digest

_log = logging.getLogger(__name__)
FOLDER = "lean-replies"
_FORMAT = 1
_BLOCK = 4096  # bytes that the smallest file takes
_LONGEST = 1 << 20
_PRUNED_EVERY = 500  # entries written
_PRUNED_TO = 0.8
_PART = ".part-"
_PART_S = 3600.0
# Words of Lean's messages about a limit; one too many of them only means that a reply isn't kept.
_LIMITS = ("timeout", "timed out", "heartbeats", "recursion", "maximum number", "memory", "stack", "interrupted")


class ReplyCache:
    """Replies in a folder; a damaged or missing one is simply not known.

    Args:
        folder: made when the first reply is kept; where it can't be written, nothing is kept.
        max_mb: what all files together may take; the ones that were not used for longest go first.
    """

    def __init__(self, folder: Path, *, max_mb: int) -> None:
        self._folder, self._max_bytes = folder, max_mb << 20
        self._written = 0
        self._lock = threading.Lock()

    def find(self, key: str) -> Mapping[str, Any] | None:
        """The reply that was kept under a key, or None."""
        path = self._path(key)
        try:
            digest, _, payload = path.read_bytes().partition(b"\n")
        except OSError:
            return None
        if digest != _seal(key, payload):
            return None
        reply = json.loads(payload)
        with suppress(OSError):
            os.utime(path)
        return reply if isinstance(reply, dict) else None

    def keep(self, key: str, reply: Mapping[str, Any]) -> None:
        """Keep a reply; a kill leaves it whole or not at all."""
        payload = json.dumps(reply, separators=(",", ":")).encode("ascii")
        if len(payload) > min(_LONGEST, self._max_bytes):
            return
        path = self._path(key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, part = tempfile.mkstemp(prefix=_PART, dir=path.parent)
            with open(handle, "wb") as file:
                file.write(_seal(key, payload) + b"\n" + payload)
            os.replace(part, path)
        except OSError as exc:
            _log.debug("a reply of Lean's was not kept: %s", exc)
            return
        with self._lock:
            due, self._written = self._written % _PRUNED_EVERY == 0, self._written + 1
        if due:
            self.prune()

    def prune(self) -> None:
        """Remove what was not used for longest, if there is too much, and what kills have left half-written."""
        found, now = [], time.time()
        for path in self._folder.glob("*/*"):
            with suppress(OSError):  # another process prunes, too
                status = path.stat()
                if path.name.startswith(_PART):
                    if status.st_mtime < now - _PART_S:
                        path.unlink()
                else:
                    found.append((status.st_mtime, max(_BLOCK, status.st_size), path))
        total = sum(size for _, size, _ in found)
        if total <= self._max_bytes:
            return
        for _, size, path in sorted(found):
            if total <= _PRUNED_TO * self._max_bytes:
                break
            with suppress(OSError):
                path.unlink()
            total -= size

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / key


class Remembering:
    """Answers from the cache what it knows, and asks the other for the rest; for a search, never for a verdict."""

    def __init__(self, inner: Answers, cache: ReplyCache, toolchain: Toolchain) -> None:
        self._inner, self._cache = inner, cache
        self._toolchain = toolchain
        self._identity: str | None = None

    def start(self) -> None:
        self._inner.start()

    def ask(self, op: str, fields: Mapping[str, Any], *, wall_s: float) -> Mapping[str, Any]:
        """As the other answers, if need be.

        Raises:
            LeanFailed, BackendMissing: as the other.
        """
        if op != "prove" or fields.get("export"):
            return self._inner.ask(op, fields, wall_s=wall_s)
        if self._identity is None:
            self._identity = identity_of(self._toolchain)
        key = key_of(self._identity, op, fields)
        known = self._cache.find(key)
        if known is not None:
            return {**known, "spent_s": 0.0, "epoch": self._inner.epoch}
        reply = self._inner.ask(op, fields, wall_s=wall_s)
        if lasting(reply):
            self._cache.keep(
                key, {name: value for name, value in reply.items() if name not in ("id", "spent_s", "epoch")}
            )
        return reply

    def discard(self) -> None:
        self._inner.discard()

    @property
    def epoch(self) -> int:
        """That of the other."""
        return self._inner.epoch

    @property
    def busy(self) -> bool:
        """Whether the other is."""
        return self._inner.busy

    def close(self) -> None:
        self._inner.close()


def key_of(identity: str, op: str, fields: Mapping[str, Any]) -> str:
    """Under which a reply is kept: toolchain, request (header, text, statement, body) and its limits."""
    asked = canonical({"format": _FORMAT, "toolchain": identity, "op": op, "fields": dict(fields)})
    return hashlib.sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()


def lasting(reply: Mapping[str, Any]) -> bool:
    """Whether a reply is a fact about what was asked, and not about a limit or a process."""
    if not isinstance(reply.get("ok"), bool) or reply.get("fault"):
        return False
    messages = [*(reply.get("context") or ()), *(reply.get("messages") or ())]
    told = " ".join(str(m.get("text", "")) for m in messages if isinstance(m, Mapping)).lower()
    return not any(word in told for word in _LIMITS)


def identity_of(toolchain: Toolchain) -> str:
    """What Lean's answers depend on besides the request: the program, the driver, the libraries as they lie there."""
    command, seen = toolchain.command, hashlib.sha256()
    folders = [folder for folder in command.env.get("LEAN_PATH", "").split(":") if folder]
    for path in (command.argv[0], *(name for folder in folders for name in sorted(_compiled(Path(folder))))):
        status = os.stat(path)
        seen.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode("utf-8", "surrogateescape"))
    return canonical([toolchain.kind, toolchain.version, driver_digest(), *command.argv, seen.hexdigest()])


def _compiled(folder: Path) -> list[str]:
    return [str(path) for path in folder.rglob("*.olean")]


def _seal(key: str, payload: bytes) -> bytes:
    return hashlib.sha256(key.encode() + b"\n" + payload).hexdigest().encode()
