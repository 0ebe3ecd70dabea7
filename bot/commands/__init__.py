"""The commands: a registry, the dispatch that runs them, and a folder for each thing that people do.

Importing this package fills the registry.
"""

from bot.commands.core.registry import commands
from bot.commands.dialogue import commands as dialogue
from bot.commands.editing import add, correct, entity, relate, retract, source, story, takedown
from bot.commands.following import catchup, settings, subscriptions
from bot.commands.personal import link, privacy, suggest, tellme
from bot.commands.reading import ask, corrections, fact, sources, start_help, timeline, where, who
from bot.commands.reading.checking import look_up
from bot.commands.reviewing import (
    audit,
    desk,
    edit,
    intake,
    moderators,
    reject,
    review,
    unanswered,
    webhook,
)
from bot.commands.reviewing.watching import watch

__all__ = [
    "add", "ask", "audit", "catchup", "commands", "correct", "corrections", "desk", "dialogue", "edit",
    "entity", "fact", "intake", "link", "look_up", "moderators", "privacy", "reject", "relate", "retract",
    "review", "settings", "source", "sources", "start_help", "story", "subscriptions", "suggest", "takedown",
    "tellme", "timeline", "unanswered", "watch", "webhook", "where", "who",
]  # fmt: skip
