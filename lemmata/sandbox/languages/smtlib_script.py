"""What runs inside the sandbox: SMT-LIB commands on standard input, the solver's text for each on standard output.

Started by `lemmata.sandbox.languages.smtlib` as a program of its own, the solver's name as its argument; it imports
nothing of lemmata. In: a JSON array of texts. Out: one JSON text a line, as soon as it is there.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable


def start_z3() -> Callable[[str], str]:
    """What runs one command after the other in one context."""
    import z3

    context = z3.Context()
    return lambda text: str(z3.Z3_eval_smtlib2_string(context.ref(), text))


def start_cvc5() -> Callable[[str], str]:
    """As `start_z3`."""
    import cvc5

    solver = cvc5.Solver(cvc5.TermManager())
    parser = cvc5.InputParser(solver)
    parser.setIncrementalStringInput(cvc5.InputLanguage.SMT_LIB_2_6, "script")
    symbols = parser.getSymbolManager()

    def run(text: str) -> str:
        parser.appendIncrementalStringInput(text)
        return str(parser.nextCommand().invoke(solver, symbols))

    return run


def main() -> None:
    run = {"z3": start_z3, "cvc5": start_cvc5}[sys.argv[1]]()
    for command in json.load(sys.stdin):
        try:
            said = run(command).strip()
        except Exception as exc:  # the solver's own complaint, whatever its class
            said = f"(error {json.dumps(str(exc))})"
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
