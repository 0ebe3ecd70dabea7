"""What people send instead of a question: the id of a statement or source, or a source's address."""

from __future__ import annotations

import re
import unicodedata

from bot.answers.citations import short
from bot.commands.core.context import Context
from bot.errors import UserError
from bot.texts import _
from storage.reading.addresses import comparable

_ID = re.compile(r"[#(]?\s?([FfSs])\s?([1-9]\d{0,14})[?!.,)]*")
# The longest id, in full-width signs or not, is shorter.
_LONGEST_ID = 40
_ADDRESS = re.compile(r"<?((?:https?://|www\.)\S+?)>?", re.IGNORECASE)
# An address as browsers show it. A host alone may be something else: only one on record is an address.
_WITHOUT_SCHEME = re.compile(r"<?((?:[\w-]{1,63}\.){1,9}[^\W\d_]{2,24}(?::\d{1,5})?(/\S*?)?)>?")


async def value_of(context: Context, text: str) -> tuple[str, object] | None:
    """Return the command that a text stands for and its argument's value, None for any other text.

    Raises UserError as the command does.
    """
    if len(text) <= _LONGEST_ID and (match := _ID.fullmatch(unicodedata.normalize("NFKC", text))):
        if match[1] in "Ff":
            return "fact", await context.fact(match[2])
        return "sources", await context.source_id(match[2])
    address = _ADDRESS.fullmatch(text)
    if address is not None and comparable(address[1]):
        return "sources", await source_at(context, address[1])
    bare = _WITHOUT_SCHEME.fullmatch(text)
    if bare is None or not comparable(bare[1]):
        return None
    if bare[2] or await context.record.sources.at_address(context.story.id, bare[1]):
        return "sources", await source_at(context, bare[1])
    return None


def address_in(text: str) -> str | None:
    """Return the address of a page that a text is and nothing else, with its scheme."""
    match = _ADDRESS.fullmatch(text.strip())
    if match is None or not comparable(match[1]):
        return None
    return match[1] if match[1].lower().startswith("http") else f"https://{match[1]}"


async def source_named(context: Context, text: str) -> int:
    """Return the id of the source that an id or an address names. Raises UserError for any other text."""
    address = text.removeprefix("<").removesuffix(">")
    if "." in text and comparable(address):
        return await source_at(context, address)
    return await context.source_id(text)


async def source_at(context: Context, address: str) -> int:
    """Return the id of the source on record with an address, which is never fetched. Raises UserError."""
    ids = await context.record.sources.at_address(context.story.id, address)
    if len(ids) == 1:
        return ids[0]
    if not ids:
        raise UserError(
            _("No source with that address is on record in this story: /sources lists the sources."),
            commands=((_("Sources"), "/sources"),),
        )
    known = await context.record.sources.by_id(ids)
    raise UserError(
        _("Several sources have that address. Which is meant?"),
        commands=tuple((f"S{number}: {short(known[number])[:40]}", f"/sources S{number}") for number in ids),
    )
