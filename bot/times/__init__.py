"""Moments in the time zone of the chat that is answered, and times of day as people type them."""
