"""Names of back-ends, checkers and proposers, turned into code only when they are used.

Each table maps a name to `module:attribute`. Other packages add to them with entry points in the groups
lemmata.sandboxes, lemmata.provers, lemmata.proposers and lemmata.datasets; they can't replace a name that is here.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from lemmata.errors import BadInput, SandboxMissing

if TYPE_CHECKING:
    from lemmata.config import Settings

SANDBOXES: Mapping[str, str] = {  # strongest first
    "bubblewrap": "lemmata.sandbox.bubblewrap:Bubblewrap",
    "podman": "lemmata.sandbox.podman:Podman",
    "docker": "lemmata.sandbox.docker:Docker",
    "wasi": "lemmata.sandbox.wasi:Wasi",
    "process": "lemmata.sandbox.process:BareProcess",
}

CHECKERS: Mapping[str, str] = {  # form of candidate -> checker
    "lean-proof": "lemmata.provers.lean.check:check_proof",
    "lean-file": "lemmata.provers.lean.check:check_file",
    "lean-disproof": "lemmata.provers.lean.check:check_disproof",
    "lean-answer": "lemmata.provers.lean.check:check_answer",
    "smt-unsat": "lemmata.provers.smt.check:check_unsat",
    "smt-cases": "lemmata.provers.smt.check:check_cases",
    "smt-induction": "lemmata.provers.smt.induction:check_induction",
    "smt-model": "lemmata.provers.smt.check:check_model",
    "answer-set": "lemmata.provers.answers.check:check_answer_set",
    "answer-value": "lemmata.provers.find.check:check_found",
    "steps": "lemmata.provers.find.steps:check_steps",
    "steps-fault": "lemmata.provers.find.steps:check_steps_refuted",
    "extremal": "lemmata.provers.answers.extremal:check_extremal",
    "closed-form": "lemmata.provers.closed.check:check_closed_form",
    "implementation": "lemmata.provers.smt.implementation:check_implementation",
    "python-trace": "lemmata.provers.python.check:check_trace",
    "python-cases": "lemmata.provers.python.check:check_cases",
    "python-bounded": "lemmata.provers.python.prove:check_bounded",
    "python-patch": "lemmata.provers.python.patch:check_patch",
    "python-examples": "lemmata.provers.python.synthesis:check_examples",
    "python-implementation": "lemmata.provers.python.synthesis:check_implementation",
    "trace": "lemmata.provers.bmc.check:check_trace",
    "bounded": "lemmata.provers.bmc.check:check_bounded",
    "invariant": "lemmata.provers.bmc.check:check_invariant",
    "patch": "lemmata.provers.bmc.patch:check_patch",
    "worked-answer": "lemmata.provers.answers.worked:check_worked_answer",
    "real-certificate": "lemmata.provers.real.check:check_claim",
    "real-bound": "lemmata.provers.real.check:check_bound",
    "real-relation": "lemmata.provers.real.check:check_relation",
}

PROPOSERS: Mapping[str, str] = {  # symbolic ones; chat-model proposers live in lemmata.agents
    "lean-portfolio": "lemmata.tools.lean_portfolio:propose",
    "lean-search": "lemmata.tools.lean_search.propose:propose",
    "lean-disproof": "lemmata.tools.lean_disproof:propose",
    "lean-answers": "lemmata.tools.lean_answers:propose",
    "smt-solver": "lemmata.tools.smt_solver:propose",
    "smt-induction": "lemmata.tools.smt_induction:propose",
    "answer-sets": "lemmata.tools.conjecture:propose",
    "real-certificates": "lemmata.tools.real.propose:propose",
    "answer-values": "lemmata.tools.find_answers:propose",
    "step-faults": "lemmata.tools.find_faults:propose",
    "extremal-values": "lemmata.tools.extremal_values:propose",
    "closed-forms": "lemmata.tools.closed_forms:propose",
    "clia-terms": "lemmata.tools.synthesis.clia:propose",
    "cvc5-sygus": "lemmata.tools.synthesis.sygus:propose",
    "python-terms": "lemmata.tools.synthesis.enumerate:propose",
    "python-falsify": "lemmata.tools.python_falsify:propose",
    "python-crosshair": "lemmata.tools.python_crosshair:propose",
    "python-proof": "lemmata.tools.python_proof:propose",
    "python-mutations": "lemmata.tools.python_repair:propose",
    "fuzz": "lemmata.tools.falsify:propose",
    "bmc": "lemmata.tools.unroll:propose",
    "invariants": "lemmata.tools.invariants:propose",
    "mutations": "lemmata.tools.repair:propose",
}


def resolve(table: Mapping[str, str], group: str, name: str) -> Any:
    """The thing of that name.

    Raises:
        BadInput: no such name; lists the ones there are.
    """
    spec = table.get(name)
    if spec is not None:
        module, _, attribute = spec.partition(":")
        return getattr(import_module(module), attribute)
    found = {point.name: point for point in entry_points(group=group)}
    if name not in found:
        raise BadInput(f"expected one of {', '.join(sorted({*table, *found}))}", place=f"{group} {name!r}")
    return found[name].load()


def resolve_sandbox(settings: Settings) -> Any:
    """The sandbox the settings name, or the strongest that works here.

    Raises:
        SandboxMissing: none works, and the user did not pass --unsafe-no-sandbox.
    """
    if settings.sandbox == "process" and not settings.unsafe_no_sandbox:
        raise SandboxMissing(
            "the back-end `process` isolates nothing", remedy="pass --unsafe-no-sandbox if that is what you want"
        )
    names = (settings.sandbox,) if settings.sandbox else tuple(n for n in SANDBOXES if n != "process")
    remedies = []
    for name in names:
        sandbox = resolve(SANDBOXES, "lemmata.sandboxes", name)()
        probe = sandbox.probe()
        # Who gave up isolation shall not lose all programs but Python's for it.
        if probe.found and (sandbox.native or settings.sandbox or not settings.unsafe_no_sandbox):
            return sandbox
        remedies.append(f"{name}: {probe.remedy}")
    if settings.unsafe_no_sandbox:
        return resolve(SANDBOXES, "lemmata.sandboxes", "process")()
    raise SandboxMissing(
        f"no sandbox works here ({'; '.join(remedies)})",
        remedy="or pass --unsafe-no-sandbox to run generated code with limits only",
    )
