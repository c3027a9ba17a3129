"""Files are read back from a folder whose contents nobody trusts."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from lemmata.sandbox.supervise import collect


@pytest.fixture
def box(tmp_path: Path) -> Iterator[int]:
    (tmp_path / "box").mkdir()
    descriptor = os.open(tmp_path / "box", os.O_PATH | os.O_DIRECTORY)
    yield descriptor
    os.close(descriptor)


def test_plain_files_are_read(box: int, tmp_path: Path) -> None:
    (tmp_path / "box/a").mkdir()
    (tmp_path / "box/a/b").write_bytes(b"\0x")
    (tmp_path / "box/empty").touch()
    assert collect(box, ("a/b", "empty", "missing", "a"), cap=9) == {"a/b": b"\0x", "empty": b""}


def test_links_are_not_followed_wherever_they_are(box: int, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "box/file").symlink_to("../secret")
    (tmp_path / "box/folder").symlink_to(tmp_path)
    assert collect(box, ("file", "folder/secret"), cap=9) == {}


def test_a_pipe_does_not_make_us_wait(box: int, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "box/pipe")
    assert collect(box, ("pipe",), cap=9) == {}


def test_a_file_longer_than_the_cap_is_left_out(box: int, tmp_path: Path) -> None:
    with open(tmp_path / "box/huge", "wb") as file:
        file.truncate(1 << 40)
    (tmp_path / "box/fits").write_bytes(b"x" * 9)
    assert collect(box, ("huge", "fits"), cap=9) == {"fits": b"x" * 9}
