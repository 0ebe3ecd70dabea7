"""Moderators' commands about what other people proposed, asked and did."""
