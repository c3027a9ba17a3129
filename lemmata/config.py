"""Settings, built by the front doors (`lemmata.environment`) and handed down; no import reads the environment."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where things are and which back-ends may be used.

    Args:
        home: folder for runs and toolchains.
        lean: path of a `lean` program; empty: PATH, then the embedded toolchain under `home`.
        lean_workers: how many pairs of Lean processes there may be; 0: as many as processors and memory are there for.
        lean_cache_mb: size of the folder under `home` in which Lean's answers to searches are kept; 0: none are.
        lean_server: address of a Lean server that speaks Kimina's protocol, asked for hints by searches; empty: none.
        lean_server_key: what it takes as a bearer token.
        lean_ray: address of a Ray cluster whose machines elaborate Lean proofs; empty: this one does.
        sandbox: name of a back-end; empty: the strongest that works here.
        unsafe_no_sandbox: run generated code with limits only when no sandbox works; only ever set by the user.
        confirm: what has to agree where a verdict rests on a solver that finds no model: a second solver (`cvc5`,
            `bitwuzla`, `z3`), `drup` (a proof about bits, checked by a program that shares nothing with the solver),
            or, for C programs, `esbmc` or `cbmc`; empty: nothing has to.
        model: name of the chat model; empty: symbolic proposers only.
        base_url: OpenAI-compatible endpoint; empty: the client's default.
        api_key: never written to a record or a certificate.
        price_in, price_out: dollars per million prompt and completion tokens; 0: unknown.
        model_wall_s: seconds that one request to the chat model may take.
    """

    home: Path = field(default_factory=lambda: Path.home() / ".lemmata")
    lean: str = ""
    lean_workers: int = 0
    lean_cache_mb: int = 128
    lean_ray: str = ""
    lean_server: str = ""
    lean_server_key: str = field(default="", repr=False)
    sandbox: str = ""
    unsafe_no_sandbox: bool = False
    confirm: str = ""
    model: str = ""
    base_url: str = ""
    api_key: str = field(default="", repr=False)
    price_in: float = 0.0
    price_out: float = 0.0
    model_wall_s: float = 120.0
