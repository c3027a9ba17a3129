"""Time of `import lemmata` and of `lemmata --help`, beside a bare interpreter in the same run.

usage: python benchmarks/startup.py [--limit N] [--json FILE]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import sysconfig
import time
from pathlib import Path
from statistics import median

from report import Row, report

COMMANDS = {
    "bare": [sys.executable, "-c", "pass"],
    "import": [sys.executable, "-c", "import lemmata"],
    "help": [str(Path(sysconfig.get_path("scripts")) / "lemmata"), "--help"],
    "langgraph": [sys.executable, "-c", "import langgraph.graph, openai"],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=int, default=20, help="repetitions")
    parser.add_argument("--json", type=Path, dest="json_file")
    args = parser.parse_args()
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(args.limit):  # interleaved, so that a busy machine slows all alike
        for name, argv in COMMANDS.items():
            started = time.perf_counter()
            subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)
            times[name].append((time.perf_counter() - started) * 1000)
    bare = median(times["bare"])
    n = args.limit
    rows = [
        Row(name="bare.ms", value=bare, unit="ms", n=n),
        Row(name="import.ms", value=median(times["import"]) - bare, unit="ms", n=n),
        Row(name="help.ms", value=median(times["help"]), unit="ms", n=n),
        Row(name="import_langgraph_openai.ms", value=median(times["langgraph"]) - bare, unit="ms", n=n),
    ]
    report("startup", rows, json_file=args.json_file)


if __name__ == "__main__":
    main()
