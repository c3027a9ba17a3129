"""`lemmata.Chat()` in a notebook: a box to type in, the conversation above it, and a button that stops a turn."""

from __future__ import annotations

import threading
import time
from html import escape
from typing import TYPE_CHECKING, Any

from lemmata.chat.parts import Happened, Part
from lemmata.notebook.html import conversation
from lemmata.notebook.style import STYLE

if TYPE_CHECKING:
    from lemmata.chat import Chat

_EVERY_S = 0.25
_HINT = "∀ x : Int, x < x + 1     a claim, Lean, SMT-LIB, a program, a command (help) or a question"


def display_chat(chat: Chat) -> None:
    """Show a conversation to type into; without ipywidgets, how to go on in cells."""
    from IPython.display import display

    plain = f'<Chat, {len(chat.history)} turns, model {chat.model or "none"}; chat.ask("…") answers>'
    try:
        import ipywidgets
    except ImportError:
        html = f"{STYLE}<div class='lemmata'><div class='lm-note'>{escape(plain)}</div></div>"
        display({"text/plain": plain, "text/html": html}, raw=True)
        return
    display(ChatBox(chat, ipywidgets).box)


class ChatBox:
    """The widgets of one conversation. A turn runs in a thread of its own, so that the page stays alive meanwhile."""

    def __init__(self, chat: Chat, widgets: Any) -> None:
        self._chat = chat
        self._done = "".join(_turn(r.text, r.parts) for r in chat.history)
        full = widgets.Layout(width="auto")
        self.talk = widgets.HTML(value=self._page(), layout=full)
        self.text = widgets.Textarea(placeholder=_HINT, rows=3, layout=full)
        self.send = widgets.Button(description="Ask", button_style="primary", tooltip="answer what is typed")
        self.stop = widgets.Button(description="Stop", disabled=True, tooltip="end the turn, keep what was found")
        self.send.on_click(self._ask)
        self.stop.on_click(lambda _: chat.interrupt())
        self.box = widgets.VBox([self.talk, self.text, widgets.HBox([self.send, self.stop])])

    def _ask(self, _: object) -> None:
        text = self.text.value
        if text.strip() and not self.send.disabled:
            self.send.disabled, self.stop.disabled, self.text.value = True, False, ""
            threading.Thread(target=self._answer, args=(text,), daemon=True).start()

    def _answer(self, text: str) -> None:
        parts: list[Part] = []
        written = 0.0
        try:
            for part in self._chat.stream(text):
                parts.append(part)
                if not isinstance(part, Happened) or time.monotonic() > written + _EVERY_S:
                    self.talk.value = self._page(_turn(text, parts, busy=True))
                    written = time.monotonic()
        finally:
            self._done += _turn(text, parts)
            self.talk.value = self._page()
            self.send.disabled, self.stop.disabled = False, True

    def _page(self, now: str = "") -> str:
        return f'{STYLE}<div class="lemmata">{self._done}{now}</div>'


def _turn(text: str, parts: Any, *, busy: bool = False) -> str:
    return f'<div class="lm-asked"><pre>{escape(text.strip())}</pre></div>{conversation(parts, busy=busy)}'
