"""What runs inside the sandbox: SMT-LIB text in, the solver's own text out, one JSON object a line each.

Started by `lemmata.provers.smt.solver` as a program of its own, the solver's name as its argument; it imports
nothing of lemmata. It holds no opinion about what a solver says. A request with "fork" is worked on by a copy of this
process, so that cancelling it costs no new start.

    {"id": 7, "script": "…", "timeout_ms": 900, "memory_mb": 2048, "cores": false, "check": "(check-sat)", "fork": true}
    {"id": 7, "refused": "", "status": "sat", "model": "(…)", "core": "", "reason": ""}
    {"cancel": 7}
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
from collections.abc import Callable
from typing import Any

Run = Callable[[str], str]
Fresh = Callable[[dict[str, Any]], Run]


def start_z3() -> tuple[str, Fresh]:
    """Its version, and what opens a fresh context and gives its reader of commands."""
    import z3

    def fresh(request: dict[str, Any]) -> Run:
        z3.set_param("memory_max_size", request["memory_mb"])
        context = z3.Context()

        def run(text: str) -> str:
            return str(z3.Z3_eval_smtlib2_string(context.ref(), text))

        run(f"(set-option :timeout {request['timeout_ms']})")
        if request.get("seed"):
            run(f"(set-option :smt.random_seed {request['seed']})")
            run(f"(set-option :sat.random_seed {request['seed']})")
        return run

    return str(z3.get_version_string()), fresh


def start_cvc5() -> tuple[str, Fresh]:
    """As `start_z3`."""
    import cvc5

    def fresh(request: dict[str, Any]) -> Run:
        solver = cvc5.Solver(cvc5.TermManager())
        solver.setOption("tlimit-per", str(request["timeout_ms"]))
        if request.get("seed"):
            solver.setOption("seed", str(request["seed"]))
        for name, value in request.get("options", {}).items():
            solver.setOption(name, value)
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


def start_bitwuzla() -> tuple[str, Fresh]:
    """As `start_z3`, for bit-vectors; it knows no reader of commands, so what is asked of it is done by hand."""
    import bitwuzla

    def fresh(request: dict[str, Any]) -> Run:
        options = bitwuzla.Options()
        options.set(bitwuzla.Option.PRODUCE_MODELS, True)
        options.set(bitwuzla.Option.TIME_LIMIT_PER, request["timeout_ms"])
        if request.get("seed"):
            options.set(bitwuzla.Option.SEED, request["seed"])
        parser = bitwuzla.Parser(bitwuzla.TermManager(), options)

        def model() -> str:
            solver, found = parser.bitwuzla(), []
            for term in parser.get_declared_funs():
                if not term.sort().is_fun():
                    found.append(f"(define-fun {term.symbol()} () {term.sort()} {solver.get_value(term)})")
            return f"({' '.join(found)})"

        def run(text: str) -> str:
            if text.startswith("(check-sat"):
                return str(parser.bitwuzla().check_sat()).lower()
            if text == "(get-model)":
                return model()
            if text == "(get-info :reason-unknown)":
                return "timeout"
            if not text.startswith("(set-option"):
                parser.parse(text, True, False)
            return ""

        return run

    return str(bitwuzla.version()), fresh


def answer(request: dict[str, Any], fresh: Fresh) -> dict[str, str]:
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


class Fork:
    """A copy of this process that works on one request; its answer can be read from `told`."""

    def __init__(self, request: dict[str, Any], fresh: Fresh) -> None:
        self.told, tell = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.told)
            with open(tell, "wb") as out:
                out.write(json.dumps(answer(request, fresh)).encode())
            os._exit(0)
        os.close(tell)

    def end(self) -> int:
        """Kill it if it is still there, and say how it ended: minus a signal's number, or its exit code."""
        os.kill(self.pid, signal.SIGKILL)
        os.close(self.told)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def answer_unless_cancelled(request: dict[str, Any], fresh: Fresh, lines: Lines) -> dict[str, str]:
    """As `answer`, in a fork that is killed when a line says so."""
    reply = {"refused": "", "status": "unknown", "model": "", "core": "", "reason": "cancelled"}
    if request["id"] in lines.cancelled:  # before it came
        return reply
    working, told = Fork(request, fresh), b""
    while True:
        ready = select.select([working.told, lines.source], [], [])[0]
        if working.told in ready:
            piece = os.read(working.told, 1 << 20)
            told += piece
            if not piece:
                ended = working.end()
                return json.loads(told) if told else {**reply, "status": "", "refused": f"the solver ended ({ended})"}
        else:
            lines.take()
            if request["id"] in lines.cancelled or lines.ended:
                working.end()
                return reply


def serve(fresh: Fresh) -> None:
    """Answer requests one after the other until the input ends."""
    lines = Lines()
    while (request := lines.wait()) is not None:
        told = answer_unless_cancelled(request, fresh, lines) if request.get("fork") else answer(request, fresh)
        print(json.dumps({"id": request["id"], **told}), flush=True)


class Lines:
    """Requests, as they come on standard input."""

    source = 0

    def __init__(self) -> None:
        self._pending = b""
        self._waiting: list[dict[str, Any]] = []
        self.cancelled: set[int] = set()
        self.ended = False

    def take(self) -> None:
        """Read what is there now."""
        piece = os.read(self.source, 1 << 20)
        self.ended = not piece
        *whole, self._pending = (self._pending + piece).split(b"\n")
        fresh = [json.loads(line) for line in whole]
        self._waiting += [request for request in fresh if "cancel" not in request]
        self.cancelled |= {request["cancel"] for request in fresh if "cancel" in request}

    def wait(self) -> dict[str, Any] | None:
        """The next request; None at the end of the input."""
        while not self._waiting:
            if self.ended:
                return None
            self.take()
        return self._waiting.pop(0)


def main() -> None:
    version, fresh = {"z3": start_z3, "cvc5": start_cvc5, "bitwuzla": start_bitwuzla}[sys.argv[1]]()
    print(json.dumps({"solver": sys.argv[1], "version": version}), flush=True)
    serve(fresh)


if __name__ == "__main__":
    main()
