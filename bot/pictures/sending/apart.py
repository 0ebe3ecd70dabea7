"""PNGs made in a process of their own: what makes one stops the whole process that it is in, for a second.

The process is told in one line of JSON how large the picture is, then its SVG; it answers with the PNG. It is
given no secret.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys

from bot.errors import UserError
from bot.pictures.picture import Picture, PicturesUnavailable
from bot.pictures.raster import SCALE, png
from bot.texts import _

# Seconds until a process is ended that has not answered.
LONGEST = 20.0
# How a process ends where what draws is not installed.
_UNAVAILABLE = 3


class NotMade(UserError):
    """A PNG could not be made."""

    def __init__(self) -> None:
        super().__init__(_("That picture could not be drawn: try again in a moment."))


async def png_of(picture: Picture, *, scale: float = SCALE) -> bytes:
    """Return a picture as PNG, `scale` pixels for each unit.

    Raises PicturesUnavailable, NotMade, or TimeoutError.
    """
    asked = {"width": picture.width, "height": picture.height, "scale": scale}
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.pictures.sending.apart",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if not name.startswith("ONRECORD_")},
    )  # fmt: skip
    try:
        async with asyncio.timeout(LONGEST):
            made, _errors = await worker.communicate(
                json.dumps(asked).encode() + b"\n" + picture.svg.encode()
            )
    finally:
        if worker.returncode is None:
            worker.kill()
            await worker.wait()
    if worker.returncode == _UNAVAILABLE:
        raise PicturesUnavailable
    if worker.returncode or not made:
        raise NotMade
    return made


def main() -> None:
    """Make the PNG of what standard input holds."""
    asked = json.loads(sys.stdin.buffer.readline())
    svg = sys.stdin.buffer.read().decode()
    picture = Picture(svg, "", asked["width"], asked["height"])
    try:
        sys.stdout.buffer.write(png(picture, scale=asked["scale"]))
    except PicturesUnavailable:
        sys.exit(_UNAVAILABLE)


if __name__ == "__main__":
    main()
