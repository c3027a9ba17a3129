"""What is particular to running without isolation."""

import os
import tempfile

import pytest

from lemmata.sandbox.base import Caps, Command, End
from lemmata.sandbox.languages.python import python_command
from lemmata.sandbox.process import BareProcess


def left() -> list[str]:
    return [name for name in os.listdir(tempfile.gettempdir()) if name.startswith("lemmata-")]


def test_it_says_that_it_isolates_nothing() -> None:
    probe = BareProcess().probe()
    assert probe.found, probe.remedy
    assert probe.isolates == "nothing: limits only"


def test_without_the_programs_that_set_limits_it_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    assert not BareProcess().probe().found


def test_the_scratch_folder_is_gone_afterwards_even_when_it_was_closed() -> None:
    before = left()
    script = "mkdir -p a/b; touch a/b/c; ln -s / root; chmod 000 a/b a; pwd"
    outcome = BareProcess().run(Command(argv=("/bin/sh", "-c", script)))
    assert outcome.stdout.startswith(tempfile.gettempdir().encode())
    with BareProcess().open(Command(argv=("/bin/cat",))) as session:
        session.ask(b"x", wall_s=5)
    assert left() == before


def test_the_scratch_folder_is_named_as_in_a_sandbox() -> None:
    outcome = BareProcess().run(
        Command(
            argv=("/bin/sh", "-c", "cat /box/a; echo $IT; echo /boxer /x/box"), files={"a": b"a\n"}, env={"IT": "/box"}
        )
    )
    assert outcome.stdout.splitlines()[::2] == [b"a", b"/boxer /x/box"]


def test_too_many_processes_end_the_run() -> None:
    code = "import os, time\nfor _ in range(5): os.fork()\ntime.sleep(20)"
    assert BareProcess().run(python_command(code, caps=Caps(processes=8))).end is End.PROCESSES


def test_a_process_that_left_the_session_is_ended_while_it_is_a_descendant() -> None:
    code = "import os, time\nif not os.fork(): os.setsid()\nprint('up', flush=True)\ntime.sleep(60)"
    outcome = BareProcess().run(python_command(code, caps=Caps(wall_s=1)))
    assert (outcome.end, outcome.stdout) == (End.WALL, b"up\nup\n")
    assert not [n for n in os.listdir("/proc") if n.isdigit() and b"lemmata-" in _line(n) and b"main.py" in _line(n)]


def _line(name: str) -> bytes:
    try:
        with open(f"/proc/{name}/cmdline", "rb") as text:
            return text.read()
    except OSError:
        return b""
