"""Discord: slash commands, buttons and modals, and what channels and people subscribe to."""
