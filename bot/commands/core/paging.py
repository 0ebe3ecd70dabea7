"""Pages of replies that are longer than one: a list is asked for again, from the block at which it ends.

The cursor of a further page holds the place and a digest of what was shown before it. Where that has changed
the list begins anew: nothing is passed over, and nothing is taken for the rest of something else.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import NamedTuple

from bot.answers.bounds import divided, fitting, within
from bot.commands.core.declarations import Command
from bot.replies import Action, Block, Heading, Reply
from bot.texts import _
from storage.engines.memo import Memo

_TURNING = re.compile(r" >\S+$")
_CURSOR = re.compile(r"(?:^|\s)>([\w:.\-+]{1,60})$")
# Of an answer without a cursor of its own: any other ending is part of what was typed.
_OWN = re.compile(r"(?:^|\s)>(\+[1-9][0-9]{0,5}\.[0-9a-f]{8})$")
_PLACE = re.compile(r"([1-9][0-9]{0,5})\.([0-9a-f]{8})")
_FITTING: Memo[bool] = Memo(200)


class Cursor(NamedTuple):
    """Where a page begins: after which row of its list, and after which block of the reply to that.

    `row` is the command's own, `place` the block's. Together they are typed as `row+place`.
    """

    row: str | None
    place: str | None

    @classmethod
    def of(cls, text: str | None) -> Cursor:
        """Return the cursor that a text tells."""
        row, _plus, place = (text or "").partition("+")
        return cls(row or None, place or None)


def parted(command: Command | None, argument: str) -> tuple[str, str | None]:
    """Return what was typed after a command without the cursor at its end, and the cursor if it has one."""
    if command is None or not command.lists:
        return argument, None
    cursor = (_CURSOR if command.paged else _OWN).search(argument)
    return (argument[: cursor.start()], cursor[1]) if cursor else (argument, None)


def page_of(reply: Reply, cursor: Cursor, command: str) -> Reply:
    """Return the page of a reply at a cursor; its button for the next one sends the command."""
    if cursor.place is None and _fits(reply):
        return reply
    whole = divided(reply.blocks)
    begun, changed = _begun(whole, cursor.place)
    end = begun + fitting(whole[begun:])
    # A heading, for it stays with what stands below it.
    above: list[Block] = [Heading(text=_("Changed meanwhile: from the beginning"))] if changed else []
    above += _headings(whole, begun)
    turning = [action for action in reply.actions if _TURNING.search(action.command)]
    actions = [action for action in reply.actions if action not in turning]
    if end < len(whole):
        place = f"{cursor.row or ''}+{end}.{_digest(whole[:end])}"
        turning = [Action(label=_("More"), command=f"{command} >{place}")]
    blocks = (*above, *whole[begun:end])
    return _with(reply, blocks, (*actions, *turning))


def cut(reply: Reply) -> Reply:
    """Return a reply to what cannot be asked again, without what does not fit one page."""
    if _fits(reply):
        return reply
    blocks = tuple(within(reply.blocks))
    return _with(reply, blocks, reply.actions)


def _with(reply: Reply, blocks: tuple[Block, ...], actions: tuple[Action, ...]) -> Reply:
    kept = {"aside": reply.aside, "asks": reply.asks, "verdict": reply.verdict, "past": reply.past}
    return Reply(blocks=blocks, actions=actions, **kept)


def _fits(reply: Reply) -> bool:
    return _FITTING.of(reply, None, lambda: fitting(reply.blocks) == len(reply.blocks))


def _begun(blocks: Sequence[Block], place: str | None) -> tuple[int, bool]:
    """Return the block at which a page begins, and whether what stood before it has changed."""
    if place is None:
        return 0, False
    match = _PLACE.fullmatch(place)
    begun = int(match[1]) if match else 0
    if match and begun < len(blocks) and _digest(blocks[:begun]) == match[2]:
        return begun, False
    return 0, True


def _headings(blocks: Sequence[Block], begun: int) -> list[Block]:
    """Return the headings under which the block at which a page begins stands."""
    above = [block for block in blocks[:begun] if isinstance(block, Heading)]
    title = [block for block in above[:1] if block.level == 1]
    last = above[-1:] if not isinstance(blocks[begun], Heading) else []
    return [*title, *(block for block in last if block not in title)]


def _digest(blocks: Sequence[Block]) -> str:
    text = "\x1f".join(block.text for block in blocks)
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=4).hexdigest()
