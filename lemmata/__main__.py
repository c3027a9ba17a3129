"""`python -m lemmata` is `lemmata`."""

from lemmata.cli import main

main()
