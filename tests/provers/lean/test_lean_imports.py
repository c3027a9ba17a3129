"""A module that is not there is named, with what there is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.problem import Theorem
from lemmata.provers.base import Backends
from lemmata.provers.lean.check import elaborate_statement
from lemmata.provers.lean.imports import check_imports, find_imports, nearest_modules
from lemmata.provers.lean.worker import lean_of

pytestmark = pytest.mark.lean


def problem(*imports: str) -> Theorem:
    source = "-- a comment\n" + "".join(f"import {name}\n" for name in imports) + "theorem t : 1 = 1 := by sorry\n"
    return Theorem(name="t.lean", source=source, language="lean", target="t")


def test_a_missing_module_is_named_with_the_nearest_ones_and_the_libraries(backends: Backends) -> None:
    said = (
        r"t.lean, line 3: there is no module Std.Data.HashMapp to import: did you mean Std.Data.HashMap.* "
        r"has Init, Lake, LakeMain, Lean, Leanc, Std"
    )
    with pytest.raises(BadInput, match=said):
        elaborate_statement(problem("Std", "Std.Data.HashMapp"), backends, Limits())
    with pytest.raises(BadInput, match=r"no module Foo\.Bar to import: .*has Init"):
        elaborate_statement(problem("Foo.Bar"), backends, Limits())


def test_what_is_there_is_imported_whatever_is_written_before_it(backends: Backends) -> None:
    assert elaborate_statement(problem("Std.Data.HashMap", "Init.Data.List.Lemmas"), backends, Limits()) == ()


def test_without_mathlib_its_imports_are_left_out_and_with_it_a_missing_part_is_named(
    backends: Backends, tmp_path: Path
) -> None:
    assert elaborate_statement(problem("Mathlib.Foo"), backends, Limits()) == ()
    (tmp_path / "Mathlib" / "Order").mkdir(parents=True)
    for name in ("Mathlib", "Mathlib/Order/Foo", "Mathlib/Tactic"):
        (tmp_path / f"{name}.olean").write_bytes(b"")
    toolchain = lean_of(backends).toolchain
    own = replace(toolchain, libraries=(str(tmp_path), *toolchain.libraries))
    check_imports("import Mathlib\nimport Mathlib.Tactic\n", own, place="t.lean")
    with pytest.raises(BadInput, match=r"no module Mathlib.Foo to import: did you mean Mathlib.Order.Foo"):
        check_imports("import Mathlib.Foo\n", own, place="t.lean")


def test_a_name_is_never_read_as_a_path(backends: Backends) -> None:
    with pytest.raises(BadInput, match="no module"):
        check_imports("import «../../lean/Init»", lean_of(backends).toolchain, place="t")


def test_imports_end_with_the_header() -> None:
    source = "/- x -/ module\npublic import A.B\nimport all C\nmeta import D\nopen A\n-- import E\ndef import_ := 1"
    assert [token.text for token in find_imports(source)] == ["A.B", "C", "D"]
    assert nearest_modules("Data.Lst", ["Data.List", "Other"]) == ("Data.List",)
