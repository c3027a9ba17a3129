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
        raise BadInput(fault_in_words(exc)) from None
    return {name: getattr(read, name) for name in model.model_fields}


def fault_in_words(error: Any) -> str:
    """What is wrong with arguments, in one line: the first fault's place, what was expected and what came."""
    first = error.errors(include_url=False)[0]
    place = ".".join(map(str, first["loc"]))
    if first["type"] == "extra_forbidden":
        return f"{place}: expected no argument of this name"
    came = "" if first["type"] == "missing" else f", got {_brief(first['input'])}"
    return f"{place}: {first['msg'][0].lower()}{first['msg'][1:]}{came}"


def _brief(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


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
