"""The record: facts, sources and entities of stories in SQLite. Knows nothing of the bot."""
