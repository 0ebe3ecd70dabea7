"""Commands about the asker: suggestions, personal data, linked accounts."""
