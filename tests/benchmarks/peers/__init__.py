"""Bots to measure against: each a script of its own, as short as its library's documentation makes it."""
