"""Reading an article out of what was fetched or handed over, in a process of its own."""
