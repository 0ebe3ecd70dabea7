"""The audit trail, and the checkpoints of those that follow it."""
