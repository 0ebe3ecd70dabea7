"""Takedown: words removed from every place that people can reach; a dated tombstone stays."""
