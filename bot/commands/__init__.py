"""The commands: a registry, the dispatch that runs them, and a folder for each thing that people do.

Importing this package fills the registry, in the order in which help lists the families.
"""

from bot.commands.core.registry import commands

from bot.commands.reading import start_help, who, where, timeline, ask, fact, sources  # isort: skip
from bot.commands.following import subscriptions, settings  # isort: skip
from bot.commands.personal import taking_part, link  # isort: skip
from bot.commands.dialogue import commands as dialogue  # isort: skip
from bot.commands.editing import add, correct, relate, retract, source, entity, story  # isort: skip
from bot.commands.reviewing import review, unanswered, audit, moderators  # isort: skip

__all__ = [
    "add", "ask", "audit", "commands", "correct", "dialogue", "entity", "fact", "link", "moderators",
    "relate", "retract", "review", "settings", "source", "sources", "start_help", "story", "subscriptions",
    "taking_part", "timeline", "unanswered", "where", "who",
]  # fmt: skip
