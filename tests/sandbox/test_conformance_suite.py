"""The suite itself: it sees what is wrong, says what it did, and runs wherever the sandbox does."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from typer.testing import CliRunner

import lemmata
from lemmata.cli import app
from lemmata.errors import BackendMissing
from lemmata.sandbox.base import Cancellation, Command, End, Outcome, Piece, Probe, Session
from lemmata.sandbox.bubblewrap import Bubblewrap
from lemmata.sandbox.conformance.case import Attack, Behaviour, Cases, Mark, NotApplicable, Stage, expect
from lemmata.sandbox.conformance.guest import NO_SOCKET, REFUSED, judge, probe
from lemmata.sandbox.conformance.host import Host
from lemmata.sandbox.conformance.suite import CASES, check_sandbox, play
from lemmata.sandbox.process import BareProcess

pytestmark = pytest.mark.sandbox
SYSTEM_PYTHON = "/usr/bin/python3"


class Leaky(Bubblewrap):
    """A sandbox that gives what was not asked for."""

    def __init__(self, change: Callable[[Command], Command]) -> None:
        self._change = change

    def run(
        self,
        command: Command,
        *,
        hear: Callable[[Piece], None] | None = None,
        cancellation: Cancellation | None = None,
    ) -> Outcome:
        return super().run(self._change(command), hear=hear, cancellation=cancellation)

    def open(self, command: Command) -> Session:
        return super().open(self._change(command))


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with Host() as prepared:
        yield prepared


def played(name: str, stage: Stage, *, isolated: bool = True) -> Mark:
    (case,) = [case for case in CASES if case.id == name]
    return play(case, stage, isolated=isolated).mark


def test_there_are_enough_cases_and_each_says_what_it_is() -> None:
    assert sum(isinstance(case, Behaviour) for case in CASES) >= 50
    assert sum(isinstance(case, Attack) for case in CASES) >= 70
    assert [n for n, count in Counter(case.id for case in CASES).items() if count > 1] == []
    assert [case.id for case in CASES if not case.what.endswith(".") or len(case.what) < 15] == []


@pytest.mark.parametrize(
    "name", ["network.tcp", "network.address", "network.names", "network.listen", "network.netlink", "network.udp"]
)
def test_a_shared_network_is_seen(name: str, host: Host) -> None:
    stage = Stage(Leaky(lambda command: replace(command, network=True)), host)
    mark = played(name, stage)
    # The filter still forbids netlink; all the others get through.
    assert mark is (Mark.STOPPED if name == "network.netlink" else Mark.SUCCEEDED) or mark is Mark.NOT_APPLICABLE


@pytest.mark.parametrize(
    "name",
    ["files.secret", "files.parents", "files.symbolic-link", "files.bind-source", "files.working-folder"],
)
def test_a_folder_of_the_host_that_is_seen_is_seen_to_be(name: str, host: Host) -> None:
    stage = Stage(Leaky(lambda command: replace(command, visible=(*command.visible, str(host.folder)))), host)
    assert played(name, stage) is Mark.SUCCEEDED


def test_the_configuration_of_the_host_that_is_seen_is_seen_to_be(host: Host) -> None:
    stage = Stage(Leaky(lambda command: replace(command, visible=(*command.visible, "/etc/passwd"))), host)
    assert played("files.users", stage) is Mark.SUCCEEDED


def test_an_environment_that_leaks_is_seen(host: Host) -> None:
    stage = Stage(Leaky(lambda command: replace(command, env={**command.env, "X": host.secret})), host)
    assert played("environment.own", stage) is Mark.SUCCEEDED
    assert played("environment.only-the-given", stage) is Mark.FAILED


def test_limits_that_are_forgotten_are_seen(host: Host) -> None:
    def lift(command: Command) -> Command:
        return replace(command, caps=replace(command.caps, processes=200, output_kb=1 << 10, open_files=200))

    stage = Stage(Leaky(lift), host)
    for name in ("exhaust.processes", "exhaust.threads", "exhaust.descriptors", "exhaust.output"):
        assert played(name, stage) is Mark.SUCCEEDED, name
    for name in ("limit.processes", "limit.open-files", "limit.output"):
        assert played(name, stage) is Mark.FAILED, name


def test_a_run_without_isolation_is_seen_and_no_harm_is_done() -> None:
    report = check_sandbox(BareProcess())
    told = report.encode()
    assert report.holds is False
    assert report.count(Mark.SUCCEEDED, attacks=True) >= (90 if os.geteuid() == 0 else 40)
    assert told["attacks_inconclusive"] == 0
    assert [r.case.id for r in report.results if isinstance(r.case, Attack) and not r.case.harmless] == [
        r.case.id for r in report.results if r.mark is Mark.NOT_TRIED
    ]
    assert [r.case.id for r in report.results if r.mark is Mark.FAILED] == []


@pytest.mark.parametrize(
    ("code", "mark"),
    [
        ("attempt('x', lambda: read('/nothing'))", Mark.STOPPED),
        ("attempt('x', lambda: read('main.py'))", Mark.SUCCEEDED),
        ("attempt('x', lambda: os.close(999))", Mark.SUCCEEDED),  # the kernel looked at it: EBADF
        ("attempt('x', lambda: 1 / 0)", Mark.INCONCLUSIVE),
        ("attempt('x', lambda: os.no_such_call())", Mark.INCONCLUSIVE),
        ("pass", Mark.INCONCLUSIVE),
        ("attempt('x', lambda: read('/nothing'))\nos._exit(0)", Mark.INCONCLUSIVE),
        ("attempt('x', lambda: read('/nothing'))\nos.kill(os.getpid(), 9)", Mark.INCONCLUSIVE),
        ("this is no Python", Mark.INCONCLUSIVE),
    ],
)
def test_an_attack_that_breaks_is_never_taken_for_one_that_was_stopped(code: str, mark: Mark, host: Host) -> None:
    assert probe(Stage(Bubblewrap(), host), code).mark is mark


def test_what_python_alone_lacks_stops_an_attack_only_where_there_is_python_alone() -> None:
    told = b'["x", "absent", "no ctypes"]\n["", "done", ""]\n'
    outcome = Outcome(end=End.FINISHED, exit_code=0, stdout=told, stderr=b"")
    assert judge(outcome, stops=REFUSED, limits=(), native=False).mark is Mark.STOPPED
    assert judge(outcome, stops=REFUSED, limits=(), native=True).mark is Mark.INCONCLUSIVE


def test_a_limit_stops_an_attack_only_where_it_was_to() -> None:
    outcome = Outcome(end=End.MEMORY, exit_code=None, stdout=b'["x", "nothing", ""]\n', stderr=b"")
    assert judge(outcome, stops=NO_SOCKET, limits=(End.MEMORY,), native=True).mark is Mark.STOPPED
    assert judge(outcome, stops=NO_SOCKET, limits=(), native=True).mark is Mark.INCONCLUSIVE


def test_what_a_case_raises_is_told_and_ends_nothing(host: Host) -> None:
    cases = Cases()

    @cases.behaviour("a")
    def broken(stage: Stage) -> None:
        """It is one."""
        expect(1, 2, "it")

    @cases.behaviour("b")
    def missing(stage: Stage) -> None:
        """It is there."""
        raise BackendMissing("no such thing", remedy="get it")

    @cases.attack("c")
    def without_meaning(stage: Stage) -> None:  # type: ignore[return]
        """It tries."""
        raise NotApplicable("no sense")

    results = [play(case, Stage(BareProcess(), host), isolated=True) for case in cases]
    assert [(r.mark, r.by) for r in results] == [
        (Mark.FAILED, "expected it to be 2, got 1"),
        (Mark.FAILED, "BackendMissing: no such thing; get it"),
        (Mark.NOT_APPLICABLE, "no sense"),
    ]


class PythonOnly(Bubblewrap):
    """A sandbox that runs Python only, and its Python has neither sockets nor processes."""

    name = "python-only"
    native = False


def test_a_sandbox_for_python_is_asked_for_nothing_else(host: Host) -> None:
    stage = Stage(PythonOnly(), host)
    assert played("run.shell", stage) is Mark.NOT_APPLICABLE
    assert played("call.bpf", stage) is Mark.NOT_APPLICABLE
    assert played("run.exit-code", stage) is Mark.PASSED
    assert played("refuse.other-programs", stage) is Mark.FAILED


def test_one_object_tells_everything() -> None:
    done = CliRunner().invoke(app, ["sandbox", "check", "bubblewrap", "--json", "--only", "stdin"])
    told = json.loads(done.stdout)
    assert done.exit_code == 0
    counts = ("behaviours_passed", "behaviours_failed", "attacks_stopped", "attacks_succeeded", "not_applicable")
    assert [told[name] for name in counts] == [3, 0, 0, 0, 0]
    assert (told["backend"], told["user"]) == ("bubblewrap", os.geteuid())
    assert told["version"].startswith("0.")
    assert "network" in told["isolates"]
    assert {row["id"]: row["outcome"] for row in told["results"]} == {
        "stdin.binary": "passed",
        "stdin.empty": "passed",
        "stdin.ignored": "passed",
    }


def test_people_see_what_went_wrong_and_the_counts() -> None:
    done = CliRunner().invoke(app, ["sandbox", "check", "process", "--only", "files.secret"])
    assert done.exit_code == 1
    assert "files.secret" in done.stdout
    assert "1 succeeded" in done.stdout
    done = CliRunner().invoke(app, ["sandbox", "check", "bubblewrap", "--only", "files.secret"])
    assert done.exit_code == 0
    assert "files.secret" not in done.stdout
    assert "1 stopped" in done.stdout
    done = CliRunner().invoke(app, ["sandbox", "check", "bubblewrap", "--only", "files.secret", "-v"])
    assert "ENOENT" in done.stdout


@pytest.mark.parametrize("module", ["lemmata", "lemmata.sandbox.conformance"])
def test_an_unknown_or_missing_backend_is_an_error_with_its_remedy(module: str, tmp_path: Path) -> None:
    words = ["sandbox", "check"] if module == "lemmata" else []
    for name, said in (("nothing", "expected one of bubblewrap, "), ("bubblewrap", "apt-get install")):
        env = {**os.environ, "PATH": str(tmp_path)}
        command = [sys.executable, "-m", module, *words, name]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr


def test_the_sandbox_of_a_plug_in_is_found_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("foreign", f"{__name__}:Foreign", "lemmata.sandboxes")
    monkeypatch.setattr("lemmata.registry.entry_points", lambda group: [point])
    monkeypatch.setitem(sys.modules, __name__, sys.modules[__name__])
    done = CliRunner().invoke(app, ["sandbox", "check", "foreign", "--json", "--only", "stdin.empty"])
    assert json.loads(done.stdout)["backend"] == "foreign"


class Foreign(BareProcess):
    name = "foreign"

    def probe(self) -> Probe:
        return replace(super().probe(), version="1.2.3")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become an ordinary user")
def test_an_ordinary_user_passes_all_of_it_with_the_standard_library_alone() -> None:
    asked = [SYSTEM_PYTHON, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
    if not os.path.exists(SYSTEM_PYTHON) or subprocess.run(asked, check=False).returncode:
        pytest.skip(f"{SYSTEM_PYTHON} is not there or older than 3.11")
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        shutil.copytree(Path(lemmata.__file__).parent, f"{folder}/lemmata", ignore=shutil.ignore_patterns("*.pyc"))
        subprocess.run(["chmod", "-R", "a+rX", folder], check=True)
        done = subprocess.run(
            [SYSTEM_PYTHON, "-m", "lemmata.sandbox.conformance", "bubblewrap", "--json"],
            user=4321,
            group=4321,
            extra_groups=(),
            cwd=folder,
            env={"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            check=False,
        )
    told = json.loads(done.stdout or b"{}")
    wrong = [row for row in told.get("results", ()) if row["outcome"] in ("failed", "succeeded", "inconclusive")]
    assert wrong == [], done.stderr.decode()
    assert done.returncode == 0, done.stderr.decode()
    assert told["user"] == 4321
    assert (told["behaviours_failed"], told["attacks_succeeded"]) == (0, 0)
    assert told["behaviours_passed"] >= 45
    assert told["attacks_stopped"] >= 60
