"""Commands for Python: the real program, and nothing of the host beside them."""

import os
import sys

from lemmata.sandbox.languages.python import interpreter, on_host, python_command


def test_the_interpreter_is_the_program_itself_and_no_link() -> None:
    program = interpreter()
    assert os.path.realpath(program) == program
    with open(program, "rb") as text:
        assert text.read(4) == b"\x7fELF"


def test_only_the_interpreters_own_prefix_becomes_visible() -> None:
    visible = on_host(python_command("pass")).visible
    if os.path.realpath(sys.base_prefix) == "/usr":
        assert visible == ()
    else:
        assert os.path.realpath(sys.base_prefix) in visible
    assert os.path.expanduser("~") not in visible
    assert os.getcwd() not in visible


def test_packages_add_their_folder_and_nothing_else() -> None:
    added = set(on_host(python_command("pass", packages=True)).visible) - set(on_host(python_command("pass")).visible)
    assert all(os.path.basename(path) in ("site-packages", "dist-packages") for path in added)
