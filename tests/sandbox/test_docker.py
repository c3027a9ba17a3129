"""The docker back-end against an engine of our own that speaks the real API, and a real one where it answers."""

import gc
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from docker_daemon import FakeEngine

from lemmata.errors import BackendMissing, BadInput
from lemmata.registry import SANDBOXES
from lemmata.sandbox.attached import Output
from lemmata.sandbox.base import Cancellation, Caps, Command, End, Piece, SessionEnded
from lemmata.sandbox.docker import Docker, build_image, container, image_tag
from lemmata.sandbox.languages.python import python_command
from lemmata.sandbox.seccomp import container_profile

pytestmark = pytest.mark.sandbox
REAL = os.environ.get("DOCKER_HOST", "")


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeEngine]:
    with FakeEngine(images=[image_tag()]) as engine:
        monkeypatch.setenv("DOCKER_HOST", engine.host)
        yield engine
        assert engine.containers == {}, "a container was left behind"


@pytest.fixture
def make_engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., FakeEngine]]:
    made: list[FakeEngine] = []

    def make(**fields: Any) -> FakeEngine:
        made.append(FakeEngine(**{"images": [image_tag()], **fields}))
        monkeypatch.setenv("DOCKER_HOST", made[-1].host)
        return made[-1]

    yield make
    for engine in made:
        engine.__exit__(None, None, None)


@pytest.fixture
def leaky() -> Iterator[None]:
    """The SDK leaves a socket to the collector when an engine can't be reached any more; nothing else may do so."""
    yield
    gc.collect()


def shell(script: str, **fields: Any) -> Command:
    return Command(argv=("/bin/sh", "-c", script), **fields)


def test_it_is_in_the_registry_behind_bubblewrap_and_before_bare_processes() -> None:
    names = list(SANDBOXES)
    assert names.index("bubblewrap") < names.index("docker") < names.index("process")


def test_an_engine_that_answers_is_found_and_tried(engine: FakeEngine) -> None:
    probe = Docker().probe()
    assert probe.found, probe.remedy
    assert probe.version == "27.3.1"
    assert "network" in probe.isolates
    assert "gVisor" not in probe.isolates
    assert len(engine.bodies) == 1


def test_no_engine_is_a_probe_with_its_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")
    began = time.monotonic()
    probe = Docker().probe()
    assert time.monotonic() - began < 2
    assert not probe.found
    assert re.search(r"docker\.sock: No such file.*systemctl start docker.*DOCKER_HOST", probe.remedy)
    with pytest.raises(BackendMissing, match="can't be reached"):
        Docker().run(shell("true"))


def test_an_engine_that_hangs_is_given_up_soon(make_engine: Callable[..., FakeEngine]) -> None:
    for place in ("/version", "/_ping", "/images"):
        make_engine(trouble={place: "hang"})
        began = time.monotonic()
        probe = Docker().probe()
        assert time.monotonic() - began < 2.5
        assert not probe.found
        assert "timed out" in probe.remedy


def test_a_missing_image_is_a_probe_with_its_remedy(make_engine: Callable[..., FakeEngine]) -> None:
    make_engine(images=())
    assert "run `lemmata setup docker`" in Docker().probe().remedy


def test_the_image_is_built_from_the_file_we_ship_and_only_once(make_engine: Callable[..., FakeEngine]) -> None:
    engine = make_engine(images=())
    said: list[str] = []
    build_image(said.append)
    assert b"z3-solver" in engine.built["Dockerfile"]
    assert engine.images == {image_tag()}
    assert said[-1] == f"ready: {image_tag()}"
    build_image(said.append)
    assert said[-1] == f"{image_tag()} is there already"
    assert engine.requests.count("POST /build") == 1


def test_an_image_that_cant_be_built_is_an_error_with_the_engines_words(
    make_engine: Callable[..., FakeEngine],
) -> None:
    make_engine(images=(), warnings=["build"])
    with pytest.raises(BackendMissing, match="pull access denied"):
        build_image(lambda _: None)


