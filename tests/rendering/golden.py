"""What a golden file holds: a reply as both front ends show it."""

from __future__ import annotations

from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from bot.frontends.telegram import render as telegram
from bot.frontends.terminal import render as terminal
from bot.replies import Reply


class Golden(SingleFileSnapshotExtension):
    """Keep each reply in a text file of its own, to be read as it is."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"


def shown(reply: Reply) -> str:
    """Return a reply as both front ends show it."""
    pieces = [piece.html for piece in telegram.render(reply)]
    buttons = [f"[{action.label}] {action.command}" for action in reply.actions]
    parts = ["--- terminal", terminal.plain(reply), "--- telegram", "\n--- next message\n".join(pieces)]
    return "\n".join((*parts, *(["--- buttons", *buttons] if buttons else []), ""))
