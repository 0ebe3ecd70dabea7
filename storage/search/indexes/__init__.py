"""The full-text indexes, one for each engine."""
