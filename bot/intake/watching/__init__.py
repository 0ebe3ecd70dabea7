"""Watching feeds: what they name is offered to the moderators who watch them."""
