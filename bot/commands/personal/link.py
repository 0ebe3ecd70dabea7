"""/link: one person, several accounts. The account with the roles makes a code, another account sends it."""

from __future__ import annotations

import re
from typing import NamedTuple

from bot.answers.date_text import day
from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Family, Kind
from bot.commands.core.registry import commands
from bot.errors import UserError
from bot.replies import Action, Block, Heading, Item, Note, Reply, addresses
from bot.requests import Role
from bot.texts import N_, _, speak, spoken
from storage.notifying.notices import post
from storage.people.accounts import LASTS, MOST_ACCOUNTS, Linked, Obstacle

_OFF = re.compile(r"off(?:\s+(?P<account>[a-z]{2,20}:\w{1,40}))?", re.IGNORECASE | re.ASCII)
MINUTES = int(LASTS.total_seconds()) // 60


class Ending(NamedTuple):
    """A link to end: that of another account, or (None) of the asker's."""

    account: str | None


async def _ending_or_code(_context: Context, text: str) -> Ending | str:
    off = _OFF.fullmatch(text)
    return Ending(off["account"]) if off else text


@commands.command(
    "link",
    Argument(
        N_("code or off"),
        Kind.WORDS,
        option="code",
        help=N_("empty for a new code; or the one that your other account got, for example abcd-efgh"),
    ),
    family=Family.TAKING_PART,
    role=Role.READER,
    discreet=True,
    help=N_("another account of yours linked, so that roles and settings are the same on both"),
    example="/link",
    reads={"code": _ending_or_code},
)
async def link(context: Context, given: Ending | str | None) -> Reply:
    """Make a code, link the account that sends a code, or end a link."""
    request = context.request
    if request.shared and not request.discreet:
        # Another reader of the chat may send the code before the person's other account does.
        if isinstance(given, str):
            await context.record.accounts.void(given)
        raise UserError(
            _(
                "Others read along here, and a code is for you alone: write to me privately."
                " A code that you sent here is worth nothing any more."
            )
        )
    if not request.asker.is_appointable:
        raise UserError(
            _("You write here as a group or a channel: write as yourself to link your own account.")
        )
    if isinstance(given, Ending):
        return await _end(context, given.account)
    if given is not None:
        return await _redeem(context, given)
    return await _linked(context) if request.account else await _code(context)


async def _code(context: Context) -> Reply:
    """Return a new code, its instructions, and the linked accounts."""
    accounts, person = context.record.accounts, context.request.user
    code = await accounts.issue(person, on_trail=context.role >= Role.MODERATOR)
    blocks: list[Block] = [
        Heading(text=_("Link another account"), level=1),
        Item(label=_("Code"), text=code),
        Note(
            text=_(
                "Send /link {code} to me in a private chat from your other account, within {count} minutes."
                " It works once, and a newer code takes its place.",
                code=code,
                count=MINUTES,
            )
        ),
        Note(text=_("Show it to nobody: whoever sends it acts as you from then on, with your roles.")),
    ]
    linked = await accounts.accounts_of(person)
    if linked:
        blocks.append(Heading(text=_("Linked accounts")))
    blocks += [
        Item(
            label=item.address,
            text=_("linked since {day}", day=day(item.linked_at)),
            marks=addresses(item.address),
        )
        for item in linked
    ]
    # Telegram shows a discreet answer to a button as an alert, and nobody could copy a code from that.
    another = Action(label=_("Make another code"), command="/link")
    endings = (_ending(item.address) for item in linked)
    return Reply(blocks=tuple(blocks), actions=(another, *endings), aside=True)


async def _linked(context: Context) -> Reply:
    """Say whom this account acts as: only the account with the roles makes codes."""
    person = await context.called(context.request.user)
    text = _(
        "This account acts as {person}. To link a further one, send /link from {address}.",
        person=person,
        address=context.request.user,
    )
    off = Action(label=_("End this link"), command="/link off")
    note = Note(text=text, marks=addresses(context.request.user))
    return Reply(blocks=(note,), actions=(off,), aside=True)


