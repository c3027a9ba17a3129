"""Strings as initial values: what they hold, where they end, and what is refused rather than guessed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lemmata.budget import Limits
from lemmata.config import Settings
from lemmata.problem import Candidate, Program
from lemmata.provers.base import Backends
from lemmata.registry import CHECKERS, resolve
from lemmata.verdict import Accepted, Judgement, Refuted, Rejected


@pytest.fixture(scope="module")
def backends(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backends]:
    home: Path = tmp_path_factory.mktemp("home")
    with Backends(Settings(home=home)) as opened:
        yield opened


def judge(backends: Backends, source: str, form: str, content: dict, integers: str = "machine") -> Judgement:
    problem = Program(name="lie.c", source=source, language="c", integers=integers)
    check = resolve(CHECKERS, "lemmata.provers", form)
    return check(problem, Candidate(form=form, content=content), backends, Limits(wall_s=10))


def holds(backends: Backends, source: str) -> bool:
    return isinstance(judge(backends, source, "bounded", {"bound": 8, "complete": True}), Accepted)


def violated(backends: Backends, source: str) -> bool:
    judged = judge(backends, source, "trace", {"inputs": {"head": [], "tail": []}})
    return isinstance(judged, Accepted) and isinstance(judged.verdict, Refuted)


TRUE = (
    'int main() { char s[] = "ab"; assert(sizeof(s) == 3 && s[0] == 97 && s[1] == 98 && s[2] == 0); }',
    'int main() { char s[5] = "ab"; assert(s[1] == 98 && s[3] == 0 && s[4] == 0); }',
    'int main() { char s[2] = "ab"; assert(s[1] == 98); }',
    r'int main() { char s[] = "\n\\\"\0x"; assert(s[0] == 10 && s[1] == 92 && s[2] == 34 && !s[3] && s[4] == 120); }',
    'int main() { char s[] = "a" "b"; assert(s[1] == 98 && s[2] == 0); }',
    'int main() { unsigned char s[2][3] = {"ab", "c"}; assert(s[0][1] == 98 && s[1][0] == 99 && s[1][1] == 0); }',
    'char s[] = "abc"; int main() { int n = 0; while (s[n]) n++; assert(n == 3); }',
)


@pytest.mark.parametrize("source", TRUE)
def test_a_string_holds_its_characters_and_gcc_agrees(backends, source):
    assert holds(backends, source)
    assert not violated(backends, source)
    wrong = source.replace("assert(", "assert(!(").replace("); }", ")); }")
    assert not holds(backends, wrong)
    assert violated(backends, wrong)


@pytest.mark.parametrize(
    "source",
    [
        'int main() { char s[] = "ab"; return s[3]; }',
        'int main() { char s[2] = "ab"; int n = 0; while (s[n]) n++; return n; }',
        'char s[3] = "abc"; int main() { int n = 0; while (s[n]) n++; return n; }',
    ],
)
def test_reading_behind_the_end_of_a_string_is_never_safe(backends, source):
    assert not holds(backends, source)
    assert violated(backends, source)


@pytest.mark.parametrize(
    ("source", "word"),
    [
        (r'int main() { char s[] = "\1" "2"; assert(s[0] == 1); }', "escape"),
        (r'int main() { char s[] = "\x41"; assert(s[0] == 65); }', "escape"),
        (r'int main() { char s[] = "\0" "1"; assert(s[0] == 0); }', "escape"),
        ('int main() { char s[] = "é"; assert(s[0] < 0); }', "escape"),
        ('int main() { char s[2] = "abc"; assert(s[1] == 98); }', "initial value"),
        ('int main() { int s[] = L"ab"; assert(s[1] == 98); }', "string"),
        ('int main() { int s[3] = "ab"; assert(s[1] == 98); }', "initial value"),
        ('int main() { _Bool s[3] = "ab"; assert(s[1] == 1); }', "initial value"),
    ],
)
def test_what_a_string_may_not_mean_is_refused_by_name(backends, source, word):
    judged = judge(backends, source, "bounded", {"bound": 8, "complete": True})
    assert isinstance(judged, Rejected)
    assert word in judged.faults[0].text


def test_a_string_among_unbounded_integers_is_refused(backends):
    judged = judge(backends, TRUE[1], "bounded", {"bound": 8, "complete": True}, "unbounded")
    assert isinstance(judged, Rejected)
