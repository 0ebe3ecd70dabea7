"""A picture as PNG, drawn with the fonts that come with the program. It blocks: see `sending/apart.py`."""

from __future__ import annotations

import math

from bot.pictures.fonts import BOX, FAMILIES, files, lacking
from bot.pictures.picture import Picture, PicturesUnavailable

MEDIA = "image/png"
# Pixels for each unit: text is sharp on the screen of a phone.
SCALE = 2.0
# Telegram's photos: width and height together, and the greatest ratio of the two.
MOST_TOGETHER, STEEPEST = 10_000, 20
# What Telegram makes of the longer side of a photo, and the least pixels to a unit that can be read.
_PHOTO, _READABLE = 1_280, 0.9


def png(picture: Picture, *, scale: float = SCALE) -> bytes:
    """Return a picture as PNG, `scale` pixels for each unit, fewer where it would be too large.

    Raises PicturesUnavailable.
    """
    try:
        import resvg_py
    except ImportError as error:
        raise PicturesUnavailable from error
    # Its height is rounded up.
    zoom = min(scale, (MOST_TOGETHER - 1) / (picture.width + picture.height))
    # A letter that is in no font would be left out without a trace.
    boxes = {ord(sign): BOX for sign in lacking("".join(set(picture.svg)))}
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=picture.svg.translate(boxes) if boxes else picture.svg,
            width=max(math.floor(picture.width * zoom), 1),
            skip_system_fonts=True,
            font_files=[str(path) for path in files()],
            font_family=FAMILIES[0],
            sans_serif_family=FAMILIES[0],
        )
    )


def legible_as_photo(picture: Picture) -> bool:
    """Tell whether a picture can still be read as a photo on Telegram, which scales the longer side down."""
    longer = max(picture.width, picture.height)
    return _PHOTO / longer >= _READABLE and longer <= STEEPEST * min(picture.width, picture.height)
