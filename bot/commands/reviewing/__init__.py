"""Moderators' commands about what others proposed, asked and did."""
