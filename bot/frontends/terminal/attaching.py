"""Files in the terminal: `/intake article.pdf` takes the file in that lies there."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from bot.errors import UserError
from bot.requests import Document
from bot.texts import _

_FILE = re.compile(r"(/intake)\s+([^\n]{1,4000}\.(?:txt|text|md|html?|xhtml|pdf))\s*", re.IGNORECASE)
# One byte more than is read, so that a larger file is refused and not cut.
_LARGEST = 10_000_001


def attached(text: str) -> tuple[str, Document | None]:
    """Return a typed text without the file that it names, and the file, which is opened when it is wanted."""
    match = _FILE.fullmatch(text)
    if match is None or "://" in match[2]:
        return text, None
    path = Path(match[2]).expanduser()

    async def load() -> bytes:
        try:
            if not path.is_file():
                raise UserError(_("There is no file {name} here.", name=match[2][:200]))
            with path.open("rb") as file:
                return await asyncio.to_thread(file.read, _LARGEST)
        except OSError as error:
            raise UserError(
                _("{name} cannot be read: {why}.", name=match[2][:200], why=error.strerror)
            ) from error

    return match[1], Document(path.name, load)
