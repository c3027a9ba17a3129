"""The notebook: `%load_ext lemmata`, then `%%lean`, `%%smt`, `%%check` and `%%ask` cells; `lemmata.Chat()`.

What is shown is HTML that `html` makes of the values of the library; they find it by name through `verdict.Shown`, so
that a Solution looks the same whether the extension is loaded or not.
"""

from __future__ import annotations

from typing import Any


def load_ipython_extension(shell: Any) -> None:
    """What `%load_ext lemmata` calls."""
    from lemmata.notebook.magics import Cells

    Cells(shell).register()
