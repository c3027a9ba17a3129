"""Proofs found by best-first search over Lean's proof states, with no model."""
