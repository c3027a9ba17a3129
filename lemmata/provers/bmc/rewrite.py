"""The C program as it is really run: the same text, with its inputs and its specification connected to our runtime.

The rewritten program calls nothing but itself and the runtime, so that it can neither print, nor exit, nor answer for
itself; every statement keeps the line it stands on.
"""

# ruff: noqa: N802 (methods are named after the classes of the tree)

from __future__ import annotations

from typing import Any

from pycparser import c_generator

from lemmata.provers.bmc.ir import CType, System
from lemmata.provers.bmc.names import (
    ALLOCATES,
    ASSERTS,
    ASSUMES,
    ERRORS,
    FREES,
    MODELS,
    PRINTS,
    STOPS,
    assertion_sites,
    callee,
    calls,
    definitions,
    kind,
)
from lemmata.provers.bmc.usage import Usage

_PRELUDE = """\
extern unsigned long long *__lemmata_values;
extern long __lemmata_at, __lemmata_again, __lemmata_count;
extern unsigned char *__lemmata_reached;
extern _Noreturn void __lemmata_fail(int site);
extern _Noreturn void __lemmata_block(void);
extern _Noreturn void __lemmata_stop(void);
extern void __lemmata_end(void);
extern void *__lemmata_allocate(unsigned long count, unsigned long size, int zero, int line);
extern void __lemmata_free(void *block, int line);
extern unsigned long __lemmata_strlen(const char *) __asm__("strlen");
extern int __lemmata_strcmp(const char *, const char *) __asm__("strcmp");
extern char *__lemmata_strcpy(char *, const char *) __asm__("strcpy");
extern void *__lemmata_memset(void *, int, unsigned long) __asm__("memset");
extern void *__lemmata_memcpy(void *, const void *, unsigned long) __asm__("memcpy");
__attribute__((no_sanitize("address", "undefined")))
static inline unsigned long long __lemmata_next(void) {
  if (__builtin_expect(__lemmata_at == __lemmata_count, 0)) __lemmata_at = __lemmata_again;
  return __lemmata_values[__lemmata_at++];
}
__attribute__((no_sanitize("address", "undefined")))
static inline int __lemmata_assert(int holds, int site) {
  __lemmata_reached[site] = 1;
  if (!holds) __lemmata_fail(site);
  return 0;
}
__attribute__((no_sanitize("address", "undefined")))
static inline int __lemmata_assume(int holds) {
  if (!holds) __lemmata_block();
  return 0;
}
#define main __lemmata_main
"""


def rewrite(tree: Any, system: System, target: str) -> str:
    """The text to be compiled together with the runtime; its entry is `__lemmata_entry`."""
    return _PRELUDE + _Rewriter(tree, system, target).program()


def _spelled(ctype: CType) -> str:
    if ctype.boolean:
        return "_Bool"
    word = {8: "char", 16: "short", 32: "int", 64: "long"}[ctype.width]
    return f"{'signed' if ctype.signed else 'unsigned'} {word}"


