"""Discord: slash commands, buttons, modals, and notices to channels and people."""
