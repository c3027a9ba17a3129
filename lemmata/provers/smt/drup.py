"""Proofs that clauses have no model: found by a SAT solver, checked by another program that shares nothing with it.

Both run in the sandbox. A proof is the solver's log of derived clauses (DRUP); checking it means that every one of them
follows from those before by unit propagation, down to the empty clause. Source: Heule, Hunt, Wetzler, "Trimming while
checking clausal proofs", FMCAD 2013.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from importlib.util import find_spec

from lemmata.errors import BackendMissing, ProtocolError
from lemmata.provers.base import Backends
from lemmata.provers.smt.bitblast import Cnf, write_dimacs
from lemmata.sandbox.base import Caps, End, Outcome
from lemmata.sandbox.languages.python import python_command

_START_S = 2.0
_LONGEST = 8 << 20  # bytes of a proof
_FIND = """
import json, sys
from pysat.formula import CNF
from pysat.solvers import Solver
formula = CNF(from_string=open("formula.cnf").read())
with Solver(name="glucose4", bootstrap_with=formula.clauses, with_proof=True) as solver:
    if solver.solve():
        print(json.dumps({"sat": True}))
    else:
        print(json.dumps({"sat": False, "proof": "\\n".join(solver.get_proof()) + "\\n"}))
"""
_CHECK = """
import json
from dratify import check_proof, parse_dimacs
result = check_proof(parse_dimacs(open("formula.cnf").read()), open("proof.drup").read(), engine="python")
print(json.dumps({"ok": bool(result.ok)}))
"""


def installed() -> bool:
    """Whether proofs can be found and checked here."""
    return can_check() and find_spec("pysat") is not None


def can_check() -> bool:
    return find_spec("dratify") is not None


def find_proof(cnf: Cnf, backends: Backends, *, wall_s: float) -> str | None:
    """A proof that the clauses have no model, packed as text; None where they have one or none was found in time.

    Raises:
        BackendMissing: python-sat is not installed.
    """
    if find_spec("pysat") is None:
        raise BackendMissing("python-sat is not installed", remedy="pip install 'lemmata[smt]'")
    told = _run(_FIND, {"formula.cnf": write_dimacs(cnf).encode()}, backends, wall_s=wall_s)
    if told is None or told.get("sat") is not False:
        return None
    packed = base64.b64encode(zlib.compress(str(told["proof"]).encode(), 9)).decode()
    return packed if len(packed) <= _LONGEST else None


def check_proof(cnf: Cnf, packed: str, backends: Backends, *, wall_s: float) -> bool | None:
    """Whether the proof shows that the clauses have no model; None where that could not be decided in time.

    Raises:
        BackendMissing: dratify is not installed.
    """
    if not can_check():
        raise BackendMissing("dratify is not installed, so a DRUP proof can't be checked", remedy="pip install dratify")
    try:
        unpacker = zlib.decompressobj()
        proof = unpacker.decompress(base64.b64decode(packed, validate=True), 16 * _LONGEST)
        if not unpacker.eof:
            return False
    except (binascii.Error, zlib.error, ValueError):
        return False
    files = {"formula.cnf": write_dimacs(cnf).encode(), "proof.drup": proof}
    told = _run(_CHECK, files, backends, wall_s=wall_s)
    return None if told is None else told.get("ok") is True


def _run(code: str, files: dict[str, bytes], backends: Backends, *, wall_s: float) -> dict[str, object] | None:
    caps = Caps(wall_s=wall_s + _START_S, memory_mb=4096, output_kb=64 << 10, file_mb=256)
    outcome = backends.sandbox().run(python_command(code, files=files, caps=caps, packages=True))
    if outcome.end is not End.FINISHED:
        return None
    return _read(outcome)


def _read(outcome: Outcome) -> dict[str, object] | None:
    if outcome.exit_code != 0:  # what it was given could not be read, or memory ended: no answer
        return None
    try:
        told = json.loads(outcome.stdout)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise ProtocolError("the program for DRUP proofs answered out of turn")
    return told
