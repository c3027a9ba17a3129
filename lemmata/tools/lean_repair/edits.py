"""Other versions of one step of a proof: names, directions, witnesses, sides, hypotheses, tools.

Guesses in the order of their likelihood under what Lean says; each is tried on the state before the step.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from lemmata.errors import BadInput
from lemmata.formats.lean import Token, scan
from lemmata.provers.lean.interface import Goal
from lemmata.tools.lean_repair.layout import Span
from lemmata.tools.lean_repair.names import local_likes, unknown_in

_MIRRORED = {
    "inl": "inr",
    "left": "right",
    "1": "2",
    "mp": "mpr",
    "fst": "snd",
    "add_comm": "mul_comm",
    "zero": "succ",
    "nil": "cons",
}
_MIRROR = {**_MIRRORED, **{b: a for a, b in _MIRRORED.items()}}
_ENDINGS = (
    ("_left", "_right"),
    ("_le", "_lt"),
    ("le_", "lt_"),
    ("_succ", "_pred"),
    ("add_", "sub_"),
    ("succ_", "pred_"),
    ("max_", "min_"),
    ("_add", "_mul"),
)
_REWRITING = ("rw", "rewrite", "simp", "simp_all", "simp_rw", "simpa")
_NUMBERS = 15
_MOST = 90


@dataclass(frozen=True, slots=True)
class Scene:
    """What a step is looked at with.

    Args:
        said: the error.
        blamed: the span within the step's text that Lean blames.
        goal: the first goal before the step.
        likes: names of the environment that are like an unknown one.
        definitions: the file's own.
    """

    said: str
    blamed: Span
    goal: Goal
    likes: Callable[[str], Sequence[str]]
    definitions: Sequence[str] = ()

    @property
    def unknown(self) -> str:
        return unknown_in(self.said)


def versions(step: str, scene: Scene) -> Iterator[str]:
    """Other texts for a step, each once."""
    seen = {step}
    for text in islice(_all(step, scene), 4 * _MOST):
        if text not in seen and text.strip():
            seen.add(text)
            yield text
        if len(seen) > _MOST:
            return


def _all(step: str, scene: Scene) -> Iterator[str]:
    try:
        tokens = scan(step)
    except BadInput:
        return
    head = tokens[0].text if tokens else ""
    if scene.unknown:
        yield from _named(step, tokens, scene)
    families = [_directions, _mirrored, _locals, _symmetric, _places, _arguments, _numbers, _patterns, _tools, _swapped]
    if head in _REWRITING:
        families = [_directions, _places, _tools, _locals, _mirrored, _arguments, _numbers]
    elif head in ("exists", "refine", "use") or "⟨" in step[:20]:
        families = [_numbers, _swapped, _locals, _mirrored, _arguments, _symmetric, _tools, _patterns]
    elif head in ("obtain", "rcases", "cases", "intro", "rintro"):
        families = [_patterns, _locals, _mirrored, _tools]
    for family in families:
        yield from family(step, tokens, scene)
    if not scene.unknown:
        yield from _respelt(step, tokens, scene)


def _put(text: str, token: Token, new: str) -> str:
    return text[: token.start] + new + text[token.end :]


def _near(tokens: Sequence[Token], scene: Scene) -> list[Token]:
    """The tokens that are blamed first, then the others."""
    start, end = scene.blamed
    inside = [t for t in tokens if start <= t.start and t.end <= max(end, start + 1)]
    return inside + [t for t in tokens if t not in inside]


def _named(step: str, tokens: Sequence[Token], scene: Scene) -> Iterator[str]:
    """What an unknown name may have meant, here and wherever it occurs in the step."""
    name = scene.unknown
    places = [t for t in tokens if t.kind == "ident" and (t.text == name or t.text.startswith(f"{name}."))]
    if not places:
        places = [t for t in _near(tokens, scene)[:1] if t.kind == "ident"]
    if not places:
        return
    token = places[0]
    first, _, rest = token.text.partition(".")
    locals_ = local_likes(first if token.text != name else name, scene.goal)
    close = [n for n in locals_ if _alike(n, first)]
    likes = list(scene.likes(name)) if len(name) > 2 else []
    others = [n for n in locals_ if n not in close]
    for new in (*close, *likes[:8], *others, *likes[8:]):
        tail = token.text[len(name) :] if token.text.startswith(name) else ""
        text = step
        for place in reversed(places):
            text = _put(text, place, f"{new}{tail}" if new not in locals_ or not rest else f"{new}.{rest}")
        yield text
    if "field" in scene.said or "does not contain" in scene.said:
        for place in places or _near(tokens, scene)[:1]:
            stem = place.text.rpartition(".")[0]
            for field in ("1", "2", "left", "right", "mp", "mpr", "symm", "le", "elim"):
                yield _put(step, place, f"{stem}.{field}")


def _alike(known: str, unknown: str) -> bool:
    short, long = sorted((known.lower(), unknown.lower()), key=len)
    return short in long or short[:2] == long[:2] or short[-2:] == long[-2:]


def _rules(step: str, tokens: Sequence[Token]) -> list[Span]:
    """The spans of the rules in the step's first list."""
    opening = next((i for i, t in enumerate(tokens) if t.text == "["), None)
    if opening is None:
        return []
    depth, found, start = 0, [], tokens[opening].end
    for token in tokens[opening:]:
        depth += (token.text in ("[", "(", "⟨")) - (token.text in ("]", ")", "⟩"))
        if depth == 0 or (depth == 1 and token.text == ","):
            found.append((start, token.start))
            start = token.end
        if depth == 0:
            break
    return [(a + len(step[a:b]) - len(step[a:b].lstrip()), b) for a, b in found if step[a:b].strip()]


