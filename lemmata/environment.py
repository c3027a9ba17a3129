"""Settings as the front doors build them: arguments win over environment variables, those over defaults."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from lemmata.config import Settings
from lemmata.errors import BadInput


class _Environment(BaseSettings):
    """One field per field of Settings, under the prefix LEMMATA_."""

    model_config = SettingsConfigDict(env_prefix="LEMMATA_", extra="ignore", protected_namespaces=())

    home: Path | None = None
    lean: str | None = None
    lean_workers: int | None = Field(default=None, ge=0)
    lean_cache_mb: int | None = Field(default=None, ge=0)
    lean_ray: str | None = None
    lean_server: str | None = None
    lean_server_key: str | None = None
    sandbox: str | None = None
    unsafe_no_sandbox: bool | None = None
    confirm: Literal["", "z3", "cvc5", "bitwuzla", "drup", "esbmc", "cbmc"] | None = None
    model: str | None = None
    base_url: str | None = Field(default=None, validation_alias=AliasChoices("LEMMATA_BASE_URL", "OPENAI_BASE_URL"))
    api_key: str | None = Field(default=None, validation_alias=AliasChoices("LEMMATA_API_KEY", "OPENAI_API_KEY"))
    price_in: float | None = None
    price_out: float | None = None
    model_wall_s: float | None = None


def load_settings(**arguments: object) -> Settings:
    """Settings from LEMMATA_HOME, LEMMATA_LEAN, LEMMATA_MODEL, …, OPENAI_API_KEY and OPENAI_BASE_URL.

    Args:
        arguments: fields of Settings; those that are None are left to the environment.

    Raises:
        BadInput: a name that is no setting, or a value of the wrong type.
    """
    names = {f.name for f in fields(Settings)}
    if odd := set(arguments) - names:
        raise BadInput(f"expected settings among {', '.join(sorted(names))}", place=", ".join(sorted(odd)))
    try:
        read = _Environment().model_dump(exclude_none=True)
        if arguments.get("confirm") is not None:
            read["confirm"] = _Environment(confirm=arguments["confirm"]).confirm  # type: ignore[arg-type]
    except ValidationError as exc:
        first = exc.errors()[0]
        raise BadInput(
            f"{first['msg']} (came: {first['input']!r})", place=f"LEMMATA_{'.'.join(map(str, first['loc'])).upper()}"
        ) from None
    given = {name: value for name, value in arguments.items() if value is not None}
    if "home" in given:
        given["home"] = Path(str(given["home"]))
    return Settings(**{**read, **given})
