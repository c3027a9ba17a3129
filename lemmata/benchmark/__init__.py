"""Batch runs over data sets: solving, scoring, comparing, reporting."""
