"""What a tool takes and gives, as JSON Schema, and arguments read by it."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from functools import cache
from typing import Any, get_type_hints

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError, create_model

from lemmata.errors import BadInput
from lemmata.problem import Json
from lemmata.toolbox.found import Found
from lemmata.toolbox.tools import Tool


def arguments_of(tool: Tool, *, files: bool) -> type[BaseModel]:
    """The model of a tool's arguments.

    Args:
        tool: one of `Toolbox.tools`.
        files: whether a file may be named in place of a text; else the text is required.
    """
    hints = get_type_hints(tool, include_extras=True)
    fields: dict[str, Any] = {}
    for name, parameter in inspect.signature(tool).parameters.items():
        if name == "path" and not files:
            continue
        required = parameter.default is inspect.Parameter.empty or (name == "source" and not files)
        fields[name] = (hints[name], ... if required else parameter.default)
    return create_model(tool.__name__, __config__=ConfigDict(extra="forbid"), **fields)


def read_arguments(model: type[BaseModel], given: Mapping[str, Json]) -> dict[str, Any]:
    """The arguments, checked.

    Raises:
        BadInput: one is missing, unknown or of another type; says which, and what was expected.
    """
    try:
        read = model.model_validate(dict(given))
    except ValidationError as exc:
        first = exc.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        known = f" (there are {', '.join(model.model_fields)})" if first["type"] == "extra_forbidden" else ""
        raise BadInput(f"{first['msg'][0].lower()}{first['msg'][1:]}{known}", place=place) from None
    return {name: getattr(read, name) for name in model.model_fields}


@cache
def _found() -> TypeAdapter[Found]:
    return TypeAdapter(Found)


def schema_of_found() -> dict[str, Json]:
    """The schema of what every tool gives."""
    return _found().json_schema()


def encode_found(found: Found) -> dict[str, Json]:
    """What was found, as plain JSON."""
    said: dict[str, Json] = _found().dump_python(found, mode="json")
    return said
