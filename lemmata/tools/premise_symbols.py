"""The constants behind a goal as Lean prints it, read from its text: a guess for retrieval, never for a verdict."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lemmata.formats.lean import words

_INFIX = {
    "+": ("HAdd.hAdd",),
    "*": ("HMul.hMul",),
    "/": ("HDiv.hDiv",),
    "%": ("HMod.hMod",),
    "^": ("HPow.hPow",),
    "∣": ("Dvd.dvd",),
    "=": ("Eq",),
    "≠": ("Ne",),
    "≤": ("LE.le",),
    "<": ("LT.lt",),
    "≥": ("LE.le", "GE.ge"),
    ">": ("LT.lt", "GT.gt"),
    "==": ("BEq.beq",),
    "!=": ("bne",),
    "&&": ("Bool.and",),
    "||": ("Bool.or",),
    "!": ("Bool.not",),
    "^^": ("Bool.xor",),
    "∧": ("And",),
    "∨": ("Or",),
    "¬": ("Not",),
    "↔": ("Iff",),
    "∃": ("Exists",),
    "∃!": ("ExistsUnique",),
    "∈": ("Membership.mem",),
    "∉": ("Membership.mem", "Not"),
    "⊆": ("HasSubset.Subset",),
    "∪": ("Union.union",),
    "∩": ("Inter.inter",),
    "∅": ("EmptyCollection.emptyCollection",),
    "×": ("Prod",),
    "∘": ("Function.comp",),
    "::": ("List.cons",),
    "++": ("HAppend.hAppend",),
    "|||": ("HOr.hOr",),
    "&&&": ("HAnd.hAnd",),
    "^^^": ("HXor.hXor",),
    "<<<": ("HShiftLeft.hShiftLeft",),
    ">>>": ("HShiftRight.hShiftRight",),
    "~~~": ("Complement.complement",),
    "<$>": ("Functor.map",),
    ">>=": ("Bind.bind",),
    "<|>": ("HOrElse.hOrElse",),
    "↑": ("Nat.cast", "IntCast.intCast"),
    "[]": ("List.nil",),
    "#[": ("List.toArray",),
    "<+:": ("List.IsPrefix",),
    "<:+": ("List.IsSuffix",),
    "<:+:": ("List.IsInfix",),
    "~": ("List.Perm",),
    "∑": ("Finset.sum",),
    "∏": ("Finset.prod",),
}
_WORDS = {
    "some": ("Option.some",),
    "none": ("Option.none",),
    "true": ("Bool.true",),
    "false": ("Bool.false",),
    "if": ("ite",),
    "pure": ("Pure.pure",),
    "ℕ": ("Nat",),
    "ℤ": ("Int",),
    "ℚ": ("Rat",),
    "ℝ": ("Real",),
}
_KEYWORDS = words("fun λ then else match with let have case by in do show from Type Sort Prop at this")
_PART = r"[^\W\d][\w'!?₀-₉]*|«[^»\n]*»"
_TOKEN = re.compile(
    rf"(?P<text>\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^\\'])')|(?P<method>(?<=[)\]}}⟩])\.(?:{_PART}|\d+))"
    rf"|(?P<ident>(?:{_PART})(?:\.(?:{_PART}|\d+))*)|(?P<number>\d+)|(?P<index>(?<=[\w)'\]₀-₉])\[)|(?P<close>\][?!]?)"
    r"|(?P<symbol><:\+:|<:\+|<\+:|\|\|\||&&&|\^\^\^|<<<|>>>|~~~|<\$>|>>=|<\|>|::|\+\+|==|!=|&&|\|\||\^\^|∃!|:=|=>"
    r"|\[\]|#\[|\S)",
)
_LITERAL = {"0": "zero", "1": "one", "2": "two"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbols:
    """What a text mentions.

    Args:
        constants: full names, as far as they can be told.
        methods: last parts of names whose beginning can't be told, as `length` of `xs.length`.
        literals: `zero`, `one`, `two`, where those numbers occur.
    """

    constants: frozenset[str]
    methods: frozenset[str]
    literals: frozenset[str]

    def names(self) -> frozenset[str]:
        """The constants, and the methods behind a dot."""
        return self.constants | {f".{method}" for method in self.methods}


def read_symbols(text: str) -> Symbols:
    """What a goal, or a statement, mentions."""
    constants: set[str] = set()
    methods: set[str] = set()
    literals: set[str] = set()
    indexed: list[bool] = []
    before = ""
    for found in _TOKEN.finditer(text):
        kind, token = found.lastgroup, found[0]
        if kind == "ident":
            _read_name(token, constants, methods)
        elif kind == "method":
            methods.add(token[1:])
        elif kind == "number":
            constants.add("OfNat.ofNat")
            literals.update(_LITERAL.get(token, "").split())
        elif kind == "close":
            if indexed and indexed.pop():
                constants.add(_ACCESS[token[1:]])
        else:
            _read_symbol(token, kind == "index", before, constants, indexed)
        before = token if kind != "text" else '"'
    return Symbols(constants=frozenset(constants), methods=frozenset(methods), literals=frozenset(literals))


_ACCESS = {"": "GetElem.getElem", "?": "GetElem?.getElem?", "!": "GetElem?.getElem!"}
_FIELDS = {"1": "fst", "2": "snd"}


def _read_name(token: str, constants: set[str], methods: set[str]) -> None:
    if token in _KEYWORDS:
        return
    constants.update(_WORDS.get(token, (token,)))
    methods.update(_FIELDS.get(part, part) for part in token.split(".")[1:])


def _read_symbol(token: str, index: bool, before: str, constants: set[str], indexed: list[bool]) -> None:
    if token in ("[", "#["):
        indexed.append(index)
    if token == "[" and not index:
        constants.add("List.cons")
    elif token == "-":
        first = not before or before in "([{⟨,=<>≤≥≠+-*/%^∣∧∨¬→↔:⊢"
        constants.add("Neg.neg" if first else "HSub.hSub")
    else:
        constants.update(_INFIX.get(token, ()))
