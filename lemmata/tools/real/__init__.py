"""Search for the certificates of `lemmata.provers.real`: numeric optimisation, semidefinite programming, rounding."""
