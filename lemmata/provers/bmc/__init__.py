"""Programs in C: read into a small language of our own, run for real, unrolled, cut at invariants, patched."""
