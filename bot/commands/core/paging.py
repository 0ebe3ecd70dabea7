"""Pages of replies: each is one screen and one message, with a way back, a way on, and its number.

A command shows all rows of a list, up to WINDOW of them, and this module cuts what it shows by its size. So
pages are cut by what is seen, whatever a list holds, their number is exact, and no command cuts anything
itself. A longer list goes on in further windows, each asked for by the row before it.

The cursor of a page holds the window, and the place of its first block with a digest of what that block is.
When the list has changed meanwhile the block is looked for, and the page that now holds it is shown: nothing
is passed over. Where the block is gone the list begins anew, and says so.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.answers.bounds import divided, fitting, page_starts, repeated_above, within
from bot.commands.core.declarations import Command
from bot.errors import UserError
from bot.replies import Action, Block, Heading, Item, Line, PageNumber, Reply
from bot.texts import _, spoken
from storage.engines.memo import Memo

# Rows of a list that are read at once and cut into pages.
WINDOW = 100
# Windows that a cursor remembers the way back through; further back a list begins anew.
MOST_WINDOWS = 30
_ROW = r"[\w:.\-]{1,120}"
_WINDOWS = rf"(?P<rows>{_ROW}(?:~{_ROW}){{0,{MOST_WINDOWS}}})(?:@(?P<before>[0-9]{{1,6}}))?"
_PLACE = r"\+(?:(?P<at>[0-9]{1,6})\.(?P<key>[0-9a-f]{8})|(?P<last>last))"
_CURSOR = re.compile(rf"(?:{_WINDOWS})?(?:{_PLACE})?")
_OF_LIST = re.compile(r"(?:^|\s)>(\S{1,2500})$")
# Of an answer without rows of its own: any other ending is part of what was typed.
_OF_ANSWER = re.compile(rf"(?:^|\s)>((?:{_ROW})?\+[0-9]{{1,6}}\.[0-9a-f]{{8}})$")
_TURNING = re.compile(r" >(\S+)$")
_STARTS: Memo[tuple[list[Block], list[int]]] = Memo(200)
_PAGES: Memo[Reply] = Memo(200)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins: in which window of its list, and at which block of the reply to that.

    `rows` are the rows after which this window and those before it begin, as the command names them; `before`
    is the number of pages before it. Where the `last` page of a window is wanted, `before` is that page's
    number.
    """

    rows: tuple[str, ...] = ()
    before: int = 0
    at: int = 0
    key: str | None = None
    last: bool = False

    @classmethod
    def of(cls, text: str | None) -> Cursor:
        """Return the cursor that a text tells. Raises UserError for a forged one."""
        match = _CURSOR.fullmatch(text or "")
        if match is None:
            raise UserError(_("That page does not exist: send the command again without “>”."))
        rows = tuple(match["rows"].split("~")) if match["rows"] else ()
        at, before = int(match["at"] or 0), int(match["before"] or 0)
        return cls(rows, before, at, match["key"], match["last"] is not None)

    @property
    def row(self) -> str | None:
        """The row after which the window begins, None at the beginning of the list."""
        return self.rows[-1] if self.rows else None

    def __str__(self) -> str:
        before = f"@{self.before}" if self.before and self.rows else ""
        place = "+last" if self.last else f"+{self.at}.{self.key}" if self.key else ""
        return "~".join(self.rows) + before + place


def parted(command: Command | None, argument: str) -> tuple[str, str | None]:
    """Return what was typed after a command without the cursor at its end, and the cursor if it has one."""
    if command is None or not command.lists:
        return argument, None
    cursor = (_OF_LIST if command.paged else _OF_ANSWER).search(argument)
    return (argument[: cursor.start()], cursor[1]) if cursor else (argument, None)


def page_of(reply: Reply, cursor: Cursor, command: str) -> Reply:
    """Return the page of a reply at a cursor; its buttons for the pages beside it send the command."""
    return _PAGES.of(reply, (cursor, command, spoken()), lambda: _page(reply, cursor, command))


