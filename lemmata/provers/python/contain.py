"""What a program may use if what it does is to be believed.

A program runs in the same interpreter as the harness that watches it. So before its word counts, its text must show
that it can't reach the harness: no frames, no code objects, no modules but a fixed list, no evaluation of text. What is
refused here is merely not judged; the sandbox, not this, keeps the host safe.
"""

from __future__ import annotations

import ast
from importlib import import_module
from types import ModuleType

_MODULES_WORDS = (
    "math cmath itertools functools collections operator heapq bisect re string random typing dataclasses enum abc "
    "fractions decimal numbers statistics copy datetime calendar json hashlib struct array textwrap unicodedata "
    "collections.abc contextlib __future__"
)
MODULES = frozenset(_MODULES_WORDS.split())
# Some modules get at attributes by name, evaluate text, or change other modules; of these only what does not.
_PARTS = {
    "sys": "maxsize float_info int_info version_info byteorder getrecursionlimit exit",
    "contextlib": "contextmanager suppress nullcontext closing",
    "functools": "reduce partial lru_cache cache cmp_to_key total_ordering cached_property",
    "enum": "Enum IntEnum Flag IntFlag StrEnum auto unique",
    "copy": "copy deepcopy",
    "json": "dumps loads JSONDecodeError",
    "dataclasses": "dataclass field asdict astuple replace",
}
_STARRED = frozenset({"math", "itertools", "collections", "heapq", "bisect", "typing"})
_NAMES_WORDS = (
    "eval exec compile open globals locals vars dir input exit quit help breakpoint getattr setattr delattr memoryview "
    "get_type_hints ForwardRef"
)
_NAMES = frozenset(_NAMES_WORDS.split())
_ATTRIBUTES_WORDS = (
    "gi_frame cr_frame ag_frame tb_frame tb_next f_back f_globals f_locals f_builtins f_code gi_code cr_code ag_code "
    "attrgetter methodcaller Formatter get_type_hints ForwardRef modules settrace setprofile setrecursionlimit "
    "_evaluate evaluate_forward_ref get_args"
)
_ATTRIBUTES = frozenset(_ATTRIBUTES_WORDS.split())
_DUNDERS = frozenset({"__name__", "__init__", "__doc__"})


def find_reach(tree: ast.Module) -> str:
    """The first thing in a program by which it might reach the harness, `line N: …`; empty: there is none."""
    aliases: dict[str, str] = {}
    found: list[tuple[int, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            found += [(node.lineno, text) for text in _imports(node, aliases)]
    based = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
    for node in ast.walk(tree):
        text = _node(node, aliases, based)
        if text:
            found.append((getattr(node, "lineno", 0), text))
    return "" if not found else "line {}: {}".format(*min(found))


def _imports(node: ast.Import | ast.ImportFrom, aliases: dict[str, str]) -> list[str]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            first = alias.name.partition(".")[0]
            aliases[alias.asname or first] = alias.name if alias.asname else first
        return [
            f"imports {a.name}"
            for a in node.names
            if (a.name not in MODULES and a.name != "sys") or _is_hidden(a.asname)
        ]
    if node.level or (node.module not in MODULES and node.module != "sys"):
        return [f"imports from {'.' * node.level}{node.module or ''}"]
    return [
        f"imports {a.name} from {node.module}"
        for a in node.names
        if not _may_take(str(node.module), a.name) or _is_hidden(a.asname)
    ]


def _may_take(module: str, name: str) -> bool:
    """Whether that attribute of a module is its own, public, and no way to other modules."""
    if module in _PARTS:
        return name in _PARTS[module].split()
    if module == "__future__":
        return True
    if name == "*":
        return module in _STARRED
    if name.startswith("_") or name in _ATTRIBUTES:
        return False
    return not isinstance(getattr(import_module(module), name, None), ModuleType)


def _node(node: ast.AST, aliases: dict[str, str], based: set[int]) -> str:
    match node:
        case ast.Name(id=name) if name in aliases and (id(node) not in based or not isinstance(node.ctx, ast.Load)):
            return f"uses the module {name} as a value"
        case ast.Name(id=name) if name in _NAMES or (name.startswith("__") and name not in _DUNDERS):
            return f"uses {name}"
        case ast.Name(id=name, ctx=(ast.Store() | ast.Del())) if _is_hidden(name):
            return f"binds {name}"
        case ast.Attribute(value=ast.Attribute(value=ast.Name(id=base), attr=inner), attr=name) if (
            f"{aliases.get(base)}.{inner}" in MODULES
        ):
            return "" if _may_take(f"{aliases[base]}.{inner}", name) else f"uses {base}.{inner}.{name}"
        case ast.Attribute(value=ast.Name(id=base), attr=name) if base in aliases:
            if f"{aliases[base]}.{name}" in MODULES and id(node) in based:
                return ""
            return "" if _may_take(aliases[base], name) else f"uses {base}.{name}"
        case ast.Attribute(attr=name) if name in _ATTRIBUTES or (_is_dunder(name) and name not in _DUNDERS):
            return f"uses .{name}"
        case ast.MatchClass(patterns=[_, *_]):
            return "matches on attributes that are not named"
        case ast.MatchClass(kwd_attrs=names) if any(n.startswith("_") or n in _ATTRIBUTES for n in names):
            return "matches on hidden attributes"
        case ast.Global(names=names) | ast.Nonlocal(names=names) if any(n.startswith("__") for n in names):
            return "declares a hidden name"
        case ast.arg(arg=name) | ast.FunctionDef(name=name) | ast.ClassDef(name=name) if name in aliases:
            return f"rebinds the module {name}"
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) if name.startswith("__"):
            return f"binds {name}"
        case ast.arg(arg=name) | ast.ClassDef(name=name) if name.startswith("__"):
            return f"binds {name}"
        case ast.FunctionDef(name=("__reached__" | "__builtins__" | "__import__" | "__build_class__")):
            return "defines a hidden name"
    return ""


def _is_hidden(name: str | None) -> bool:
    return name is not None and name.startswith("__")


def _is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")
