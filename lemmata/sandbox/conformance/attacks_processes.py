"""."""
from lemmata.sandbox.conformance.case import Cases

CASES = Cases()
