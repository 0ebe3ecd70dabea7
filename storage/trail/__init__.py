"""The audit trail, and how far those have come who follow it."""
