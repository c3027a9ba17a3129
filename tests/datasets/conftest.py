"""Small data sets of our own in the layouts of the publishers: one for each name of the table."""

from __future__ import annotations

import csv
import gzip
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

Publish = Callable[[str, Path, str], Path]


def _put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def _lines(path: Path, *rows: object) -> Path:
    return _put(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def _minif2f(folder: Path, secret: str) -> Path:
    _put(folder / "MiniF2F/Test/a.lean", "theorem a (n : ℕ) : n = n := by sorry\n")
    _put(folder / "MiniF2F/Valid/b.lean", "theorem b : 1 + 1 = 2 := by sorry\n")
    return folder


def _proofnet(folder: Path, secret: str) -> Path:
    row = {"name": "x", "header": "import Mathlib\n", "formal_statement": "theorem x : 1 = 1 := sorry"}
    return _lines(folder / "p.jsonl", {**row, "formal_proof": secret, "informal_stmt": f"x\n{secret}"})


def _putnambench(folder: Path, secret: str) -> Path:
    text = f"abbrev p_solution : ℕ := sorry\n-- {secret}\ntheorem p : 2 = p_solution := sorry\n"
    _put(folder / "lean4/src/putnam_1.lean", text)
    _put(folder / "lean4/src/putnam_2.lean", "theorem q : 1 + 1 = 2 :=\n  sorry\n")
    return folder


def _verina(folder: Path, secret: str) -> Path:
    parts = "\n".join(
        f"{before}\n-- !benchmark @start {name}\n{text}\n-- !benchmark @end {name}"
        for before, name, text in (
            ("def P (n : Nat) : Prop :=", "precond", "  n > 0"),
            ("def f (n : Nat) : Nat :=", "code", "  n + n"),
            ("def Q (n r : Nat) : Prop :=", "postcond", "  r = 2 * n"),
            ("theorem f_spec (n : Nat) : Q n (f n) := by", "proof", f"  {secret}"),
        )
    )
    _put(folder / "verina_basic_1/task.lean", parts + "\n")
    return _put(
        folder / "verina_basic_1/test.json", json.dumps([{"input": {"n": 3}, "expected": secret}])
    ).parent.parent


def _fps(name: str) -> Callable[[Path, str], Path]:
    def write(folder: Path, secret: str) -> Path:
        row = {
            "informal_problem": "What is twice seven?",
            "informal_answer": secret,
            "informal_solution": secret,
            "header": None,
            "intros": [],
            "outros": [{"t": "answer = 2 * 7", "v": None, "name": "h"}],
            "formal_answer": f"@Eq Nat answer {secret}",
            "formal_answer_type": "ℕ",
            "metainfo": {"id": "twice"} if name == "minif2f_solving" else {"level": "1"},
        }
        _lines(folder / "other.jsonl", {"not": "this one"})
        return _lines(folder / f"{name}.jsonl", row).parent

    return write


def _constructivebench(folder: Path, secret: str) -> Path:
    theorem = "theorem q (n : ℕ) : n = 1 ↔ n ∈ q_answer := by sorry"
    lean = f"import Mathlib\n\nabbrev q_answer : Set ℕ := {secret}\n\n{theorem}\n"
    row = {
        "name": "q",
        "category": "Algebra",
        "problem": "Find all n.",
        "answer": secret,
        "solution": secret,
        "formalization": lean,
        "formal_answer": secret,
        "answer_type": "Set ℕ",
        "theorem_part_with_answer": secret,
    }
    words = {**row, "name": "r", "formalization": ""}
    return _put(folder / "constructivebench.json", json.dumps([row, words]))


def _ineqmath(folder: Path, secret: str) -> Path:
    text = "Let $x > 0$. Find the largest constant $C$ such that $$ x + \\frac{1}{x} \\geq C. $$"
    row = {"data_id": "0", "problem": text, "type": "bound", "answer": f"$C = {secret}$", "data_split": "dev"}
    odd = {**row, "data_id": "1", "problem": "In a triangle, find the largest constant.", "solution": secret}
    return _put(folder / "dev.json", json.dumps([row, odd]))


def _olymmath(folder: Path, secret: str) -> Path:
    row = {"problem": "Find x.", "answer": f"${secret}$", "subject": "Algebra", "unique_id": "OlymMATH-EASY-1-EN"}
    return _lines(folder / "OlymMATH-EN-EASY.jsonl", row).parent


def _gsm8k(folder: Path, secret: str) -> Path:
    return _lines(folder / "test.jsonl", {"question": "How many?", "answer": f"{secret} of them\n#### {secret}"}).parent


def _math(folder: Path, secret: str) -> Path:
    row = {"problem": "Find x.", "level": "Level 1", "type": "Algebra"}
    text = f"First \\boxed{{0}}, then $\\boxed{{\\frac{{{secret}}}{{2}}}}$."
    _put(folder / "MATH/test/algebra/7.json", json.dumps({**row, "solution": text}, indent=2))
    _put(folder / "MATH/train/algebra/7.json", json.dumps({**row, "solution": f"It is \\boxed {secret}."}, indent=2))
    return folder / "MATH"


def _ugmathbench(folder: Path, secret: str) -> Path:
    item: dict[str, Any] = {"id": "Algebra_0000", "subject": "Algebra"}
    for version in (1, 2, 3):
        item[f"problem_v{version}"] = f"Add 1 and {version}: [ANS]. Is it odd? [ANS]"
        item[f"answer_v{version}"] = [secret, "T"]
        item[f"answer_type_v{version}"] = ["NV", "TF"]
        item[f"options_v{version}"] = [[], []]
    return _put(folder / "data/Algebra.json", json.dumps([item])).parent.parent


def _medcalc(folder: Path, secret: str) -> Path:
    columns = ["Row Number", "Patient Note", "Question", "Ground Truth Answer", "Lower Limit", "Upper Limit"]
    low = str(float(secret) - 1) if secret.isdecimal() else secret
    rows = [["1", 'A note,\nwith a "line".', "What is the score?", secret, low, low + "9"]]
    rows.append(["2", "Another.", "When?", f"0{secret}/05/2020", "01/05/2020", "01/05/2020"])
    path = folder / "test_data.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([[*columns, "Ground Truth Explanation"], *([*r, secret] for r in rows)])
    return path


def _tmbench(folder: Path, secret: str) -> Path:
    rules = {"A": "B", "B": "B", "C": "DCB", "D": "C", "E": "C"}
    steps = ["ECAEE", "AEEC", "ECB", "BC", "B" if secret == "1" else secret]
    sample = {"id": "0a", "init_str": "ECAEE", "rule": rules, "delete_count": 2, "step_results": steps}
    return _put(folder / "TMBench.json", json.dumps({"max_step": 31, "samples": [sample]}, indent=1))


_PROMPT = '''from typing import List


def largest(items: List[int]) -> int:
    """Largest one.
    >>> largest([1, 3])
    3
    """
'''


def _humaneval(folder: Path, secret: str) -> Path:
    row = {
        "task_id": "HumanEval/0",
        "prompt": _PROMPT,
        "entry_point": "largest",
        "canonical_solution": f"    return max(items)  # {secret}\n",
        "test": f"def check(candidate):\n    assert candidate([2, {secret}]) == {secret}\n",
    }
    odd = {**row, "task_id": "HumanEval/1", "prompt": 'def largest(items):\n    """Largest one."""\n'}
    path = folder / "HumanEval.jsonl.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress("".join(json.dumps(r) + "\n" for r in (row, odd)).encode()))
    return path


def _mbpp(folder: Path, secret: str) -> Path:
    row = {"code": f"def f(a, b):\n    return {secret}", "test_setup_code": "", "challenge_test_list": [secret]}
    tests = ["assert f([1], 2) == 3", f"assert f([{secret}], 2) == {secret}"]
    first = {**row, "text": 'Add "them".', "task_id": 11, "test_list": tests}
    return _lines(
        folder / "mbpp.jsonl", first, {**first, "task_id": 601, "test_list": ["assert f(int) == 3", tests[1]]}
    )


def _mbpp_plus(folder: Path, secret: str) -> Path:
    test = f"import numpy as np\nassert f([{secret}], 2) == {secret}\n"
    row = {"task_id": 2, "prompt": "Add them.", "code": f"# {secret}", "test_imports": [], "test": test}
    return _lines(folder / "test.jsonl", {**row, "test_list": ["assert f([1], 2) == 3", test]})


def _pro(folder: Path, secret: str) -> Path:
    row = {
        "id": 0,
        "raw_problem": _PROMPT,
        "raw_solution": f"    return {secret}\n",
        "new_problem": "# The largest of all.\nimport math\ndef largest_of(lists: List[List[int]]) -> int:\n",
        "new_solution": f"    return {secret}\n",
        "test_code": f"\nassert largest_of([[{secret}]]) == {secret}",
    }
    odd = {**row, "id": 1, "test_code": f"\nassert other([[{secret}]]) == {secret}"}
    return _put(folder / "refined_humaneval_pro.json", json.dumps([row, odd]))


def _codearc(folder: Path, secret: str) -> Path:
    def told(name: str, *pairs: tuple[str, str]) -> dict[str, Any]:
        return {
            str(i): {
                "input": f"print('Result {i + 1}: ' + str({name}({a})))",
                "output": f"Result {i + 1}: {v}",
                "errored": False,
            }
            for i, (a, v) in enumerate(pairs)
        } | {"9": {"input": "print('Result 10: ' + str(x))", "output": "no", "errored": True}}

    for kind, name in (("anonymous", "solution"), ("annotated", "doubled")):
        _put(folder / f"dataset/{kind}/1.py", f"def {name}(a: int) -> int:\n    return 2 * a  # {secret}\n")
        _put(folder / f"dataset/{kind}/2.py", f"def {name}(a: str) -> str:\n    return a + a  # {secret}\n")
        _put(folder / f"dataset/{kind}/3.py", f"def {name}(a):\n    return object()  # {secret}\n")
        calls = {
            "1": told(name, ("3", "6"), ("-1", "-2")),
            "2": told(name, ("'1'", "11")),
            "3": told(name, ("1", "<object object>")),
        }
        where = folder / f"prompt_invocations/{kind}/num_invocations=10/llm/invocations.json"
        _put(where, json.dumps(calls))
    return folder


def _sygus(folder: Path, secret: str) -> Path:
    text = (
        "(set-logic LIA)\n(synth-fun f ((x Int)) Int)\n(declare-var x Int)\n(constraint (>= (f x) x))\n(check-synth)\n"
    )
    _put(folder / "lib/CLIA_Track/f.sl", text)
    _put(folder / "lib/PBE_SLIA_Track/g.sl", "(set-logic SLIA)\n(synth-fun g ((x String)) String)\n(check-synth)\n")
    return folder


def _code2inv(folder: Path, secret: str) -> Path:
    for name in ("1", "10", "2"):
        _put(
            folder / f"c/{name}.c",
            "int main() {\n  int x = 0;\n  while (x < 10) { x = x + 1; }\n  assert(x >= 10);\n}\n",
        )
    return folder


_TASK = """format_version: '2.0'

input_files: '{file}'

properties:
  - property_file: ../properties/{property}.prp
    expected_verdict: {verdict}
  - property_file: ../properties/coverage-branches.prp

options:
  language: C
  data_model: ILP32
"""


def _svcomp(folder: Path, secret: str) -> Path:
    program = "void reach_error(void);\nint main(void) { int x = 1; if (x) reach_error(); return 0; }\n"
    _put(folder / "c/loops/a.c", program)
    verdict = "true" if secret == "1" else "false"
    _put(folder / "c/loops/a.yml", _TASK.format(file="a.c", property="unreach-call", verdict=verdict))
    _put(folder / "c/loops/b.yml", _TASK.format(file="a.c", property="termination", verdict="true"))
    return folder


_DCP_MODEL = '''"""
Two numbers of a sum.

Print the numbers (numbers).
"""

# Data
total = 5
# End of data

from cpmpy import *
numbers = intvar(0, 5, shape=2)
model = Model(sum(numbers) == total, numbers[0] >= SECRET)
model.solve()
solution = {"numbers": numbers.value().tolist()}
print(json.dumps(solution))
'''


def _dcp_bench(folder: Path, secret: str) -> Path:
    _put(folder / "dataset/sum/sum.cpmpy.py", _DCP_MODEL.replace("SECRET", secret))
    _put(folder / "dataset/sum/sum.json", "[]\n")
    return folder


PUBLISHED: Mapping[str, Callable[[Path, str], Path]] = {
    "minif2f": _minif2f,
    "proofnet": _proofnet,
    "putnambench": _putnambench,
    "verina": _verina,
    "formal_math500": _fps("formal_math500"),
    "minif2f_solving": _fps("minif2f_solving"),
    "putnam_solving": _fps("putnam_solving"),
    "constructivebench": _constructivebench,
    "ineqmath": _ineqmath,
    "olymmath": _olymmath,
    "gsm8k": _gsm8k,
    "math": _math,
    "ugmathbench": _ugmathbench,
    "medcalc": _medcalc,
    "tmbench": _tmbench,
    "humaneval": _humaneval,
    "humaneval+": _humaneval,
    "humaneval-pro": _pro,
    "mbpp": _mbpp,
    "mbpp+": _mbpp_plus,
    "mbpp-pro": _pro,
    "dcp-bench": _dcp_bench,
    "codearc": _codearc,
    "codearc-annotated": _codearc,
    "sygus": _sygus,
    "code2inv": _code2inv,
    "svcomp": _svcomp,
}


@pytest.fixture(params=sorted(PUBLISHED))
def published(request: pytest.FixtureRequest) -> str:
    """Each name of a set that is published here."""
    return str(request.param)


@pytest.fixture
def publish() -> Publish:
    """Writes a set of that name under a folder; the last argument is in what solvers shall not see."""
    return lambda name, folder, secret="1": PUBLISHED[name](folder, secret)


@pytest.fixture(scope="session")
def published_data() -> Path:
    """The folder with data sets as they were published, of LEMMATA_TEST_DATA."""
    found = os.environ.get("LEMMATA_TEST_DATA", "")
    if not found or not Path(found).is_dir():
        pytest.skip("LEMMATA_TEST_DATA names no folder with published data sets")
    return Path(found)
