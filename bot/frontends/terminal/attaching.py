"""Files in the terminal: `/intake article.pdf` takes the file in that lies there."""

from __future__ import annotations

import asyncio
import os.path
import re
from pathlib import Path

from bot.errors import UserError
from bot.requests import Document
from bot.texts import _

_COMMAND = "/intake"
# What is meant for a file by its name, also where none is there.
_ENDINGS = (".txt", ".text", ".md", ".htm", ".html", ".xhtml", ".pdf")
# An article that was taken in, whatever files lie here.
_ARTICLE = re.compile(r"a\s?\d+\b.*", re.IGNORECASE)
_LONGEST_NAME = 4_000
# One byte more than is read, so that a larger file is refused and not cut.
_LARGEST = 10_000_001


def attached(text: str) -> tuple[str, Document | None]:
    """Return a typed text without the file that it names, and the file, which is opened when it is wanted."""
    name = _named(text)
    if name is None:
        return text, None
    path = _path(name)

    async def load() -> bytes:
        try:
            if not path.is_file():
                raise UserError(_("There is no file {name} here.", name=name[:200]))
            return await asyncio.to_thread(_begun, path)
        except OSError as error:
            raise UserError(
                _("{name} cannot be read: {why}.", name=name[:200], why=error.strerror)
            ) from error

    return _COMMAND, Document(path.name, load)


def _path(name: str) -> Path:
    return Path(os.path.expanduser(name))  # noqa: PTH111  # reason: of an unknown user it makes no error


def _begun(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_LARGEST)


def _named(text: str) -> str | None:
    """Return the name of the file that a command names; an address or a text of several lines is none."""
    command, *rest = text.split(maxsplit=1)[:2] or [""]
    name = rest[0].strip() if rest else ""
    if command.lower() != _COMMAND or len(name) > _LONGEST_NAME or "\n" in name or "://" in name:
        return None
    if not name or _ARTICLE.fullmatch(name):
        return None
    # A file of another kind is named as well: so it is told which kinds are read.
    is_here = os.path.isfile(_path(name))  # noqa: PTH113  # reason: of what can be no name it makes no error
    return name if is_here or name.lower().endswith(_ENDINGS) else None
