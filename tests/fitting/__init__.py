"""Fitting of the verdict's weights on development data: `python -m tests.fitting DATA`."""
