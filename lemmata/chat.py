"""A conversation that works with and without a model."""
