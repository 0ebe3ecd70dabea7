"""/newstory: open a story."""

from __future__ import annotations

import re

from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Family, Kind
from bot.commands.dialogue import fields
from bot.commands.dialogue.engine import begin
from bot.commands.dialogue.entries import made
from bot.commands.dialogue.forms import Field, Filled, Form, Proposal, form_command
from bot.commands.dialogue.header_lines import Headed
from bot.errors import UserError
from bot.replies import Action, Heading, Note, Reply
from bot.requests import Role
from bot.texts import N_, _
from storage.changing.ledger import ChangeResult
from storage.domain.changes import OpenStory
from storage.domain.entries import StoryEntry
from storage.domain.language.detection import LANGUAGES

_STORY_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


async def _story_name(context: Context, _filled: Filled, text: str) -> None:
    if not _STORY_NAME.fullmatch(text):
        raise UserError(_("A story's name is made of a-z, 0-9 and -, at most 40: for example north-flood."))
    if await context.record.stories.find(text) is not None:
        raise UserError(_("There is a story named {name} already: /story {name} uses it here.", name=text))


_STORY_FIELDS = (
    Field("name", N_("What is its short name? For example north-flood."), _story_name, required=True),
    Field("title", N_("What is its title?"), fields.AT.check, required=True),
    Field("language", None, fields.one_of(LANGUAGES)),
)


async def _propose_story(context: Context, filled: Filled) -> Proposal:
    language = filled.text("language").casefold() or None
    texts = {"name": filled.text("name"), "title": filled.text("title"), "language": language}
    entry = made(StoryEntry, texts)
    change = OpenStory(story=entry)
    await context.record.ledger.rehearse(change, by=context.by)
    notes = [Note(text=_("Short name: {name}", name=entry.name))]
    if entry.language:
        notes.append(Note(text=_("Language: {language}", language=entry.language)))
    return Proposal(change, (Heading(text=entry.title, level=1), *notes))


async def _story_done(_context: Context, _filled: Filled, made: ChangeResult) -> Reply:
    use = Action(label=_("Use it here"), command=f"/story {made.subject}")
    return Reply(blocks=(Note(text=_("The story {name} is open.", name=made.subject)),), actions=(use,))


@form_command(
    "newstory",
    Argument(N_("name"), Kind.WORDS, fills=True),
    Argument(N_("title"), Kind.TEXT),
    family=Family.KEEPING,
    role=Role.MODERATOR,
    everywhere=True,
    help=N_("a new story opened, by its short name and its title"),
    example="/newstory north-flood The flood in the north",
    form=Form(lambda _filled: _STORY_FIELDS, _propose_story, _story_done, lines=("language",)),
)
async def newstory(context: Context, name: str | None, title: Headed | None) -> Reply:
    """Open a story."""
    given = title or Headed()
    texts = given.texts(name=name, title=given.text)
    story_id = context.chosen.id if context.chosen is not None else 0
    return await begin(context, Filled(story_id, texts, at_once=bool(texts)))