def _directions(step: str, tokens: Sequence[Token], scene: Scene) -> Iterator[str]:
    """Rules of a rewriting the other way round, left out, or moved."""
    rules = _rules(step, tokens)
    texts = [step[a:b].strip() for a, b in rules]
    if not rules:
        return

    def written(new: Sequence[str]) -> str:
        return step[: rules[0][0]] + ", ".join(new) + step[rules[-1][1] :]

    order = sorted(range(len(rules)), key=lambda i: not (rules[i][0] <= scene.blamed[0] <= rules[i][1]))
    for i in order:
        turned = texts[i].removeprefix("←").lstrip() if texts[i].startswith("←") else f"← {texts[i]}"
        yield written([*texts[:i], turned, *texts[i + 1 :]])
    for i in order:
        bare = texts[i].removeprefix("←").strip()
        if " " in bare:  # a rule with arguments, for the first thing that fits
            yield written([*texts[:i], bare.split()[0], *texts[i + 1 :]])
        if len(rules) > 1:
            yield written([*texts[:i], *texts[i + 1 :]])
            yield written([texts[i], *texts[:i], *texts[i + 1 :]])
            yield written([*texts[:i], *texts[i + 1 :], texts[i]])
    equations = [h.name for h in scene.goal.hypotheses if h.is_proof and h.reachable and "=" in h.type]
    for i in order:
        for name in equations:
            yield written([*texts[:i], name, *texts[i:]])


def _places(step: str, tokens: Sequence[Token], scene: Scene) -> Iterator[str]:
    """Rewriting at a hypothesis, at another one, or in the goal."""
    at = next((t for t in tokens if t.text == "at"), None)
    bare = step[: at.start].rstrip() if at is not None else step
    if at is not None:
        yield bare
    elif not any(t.text == "[" for t in tokens):
        return
    for h in scene.goal.hypotheses:
        if h.is_proof and h.reachable:
            yield f"{bare} at {h.name}"


def _mirrored(step: str, tokens: Sequence[Token], scene: Scene) -> Iterator[str]:
    """The other side: left for right, the first part for the second, and the same in names of lemmas."""
    for token in _near(tokens, scene):
        parts = token.text.split(".")
        for i, part in enumerate(parts):
            if part in _MIRROR and (token.kind == "ident" or _is_part(step, token)):
                yield _put(step, token, ".".join((*parts[:i], _MIRROR[part], *parts[i + 1 :])))
        if token.kind == "ident":
            for a, b in _ENDINGS:
                for old, new in ((a, b), (b, a)):
                    if old in token.text:
                        yield _put(step, token, token.text.replace(old, new))
    sides = [t for t in tokens if t.text in ("inl", "inr") or t.text.endswith((".inl", ".inr"))]
    if len(sides) > 1:
        text = step
        for token in reversed(sides):
            text = _put(text, token, token.text[:-3] + _MIRROR[token.text[-3:]])
        yield text


