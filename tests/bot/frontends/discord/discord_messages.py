"""What Discord refuses of a message, and what a reader sees of several."""

import json
import re

from bot.frontends.discord.render import Piece
from tests.bot.frontends.discord.discord_markdown import read


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def check_limits(pieces: list[Piece]) -> None:
    """Refuse what Discord would refuse."""
    assert pieces
    for piece in pieces:
        assert 1 <= len(piece.embeds) <= 10
        total = 0
        for embed in piece.embeds:
            made = embed.to_dict()
            json.dumps(made, ensure_ascii=False).encode()
            fields = made.get("fields", [])
            texts = [(made.get("title"), 256), (made.get("description"), 4096)]
            texts += [(each["name"], 256) for each in fields] + [(each["value"], 1024) for each in fields]
            texts = [(text, limit) for text, limit in texts if text is not None]
            assert texts
            assert len(fields) <= 25
            for text, limit in texts:
                assert text.strip()
                assert "\x00" not in text
                assert units(text) <= limit
                total += units(text)
        assert total <= 6000


_MOMENT = re.compile(r"time: <t:[0-9]{10}:f>")


class Seen:
    """All that a reader sees of some messages."""

    def __init__(self, pieces: list[Piece]) -> None:
        self.text = ""
        self.bold = ""
        self.italic = ""
        self.small = 0
        self.links: list[tuple[str, str]] = []
        for piece in pieces:
            for embed in piece.embeds:
                self.take(embed.title, links=False)
                self.take(embed.description)
                for field in embed.fields:
                    self.take(field.name, links=False)
                    self.take(field.value)

    def take(self, source: str | None, *, links: bool = True) -> None:
        reading = read(source or "", links=links)
        # Somebody's words, to which a reply speaks, and the moments that the bot itself tells: never in "R".
        assert all(each == "quote: >" or _MOMENT.fullmatch(each) for each in reading.others), reading.others
        self.text += reading.text
        self.bold += "".join(reading.bold)
        self.italic += "".join(reading.italic)
        self.small += reading.small
        self.links += reading.links
