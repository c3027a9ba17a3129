"""Certificates that were damaged or forged are refused, with the reason; honest ones are accepted."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import lemmata
from lemmata.budget import Limits
from lemmata.certificate import decode_certificate, encode_certificate
from lemmata.datasets.files import load_problems
from lemmata.errors import BadCertificate, BadInput
from lemmata.problem import Candidate, Json, Theorem, decode_problem, digest, digest_problem
from lemmata.provers.base import Backends
from lemmata.provers.lean.check import check_file
from lemmata.provers.recheck import recheck
from lemmata.verdict import Accepted, Proved

pytestmark = pytest.mark.sandbox
SOURCES = {
    "proved.smt2": "(declare-const x Int)\n(assert (> x 2))\n(assert (not (> x 1)))\n(check-sat)\n",
    "refuted.smt2": "(declare-const x Int)\n(assert (not (> (* x x) 0)))\n(check-sat)\n",
    "max.sl": "(set-logic LIA)\n(synth-fun f ((x Int) (y Int)) Int)\n(declare-var x Int)\n(declare-var y Int)\n"
    "(constraint (>= (f x y) x))\n(constraint (>= (f x y) y))\n"
    "(constraint (or (= x (f x y)) (= y (f x y))))\n(check-synth)\n",
    "find.py": "def find_all(n: int) -> bool:\n    return n * n == 49\n",
    "max.py": 'def larger(a: int, b: int) -> int:\n    """The larger one.\n\n    >>> larger(1, 2)\n    2\n'
    "    >>> larger(5, 3)\n    5\n    >>> larger(-4, -7)\n    -4\n    >>> larger(0, 0)\n    0\n"
    '    """\n    ...\n',
    "bug.py": "def mean(total: int, count: int) -> int:\n    assert count >= 0\n    result = total // count\n"
    "    assert result * count <= total\n    return result\n",
    "list.c": "struct node { int value; struct node *next; };\nint main() {\n  struct node a = {1, 0}, b = {2, &a};\n"
    "  int sum = 0;\n  for (struct node *p = &b; p; p = p->next) sum += p->value;\n  assert(sum == 3);\n}\n",
    "bug.c": "int main() {\n  int a[4];\n  int i;\n  for (i = 0; i <= 4; i++) a[i] = i;\n  assert(a[0] == 0);\n"
    "  return 0;\n}\n",
}


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("problems")
    made = {}
    for name, source in SOURCES.items():
        (folder / name).write_text(source)
        (problem,) = load_problems(folder / name)
        solution = lemmata.solve(problem, keep=False, settings=lemmata.load_settings(model=""))
        assert solution.certificate is not None, (name, solution.verdict)
        made[name] = dict(solution.certificate)
    return made


def decide(certificate: Json, backends: Backends) -> Any:
    read = decode_certificate(json.dumps(certificate), place="forged.json")
    return recheck(read, backends, Limits(wall_s=60), place="forged.json")


def forge(certificate: dict[str, Any]) -> dict[str, Any]:
    """A forger knows how digests are made."""
    body = {k: v for k, v in certificate.items() if k != "digest"}
    body["problem_digest"] = digest_problem(decode_problem(body["problem"]))
    return {**body, "digest": digest(body)}


def leaves(value: Json, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Json]]:
    if isinstance(value, dict):
        for key in value:
            yield from leaves(value[key], (*path, key))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from leaves(inner, (*path, at))
    else:
        yield path, value


def changed(certificate: dict[str, Any], path: tuple[Any, ...], value: Json) -> dict[str, Any]:
    forged: Any = copy.deepcopy(certificate)
    at = forged
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return forge(forged)


def other(value: Json) -> Json:
    """Something else of the same type."""
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case str():
            return value[:-1] + ("0" if value.endswith("1") else "1") if value else "x"
        case _:
            return "1"


@pytest.mark.parametrize("name", SOURCES)
def test_an_honest_certificate_is_accepted(name: str, certificates: dict, backends: Backends) -> None:
    decide(certificates[name], backends)


@pytest.mark.parametrize("name", SOURCES)
def test_a_changed_byte_is_refused_with_the_reason(name: str, certificates: dict, tmp_path: Path) -> None:
    text = json.dumps(certificates[name], ensure_ascii=False, indent=1)
    chance = random.Random(name)
    places = [i for i, c in enumerate(text) if not c.isspace()]
    for at in chance.sample(places, 200):
        new = chance.choice([c for c in "0a}\"'z" if c != text[at]])
        with pytest.raises(BadCertificate, match=r"c\.json: \w+"):
            decode_certificate(text[:at] + new + text[at + 1 :], place="c.json")


