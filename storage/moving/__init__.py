"""Move a record between a file and a server: all of it or nothing, and never to two places."""