async def _redeem(context: Context, code: str) -> Reply:
    """Link the asker's account to the person who made the code."""
    request, accounts = context.request, context.record.accounts
    keeps = context.role >= Role.MODERATOR
    done = await accounts.redeem(code, request.sender, chat=request.chat, keeps_the_record=keeps)
    if isinstance(done, Obstacle):
        raise UserError(await _obstacle(context, done))
    await _tell(context, done.person)
    notes = [
        _(
            "This account acts as {person} from now on, with the same roles.",
            person=await context.called(done.person),
        ),
        *_taken_over(done),
        _("Subscriptions stay with each chat, or every change would come twice: /subscribe adds some here."),
    ]
    off = Action(label=_("End this link"), command="/link off")
    marks = addresses(done.person)
    return Reply(blocks=tuple(Note(text=text, marks=marks) for text in notes), actions=(off,), aside=True)


def _taken_over(done: Linked) -> list[str]:
    """Return what a private chat has taken over from the person's other private chat."""
    if done.story and done.settings:
        return [_("Your private chat here uses the same story, and hears of changes in the same way.")]
    if done.story:
        return [_("Your private chat here uses the same story.")]
    if done.settings:
        return [_("Your private chat here hears of changes in the same way.")]
    return []


async def _tell(context: Context, person: str) -> None:
    """Tell the person of the link: if another person sent the code, they can end it."""
    record, account = context.record, context.request.sender
    listener = await record.listeners.find(person)
    language = spoken()
    speak(listener.language if listener else language)
    note = Note(
        text=_("The account {account} was linked to you by your code, and acts as you.", account=account),
        marks=addresses(account),
    )
    reply = Reply(blocks=(note,), actions=(_ending(account),))
    speak(language)
    async with record.database.transaction() as tx:
        await post(tx, person, reply.model_dump_json(), record.ledger.now())


async def _obstacle(context: Context, obstacle: Obstacle) -> str:
    """Return why an account was not linked, and what to do about it."""
    match obstacle:
        case Obstacle.OWN_CODE:
            return _("You made that code with this account: send it from your other one.")
        case Obstacle.LINKED:
            return _(
                "This account is linked to {person} already: /link off ends that.",
                person=await context.called(context.request.user),
            )
        case Obstacle.KEEPS_THE_RECORD:
            return _(
                "This account has a role of its own, which it would lose: send /link here, and the code that"
                " you get from your other account. If both have roles, an owner has to dismiss one first."
            )
        case Obstacle.HAS_ACCOUNTS:
            return _(
                "Other accounts are linked to this one: send /link here, and the code that you get from your"
                " other account. Or end those links first; /link lists them."
            )
        case Obstacle.TOO_MANY:
            return _(
                "{count} accounts are linked there already: end one of the links first; /link lists them.",
                count=MOST_ACCOUNTS,
            )
        case Obstacle.UNKNOWN_CODE:
            return _(
                "That code is wrong, was used, or is older than {count} minutes:"
                " send /link from your other account to get a new one.",
                count=MINUTES,
            )


async def _end(context: Context, account: str | None) -> Reply:
    """End the link of the asker's account, or of another account of the same person."""
    request, accounts = context.request, context.record.accounts
    address = account.casefold() if account else request.account
    if not address:
        raise UserError(
            _("This account acts as nobody else. /link lists those that are linked to it, to end one.")
        )
    if not await accounts.unlink(address, by=context.by):
        raise UserError(_("{account} is not linked to you: /link lists what is.", account=address))
    person = await context.called(request.user)
    notes = (
        _("{account} no longer acts as {person}.", account=address, person=person),
        _("What it did stays on record as theirs, and its private chat keeps its settings."),
    )
    marks = addresses(address, request.user)
    return Reply(blocks=tuple(Note(text=text, marks=marks) for text in notes), aside=True)


def _ending(address: str) -> Action:
    return Action(label=_("End the link of {account}", account=address), command=f"/link off {address}")
