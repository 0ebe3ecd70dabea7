"""The commands: a registry, the dispatch that runs them, and a module for each family.

Importing this package fills the registry, in the order in which help lists the families.
"""

from bot.commands import orientation, people, places, timeline, asking, record_keeping, sourcing  # isort: skip
from bot.commands import listening, listener_settings, taking_part, linking, conversing  # isort: skip
from bot.commands import adding, correcting, relating, withdrawing, documenting, identifying, opening  # isort: skip
from bot.commands import reviewing, waiting, auditing, moderating  # isort: skip
from bot.commands.registry import commands

__all__ = [
    "adding", "asking", "auditing", "commands", "conversing", "correcting", "documenting", "identifying",
    "linking", "listener_settings", "listening", "moderating", "opening", "orientation", "people", "places",
    "record_keeping", "relating", "reviewing", "sourcing", "taking_part", "timeline", "waiting",
    "withdrawing",
]  # fmt: skip
