"""What every sandbox back-end does, whatever it isolates: the behaviours that are shipped, and the words of errors."""

from collections.abc import Iterator

import pytest

from lemmata.errors import BackendMissing
from lemmata.sandbox.base import Caps, Command, Sandbox
from lemmata.sandbox.bubblewrap import Bubblewrap
from lemmata.sandbox.conformance.case import Behaviour, Mark, Stage, shell
from lemmata.sandbox.conformance.host import Host
from lemmata.sandbox.conformance.suite import CASES, play
from lemmata.sandbox.process import BareProcess

pytestmark = pytest.mark.sandbox

BACKENDS = {backend.name: backend for backend in (Bubblewrap, BareProcess)}


@pytest.fixture(scope="module", params=BACKENDS)
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    backend: Sandbox = BACKENDS[request.param]()
    assert backend.probe().found, backend.probe().remedy
    with Host() as host:
        yield Stage(backend, host)


@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in CASES if isinstance(case, Behaviour)])
def test_the_behaviour_is_shown(case: Behaviour, stage: Stage) -> None:
    result = play(case, stage, isolated=stage.sandbox.name != "process")
    if result.mark is Mark.NOT_APPLICABLE:
        pytest.skip(result.by)
    assert result.mark is Mark.PASSED, result.by


def test_a_missing_program_is_named(stage: Stage) -> None:
    with pytest.raises(BackendMissing, match="no program /usr/bin/nothing-of-the-kind"):
        stage.sandbox.run(Command(argv=("/usr/bin/nothing-of-the-kind",)))


def test_a_limit_that_cant_be_set_says_that_nothing_ran(stage: Stage) -> None:
    with pytest.raises(BackendMissing, match="did not start"):
        stage.sandbox.run(shell("echo ran", caps=Caps(open_files=2_000_000_000)))
