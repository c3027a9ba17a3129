"""Answers to searches that are kept: what is known is not asked again, and nothing but a whole answer is known."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lemmata.budget import Limits
from lemmata.config import Settings
from lemmata.problem import Theorem
from lemmata.provers.base import Backends
from lemmata.provers.lean.audit import Audit, establish, try_proof
from lemmata.provers.lean.cache import Remembering, ReplyCache, identity_of, key_of, lasting
from lemmata.provers.lean.failure import Cause, LeanFailed
from lemmata.provers.lean.pin import pin
from lemmata.provers.lean.toolchain import Toolchain, find_toolchain
from lemmata.provers.lean.worker import leans_of
from lemmata.sandbox.base import Command

ASKED = {
    "context": "import Std\n",
    "command": "theorem t : 1 = 1 :=",
    "body": "rfl",
    "heartbeats": 1000,
    "export": False,
}
REPLY = {"ok": True, "messages": [], "proof": None, "fault": None}


class Counting:
    """Answers the same every time, and counts."""

    busy, epoch = False, 1

    def __init__(self, reply: Mapping[str, Any] | None = None) -> None:
        self.asked, self._reply = 0, reply

    def start(self) -> None: ...

    def discard(self) -> None: ...

    def close(self) -> None: ...

    def ask(self, op: str, fields: Mapping[str, Any], *, wall_s: float) -> Mapping[str, Any]:
        self.asked += 1
        if self._reply is None:
            raise LeanFailed(Cause.TIMEOUT)
        return {**self._reply, "id": f"{self.asked}", "spent_s": 1.0, "epoch": self.epoch}


def toolchain(version: str = "Lean 4.28.0", **env: str) -> Toolchain:
    return Toolchain(
        kind="native", version=version, command=Command(argv=("/bin/true",), env=env), library_visible=True
    )


def remembering(inner: Counting, folder: Path, lean: Toolchain | None = None) -> Remembering:
    return Remembering(inner, ReplyCache(folder, max_mb=8), lean or toolchain())


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*/*") if path.is_file())


def test_an_answer_is_known_the_next_time_also_to_another_process(tmp_path: Path) -> None:
    first, second = Counting(REPLY), Counting(REPLY)
    told = remembering(first, tmp_path).ask("prove", ASKED, wall_s=1.0)
    known = remembering(second, tmp_path).ask("prove", dict(reversed(ASKED.items())), wall_s=9.0)
    assert (first.asked, second.asked) == (1, 0)
    assert {**told, "id": "", "spent_s": 0.0} == {**known, "id": ""}


@pytest.mark.parametrize(
    "change", [{"context": ""}, {"command": "theorem t : 2 = 2 :="}, {"body": "by rfl"}, {"heartbeats": 999}]
)
def test_another_header_statement_body_or_limit_is_another_question(change: dict[str, Any], tmp_path: Path) -> None:
    inner = Counting(REPLY)
    cached = remembering(inner, tmp_path)
    cached.ask("prove", ASKED, wall_s=1.0)
    cached.ask("prove", {**ASKED, **change}, wall_s=1.0)
    assert inner.asked == 2


def test_another_toolchain_or_library_is_another_question(tmp_path: Path) -> None:
    library = tmp_path / "library"
    library.mkdir()
    (library / "A.olean").write_bytes(b"one")
    before = identity_of(toolchain(LEAN_PATH=str(library)))
    assert identity_of(toolchain(LEAN_PATH=str(library))) == before
    (library / "A.olean").write_bytes(b"other")
    names = {
        before,
        identity_of(toolchain(LEAN_PATH=str(library))),
        identity_of(toolchain()),
        identity_of(toolchain("4.9")),
    }
    assert len({key_of(name, "prove", ASKED) for name in names}) == 4


def test_what_decides_is_never_answered_from_the_cache(tmp_path: Path) -> None:
    inner = Counting(REPLY)
    cached = remembering(inner, tmp_path)
    for op, fields in (("prove", {**ASKED, "export": True}), ("audit", ASKED), ("inspect", ASKED)):
        cached.ask(op, fields, wall_s=1.0)
        cached.ask(op, fields, wall_s=1.0)
    assert inner.asked == 6
    assert files(tmp_path) == []


def test_a_limit_that_was_reached_is_not_kept(tmp_path: Path) -> None:
    cached = remembering(Counting(None), tmp_path)
    with pytest.raises(LeanFailed):
        cached.ask("prove", ASKED, wall_s=1.0)
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    ("reply", "kept"),
    [
        (REPLY, True),
        ({"ok": False, "messages": [{"severity": "error", "text": "unsolved goals\n⊢ 1 = 2"}]}, True),
        ({"ok": False, "messages": [{"text": "(deterministic) timeout at `whnf`"}]}, False),
        ({"ok": False, "messages": [{"text": "maximum recursion depth has been reached"}]}, False),
        ({"ok": False, "context": [{"text": "The SAT solver timed out."}]}, False),
        ({"ok": False, "fault": "something was not there"}, False),
        ({"ok": "yes"}, False),
        ({}, False),
    ],
)  # fmt: skip
def test_only_facts_about_the_question_are_kept(reply: dict[str, Any], kept: bool, tmp_path: Path) -> None:
    remembering(Counting(reply), tmp_path).ask("prove", ASKED, wall_s=1.0)
    assert lasting(reply) is kept
    assert len(files(tmp_path)) == kept


@pytest.mark.parametrize("damage", ["truncated", "changed", "empty", "other", "folder"])
def test_a_damaged_entry_is_not_known_and_is_replaced(damage: str, tmp_path: Path) -> None:
    inner = Counting(REPLY)
    cached = remembering(inner, tmp_path)
    cached.ask("prove", ASKED, wall_s=1.0)
    (entry,) = files(tmp_path)
    whole = entry.read_bytes()
    match damage:
        case "truncated":
            entry.write_bytes(whole[:-3])
        case "changed":
            entry.write_bytes(whole.replace(b"true", b"null"))
        case "empty":
            entry.write_bytes(b"")
        case "other":  # a whole entry, but the answer to something else
            cached.ask("prove", {**ASKED, "body": "by decide"}, wall_s=1.0)
            (other,) = set(files(tmp_path)) - {entry}
            entry.write_bytes(other.read_bytes())
        case _:
            entry.unlink()
            entry.mkdir()
    asked = inner.asked
    assert cached.ask("prove", ASKED, wall_s=1.0)["ok"] is True
    assert inner.asked == asked + 1
    if damage != "folder":
        assert entry.read_bytes() == whole


def test_the_folder_stays_within_its_size_and_loses_what_was_not_used_for_longest(tmp_path: Path) -> None:
    cache = ReplyCache(tmp_path, max_mb=1)
    keys = [key_of("lean", "prove", {"n": n}) for n in range(300)]
    for age, key in enumerate(keys):
        cache.keep(key, REPLY)
        os.utime(tmp_path / key[:2] / key, (age, age))
    assert cache.find(keys[0]) == REPLY
    half_written = tmp_path / keys[0][:2] / ".part-old"
    half_written.write_bytes(b"")
    os.utime(half_written, (1, 1))
    cache.prune()
    assert 4096 * len(files(tmp_path)) <= 1 << 20
    assert not half_written.exists()
    assert cache.find(keys[0]) == REPLY
    assert cache.find(keys[1]) is None
    assert cache.find(keys[-1]) == REPLY


def test_where_nothing_can_be_written_everything_is_asked(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    inner = Counting(REPLY)
    cached = remembering(inner, tmp_path / "file" / "cache")
    assert cached.ask("prove", ASKED, wall_s=1.0)["ok"] is True
    assert cached.ask("prove", ASKED, wall_s=1.0)["ok"] is True
    assert inner.asked == 2


@pytest.mark.lean
@pytest.mark.sandbox
def test_a_lie_in_the_cache_misleads_a_search_and_no_verdict(settings: Settings, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "lean").symlink_to(settings.home / "lean")
    false = pin(
        Theorem(name="t.lean", source="theorem t : 1 = 2 := by sorry\n", language="lean", target="t"), mathlib=False
    )
    with Backends(replace(settings, home=home)) as own:
        lean = leans_of(own).near()
        assert try_proof(lean, false, "by decide", wall_s=20.0) is False
        (entry,) = files(home / "lean-replies")
        ReplyCache(home / "lean-replies", max_mb=8).keep(entry.name, REPLY)
        assert try_proof(lean, false, "by decide", wall_s=20.0) is True
        assert not isinstance(establish(lean, false, "by decide", Limits(wall_s=20.0)), Audit)
        assert identity_of(find_toolchain(own.settings)) == identity_of(lean.toolchain)
