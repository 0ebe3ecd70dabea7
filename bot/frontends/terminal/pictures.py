"""Pictures in the terminal: each becomes a file in the current folder, and its lines are printed."""

from __future__ import annotations

from pathlib import Path

from bot.replies import Drawing, Note, Reply
from bot.texts import _

# Files of one name that are kept beside each other.
MOST = 100


def saved(reply: Reply) -> Reply:
    """Return a reply that tells into which file its picture was written, or why it was not."""
    if reply.picture is None:
        return reply
    try:
        text = _("Saved as {path}.", path=_written(reply.picture, Path.cwd()))
    except OSError as error:
        text = _("The picture cannot be saved here: {why}.", why=error.strerror or type(error).__name__)
    return reply.model_copy(update={"blocks": (*reply.blocks, Note(text=text))})


def _written(picture: Drawing, folder: Path) -> Path:
    """Write a picture under a name that is free, and return its path. Raises OSError."""
    first = folder / picture.name
    for path in (first, *(first.with_stem(f"{first.stem}-{number}") for number in range(2, MOST + 1))):
        try:
            with path.open("xb") as file:
                file.write(picture.data)
        except FileExistsError:
            continue
        return path
    raise FileExistsError(None, _("there are {count} of them already", count=MOST))
