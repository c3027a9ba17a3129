"""Which calls mean what, and what may not be left unordered: facts about a tree, before it is lowered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

ASSERTS = frozenset({"assert", "__VERIFIER_assert"})
ASSUMES = frozenset({"assume", "__VERIFIER_assume"})
ERRORS = frozenset({"reach_error", "__VERIFIER_error", "__assert_fail"})
STOPS = frozenset({"abort", "exit", "_Exit", "_exit"})
PRINTS = frozenset({"printf", "puts", "putchar"})
ALLOCATES = frozenset({"malloc", "calloc"})
FREES = frozenset({"free"})
MODELS = frozenset({"strlen", "strcpy", "strcmp", "memset", "memcpy"})
LIBRARY = frozenset(
    {"abs", "labs", "llabs", "div", "rand", "srand", "random", "getchar", "getc", "time", "clock", "isalnum", "isalpha",
     "isblank", "iscntrl", "isdigit", "isgraph", "islower", "isprint", "ispunct", "isspace", "isupper", "isxdigit",
     "tolower", "toupper", "raise", "kill", "signal", "quick_exit", "thrd_exit", "pthread_exit", "atexit", "setjmp",
     "longjmp", "alarm", "sleep", "fork", "system", "ffs", "popcount", "realloc", "reallocarray", "alloca", "strdup",
     "strndup", "aligned_alloc", "strnlen", "strncpy", "strcat", "strncat", "strncmp",
     "strchr", "strrchr", "strstr", "memmove", "memcmp", "memchr", "sprintf", "snprintf", "scanf",
     "sscanf", "fgets", "gets", "fopen", "fclose", "qsort", "bsearch", "atoi", "atol", "strtol", "strtoul", "getenv"}
)  # fmt: skip
"""Functions whose values or effects are known to C, though not to us; none may stand for an input."""

COMPILER = ("__builtin_", "__sync_", "__atomic_")
OWN = "__lemmata_"
_CHECKED = frozenset({"+", "-", "*", "/", "%", "<<", ">>"})


def kind(node: Any) -> str:
    """The class name of a tree node."""
    return type(node).__name__


def walk(node: Any) -> Iterator[Any]:
    """The node and everything under it, in the order of the text."""
    stack = [node]
    while stack:
        at = stack.pop()
        yield at
        stack.extend(child for _, child in reversed(at.children()))


def local_declarations(body: Any) -> Iterator[Any]:
    """The declarations of a function's objects: neither members of structures nor parameters of prototypes."""
    stack = [body]
    while stack:
        at = stack.pop()
        if kind(at) == "Decl":
            yield at
        if kind(at) not in ("Struct", "Union", "FuncDecl"):
            stack.extend(child for _, child in reversed(at.children()))


def definitions(tree: Any) -> dict[str, Any]:
    """Name -> FuncDef of every function that has a body."""
    return {ext.decl.name: ext for ext in tree.ext if kind(ext) == "FuncDef"}


def prototypes(tree: Any) -> dict[str, Any]:
    """Name -> FuncDecl of every function that is only declared."""
    found = {d.name: d.type for d in walk(tree) if kind(d) == "Decl" and kind(d.type) == "FuncDecl"}
    return {name: decl for name, decl in found.items() if name not in definitions(tree)}


def callee(call: Any) -> str:
    """The name of the function called; empty where it is not a plain name."""
    return call.name.name if kind(call.name) == "ID" else ""


def calls(node: Any) -> list[Any]:
    return [at for at in walk(node) if kind(at) == "FuncCall"]


def root_name(node: Any) -> str:
    """The variable that a chain of subscripts and fields starts from; empty where it starts from none."""
    while kind(node) in ("ArrayRef", "StructRef"):
        node = node.name
    return node.name if kind(node) == "ID" else ""


def assertion_sites(tree: Any) -> list[Any]:
    """The calls that state assertions, in the order of the text; their positions here are their sites."""
    own = definitions(tree)
    return [call for call in calls(tree) if callee(call) in ASSERTS | ERRORS and callee(call) not in own]


@dataclass(frozen=True, slots=True)
class Effects:
    """What evaluating something reads and writes; `shared` stands for whatever a called function may touch.

    `leaves`: the program may end in it, well; `risks`: it may violate something. Their order matters, too.
    """

    reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()
    reads_shared: bool = False
    writes_shared: bool = False
    leaves: bool = False
    risks: bool = False

    def __or__(self, other: Effects) -> Effects:
        return Effects(
            self.reads | other.reads,
            self.writes | other.writes,
            self.reads_shared or other.reads_shared,
            self.writes_shared or other.writes_shared,
            self.leaves or other.leaves,
            self.risks or other.risks,
        )

    def disturbs(self, other: Effects) -> bool:
        if self.writes & (other.reads | other.writes):
            return True
        if self.leaves and other.risks:
            return True
        return self.writes_shared and (other.reads_shared or other.writes_shared)


