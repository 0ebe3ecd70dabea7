"""Serving HTTP to the outside."""
