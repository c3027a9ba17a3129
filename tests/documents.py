"""What documents show, really run: their blocks, page by page, in a folder of the page's own.

    ```python                     run, with what the blocks before it on the page defined
    ```ipython                    run as the cell of a notebook, with the same names
    ```sh                         run by bash; what it exports stays for the blocks after it
    ```console                    each `$ command` is run, and its output compared; `…` stands for anything
    ```lean title="t.lean"        written to that file; so is any block with the name of a file as its title
    ```sh title="Not run in the tests: why"    shown alone

`print(x)  # 3` in Python is compared with what is printed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUN = ("python", "ipython", "sh", "console")
NOT_RUN = "Not run in the tests: "
_BLOCK = re.compile(r"^(?P<indent> *)```(?P<info>[^\n`]+)\n(?P<code>.*?)^(?P=indent)```$", re.M | re.S)
_TITLE = re.compile(r'title="([^"]*)"')
_SHOWN = re.compile(r"print\(.*\)\s+# ([^,:\n]+(?:\{.*\})?)")
_WALL_S = 120
_INTERPRETER = """
import contextlib, io, json, os, sys, traceback
names, replies = {"__name__": "__main__"}, os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
sys.path.insert(0, os.getcwd())

def run_cell(code):
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance(user_ns=names)
    shell.history_manager.enabled = False
    shell.run_cell(code).raise_error()

for line in sys.stdin:
    block, printed, error = json.loads(line), io.StringIO(), ""
    os.environ.clear()
    os.environ.update(block["env"])
    try:
        with contextlib.redirect_stdout(printed):
            if block["language"] == "ipython":
                run_cell(block["code"])
            else:
                exec(compile(block["code"], block["place"], "exec"), names)
    except BaseException:
        error = traceback.format_exc()
    print(json.dumps({"printed": printed.getvalue(), "error": error}), file=replies, flush=True)
"""
LOCAL = "http://localhost:8000/v1"


@dataclass(frozen=True)
class Block:
    """A fenced block."""

    place: str
    language: str
    title: str
    code: str

    @property
    def runs(self) -> bool:
        return self.language in RUN and not self.title


def find_blocks(page: Path) -> Iterator[Block]:
    """The blocks of a page, in their order."""
    text = page.read_text("utf-8")
    for found in _BLOCK.finditer(text):
        title = _TITLE.search(found["info"])
        code = "".join(line.removeprefix(found["indent"]) for line in found["code"].splitlines(keepends=True))
        line = text.count("\n", 0, found.start()) + 1
        yield Block(f"{page.name}:{line}", found["info"].split()[0], title[1] if title else "", code)


@dataclass
class Reader:
    """Somebody who does what a page says.

    Args:
        folder: where; the repository's examples are there too.
        home: as LEMMATA_HOME.
        endpoint: of the chat model that pages find at http://localhost:8000/v1; empty: they find none.
    """

    folder: Path
    home: Path
    endpoint: str = ""

    def __post_init__(self) -> None:
        self._interpreter: subprocess.Popen[str] | None = None
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("LEMMATA_", "OPENAI_"))}
        tools = self.folder / ".bin"
        tools.mkdir()
        home = f"LEMMATA_HOME=${{LEMMATA_HOME:-{self.home}}}"
        for name, module in (("lemmata", "lemmata"), ("inspect", "inspect_ai")):
            run = f'PYTHONPATH="{ROOT}" {home} exec "{sys.executable}" -m {module} "$@"'
            (tools / name).write_text(f"#!/bin/sh\n{run}\n")
            (tools / name).chmod(0o755)
        (tools / "python").symlink_to(sys.executable)
        path = f"{tools}:{kept['PATH']}"
        own = {
            "PATH": path,
            "PYTHONPATH": str(ROOT),
            "LEMMATA_HOME": str(self.home),
            "COLUMNS": "200",
            "IPYTHONDIR": str(self.folder / ".ipython"),
        }
        self.env = {**kept, **own}
        shutil.copytree(ROOT / "examples", self.folder / "examples")

    def do(self, block: Block) -> None:
        """Run a block, or write its file."""
        if block.title.startswith(NOT_RUN):
            return
        if self.endpoint:
            block = replace(block, code=block.code.replace(LOCAL, self.endpoint))
        if block.title:
            (self.folder / block.title).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / block.title).write_text(block.code)
        elif block.language in ("python", "ipython"):
            self._python(block)
        elif block.language == "sh":
            self._sh(block.code, block.place)
        elif block.language == "console":
            self._console(block)

    def close(self) -> None:
        """End the interpreter of the page."""
        if self._interpreter is not None:
            self._interpreter.communicate(timeout=_WALL_S)

    def _python(self, block: Block) -> None:
        """In one interpreter for the whole page: what a page defines stays, and stays the page's own."""
        if self._interpreter is None:
            argv = [sys.executable, "-c", _INTERPRETER]
            pipe = subprocess.PIPE
            self._interpreter = subprocess.Popen(
                argv, cwd=self.folder, env=self.env, stdin=pipe, stdout=pipe, text=True
            )
        ends = self._interpreter
        ends.stdin.write(json.dumps({**asdict(block), "env": self.env}) + "\n")
        ends.stdin.flush()
        reply = json.loads(ends.stdout.readline())
        assert not reply["error"], f"{block.place}\n{reply['error']}"
        compare_printed(block.code, reply["printed"])

    def _sh(self, code: str, place: str) -> str:
        keeping = self.folder / ".env"
        argv = ["bash", "-e", "-o", "pipefail", "-c", f'{code}\nenv -0 > "{keeping}"']
        done = subprocess.run(
            argv, cwd=self.folder, env=self.env, capture_output=True, text=True, timeout=_WALL_S, check=False
        )
        assert done.returncode == 0, f"{place}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        self.env = dict(item.split("=", 1) for item in keeping.read_text().split("\0") if "=" in item)
        return done.stdout + done.stderr

    def _console(self, block: Block) -> None:
        for part in re.split(r"^\$ ", block.code, flags=re.M)[1:]:
            command, _, shown = part.partition("\n")
            asked = re.search(r"\s+# exit (\d+)$", command)
            code = int(asked[1]) if asked else 0
            came = self._sh(f"set +e\n({command}\n) 2>&1\n[ $? -eq {code} ] || exit 99", f"{block.place}: {command}")
            wanted = ".*".join(re.escape(piece) for piece in shown.strip().split("…"))
            assert re.fullmatch(wanted, came.strip(), re.S), f"{block.place}: {command}\n{came}"


def compare_printed(code: str, printed: str) -> None:
    """That what comments behind `print` say was printed."""
    for shown in _SHOWN.findall(code):
        assert shown.split(":")[0].strip().rstrip(",") in printed or shown.strip() in printed, (shown, printed)