def _stated(name: str) -> Effects:
    """The effects of calling a function without a body."""
    if name in ALLOCATES | FREES:
        return Effects(writes_shared=True, reads_shared=True, risks=name in FREES)
    if name in MODELS:
        return Effects(writes_shared=name not in ("strlen", "strcmp"), reads_shared=True, risks=True)
    return Effects(leaves=name in ASSUMES | STOPS, risks=name in ASSERTS | ERRORS)


class Ordering:
    """Finds operands whose order C leaves open although it matters."""

    def __init__(self, tree: Any) -> None:
        self._defined = definitions(tree)
        arrays = {d.name for d in walk(tree) if kind(d) == "Decl" and kind(d.type) == "ArrayDecl"}
        addressed = {root_name(at.expr) for at in walk(tree) if kind(at) == "UnaryOp" and at.op == "&"}
        outer = {d.name for d in tree.ext if kind(d) == "Decl"}
        statics = {d.name for d in walk(tree) if kind(d) == "Decl" and "static" in d.storage}
        self._shared = arrays | outer | statics | addressed
        self._known: dict[int, Effects] = {}
        self._functions: Mapping[str, Effects] = self._summaries()

    def _summaries(self) -> dict[str, Effects]:
        found = {name: Effects() for name in self._defined}
        changed = True
        while changed:
            changed = False
            for name, definition in self._defined.items():
                self._functions, self._known = found, {}
                whole = self.of(definition.body)
                summary = replace(whole, reads=frozenset(), writes=frozenset())
                if summary != found[name]:
                    found[name], changed = summary, True
        self._known = {}
        return found

    def of(self, node: Any) -> Effects:
        """The effects of evaluating a piece of the tree, in any order; each node is looked at once."""
        if id(node) not in self._known:
            for at in reversed(list(walk(node))):
                if id(at) not in self._known:
                    found = self._own(at)
                    for name, child in at.children():
                        if name != "field":  # of a structure: no variable
                            found |= self._known[id(child)]
                    self._known[id(at)] = found
        return self._known[id(node)]

    def _own(self, at: Any) -> Effects:
        """The effects of one node, without what is under it."""
        match kind(at):
            case "ID":
                return Effects(reads=frozenset({at.name}), reads_shared=at.name in self._shared)
            case "Assignment":
                return self._write(at.lvalue) | Effects(risks=at.op[:-1] in _CHECKED)
            case "UnaryOp" if at.op in ("++", "p++", "--", "p--"):
                return self._write(at.expr) | Effects(risks=True)
            case "UnaryOp" if at.op == "*":
                return Effects(risks=True, reads_shared=True)
            case "BinaryOp" | "UnaryOp":
                return Effects(risks=at.op in _CHECKED)
            case "ArrayRef":
                return Effects(risks=True, reads_shared=True)
            case "StructRef":
                return Effects(risks=at.type == "->", reads_shared=at.type == "->")
            case "FuncCall":
                return self._functions.get(callee(at)) or _stated(callee(at))
        return Effects()

    def _write(self, target: Any) -> Effects:
        through, at = False, target
        while kind(at) in ("ArrayRef", "StructRef"):
            through |= kind(at) == "ArrayRef" or at.type == "->"
            at = at.name
        name = at.name if kind(at) == "ID" else "?"
        # Through a pointer its target is written, not itself; but an array's elements are told from it by no name.
        return Effects(writes=frozenset({name}), writes_shared=through or name in self._shared or name == "?")

    def of_place(self, node: Any) -> Effects:
        """The effects of finding the place of an assignment, which reads nothing there."""
        found = Effects(risks=kind(node) in ("ArrayRef", "UnaryOp", "StructRef"))
        match kind(node):
            case "ID":
                return Effects()
            case "ArrayRef":
                inner = self.of_place(node.name) if kind(node.name) == "ArrayRef" else self.of(node.name)
                return found | inner | self.of(node.subscript)
            case "StructRef":
                return found | (self.of(node.name) if node.type == "->" else self.of_place(node.name))
            case "UnaryOp" if node.op == "*":
                return found | self.of(node.expr)
        return self.of(node)

    def conflict(self, *operands: Any) -> bool:
        """Whether evaluating one operand disturbs another that is unsequenced with it."""
        return self.clash([self.of(operand) for operand in operands])

    @staticmethod
    def clash(effects: Sequence[Effects]) -> bool:
        """Whether one of the effects disturbs another."""
        return any(a.disturbs(b) for i, a in enumerate(effects) for j, b in enumerate(effects) if i != j)
