"""What is there and what is not: every back-end, its version, and how to get it."""

from __future__ import annotations

import platform
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from lemmata.config import Settings
from lemmata.errors import BackendMissing
from lemmata.registry import SANDBOXES, resolve


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One back-end.

    Args:
        name: of the back-end.
        found: whether it can be used now.
        version: of what was found.
        remedy: how to get it; empty where it is found.
        needed: whether the default needs it.
    """

    name: str
    found: bool
    version: str = ""
    remedy: str = ""
    needed: bool = False


def examine(settings: Settings) -> tuple[Finding, ...]:
    """Look at every back-end, really starting those that run programs."""
    return (
        Finding(name="python", found=True, version=platform.python_version(), needed=True),
        _package("langgraph", "langgraph", needed=True),
        _package("z3", "z3-solver", needed=True),
        _package("cvc5", "cvc5", remedy="pip install 'lemmata[cvc5]' (second opinions, SyGuS)"),
        _package("crosshair", "crosshair-tool", remedy="pip install 'lemmata[crosshair]' (more Python programs)"),
        _lean(settings),
        *_sandboxes(settings),
        _program("C compiler", partial(_call, "lemmata.sandbox.languages.c", "c_compiler")),
        *(_program(name, partial(_call, "lemmata.provers.bmc.outside", "find", name)) for name in ("esbmc", "cbmc")),
        _model(settings),
    )


def _package(name: str, package: str, *, remedy: str = "", needed: bool = False) -> Finding:
    try:
        return Finding(
            name=name,
            found=find_spec(name) is not None,
            version=version(package),
            needed=needed,
        )
    except PackageNotFoundError:
        return Finding(name=name, found=False, remedy=remedy or f"pip install {package}", needed=needed)


def _lean(settings: Settings) -> Finding:
    from lemmata.provers.lean.toolchain import find_toolchain

    try:
        toolchain = find_toolchain(settings)
    except BackendMissing as exc:
        return Finding(name="lean", found=False, remedy=str(exc))
    return Finding(name="lean", found=True, version=toolchain.described)


def _sandboxes(settings: Settings) -> list[Finding]:
    findings = []
    for name in SANDBOXES:
        probe = resolve(SANDBOXES, "lemmata.sandboxes", name)().probe()
        isolates = f"isolates {probe.isolates}" if probe.isolates else ""
        findings.append(
            Finding(
                name=f"sandbox {name}",
                found=probe.found,
                version=" ".join(filter(None, (probe.version, isolates))),
                remedy="" if probe.found else probe.remedy,
                needed=name == "bubblewrap",
            )
        )
    return findings


def _call(module: str, function: str, *arguments: str) -> str:
    return str(getattr(import_module(module), function)(*arguments))


def _program(name: str, find: Callable[[], str]) -> Finding:
    try:
        return Finding(name=name, found=True, version=find())
    except BackendMissing as exc:
        return Finding(name=name, found=False, remedy=exc.remedy)


def _model(settings: Settings) -> Finding:
    if not settings.model:
        return Finding(
            name="chat model", found=False, remedy="optional: set LEMMATA_MODEL, OPENAI_API_KEY and OPENAI_BASE_URL"
        )
    return Finding(
        name="chat model", found=True, version=f"{settings.model} at {settings.base_url or 'the default endpoint'}"
    )
