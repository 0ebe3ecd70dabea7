"""/entity: the people, organisations, places, groups and things that facts name, added, edited and merged."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.answers.bounds import some_of
from bot.answers.lines import listing
from bot.answers.lines import role as role_line
from bot.commands.core.completion import names
from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Family, Kind
from bot.commands.dialogue import fields
from bot.commands.dialogue.engine import begin
from bot.commands.dialogue.entries import made
from bot.commands.dialogue.forms import (
    Field,
    Filled,
    Form,
    Option,
    Proposal,
    Start,
    Unclear,
    form_command,
    version_of,
)
from bot.commands.dialogue.header_lines import Headed
from bot.commands.dialogue.references import entity_of, new_name, source_of
from bot.commands.dialogue.speaker_fields import ARTICLE
from bot.commands.editing.revise import removal, undoing
from bot.errors import UserError
from bot.replies import Action, Block, Heading, Item, Note, Reply
from bot.requests import Role
from bot.texts import N_, _
from storage.changing.catalogue import entity_fields
from storage.changing.ledger import ChangeResult
from storage.domain.changes import MergeEntity, PutEntity, RemoveEntity
from storage.domain.entries import LONGEST_ADDRESS, EntityEntry
from storage.domain.models import Entity, EntityKind

_NAME_LINES = (
    "name", "article", "short", "alias", "kind", "role", "source", "at", "merge", "reason", "remove",
)  # fmt: skip


async def _entity_named(context: Context, _filled: Filled, text: str) -> None:
    if new_name(text) is None:
        try:
            await entity_of(context, text)
        except UserError as error:
            kinds = [
                Option(_("New {kind} “{name}”", kind=kind.value, name=text), f"+{kind} {text}")
                for kind in EntityKind
            ]
            known = error.options if isinstance(error, Unclear) else ()
            raise Unclear(error.text, (*known, *kinds)) from None


async def _merged(context: Context, filled: Filled, text: str) -> None:
    other = await entity_of(context, text)
    if new_name(filled.text("entity")) is not None:
        raise UserError(_("Only a name on record can be merged into another."))
    if (await entity_of(context, filled.text("entity"))).id == other.id:
        raise UserError(_("“{name}” cannot be merged into itself.", name=other.name))


async def _unused(context: Context, _filled: Filled, text: str) -> None:
    found = await entity_of(context, text)
    if not await context.record.entities.unused([found.id]):
        raise UserError(
            _("“{name}” is still in use: only a name that nothing uses can be removed.", name=found.name)
        )


async def _role_source(context: Context, _filled: Filled, text: str) -> None:
    if await source_of(context, text) is None:
        raise UserError(_("A role is given by a source on record: add it first with /source."))


_ENTITY = Field("entity", N_("Which name?"), _entity_named, required=True)
_MERGE_REASON = Field(
    "reason", N_("Why are the two the same? The trail keeps the reason."), fields.REASON.check, required=True
)
_ROLE_SOURCE = Field(
    "source",
    N_("Which source gives the role?"),
    _role_source,
    required=True,
    limit=LONGEST_ADDRESS,
    kind=Kind.SOURCE,
)


async def _kinds(_context: Context, _filled: Filled) -> Sequence[Option]:
    return [Option(kind.value, kind.value) for kind in EntityKind]


def _entity_form(filled: Filled) -> Sequence[Field]:
    texts = [Field(name, None, fields.LINE) for name in ("name", "short", "alias", "role")]
    kinds = Field("kind", None, fields.one_of([kind.value for kind in EntityKind]), offers=_kinds)
    why = [_MERGE_REASON] if filled.text("merge") else []
    which = [] if filled.text("remove") else [_ENTITY]
    role = filled.text("role")
    given = bool(role) and role.casefold() != fields.NONE
    cited = _ROLE_SOURCE if given else replace(_ROLE_SOURCE, asks=None, required=False)
    return [
        *which,
        *texts,
        ARTICLE,
        kinds,
        cited,
        Field("at", None, fields.AT.check),
        Field("merge", None, _merged, kind=Kind.NAME),
        Field("remove", None, _unused, kind=Kind.NAME),
        *why,
    ]


async def _as_it_stands(context: Context, subject: str, _version: str) -> Start | None:
    """Begin a modal with the only entity of exactly that name; any other name leads to questions first."""
    ids = await context.record.entities.named(context.story.id, subject)
    if subject.startswith("="):
        ids = [(await entity_of(context, subject)).id]
    if len(ids) != 1:
        return None
    found = (await context.record.entities.by_id(ids))[ids[0]]
    texts = {name: text for name in ("name", "short", "role") if (text := getattr(found, name))}
    return Start(f"={found.ref}", texts, version_of(texts), called=found.name)


async def _propose_entity(context: Context, filled: Filled) -> Proposal:
    text = filled.text("entity")
    if remove := filled.text("remove"):
        _refuse_beside(filled, ("remove",))
        return await _propose_removal(context, await entity_of(context, remove))
    if merge := filled.text("merge"):
        _refuse_beside(filled, ("merge", "reason"))
        one, other = await entity_of(context, text), await entity_of(context, merge)
        return await _propose_merge(context, one, other, filled.text("reason"))
    before = None
    entry: dict[str, Any]
    if (new := new_name(text)) is not None:
        entry = {"kind": new.kind, "name": new.name}
    else:
        found = await entity_of(context, text)
        before = await context.record.entities.alone(context.story.id, found.ref)
        entry = dict(entity_fields(before) or {})
    await _fill_entity(context, filled, entry)
    change = PutEntity(
        story_id=context.story.id, entity=made(EntityEntry, entry), expected=entity_fields(before)
    )
    await context.record.ledger.rehearse(change, by=context.by)
    blocks: list[Block] = []
    if before is not None:
        blocks += [Heading(text=_("{name} reads now", name=before.name), level=1), *_entity_blocks(before)]
        blocks.append(Heading(text=_("It will read")))
    cited = entry.get("source")
    given = (await context.record.sources.by_ref(context.story.id, [cited])).get(cited) if cited else None
    after = Entity(
        id=0, story_id=context.story.id, role_source=given, role_locator=entry.get("locator"),
        **change.entity.model_dump(exclude={"source", "locator", "merged_into"}),
    )  # fmt: skip
    return Proposal(change, (*blocks, *_entity_blocks(after)))


def _refuse_beside(filled: Filled, taken: Sequence[str]) -> None:
    """Refuse a line beside those that a merge or a removal takes: nothing else is changed with it."""
    if others := [name for name in _NAME_LINES if filled.text(name) and name not in taken]:
        raise UserError(
            _("“{line}:” does not go with “{taken}:”: leave it out.", line=others[0], taken=taken[0])
        )


async def _fill_entity(context: Context, filled: Filled, entry: dict[str, Any]) -> None:
    """Put the filled-in values into an entity's fields; a replaced name stays as an alias."""
    aliases = list(entry.get("aliases", ()))
    if name := filled.text("name"):
        if "name" in entry and entry["name"] != name:
            aliases.append(entry["name"])
        entry["name"] = name
    for key in ("article", "short", "role"):
        if text := filled.text(key):
            entry[key] = None if text.casefold() == fields.NONE else text
    if text := filled.text("kind"):
        entry["kind"] = text.casefold()
    if text := filled.text("alias"):
        aliases = [] if text.casefold() == fields.NONE else [*aliases, *(a.strip() for a in text.split(";"))]
    entry["aliases"] = list(dict.fromkeys(alias for alias in aliases if alias and alias != entry["name"]))
    if text := filled.text("source"):
        cited = await source_of(context, text)
        entry["source"] = cited.ref if cited else None
    if text := filled.text("at"):
        entry["locator"] = text
    if entry.get("role") is None:
        _refuse_without_role(filled)
        entry.update(source=None, locator=None)


