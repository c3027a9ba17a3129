"""Cards of data sets as text: one in full, or all of them as a table."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from lemmata.datasets.sample import Card


def describe(card: Card, *, width: int = 100) -> str:
    """A card in full, a line for each thing that is known."""
    bad = [f"{id_}: {why}" for id_, why in card.known_bad.items()] or ["none that we know of"]
    parts = [
        ("name", card.name),
        ("origin", card.origin),
        ("licence", card.licence),
        ("version", card.version),
        ("layout", card.layout),
        ("hub", card.hub or "not there in this form; give --data PATH"),
        ("lanes", card.lanes),
        *(("known bad" if i == 0 else "", text) for i, text in enumerate(bad)),
    ]
    lines = [card.title, "=" * len(card.title)]
    for label, text in parts:
        start = f"{label:<11}"
        lines += textwrap.wrap(text, width, initial_indent=start, subsequent_indent=" " * len(start))
    return "\n".join(lines) + "\n"


def list_cards(cards: Iterable[Card]) -> str:
    """All cards, a line for each: name, title, licence, and where it can be fetched by name."""
    rows = [("name", "title", "licence", "hub"), *((c.name, c.title, c.licence, c.hub or "-") for c in cards)]
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    return "".join("  ".join(cell.ljust(w) for cell, w in zip(r, widths, strict=True)).rstrip() + "\n" for r in rows)
