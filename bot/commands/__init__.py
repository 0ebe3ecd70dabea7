"""The commands: a registry, the dispatch that runs them, and a module for each family.

Importing this package fills the registry, in the order in which help lists the families.
"""

from bot.commands import orientation, people, places, timeline, asking, record_keeping, sourcing  # isort: skip
from bot.commands.registry import commands

__all__ = ["asking", "commands", "orientation", "people", "places", "record_keeping", "sourcing", "timeline"]
