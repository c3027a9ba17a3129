"""Control groups, where this machine lets us make them."""

import os
import subprocess
import time
from pathlib import Path

import pytest

from lemmata.sandbox.base import Caps, Command, End
from lemmata.sandbox.bubblewrap import Bubblewrap
from lemmata.sandbox.cgroup import Hierarchy, find_hierarchy, make_cgroup
from lemmata.sandbox.languages.python import python_command


@pytest.fixture
def hierarchy() -> Hierarchy:
    found = find_hierarchy()
    if found is None:
        pytest.skip("no control groups can be made here")
    return found


@pytest.fixture
def others(hierarchy: Hierarchy) -> set[str]:
    """Groups of sessions that other tests keep open."""
    return of_this_process(hierarchy)


def of_this_process(hierarchy: Hierarchy) -> set[str]:
    names = {name for parent in (hierarchy.memory, hierarchy.pids) for name in os.listdir(parent)}
    return {name for name in names if name.startswith(f"lemmata-{os.getpid()}-")}


def test_a_group_holds_what_is_put_in_and_is_gone_afterwards(hierarchy: Hierarchy, others: set[str]) -> None:
    group = make_cgroup(hierarchy, memory_mb=64, processes=4)
    with subprocess.Popen(["/bin/sleep", "60"]) as process:
        group.add(process.pid)
        assert "/lemmata-" in Path(f"/proc/{process.pid}/cgroup").read_text()
        assert not group.ran_out_of_memory()
        process.kill()
    group.remove()
    assert of_this_process(hierarchy) == others


def test_a_limit_that_cant_be_set_leaves_no_group(hierarchy: Hierarchy, others: set[str]) -> None:
    with pytest.raises(OSError, match=r"."):
        make_cgroup(hierarchy, memory_mb=64, processes=-5)
    assert of_this_process(hierarchy) == others


def test_the_kernel_ends_what_takes_too_much_at_once(hierarchy: Hierarchy, others: set[str]) -> None:
    code = "import os\nfor _ in range(3): os.fork()\nx = bytearray(150 << 20)\nimport time; time.sleep(5)"
    outcome = Bubblewrap().run(python_command(code, caps=Caps(memory_mb=200, file_mb=1)))
    assert outcome.end is End.MEMORY
    assert of_this_process(hierarchy) == others


@pytest.mark.sandbox
def test_where_there_are_none_the_watch_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lemmata.sandbox.bubblewrap.find_hierarchy", lambda: None)
    code = "import os, time\nos.fork(), os.fork()\nx = b'x' * (80 << 20)\ntime.sleep(9)"
    began = time.monotonic()
    assert Bubblewrap().run(python_command(code, caps=Caps(memory_mb=250))).end is End.MEMORY
    assert time.monotonic() - began < 8


def test_a_group_of_a_dead_process_is_swept(hierarchy: Hierarchy) -> None:
    gone = subprocess.Popen(["/bin/true"])
    gone.wait()
    left = Path(hierarchy.memory, f"lemmata-{gone.pid}-1")
    left.mkdir()
    find_hierarchy.cache_clear()
    find_hierarchy()
    assert not left.exists()


@pytest.mark.sandbox
def test_a_run_is_in_its_group_from_its_first_step(hierarchy: Hierarchy, others: set[str]) -> None:
    with Bubblewrap().open(Command(argv=("/bin/sh", "-c", "echo up; cat"))) as session:
        session.read(wall_s=5)
        (name,) = of_this_process(hierarchy) - others
        inside = Path(hierarchy.pids, name, "cgroup.procs").read_text().split()
        assert any(b"echo up; cat" in Path(f"/proc/{pid}/cmdline").read_bytes() for pid in inside)
    assert of_this_process(hierarchy) == others
