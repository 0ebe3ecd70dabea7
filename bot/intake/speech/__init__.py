"""Where a text says that somebody says something: quotations, cues, and the clauses that they bring. Pure."""
