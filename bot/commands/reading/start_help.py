"""Orientation: /start, /help, /story, /stories, /about."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import groupby
from typing import NamedTuple

from bot.answers.bounds import LIST_LETTERS, first_screen
from bot.answers.date_text import day
from bot.answers.lines import fact_line
from bot.commands.core.arguments import Answer, Token
from bot.commands.core.context import Context
from bot.commands.core.declarations import ALL, Argument, Command, Family, Kind
from bot.commands.core.registry import commands
from bot.commands.core.roles import refuse_strangers
from bot.errors import UserError
from bot.parsing.matching import suggestions
from bot.replies import Action, Block, Heading, Item, Note, Reply
from bot.requests import Role
from bot.texts import N_, _, ngettext
from storage.domain.folding import fold
from storage.domain.models import Story

# The value of `?start=` in a link to the bot: a fact, a story to subscribe to, or a dialogue to go on with.
_LINK = re.compile(
    r"(?P<fact>F[1-9][0-9]{0,14})|subscribe(?:_(?P<story>[a-z0-9-]{1,40}))?|resume_(?P<dialogue>[0-9]{1,15})"
)


# The commands that are needed first, told as one would tell a friend.
_IN_PLAIN_WORDS = {
    "ask": N_("a plain question; the command may be left out"),
    "about": N_("the story in a few lines"),
    "who": N_("who is who, and what each of them says"),
    "when": N_("what happened when"),
    "sources": N_("where all of it comes from"),
    "disputed": N_("what is said against what"),
    "check": N_("a post, claim by claim"),
    "subscribe": N_("to hear of changes"),
    "suggest": N_("a statement for the moderators"),
    "help": N_("this; /help all has every command"),
}


class Link(NamedTuple):
    """The target of a link to the bot: a fact, a dialogue, or a subscription to a story (or this one)."""

    leads: bool
    fact: str | None = None
    story: str | None = None
    dialogue: str | None = None


async def _link(_context: Context, text: str) -> Link:
    match = _LINK.fullmatch(text)
    return Link(leads=False) if match is None else Link(True, **match.groupdict())


async def _story(context: Context, text: str) -> Story:
    # Also by a name that it had before: links and buttons go on to work.
    return await context.record.stories.find(text) or _story_named(text, await context.record.stories.all())


@commands.command(
    "start",
    Argument(
        N_("link"),
        Kind.WORDS,
        help=N_("leave it empty: links to the bot fill in where they lead, for example F7"),
    ),
    family=Family.FINDING_YOUR_WAY,
    role=Role.READER,
    discreet=True,
    help=N_("what this bot is for, and how to begin"),
    example="/start",
    reads={"link": _link},
)
async def start(context: Context, link: Link | None) -> Reply:
    """Say what the bot is for and how to begin; a link may lead straight to a fact or a subscription."""
    if link is not None and link.leads:
        return await _followed(context, link)
    blocks: list[Block] = [
        Heading(text="OnRecord", level=1),
        Note(text=_("I keep who said what, when, and according to which source.")),
        Note(text=_("I never say a thing without saying whose word it is.")),
    ]
    if link is not None:
        blocks.insert(1, Note(text=_("The link that you followed leads nowhere here.")))
    if context.chosen:
        blocks.append(Note(text=_("Story in use: {title}", title=context.chosen.title)))
    how = (
        _("Mention me with a plain question, or send /who, /when or /sources. /help tells the rest.")
        if context.request.shared
        else _("Ask a plain question, or send /who, /when or /sources. /help tells the rest.")
    )
    blocks.append(Note(text=how))
    actions = [
        Action(label=label, command=f"/{label}") for label in ("about", "who", "when", "disputed", "help")
    ]
    return Reply(blocks=tuple(blocks), actions=tuple(actions))


async def _followed(context: Context, link: Link) -> Reply:
    """Open the fact that a link leads to, go on with its dialogue, or subscribe to its story."""
    if link.dialogue:
        going_on = replace(context, command=await context.permit("resume", context.chosen))
        return await context.run(going_on, Answer(Token(int(link.dialogue), 0), ""))
    # A name typed after /subscribe may be a story, an entity or words; in a link it can only be a story.
    story = await _story(context, link.story) if link.story else None
    context = replace(
        context, command=await context.permit("fact" if link.fact else "subscribe", context.chosen)
    )
    return await context.run(context, await context.fact(link.fact) if link.fact else story)


@commands.command(
    "help",
    Argument(N_("command"), Kind.COMMAND, help=N_("a command that you want explained, for example when")),
    family=Family.FINDING_YOUR_WAY,
    role=Role.READER,
    discreet=True,
    help=N_("what you can do here; all commands (/help all), or how one of them is used"),
    example="/help when",
)
async def help_(context: Context, name: str | None) -> Reply:
    """Tell in plain words what one can do, list all commands, or show how to use one."""
    allowed = list(context.catalogue.allowed(context.role))
    if name is None:
        return _first_help(context)
    return _every_command(allowed) if name.casefold() == ALL else _one_command(name, allowed)


def _first_help(context: Context) -> Reply:
    """Tell on one screen what one can do."""
    how = (
        _("Mention me with a plain question, and I answer with who said what, when and in which source.")
        if context.request.shared
        else _("Ask me a plain question, and I answer with who said what, when and in which source.")
    )
    rows = [Item(label=f"/{command}", text=_(text)) for command, text in _IN_PLAIN_WORDS.items()]
    blocks: list[Block] = [Heading(text="OnRecord", level=1), Note(text=how), *rows]
    if context.role >= Role.MODERATOR:
        blocks.append(
            Note(text=_("You keep this record: /add and /review begin; the buttons under /fact go on."))
        )
    offered = [(_("All commands"), f"/help {ALL}"), (_("Settings"), "/settings"), (_("Privacy"), "/privacy")]
    return Reply(blocks=tuple(blocks), actions=tuple(Action(label=a, command=b) for a, b in offered))


def _every_command(allowed: list[Command]) -> Reply:
    """List the commands by family."""
    blocks: list[Block] = [Heading(text=_("Commands"), level=1)]
    listed = (command for command in allowed if command.is_listed)
    for family, members in groupby(listed, key=lambda command: command.family):
        blocks.append(Heading(text=_(family.title)))
        blocks += [Item(label=command.usage(), text=_(command.help)) for command in members]
    blocks.append(Note(text=_("In a private chat, a plain question needs no command.")))
    return Reply(blocks=tuple(blocks))


def _one_command(argument: str, allowed: list[Command]) -> Reply:
    name = argument.removeprefix("/").casefold()
    by_name = {command.name: command for command in allowed}
    if name not in by_name:
        near = suggestions(name, [command.name for command in allowed if command.is_listed], 1)
        raise UserError(
            _("There is no command /{name}: /help all lists all of them.", name=name[:32]),
            commands=tuple((f"/help {item}", f"/help {item}") for item in near),
        )
    command = by_name[name]
    explained = _(
        "{help}. For example: {example}", help=_(command.help).capitalize(), example=command.example
    )
    return Reply(
        blocks=(Heading(text=command.usage(), level=1), Note(text=explained), *_lines(command)),
        actions=(Action(label=command.example, command=command.example),),
    )


def _lines(command: Command) -> list[Block]:
    """Return an example of a command sent at once with header lines, if it accepts them."""
    if not command.headers:
        return []
    names = ", ".join(f"{name}:" for name in command.headers)
    text = _("To send it all at once, put lines under it, as many of these as you need: {names}", names=names)
    return [Note(text=text)]


@commands.command(
    "about",
    family=Family.FINDING_YOUR_WAY,
    role=Role.READER,
    help=N_("the story in a few attributed lines"),
    example="/about",
)
async def about(context: Context) -> Reply:
    """Tell the story in a few attributed lines."""
    facts = await context.record.listings.summary(context.story.id)
    facts = facts or await context.record.listings.all(context.story.id, limit=context.policy.page)
    heading = Heading(text=context.story.title, level=1)
    if not facts:
        return Reply(blocks=(heading, Note(text=_("Nothing is on record in this story yet."))))
    actions = [
        Action(label=label, command=f"/{label}")
        for label in ("who", "when", "where", "figures", "disputed", "sources", "latest", "stories")
    ]
    blocks: list[Block] = [heading, *map(fact_line, facts), *_on_the_web(context)]
    return Reply(blocks=tuple(blocks), actions=tuple(actions), first=first_screen(blocks, LIST_LETTERS))


def _on_the_web(context: Context) -> list[Block]:
    """Return where the story can be read on the web, if it is public."""
    if context.policy.pages is None or not context.story.public:
        return []
    address = context.policy.pages.story(context.story.name)
    return [Item(label=_("On the web"), text=address, url=address)]


@commands.command(
    "story",
    Argument(
        N_("name"), Kind.STORY, help=N_("the story to use in this chat from now on, for example belarus")
    ),
    family=Family.FINDING_YOUR_WAY,
    role=Role.READER,
    help=N_("the story in use here, or use another"),
    example="/story belarus",
    reads={"name": _story},
)
async def story(context: Context, wanted: Story | None) -> Reply:
    """Show the story in use, or switch to another."""
    if wanted is None:
        others = [item for item in await context.record.stories.all() if item.id != context.story.id]
        return Reply(blocks=await _described(context, context.story), actions=_choices(others))
    # The story in use applies to everybody in the chat.
    if context.role < Role.MODERATOR:
        await refuse_strangers(context.request, context.command)
    await context.record.stories.use(context.request.chat, wanted.id)
    note = Note(text=_("This chat now uses this story: /about tells it in a few lines."))
    about = Action(label="about", command="/about")
    actions = (about, *await _waiting(context, wanted))
    return Reply(blocks=(*await _described(context, wanted), note), actions=actions)


async def _waiting(context: Context, wanted: Story) -> tuple[Action, ...]:
    """Return the way to what waits for review in a story, in private, for those who may look at it."""
    asker, record = context.request, context.record
    keeps = context.role is Role.OWNER or await record.members.moderates(asker.user, wanted.id)
    count = await record.drafts.count_waiting(wanted.id) if keeps and not asker.shared else 0
    return (Action(label=_("Review ({count})", count=count), command="/review"),) if count else ()


@commands.command(
    "stories",
    family=Family.FINDING_YOUR_WAY,
    role=Role.READER,
    help=N_("all stories on record"),
    example="/stories",
)
async def stories(context: Context) -> Reply:
    """List all stories on record."""
    every = await context.record.stories.all()
    if not every:
        return Reply(blocks=(Note(text=_("No story is on record yet.")),))
    in_use = context.story.id
    titles = {item.id: item.title for item in every} | {
        in_use: _("{title} (in use here)", title=context.story.title)
    }
    rows = [Item(label=item.name, text=titles[item.id]) for item in every]
    return Reply(blocks=(Heading(text=_("Stories on record"), level=1), *rows), actions=_choices(every))


def _story_named(text: str, every: list[Story]) -> Story:
    wanted = fold(text)
    for item in every:
        if wanted in (fold(item.name), fold(item.title)):
            return item
    # Match only from the beginning of a word: any other common letters are a coincidence.
    part = [
        item
        for item in every
        if text[:1].isalnum()
        and (f" {wanted}" in f" {fold(item.title)}" or fold(item.name).startswith(wanted))
    ]
    if len(part) == 1:
        return part[0]
    names = [item.name for item in part] or suggestions(text, (item.name for item in every))
    raise UserError(
        _("No story is named “{text}”: /stories lists those on record.", text=text[:60]),
        commands=tuple((name, f"/story {name}") for name in names[:8]),
    )


async def _described(context: Context, item: Story) -> tuple[Block, ...]:
    count = await context.record.stories.count_facts(item.id)
    text = ngettext(
        "{count} statement on record since {day}.",
        "{count} statements on record since {day}.",
        count,
        day=day(item.opened_at),
    )
    return Heading(text=item.title, level=1), Note(text=text)


def _choices(items: list[Story]) -> tuple[Action, ...]:
    return tuple(Action(label=item.title[:60], command=f"/story {item.name}") for item in items[:8])
