"""Free-text search and its index."""
