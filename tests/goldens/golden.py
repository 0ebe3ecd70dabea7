"""What a golden file holds: a reply as every front end shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import discord
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from bot.frontends.discord import render as discord_render
from bot.frontends.telegram import render as telegram
from bot.frontends.terminal import render as terminal
from bot.replies import Reply
from tests.bot.desk import Person


class Golden(SingleFileSnapshotExtension):
    """Keep each reply in a text file of its own, to be read as it is."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"


def shown(reply: Reply) -> str:
    """Return a reply as every front end shows it."""
    pieces = [piece.html for piece in telegram.render(reply)]
    messages = [
        "\n--- next embed\n".join(map(_embed, piece.embeds)) for piece in discord_render.render(reply)
    ]
    buttons = [f"[{action.label}] {action.command}" for action in reply.actions]
    parts = ["--- terminal", terminal.plain(reply)]
    parts += ["--- telegram", "\n--- next message\n".join(pieces)]
    parts += ["--- discord", "\n--- next message\n".join(messages)]
    page = [f"--- page {reply.page}"] if reply.page is not None else []
    return "\n".join((*parts, *page, *(["--- buttons", *buttons] if buttons else []), ""))


async def transcript(everybody: Mapping[str, Person], turns: Iterable[tuple[str, str]]) -> str:
    """Return what each turn of a talk is answered; turns of those whose name begins with … only prepare."""
    replied: list[str] = []
    for who, text in turns:
        reply = await everybody[who.removeprefix("…")].tells(text)
        assert reply is not None
        assert reply.aside or not text.startswith("/link"), "who is linked is nobody else's business"
        if not who.startswith("…"):
            replied.append(f"{who}> {text}\n{shown(reply)}")
    return "\n".join(replied)


def _embed(embed: discord.Embed) -> str:
    """Return what an embed says: its title and the names of its fields in braces, each above its text."""
    titled = [(embed.title, embed.description), *((field.name, field.value) for field in embed.fields)]
    return "\n".join(part for title, text in titled for part in (title and f"{{{title}}}", text) if part)
