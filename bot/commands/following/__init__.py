"""Commands about hearing of changes."""
