"""Warm Lean processes: what ends one is told apart, and costs no other request its result."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lemmata.budget import Limits
from lemmata.config import Settings
from lemmata.problem import Theorem
from lemmata.provers.base import Backends
from lemmata.provers.lean import worker as workers
from lemmata.provers.lean.audit import Audit, reason_of
from lemmata.provers.lean.failure import Cause, LeanFailed
from lemmata.provers.lean.lending import Lending
from lemmata.provers.lean.pin import Pinned, pin
from lemmata.provers.lean.policy import DRIVER_POLICY
from lemmata.provers.lean.pool import Offered, check_all
from lemmata.provers.lean.toolchain import Toolchain
from lemmata.provers.lean.worker import Lean, Worker, leans_of
from lemmata.sandbox.base import PYTHON, Caps, Command
from lemmata.verdict import Reason, Rejected

pytestmark = [pytest.mark.lean, pytest.mark.sandbox]
LIMITS = Limits(wall_s=20.0)
HONEST = [
    ("theorem t (x y : Int) (h : x < y) : x + 1 ≤ y := by sorry", "by omega"),
    ("theorem t (p q : Prop) (h : p ∧ q) : q ∧ p := by sorry", "⟨h.2, h.1⟩"),
    ("theorem t (xs : List Nat) : (xs ++ []).length = xs.length := by sorry", "by simp"),
]
DEEP = "set_option maxRecDepth 10000000\ndef f : Nat → Nat\n  | 0 => 0\n  | n + 1 => f n + 1\n"
ENDLESS = "def f : Nat → Nat → Nat\n  | 0, a => a\n  | n + 1, a => f n (f n (a + 1))\n"
POISON = {
    Cause.TIMEOUT: (ENDLESS + "theorem t : f 40 0 = 1 := by sorry", "by decide +kernel", 1.0),
    Cause.STACK: (DEEP + "theorem t : f 30000 = 30000 := by sorry", "by decide", 20.0),
    Cause.MEMORY: (
        "theorem t : ((1 <<< (1 <<< 30)) + (3 <<< (1 <<< 30))) % 2 = 1 := by sorry",
        "by decide +kernel",
        20.0,
    ),
}
# Speaks the driver's protocol and does as its requests say.
SCRIPT = """
import json, os, signal, sys, time
time.sleep(START_S)
def send(**reply):
    sys.stdout.write("\\x1e" + json.dumps(reply) + "\\n")
    sys.stdout.flush()
send(ready="scripted")
held, answered = [], 0
for line in sys.stdin:
    asked = json.loads(line)
    op, answered = asked["op"], answered + 1
    if op == "sleep":
        time.sleep(60)
    if op == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if op == "exit":
        sys.exit(3)
    if op == "overflow":
        sys.exit("RangeError: Maximum call stack size exceeded")
    if op == "exhaust":
        sys.exit("INTERNAL PANIC: out of memory")
    if op == "flood":
        while True:
            sys.stdout.write("x" * 65536)
    if op == "hold":
        held.append(b"x" * (asked["mb"] << 20))
        time.sleep(0.3)  # so that the watchdog looks
    if op == "lie":
        send(id="another's", ok=True)
    if op == "twice":
        send(id=asked["id"], answered=answered)
    send(id=asked["id"], answered=answered)
