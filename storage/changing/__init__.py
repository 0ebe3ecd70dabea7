"""The one way in which the record changes."""