def _is_part(step: str, token: Token) -> bool:
    """Whether a number is a projection, as in `h.1`."""
    return token.start > 0 and step[token.start - 1] == "."


def _locals(step: str, tokens: Sequence[Token], scene: Scene) -> Iterator[str]:
    """Another hypothesis in place of one, those of the same sort alone."""
    sorts = {h.name: h.is_proof for h in scene.goal.hypotheses if h.reachable}
    for token in _near(tokens, scene):
        first, dot, rest = token.text.partition(".")
        if token.kind != "ident" or first not in sorts:
            continue
        for name, is_proof in reversed(sorts.items()):
            if name != first and is_proof == sorts[first]:
                yield _put(step, token, f"{name}{dot}{rest}")
        if sorts[first]:
            for ending in ("symm", "1", "2", "le"):
                yield _put(step, token, f"{token.text}.{ending}")


def _symmetric(step: str, tokens: Sequence[Token], scene: Scene) -> Iterator[str]:
    """An equation the other way round."""
    for token in tokens:
        if token.kind == "ident" and token.text.endswith(".symm"):
            yield _put(step, token, token.text.removesuffix(".symm"))
    if ").symm" in step:
        yield step.replace(").symm", ")")
    words = step.split(" ", 1)
    if words[0] in ("exact", "apply") and len(words) == 2:
        yield f"exact ({words[1]}).symm"
    found = re.match(r"(have [^=]*? := )(?!by\b)([^\n]*)$", step)
    if found:
        yield f"{found[1]}({found[2]}).symm"


def _arguments(step: str, tokens: Sequence[Token], scene: Scene) -> Iterator[str]:
    """Arguments exchanged, left out or left to Lean."""
    for i, token in enumerate(tokens[:-1]):
        following = tokens[i + 1]
        if i > 0 and {token.kind, following.kind} <= {"ident", "number"} and token.end < following.start:
            middle = step[token.end : following.start]
            yield step[: token.start] + following.text + middle + token.text + step[following.end :]
    for i, token in enumerate(tokens):
        if i > 1 and token.kind in ("ident", "number") and tokens[i - 1].text not in (",", "[", "←", "at", ":=", ":"):
            yield _put(step, token, "_")
            yield step[: token.start].rstrip() + step[token.end :]
    words = step.split(" ", 1)
    if words[0] in ("exact", "apply", "refine") and len(words) == 2:
        yield f"apply {words[1].split()[0]} <;> assumption"
        yield f"exact {words[1]} _"
        yield f"exact {words[1].split()[0]} .."


