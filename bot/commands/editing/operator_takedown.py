"""`onrecord takedown`: what `/takedown` does, from the command line, whether the bot runs or not."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.errors import UserError
from storage.domain.changes import TakeDown
from storage.domain.models import Ground
from storage.record import Record
from storage.takedown.change import TakenAway
from storage.trail.audit import Actor

_OPERATOR = Actor("operator")
_ID = re.compile(r"[FfSsDdEe][1-9]\d{0,14}")
_TABLES = {"F": "fact", "S": "source", "E": "name", "D": "draft"}


async def take_down(
    record: Record, what: str, *, ground: str, story: str | None, agreed: Callable[[list[str]], bool]
) -> bool:
    """Take something down if `agreed` to, which is given lines about what will go; tell whether it was.

    Raises UserError and RecordError: then nothing was changed.
    """
    if ground not in list(Ground):
        raise UserError(f"{ground!r} is no ground: --ground is one of {', '.join(Ground)}")
    subject, story_id = await _named(record, what, story)
    change = TakeDown(story_id=story_id, subject=subject, ground=Ground(ground))
    shown = (await record.ledger.rehearse(change, by=_OPERATOR)).taken
    assert shown is not None
    if not agreed([f"{subject} will be taken down ({ground}); nothing brings it back:", *_counted(shown)]):
        return False
    await record.ledger.make(change, by=_OPERATOR)
    return True


def _counted(taken: TakenAway) -> list[str]:
    lines = [f"  {kind}: {count}" for kind, count in taken.counts.items() if count]
    if taken.repeating:
        ids = ", ".join(f"F{number}" for number in taken.repeating)
        lines.append(f"  the same words stand in {ids}, or in their history: take those down on their own")
    if taken.alone:
        ids = ", ".join(taken.alone)
        lines.append(f"  no other fact holds {ids}, which stay: take them down on their own, if they must go")
    if taken.ref:
        lines.append(f"  its reference in sheets stays, so that it is refused there: {taken.ref}")
    return lines


async def _named(record: Record, what: str, story: str | None) -> tuple[str, int]:
    """Return what a text names, as the trail writes it, and the id of its story."""
    found = await record.stories.find(story) if story is not None else None
    if story is not None and found is None:
        raise UserError(f"There is no story {story!r} on record")
    if _ID.fullmatch(what):
        subject = what.upper()
        owner = await record.stories.owning(subject)
        if owner is None or (found is not None and owner != found.id):
            raise UserError(f"There is no {_TABLES[subject[0]]} {subject} on record")
        return subject, owner
    stories = [found] if found is not None else await record.stories.all()
    named = [
        (f"E{entity}", each.id)
        for each in stories
        for entity in (
            *await record.entities.named(each.id, what),
            *await record.entities.removed(each.id, what),
        )
    ]
    if len(named) != 1:
        many = ", ".join(subject for subject, _story in named)
        raise UserError(
            f"{what!r} names {many}: give one of these ids"
            if named
            else f"{what!r} is not on record: give an id"
        )
    return named[0]
