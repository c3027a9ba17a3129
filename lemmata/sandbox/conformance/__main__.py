"""`python -m lemmata.sandbox.conformance NAME`: the suite, with nothing but the standard library."""

from __future__ import annotations

import argparse
import json
import sys

from lemmata.errors import LemmataError
from lemmata.sandbox.conformance.report import rows, summary
from lemmata.sandbox.conformance.suite import check_sandbox, find_backend


def main(arguments: list[str]) -> int:
    """Check the back-end that the arguments name; the exit code is as of `lemmata sandbox check`."""
    parser = argparse.ArgumentParser(prog="python -m lemmata.sandbox.conformance")
    parser.add_argument("name", help="bubblewrap, podman, docker, wasi, process, or a plug-in")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--only", default="", help="only the cases with this word in their id")
    parser.add_argument("-v", "--verbose", action="store_true", help="all cases, not only the ones that went wrong")
    options = parser.parse_args(arguments)
    try:
        report = check_sandbox(find_backend(options.name), only=options.only)
    except LemmataError as exc:
        print(f"lemmata: {exc}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(report.encode(), ensure_ascii=False))
    else:
        for row in rows(report, verbose=options.verbose):
            print("  ".join(row))
        print(summary(report))
    return 0 if report.holds else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
