"""/newstory, /editstory, /privatestory, /defaultstory, /public: open a story, name it, set how it is used."""

from __future__ import annotations

import re

from bot.answers.lines import fact_line
from bot.commands.core.completion import listed
from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Family, Kind
from bot.commands.core.registry import commands
from bot.commands.dialogue import fields, header_lines, words
from bot.commands.dialogue.engine import begin
from bot.commands.dialogue.entries import made
from bot.commands.dialogue.forms import Field, Filled, Form, Proposal, Start, form_command, version_of
from bot.commands.dialogue.header_lines import Headed
from bot.errors import UserError
from bot.replies import Action, Block, Heading, Item, Note, Reply
from bot.requests import Role
from bot.texts import N_, _
from storage.changing.ledger import ChangeResult
from storage.changing.stories import told_ids
from storage.domain.changes import OpenStory, SetStory
from storage.domain.entries import StoryEntry
from storage.domain.language.detection import LANGUAGES
from storage.domain.models import Fact, Story

_STORY_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
# Statements that tell a story in a few lines.
MOST_TOLD = 12


async def _story_name(context: Context, _filled: Filled, text: str) -> None:
    if not _STORY_NAME.fullmatch(text):
        raise UserError(_("A story's name is made of a-z, 0-9 and -, at most 40: for example north-flood."))
    if await context.record.stories.find(text) is not None:
        raise UserError(_("There is a story named {name} already: /story {name} uses it here.", name=text))


