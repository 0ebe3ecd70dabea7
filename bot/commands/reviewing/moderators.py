"""/moderators, /appoint, /dismiss: owners decide who moderates one story or all, and confirm it."""

from __future__ import annotations

from itertools import groupby

from bot.answers.bounds import lines_of
from bot.answers.date_text import day
from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Family, Kind
from bot.commands.core.paging import WINDOW
from bot.commands.core.registry import commands
from bot.commands.dialogue.engine import begin
from bot.commands.dialogue.forms import Filled, Form, Proposal, form_command
from bot.errors import UserError
from bot.parsing.matching import suggestions
from bot.replies import Action, Block, Heading, Item, Note, Reply, addresses
from bot.requests import Identity, Role, is_private_chat
from bot.texts import N_, _, speak, spoken
from storage.changing.ledger import ChangeResult
from storage.domain.changes import Appoint, Change, Dismiss
from storage.domain.models import Story
from storage.engines.database import Transaction
from storage.notifying.notices import post
from storage.people.dialogues import Dialogue, close
from storage.people.members import Member

_PERSON = Argument(
    N_("@name or id"),
    Kind.PERSON,
    option="person",
    help=N_("the person whom this is about, for example @ann"),
)
_STORY = Argument(
    N_("story"),
    Kind.STORY,
    help=N_("the one story that this is for, for example belarus; empty for all of them"),
)


async def _story(context: Context, name: str) -> Story:
    """Return the story of exactly that name: a role must not depend on a guess. Raises UserError."""
    story = await context.record.stories.find(name.casefold())
    if story is None:
        near = suggestions(name, [each.name for each in await context.record.stories.all()], 1)
        hint = _(" Did you mean {near}?", near=near[0]) if near else ""
        raise UserError(
            _("No story is named “{text}”: /stories lists those on record.", text=name[:60]) + hint
        )
    return story


def _scope(story: Story | None) -> str:
    return _("“{title}”", title=story.title) if story else _("all stories")


@commands.command(
    "moderators",
    family=Family.CHOOSING,
    role=Role.OWNER,
    everywhere=True,
    help=N_("who moderates which story"),
    example="/moderators",
    paged=True,
)
async def moderators(context: Context) -> Reply:
    """List the moderators in office."""
    members = await context.record.members.page(after=context.after or "", limit=WINDOW + 1)
    if not members:
        return Reply(
            blocks=(Note(text=_("Nobody has been appointed yet: /appoint makes somebody a moderator.")),)
        )
    titles = {story.id: story.title for story in await context.record.stories.all()}
    people = [
        (address, list(offices)) for address, offices in groupby(members, key=lambda item: item.address)
    ]
    page = context.cut(people, cursor=lambda person: person[0])
    rows = [
        Item(label=_called(offices[-1]), text=f"{scopes} ({address})", marks=addresses(address))
        for address, offices in page.shown
        for scopes in lines_of(_offices(offices, titles), "; ")
    ]
    return Reply(blocks=(Heading(text=_("Moderators"), level=1), *rows), actions=page.more)


async def _ask(context: Context, who: Identity, story: Story | None) -> Reply:
    """Open the dialogue that shows a person as the platform knows them, and asks for a yes."""
    known = {"address": who.address, "handle": who.handle, "name": who.name, "story": story and story.name}
    texts = {name: text for name, text in known.items() if text}
    return await begin(context, Filled(context.chosen.id if context.chosen else 0, texts, at_once=True))


async def _meant(context: Context, filled: Filled) -> tuple[Identity, Story | None]:
    """Return the person and the story of a form."""
    who = Identity(filled.text("address"), filled.texts.get("handle"), filled.texts.get("name"))
    return who, await _story(context, name) if (name := filled.text("story")) else None


async def _propose_appointing(context: Context, filled: Filled) -> Proposal:
    who, story = await _meant(context, filled)
    change = Appoint(address=who.address, story_id=story and story.id, handle=who.handle, name=who.name)
    title = _("To become a moderator of {scope}", scope=_scope(story))
    what = _("They may then add, correct, retract and review there.")
    return Proposal(change, await _shown(context, change, title, who, what))


async def _propose_dismissing(context: Context, filled: Filled) -> Proposal:
    who, story = await _meant(context, filled)
    change = Dismiss(address=who.address, story_id=story and story.id)
    title = _("To be no longer a moderator of {scope}", scope=_scope(story))
    return Proposal(change, await _shown(context, change, title, who, ""))


