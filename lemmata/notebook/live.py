"""An answer that is shown while it comes: one output of the cell, written anew as pieces arrive."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from lemmata.chat.parts import Happened, Part, Reply
from lemmata.notebook.html import as_html, reply_html

if TYPE_CHECKING:
    from lemmata.chat import Chat

_EVERY_S = 0.15  # an output is not written more often, so that a fast run does not flood the page
_shown: WeakKeyDictionary[Reply, int] = WeakKeyDictionary()  # the cell that has shown a reply while it came


def show_stream(chat: Chat, parts: Iterable[Part]) -> Reply:
    """Show the parts of a turn as they come.

    Args:
        chat: whose turn it is; its newest reply is given back.
        parts: what `Chat.stream` yields.
    """
    from IPython.display import display

    so_far: list[Part] = []
    handle = display(_output("reading …", reply_html((), busy=True)), raw=True, display_id=True)
    written = time.monotonic()
    for part in parts:
        so_far.append(part)
        if not isinstance(part, Happened) or time.monotonic() > written + _EVERY_S:
            handle.update(_output("working …", reply_html(so_far, busy=True)), raw=True)
            written = time.monotonic()
    reply = chat.history[-1]
    handle.update(_output(repr(reply), as_html(reply)), raw=True)
    _shown[reply] = _cell()
    return reply


def display_reply(reply: Reply) -> None:
    """Show a reply, unless this cell has shown it while it came."""
    from IPython.display import display

    if _shown.get(reply) != _cell():
        display(_output(repr(reply), as_html(reply)), raw=True)


def _output(plain: str, html: str) -> dict[str, str]:
    return {"text/plain": plain, "text/html": html}


def _cell() -> int:
    """The number of the cell that runs."""
    from IPython import get_ipython

    shell: Any = get_ipython()
    return int(shell.execution_count) if shell is not None else 0
