"""Running small C programs on chance, with gcc and nothing of ours: does any run violate an assertion?

An opinion on verdicts that shares no code with them. Locals without a value and what unknown functions return are drawn
at random; integers are 64 bits wide and drawn small, so that no sum of a short run leaves them.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

RUNS = 20_000
_PREAMBLE = """
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
typedef long long wide;
static jmp_buf leave;
static int drawn, violated, steps;
static unsigned long long state = 88172645463325252ull;
static wide draw(void) {
  if (++drawn > 2000) longjmp(leave, 1);
  state ^= state << 13; state ^= state >> 7; state ^= state << 17;
  return drawn > 40 ? (wide)(state % 2) : (wide)(state % 23) - 8;
}
static int going(void) { if (++steps > 20000) longjmp(leave, 1); return 1; }
#define assume(c) do { if (!(c)) longjmp(leave, 1); } while (0)
#define assert(c) do { if (!(c)) { violated = 1; longjmp(leave, 1); } } while (0)
#define while(c) while (going() && (c))
"""
_MAIN = """
int main(void) {
  for (volatile int i = 0; i < RUNS && !violated; i++) {
    drawn = steps = 0;
    if (!setjmp(leave)) program();
  }
  puts(violated ? "violated" : "nothing");
  return 0;
}
"""
_DECLARED = re.compile(r"^(\s*)(?:unsigned\s+|long\s+)?int\s+([\w\s,]+);", re.MULTILINE)


def violated_by_chance(source: str) -> bool | None:
    """Whether a run violates an assertion; None where the program can't be run this way."""
    text = re.sub(r"\b(?:unknown\w*|__VERIFIER_nondet_\w+)\s*\(\s*\)", "draw()", source)
    text = re.sub(r"^\s*(?:extern\s+)?\w+\s+draw\(\)\s*;|^\s*extern.*$|^\s*#include.*$", "", text, flags=re.MULTILINE)
    text = _DECLARED.sub(lambda m: f"{m[1]}wide {', '.join(f'{n.strip()} = draw()' for n in m[2].split(','))};", text)
    text = re.sub(r"\b(?:int|void)\s+main\s*\(.*?\)", "static int program(void)", text)
    with tempfile.TemporaryDirectory() as folder:
        file, made = Path(folder) / "program.c", Path(folder) / "program"
        file.write_text(_PREAMBLE.replace("RUNS", str(RUNS)) + text + _MAIN.replace("RUNS", str(RUNS)))
        compiled = subprocess.run(["gcc", "-O1", "-w", "-o", made, file], capture_output=True, check=False)
        if compiled.returncode != 0:
            return None
        try:
            said = subprocess.run([made], capture_output=True, text=True, timeout=60, check=False).stdout
        except subprocess.TimeoutExpired:
            return None
        return {"violated\n": True, "nothing\n": False}.get(said)