def _refuse_without_role(filled: Filled) -> None:
    """Refuse the lines that tell where a role is from, where there is none."""
    if given := [name for name in ("source", "at") if filled.text(name)]:
        raise UserError(
            _("“{line}:” tells where a role is from: add “role:”, or leave it out.", line=given[0])
        )


def _entity_blocks(entity: Entity) -> list[Block]:
    blocks: list[Block] = [Item(label=entity.name, text=entity.kind.value if entity.kind else "")]
    if entity.article:
        blocks.append(Note(text=_("In a sentence: {name}", name=entity.named)))
    if entity.short:
        blocks.append(Note(text=_("Short: {name}", name=entity.short)))
    if others := [alias for alias in entity.aliases if alias != entity.short]:
        blocks.append(Note(text=_("Also found under: {names}", names=some_of(others, "; "))))
    return [*blocks, *role_line(entity)]


async def _propose_merge(context: Context, one: Entity, other: Entity, reason: str) -> Proposal:
    change = MergeEntity(story_id=context.story.id, entity_id=one.id, into_id=other.id, reason=reason)
    await context.record.ledger.rehearse(change, by=context.by)
    note = _(
        "From now on “{one}” means {other}, also where past revisions are shown: its names and all facts that"
        " name it go there.",
        one=one.name,
        other=other.name,
    )
    parts, size = dict.fromkeys(("speaker", "about", "place"), 0), context.policy.page
    lists = await context.record.listings.mentioning(one.id, parts, limit=size + 1)
    touched = list({fact.id: fact for facts in lists.values() for fact in facts}.values())
    more = (
        [Note(text=_("And more: /who {name}.", name=one.name))] if len(touched) > context.policy.page else []
    )
    heading = Heading(text=_("Facts that will name {name} instead", name=other.name))
    named = [heading, *listing(touched[:size]), *more] if touched else []
    return Proposal(change, (Note(text=note), *_entity_blocks(one), *_entity_blocks(other), *named))