def _numbers(step: str, tokens: Sequence[Token], scene: Scene) -> Iterator[str]:
    """Other numbers, then variables, in place of a number; numbers in place of a witness; two witnesses exchanged."""
    numbers = [t for t in _near(tokens, scene) if t.kind == "number" and not _is_part(step, t)]
    own = [h.name for h in scene.goal.hypotheses if not h.is_proof and h.reachable and h.type in ("Nat", "Int")]
    for token in numbers:
        value = int(token.text) if token.text.isdecimal() and len(token.text) < 6 else 0
        close = [value + 1, value - 1, value + 2, value - 2, value * 2, value // 2, *range(_NUMBERS)]
        for n in dict.fromkeys(n for n in close if n >= 0):
            yield _put(step, token, str(n))
        for name in own:
            yield _put(step, token, name)
    found = re.match(r"(exists |refine ⟨|exact ⟨|use )([^,⟩\n]+)(.*)$", step, re.DOTALL)
    if found:
        nested = [*own, *(f"{n} + 1" for n in own), *(f"{n} / 2" for n in own), *map(str, range(_NUMBERS))]
        nested += [f"{a} {sign} {b}" for a in own for b in own for sign in ("+", "*", "-")]
        for term in nested:
            yield f"{found[1]}{term}{found[3]}"


def _swapped(step: str, tokens: Sequence[Token], scene: Scene) -> Iterator[str]:
    """Two neighbours in ⟨…⟩ exchanged."""
    for i, token in enumerate(tokens):
        if token.text != "⟨":
            continue
        depth, parts, start = 0, [], token.end
        for later in tokens[i:]:
            depth += (later.text in ("⟨", "(", "[")) - (later.text in ("⟩", ")", "]"))
            if depth == 0 or (depth == 1 and later.text == ","):
                parts.append((start, later.start))
                start = later.end
            if depth == 0:
                break
        texts = [step[a:b].strip() for a, b in parts]
        for k in range(len(texts) - 1):
            new = [*texts[:k], texts[k + 1], texts[k], *texts[k + 2 :]]
            yield step[: parts[0][0]] + ", ".join(new) + step[parts[-1][1] :]


def _patterns(step: str, tokens: Sequence[Token], scene: Scene) -> Iterator[str]:
    """`⟨a, b⟩` for `a | b` and the other way round, parts exchanged, another thing taken apart."""
    yield from _swapped(step, tokens, scene)
    found = re.match(r"(obtain )(.*?)( := .*)$", step, re.DOTALL) or re.match(
        r"(rcases .*? with )(.*?)()$", step, re.DOTALL
    )
    if found is None:
        return
    pattern = found[2]
    if "|" in pattern:
        names = [p.strip(" ()") for p in pattern.split("|")]
        yield f"{found[1]}⟨{', '.join(names)}⟩{found[3]}"
        yield f"{found[1]}{' | '.join(reversed(names))}{found[3]}"
    elif pattern.startswith("⟨"):
        names = [p.strip() for p in pattern[1:-1].split(",")]
        yield f"{found[1]}{' | '.join(names)}{found[3]}"
        yield f"{found[1]}⟨{', '.join((*names, '_'))}⟩{found[3]}"
        if len(names) > 1:
            yield f"{found[1]}⟨{', '.join(names[:-1])}⟩{found[3]}"


def _tools(step: str, tokens: Sequence[Token], scene: Scene) -> Iterator[str]:
    """Another tactic for the same."""
    head, _, rest = step.partition(" ")
    names = ", ".join(scene.definitions)
    if head in ("rw", "rewrite", "erw"):
        yield f"simp only {rest}"
        yield f"simp {rest}"
        bare = rest.partition(" at ")[0].strip().removeprefix("[").removesuffix("]")
        if "←" not in bare:
            yield f"simp_all [{bare}]"
            yield f"grind [{bare}]"
        yield f"rw {rest} <;> try omega"
    if head == "simp" and rest.startswith("only"):
        yield f"simp {rest[5:]}"
        yield f"{step} at *"
    if head == "exact":
        for how in ("apply", "simpa using", "refine", "exact_mod_cast"):
            yield f"{how} {rest}"
    if head == "apply":
        for how in ("exact", "refine", "apply_assumption; exact"):
            yield f"{how} {rest}"
        yield f"{step} <;> assumption"
    if head == "unfold":
        yield f"simp only [{', '.join(rest.split())}]"
        yield f"rw [{', '.join(rest.split())}]"
    if head in ("left", "right"):
        yield "right" if head == "left" else "left"
    if head == "constructor":
        yield from ("left", "right", "refine ⟨?_, ?_⟩", "apply Iff.intro")
    if head == "cases" and rest:
        yield f"rcases {rest}"
    found = re.match(r"(have [^=]*? := )(.*)$", step, re.DOTALL)
    if found and not found[2].startswith("sorry"):
        for tool in ("omega", "exact?", "decide", "simp_all", "grind", f"simp_all [{names}]" if names else "rfl"):
            yield f"{found[1]}by {tool}"


def _respelt(step: str, tokens: Sequence[Token], scene: Scene) -> Iterator[str]:
    """Names that are like those in the step, known as they are."""
    own = {h.name for h in scene.goal.hypotheses}
    for token in _near(tokens, scene)[:3]:
        long = token.kind == "ident" and "." in token.text and token.text.partition(".")[0] not in own
        if long:
            for new in islice(scene.likes(token.text), 12):
                yield _put(step, token, new)


def about(scene: Scene, said: str, blamed: Span) -> Scene:
    """The same scene under another error."""
    return replace(scene, said=said, blamed=blamed)
