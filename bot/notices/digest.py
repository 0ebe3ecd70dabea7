"""One message of several changes: the first in full, the rest in short, on a screen or two of a phone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from weakref import WeakKeyDictionary

from bot.answers.bounds import PAGE, fitting, letters_shown, some_of, within
from bot.answers.lines import fact_line
from bot.answers.sentences import called
from bot.notices.net_changes import NetChange, net_changes
from bot.notices.notice_text import change_blocks, kind_title, of_story, titles
from bot.replies import Action, Block, Heading, Note, Reply
from bot.texts import _, ngettext
from storage.domain.models import Notice, NoticeKind
from storage.record import Record

# So many changes are told in full. Of more, a digest shows so many letters: so many tell changes in full.
FEW = 5
DIGEST = 1_000
IN_FULL = 500
# The longest line, and the most names in a row, of what is named in short.
LONGEST_NAMED = 120
LONGEST_ROW = 100

# The last changes that were worked out, by what they were and the last entry of the trail.
_LATEST: WeakKeyDictionary[Record, tuple[tuple[object, ...], list[NetChange]]] = WeakKeyDictionary()
ToldOf = Callable[[Record, NetChange, Mapping[int, str]], Awaitable[list[Block]]]


async def message_of(record: Record, notices: Sequence[Notice]) -> Reply | None:
    """Return one message that tells of all these notices; None where they tell nothing any more."""
    told = await _changes(record, [notice for notice in notices if notice.reply is None])
    ready = [Reply.model_validate_json(notice.reply) for notice in notices if notice.reply is not None]
    blocks, all_in_full = await digest(record, told)
    actions = [Action(label=f"F{each.now.id}", command=f"/fact F{each.now.id}") for each in told[:4]]
    actions += [] if all_in_full else [Action(label=_("All changes"), command="/catchup")]
    for reply in ready:
        blocks += reply.blocks
        actions += reply.actions
    unique = dict.fromkeys(actions)
    return Reply(blocks=tuple(within(blocks)), actions=tuple(unique)) if blocks else None


async def _changes(record: Record, notices: Sequence[Notice]) -> list[NetChange]:
    """Return what notices tell in all; of many it is worked out once for all whom they are told to."""
    if len(notices) <= FEW:
        return await net_changes(record, notices)
    key = (await record.audit.last(), *((notice.id, notice.revision) for notice in notices))
    known = _LATEST.get(record)
    if known is None or known[0] != key:
        known = _LATEST[record] = (key, await net_changes(record, notices))
    return known[1]


async def digest(
    record: Record, told: Sequence[NetChange], told_of: ToldOf = change_blocks
) -> tuple[list[Block], bool]:
    """Return what tells of changes, and whether all are told in full: else the last are named in short.

    `told_of` tells of one in full.
    """
    stories = await titles(record, told)
    if len(told) < 2:
        return [block for each in told for block in await told_of(record, each, stories)], True
    title = ngettext("{count} change on the record", "{count} changes on the record", len(told))
    if len(stories) == 1:
        # Named once, for all of them.
        title = f"{title} · {next(iter(stories.values()))}"
        stories = {}
    blocks: list[Block] = [Heading(text=title, level=1)]
    most = DIGEST if len(told) > FEW else PAGE
    count, end = 0, 1
    for number, each in enumerate(told, 1):
        blocks += await told_of(record, each, stories)
        letters = letters_shown(blocks)
        if letters > most or fitting(blocks) < len(blocks):
            break
        if letters <= most // 2:
            count, end = number, len(blocks)
    else:
        return blocks, True
    blocks = blocks[:end]
    return [*blocks, *_in_short(told[count:], stories, max(most, DIGEST) - letters_shown(blocks))], False


def _in_short(rest: Sequence[NetChange], stories: Mapping[int, str], room: int) -> list[Block]:
    """Return changes by kind, each a line where `room` letters allow, else by who says the statement."""
    kinds: dict[str, list[NetChange]] = {}
    for each in rest:
        title = of_story(kind_title(each.kind), each.now, stories)
        kinds.setdefault(title, []).append(each)
    room -= sum(len(title) + len(_row(members)) + 30 for title, members in kinds.items())
    blocks: list[Block] = []
    for title, members in kinds.items():
        lines: list[Block] = []
        left: list[NetChange] = []
        for each in members:
            line = _line_in_short(each)
            if line is None or letters_shown([line]) > room:
                left.append(each)
            else:
                lines.append(line)
                room -= letters_shown([line])
        blocks += [Heading(text=title), *lines]
        if left and lines:
            more = ngettext(
                "And {count} more: {names}", "And {count} more: {names}", len(left), names=_row(left)
            )
            blocks.append(Note(text=more))
        elif left:
            blocks.append(Note(text=_row(left)))
    return blocks


def _line_in_short(change: NetChange) -> Block | None:
    """Return the line of a fact that stands, or why it was retracted, where that is short."""
    if change.kind is NoticeKind.TAKEN_DOWN:
        return None
    line: Block = fact_line(change.now)
    if change.kind is NoticeKind.RETRACTED:
        # What it said is told in full or not at all.
        line = Note(text=f"{_row([change])}: {change.now.retracted}")
    return line if letters_shown([line]) <= LONGEST_NAMED else None


def _row(changes: Sequence[NetChange]) -> str:
    """Return the ids of facts by who says them: `Ann Ray (F4, F7), Bo Sky (F5)`."""
    ids: dict[str, list[str]] = {}
    for each in changes:
        who = "" if each.now.taken_down is not None else called(each.now.attributions[0])
        ids.setdefault(who, []).append(f"F{each.now.id}")
    few = {who: some_of(of_one, most=LONGEST_ROW // 2) for who, of_one in ids.items()}
    return some_of([f"{who} ({text})" if who else text for who, text in few.items()], most=LONGEST_ROW)
