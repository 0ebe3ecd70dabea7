"""/source: the documents that facts cite, added and edited."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.answers.citations import describe
from bot.commands.core.completion import sources
from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Family, Kind
from bot.commands.dialogue import fields
from bot.commands.dialogue.engine import begin
from bot.commands.dialogue.entries import Composer, date, made
from bot.commands.dialogue.forms import (
    Field,
    Filled,
    Form,
    Proposal,
    Start,
    Unclear,
    form_command,
    version_of,
)
from bot.commands.dialogue.header_lines import Headed
from bot.commands.dialogue.prefill import typed_date
from bot.commands.dialogue.references import is_address, is_new_source, source_of
from bot.commands.editing.revise import undoing
from bot.errors import UserError
from bot.replies import Action, Block, Heading, Item, Note, Reply
from bot.requests import Role
from bot.texts import N_, _
from storage.changing.catalogue import source_fields
from storage.changing.ledger import ChangeResult
from storage.domain.changes import PutSource
from storage.domain.entries import LONGEST_ADDRESS, SourceEntry
from storage.domain.folding import digits
from storage.domain.models import Source

_MODAL = ("title", "publisher", "published", "url")
_SOURCE_TEXTS = ("title", "name", "publisher", "author", "url", "note")


async def _address(_context: Context, _filled: Filled, text: str) -> None:
    if text.casefold() != fields.NONE and not is_address(text):
        raise UserError(_("“{text}” is no address: it begins with https://.", text=text[:60]))


async def _known_via(context: Context, _filled: Filled, text: str) -> None:
    if text.casefold() == fields.NONE:
        return
    try:
        found = await source_of(context, text)
    except Unclear as error:
        known = [option for option in error.options if not is_new_source(option.text)]
        if known:
            raise Unclear(
                _("That source is not on record by that name. Is one of these meant?"), known
            ) from None
        found = None
    if found is None:
        raise UserError(_("“via” names a source on record: add that one first with /source, or skip it."))


_VIA = replace(fields.VIA, check=_known_via)
_ID = re.compile(r"[Ss]\d+")
_EDITABLE = {
    field.name: replace(field, asks=None, required=False)
    for field in (
        fields.TITLE, Field("name", None, fields.LINE), fields.PUBLISHER, fields.AUTHOR, fields.PUBLISHED,
        fields.KIND, Field("url", None, _address, limit=LONGEST_ADDRESS), _VIA,
        replace(fields.STATEMENT, name="note"),
    )
}  # fmt: skip


def _source_form(filled: Filled) -> Sequence[Field]:
    if is_new_source(filled.text("source")):
        known = {field.name for field in fields.source_fields(filled)}
        rest = [field for name, field in _EDITABLE.items() if name not in known]
        asked = [_VIA if field.name == _VIA.name else field for field in fields.source_fields(filled)]
        return [*asked, *rest]
    return [fields.SOURCE, *_EDITABLE.values()]


async def _as_it_stands(context: Context, subject: str, _version: str) -> Start:
    """Begin a modal with the fields of a source on record."""
    source_id = await context.source_id(subject)
    found = (await context.record.sources.by_id([source_id]))[source_id]
    texts = {name: text for name in _MODAL if (text := getattr(found, name))}
    if found.published:
        texts["published"] = typed_date(found.published)
    return Start(f"S{source_id}", texts, version_of(texts))


async def _propose_source(context: Context, filled: Filled) -> Proposal:
    text = filled.text("source")
    before = await source_of(context, text)
    if before is None:
        entry = made(SourceEntry, await _source_entry(context, filled, await _new_source(context, filled)))
        change = PutSource(story_id=context.story.id, source=entry)
    else:
        expected = source_fields(before) or {}
        entry = made(SourceEntry, await _source_entry(context, filled, dict(expected)))
        change = PutSource(story_id=context.story.id, source=entry, expected=expected)
    subject = (await context.record.ledger.rehearse(change, by=context.by)).subject
    blocks: list[Block] = []
    if before is not None:
        blocks += [Heading(text=_("{id} reads now", id=subject), level=1), _described(before)]
        blocks.append(Heading(text=_("It will read")))
    else:
        blocks.append(Heading(text=_("Readers will see"), level=1))
    via = entry.via and (await context.record.sources.by_ref(context.story.id, [entry.via])).get(entry.via)
    shown = Source(
        id=before.id if before else 0, story_id=context.story.id, via=via or None,
        **entry.model_dump(exclude={"id", "via"}),
    )  # fmt: skip
    return Proposal(change, (*blocks, _described(shown)))


async def _new_source(context: Context, filled: Filled) -> dict[str, Any]:
    found = await Composer(context, filled).source(filled.text("source"))
    assert isinstance(found, dict)  # a source marked as new is not on record
    return found


async def _source_entry(context: Context, filled: Filled, entry: dict[str, Any]) -> dict[str, Any]:
    """Return a source's fields with the filled-in values; its ref stays, because facts refer to it."""
    for name in _SOURCE_TEXTS:
        if text := filled.text(name):
            entry[name] = None if text.casefold() == fields.NONE else text
    if text := filled.text("kind"):
        entry["kind"] = text.casefold()
    if text := filled.text("published"):
        entry["published"] = date(text)
    if text := filled.text("via"):
        via = await source_of(context, text)
        entry["via"] = via.ref if via else None
    return {key: value for key, value in entry.items() if value is not None}


