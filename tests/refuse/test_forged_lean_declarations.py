"""What a process that met a lie might hand out as a file's declarations: nothing of it is believed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

import pytest

from lemmata.budget import Limits
from lemmata.problem import Theorem
from lemmata.provers.base import Backends
from lemmata.provers.lean.audit import HEARTBEATS, Audit, establish, request_of
from lemmata.provers.lean.candidate import Asked, Read, judge_declarations
from lemmata.provers.lean.pin import pin
from lemmata.provers.lean.policy import FILE_RULES
from lemmata.provers.lean.worker import lean_of
from lemmata.verdict import Rejected

pytestmark = [pytest.mark.lean, pytest.mark.sandbox]
ASKED = "def P : Prop := 1 = 2\ntheorem t : P := by sorry\n"
TRUE = ASKED.replace("theorem t : P", "theorem t : P → P")
FILE = """def P : Prop := 1 = 2
theorem s : 1 = 1 := rfl
theorem u : P → P := fun h => h
axiom a : P
inductive N where
  | zero : N
  | succ (n : N) : N
theorem t : P := a
"""  # `a` is refused by the rules; the process that hands out data may have been talked out of them
WALL_S = 60.0
Data = dict[str, Any]


class Forge:
    """Data as a process hands it out, with means to change it.

    Args:
        data: names, levels, terms and declarations, each of which refers to earlier ones by index.
    """

    def __init__(self, data: Data) -> None:
        self.data = data

    def name(self, text: str) -> int:
        """The index of a name, put behind the others where it is missing."""
        at = 0
        for part in text.split("."):
            entry = [at, part]
            if entry not in self.data["names"]:
                self.data["names"].append(entry)
            at = self.data["names"].index(entry)
        return at

    def term(self, *entry: object) -> int:
        """The index of a new term."""
        self.data["exprs"].append(list(entry))
        return len(self.data["exprs"]) - 1

    def level(self, *entry: object) -> int:
        """The index of a new universe level."""
        self.data["levels"].append(list(entry))
        return len(self.data["levels"]) - 1

    def constant(self, text: str, *levels: int) -> int:
        """The index of a constant."""
        return self.term(2, self.name(text), *levels)

    def of(self, text: str) -> Data:
        """The declaration of that name."""
        at = self.name(text)
        return next(d for d in self.data["decls"] if d.get("name") == at)

    def inductive(self) -> Data:
        """The declaration of the inductive type."""
        return next(d for d in self.data["decls"] if d["kind"] == "inductive")

    def prove(self, value: int, **more: object) -> None:
        """Give the theorem another proof."""
        self.of("t").update(value=value, **more)


@pytest.fixture(scope="module")
def honest(backends: Backends) -> Data:
    """The declarations of the file, whatever the rules say."""
    rules = {**FILE_RULES, "commands": [*FILE_RULES["commands"], "Lean.Parser.Command.axiom"]}
    problem = Theorem(name="t.lean", source=ASKED, language="lean", target="t")
    request = request_of(pin(problem, mathlib=False), HEARTBEATS)
    fields = {**request, "source": FILE, "statement": ASKED, "rules": rules, "imports": ["Init"]}
    made = lean_of(backends).elaborator.ask("file", fields, wall_s=WALL_S)
    assert made["refused"] == made["left"] == []
    data = made["data"]
    assert isinstance(data, dict)
    assert data["names"][0] == []
    return data


def axiom_as_it_is(forge: Forge) -> None:
    pass


def axiom_as_theorem(forge: Forge) -> None:
    forge.of("a").update(kind="theorem", value=forge.constant("a"))


def axiom_as_opaque(forge: Forge) -> None:
    forge.of("a").update(kind="opaque", value=forge.of("s")["value"])


def axiom_of_the_name(forge: Forge) -> None:
    forge.of("t").update(kind="axiom")


def axiom_inlined(forge: Forge) -> None:
    forge.prove(forge.constant("sorryAx", forge.level(0)))


def sorry(forge: Forge) -> None:
    false = forge.constant("Bool.false")
    head = forge.term(3, forge.constant("sorryAx", forge.level(0)), forge.of("t")["type"])
    forge.prove(forge.term(3, head, false))


def wrong_proof(forge: Forge) -> None:
    forge.prove(forge.of("s")["value"])


def itself(forge: Forge) -> None:
    forge.prove(forge.constant("t"))


def through_another(forge: Forge) -> None:
    forge.prove(forge.term(3, forge.constant("u"), forge.constant("t")))


def another_statement(forge: Forge) -> None:
    forge.of("t").update(type=forge.of("s")["type"], value=forge.of("s")["value"])


def a_definition(forge: Forge) -> None:
    forge.of("t").update(kind="definition", type=forge.of("s")["type"], value=forge.of("s")["value"])


def what_it_rests_on_changed(forge: Forge) -> None:
    forge.of("P").update(value=forge.of("s")["type"])
    forge.prove(forge.of("s")["value"])


def what_it_rests_on_an_axiom(forge: Forge) -> None:
    forge.of("P").update(kind="axiom")


def what_it_rests_on_left_out(forge: Forge) -> None:
    forge.data["decls"].remove(forge.of("P"))


def library_theorem_redeclared(forge: Forge) -> None:
    forge.of("s").update(name=forge.name("Nat.le_refl"))


def library_constant_redefined(forge: Forge) -> None:
    forge.of("P").update(name=forge.name("OfNat.ofNat"))


def declared_twice(forge: Forge) -> None:
    forge.prove(forge.of("s")["value"])
    again = deepcopy(forge.of("t")) | {"type": forge.of("s")["type"], "value": forge.of("s")["value"]}
    forge.data["decls"].insert(0, again)


def first_declared_as_true(forge: Forge) -> None:
    again = deepcopy(forge.of("P")) | {"value": forge.constant("True")}
    forge.data["decls"].insert(0, again)
    forge.prove(forge.constant("True.intro"))


def a_free_variable(forge: Forge) -> None:
    forge.prove(forge.term(0, 0))


def a_variable_too_far_out(forge: Forge) -> None:
    forge.prove(forge.term(4, forge.of("t")["type"], forge.term(0, 7)))


def compiled_code(forge: Forge) -> None:
    forge.prove(forge.term(3, forge.constant("Lean.reduceBool"), forge.constant("Bool.true")))


def compiled_code_by_its_axiom(forge: Forge) -> None:
    forge.of("s").update(value=forge.constant("Lean.ofReduceBool"))


def negative_occurrence(forge: Forge) -> None:
    (own,) = forge.inductive()["types"]
    n = forge.constant("N")
    to_false = forge.term(5, n, forge.constant("False"))
    own["ctors"][1][1] = forge.term(5, to_false, n)


def too_large_a_field(forge: Forge) -> None:
    (own,) = forge.inductive()["types"]
    sort = forge.term(1, forge.level(1, forge.level(1, forge.level(0))))
    own["ctors"][1][1] = forge.term(5, sort, forge.constant("N"))


def constructor_of_another_type(forge: Forge) -> None:
    (own,) = forge.inductive()["types"]
    own["ctors"][0][1] = forge.constant("Nat")


def more_parameters_than_arguments(forge: Forge) -> None:
    forge.inductive().update(size=3)


def recursor_declared_as_well(forge: Forge) -> None:
    forge.of("s").update(name=forge.name("N.rec"))


def projection_of_no_structure(forge: Forge) -> None:
    forge.prove(forge.term(9, forge.name("Or"), 0, forge.of("s")["value"]))


def universe_twice(forge: Forge) -> None:
    forge.of("t").update(params=[forge.name("v"), forge.name("v")])


def universe_more(forge: Forge) -> None:
    forge.of("t").update(params=[forge.name("v")])


def universe_undeclared(forge: Forge) -> None:
    forge.of("s").update(value=forge.term(1, forge.level(4, forge.name("w"))))


def unknown_kind(forge: Forge) -> None:
    forge.of("t").update(kind="magic")


def unknown_term(forge: Forge) -> None:
    forge.prove(forge.term(11, 0))


def forward_reference(forge: Forge) -> None:
    forge.prove(forge.term(3, len(forge.data["exprs"]) + 5, 0))


def index_out_of_range(forge: Forge) -> None:
    forge.prove(10**9)


def negative_index(forge: Forge) -> None:
    forge.prove(forge.term(3, -1, -1))


def negative_number(forge: Forge) -> None:
    forge.prove(forge.term(7, -1))


def text_for_an_index(forge: Forge) -> None:
    forge.of("t").update(value="0")


def nothing(forge: Forge) -> None:
    forge.data.clear()


def no_declarations(forge: Forge) -> None:
    forge.data["decls"].clear()


def declarations_of_another_shape(forge: Forge) -> None:
    forge.data["decls"][:] = [1, [], None, "t", {}]


LIES: Mapping[Callable[[Forge], None], str] = {  # that t : P is proved -> what is said
    axiom_as_it_is: "a is left as an axiom",
    axiom_as_theorem: "a uses a, which it does not declare before",
    axiom_as_opaque: "mismatch",
    axiom_of_the_name: "t is left as an axiom",
    axiom_inlined: "mismatch",
    sorry: "unproved",
    wrong_proof: "mismatch",
    itself: "t uses t",
    through_another: "t uses t",
    another_statement: "not the statement asked for",
    a_definition: "not the statement asked for",
    what_it_rests_on_changed: "it changes or leaves out P",
    what_it_rests_on_an_axiom: "P is left as an axiom",
    what_it_rests_on_left_out: "uses P, which it does not declare before",
    declared_twice: "already",
    first_declared_as_true: "already",
    a_free_variable: "loose bound",
    a_variable_too_far_out: "loose bound",
    compiled_code: "trusts compiled code",
    projection_of_no_structure: "proj",
    unknown_term: "malformed",
    forward_reference: "malformed",
    index_out_of_range: "malformed",
    negative_index: "malformed",
    negative_number: "malformed",
    text_for_an_index: "malformed",
    nothing: "does not prove t",
    no_declarations: "does not prove t",
    declarations_of_another_shape: "malformed",
}
DAMAGE: Mapping[Callable[[Forge], None], str] = {  # beside a proof of t : P → P that holds -> what is said
    library_theorem_redeclared: "already",
    library_constant_redefined: "already",
    compiled_code_by_its_axiom: "trusts compiled code",
    negative_occurrence: "positive",
    too_large_a_field: "universe",
    constructor_of_another_type: "N.zero",
    more_parameters_than_arguments: "param",
    recursor_declared_as_well: "already",
    universe_twice: "universe",
    universe_more: "not the statement asked for",
    universe_undeclared: "universe",
    unknown_kind: "malformed",
}


def told(data: object, source: str, backends: Backends) -> str:
    """What is said against the data, which is something."""
    asked = Asked(source=source, names=("t",))
    read = Read(data=data)  # type: ignore[arg-type]  # whatever the process says
    found = judge_declarations(lean_of(backends), asked, read, wall_s=WALL_S)
    assert isinstance(found, Rejected)
    return "; ".join(fault.text for fault in found.faults)


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_no_lie_is_believed(lie: Callable[[Forge], None], honest: Data, backends: Backends) -> None:
    forge = Forge(deepcopy(honest))
    if not lie.__name__.startswith("axiom_as"):
        forge.data["decls"].remove(forge.of("a"))
    lie(forge)
    assert LIES[lie] in told(forge.data, ASKED, backends)


@pytest.mark.parametrize("damage", [None, *DAMAGE], ids=lambda damage: getattr(damage, "__name__", "none"))
def test_nothing_else_that_is_wrong_is_passed_over(
    damage: Callable[[Forge], None] | None, honest: Data, backends: Backends
) -> None:
    forge = Forge(deepcopy(honest))
    forge.data["decls"].remove(forge.of("a"))
    forge.of("t").update(type=forge.of("u")["type"], value=forge.constant("u"))
    if damage is None:
        asked = Asked(source=TRUE, names=("t",))
        found = judge_declarations(lean_of(backends), asked, Read(data=forge.data), wall_s=WALL_S)
        assert found == Audit(declared=())
    else:
        damage(forge)
        assert DAMAGE[damage] in told(forge.data, TRUE, backends)


def test_what_is_no_data_at_all_is_rejected(backends: Backends) -> None:
    for data in (None, 7, "x", [], {"names": 1, "decls": {}, "exprs": "", "levels": None}):
        assert told(data, ASKED, backends)


def test_a_term_too_deep_for_the_kernel_costs_only_itself(honest: Data, backends: Backends) -> None:
    forge = Forge(deepcopy(honest))
    proof = forge.constant("a")
    for _ in range(200_000):
        proof = forge.term(3, forge.constant("u"), proof)
    forge.prove(proof)
    assert told(forge.data, ASKED, backends)
    assert "axiom" in told(honest, ASKED, backends)


def test_a_body_that_trusts_compiled_code_is_refused(backends: Backends) -> None:
    source = "theorem t : Lean.reduceBool true = true := by sorry\n"
    pinned = pin(Theorem(name="t.lean", source=source, language="lean", target="t"), mathlib=False)
    found = establish(lean_of(backends), pinned, "rfl", Limits(wall_s=WALL_S))
    assert isinstance(found, Rejected)
