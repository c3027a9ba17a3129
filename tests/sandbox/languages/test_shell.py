"""Shell scripts."""

import pytest

from lemmata.sandbox.base import Sandbox
from lemmata.sandbox.bubblewrap import Bubblewrap
from lemmata.sandbox.languages.shell import shell_command
from lemmata.sandbox.process import BareProcess


@pytest.mark.sandbox
@pytest.mark.parametrize("sandbox", [Bubblewrap(), BareProcess()], ids=lambda backend: backend.name)
def test_a_script_has_its_arguments_files_input_and_environment(sandbox: Sandbox) -> None:
    script = 'cat "$1" - > out; printf %s "$2" "$3" "$IT"; exit 3'
    command = shell_command(
        script,
        argv=("in", "it's; $(no command)", '"quoted"'),
        files={"in": b"file "},
        stdin=b"input",
        collect=("out",),
        env={"IT": "!"},
    )
    outcome = sandbox.run(command)
    assert (outcome.exit_code, outcome.stdout) == (3, b'it\'s; $(no command)"quoted"!')
    assert outcome.files == {"out": b"file input"}
