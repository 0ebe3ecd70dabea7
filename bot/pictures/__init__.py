"""Pictures of a story: its timeline, and who says what. Words come from `answers`; here they are laid out."""
