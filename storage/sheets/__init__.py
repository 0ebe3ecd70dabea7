"""Fact sheets: import and export."""