async def _propose_removal(context: Context, entity: Entity) -> Proposal:
    change = RemoveEntity(story_id=context.story.id, ref=entity.ref)
    await context.record.ledger.rehearse(change, by=context.by)
    note = _(
        "Nothing uses this name. It goes from all lists; past revisions keep it, and a fact that names it"
        " again brings it back."
    )
    return Proposal(change, (*_entity_blocks(entity), Note(text=note)))


async def _entity_done(context: Context, filled: Filled, made: ChangeResult) -> Reply:
    entity = (await context.record.entities.by_id([int(made.subject[1:])])).get(int(made.subject[1:]))
    assert entity is not None
    if filled.text("remove"):
        note = Note(text=_("{name} is removed.", name=entity.name))
        return Reply(blocks=(note,), actions=(undoing(made),))
    shown = Action(label=entity.name, command=f"/who {entity.name}")
    # A name that was added can be edited, but not undone.
    undo = () if new_name(filled.text("entity")) is not None else (undoing(made),)
    note = Note(text=_("{name} is on record as shown.", name=entity.name))
    return Reply(blocks=(note,), actions=(*undo, shown))


@form_command(
    "entity",
    Argument(
        N_("name and lines"),
        Kind.TEXT,
        required=True,
        option="entity",
        help=N_("a person, group, place or thing, new or on record, for example Dmytro Lubinets"),
    ),
    family=Family.KEEPING,
    role=Role.MODERATOR,
    help=N_("a name added, edited or merged: lines “name:”, “alias:”, “role:”, “merge:” under it"),
    example="/entity Lubinets",
    offers={"entity": names},
    form=Form(
        _entity_form,
        _propose_entity,
        _entity_done,
        lines=_NAME_LINES,
        colons=1,
        modal=("name", "short", "alias", "role"),
        title=N_("Edit the name {subject}"),
        starts=_as_it_stands,
        opens=re.compile(r"[^\n]+"),
        removable=("article", "short", "role"),
    ),
)
async def entity(context: Context, named: Headed) -> Reply:
    """Add a name, edit its forms and its role, or merge it into another."""
    text, given = named
    if not given and len(ids := await context.record.entities.named(context.story.id, text)) == 1:
        found = (await context.record.entities.by_id(ids))[ids[0]]
        edit = _(
            "To edit it, send /entity {name} with lines under it: {lines}.",
            name=found.name,
            lines=", ".join(f"{line}:" for line in _NAME_LINES if line != "remove"),
        )
        free = [removal(found)] if await context.record.entities.unused([found.id]) else []
        return Reply(blocks=(*_entity_blocks(found), Note(text=edit)), actions=tuple(free))
    if "remove" in given and text:
        raise UserError(_("Send “/entity remove: {name}” by itself.", name=given["remove"][:60]))
    texts = {**given, **({"entity": text} if text else {})}
    return await begin(context, Filled(context.story.id, texts, at_once=True))