@pytest.mark.parametrize("field", ["verdict", "answer", "facts"])
@pytest.mark.parametrize("name", SOURCES)
def test_a_forged_claim_with_a_fresh_digest_is_refused(
    name: str, field: str, certificates: dict, backends: Backends
) -> None:
    for path, value in leaves(certificates[name][field], (field,)):
        if value is None and field == "answer":
            continue
        with pytest.raises(BadInput):
            decide(changed(certificates[name], path, other(value)), backends)


@pytest.mark.parametrize(
    "verdict", [{"is": "proved"}, {"is": "tested", "cases": 10**6}, {"is": "safe_up_to", "bound": 99}]
)
@pytest.mark.parametrize("name", SOURCES)
def test_another_verdict_on_the_same_evidence_is_refused(
    name: str, verdict: dict, certificates: dict, backends: Backends
) -> None:
    if certificates[name]["verdict"] == verdict:
        pytest.skip("that is its verdict")
    with pytest.raises(BadInput):
        decide(forge({**certificates[name], "verdict": verdict}), backends)


@pytest.mark.parametrize("name", SOURCES)
def test_a_certificate_moved_to_another_problem_is_refused(name: str, certificates: dict, backends: Backends) -> None:
    for other_name, donor in certificates.items():
        if other_name == name:
            continue
        with pytest.raises(BadInput):
            decide(forge({**certificates[name], "problem": donor["problem"]}), backends)


def test_a_false_problem_under_the_proof_of_a_true_one_is_refused(certificates: dict, backends: Backends) -> None:
    true = certificates["proved.smt2"]
    weaker = true["problem"]["source"].replace("(> x 2)", "(> x 0)")
    with pytest.raises(BadInput, match=r"rejected|gives"):
        decide(changed(true, ("problem", "source"), weaker), backends)


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("junk", [None, [], "text", 7, {"a": [[]]}, float(10**30), {"solver": "$(id)", "core": ["|"]}])
def test_hostile_content_is_refused_without_a_traceback(
    name: str, junk: Json, certificates: dict, backends: Backends
) -> None:
    candidate = certificates[name]["candidate"]
    for content in (junk, dict.fromkeys(candidate["content"], junk)):
        with pytest.raises(BadInput):
            decide(forge({**certificates[name], "candidate": {**candidate, "content": content}}), backends)


def test_a_form_of_evidence_that_does_not_fit_the_problem_is_refused(certificates: dict, backends: Backends) -> None:
    forms = {c["candidate"]["form"]: c["candidate"] for c in certificates.values()}
    for name, certificate in certificates.items():
        for form, candidate in forms.items():
            if form != certificate["candidate"]["form"]:
                with pytest.raises(BadInput):
                    decide(forge({**certificate, "candidate": candidate}), backends)
        with pytest.raises(BadInput):
            decide(forge({**certificate, "candidate": {**certificate["candidate"], "form": "os.system"}}), backends)
        assert name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "null",
        '{"format": "lemmata-certificate/2"}',
        "[" * 100_000,
        '{"format": "lemmata-certificate/1", "format": "lemmata-certificate/1"}',
        '{"format": "lemmata-certificate/1", "digest": NaN}',
        "\x00",
    ],
)
def test_what_is_no_certificate_is_refused(text: str) -> None:
    with pytest.raises(BadCertificate):
        decode_certificate(text, place="c.json")


ASKED = "theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := by sorry\n"
SOLVED = "theorem helper (x y : Nat) (h : x < y) : x + 1 ≤ y := h\n\n" + ASKED.replace("by sorry", "helper x y h")


@pytest.mark.lean
def test_a_whole_file_is_judged_again_and_a_forged_one_is_refused(backends: Backends) -> None:
    problem = Theorem(name="t.lean", source=ASKED, language="lean", target="t")
    candidate = Candidate(form="lean-file", content={"file": SOLVED}, origin="somebody")
    accepted = check_file(problem, candidate, backends, Limits(wall_s=60))
    assert isinstance(accepted, Accepted)
    certificate = json.loads(json.dumps(encode_certificate(problem, candidate, accepted)))
    assert decide(certificate, backends) == Proved()
    for path, value in (
        (("candidate", "content", "file"), SOLVED.replace("helper x y h", "by sorry")),
        (("candidate", "content", "file"), SOLVED.replace("x + 1 ≤ y", "x ≤ y")),
        (("candidate", "content", "file"), SOLVED.replace(":= h\n", ":= by omega\n\naxiom more : 1 = 2\n")),
        (("candidate", "content", "file"), "theorem u : 1 = 1 := rfl\n"),
        (("problem", "source"), ASKED.replace("x + 1 ≤ y", "x + 2 ≤ y")),
        (("facts", "statement"), "theorem t : False"),
    ):
        with pytest.raises(BadInput):
            decide(changed(certificate, path, value), backends)
