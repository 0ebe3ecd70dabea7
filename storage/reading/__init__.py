"""Facts, sources, entities and stories, as they are read."""