_STORY_FIELDS = (
    Field("name", N_("What is its short name? For example north-flood."), _story_name, required=True),
    Field("title", N_("What is its title?"), fields.LINE, required=True),
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
    Argument(
        N_("name"),
        Kind.WORDS,
        fills=True,
        help=N_("a short name in small letters, by which people will choose it, for example flood-2026"),
    ),
    Argument(N_("title"), Kind.TEXT, help=N_("what the story is called, for example The flood in the north")),
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


async def _another_name(context: Context, filled: Filled, text: str) -> None:
    before = await context.record.stories.find(text)
    if before is None or before.id != context.story.id:
        await _story_name(context, filled, text)


async def _told(context: Context, text: str) -> list[Fact]:
    """Return the facts that /about is to tell, in order. Raises UserError for one that is not in force."""
    named = [] if text.casefold() == fields.NONE else dict.fromkeys(text.replace(",", " ").split())
    if len(named) > MOST_TOLD:
        raise UserError(_("A story is told in {most} statements at most.", most=MOST_TOLD))
    facts = list({(fact := await context.fact(each)).id: fact for each in named}.values())
    if left := [fact for fact in facts if not fact.in_force]:
        raise UserError(_("F{id} is not in force: it cannot tell the story.", id=left[0].id))
    return facts


async def _tells(context: Context, _filled: Filled, text: str) -> None:
    await _told(context, text)


_EDITED = (
    Field("title", None, fields.LINE),
    Field("name", None, _another_name, limit=40),
    Field("tells", None, _tells, kind=Kind.FACT),
)
_LINES = tuple(field.name for field in _EDITED)


async def _texts_of(context: Context) -> dict[str, str]:
    """Return what a story is called and tells, as people type it."""
    story, leads = context.story, await context.record.listings.summary(context.story.id)
    texts = {"title": story.title, "name": story.name, "tells": told_ids(fact.id for fact in leads)}
    return {name: text for name, text in texts.items() if text}


async def _as_it_stands(context: Context, subject: str, _version: str) -> Start:
    """Begin a modal with what the story in use is called and tells."""
    _refuse_other(context, subject)
    texts = await _texts_of(context)
    return Start(context.story.name, texts, version_of(texts))


async def _propose_edit(context: Context, filled: Filled) -> Proposal:
    """Show what changes of a story, each beside what it was."""
    told = await _told(context, filled.text("tells")) if filled.text("tells") else None
    change = SetStory(
        story_id=context.story.id,
        title=filled.text("title") or None,
        name=filled.text("name") or None,
        tells=None if told is None else tuple(fact.id for fact in told),
    )
    now = await _texts_of(context)
    given = {name: now.get(name, "") for name in _LINES if filled.text(name)}
    change = change.model_copy(update={"expected": given})
    await context.record.ledger.rehearse(change, by=context.by)
    blocks: list[Block] = [Heading(text=_("The story “{title}”", title=context.story.title), level=1)]
    for name, before in given.items():
        text = _("{before} → {after}", before=before or _("none"), after=filled.text(name))
        blocks.append(Item(label=_(words.CALLED[name]), text=text))
    if change.name:
        blocks.append(Note(text=_("Links and buttons with its name until now go on to work.")))
    if told:
        blocks += [Heading(text=_("/about will tell")), *map(fact_line, told)]
    return Proposal(change, tuple(blocks))


async def _edited(_context: Context, _filled: Filled, _made: ChangeResult) -> Reply:
    about = Action(label="about", command="/about")
    return Reply(blocks=(Note(text=_("The story is changed as shown.")),), actions=(about,))


@form_command(
    "editstory",
    Argument(
        N_("lines"),
        Kind.TEXT,
        help=N_("empty to see how it stands; or what is to change, for example title: The northern flood"),
    ),
    family=Family.KEEPING,
    role=Role.MODERATOR,
    help=N_(
        "what this story is called, and which statements /about tells: lines “title:”, “name:”, “tells:”"
    ),
    example="/editstory",
    form=Form(
        lambda _filled: _EDITED,
        _propose_edit,
        _edited,
        lines=_LINES,
        colons=0,
        modal=_LINES,
        title=N_("Edit the story {subject}"),
        starts=_as_it_stands,
        opens=re.compile(r"[a-z0-9-]{0,40}"),
        removable=("tells",),
    ),
)
async def editstory(context: Context, given: Headed | None) -> Reply:
    """Show what the story in use is called and tells, or propose to change it."""
    given = given or Headed()
    _refuse_other(context, given.text)
    if given.headers:
        return await begin(context, Filled(context.story.id, dict(given.headers), at_once=True))
    texts = await _texts_of(context)
    rows = [Item(label=_(words.CALLED[name]), text=texts.get(name, _("none"))) for name in _LINES]
    how = _(
        "To edit it, send /editstory with lines under it: {lines}.", lines=", ".join(f"{n}:" for n in _LINES)
    )
    return Reply(blocks=(Heading(text=context.story.title, level=1), *rows, Note(text=how)))


def _refuse_other(context: Context, text: str) -> None:
    """Refuse any text but the name of the story in use above the lines."""
    if text and text != context.story.name:
        raise header_lines.not_understood(text, _LINES)


async def _on_or_off(context: Context, text: str) -> bool:
    wanted = text.casefold()
    if wanted not in ("on", "off"):
        raise UserError(_("Say on or off: /{command} on, or /{command} off.", command=context.command.name))
    return wanted == "on"


@commands.command(
    "privatestory",
    Argument(
        N_("switch"), Kind.WORDS, help=N_("on: it answers only where it is in use; off: in other stories too")
    ),
    family=Family.KEEPING,
    role=Role.MODERATOR,
    help=N_("whether this story answers only where it is in use (on), or in other stories too (off)"),
    example="/privatestory on",
    offers={"switch": listed("on", "off")},
    reads={"switch": _on_or_off},
)
async def privatestory(context: Context, wanted: bool | None) -> Reply:  # noqa: FBT001  # reason: an argument's value, given by position
    """Keep the story in use to itself, or let it answer in others; without a value, tell which."""
    if wanted is not None:
        await context.change(SetStory(story_id=context.story.id, private=wanted))
    now = context.story.private if wanted is None else wanted
    if now:
        text = _("This story is private: it answers only in chats that use it.")
    else:
        text = _(
            "This story is not private: where another story holds no answer and this one does, it answers."
        )
    other = "off" if now else "on"
    return Reply(blocks=(Note(text=text),), actions=(Action(label=other, command=f"/privatestory {other}"),))


async def _named(context: Context, text: str) -> Story:
    found = await context.record.stories.find(text.casefold())
    if found is None:
        raise UserError(_("No story is named “{text}”: /stories lists those on record.", text=text[:60]))
    return found


@commands.command(
    "defaultstory",
    Argument(N_("name"), Kind.STORY, help=N_("the story that new chats begin with, for example belarus")),
    family=Family.CHOOSING,
    role=Role.OWNER,
    everywhere=True,
    help=N_("the story that new chats begin with, or another chosen for that"),
    example="/defaultstory belarus",
    reads={"name": _named},
)
async def defaultstory(context: Context, wanted: Story | None) -> Reply:
    """Choose the story that chats use which have chosen none; without a name, tell which it is."""
    configured = context.policy.default_story
    if wanted is None:
        begun = await context.record.stories.in_use("")
        name = begun.name if begun is not None else _("none")
        return Reply(blocks=(Note(text=_("New chats begin with the story {name}.", name=name)),))
    if configured:
        raise UserError(
            _("The operator's settings say story.default = {name}: change that there.", name=configured)
        )
    await context.change(SetStory(story_id=wanted.id, is_default=True))
    return Reply(
        blocks=(
            Note(
                text=_(
                    "Chats that have not chosen a story now use {name}; others keep the one that they chose.",
                    name=wanted.name,
                )
            ),
        ),
        actions=(Action(label=_("Stories"), command="/stories"),),
    )


@commands.command(
    "public",
    Argument(
        N_("switch"),
        Kind.WORDS,
        help=N_(
            "on: the story is shown on the web, in feeds and to webhooks; off: it is withdrawn from there"
        ),
    ),
    family=Family.CHOOSING,
    role=Role.OWNER,
    help=N_("whether this story is shown on the web, in feeds and to webhooks (on), or not (off)"),
    example="/public on",
    offers={"switch": listed("on", "off")},
    reads={"switch": _on_or_off},
)
async def public(context: Context, wanted: bool | None) -> Reply:  # noqa: FBT001  # reason: an argument's value, given by position
    """Show the story in use on the web, or withdraw it; without a value, tell which."""
    if wanted is not None:
        await context.change(SetStory(story_id=context.story.id, public=wanted))
    now = context.story.public if wanted is None else wanted
    other = "off" if now else "on"
    blocks = [Note(text=_public(context) if now else _not_public(context, withdrawn=wanted is False))]
    return Reply(blocks=tuple(blocks), actions=(Action(label=other, command=f"/public {other}"),))


def _public(context: Context) -> str:
    if (pages := context.policy.pages) is not None:
        address = pages.story(context.story.name)
        return _(
            "This story is public: it is shown at {address} and in feeds, and sent to webhooks.",
            address=address,
        )
    return _(
        "This story is public. It is shown on the web once the operator's settings say where:"
        " web.listen and web.url."
    )


def _not_public(context: Context, *, withdrawn: bool) -> str:
    if withdrawn or context.story.withdrawn_at:
        return _("This story is withdrawn from the web: its addresses say so, and show nothing of it.")
    return _("This story is not public: it is on no page of the web, in no feed, and goes to no webhook.")
