"""Which type an expression has, seen from its text alone, where pointers and structures are about."""

from __future__ import annotations

from typing import Any

from lemmata.provers.bmc.ctypes import INT
from lemmata.provers.bmc.expressions import Expressions
from lemmata.provers.bmc.ir import CType
from lemmata.provers.bmc.layout import Layouts, Pointer, Record, Type, Vector
from lemmata.provers.bmc.names import ALLOCATES, MODELS, callee, definitions, kind, walk
from lemmata.provers.bmc.scope import Array, PointerVar, Scalar, Scope, Stored
from lemmata.provers.bmc.source import unsupported
from lemmata.provers.bmc.usage import Usage


class Typed(Expressions):
    """Reads types and finds those of expressions."""

    def __init__(self, scope: Scope, tree: Any) -> None:
        super().__init__(scope)
        self.usage = Usage(tree)
        self.layouts = Layouts()
        self.bodies = definitions(tree)
        self._origins: dict[str, Any] = {}

    # -- declared types

    def full_type(self, node: Any) -> Type | None:
        """The type of a declaration; None for void.

        Raises:
            Unsupported: a union, a function, a bit field, something volatile.
        """
        match kind(node):
            case "Typename":
                return self.full_type(node.type)
            case "PtrDecl":
                return self._pointer_type(node)
            case "ArrayDecl":
                return self._vector_type(node)
            case "Struct":
                return self.record(node)
            case "TypeDecl" if kind(node.type) == "Struct":
                if {"_Atomic", "volatile"} & set(node.quals):
                    raise unsupported("a volatile or atomic object", node, self.scope.name)
                return self.record(node.type)
            case "TypeDecl" if kind(node.type) == "IdentifierType" and len(node.type.names) == 1:
                named = self.scope.typedefs.get(node.type.names[0])
                if named is not None and {"_Atomic", "volatile"} & set(node.quals):
                    raise unsupported("a volatile or atomic object", node, self.scope.name)
                if named is not None:
                    return self.full_type(named)
        return self.scope.ctype(node)

    def _pointer_type(self, node: Any) -> Pointer:
        if {"_Atomic", "volatile"} & set(node.quals) or kind(node.type) == "FuncDecl":
            raise unsupported("a pointer that is volatile, or to a function", node, self.scope.name)
        if self.scope.unbounded:
            raise unsupported("a pointer among unbounded integers", node, self.scope.name)
        return Pointer(self.full_type(node.type))

    def _vector_type(self, node: Any) -> Vector:
        element = self.full_type(node.type)
        count = self.constant(node.dim) if node.dim is not None else 0
        if element is None or count <= 0 or not self.layouts.complete(element):
            raise unsupported("an array of unknown size here", node, self.scope.name)
        return Vector(element, count)

    def record(self, node: Any) -> Record:
        """A structure, defined where its members are told."""
        if self.scope.unbounded:
            raise unsupported("a structure among unbounded integers", node, self.scope.name)
        tag = node.name or f"at {node.coord.line}:{node.coord.column}"
        if node.decls is None or self._origins.get(tag) is node:
            return Record(tag)
        if tag in self._origins:
            raise unsupported(f"another structure by the name of {tag}", node, self.scope.name)
        self._origins[tag] = node
        members: list[tuple[str, Type]] = []
        for each in node.decls:
            t = self.full_type(each.type) if kind(each) == "Decl" and each.bitsize is None else None
            if t is None or each.name is None or each.align or not self.layouts.complete(t):
                raise unsupported("this member of a structure", each, self.scope.name)
            members.append((each.name, t))
        self.layouts.define(tag, members)
        return Record(tag)

    def define_records(self, node: Any) -> None:
        """Read the structures that are told inside of a declaration."""
        for at in walk(node):
            if kind(at) == "Struct" and at.decls is not None:
                self.record(at)

    def sized(self, t: Type | None, node: Any) -> int:
        """The size of a type.

        Raises:
            Unsupported: it is not known.
        """
        if t is None or not self.layouts.complete(t):
            raise unsupported("a value of void or of an incomplete type", node, self.scope.name)
        return self.layouts.size(t)

    # -- types of expressions

    def type_of(self, node: Any) -> Type | None:
        """The type of an expression, as far as it is no integer; any integer may be told as an int."""
        if not self.usage.memory:
            return INT
        match kind(node):
            case "ID":
                return self._type_of_name(node)
            case "ArrayRef":
                return self.target_of(self.type_of(node.name))
            case "StructRef":
                return self._type_of_field(node)
            case "Cast":
                return self.full_type(node.to_type)
            case "Assignment":
                return self.type_of(node.lvalue)
            case "ExprList":
                return self.type_of(node.exprs[-1])
            case "UnaryOp":
                return self._type_of_unary(node)
            case "BinaryOp" if node.op in ("+", "-"):
                sides = self.decayed(node.left), self.decayed(node.right)
                pointers = [t for t in sides if isinstance(t, Pointer)]
                return pointers[0] if len(pointers) == 1 else INT
            case "TernaryOp":
                sides = self.decayed(node.iftrue), self.decayed(node.iffalse)
                known = [t for t in sides if isinstance(t, Pointer) and t.target is not None]
                pointers = [t for t in sides if isinstance(t, Pointer)]
                return known[0] if known else pointers[0] if pointers else sides[0]
            case "FuncCall":
                name = callee(node)
                if name in self.bodies:
                    return self.full_type(self.bodies[name].decl.type.type)
                if name in MODELS and node.args is not None and name not in ("strlen", "strcmp"):
                    return self.decayed(node.args.exprs[0])
                return Pointer(None) if name in ALLOCATES else INT
            case "Constant" if node.type == "string":
                return Pointer(CType(8))
        return INT

    def _type_of_name(self, node: Any) -> Type:
        symbol = self.scope.find(node)
        match symbol:
            case Scalar(type=t) | PointerVar(type=t) | Stored(type=t):
                return t
            case Array():
                t = symbol.type
                for count in reversed(symbol.dims):
                    t = Vector(t, count)
                return t
        return INT

    def _type_of_field(self, node: Any) -> Type | None:
        t = self.type_of(node.name)
        t = self.target_of(t) if node.type == "->" else t
        if not isinstance(t, Record) or not self.layouts.complete(t):
            raise unsupported("a field of no known structure", node, self.scope.name)
        found = self.layouts.find_field(t, node.field.name)
        if found is None:
            raise unsupported(f"the field {node.field.name}, which there is not", node, self.scope.name)
        return found.type

    def _type_of_unary(self, node: Any) -> Type | None:
        match node.op:
            case "*":
                return self.target_of(self.type_of(node.expr))
            case "&":
                return Pointer(self.type_of(node.expr))
            case "++" | "--" | "p++" | "p--":
                return self.type_of(node.expr)
        return INT

    @staticmethod
    def target_of(t: Type | None) -> Type | None:
        match t:
            case Pointer(target):
                return target
            case Vector(element, _):
                return element
        return INT

    def decayed(self, node: Any) -> Type | None:
        """The type of a value: an array's is a pointer to its first element."""
        t = self.type_of(node)
        return Pointer(t.element) if isinstance(t, Vector) else t
