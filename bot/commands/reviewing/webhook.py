"""/webhook: owners have the changes of a public story sent, signed, to an address of theirs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.answers.date_text import day
from bot.commands.core.completion import listed
from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Family, Kind
from bot.commands.core.registry import commands
from bot.errors import UserError
from bot.intake.fetching.errors import Unfetchable
from bot.intake.fetching.places import Gate, sendable
from bot.replies import Action, Block, Heading, Item, Note, Reply
from bot.requests import Role
from bot.texts import N_, _, ngettext, shortened
from bot.times.zones import shown
from storage.webhooks.models import State, Webhook

# Letters of an address or a title in the list.
LONGEST_SHOWN = 120
_WHAT = ("add", "test", "secret", "on", "stop")


async def _what(_context: Context, text: str) -> str:
    if text.casefold() not in _WHAT:
        raise UserError(
            _(
                "Say what to do: /webhook add and an https:// address, or test, secret, on or stop and a"
                " number."
            )
        )
    return text.casefold()


@commands.command(
    "webhook",
    Argument(
        N_("what"),
        Kind.WORDS,
        option="action",
        help=N_("add, test, secret (a new one), on (go on after a pause) or stop; empty lists all"),
    ),
    Argument(
        N_("which"),
        Kind.WORDS,
        help=N_("an address to add, for example https://example.org/hook; else the number of a webhook"),
    ),
    family=Family.CHOOSING,
    role=Role.OWNER,
    everywhere=True,
    discreet=True,
    paged=True,
    help=N_("changes of this story, if it is public, sent signed to an address; or what is sent where"),
    example="/webhook add https://example.org/hook",
    offers={"action": listed(*_WHAT)},
    reads={"action": _what},
)
async def webhook(context: Context, what: str | None, which: str | None) -> Reply:
    """List webhooks, or do something about one."""
    if context.request.shared and not context.request.discreet:
        # An address may be as secret as a password, and a secret is for the owner alone.
        raise UserError(_("Others read along here: write to me privately about webhooks."))
    if what is None:
        return await _list(context)
    if what == "add":
        return await _add(context, which)
    return await _DO[what](context, await _meant(context, which))


async def _meant(context: Context, text: str | None) -> Webhook:
    """Return the webhook of a number. Raises UserError."""
    number = text if text is not None and text.isdecimal() and len(text) < 10 else "0"
    found = await context.record.webhooks.find(int(number))
    if found is None or found.state is State.STOPPED:
        raise UserError(_("There is no webhook of that number: /webhook lists those that there are."))
    return found


async def _list(context: Context) -> Reply:
    standing = await context.record.webhooks.standing()
    if not standing:
        return Reply(
            blocks=(
                Note(text=_("Nothing is sent anywhere: /webhook add and an https:// address changes that.")),
            ),
            aside=True,
        )
    titles = {story.id: story.title for story in await context.record.stories.all()}
    blocks: list[Block] = [Heading(text=_("Webhooks"), level=1)]
    for each in standing:
        text = _(
            "{url} · “{story}” · since {day}",
            url=shortened(each.url, LONGEST_SHOWN),
            story=shortened(titles[each.story_id], LONGEST_SHOWN),
            day=day(each.made_at),
        )
        blocks.append(Item(label=str(each.id), text=text))
        if trouble := await _trouble(context, each):
            blocks.append(Note(text=trouble))
    tests = (
        Action(label=_("Test {id}", id=each.id), command=f"/webhook test {each.id}") for each in standing[:4]
    )
    return Reply(blocks=tuple(blocks), actions=tuple(tests), aside=True)


async def _trouble(context: Context, webhook: Webhook) -> str:
    """Return why nothing is sent to a webhook now, and how much waits for it; nothing where all is well."""
    waiting = await context.record.webhooks.waiting(webhook)
    waits = ngettext("{count} change waits.", "{count} changes wait.", waiting)
    if webhook.state is State.PAUSED:
        reason = webhook.reason
        return _(
            "{id} is paused: {reason} {waits} /webhook on {id} goes on.",
            id=webhook.id,
            reason=reason,
            waits=waits,
        )
    if webhook.failure:
        return _(
            "{id} has taken nothing since {when} ({reason}). {waits} It is tried again from time to time.",
            id=webhook.id,
            when=shown(webhook.failing_since or ""),
            reason=webhook.failure,
            waits=waits,
        )
    return waits if waiting else ""


async def _add(context: Context, url: str | None) -> Reply:
    """Add a webhook for the story in use, and show its secret."""
    if not url:
        raise UserError(_("Say where to: /webhook add https://example.org/hook"))
    if not context.story.public:
        raise UserError(
            _(
                "The story {name} is not public, so nothing of it is sent: /public on makes it so.",
                name=context.story.name,
            )
        )
    try:
        place = await sendable(Gate(context.policy.webhook_hosts), url)
    except Unfetchable as error:
        raise UserError(_("Nothing can be sent to that address: {why}", why=error.text)) from error
    number, secret = await context.record.webhooks.add(
        context.story.id, str(place.url), by=context.by, language=context.request.language
    )
    sent = _(
        "From now on the changes of “{title}” are sent to {host}.",
        title=context.story.title,
        host=place.url.host,
    )
    return _secret(number, secret, sent)


async def _renew(context: Context, webhook: Webhook) -> Reply:
    secret = await context.record.webhooks.renew(webhook.id, by=context.by)
    if secret is None:
        raise UserError(_("Webhook {id} has ended meanwhile.", id=webhook.id))
    both = _("For a day each event is signed with the former secret, too: so there is time to change it.")
    return _secret(webhook.id, secret, both)


def _secret(number: int, secret: str, note: str) -> Reply:
    return Reply(
        blocks=(
            Heading(text=_("Webhook {id}", id=number), level=1),
            Item(label=_("Secret"), text=secret),
            Note(
                text=_(
                    "Each event is signed with it, as Standard Webhooks says (standardwebhooks.com). It is"
                    " shown this once: copy it, and then delete this message."
                )
            ),
            Note(text=note),
        ),
        actions=(Action(label=_("Test it"), command=f"/webhook test {number}"),),
        aside=True,
        unkept=True,
    )


async def _test(context: Context, webhook: Webhook) -> Reply:
    if webhook.state is State.PAUSED:
        raise UserError(_("Webhook {id} is paused: /webhook on {id} goes on.", id=webhook.id))
    await context.record.webhooks.test(webhook, context.request.user)
    text = _("A test is on its way to webhook {id}; I tell you in private what comes of it.", id=webhook.id)
    return Reply(blocks=(Note(text=text),), aside=True)


async def _go_on(context: Context, webhook: Webhook) -> Reply:
    if not await context.record.webhooks.go_on(webhook, by=context.by):
        raise UserError(_("Webhook {id} is on, and takes what is sent.", id=webhook.id))
    text = _("Webhook {id} is tried again now, first with what has waited.", id=webhook.id)
    return Reply(blocks=(Note(text=text),), aside=True)


async def _stop(context: Context, webhook: Webhook) -> Reply:
    await context.record.webhooks.stop(webhook, _("An owner has stopped it."), by=context.by)
    text = _("Webhook {id} has ended: nothing is sent to {host} any more.", id=webhook.id, host=webhook.host)
    return Reply(blocks=(Note(text=text),), aside=True)


_DO: dict[str, Callable[[Context, Webhook], Awaitable[Reply]]] = {
    "test": _test,
    "secret": _renew,
    "on": _go_on,
    "stop": _stop,
}
