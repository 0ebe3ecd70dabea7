"""An emulator of Discord: real HTTP and a real gateway, as strict as the platform, and driven like people.

    async with DiscordEmulator() as api:
        alice = api.user("Alice")
        newsroom = api.guild("Newsroom", members=[alice])
        channel = newsroom.channel("general")
        await api.next_session()
        asked = await api.slash(alice, channel, "who", name="Lubinets")
        reply = await asked.message()

It imports nothing of the bot. What the platform holds and most of what it refuses is simcord's:
https://github.com/SilentHacks/simcord
"""

from .faults import Fault
from .interactions import Answer, Choice, Input, Interaction, Modal
from .journal import Call
from .limits import Limits
from .messages import Button, Message
from .people import User
from .places import Channel, Guild
from .server import DiscordEmulator

__all__ = [
    "Answer",
    "Button",
    "Call",
    "Channel",
    "Choice",
    "DiscordEmulator",
    "Fault",
    "Guild",
    "Input",
    "Interaction",
    "Limits",
    "Message",
    "Modal",
    "User",
]