async def _shown(
    context: Context, change: Appoint | Dismiss, title: str, who: Identity, what: str
) -> tuple[Block, ...]:
    """Return whom a change of a role is about: by name, handle and id."""
    person = (await context.record.ledger.rehearse(change, by=context.by)).subject
    handle = f"@{who.handle}" if who.handle else ""
    called, *others = dict.fromkeys(filter(None, (who.name, handle, who.address)))
    unknown = "" if others else _("I know no name of theirs: make sure that the id is right.")
    notes = (Note(text=text) for text in (unknown, what) if text)
    shown = Item(label=called, text=", ".join(others))
    return (Heading(text=title, level=1), shown, *_behind(who, person), *notes)


async def _appointed(context: Context, filled: Filled, made: ChangeResult) -> Reply:
    who, story = await _meant(context, filled)
    notes = [Note(text=_("{who} is now a moderator of {scope}.", who=who.called, scope=_scope(story)))]
    notes += _behind(who, made.subject)
    take_back = f"/dismiss {made.subject} {story.name if story else ''}".strip()
    return Reply(blocks=tuple(notes), actions=(Action(label=_("Take it back"), command=take_back),))


async def _dismissed(context: Context, filled: Filled, made: ChangeResult) -> Reply:
    who, story = await _meant(context, filled)
    text = _("{who} is no longer a moderator of {scope}.", who=who.called, scope=_scope(story))
    notes = [Note(text=text), *_behind(who, made.subject)]
    if await context.record.members.holds_office(made.subject):
        notes.append(Note(text=_("They still moderate other stories, or all: /moderators shows which.")))
    return Reply(blocks=tuple(notes))


async def _appoint(context: Context, filled: Filled, change: Change, dialogue: Dialogue) -> Reply:
    """Make a person a moderator, and tell them so in private in the same transaction."""
    who, story = await _meant(context, filled)
    listener = await context.record.listeners.find(who.address)
    own = spoken()
    speak(listener.language if listener is not None else own)
    told = _welcome(story).model_dump_json()
    speak(own)

    async def also(tx: Transaction) -> None:
        await close(tx, dialogue)
        if context.policy.tell and is_private_chat(who.address) and who.address != context.request.sender:
            await post(tx, who.address, told, context.record.ledger.now(), own)

    return await _appointed(context, filled, await context.change(change, also=also))


def _welcome(story: Story | None) -> Reply:
    """Return what a new moderator is told."""
    notes = (
        _(
            "You are now a moderator of {scope}: you may add, correct, retract and review there.",
            scope=_scope(story),
        ),
        _("Here you are told when suggestions wait. /help all lists what you can do, /privacy what is kept."),
    )
    use = (Action(label=_("Use it here"), command=f"/story {story.name}"),) if story is not None else ()
    return Reply(
        blocks=tuple(Note(text=text) for text in notes),
        actions=(*use, Action(label=_("Review"), command="/review")),
    )


@form_command(
    "appoint",
    _PERSON,
    _STORY,
    family=Family.CHOOSING,
    role=Role.OWNER,
    everywhere=True,
    help=N_("a person made moderator of all stories or one: reply to a message of theirs, or name them"),
    example="/appoint @ann belarus",
    form=Form(lambda _filled: (), _propose_appointing, _appointed, commit=_appoint),
    reads={"story": _story},
)
async def appoint(context: Context, who: Identity, story: Story | None) -> Reply:
    """Open the dialogue that makes a person a moderator."""
    return await _ask(context, who, story)


@form_command(
    "dismiss",
    _PERSON,
    _STORY,
    family=Family.CHOOSING,
    role=Role.OWNER,
    everywhere=True,
    help=N_("a person's being moderator ended, of all stories or of one"),
    example="/dismiss @ann belarus",
    form=Form(lambda _filled: (), _propose_dismissing, _dismissed),
    reads={"story": _story},
)
async def dismiss(context: Context, who: Identity, story: Story | None) -> Reply:
    """Open the dialogue that dismisses a moderator."""
    return await _ask(context, who, story)


def _behind(who: Identity, person: str) -> list[Note]:
    """Return a note for the owner if an account is linked to another person: that person has the role."""
    if person == who.address:
        return []
    # Only the address: the name just given is that of the account.
    text = _("{account} is linked to {person}: that is who was meant, with all their accounts.",
             account=who.address, person=person)  # fmt: skip
    return [Note(text=text)]


def _called(member: Member) -> str:
    return f"@{member.handle}" if member.handle else member.name or member.address


def _offices(offices: list[Member], titles: dict[int, str]) -> list[str]:
    return [
        _(
            "{scope}, since {day}",
            scope=_("all stories") if item.story_id is None else titles.get(item.story_id, ""),
            day=day(item.appointed_at),
        )
        for item in offices
    ]
