"""Problems from a fixed seed and a chat model that answers from a script: quick to do, with real checks.

Claims about integers and about words of bits in turn, some of them false, and one in fifty a function that the model
writes, the first time wrongly where the problem says so; some of these can't be done.

`python benchmarks/scripted.py FOLDER N JOBS` makes the attempts that are still open in a folder.
"""

from __future__ import annotations

import asyncio
import random
import re
import sys
from pathlib import Path

from lemmata.agents.llm import ChatRequest
from lemmata.agents.scripted import ScriptedModel
from lemmata.benchmark.batch import Batch, create_batch, open_batch, work_batch
from lemmata.budget import Budget
from lemmata.datasets.sample import ByTests, ByVerdict, Card, Sample, SampleSet
from lemmata.environment import load_settings
from lemmata.problem import Synthesis, Theorem

SEED = 20260101
CARD = Card(
    name="scripted", title="Scripted problems", origin="here", licence="Apache-2.0", version="1", layout="", lanes=""
)


def scripted_set(count: int, seed: int = SEED) -> SampleSet:
    """So many problems, the same for the same seed."""
    rng = random.Random(seed)
    makers = [_function if i % 50 == 7 else (_integers, _words)[i % 2] for i in range(count)]
    return SampleSet(card=CARD, samples=tuple(make(rng, f"{i:04}") for i, make in enumerate(makers)))


def _integers(rng: random.Random, name: str) -> Sample:
    a, holds = rng.randint(2, 60), rng.random() < 0.7
    goal = f"{a} * x + {a - 1 if holds else a} < {a} * y"
    return _claim(name, f"∀ x y : Int, x < y → {goal}", holds=holds)


def _words(rng: random.Random, name: str) -> Sample:
    a, width, holds = rng.randrange(3, 16, 2), rng.randint(10, 14), rng.random() < 0.7
    goal = f"x * {a} + y * {a} = (x + y) * {a}{'' if holds else ' + 1'}"
    return _claim(name, f"∀ x y : BitVec {width}, {goal}", holds=holds)


def _claim(name: str, text: str, *, holds: bool) -> Sample:
    return Sample(
        id=name,
        problem=Theorem(name=name, source=text, language="claim"),
        target=ByVerdict(right=("proved" if holds else "refuted",)),
    )


def _function(rng: random.Random, name: str) -> Sample:
    a, b, way = rng.randint(2, 30), rng.randint(1, 30), rng.choice(("right", "right", "late", "never"))

    def value(words: list[str]) -> list[int]:
        return [len(w) * a + b for w in words if w != "no"]

    shown, hidden = (["ab", "no", "cde"], []), (["no"], ["x", "yz", "no", ""], ["nono"])
    examples = "\n".join(f"    >>> f({words!r})\n    {value(words)!r}" for words in shown)
    tests = "\n".join(f"assert f({words!r}) == {value(words)!r}" for words in (*shown, *hidden))
    source = f'def f(words: list[str]) -> list[int]:\n    """{way} {a} {b}\n\n{examples}\n    """\n    ...\n'
    return Sample(
        id=name,
        problem=Synthesis(name=name, source=source, language="python", target="f"),
        target=ByTests(test=tests + "\n", name="f"),
    )


def answer(request: ChatRequest) -> str:
    """What the scripted model answers: the rule that the problem's text names, unless it is to be wrong."""
    asked = str(request.messages[-1]["content"])
    found = re.search(r'"""(right|late|never) (\d+) (\d+)', asked)
    assert found is not None
    way, a, b = found.groups()
    rejected = asked.count("was rejected")
    wrong = way == "never" or (way == "late" and not rejected)
    condition = f"w != 'not{rejected}'" if wrong else "w != 'no'"
    return f"```python\ndef f(words):\n    return [len(w) * {a} + {b} for w in words if {condition}]\n```"


def scripted_model() -> ScriptedModel:
    return ScriptedModel(answer)


def begin(folder: Path, count: int) -> Batch:
    """The run in that folder, made where there is none."""
    settings = load_settings(model="")
    if (folder / "manifest.json").exists():
        return open_batch(settings, str(folder), load=lambda *_: scripted_set(count))
    budget = Budget(wall_s=120.0, model_calls=4)
    return create_batch(scripted_set(count), settings, model="scripted", budget=budget, folder=folder)


def main(folder: Path, count: int, jobs: int) -> None:
    asyncio.run(work_batch(begin(folder, count), load_settings(model=""), chat=scripted_model(), jobs=jobs))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
