"""One command on many inputs: as one run each, only sooner, and none leaves anything for the next."""

import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median

import pytest

from lemmata.errors import BackendMissing, BadInput
from lemmata.sandbox.base import Caps, Command, End, Sandbox
from lemmata.sandbox.bubblewrap import Bubblewrap
from lemmata.sandbox.languages.c import build_command, find_violation, program_command, read_build
from lemmata.sandbox.languages.python import python_command
from lemmata.sandbox.languages.shell import shell_command
from lemmata.sandbox.languages.warm import FuzzTarget
from lemmata.sandbox.process import BareProcess

pytestmark = pytest.mark.sandbox

PARSER = r"""
#include <stdio.h>
int main(void) {
  char text[8];
  int n = 0, c;
  while ((c = getchar()) != EOF) text[n++] = (char)c;
  if (text[0] == 'c') __builtin_trap();
  if (text[0] == 'h') for (;;) ;
  return n;
}
"""


@pytest.fixture(scope="module", params=[Bubblewrap, BareProcess], ids=lambda backend: backend.name)
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    backend: Sandbox = request.param()
    return backend


@pytest.fixture(scope="module")
def target(sandbox: Sandbox) -> Iterator[FuzzTarget]:
    build = read_build(sandbox.run(build_command({"parser.c": PARSER})))
    assert build.program is not None, build.said
    with FuzzTarget(sandbox, program_command(build.program, caps=Caps(wall_s=0.5))) as opened:
        yield opened


def test_each_input_has_its_own_end(target: FuzzTarget) -> None:
    told = {data: target.run(data) for data in (b"", b"abc", b"crash", b"hang", b"much too long", b"ab")}
    assert [(o.end, o.exit_code) for o in told.values()] == [
        (End.FINISHED, 0),
        (End.FINISHED, 3),
        (End.KILLED, -4),
        (End.WALL, None),
        (End.FINISHED, 77),
        (End.FINISHED, 2),
    ]
    violation = find_violation(told[b"much too long"])
    assert violation is not None
    assert (violation.file, violation.line) == ("parser.c", 6)


def test_an_input_may_come_as_a_file(sandbox: Sandbox) -> None:
    command = shell_command("cat in/put given; cat; printenv IT", files={"given": b"2"}, stdin=b"3", env={"IT": "4"})
    with FuzzTarget(sandbox, command, input_file="in/put") as target:
        assert target.run(b"1").stdout == b"1234\n"
        assert target.run(b"one").stdout == b"one234\n"


def test_it_does_what_a_run_of_its_own_does(sandbox: Sandbox) -> None:
    script = "pwd; ls; id -u; ulimit -a | grep -v process; trap; grep -e Sig -e Cap /proc/self/status\n"
    script += 'env | sort | grep -v -e "^_=" -e SHLVL; exit 5'
    command = shell_command(script, files={"main.py": b"mine", "a/b": b""}, env={"A": "1"})
    with FuzzTarget(sandbox, command) as target:
        told, alone = target.run(b""), sandbox.run(command)
    lines = [[line for line in o.stdout.splitlines() if b"/lemmata-" not in line] for o in (told, alone)]
    assert lines[0] == lines[1]
    assert len(lines[0]) > 20
    assert told.exit_code == alone.exit_code


def test_a_run_finds_nothing_of_the_one_before_and_its_files_are_whole_again(sandbox: Sandbox) -> None:
    script = "cat given; ls; echo spoilt > given; touch left /tmp/left; chmod 000 given; sleep 60 > /dev/null 2>&1 &"
    with FuzzTarget(sandbox, shell_command(script, files={"given": b"whole\n"})) as target:
        assert [target.run(b"").stdout for _ in range(3)] == [b"whole\ngiven\n"] * 3


def test_what_is_visible_below_the_temporary_folder_stays_there() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        Path(folder, "a").mkdir()
        Path(folder, "a", "file").write_text("visible ")
        script = f"cat {folder}/a/file; ls {folder} /tmp/x; touch {folder}/x /tmp/x"
        command = replace(shell_command(script), visible=(f"{folder}/a",))
        with FuzzTarget(Bubblewrap(), command) as target:
            assert [target.run(b"").stdout.split() for _ in range(2)] == [[b"visible", f"{folder}:".encode(), b"a"]] * 2
            assert target._session is not None
        assert Path(folder, "a", "file").read_text() == "visible "


def test_a_program_that_can_t_be_run_is_told_as_a_shell_does(sandbox: Sandbox) -> None:
    with FuzzTarget(sandbox, Command(argv=("/box/text",), files={"text": b"no program"})) as target:
        assert target.run(b"").exit_code == 126


def test_what_can_t_be_run_so_is_refused(sandbox: Sandbox) -> None:
    for command in (python_command("pass"), Command(argv=("/bin/true",), network=True)):
        with pytest.raises(BadInput, match="fuzz target"):
            FuzzTarget(sandbox, command)
    with pytest.raises(BackendMissing, match="no program"):
        FuzzTarget(sandbox, Command(argv=("/usr/bin/nothing-of-the-kind",)))
    with pytest.raises(BadInput, match="below /box"):
        FuzzTarget(sandbox, Command(argv=("/bin/true",)), input_file="../x")


def test_an_input_takes_less_time_than_a_run_of_its_own(sandbox: Sandbox) -> None:
    command = Command(argv=("/bin/true",))
    with FuzzTarget(sandbox, command) as target:
        target.run(b"")
        taken: dict[bool, list[float]] = {True: [], False: []}
        for number in range(40):  # interleaved, so that a busy machine slows both alike
            began = time.monotonic()
            warm = number % 2 == 0
            assert (target.run(b"") if warm else sandbox.run(command)).exit_code == 0
            taken[warm].append(time.monotonic() - began)
    assert median(taken[True]) < median(taken[False]), taken