class _Rewriter(c_generator.CGenerator):  # type: ignore[misc]
    def __init__(self, tree: Any, system: System, target: str) -> None:
        super().__init__()
        self.tree, self.system, self.target = tree, system, target
        self.defined = definitions(tree)
        self.sites = {id(call): i for i, call in enumerate(assertion_sites(tree))}
        self.local = False
        self.constant = False
        self.usage = Usage(tree)

    def program(self) -> str:
        functions = [self.defined[name] for name in self.defined if name in self._needed()]
        parts = [self._outer(ext) for ext in self.tree.ext if kind(ext) != "FuncDef"]
        for each in functions:
            each.decl.storage = ["static"]
            parts.append(self.visit(each.decl) + ";\n")
        self.local = True
        parts += [self.visit(each) for each in functions]
        return "".join(parts) + self._entry()

    def _needed(self) -> set[str]:
        found: set[str] = set()
        waiting = [self.target]
        while waiting:
            name = waiting.pop()
            if name not in found and name in self.defined:
                found.add(name)
                waiting += [callee(call) for call in calls(self.defined[name])]
        return found

    def _outer(self, ext: Any) -> str:
        if kind(ext) == "Decl":
            if kind(ext.type) == "FuncDecl":
                return ""
            if ext.name is not None:
                ext.storage = ["static"]
        return f"{self._placed(ext)}{self.visit(ext)};\n"

    def _entry(self) -> str:
        lines = ["void __lemmata_entry(void) {"]
        names = []
        for i, ctype in enumerate(self.system.params):
            names.append("0" if ctype is None else f"p{i}")
            if ctype is not None:
                lines.append(f"  {_spelled(ctype)} p{i} = ({_spelled(ctype)})__lemmata_next();")
        end = ["  __lemmata_end();"] if self.system.leaks else []
        return "\n".join([*lines, f"  (void){self.target}({', '.join(names)});", *end, "}", ""])

    @staticmethod
    def _placed(node: Any) -> str:
        coord = getattr(node, "coord", None)
        return f'\n#line {coord.line} "program.c"\n' if coord is not None else "\n"

    def _generate_stmt(self, n: Any, add_indent: bool = False) -> str:
        made = self._placed(n) + str(super()._generate_stmt(n, add_indent=add_indent))
        if kind(n) == "Decl" and self._arbitrary(n) and kind(n.type) == "ArrayDecl":
            at = n.type
            while kind(at) == "ArrayDecl":
                at = at.type
            element = self._generate_type_specifier(at.type)
            made += (
                f"for (unsigned long __lemmata_i = 0; __lemmata_i < sizeof {n.name} / sizeof({element});"
                f" __lemmata_i++) (({element} *){n.name})[__lemmata_i] = ({element})__lemmata_next();\n"
            )
        return made

    def _arbitrary(self, n: Any) -> bool:
        return self.local and n.init is None and self.usage.is_input(n)

    def visit_Decl(self, n: Any, no_type: bool = False) -> str:
        kept, self.constant = self.constant, True
        made = str(self._generate_type(n.type, emit_base_type=False) if no_type else self._generate_decl(n))
        self.constant = kept or "static" in n.storage
        if n.init is not None:
            made += f" = {self._visit_expr(n.init)}"
        elif self._arbitrary(n) and kind(n.type) == "TypeDecl" and n.name is not None:
            made += " = __lemmata_next()"
        self.constant = kept
        return made

    def visit_Case(self, n: Any) -> str:
        kept, self.constant = self.constant, True
        label = self._visit_expr(n.expr)
        self.constant = kept
        return f"case {label}:\n{self._generate_body(n.stmts or [], add_indent=True)}"

    def visit_BinaryOp(self, n: Any) -> str:
        return self._kept(str(super().visit_BinaryOp(n)), n.op in ("+", "-", "*", "/", "%", "<<"))

    def visit_UnaryOp(self, n: Any) -> str:
        return self._kept(str(super().visit_UnaryOp(n)), n.op == "-")

    def _kept(self, text: str, arithmetic: bool) -> str:
        """Arithmetic in a place of its own: gcc turns x + 1 > 0 into x >= 0 before its sanitizers look."""
        if not arithmetic or not self.local or self.constant:
            return text
        return f"({{ __auto_type __lemmata_t = ({text}); __lemmata_t; }})"

    def visit_FuncDef(self, n: Any) -> str:
        self.local = False
        head = f"{self._placed(n)}{self.visit(n.decl)}\n"
        self.local, self.indent_level = True, 0
        return head + str(self.visit(n.body)) + "\n"

    def visit_FuncCall(self, n: Any) -> str:
        name, args = callee(n), list(n.args.exprs) if n.args is not None else []
        if name in self.defined:
            return str(super().visit_FuncCall(n))
        if name in ASSERTS:
            return f"__lemmata_assert(({self.visit(args[0])}) != 0, {self.sites[id(n)]})"
        if name in ASSUMES:
            return f"__lemmata_assume(({self.visit(args[0])}) != 0)"
        if name in ALLOCATES:
            count, size = (["1", self.visit(args[0])] if name == "malloc" else [self.visit(a) for a in args])[:2]
            return f"__lemmata_allocate({count}, {size}, {int(name == 'calloc')}, {n.coord.line})"
        if name in MODELS:
            return f"__lemmata_{name}({', '.join(self.visit(a) for a in args)})"
        if name in FREES:
            return f"__lemmata_free({self.visit(args[0])}, {n.coord.line})"
        parts = [f"(void)({self.visit(a)})" for a in args if not (kind(a) == "Constant" and a.type == "string")]
        if name in ERRORS:
            parts.append(f"__lemmata_assert(0, {self.sites[id(n)]})")
        elif name in STOPS:
            parts.append("__lemmata_stop()")
        elif name in PRINTS:
            parts.append("0")
        else:
            ctype = self.system.externals.get(name)
            parts.append("(void)0" if ctype is None else f"({_spelled(ctype)})__lemmata_next()")
        return f"({', '.join(parts)})"
