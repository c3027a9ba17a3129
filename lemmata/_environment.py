"""The environment as pydantic-settings reads it; kept apart so that importing `lemmata` stays quick."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

from pydantic import AliasChoices, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from lemmata.config import Settings
from lemmata.errors import BadInput


class Environment(BaseSettings):
    """One field per field of Settings, under the prefix LEMMATA_."""

    model_config = SettingsConfigDict(env_prefix="LEMMATA_", extra="ignore", protected_namespaces=())

    home: Path | None = None
    lean: str | None = None
    sandbox: str | None = None
    unsafe_no_sandbox: bool | None = None
    model: str | None = None
    base_url: str | None = Field(default=None, validation_alias=AliasChoices("LEMMATA_BASE_URL", "OPENAI_BASE_URL"))
    api_key: str | None = Field(default=None, validation_alias=AliasChoices("LEMMATA_API_KEY", "OPENAI_API_KEY"))
    price_in: float | None = None
    price_out: float | None = None
    model_wall_s: float | None = None

    @classmethod
    def read(cls, arguments: Mapping[str, object]) -> Settings:
        names = {f.name for f in fields(Settings)}
        unknown = set(arguments) - names
        if unknown:
            raise BadInput(f"expected settings among {', '.join(sorted(names))}", place=", ".join(sorted(unknown)))
        try:
            read = cls().model_dump(exclude_none=True)
            given = {k: v for k, v in arguments.items() if v is not None}
            home = {"home": Path(str(given["home"]))} if "home" in given else {}
            return Settings(**{**read, **given, **home})
        except ValidationError as exc:
            first = exc.errors()[0]
            place = ".".join(map(str, first["loc"]))
            raise BadInput(f"{first['msg']} (came: {first['input']!r})", place=f"setting {place}") from None