def test_the_command_line_builds_the_image(make_engine: Callable[..., FakeEngine]) -> None:
    engine = make_engine(images=())
    done = subprocess.run(
        [sys.executable, "-m", "lemmata", "setup", "docker"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert done.stderr.endswith(f"ready: {image_tag()}\n")
    assert engine.images == {image_tag()}


def test_everything_is_dropped_that_can_be(tmp_path: Path) -> None:
    caps = Caps(memory_mb=300, processes=20, file_mb=3, open_files=50, stack_mb=4, cpu_s=7)
    command = shell("true", files={"a": b"x" * 100}, visible=(str(tmp_path),), caps=caps)
    body = container(command, runtime=None, seccomp="{}")
    host = body["HostConfig"]
    for name, expected in {
        "NetworkMode": "none",
        "IpcMode": "private",
        "CgroupnsMode": "private",
        "Privileged": False,
        "CapDrop": ["ALL"],
        "SecurityOpt": ["no-new-privileges:true", "seccomp={}"],
        "ReadonlyRootfs": True,
        "Memory": 300 << 20,
        "MemorySwap": 300 << 20,
        "PidsLimit": 21,
        "ShmSize": 3 << 20,
        "LogConfig": {"Type": "none", "Config": {}},
        "Mounts": [{"Type": "bind", "Source": str(tmp_path), "Target": str(tmp_path), "ReadOnly": True}],
    }.items():
        assert host[name] == expected, name
    assert (body["User"], body["Hostname"], body["Env"]) == ("1000:1000", "box", [])
    assert (body["StdinOnce"], body["Tty"]) == (True, False)
    limits = {limit["Name"]: (limit["Soft"], limit["Hard"]) for limit in host["Ulimits"]}
    assert limits == {"core": (0, 0), "nofile": (50, 50), "stack": (4 << 20, 4 << 20), "cpu": (7, 8)}
    folders = {path: dict(o.partition("=")[::2] for o in text.split(",")) for path, text in host["Tmpfs"].items()}
    assert {path: int(options["size"]) for path, options in folders.items()} == {
        "/box": (6 << 20) + 100,
        "/tmp": 6 << 20,
    }
    for options in folders.values():
        assert {"nosuid", "nodev", "nr_inodes"} <= options.keys()


def test_nothing_of_the_command_but_its_limits_is_told_to_the_engine(engine: FakeEngine) -> None:
    Docker().run(shell("true secret-1", files={"f": b"secret-2"}, stdin=b"secret-3", env={"A": "secret-4"}))
    assert "secret" not in str(engine.bodies)


def test_our_own_filter_of_system_calls_is_passed_on_for_the_machine_of_the_engine(engine: FakeEngine) -> None:
    Docker().run(shell("true"))
    assert engine.bodies[-1]["HostConfig"]["SecurityOpt"][1] == f"seccomp={container_profile('x86_64')}"


def test_the_network_is_given_only_to_who_asks(engine: FakeEngine) -> None:
    Docker().run(shell("true", network=True))
    assert engine.bodies[-1]["HostConfig"]["NetworkMode"] == "host"


def test_gvisor_is_used_where_the_engine_has_it(make_engine: Callable[..., FakeEngine]) -> None:
    engine = make_engine(info={"Runtimes": {"runc": {}, "runsc": {"path": "runsc"}}})
    assert "gVisor" in Docker().probe().isolates
    assert engine.bodies[-1]["HostConfig"]["Runtime"] == "runsc"


@pytest.mark.parametrize(
    ("info", "said"),
    [
        ({"MemoryLimit": False}, "MemoryLimit"),
        ({"PidsLimit": False, "SwapLimit": False}, "SwapLimit, PidsLimit"),
        ({"SecurityOptions": []}, "filters no system calls"),
        ({"OSType": "windows"}, "no Linux containers"),
    ],
)
def test_an_engine_that_cant_limit_or_isolate_is_refused(
    info: dict[str, Any], said: str, make_engine: Callable[..., FakeEngine]
) -> None:
    engine = make_engine(info=info)
    assert said in Docker().probe().remedy
    with pytest.raises(BackendMissing, match=said):
        Docker().run(shell("true"))
    assert engine.bodies == []


def test_a_warning_of_the_engine_is_a_refusal_and_nothing_runs(make_engine: Callable[..., FakeEngine]) -> None:
    engine = make_engine(warnings=["Your kernel does not support swap limit capabilities."])
    with pytest.raises(BackendMissing, match="swap limit capabilities"):
        Docker().run(shell("true"))
    assert engine.containers == {}
    assert not any("/start" in line for line in engine.requests)


@pytest.mark.parametrize("place", ["/create", "/attach", "/start", "/wait"])
@pytest.mark.parametrize("trouble", ["500", "hang"])
def test_an_engine_in_trouble_is_a_clear_error_and_leaves_nothing(
    place: str, trouble: str, make_engine: Callable[..., FakeEngine]
) -> None:
    engine = make_engine(trouble={place: trouble})
    with pytest.raises(BackendMissing, match=f"fails at {place}" if trouble == "500" else "timed out"):
        Docker(answer_s=0.5).run(shell("true"))
    assert engine.containers == {}
    if place != "/wait":
        with pytest.raises(BackendMissing):
            Docker(answer_s=0.5).open(shell("cat"))
        assert engine.containers == {}


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
@pytest.mark.usefixtures("leaky")
def test_an_engine_that_dies_in_the_middle_of_a_run_is_a_clear_error(make_engine: Callable[..., FakeEngine]) -> None:
    engine = make_engine()

    def die(piece: Piece) -> None:
        engine.die()

    with pytest.raises(BackendMissing, match=r"went away during a run.*systemctl start docker"):
        Docker(answer_s=2).run(shell("echo up; sleep 60"), hear=die)
    left = list(engine.containers.values())
    assert len(left) == 1
    assert left[0].over.wait(10), "the program went on without us"


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
@pytest.mark.usefixtures("leaky")
def test_an_engine_that_dies_in_a_session_is_a_clear_error(make_engine: Callable[..., FakeEngine]) -> None:
    engine = make_engine()
    with Docker(answer_s=2).open(shell("cat")) as session:
        session.ask(b"x", wall_s=5)
        engine.die()
        with pytest.raises(BackendMissing, match="went away during a run"):
            session.ask(b"y", wall_s=5)
        assert not session.alive


def test_output_is_heard_as_it_comes(engine: FakeEngine) -> None:
    heard: list[tuple[float, Piece]] = []
    Docker().run(shell("echo a; sleep 0.5; echo b >&2"), hear=lambda piece: heard.append((time.monotonic(), piece)))
    assert [piece for _, piece in heard] == [Piece("stdout", b"a\n"), Piece("stderr", b"b\n")]
    assert heard[1][0] - heard[0][0] > 0.3


def test_what_the_listener_raises_ends_the_run(engine: FakeEngine) -> None:
    def hear(piece: Piece) -> None:
        raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"):
        Docker().run(shell("echo a; sleep 60"), hear=hear)


def test_a_cancelled_run_ends_and_its_files_are_there(engine: FakeEngine) -> None:
    cancellation = Cancellation()
    threading.Timer(0.6, cancellation.cancel).start()
    began = time.monotonic()
    outcome = Docker().run(shell("echo x > f; sleep 60", collect=("f",)), cancellation=cancellation)
    assert (outcome.end, outcome.exit_code, outcome.files) == (End.CANCELLED, None, {"f": b"x\n"})
    assert time.monotonic() - began < 5


def test_files_are_there_after_a_limit_too(engine: FakeEngine) -> None:
    for script, caps, end in (
        ("echo x > f; sleep 60 & sleep 60", Caps(wall_s=0.5), End.WALL),
        ("echo x > f; yes", Caps(output_kb=8), End.OUTPUT),
        ("echo x > f; while :; do :; done", Caps(cpu_s=1), End.CPU),
    ):
        outcome = Docker().run(shell(script, collect=("f",), caps=caps))
        assert (outcome.end, outcome.files) == (end, {"f": b"x\n"})


def test_links_are_not_followed_when_files_are_read_back(engine: FakeEngine) -> None:
    script = """
    ln -s /etc/ld.so.cache link; ln -s /usr folder; mkfifo pipe; mkdir plain; echo kept > plain/file
    mkdir closed; touch closed/x; chmod 0 closed; head -c 2M /dev/zero > large
    """
    names = ("link", "folder/bin/env", "pipe", "plain", "plain/file", "closed/x", "missing", "large")
    outcome = Docker().run(shell(script, collect=names, caps=Caps(file_mb=2)))
    assert outcome.files["plain/file"] == b"kept\n"
    assert set(outcome.files) <= {"plain/file", "large", "closed/x"}
    assert len(outcome.files["large"]) == 2 << 20


def test_a_program_that_kills_all_it_can_only_ends_itself(engine: FakeEngine) -> None:
    code = "import os, time\nos.fork() or time.sleep(60)\nfor n in 9, 15, 2, 17: os.kill(1, n)\n"
    code += "os.kill(-1, 9)\nprint('still here')"
    outcome = Docker().run(python_command(code, collect=("main.py",)))
    assert (outcome.end, outcome.stdout) == (End.FINISHED, b"still here\n")
    assert outcome.files == {"main.py": code.encode()}


def test_process_one_cant_be_read_or_traced_and_has_no_more_room(engine: FakeEngine) -> None:
    code = """
import ctypes, os
for name in ("mem", "environ", "maps"):
    try:
        print(name, open(f"/proc/1/{name}", "rb").read(1))
    except OSError as error:
        print(name, "stopped")
print("ptrace", ctypes.CDLL(None).ptrace(16, 1, 0, 0))
def limits(pid): return [line for line in open(f"/proc/{pid}/limits") if "pending" not in line]
print(limits(1) == limits("self"))
"""
    outcome = Docker().run(python_command(code, caps=Caps(cpu_s=5)))
    assert outcome.stdout.decode().splitlines() == [
        "mem stopped",
        "environ stopped",
        "maps stopped",
        "ptrace -1",
        "True",
    ]


def test_a_program_that_makes_its_output_nonblocking_does_not_lose_the_report(engine: FakeEngine) -> None:
    code = "import os\nos.set_blocking(1, False)\nopen('big', 'wb').write(bytes(3 << 20))"
    outcome = Docker().run(python_command(code, collect=("big",)))
    assert (outcome.end, len(outcome.files["big"])) == (End.FINISHED, 3 << 20)


def test_a_script_without_its_interpreter_is_an_error_and_not_a_failed_run(engine: FakeEngine) -> None:
    with pytest.raises(BackendMissing, match="No such file"):
        Docker().run(Command(argv=("/box/go",), files={"go": b"#!/nothing/of/the/kind\n"}))


def test_python_is_the_images_own_with_and_without_packages(engine: FakeEngine) -> None:
    code = "import sys; print(sys.executable, any('site-packages' in path for path in sys.path))"
    assert Docker().run(python_command(code)).stdout == b"/opt/lemmata/bin/python3 False\n"
    assert Docker().run(python_command(code, packages=True)).stdout == b"/opt/lemmata/bin/python3 True\n"


def test_what_is_visible_can_be_read_and_not_written(engine: FakeEngine, tmp_path: Path) -> None:
    (tmp_path / "given").write_text("content")
    outcome = Docker().run(shell(f"cat {tmp_path}/given; echo x > {tmp_path}/given", visible=(str(tmp_path),)))
    assert (outcome.stdout, (tmp_path / "given").read_text()) == (b"content", "content")
    assert b"Read-only file system" in outcome.stderr


def test_folders_that_the_image_has_itself_cant_be_replaced(engine: FakeEngine) -> None:
    for folder in ("/usr", "/usr/../etc", "/tmp", "/proc", "/"):
        with pytest.raises(BadInput):
            Docker().run(shell("true", visible=(folder,)))
    assert engine.bodies == []


def test_what_killed_processes_left_behind_is_removed_by_the_next(engine: FakeEngine) -> None:
    code = """
import os, sys
from lemmata.sandbox.base import Command
from lemmata.sandbox.docker import Docker
session = Docker().open(Command(argv=("/bin/cat",)))
session.ask(b"x", wall_s=5)
print("up", flush=True)
os.kill(os.getpid(), 9)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (-9, b"up\n"), done.stderr
    left = list(engine.containers.values())
    assert len(left) == 1
    assert left[0].over.wait(10), "the program went on without us"
    with Docker().open(shell("cat")) as ours:
        assert left[0].name not in engine.containers
        Docker().run(shell("true"))
        assert ours.ask(b"still here", wall_s=5) == b"still here"


def test_a_session_that_was_forgotten_is_removed(engine: FakeEngine) -> None:
    session = Docker().open(shell("cat"))
    session.ask(b"x", wall_s=5)
    assert len(engine.containers) == 1
    del session
    assert engine.containers == {}


def test_a_session_can_be_closed_while_another_thread_waits(engine: FakeEngine) -> None:
    session = Docker().open(shell("sleep 60"))
    ends: list[End] = []

    def ask() -> None:
        try:
            session.ask(b"x", wall_s=30)
        except SessionEnded as ended:
            ends.append(ended.end)

    thread = threading.Thread(target=ask)
    thread.start()
    time.sleep(0.3)
    session.close()
    thread.join(5)
    assert ends == [End.CANCELLED]


def test_whatever_a_session_leaves_running_ends_with_it(engine: FakeEngine) -> None:
    with Docker().open(shell("setsid sleep 60 & echo started; cat")) as session:
        assert session.read(wall_s=5) == b"started"
        running = next(iter(engine.containers.values()))
    assert running.over.is_set()


def test_many_runs_at_once_end_as_they_should(engine: FakeEngine) -> None:
    sandbox = Docker()
    ends: list[bytes] = []

    def run(n: int) -> None:
        ends.append(sandbox.run(shell(f"echo {n}", caps=Caps(wall_s=60))).stdout)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(int, ends)) == list(range(8))


def test_runs_leave_no_descriptor(engine: FakeEngine) -> None:
    sandbox, command = Docker(), python_command("pass", collect=("main.py",))
    sandbox.run(command)
    time.sleep(0.2)
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        sandbox.run(command)
        with sandbox.open(command):
            pass
    time.sleep(0.2)
    assert len(os.listdir("/proc/self/fd")) <= before


def test_the_mark_is_found_wherever_it_is_torn() -> None:
    mark = b"\0" + b"ab" * 8 + b"\n"
    report = b'{"code": 3, "cpu_s": 0.5, "memory": false, "files": [["f", 4]]}\nfile'
    whole = b"out\0ab put" + mark + report
    for place in range(len(whole) + 1):
        output = Output(mark, 1000, None)
        assert output.take([("stdout", whole[:place]), ("stdout", whole[place:])])
        assert output.finish()
        assert output.kept["stdout"] == b"out\0ab put"
        found = output.report()
        assert found is not None
        assert (found.code, found.files) == (3, {"f": b"file"})


def test_what_only_looks_like_a_mark_is_output_and_not_held_back_for_ever() -> None:
    heard: list[bytes] = []
    output = Output(b"\0mark\n", 1000, lambda piece: heard.append(piece.data))
    output.take([("stdout", b"a\0mar")])
    assert heard == [b"a"]
    output.finish()
    assert (heard, output.report()) == ([b"a", b"\0mar"], None)


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch) -> Docker:
    if REAL:
        monkeypatch.setenv("DOCKER_HOST", REAL)
    sandbox = Docker()
    probe = sandbox.probe()
    if not probe.found:
        pytest.skip(probe.remedy)
    return sandbox


def test_a_real_engine_isolates_and_limits(real: Docker) -> None:
    code = "import numpy, sympy, z3, sys; print(sympy.sqrt(16), z3.simplify(z3.IntVal(2) + 3), sys.stdin.read())"
    outcome = real.run(python_command(code, packages=True, stdin=b"given", collect=("main.py",)))
    assert (outcome.stdout, outcome.files) == (b"4 5 given\n", {"main.py": code.encode()}), outcome
    bomb = """
import os, time
made = 0
try:
    while made < 500:
        if os.fork() == 0:
            time.sleep(60)
        made += 1
except OSError as error:
    print("stopped", error.errno, made)
"""
    outcome = real.run(python_command(bomb, caps=Caps(processes=20)))
    assert outcome.stdout.startswith(b"stopped 11 ")
    assert int(outcome.stdout.split()[2]) <= 20
    reach = "import socket\nsocket.create_connection(('127.0.0.1', 9), 3)"
    outcome = real.run(python_command(reach))
    assert (outcome.exit_code, b"not permitted" in outcome.stderr) == (1, True), outcome
    hog = "import os, time\nos.fork(), os.fork()\nx = b'x' * (80 << 20)\ntime.sleep(9)"
    assert real.run(python_command(hog, caps=Caps(memory_mb=250))).end is End.MEMORY
    with real.open(Command(argv=("/bin/cat",))) as session:
        assert session.ask(b"hello", wall_s=5) == b"hello"
        assert session.resident_mb() < 100
