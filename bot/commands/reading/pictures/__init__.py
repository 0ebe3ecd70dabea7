"""Pictures of the story: `/when picture` draws its timeline, `/who picture` who says what."""
