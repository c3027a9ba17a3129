"""Values of SMT-LIB constants and functions: as a solver prints them, as JSON, and as terms again.

Int, Real                 exact text: "-3", "1/3"
Bool                      true, false
(_ BitVec n)              {"bv": n, "value": 5}
(Array K V)               {"array": [[key, value], …], "default": value}
(K1 … Kn) -> V            {"function": [[[k1, …, kn], value], …], "default": value}
an uninterpreted sort U   {"element": "U!val!0", "sort": "U"}
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from lemmata.errors import BadInput
from lemmata.formats.sexpr import Atom, Group, Kind, Node, read_all
from lemmata.problem import Json, canonical


def decode_model(text: str) -> dict[str, Json]:
    """The model as a solver prints it, name -> value; what can't be read as a finite value is left out."""
    try:
        nodes = read_all(text)
    except BadInput:
        return {}
    found: dict[str, Json] = {}
    entries = nodes[0].items if len(nodes) == 1 and isinstance(nodes[0], Group) else ()
    for entry in entries:
        match entry:
            case Group((Atom("define-fun"), Atom(name, Kind.SYMBOL), Group(parameters), sort, body)):
                value = _decode_function(parameters, body) if parameters else decode_value(body, sort)
                if value is not None:
                    found[name] = value
    return found


def decode_core(text: str) -> tuple[str, ...]:
    """The names of an unsat core as a solver prints it."""
    try:
        nodes = read_all(text)
    except BadInput:
        return ()
    if len(nodes) != 1 or not isinstance(nodes[0], Group):
        return ()
    return tuple(sorted(a.text for a in nodes[0].items if isinstance(a, Atom) and a.kind is Kind.SYMBOL))


def decode_value(node: Node, sort: Node | None = None) -> Json:
    """A printed value as JSON; None where it has no short form here (an algebraic number, a lambda, 5000 digits)."""
    try:
        if isinstance(node, Atom):
            return _decode_atom(node, sort)
        number = _decode_number(node)
        if number is not None:
            return str(number)
        return _decode_bits(node) or _decode_array(node)
    except ValueError:  # Python reads and writes integers up to some thousand digits
        return None


def _decode_atom(atom: Atom, sort: Node | None) -> Json:
    match atom.kind:
        case Kind.NUMERAL | Kind.DECIMAL:
            return str(Fraction(atom.text))
        case Kind.BITS:
            digits, base = atom.text[2:], 2 if atom.text[1] == "b" else 16
            return {"bv": len(digits) * (1 if base == 2 else 4), "value": int(digits, base)}
        case Kind.SYMBOL if atom.text in ("true", "false"):
            return atom.text == "true"
        case Kind.SYMBOL if "!val!" in atom.text and isinstance(sort, Atom | None):
            return {"element": atom.text, "sort": sort.text if sort else atom.text.partition("!val!")[0]}
        case _:
            return None


def _decode_number(node: Node) -> Fraction | None:
    match node:
        case Atom(text, Kind.NUMERAL | Kind.DECIMAL):
            return Fraction(text)
        case Group((Atom("-"), inner)):
            value = _decode_number(inner)
            return None if value is None else -value
        case Group((Atom("/"), above, below)):
            over, under = _decode_number(above), _decode_number(below)
            return over / under if over is not None and under else None
        case _:
            return None


def _decode_bits(node: Group) -> Json:
    match node:
        case Group((Atom("_"), Atom(text), Atom(width, Kind.NUMERAL))) if text[:2] == "bv" and text[2:].isdecimal():
            return {"bv": int(width), "value": int(text[2:])}
        case Group((Atom("as"), Atom(name), Atom(sort))) if name.startswith("@"):  # how cvc5 prints elements
            return {"element": name, "sort": sort}
        case _:
            return None


def _decode_array(node: Node) -> Json:
    table: dict[str, tuple[Json, Json]] = {}
    while True:
        match node:
            case Group((Atom("store"), inner, key, value)):
                pair = decode_value(key), decode_value(value)
                if None in pair:
                    return None
                table.setdefault(repr(pair[0]), pair)  # the outermost store wins
                node = inner
            case Group((Group((Atom("as"), Atom("const"), _)), value)):
                default = decode_value(value)
                return None if default is None else {"array": [list(p) for p in table.values()], "default": default}
            case _:
                return None


def _decode_function(parameters: tuple[Node, ...], body: Node) -> Json:
    names = [p.items[0].text for p in parameters if isinstance(p, Group) and isinstance(p.items[0], Atom)]
    default = body
    while isinstance(default, Group) and default.head == "ite" and len(default.items) == 4:
        default = default.items[3]
    value = decode_value(default)
    table: dict[str, Json] = {}
    if value is None or not _decode_branches(body, names, {}, value, table):
        return None
    return {"function": list(table.values()), "default": value}


def _decode_branches(
    body: Node, names: list[str], pinned: dict[str, Json], default: Json, table: dict[str, Json]
) -> bool:
    """Collect the points at which a function has another value; False where they aren't finitely many."""
    match body:
        case Group((Atom("ite"), condition, then, other)):
            fixed = _decode_point(condition, names)
            if fixed is None:
                return False
            opposite = {n: not v for n, v in fixed.items() if isinstance(v, bool) and len(fixed) == 1}
            return _decode_branches(then, names, {**pinned, **fixed}, default, table) and _decode_branches(
                other, names, {**pinned, **opposite}, default, table
            )
    value = decode_value(body)
    if set(pinned) == set(names) and value is not None:
        keys = [pinned[name] for name in names]
        table.setdefault(repr(keys), [keys, value])  # the first branch wins
        return True
    return bool(value == default)


def _decode_point(condition: Node, names: list[str]) -> dict[str, Json] | None:
    """The arguments that a conjunction of equations pins."""
    equations = condition.items[1:] if isinstance(condition, Group) and condition.head == "and" else (condition,)
    pinned: dict[str, Json] = {}
    for equation in equations:
        match equation:
            case Group((Atom("="), Atom(name), value)) if name in names and name not in pinned:
                pinned[name] = decode_value(value)
            case Group((Atom("="), value, Atom(name))) if name in names and name not in pinned:
                pinned[name] = decode_value(value)
            case Atom(name) if name in names:
                pinned[name] = True
            case Group((Atom("not"), Atom(name))) if name in names:
                pinned[name] = False
            case _:
                return None
    return None if None in pinned.values() else pinned


def describe(values: Mapping[str, Json]) -> str:
    """One line for people, by name, so that the order in which JSON holds them is of no account: `x = 3, y = 1/2`."""
    return ", ".join(f"{name} = {_describe(values[name])}" for name in sorted(values))


def _describe(value: Json) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case {"bv": width, "value": number}:
            return f"{number} ({width} bits)"
        case {"element": name}:
            return str(name)
        case {"array": table} | {"function": table}:
            return f"{canonical(table)}, else {_describe(value['default'])}"
        case _:
            return str(value)
