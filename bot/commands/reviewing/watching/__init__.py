"""Watching feeds: the command, how a watch begins, and the lists of watches and of what they have brought."""
