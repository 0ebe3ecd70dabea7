"""The terminal front end: a chat at a real terminal, plain text or JSON lines in a pipe."""
