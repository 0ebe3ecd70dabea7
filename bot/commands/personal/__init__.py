"""Commands about the person who asks: taking part, personal data, linked accounts."""