def _page(reply: Reply, cursor: Cursor, command: str) -> Reply:
    further = next((action for action in reply.actions if action.turn == "next"), None)
    blocks, starts = _STARTS.of(reply, None, lambda: _cut(reply))
    if further is None and cursor == Cursor() and len(starts) == 1 and reply.again is None:
        return reply
    number, anew = (len(starts) - 1, False) if cursor.last else _page_at(blocks, starts, cursor)
    begun, end = starts[number], [*starts, len(blocks)][number + 1]
    shown = (*repeated_above(blocks, begun), *blocks[begun:end])
    if anew:
        shown = (Heading(text=_("Changed meanwhile: from the beginning")), *shown)
    window = replace(
        cursor, before=max(0, cursor.before - len(starts)) if cursor.last else cursor.before, last=False
    )
    base = further.command if further else reply.again or command
    if reply.again is not None and (leant := _TURNING.search(reply.again)):
        window = replace(window, rows=(leant[1],))
    base = _TURNING.sub("", base).rstrip()
    before, behind = _beside(window, blocks, starts, number, further, goes_back=reply.again is None)
    turns = [
        Action(label=label, command=f"{base} >{place}", turn=turn)
        for label, place, turn in ((_("Previous"), before, "previous"), (_("Next"), behind, "next"))
        if place is not None
    ]
    actions = (action for action in reply.actions if action is not further)
    return Reply(
        blocks=shown,
        actions=(*_of_page(actions, blocks, shown), *turns),
        aside=reply.aside,
        asks=reply.asks,
        verdict=reply.verdict,
        past=reply.past,
        page=reply.page or _number(window.before + number, window.before + len(starts), further),
    )


def cut(reply: Reply) -> Reply:
    """Return a reply to what cannot be asked again, without what does not fit one message."""
    if fitting(reply.blocks) == len(reply.blocks):
        return reply
    return Reply(
        blocks=tuple(within(reply.blocks)),
        actions=reply.actions,
        aside=reply.aside,
        asks=reply.asks,
        verdict=reply.verdict,
        past=reply.past,
        step=reply.step,
    )


def _cut(reply: Reply) -> tuple[list[Block], list[int]]:
    blocks = divided(reply.blocks)
    first = reply.first if len(blocks) == len(reply.blocks) else None
    return blocks, page_starts(blocks, first)


def _number(at: int, total: int, further: Action | None) -> PageNumber | None:
    return None if total == 1 and further is None else PageNumber(at + 1, total, further is not None)


def _page_at(blocks: Sequence[Block], starts: Sequence[int], cursor: Cursor) -> tuple[int, bool]:
    """Return which page a cursor means, and whether the list begins anew because what it names is gone."""
    if cursor.key is None:
        return 0, False
    keys = list(_keys(blocks))
    found = [at for at, key in enumerate(keys) if key == cursor.key]
    if not found:
        return 0, cursor.at > 0
    begun = min(found, key=lambda at: abs(at - cursor.at))
    return max(number for number, start in enumerate(starts) if start <= begun), False


def _beside(
    window: Cursor,
    blocks: Sequence[Block],
    starts: Sequence[int],
    number: int,
    further: Action | None,
    *,
    goes_back: bool,
) -> tuple[Cursor | None, Cursor | None]:
    """Return the cursors of the pages before and behind a page, None where there is none.

    `goes_back` tells that a row of the cursor is that of a window, with others before it.
    """
    keys = list(_keys(blocks))

    def page(number: int) -> Cursor:
        return replace(window, at=starts[number], key=keys[starts[number]])

    before: Cursor | None = None
    if number:
        before = page(number - 1)
    elif window.rows and goes_back:
        before = Cursor(window.rows[:-1], window.before, last=True)
    if number + 1 < len(starts):
        return before, page(number + 1)
    row = _TURNING.search(further.command) if further is not None else None
    if row is None:
        return before, None
    rows = (*window.rows, row[1])[-MOST_WINDOWS:]
    return before, Cursor(rows, window.before + len(starts))


def _of_page(actions: Iterable[Action], blocks: Sequence[Block], shown: Sequence[Block]) -> Iterator[Action]:
    """Yield the actions of a page: those about a row of a list stand under the page with that row."""
    rows, here = ({block.label for block in some if isinstance(block, Item)} for some in (blocks, shown))
    for action in actions:
        # `/sources S1` is about S1, "End 3" about the third.
        about = {text.rpartition(" ")[2] for text in (action.command, action.label)} & rows
        if not about or about & here:
            yield action


def _keys(blocks: Sequence[Block]) -> Iterator[str]:
    """Yield a digest of what each block is: of a statement its id and the place among its lines.

    So a page is found again though its first statement was corrected.
    """
    fact, line = None, 0
    for block in blocks:
        if isinstance(block, Line) and block.fact is not None:
            line = line + 1 if block.fact == fact else 0
            fact = block.fact
            name = f"F{fact}.{line}"
        else:
            fact, name = None, f"{getattr(block, 'label', None)} {block.text}"
        yield hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=4).hexdigest()
