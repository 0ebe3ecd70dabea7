"""/audit: who did what, when, from which chat, before and after."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from bot.answers.audit_rows import entry_item
from bot.answers.diff import differences
from bot.answers.lines import fact_lines
from bot.answers.sentences import tombstone
from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Family, Kind
from bot.commands.core.registry import commands
from bot.commands.core.typed_dates import impossible
from bot.commands.reading.named_times import named
from bot.errors import UserError
from bot.replies import Block, Heading, Line, Note, Reply
from bot.requests import Role
from bot.texts import N_, _
from bot.times.zones import moment_of
from storage.domain.folding import digits
from storage.domain.models import AuditEntry

# Entries that are read at once: of each the fact before and after it is read too.
MOST_AT_ONCE = 30
_FACT = re.compile(r"[Ff][1-9]\d{0,14}")
_SUBJECT = re.compile(r"[SsDdEe][1-9]\d{0,14}")
_SINCE = re.compile(r"since\s+(\S.*)", re.IGNORECASE)
_ADDRESS = re.compile(r"[a-z]{2,20}:-?\w{1,40}")


class Asked(NamedTuple):
    """The entries of the trail asked for: as typed, and as a query of the trail."""

    text: str
    limits: Mapping[str, Any]


async def _asked(context: Context, text: str) -> Asked:
    """Return the entries that a text asks for. Raises UserError for an unknown form."""
    return Asked(text, await _limits(context, digits(text)))


async def _limits(context: Context, text: str) -> Mapping[str, Any]:
    if _FACT.fullmatch(text):
        return {"fact_id": (await context.fact(text)).id}
    if _SUBJECT.fullmatch(text):
        return {"subject": text.upper()}
    if text.startswith("@"):
        address = await context.record.members.find_by_handle(text)
        met = context.handles.find(text, context.request.chat)
        if address is None and met is None:
            raise UserError(_("{who} is and was no moderator here.", who=text[:40]))
        return {"actor": await context.record.accounts.person_of(address or (met.address if met else ""))}
    if _ADDRESS.fullmatch(text):
        return {"actor": await context.record.accounts.person_of(text)}
    if since := _SINCE.fullmatch(text):
        span = (await named(context, since[1])).span
        if span is None and impossible(since[1]):
            raise UserError(_("“{text}” is no day that exists.", text=since[1][:40]))
        if span is None or span.yearless:
            raise UserError(_("“{text}” is no day: write since 2026-11-24.", text=since[1][:40]))
        return {"since": moment_of(span.earliest)}
    raise UserError(_("Say which entries: /audit F7, /audit @moderator, or /audit since 2026-11-24."))


@commands.command(
    "audit",
    Argument(
        N_("F7, @moderator or since DATE"),
        Kind.WORDS,
        option="about",
        help=N_("empty for all; or what, who or since when, for example F7, @ann, since 2026-11-24"),
    ),
    family=Family.REVIEWING,
    role=Role.MODERATOR,
    help=N_("who changed what, when and from where, before and after"),
    example="/audit F7",
    paged=True,
    reads={"about": _asked},
)
async def audit(context: Context, asked: Asked | None) -> Reply:
    """Show the audit trail of the story in use, newest first."""
    text, limits = asked or Asked("", {})
    story, before = context.story.id, context.number_after() or None
    page = await context.page(
        lambda limit: context.record.audit.page(**limits, story_id=story, before=before, limit=limit),
        text,
        size=MOST_AT_ONCE,
    )
    if not page.shown:
        return Reply(blocks=(Note(text=_("The audit trail has no such entry.")),))
    names = await context.names()
    blocks: list[Block] = [Heading(text=_("Audit trail"), level=1)]
    for entry in page.shown:
        blocks.append(entry_item(entry, names))
        blocks += await _before_and_after(context, entry)
    return Reply(blocks=tuple(blocks), actions=page.more)


async def _before_and_after(context: Context, entry: AuditEntry) -> list[Block]:
    """Return the lines of a fact before and after an entry, each with its source."""
    if entry.story_id is None or not _FACT.fullmatch(entry.subject):
        return []
    fact_id = int(entry.subject[1:])
    number = await context.record.facts.number_at(fact_id, entry.at)
    if number is None:
        return []
    after = await context.record.facts.at_revision(fact_id, number)
    assert after is not None  # the revision was just read
    if after.taken_down is not None:
        return [Note(text=tombstone(after))]
    before = await context.record.facts.at_revision(fact_id, number - 1) if number > 1 else None
    if before is None:
        return _labelled(_("after"), fact_lines(after))
    was, now = differences(before, after)
    return [*_labelled(_("before"), was), *_labelled(_("after"), now)]


def _labelled(label: str, blocks: Sequence[Block]) -> list[Block]:
    """Return the lines of one side of a change, each labelled with the word for that side."""
    return [
        block.model_copy(update={"label": f"{label}, {block.label}" if block.label else label, "mark": None})
        if isinstance(block, Line)
        else Note(text=f"{label}: {block.text}")
        for block in blocks
    ]
