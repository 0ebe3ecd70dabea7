"""From an article to what can be put on record: fetching, reading, keeping a copy."""
