from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lemmata.errors import BadInput
from lemmata.formats.sexpr import DEEPEST, Atom, Group, Kind, Node, quote, read_all, read_one, write

PARTS = st.sampled_from(
    ["(", ")", " ", "\n", ";", "|", '"', "#b1", "#x", ":k", "-1", "007", "1.5", "let", "é", "a", "\\"]
)


def test_every_kind_of_token_is_read() -> None:
    node = read_one('(a |b c| 12 1.50 #b01 #xFf :key "say ""hi""" ; a comment\n |let-| -)')
    assert isinstance(node, Group)
    kinds = [(a.text, a.kind) for a in node.items if isinstance(a, Atom)]
    assert kinds == [
        ("a", Kind.SYMBOL),
        ("b c", Kind.SYMBOL),
        ("12", Kind.NUMERAL),
        ("1.50", Kind.DECIMAL),
        ("#b01", Kind.BITS),
        ("#xFf", Kind.BITS),
        (":key", Kind.KEYWORD),
        ('say "hi"', Kind.STRING),
        ("let-", Kind.SYMBOL),
        ("-", Kind.SYMBOL),
    ]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("(a\n  (b)", "1:1"),
        ("a)\n", "1:2"),
        ("(a\n 007)", "2:2"),
        ("(a\n\n  é)", "3:3"),
        ("(|never closed)", "1:2"),
        ('"never closed', "1:1"),
        ("12abc", "1:1"),
        ("|let|", "1:1"),
    ],
)
def test_an_error_names_line_and_column(text: str, place: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_all(text)
    assert caught.value.place == place


def test_nesting_is_limited() -> None:
    assert len(read_all("(" * DEEPEST + ")" * DEEPEST)) == 1
    with pytest.raises(BadInput, match="nested"):
        read_all("(" * (DEEPEST + 1) + ")" * (DEEPEST + 1))
    with pytest.raises(BadInput, match="nested"):
        read_all("(" * 1_000_000)


def test_symbols_are_quoted_where_they_must_be() -> None:
    assert [quote(s) for s in ("x", "x!1", "two words", "let", "", "1x")] == [
        "x",
        "x!1",
        "|two words|",
        "|let|",
        "||",
        "|1x|",
    ]


@given(st.text() | st.lists(PARTS).map("".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        nodes = read_all(text)
    except BadInput:
        return
    assert tuple(read_all(" ".join(map(write, nodes)))) == nodes


ATOMS = st.one_of(
    st.from_regex(r"[a-z!?*<=>-][a-z0-9!?*<=>-]{0,5}", fullmatch=True).map(Atom),
    st.text(alphabet=st.characters(exclude_characters="|\\", exclude_categories=["Cs"]), max_size=6)
    .filter(lambda t: t not in ("!", "_", "as", "let", "exists", "forall", "match", "par"))
    .map(Atom),
    st.integers(0, 10**20).map(lambda n: Atom(str(n), Kind.NUMERAL)),
    st.text(max_size=6).map(lambda t: Atom(t, Kind.STRING)),
)


@given(st.recursive(ATOMS, lambda inner: st.lists(inner, max_size=4).map(lambda items: Group(tuple(items)))))
def test_what_is_written_reads_back(node: Node) -> None:
    assert read_one(write(node)) == node
