"""Words that have no place in a proof body, or in a problem, judged as tokens of Lean and never as substrings.

What makes a proof sound is the audit; this refuses early, with a reason, what could only be an attempt to get round it,
and keeps text that runs code while it is elaborated away from the process that does the audit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from lemmata.errors import BadInput
from lemmata.formats.lean import Token, line_of, normalise, scan, words

_UNPROVED = words("sorry admit stop native_decide bv_decide bv_check")
_RUNS_CODE = words(
    """
    run_tac by_elab run_elab run_cmd run_meta elab elab_rules macro macro_rules syntax declare_syntax_cat initialize
    builtin_initialize unsafe simproc dsimproc simproc_decl dsimproc_decl builtin_simproc builtin_dsimproc include_str
    include_bytes native_decide bv_check
    """
)
_CONSTANTS = words("sorryAx unsafeIO unsafeBaseIO unsafeEIO unsafeCast addDecl addDeclWithoutChecking")
_ATTRIBUTES = words(
    """
    implemented_by extern init builtin_init csimp export macro tactic command_elab term_elab command_parser term_parser
    tactic_parser simproc simprocAttr builtin_tactic builtin_term_elab builtin_command_elab builtin_macro app_unexpander
    """
)
_COMMANDS = words(
    """
    set_option attribute instance local scoped notation infix infixl infixr prefix postfix axiom opaque theorem def
    abbrev example structure inductive class namespace section end mutual partial noncomputable private protected
    public import export universe variable deriving termination_by decreasing_by where
    """
)
_COMMAND_RUNS = frozenset({"#eval", "#eval!", "#exit", "#guard_msgs", "#reduce", "#synth"})
_OPTIONS = words(
    """
    maxHeartbeats maxRecDepth maxUniverseOffset autoImplicit relaxedAutoImplicit quotPrecheck smartUnfolding
    synthInstance linter pp trace profiler grind exponentiation backward warn
    """
)
DRIVER_POLICY: Mapping[str, Sequence[str]] = {
    "words": sorted(_RUNS_CODE | _CONSTANTS | _COMMAND_RUNS | {"eval%"}),
    "attributes": sorted(_ATTRIBUTES),
    "options": sorted(_OPTIONS),
}
"""What the driver refuses as well: it sees the syntax that Lean reads, where text with notation of its own could hide
a word from our scanner."""

_FILE_COMMANDS = words(
    """
    definition abbrev theorem instance structure inductive classInductive example namespace section end variable
    universe open export set_option attribute omit include deriving moduleDoc check print printAxioms eoi addDocString
    grindPattern coinductive
    """
)
_OTHER_COMMANDS = "Lean.Parser.commandSeal__", "Lean.Parser.commandUnseal__", "Batteries.Tactic.Alias.alias"
FILE_RULES: Mapping[str, Sequence[str]] = {
    "words": sorted(_RUNS_CODE | _CONSTANTS | _COMMAND_RUNS | {"unsafe", "partial", "eval%"}),
    "options": DRIVER_POLICY["options"],
    "attributes": sorted(
        words(
            """
            simp grind ext reducible irreducible semireducible local_reducible instance default_instance match_pattern
            elab_as_elim induction_eliminator cases_eliminator inline always_inline noinline specialize nospecialize
            macro_inline symm refl trans congr norm_cast push_cast simprocs inherit_doc deprecated class coe
            unused_variables grind_cases rcases_patterns unbox expose no_expose unfold seval bv_normalize simps
            to_additive mono gcongr positivity aesop fun_prop push simp_rw nolint
            """
        )
    ),
    "commands": [
        *(f"Lean.Parser.Command.{kind}" for kind in sorted(_FILE_COMMANDS)),
        "lemma",
        *_OTHER_COMMANDS,
    ],
}
"""What a whole file may hold: the kinds of commands, attributes and options are listed, everything else is refused."""


def find_refused(body: str) -> str | None:
    """The first thing that a proof body holds and must not hold, with its line; None: nothing.

    Raises:
        BadInput: a comment or string in it never ends.
    """
    for token, shown in refused_in(body):
        return f"{shown} on line {line_of(body, token.start)} has no place in a proof"
    return None


def refused_in(body: str) -> Iterator[tuple[Token, str]]:
    """Everything that a proof body holds and must not hold: the token, and how to speak of it.

    Raises:
        BadInput: a comment or string in it never ends.
    """
    tokens = scan(body)
    for i, token in enumerate(tokens):
        name = token.text.removeprefix("_root_.")
        word = token.kind == "ident" and (name in _UNPROVED | _RUNS_CODE | _COMMANDS or _last(token) in _CONSTANTS)
        if word or token.kind == "doc" or token.text == "@[" or token.text in _COMMAND_RUNS or _native(tokens, i):
            yield token, "a doc comment" if token.kind == "doc" else f"`{token.text}`"


def check_source(source: str, *, place: str) -> None:
    """Refuse a problem whose text would run code, or switch off checks, while it is elaborated.

    Raises:
        BadInput: names the word, its line and what to do.
    """
    source = normalise(source)
    tokens = scan(source)
    attributes = frozenset(_attributes(tokens))
    for i, token in enumerate(tokens):
        following = tokens[i + 1].text if i + 1 < len(tokens) else ""
        odd = _last(token) in _CONSTANTS or (i in attributes and _last(token) in _ATTRIBUTES)
        if token.kind == "ident" and (odd or token.text in _RUNS_CODE):
            wrong = f"`{token.text}` runs code, or skips checks, while Lean reads it"
        elif token.text in _COMMAND_RUNS or (token.text == "eval" and following == "%"):
            wrong = f"`{token.text}` runs code while Lean reads it"
        elif token.text == "set_option" and following.partition(".")[0] not in _OPTIONS:
            wrong = f"the option {following} is not one that a statement may set"
        else:
            continue
        line = line_of(source, token.start)
        raise BadInput(f"{wrong}, which a problem must not do: remove it", place=f"{place}, line {line}")


def _last(token: Token) -> str:
    """The last part of a name, without the quotes it may stand in."""
    return token.text.rpartition(".")[2].strip("«»")


def _native(tokens: Sequence[Token], i: int) -> bool:
    """`+native`, `native := …` and `eval%`, which only make sense to the compiler."""
    text = tokens[i].text
    after = tokens[i + 1].text if i + 1 < len(tokens) else ""
    if text == "native":
        return after == ":=" or (i > 0 and tokens[i - 1].text == "+")
    return text == "eval" and after == "%"


def _attributes(tokens: Sequence[Token]) -> Iterator[int]:
    """The places of all tokens inside `@[…]` and `attribute […]`."""
    depth = 0
    for i, token in enumerate(tokens):
        if token.text == "@[" or (token.text == "[" and i and tokens[i - 1].text == "attribute"):
            depth += 1
        elif depth:
            yield i
            depth += (token.text == "[") - (token.text == "]")