def _described(source: Source) -> Item:
    return Item(label=f"S{source.id}" if source.id else _("New"), text=describe(source), url=source.url)


async def _source_done(context: Context, filled: Filled, made: ChangeResult) -> Reply:
    from bot.intake.redating import read_dates_again

    number = int(made.subject[1:])
    await read_dates_again(context.record, (await context.record.sources.by_id([number]))[number])
    shown = Action(label=made.subject, command=f"/sources {made.subject}")
    # An added source can be edited, but not undone.
    undo = () if is_new_source(filled.text("source")) else (undoing(made),)
    return Reply(
        blocks=(Note(text=_("{id} is on record as shown.", id=made.subject)),), actions=(*undo, shown)
    )


@form_command(
    "source",
    Argument(
        N_("id, address or title, and lines"),
        Kind.TEXT,
        required=True,
        option="source",
        help=N_("a source by id, or a new one by address or title, for example https://example.org/report"),
    ),
    family=Family.KEEPING,
    role=Role.MODERATOR,
    help=N_("a source added, or edited with lines like “title:” and “published:” under its id"),
    example="/source S1",
    offers={"source": sources},
    form=Form(
        _source_form,
        _propose_source,
        _source_done,
        lines=tuple(_EDITABLE),
        colons=1,
        modal=_MODAL,
        title=N_("Edit the source {subject}"),
        starts=_as_it_stands,
        opens=_ID,
        removable=(*_SOURCE_TEXTS, "published"),
    ),
)
async def source(context: Context, named: Headed) -> Reply:
    """Add a source, or edit one that is on record."""
    text, given = named
    filled = Filled(context.story.id, {"source": text, **given}, at_once=bool(given))
    found = None if not given else await _exactly(context, text)
    if not given and _ID.fullmatch(digits(text)):
        source_id = await context.source_id(text)
        shown = (await context.record.sources.by_id([source_id]))[source_id]
        return Reply(
            blocks=(
                _described(shown),
                Note(
                    text=_(
                        "To edit it, send /source {id} with lines under it: {names}.",
                        id=digits(text),
                        names=", ".join(f"{name}:" for name in _EDITABLE),
                    )
                ),
            )
        )
    if found is None and given and is_address(text):
        # An address with header lines under it is a source to add.
        filled.texts["source"] = f"+ {text}"
    return await begin(context, filled)


async def _exactly(context: Context, text: str) -> int | None:
    if _ID.fullmatch(digits(text)):
        return await context.source_id(text)
    ids = await context.record.sources.find_named(context.story.id, text)
    return ids[0] if ids else None
