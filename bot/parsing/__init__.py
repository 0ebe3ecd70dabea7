"""What people type, read: figures, cues, names that are nearly right."""
