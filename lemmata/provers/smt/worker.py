"""What runs inside the sandbox: SMT-LIB text in, the solver's own text out, one JSON object a line each.

Started by `lemmata.provers.smt.solver` as a program of its own, the solver's name as its argument; it imports
nothing of lemmata. It holds no opinion about what a solver says.

    {"id": 7, "script": "…", "timeout_ms": 900, "memory_mb": 2048, "cores": false, "check": "(check-sat)"}
    {"id": 7, "refused": "", "status": "sat", "model": "(…)", "core": "", "reason": ""}
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any


def start_z3() -> tuple[str, Callable[[dict[str, Any]], Callable[[str], str]]]:
    """Its version, and what opens a fresh context and gives its reader of commands."""
    import z3

    def fresh(request: dict[str, Any]) -> Callable[[str], str]:
        z3.set_param("memory_max_size", request["memory_mb"])
        context = z3.Context()

        def run(text: str) -> str:
            return str(z3.Z3_eval_smtlib2_string(context.ref(), text))

        run(f"(set-option :timeout {request['timeout_ms']})")
        return run

    return str(z3.get_version_string()), fresh


def start_cvc5() -> tuple[str, Callable[[dict[str, Any]], Callable[[str], str]]]:
    """As `start_z3`."""
    import cvc5

    def fresh(request: dict[str, Any]) -> Callable[[str], str]:
        solver = cvc5.Solver(cvc5.TermManager())
        solver.setOption("tlimit-per", str(request["timeout_ms"]))
        parser = cvc5.InputParser(solver)
        symbols = parser.getSymbolManager()
        if request.get("sygus"):
            solver.setOption("sygus", "true")
            solver.setOption("sygus-si", "use")

        def run(text: str) -> str:
            language = cvc5.InputLanguage.SYGUS_2_1 if request.get("sygus") else cvc5.InputLanguage.SMT_LIB_2_6
            parser.setStringInput(language, text, "script")
            told = []
            while not (command := parser.nextCommand()).isNull():
                told.append(str(command.invoke(solver, symbols)))
            return "".join(told)

        return run

    version = cvc5.Solver(cvc5.TermManager()).getVersion()
    return (version.decode() if isinstance(version, bytes) else str(version)), fresh


def answer(request: dict[str, Any], fresh: Callable[[dict[str, Any]], Callable[[str], str]]) -> dict[str, str]:
    """What the solver says of one script."""
    told = {"refused": "", "status": "", "model": "", "core": "", "reason": ""}
    try:
        run = fresh(request)
        if request.get("sygus"):
            told["status"] = run(request["script"])
            return told
        run("(set-option :produce-models true)")
        if request["cores"]:
            run("(set-option :produce-unsat-cores true)")
        told["refused"] = run(request["script"]).strip()
        if told["refused"]:
            return told
        told["status"] = run(request["check"]).strip()
        if told["status"] == "sat":
            told["model"] = run("(get-model)")
        elif told["status"] == "unsat":
            told["core"] = run("(get-unsat-core)") if request["cores"] else ""
        else:
            told["reason"] = run("(get-info :reason-unknown)")
    except Exception as exc:  # the solver's own complaint goes back as text, whatever its class
        told["refused"] = f"{type(exc).__name__}: {exc}"
    return told


def main() -> None:
    version, fresh = {"z3": start_z3, "cvc5": start_cvc5}[sys.argv[1]]()
    print(json.dumps({"solver": sys.argv[1], "version": version}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps({"id": request["id"], **answer(request, fresh)}), flush=True)


if __name__ == "__main__":
    main()
