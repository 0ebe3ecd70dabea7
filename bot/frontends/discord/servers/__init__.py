"""Servers: greeting them, publishing in their announcement channels, finding those that are open again."""
