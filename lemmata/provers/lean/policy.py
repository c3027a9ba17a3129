"""Words that have no place in a proof body, or in a problem, judged as tokens of Lean and never as substrings.

What makes a proof sound is the audit; this refuses early, with a reason, what could only be an attempt to get round it,
and keeps text that runs code while it is elaborated away from the process that does the audit.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lemmata.errors import BadInput
from lemmata.formats.lean import Token, line_of, normalise, scan, words

_UNPROVED = frozenset({"sorry", "admit", "native_decide", "bv_decide", "bv_check", "sorryAx", "stop"})
_RUNS_CODE = words(
    """
    run_tac by_elab run_elab run_cmd run_meta elab elab_rules macro macro_rules syntax declare_syntax_cat initialize
    builtin_initialize unsafe implemented_by extern init builtin_init csimp export simproc dsimproc simproc_decl
    builtin_simproc include_str include_bytes unsafeIO unsafeBaseIO unsafeEIO unsafeCast addDecl
    addDeclWithoutChecking tactic command_elab term_elab builtin_tactic builtin_term_elab builtin_command_elab
    """
)
_COMMANDS = words(
    """
    set_option attribute instance local scoped notation notation3 infix infixl infixr prefix postfix axiom opaque
    theorem lemma def abbrev example structure inductive class namespace section end mutual partial noncomputable
    private protected public import export universe variable deriving termination_by decreasing_by where
    """
)
_OPTIONS = re.compile(
    r"(maxHeartbeats|maxRecDepth|maxUniverseOffset|autoImplicit|relaxedAutoImplicit|quotPrecheck|"
    r"(synthInstance|linter|pp|trace|profiler|grind|exponentiation|smartUnfolding|guard_msgs)(\.\w+)*|"
    r"backward(\.\w+)*|warn(\.\w+)*|weak\.linter(\.\w+)*)$"
)
_COMMAND_RUNS = frozenset({"#eval", "#eval!", "#exit", "#guard_msgs", "#reduce", "#synth"})


def find_refused(body: str) -> str | None:
    """What a proof body holds that it must not hold, with its line; None: nothing.

    Raises:
        BadInput: a comment or string in it never ends.
    """
    tokens = scan(body)
    for i, token in enumerate(tokens):
        name = token.text.removeprefix("_root_.")
        last = name.rpartition(".")[2].strip("«»")
        word = token.kind == "ident" and (name in _UNPROVED | _RUNS_CODE | _COMMANDS or last in _UNPROVED | _RUNS_CODE)
        if token.kind == "doc" or word or token.text.startswith(("#eval", "eval%")) or _native(tokens, i):
            shown = "a doc comment" if token.kind == "doc" else f"`{token.text}`"
            return f"{shown} on line {line_of(body, token.start)} has no place in a proof"
    return None


def _native(tokens: Sequence[Token], i: int) -> bool:
    """`+native`, `native := …` and `eval%`, which only make sense to the compiler."""
    text = tokens[i].text
    after = tokens[i + 1].text if i + 1 < len(tokens) else ""
    if text == "native":
        return after == ":=" or (i > 0 and tokens[i - 1].text == "+")
    return text == "eval" and after == "%"


def check_source(source: str, *, place: str) -> None:
    """Refuse a problem whose text would run code, or switch off checks, while it is elaborated.

    Raises:
        BadInput: names the word, its line and what to do.
    """
    source = normalise(source)
    tokens = scan(source)
    for i, token in enumerate(tokens):
        last = token.text.rpartition(".")[2].strip("«»")
        following = tokens[i + 1].text if i + 1 < len(tokens) else ""
        if token.kind == "ident" and (last in _RUNS_CODE or last in ("native_decide", "bv_check", "sorryAx")):
            wrong = f"`{token.text}` runs code, or skips checks, while Lean reads it"
        elif token.text in _COMMAND_RUNS or (token.text == "eval" and following == "%"):
            wrong = f"`{token.text}` runs code while Lean reads it"
        elif token.text == "set_option" and not _OPTIONS.match(following):
            wrong = f"the option {following} is not one that a statement may set"
        else:
            continue
        line = line_of(source, token.start)
        raise BadInput(f"{wrong}, which a problem must not do: remove it", place=f"{place}, line {line}")
