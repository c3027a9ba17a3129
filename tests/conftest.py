"""Fixtures for the whole suite: one set of real back-ends, shared."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lemmata.config import Settings
from lemmata.environment import load_settings
from lemmata.errors import LemmataError
from lemmata.provers.base import Backends

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def settings() -> Settings:
    return load_settings()


@pytest.fixture(scope="session")
def backends(settings: Settings) -> Iterator[Backends]:
    """Back-ends that live as long as the test session; their workers stay warm."""
    with Backends(settings) as opened:
        yield opened


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("lean") is not None:
        _require(item, "lean")
    if item.get_closest_marker("sandbox") is not None:
        _require(item, "sandbox")


_reasons: dict[str, str] = {}


def _require(item: pytest.Item, what: str) -> None:
    if what not in _reasons:
        _reasons[what] = _missing(what)
    if _reasons[what]:
        pytest.skip(_reasons[what])


def _missing(what: str) -> str:
    try:
        if what == "lean":
            from lemmata.provers.lean.toolchain import find_toolchain

            find_toolchain(load_settings())
        else:
            from lemmata.registry import resolve_sandbox

            resolve_sandbox(load_settings())
    except LemmataError as exc:
        return str(exc)
    return ""
