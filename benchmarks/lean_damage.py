"""Ten kinds of realistic damage to Lean proofs, each drawn by a seed.

bracket       a bracket lost, or one too many
lean3         written as in Lean 3: begin/end, commas, `rw h`, `cases h with a b`, λ, names in lower case
indentation   a line, with what belongs to it, at another column; or a tab
renamed       a lemma by the name that Mathlib, or Lean 3, has for it
misspelt      a typing mistake in a name of the library
automation    a tactic of Mathlib, or one too weak, where another closes the goal
direction     a rewriting the wrong way round, or an equation turned
deleted       a step lost
hypothesis    a hypothesis by a name that it does not have, or another one's
witness       a wrong witness, the wrong side of a disjunction, or two cases exchanged
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from lemmata.formats.lean import Token, scan

Damage = Callable[[random.Random, str], str]
_MATHLIB = {
    "Nat.le_trans": "le_trans",
    "Nat.add_comm": "add_comm",
    "Nat.add_assoc": "add_assoc",
    "Nat.mul_comm": "mul_comm",
    "Nat.mul_assoc": "mul_assoc",
    "Nat.mul_add": "mul_add",
    "Nat.add_mul": "add_mul",
    "Nat.mul_one": "mul_one",
    "Nat.one_mul": "one_mul",
    "Nat.add_zero": "add_zero",
    "Nat.zero_mul": "zero_mul",
    "Nat.two_mul": "two_mul",
    "Nat.le_refl": "le_refl",
    "Nat.lt_irrefl": "lt_irrefl",
    "Nat.lt_of_le_of_lt": "lt_of_le_of_lt",
    "Nat.le_antisymm": "le_antisymm",
    "Nat.mul_pos": "mul_pos",
    "Nat.succ_pos": "Nat.succ_positive",
    "Nat.one_pos": "one_pos",
    "Nat.pow_succ": "pow_succ",
    "Nat.pow_pos": "pow_pos",
    "Nat.sub_add_cancel": "tsub_add_cancel_of_le",
    "Nat.min_le_left": "min_le_left",
    "Nat.le_max_right": "le_max_right",
    "Nat.max_le": "max_le_iff",
    "Nat.max_comm": "max_comm",
    "Nat.max_eq_right": "max_eq_right",
    "Nat.max_eq_left": "max_eq_left",
    "Nat.add_le_add": "add_le_add",
    "Nat.add_lt_add": "add_lt_add",
    "Nat.mul_le_mul": "mul_le_mul",
    "Nat.mul_dvd_mul": "mul_dvd_mul",
    "Nat.le_add_right": "le_self_add",
    "Nat.le_add_left": "le_add_self",
    "Nat.lt_succ_self": "nat.lt_succ_self",
    "Nat.succ_mul": "nat.succ_mul",
    "Nat.add_mod_right": "nat.add_mod_right",
    "Int.sub_eq_add_neg": "sub_eq_add_neg",
    "Int.add_assoc": "add_assoc",
    "Int.add_comm": "add_comm",
    "Int.add_left_neg": "neg_add_cancel",
    "Int.add_zero": "add_zero",
    "Int.mul_add": "mul_add",
    "Int.mul_neg": "mul_neg",
    "Int.mul_nonneg": "mul_nonneg",
    "Int.neg_mul_neg": "neg_mul_neg",
    "Int.neg_nonneg_of_nonpos": "neg_nonneg.mpr",
    "Int.sub_pos_of_lt": "sub_pos.mpr",
    "Int.le_total": "le_total",
    "List.length_append": "list.length_append",
    "List.length_map": "list.length_map",
    "List.reverse_append": "list.reverse_append",
    "List.append_assoc": "list.append_assoc",
    "List.mem_cons_self": "List.mem_cons_self _ _",
    "List.length_cons": "List.length_cons'",
    "List.replicate_succ": "List.repeat_succ",
    "List.map_cons": "List.map_cons'",
    "List.cons_append": "List.append_cons'",
    "List.filter_cons": "list.filter_cons",
    "List.reverse_cons": "list.reverse_cons",
    "Nat.zero_le": "zero_le",
    "absurd": "absurd'",
}
_MATHLIBS_TACTICS = (
    "linarith",
    "nlinarith",
    "norm_num",
    "ring",
    "positivity",
    "ring_nf",
    "tauto",
    "aesop",
    "field_simp",
)
_WEAK = ("rfl", "trivial", "assumption", "simp only []", "contradiction")
_CLOSERS = ("omega", "simp", "decide", "rfl", "simp [total]", "simpa using h", "grind", "simp_all")


def damage(kind: str, draw: random.Random, body: str) -> str:
    """The body with damage of that kind; the body itself where it offers no place for it."""
    return _KINDS[kind](draw, body)


def _put(body: str, token: Token, new: str) -> str:
    return body[: token.start] + new + body[token.end :]


def _bracket(draw: random.Random, body: str) -> str:
    places = [t for t in scan(body) if t.text in tuple("()[]⟨⟩")]
    if not places:
        return body
    token = draw.choice(places)
    if draw.random() < 0.75:
        return _put(body, token, "")
    return _put(body, token, token.text * 2)


def _lean3(draw: random.Random, body: str) -> str:
    if not body.startswith("by"):
        return re.sub(r"fun ([^=⟨]*?) => ", r"λ \1, ", _lower(body))
    lines = body[2:].strip("\n").split("\n")
    out = []
    for i, line in enumerate(lines):
        following = lines[i + 1] if i + 1 < len(lines) else ""
        out.append(_lean3_line(line, opens=_indent(following) > _indent(line)))
    text = _lower("\n".join(out))
    if draw.random() < 0.5:
        return f"begin\n{text}\nend"
    return f"by\n{text}"


def _lean3_line(line: str, *, opens: bool) -> str:
    line = re.sub(r"\brw \[([^\],]+)\]", r"rw \1", line)
    line = re.sub(r"obtain ⟨([^⟨⟩]*)⟩ := (\w+)", lambda m: f"cases {m[2]} with {m[1].replace(',', '')}", line)
    line = re.sub(r"rcases (\w+) with (\w+) \| (\w+)", r"cases \1 with \2 \3", line)
    line = re.sub(r"fun ([^=⟨]*?) => ", r"λ \1, ", line)
    line = re.sub(r"^(\s*)constructor$", r"\1split", line)
    line = re.sub(r"\brfl$", "refl", line)
    line = re.sub(r" := by (\w+)$", r", by \1", line) if line.lstrip().startswith("have") else line
    line = re.sub(r"(\s*have [^=]*?:[^=]*?) := (?!by)", r"\1, from ", line)
    structural = opens or line.rstrip().endswith(("=>", "with", "by")) or line.lstrip().startswith("|")
    return line if structural else f"{line},"


def _lower(text: str) -> str:
    return re.sub(r"\b(Nat|Int|List|Or|And)\.(?=[a-z])", lambda m: f"{m[1].lower()}.", text)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _indentation(draw: random.Random, body: str) -> str:
    lines = body.split("\n")
    rows = [i for i, line in enumerate(lines) if i > 0 and line.strip()]
    if not rows:
        return body
    row = draw.choice(rows)
    if draw.random() < 0.2:
        column = _indent(lines[row])
        return "\n".join((*lines[:row], "\t" * (column // 2) + lines[row].lstrip(" "), *lines[row + 1 :]))
    by = draw.choice((-2, -1, 1, 2, 3))
    end = row + 1
    while draw.random() < 0.5 and end < len(lines) and _indent(lines[end]) > _indent(lines[row]):
        end += 1
    moved = [" " * max(0, _indent(line) + by) + line.lstrip(" ") for line in lines[row:end]]
    return "\n".join((*lines[:row], *moved, *lines[end:]))


def _renamed(draw: random.Random, body: str) -> str:
    places = [t for t in scan(body) if t.text in _MATHLIB]
    if not places:
        return body
    token = draw.choice(places)
    return _put(body, token, _MATHLIB[token.text])


def _misspelt(draw: random.Random, body: str) -> str:
    places = [t for t in scan(body) if t.kind == "ident" and re.match(r"(?:Nat|Int|List|Or|And|Option)\.\w{3}", t.text)]
    if not places:
        return body
    token = draw.choice(places)
    head, _, name = token.text.partition(".")
    at = draw.randrange(len(name) - 1)
    typed = draw.choice(
        (
            name[:at] + name[at + 1 :],
            name[:at] + name[at] + name[at:],
            name[:at] + name[at + 1] + name[at] + name[at + 2 :],
            name.replace("_", "", 1),
            name[:at] + draw.choice("aeimnorst") + name[at + 1 :],
        )
    )
    return _put(body, token, f"{head}.{typed}")


def _automation(draw: random.Random, body: str) -> str:
    pattern = "|".join(map(re.escape, _CLOSERS))
    places = list(re.finditer(rf"(?:(?<=\n)|(?<=by )|(?<=· )|(?<==> )|(?<=  ))({pattern})(?=\n|$| <)", body))
    places += list(re.finditer(r"(?<=  )exact [^\n]*(?=\n|$)", body))
    if not places:
        return body
    found = draw.choice(places)
    tool = draw.choice(_MATHLIBS_TACTICS if draw.random() < 0.7 else _WEAK)
    if tool in ("linarith", "nlinarith") and draw.random() < 0.3:
        tool += " [ih]" if "ih" in body else ""
    return body[: found.start()] + tool + body[found.end() :]


def _direction(draw: random.Random, body: str) -> str:
    places = list(re.finditer(r"(?:rw|simp only|simp) \[([^\]]*)\]", body))
    symmetric = list(re.finditer(r"exact ([^\n⟨⟩]+)$", body, re.MULTILINE))
    if not places and not symmetric:
        return body
    if places and (not symmetric or draw.random() < 0.85):
        found = draw.choice(places)
        rules = found[1].split(", ")
        i = draw.randrange(len(rules))
        rules[i] = rules[i].removeprefix("← ") if rules[i].startswith("←") else f"← {rules[i]}"
        return body[: found.start(1)] + ", ".join(rules) + body[found.end(1) :]
    found = draw.choice(symmetric)
    return body[: found.start(1)] + f"({found[1]}).symm" + body[found.end(1) :]


def _deleted(draw: random.Random, body: str) -> str:
    lines = body.split("\n")
    rows = []
    for i, line in enumerate(lines[1:], 1):
        following = lines[i + 1] if i + 1 < len(lines) else ""
        if line.strip() and _indent(following) <= _indent(line) and not line.lstrip().startswith(("|", "_")):
            rows.append(i)
    if len(rows) < 2:
        return body
    row = draw.choice(rows)
    kept = re.match(r"^\s*· ", lines[row])
    after = lines[row + 1] if row + 1 < len(lines) else ""
    if kept and _indent(after) == len(kept[0]):  # the bullet goes to the next step
        return "\n".join((*lines[:row], kept[0] + after.lstrip(" "), *lines[row + 2 :]))
    return "\n".join((*lines[:row], *lines[row + 1 :]))


def _hypothesis(draw: random.Random, body: str) -> str:
    tokens = [t for t in scan(body) if t.kind == "ident"]
    names = [t for t in tokens if re.match(r"(?:h\w{0,3}|ih\w?)$", t.text.partition(".")[0])]
    bound = {t.text for t in names}
    used = [t for t in names if not _binds(body, t)]
    if not used:
        return body
    token = draw.choice(used)
    first, dot, rest = token.text.partition(".")
    others = sorted(b for b in bound if b != first and "." not in b)
    new = draw.choice((f"{first}'", first.upper(), f"h_{first}", f"{first}1", *others, *others))
    return _put(body, token, f"{new}{dot}{rest}")


def _binds(body: str, token: Token) -> bool:
    """Whether a name is introduced there."""
    line = body[body.rfind("\n", 0, token.start) + 1 : token.start]
    after = body[token.end : token.end + 3]
    if re.search(r"\b(?:have|intro|obtain|next|fun)\b[^=]*$|\bwith\b[^=]*$|^\s*\|[^=]*$", line):
        return ":=" not in line and "=>" not in line
    return after.startswith(" : ")


_PROJECTION = {
    "1": "2",
    "2": "1",
    "inl": "inr",
    "inr": "inl",
    "left": "right",
    "right": "left",
    "mp": "mpr",
    "mpr": "mp",
}


def _witness(draw: random.Random, body: str) -> str:
    choices: list[str] = []
    tokens = scan(body)
    for token in tokens:
        parts = token.text.split(".")
        if parts[-1] in ("inl", "inr", "left", "right", "mp", "mpr", "1", "2") and token.kind == "ident":
            choices.append(_put(body, token, ".".join((*parts[:-1], _PROJECTION[parts[-1]]))))
    for found in re.finditer(r"(?:refine ⟨|exists |exact ⟨)([^,⟩\n?]+)", body):
        term = found[1]
        wrong = str(int(term) + draw.choice((1, 2, -1))) if term.isdecimal() else f"{term} + 1"
        choices.append(body[: found.start(1)] + wrong + body[found.end(1) :])
    for found in re.finditer(r"⟨([^⟨⟩,]+), ([^⟨⟩,]+)⟩", body):
        choices.append(f"{body[: found.start()]}⟨{found[2]}, {found[1]}⟩{body[found.end() :]}")
    bullets = re.search(r"\n( *)· ([^\n]*)\n\1· ([^\n]*)(?=\n|$)", body)
    if bullets:
        a, b = bullets.span()
        choices.append(f"{body[:a]}\n{bullets[1]}· {bullets[3]}\n{bullets[1]}· {bullets[2]}{body[b:]}")
    return draw.choice(choices) if choices else body


_KINDS: dict[str, Damage] = {
    "bracket": _bracket,
    "lean3": _lean3,
    "indentation": _indentation,
    "renamed": _renamed,
    "misspelt": _misspelt,
    "automation": _automation,
    "direction": _direction,
    "deleted": _deleted,
    "hypothesis": _hypothesis,
    "witness": _witness,
}
KINDS = tuple(_KINDS)
