"""Telling moderators that drafts wait, and proposers what became of theirs."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence

from bot.answers.lines import fact_lines
from bot.replies import Action, Block, Item, Note, Reply
from bot.requests import is_private_chat
from bot.texts import _, ngettext, shortened, speak, spoken
from storage.changing import drafts
from storage.changing.drafts import Unannounced
from storage.domain.changes import Publish, loaded
from storage.domain.clock import read_moment
from storage.domain.errors import RecordError
from storage.domain.models import Draft, DraftState
from storage.notifying.notices import post
from storage.record import Record

_BATCH = 100
# As much as is quoted of what somebody suggested.
LONGEST_QUOTED = 300
logger = logging.getLogger(__name__)


async def tell_proposers(record: Record) -> None:
    """Put the outcome of each decided draft into the outbox, once; what goes wrong is tried again later."""
    language = spoken()
    try:
        while decided := await record.drafts.untold(_BATCH):
            for draft in decided:
                await _tell(record, draft)
    except RecordError as error:
        logger.warning("proposers were not told: %s", error)
    finally:
        speak(language)


async def tell_moderators(record: Record) -> None:
    """Tell moderators in private of drafts that wait, once the first of them has for long enough."""
    language = spoken()
    try:
        waiting = await record.drafts.unannounced() if record.drafts.gathered is not None else []
        if waiting and _is_time(record, waiting[0]):
            await _announce(record, waiting)
    except RecordError as error:
        logger.warning("moderators were not told: %s", error)
    finally:
        speak(language)


def _is_time(record: Record, first: Unannounced) -> bool:
    assert record.drafts.gathered is not None
    return read_moment(first.proposed_at) + record.drafts.gathered <= record.ledger.clock()


async def _announce(record: Record, waiting: Sequence[Unannounced]) -> None:
    """Tell each moderator in one message of all drafts that they may decide on."""
    to: dict[str, list[Unannounced]] = defaultdict(list)
    for draft in waiting:
        people = await record.members.moderating(draft.story_id) or list(record.drafts.owners)
        for person in people:
            if person != draft.proposer and is_private_chat(person):
                to[person].append(draft)
    replies = []
    for person, theirs in to.items():
        listener = await record.listeners.find(person)
        speak(listener.language if listener is not None else "en")
        replies.append((person, (await _waiting(record, person, theirs)).model_dump_json()))
    async with record.database.transaction() as tx:
        if await drafts.announce(tx, [draft.id for draft in waiting]):
            for person, reply in replies:
                await post(tx, person, reply, record.ledger.now())


async def _waiting(record: Record, person: str, new: Sequence[Unannounced]) -> Reply:
    """Return what tells a moderator of drafts that wait: how many in each story, and the way to them."""
    count = len(new)
    text = ngettext(
        "{count} suggestion waits for a moderator.", "{count} suggestions wait for a moderator.", count
    )
    blocks: list[Block] = [Note(text=text)]
    actions: list[Action] = []
    here = await record.stories.in_use(person)
    for story_id in dict.fromkeys(draft.story_id for draft in new):
        story = await record.stories.by_id(story_id)
        assert story is not None  # stories are never deleted
        number = sum(draft.story_id == story_id for draft in new)
        all_told = await record.drafts.count_waiting(story_id)
        counted = _("{count} new, {total} in all", count=number, total=all_told)
        blocks.append(Item(label=story.title, text=counted))
        if here is not None and here.id == story_id:
            actions.insert(0, Action(label=_("Review"), command="/review"))
        else:
            label = _("Change to “{title}”", title=shortened(story.title, 40))
            actions.append(Action(label=label, command=f"/story {story.name}"))
    return Reply(blocks=tuple(blocks), actions=tuple(actions))


async def _tell(record: Record, draft: Draft) -> None:
    speak(draft.language)
    blocks = await _outcome(record, draft)
    async with record.database.transaction() as tx:
        # People who decided their own draft know; people who were forgotten (no chat) cannot be told.
        known = draft.chat is None or draft.proposer == draft.decided_by
        if await drafts.tell(tx, draft.id) and not known and draft.chat is not None:
            reply = Reply(blocks=tuple(blocks))
            await post(tx, draft.chat, reply.model_dump_json(), record.ledger.now(), draft.language)


async def _outcome(record: Record, draft: Draft) -> list[Block]:
    match draft.state:
        case DraftState.APPROVED:
            text = _("Your draft D{id} is on record as F{fact}:", id=draft.id, fact=draft.fact_id)
        case DraftState.MERGED:
            text = _("Your draft D{id} was added to F{fact}:", id=draft.id, fact=draft.fact_id)
        case DraftState.EDITED:
            text = _("A moderator has taken up your draft D{id} and edited it.", id=draft.id)
        case _:
            text = _("Your draft D{id} was not accepted: {reason}", id=draft.id, reason=draft.reason)
    facts = await record.facts.load([draft.fact_id]) if draft.fact_id is not None else []
    return [
        *_quoted(draft),
        Note(text=text),
        *(line for fact in facts if fact.retracted is None for line in fact_lines(fact)),
    ]


def _quoted(draft: Draft) -> list[Note]:
    """Return what somebody had suggested, in their words; nothing where it was taken down."""
    change = loaded(draft.change)
    if not isinstance(change, Publish):
        return []
    return [Note(text=_("You suggested: “{text}”", text=shortened(change.fact.statement, LONGEST_QUOTED)))]
