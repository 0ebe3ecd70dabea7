"""The command line: one program for those who run a bot."""
