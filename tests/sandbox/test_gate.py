"""The gate: real programs of system calls, for this machine and, where it can be emulated, for arm64."""

import os
import platform
import shutil
import subprocess
from pathlib import Path

import pytest

from lemmata.errors import BackendMissing
from lemmata.sandbox.base import Caps
from lemmata.sandbox.entrance import Entrance, rlimits
from lemmata.sandbox.gate import build_gate
from lemmata.sandbox.landlock import Rules, confine, version

LIMITS = {"nofile": (50, 60), "core": (0, 0), "stack": (4 << 20, 4 << 20)}


def run(entrance: Entrance, *argv: str, word: bytes = b"\n") -> tuple[str, subprocess.CompletedProcess[bytes]]:
    """What the gate says first, and what came of the program."""
    with subprocess.Popen(
        [*entrance.argv, *argv],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=entrance.descriptors,
    ) as process:
        said = entrance.await_standing(10)
        stdout, stderr = process.communicate(word, timeout=10)
    return said, subprocess.CompletedProcess(argv, process.returncode, stdout, stderr)


def test_it_sets_the_limits_and_becomes_the_program_with_its_arguments_and_environment() -> None:
    entrance = Entrance(LIMITS)
    said, done = run(entrance, "/bin/sh", "-c", 'ulimit -Sn; ulimit -Hn; ulimit -c; echo "$0 $1 $HOME"', "zero", "one")
    assert said == ""
    assert done.stdout.decode().split("\n") == ["50", "60", "0", f"zero one {os.environ.get('HOME', '')}", ""]
    assert entrance.fault() == ""
    entrance.close()


def test_the_program_finds_none_of_its_descriptors() -> None:
    _, done = run(Entrance(LIMITS), "/bin/sh", "-c", "ls /proc/self/fd")
    assert done.stdout.split() == [b"0", b"1", b"2", b"3"]  # the last is the folder that is listed


def test_it_takes_one_byte_of_the_input_and_leaves_the_rest() -> None:
    _, done = run(Entrance({}), "/bin/cat", word=b"\nrest\n")
    assert done.stdout == b"rest\n"


@pytest.mark.parametrize(("program", "why"), [("/nothing", "No such file"), ("/etc", "Permission denied")])
def test_a_program_that_cant_be_executed_is_told_with_the_reason(program: str, why: str) -> None:
    entrance = Entrance(LIMITS)
    said, done = run(entrance, program)
    assert (said, done.returncode) == ("", 126)
    assert f"can't be executed: {why}" in entrance.fault()


def test_a_limit_that_cant_be_set_is_told_and_nothing_runs() -> None:
    said, done = run(Entrance({"nofile": (2_000_000_000, 2_000_000_000)}), "/bin/echo", "ran")
    assert said.startswith("setting the limit nofile to 2000000000")
    assert (done.returncode, done.stdout) == (126, b"")


def test_nothing_runs_without_our_word() -> None:
    _, done = run(Entrance(LIMITS), "/bin/echo", "ran", word=b"")  # as when we die
    assert (done.returncode, done.stdout) == (126, b"")


@pytest.mark.skipif(version() == 0, reason="this kernel has no Landlock")
def test_landlock_keeps_writing_in_its_folders(tmp_path: Path) -> None:
    (inside := tmp_path / "inside").mkdir()
    rules = confine([str(inside)], devices=["/dev/null"], network=False)
    script = (
        f"echo x > {tmp_path}/lie; echo y > {inside}/kept; echo z > /dev/null && cat {inside}/kept {tmp_path}/../*/x"
    )
    said, done = run(Entrance({}, rules=rules), "/bin/sh", "-c", script)
    assert said == ""
    assert [p.name for p in tmp_path.iterdir()] == ["inside"]
    assert done.stdout == b"y\n"


@pytest.mark.skipif(version() == 0, reason="this kernel has no Landlock")
def test_a_folder_for_landlock_that_is_not_there_ends_it() -> None:
    rules = confine(["/nothing/of/the/kind"], devices=[], network=False)
    said, done = run(Entrance({}, rules=rules), "/bin/echo", "ran")
    assert "Landlock for /nothing/of/the/kind: No such file" in said
    assert done.stdout == b""


def test_the_limits_are_those_of_the_caps() -> None:
    caps = Caps(cpu_s=3, memory_mb=100, file_mb=2, open_files=9, stack_mb=4)
    assert rlimits(caps, processes=7) == {
        "core": (0, 0),
        "nofile": (9, 9),
        "fsize": (2 << 20, 2 << 20),
        "stack": (4 << 20, 4 << 20),
        "as": (100 << 20, 100 << 20),
        "nproc": (7, 7),
        "cpu": (3, 4),
    }
    assert {"as", "cpu", "nproc"}.isdisjoint(rlimits(Caps(resident=True), processes=None))


def test_an_unknown_machine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    with pytest.raises(BackendMissing, match="riscv64"):
        build_gate(LIMITS, status=3, rules=Rules())


@pytest.mark.parametrize(
    ("program", "ends"), [("/bin/echo", (0, b"ran\n", b"\0")), ("/none", (126, b"", b"\0\xff\x02"))]
)
def test_the_arm_gate_does_the_same_in_an_emulator(
    program: str, ends: tuple[int, bytes, bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    emulator = shutil.which("qemu-aarch64") or shutil.which("qemu-aarch64-static")
    if emulator is None:
        pytest.skip("no qemu-aarch64 here (apt-get install qemu-user)")
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    heard, told = os.pipe()
    gate = build_gate({"nofile": (50, 60)}, status=told, rules=Rules())
    (file := tmp_path / "gate").write_bytes(gate.program)
    file.chmod(0o755)
    done = subprocess.run(
        [emulator, file, program, "ran"], input=b"\n", capture_output=True, pass_fds=(told,), check=False, timeout=20
    )
    os.close(told)
    assert (done.returncode, done.stdout, os.read(heard, 9)) == ends
    os.close(heard)
