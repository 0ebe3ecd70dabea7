"""Moderators' commands that change the record."""