"""


def scripted(*, memory_mb: int = 256, start_s: float = 0.0) -> Toolchain:
    script = SCRIPT.replace("START_S", str(start_s))
    caps = Caps(resident=True, memory_mb=memory_mb, output_kb=256)
    command = Command(argv=(PYTHON, "/box/script.py"), files={"script.py": script.encode()}, caps=caps)
    return Toolchain(kind="native", version="scripted", command=command, library_visible=True)


@pytest.fixture
def worker(backends: Backends) -> Iterator[Worker]:
    made = Worker(backends.sandbox(), scripted())
    yield made
    made.close()


def pinned(source: str) -> Pinned:
    return pin(Theorem(name="t.lean", source=source + "\n", language="lean", target="t"), mathlib=False)


def request(source: str, body: str) -> dict[str, object]:
    offer = pinned(source)
    fields = {"context": offer.context, "command": offer.command, "name": offer.name, "body": body}
    return {**fields, "refused": DRIVER_POLICY, "heartbeats": 400_000}


def children_of(pid: str) -> set[str]:
    found: set[str] = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found |= {child} | children_of(child)
    return found


@pytest.mark.parametrize(
    ("op", "cause"),
    [
        ("sleep", Cause.TIMEOUT),
        ("die", Cause.KILLED),
        ("exit", Cause.CRASHED),
        ("overflow", Cause.STACK),
        ("exhaust", Cause.MEMORY),
        ("flood", Cause.OUTPUT),
        ("lie", Cause.PROTOCOL),
    ],
)
def test_what_ended_a_process_is_told_apart(op: str, cause: Cause, worker: Worker) -> None:
    with pytest.raises(LeanFailed) as told:
        worker.ask(op, {}, wall_s=1.0 if op == "sleep" else 10.0)
    assert told.value.cause is cause
    assert worker.ask("count", {}, wall_s=10.0)["answered"] == 1


def test_a_process_beyond_its_memory_is_ended(worker: Worker) -> None:
    with pytest.raises(LeanFailed) as told:
        worker.ask("hold", {"mb": 400}, wall_s=10.0)
    assert (told.value.cause, told.value.reason) == (Cause.MEMORY, Reason.MEMORY)


def test_memory_that_others_have_filled_costs_no_request_its_result(worker: Worker) -> None:
    worker.ask("hold", {"mb": 150}, wall_s=10.0)
    assert worker.ask("hold", {"mb": 170}, wall_s=10.0)["answered"] == 1
    assert worker.epoch == 2


def test_a_reply_too_many_costs_the_next_request_nothing_but_a_fresh_process(worker: Worker) -> None:
    worker.ask("twice", {}, wall_s=10.0)
    assert worker.ask("count", {}, wall_s=10.0)["answered"] == 1
    assert worker.epoch == 2


def test_a_process_that_fails_by_itself_is_asked_only_twice(worker: Worker) -> None:
    worker.ask("count", {}, wall_s=10.0)
    with pytest.raises(LeanFailed, match="ended before it answered"):
        worker.ask("exit", {}, wall_s=10.0)
    assert worker.epoch == 2


def test_a_process_that_has_grown_is_recycled_after_its_answer(worker: Worker) -> None:
    assert worker.ask("hold", {"mb": 230}, wall_s=10.0)["answered"] == 1
    assert worker.epoch == 2
    assert worker.ask("count", {}, wall_s=10.0)["answered"] == 1


def test_a_process_that_has_answered_much_is_recycled(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_RECYCLED_AFTER", 3)
    assert [worker.ask("count", {}, wall_s=10.0)["answered"] for _ in range(7)] == [1, 2, 3, 1, 2, 3, 1]


def test_a_process_killed_between_requests_is_replaced(worker: Worker) -> None:
    worker.ask("count", {}, wall_s=10.0)
    before = children_of(str(os.getpid()))
    worker.discard()
    worker.ask("count", {}, wall_s=10.0)
    for pid in children_of(str(os.getpid())) - before:
        os.kill(int(pid), signal.SIGKILL)
    assert worker.ask("count", {}, wall_s=10.0)["answered"] == 1


def test_after_a_loss_the_next_process_is_ready_before_it_is_needed(backends: Backends) -> None:
    before = children_of(str(os.getpid()))
    worker = Worker(backends.sandbox(), scripted(start_s=1.5))
    try:
        for _ in range(2):
            worker.ask("count", {}, wall_s=10.0)
            time.sleep(2.5)  # the spare one gets ready, where there is one
            with pytest.raises(LeanFailed):
                worker.ask("sleep", {}, wall_s=0.1)
        began = time.monotonic()
        assert worker.ask("count", {}, wall_s=10.0)["answered"] == 1
        assert time.monotonic() - began < 1.2
        assert worker.epoch == 3
    finally:
        worker.close()
    assert children_of(str(os.getpid())) - before == set()


@pytest.mark.parametrize("cause", POISON)
def test_poison_ends_its_own_check_only(cause: Cause, backends: Backends) -> None:
    source, body, wall_s = POISON[cause]
    with leans_of(backends).lend() as lean:
        assert isinstance(lean.elaborator, Worker)
        with pytest.raises(LeanFailed) as told:
            lean.elaborator.ask("prove", request(source, body), wall_s=wall_s)
        assert told.value.cause is cause
        assert lean.elaborator.ask("inspect", {"context": "", "command": ""}, wall_s=20.0)["messages"] == []


def test_a_reply_longer_than_a_pipe_takes_at_once_arrives_whole(backends: Backends) -> None:
    """Once Lean has used a second thread, as `exact?` does, Node's writes take what fits and return."""
    source, unknown = "theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := by sorry", "x" * 300_000
    with leans_of(backends).lend() as lean:
        assert lean.elaborator.ask("prove", request(source, "by exact?"), wall_s=20.0)["ok"]
        assert unknown in lean.elaborator.ask(unknown, {}, wall_s=20.0)["fault"]


