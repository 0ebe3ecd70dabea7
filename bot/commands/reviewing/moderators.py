"""/moderators, /appoint, /dismiss: owners say who moderates, one story or all."""

from __future__ import annotations

import re
from itertools import groupby
from typing import NamedTuple

from bot.answers.date_text import day
from bot.answers.matching import suggestions
from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Family, Kind
from bot.commands.core.handles import platform_of
from bot.commands.core.registry import commands
from bot.errors import UserError
from bot.replies import Action, Heading, Item, Note, Reply
from bot.requests import Identity, Role
from bot.texts import N_, _
from storage.domain.changes import Appoint, Dismiss
from storage.domain.models import Member, Story
from storage.domain.names import clean

_ADDRESS = re.compile(r"[a-z]{2,20}:-?\w{1,40}", re.ASCII)
_NUMBER = re.compile(r"-?[1-9][0-9]{0,19}")
_HANDLE = re.compile(r"@\w{1,64}")
_PERSON = Argument(N_("@name or id"), Kind.PERSON, option="person")
_STORY = Argument(N_("story"), Kind.STORY)


class _Office(NamedTuple):
    """Whom a command is about, and for which story; None for all stories."""

    who: Identity
    story: Story | None

    @property
    def scope(self) -> str:
        return _("“{title}”", title=self.story.title) if self.story else _("all stories")


@commands.command(
    "moderators",
    family=Family.CHOOSING,
    role=Role.OWNER,
    everywhere=True,
    help=N_("who moderates which story"),
    example="/moderators",
)
async def moderators(context: Context, _argument: str) -> Reply:
    """List the moderators in office."""
    members = await context.record.members.page(after=context.after or "", limit=context.policy.page + 1)
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
        Item(label=_called(offices[-1]), text=_offices(offices, titles)) for _address, offices in page.shown
    ]
    return Reply(blocks=(Heading(text=_("Moderators"), level=1), *rows), actions=page.more)


@commands.command(
    "appoint",
    _PERSON,
    _STORY,
    family=Family.CHOOSING,
    role=Role.OWNER,
    everywhere=True,
    help=N_("a person made moderator of all stories or one: reply to a message of theirs, or name them"),
    example="/appoint @ann belarus",
)
async def appoint(context: Context, argument: str) -> Reply:
    """Make a person a moderator."""
    office = await _office(context, argument)
    who = office.who
    change = Appoint(
        address=who.address, story_id=office.story and office.story.id, handle=who.handle, name=who.name
    )
    person = (await context.change(change)).subject
    notes = [Note(text=_("{who} is now a moderator of {scope}.", who=who.called, scope=office.scope))]
    notes += _behind(who, person)
    take_back = f"/dismiss {person} {office.story.name if office.story else ''}".strip()
    return Reply(blocks=tuple(notes), actions=(Action(label=_("Take it back"), command=take_back),))


@commands.command(
    "dismiss",
    _PERSON,
    _STORY,
    family=Family.CHOOSING,
    role=Role.OWNER,
    everywhere=True,
    help=N_("a person's being moderator ended, of all stories or of one"),
    example="/dismiss @ann belarus",
)
async def dismiss(context: Context, argument: str) -> Reply:
    """End a person's being a moderator."""
    office = await _office(context, argument)
    change = Dismiss(address=office.who.address, story_id=office.story and office.story.id)
    person = (await context.change(change)).subject
    text = _("{who} is no longer a moderator of {scope}.", who=office.who.called, scope=office.scope)
    notes = [Note(text=text), *_behind(office.who, person)]
    if await context.record.members.holds_office(person):
        notes.append(Note(text=_("They still moderate other stories, or all: /moderators shows which.")))
    return Reply(blocks=tuple(notes))


def _behind(who: Identity, person: str) -> list[Note]:
    """Return what an owner has to see where an account acts as somebody: it is they who have the role."""
    if person == who.address:
        return []
    # By the address alone: the name that was just given is that of the account.
    text = _("{account} is linked to {person}: that is who was meant, with all their accounts.",
             account=who.address, person=person)  # fmt: skip
    return [Note(text=text)]


async def _office(context: Context, argument: str) -> _Office:
    """Return whom and which story an argument means. Raises UserError where either is in doubt."""
    words = argument.split()
    named = bool(words) and any(form.fullmatch(words[0]) for form in (_ADDRESS, _NUMBER, _HANDLE))
    who = await _identity(context, words[0]) if named else _beside(context)
    if not who.is_appointable:
        raise UserError(_("That is a group, a channel or a bot, not a person: it cannot be a moderator."))
    rest = words[1:] if named else argument.removeprefix(clean(who.words)).split()
    if not rest:
        return _Office(who, None)
    name = " ".join(rest)
    story = await context.record.stories.find(name.casefold())
    if story is None:
        near = suggestions(name, [each.name for each in await context.record.stories.all()], 1)
        hint = _(" Did you mean {near}?", near=near[0]) if near else ""
        raise UserError(
            _("No story is named “{text}”: /stories lists those on record.", text=name[:60]) + hint
        )
    return _Office(who, story)


def _beside(context: Context) -> Identity:
    """Return whom the message names without an @name, else whom it replies to."""
    request = context.request
    found = next(iter(request.mentioned), request.replied_to)
    if found is None:
        raise UserError(
            _("Say who: reply to a message of theirs, or send {example} or their numeric id.",
              example=context.command.example)
        )  # fmt: skip
    return found


async def _identity(context: Context, word: str) -> Identity:
    if _HANDLE.fullmatch(word):
        if (met := context.handles.find(word, context.request.chat)) is not None:
            return met
        if (address := await context.record.members.find_by_handle(word)) is not None:
            return Identity(address, handle=word[1:])
        raise UserError(
            _(
                "I have not met {who} since I started, so I cannot tell their id: let them write to me once,"
                " reply to a message of theirs, or send their numeric id.",
                who=word,
            )
        )
    address = word if ":" in word else f"{platform_of(context.request.chat)}:{word}"
    # Whom the platform itself names beside the words, it also tells more of.
    for who in context.request.mentioned:
        if who.address == address:
            return who
    names = await context.names()
    return Identity(address, name=names.get(address), is_person=":-" not in address)


def _called(member: Member) -> str:
    return f"@{member.handle}" if member.handle else member.name or member.address


def _offices(offices: list[Member], titles: dict[int, str]) -> str:
    each = [
        _(
            "{scope}, since {day}",
            scope=_("all stories") if item.story_id is None else titles.get(item.story_id, ""),
            day=day(item.appointed_at),
        )
        for item in offices
    ]
    return f"{'; '.join(each)} ({offices[-1].address})"
