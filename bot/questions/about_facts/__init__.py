"""What of a fact a question may ask for: its words, its kind of answer, who did it."""
