"""Elaborators in a Ray cluster: a real one on this machine where Ray is installed."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from lemmata.budget import Limits
from lemmata.config import Settings
from lemmata.errors import BackendMissing
from lemmata.problem import Theorem
from lemmata.provers.base import Backends
from lemmata.provers.lean.audit import Audit, establish, reason_of
from lemmata.provers.lean.failure import Cause, LeanFailed
from lemmata.provers.lean.pin import Pinned, pin
from lemmata.provers.lean.pool import Offered, check_all
from lemmata.provers.lean.ray_worker import RayWorker, RemoteElaborator
from lemmata.provers.lean.toolchain import find_toolchain
from lemmata.provers.lean.worker import Lean, Worker, leans_of
from lemmata.verdict import Reason, Rejected

pytestmark = [pytest.mark.lean, pytest.mark.sandbox]
with_ray = pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed; pip install 'lemmata[ray]'")
LIMITS = Limits(wall_s=30.0)
ENDLESS = "def f : Nat → Nat → Nat\n  | 0, a => a\n  | n + 1, a => f n (f n (a + 1))\n"


def pinned(source: str) -> Pinned:
    return pin(Theorem(name="t.lean", source=source + "\n", language="lean", target="t"), mathlib=False)


TRUE = pinned("theorem t (x y : Int) (h : x < y) : x + 1 ≤ y := by sorry")


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    import ray

    ray.init(address="local", num_cpus=4, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    yield "auto"
    ray.shutdown()


@pytest.fixture(scope="module")
def remote(cluster: str, settings: Settings) -> Iterator[Backends]:
    with Backends(replace(settings, lean_ray=cluster, lean_workers=2)) as opened:
        yield opened


def test_without_ray_there_is_a_refusal_with_its_remedy(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    worker = RayWorker(replace(settings, lean_ray="auto"), find_toolchain(settings))
    with pytest.raises(BackendMissing, match=r"pip install 'lemmata\[ray\]'"):
        worker.ask("inspect", {}, wall_s=1.0)
    worker.close()


def test_what_fails_in_an_actor_is_told_in_plain_data(settings: Settings, tmp_path: Path) -> None:
    elaborator = RemoteElaborator(settings)
    assert elaborator.ask("inspect", {"context": "", "command": ""}, 60.0)["reply"]["messages"] == []
    fields = {"context": ENDLESS, "command": "theorem t : f 40 0 = 1 :=", "name": "t", "body": "by decide +kernel"}
    told = elaborator.ask("prove", fields, 1.0)
    assert told == {"failed": "timeout", "text": "Lean took longer than its time limit"}
    elaborator.discard()
    nowhere = RemoteElaborator(replace(settings, lean=str(tmp_path / "lean")))
    assert "missing" in nowhere.identity()
    assert "missing" in nowhere.ask("inspect", {}, 1.0)


@with_ray
def test_proofs_elaborated_in_a_cluster_are_audited_here(remote: Backends) -> None:
    endless = Offered(
        pinned=pinned(ENDLESS + "theorem t : f 40 0 = 1 := by sorry"),
        body="by decide +kernel",
        limits=Limits(wall_s=1.0),
    )
    good = Offered(pinned=TRUE, body="by omega", limits=LIMITS)
    bad = Offered(pinned=TRUE, body="by simp", limits=LIMITS)
    found = check_all([good, endless, good, bad, good], remote)
    assert [isinstance(f, Audit) for f in found] == [True, False, True, False, True]
    assert [reason_of(f) for f in found if isinstance(f, Rejected)] == [Reason.TIMEOUT, None]
    for lean in leans_of(remote).made():
        assert isinstance(lean.elaborator, RayWorker)
        assert isinstance(lean.auditor, Worker)


@with_ray
def test_a_machine_that_is_lost_in_the_middle_costs_its_request_nothing(cluster: str, settings: Settings) -> None:
    import ray

    worker = RayWorker(replace(settings, lean_ray=cluster), find_toolchain(settings))
    fields = {"context": ENDLESS, "command": "theorem t : f 3 0 = 7 :=", "name": "t", "body": "by decide +kernel"}
    try:
        assert worker.ask("prove", fields, wall_s=60.0)["ok"] is True
        assert worker.ask("prove", fields, wall_s=60.0)["ok"] is True
        assert worker.epoch == 1
        pid = ray.get(worker._actor.__ray_call__.remote(lambda _: os.getpid()))
        slow = {**fields, "command": "theorem t : f 40 0 = 8 :="}
        found: list[LeanFailed] = []

        def ask() -> None:
            with pytest.raises(LeanFailed) as told:
                worker.ask("prove", slow, wall_s=5.0)
            found.append(told.value)

        thread = threading.Thread(target=ask)
        thread.start()
        time.sleep(1.0)
        assert worker.busy
        os.kill(pid, signal.SIGKILL)
        thread.join(120.0)
        assert found[0].cause is Cause.TIMEOUT  # of the second try, on another machine
        assert worker.ask("prove", fields, wall_s=60.0)["ok"] is True
        assert worker.epoch == 2
    finally:
        worker.close()


@with_ray
def test_another_lean_than_here_is_refused(cluster: str, settings: Settings) -> None:
    other = replace(find_toolchain(settings), version="another")
    worker = RayWorker(replace(settings, lean_ray=cluster), other)
    with pytest.raises(BackendMissing, match="another Lean"):
        worker.ask("inspect", {}, wall_s=5.0)


@with_ray
def test_a_lie_from_a_cluster_becomes_no_verdict(remote: Backends) -> None:
    with leans_of(remote).lend() as lean:

        class Liar(RayWorker):
            def ask(self, op: str, fields: object, *, wall_s: float) -> dict[str, object]:
                honest = lean.elaborator.ask(op, {**TRUE_FIELDS, "export": True}, wall_s=wall_s)
                return {**honest, "ok": True}

        liar = Lean(lean.toolchain, Liar(remote.settings, lean.toolchain), lean.auditor)
        false = pinned("theorem t (x y : Int) (h : x < y) : x + 2 ≤ y := by sorry")
        found = establish(liar, false, "by omega", LIMITS)
        assert isinstance(found, Rejected)
        assert "not the statement asked for" in found.faults[0].text


TRUE_FIELDS = {"context": "", "command": TRUE.command, "name": "t", "body": "by omega", "heartbeats": 400_000}