def test_honest_neighbours_of_poison_are_right_in_their_order(backends: Backends) -> None:
    offered = [Offered(pinned=pinned(source), body=body, limits=LIMITS) for source, body in HONEST]
    false = Offered(pinned=pinned("theorem t (n : Nat) : n = 0 := by sorry"), body="by omega", limits=LIMITS)
    garbage = Offered(pinned=pinned(HONEST[0][0]), body=")(@#$ ∀∃λ ⟨", limits=LIMITS)
    unreadable = Offered(pinned=pinned(HONEST[0][0]), body="\x00\x1b\ufffe", limits=LIMITS)
    source, body, wall_s = POISON[Cause.TIMEOUT]
    endless = Offered(pinned=pinned(source), body=body, limits=Limits(wall_s=wall_s))
    found = check_all([offered[0], endless, offered[1], garbage, false, unreadable, offered[2]], backends)
    assert [isinstance(f, Audit) for f in found] == [True, False, True, False, False, False, True]
    assert [reason_of(f) for f in found if isinstance(f, Rejected)] == [Reason.TIMEOUT, None, None, None]


def test_a_process_killed_in_the_middle_costs_its_request_nothing(settings: Settings) -> None:
    """The proof takes seconds, so that the signal comes while it is read."""
    source = DEEP + "theorem t : f 20000 = 20000 := by sorry"
    with Backends(settings) as own:
        leans = leans_of(own)
        before = children_of(str(os.getpid()))
        with leans.lend() as lean:
            assert isinstance(lean.elaborator, Worker)
            lean.elaborator.ask("inspect", {"context": "", "command": ""}, wall_s=60.0)
            mine = children_of(str(os.getpid())) - before
            found: list[object] = []

            def ask() -> None:
                found.append(lean.elaborator.ask("prove", request(source, "by decide +kernel"), wall_s=60.0))

            thread = threading.Thread(target=ask)
            thread.start()
            time.sleep(0.5)
            assert lean.busy
            for pid in mine:
                os.kill(int(pid), signal.SIGKILL)
            thread.join(100.0)
            assert isinstance(found[0], dict)
            assert found[0]["ok"] is True
            assert lean.elaborator.epoch == 2


class Thing:
    """Counts how many threads hold it."""

    def __init__(self) -> None:
        self.busy, self.holders, self.most, self.closed = False, 0, 0, False

    def close(self) -> None:
        self.closed = True


def test_a_thing_is_lent_to_one_thread_at_a_time_and_all_of_them_are_used() -> None:
    lending = Lending(Thing, 2)
    meeting = threading.Barrier(2, timeout=10.0)

    def work(thing: Thing, item: int) -> int:
        thing.holders += 1
        thing.most = max(thing.most, thing.holders)
        if item < 2:
            meeting.wait()  # both are lent at the same time
        thing.holders -= 1
        return item * item

    assert list(lending.each(work, range(100))) == [n * n for n in range(100)]
    assert [thing.most for thing in lending.made()] == [1, 1]
    lending.close()
    assert all(thing.closed for thing in lending.made())


def test_things_are_made_when_they_are_needed_and_a_busy_one_is_left_alone() -> None:
    lending = Lending(Thing, 3)
    first = lending.near()
    assert lending.near() is first
    first.busy = True
    second = lending.near()
    assert second is not first
    assert lending.near() is second
    first.busy = False
    assert lending.near() is first
    assert len(lending.made()) == 2


def test_what_one_item_raises_reaches_the_caller_and_others_are_not_lost() -> None:
    lending = Lending(Thing, 2)

    def work(_: Thing, item: int) -> int:
        return 1 // item

    results = lending.each(work, [1, 1, 0, 1])
    assert [next(results), next(results)] == [1, 1]
    with pytest.raises(ZeroDivisionError):
        next(results)
    with lending.lend() as one, lending.lend() as other:
        assert one is not other


def test_both_processes_of_a_pair_are_closed_with_the_back_ends(settings: Settings) -> None:
    before = children_of(str(os.getpid()))
    with Backends(settings) as own:
        lean = leans_of(own).near()
        assert isinstance(lean, Lean)
        assert isinstance(lean.elaborator, Worker)
        lean.elaborator.start()
        lean.auditor.start()
        assert len(children_of(str(os.getpid())) - before) >= 2
    assert children_of(str(os.getpid())) - before == set()
