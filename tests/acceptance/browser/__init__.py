"""Debian's Chromium, driven through its remote debugging."""
