"""Pictures as attachments: each with its lines as the description, or all of them in a text file beside it.

https://docs.discord.com/developers/resources/message#attachment-object
"""

from __future__ import annotations

import io
from typing import Any

import discord

from bot.frontends.discord.render import Piece, clean
from bot.replies import Drawing
from bot.texts import _, shortened

DESCRIPTION_LIMIT = 1024


def to_send(piece: Piece) -> dict[str, Any]:
    """Return a piece as keyword arguments of what sends it; files can be sent once."""
    return {"embeds": piece.embeds} | ({"files": _files(piece.picture)} if piece.picture else {})


def to_edit(piece: Piece) -> dict[str, Any]:
    """Return a piece as keyword arguments of what edits a message; its files replace those before."""
    return {"embeds": piece.embeds} | ({"attachments": _files(piece.picture)} if piece.picture else {})


def _files(picture: Drawing) -> list[discord.File]:
    text = clean(picture.text)
    if len(text) <= DESCRIPTION_LIMIT:
        return [discord.File(io.BytesIO(picture.data), picture.name, description=text or None)]
    beside = f"{picture.kind}.txt"
    told = _("All of it is in the file {name} beside it. It begins: ", name=beside)
    description = told + shortened(text, DESCRIPTION_LIMIT - len(told))
    return [
        discord.File(io.BytesIO(picture.data), picture.name, description=description),
        discord.File(io.BytesIO(text.encode()), beside),
    ]
