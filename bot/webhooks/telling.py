"""What owners are told in private of a webhook, each in the language of their chat."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from bot.replies import Action, Note, Reply
from bot.texts import _, speak, spoken
from storage.record import Record
from storage.webhooks.models import State, Webhook

# A text, in the language that is spoken then.
Text = Callable[[], str]


def stopped(webhook: Webhook, why: Text) -> Reply:
    """Say that a webhook has ended."""
    text = _(
        "Webhook {id} ({host}) has ended: {why} Nothing is sent there any more.",
        id=webhook.id,
        host=webhook.host,
        why=why(),
    )
    return Reply(blocks=(Note(text=text),))


def paused(webhook: Webhook, why: Text) -> Reply:
    """Say that nothing is sent to a webhook until an owner says so."""
    text = _(
        "Webhook {id} ({host}) is paused: {why} What changes waits, as long as notices do. Once all is well"
        " again, send /webhook on {id}.",
        id=webhook.id,
        host=webhook.host,
        why=why(),
    )
    go_on = Action(label=_("Go on"), command=f"/webhook {State.ON} {webhook.id}")
    return Reply(blocks=(Note(text=text),), actions=(go_on, Action(label=_("Webhooks"), command="/webhook")))


def tested(webhook: Webhook, error: str) -> Reply:
    """Say what came of a test; without an error it was taken."""
    if error:
        text = _(
            "Webhook {id} ({host}) has not taken the test: {why}", id=webhook.id, host=webhook.host, why=error
        )
    else:
        text = _("Webhook {id} ({host}) has taken the test.", id=webhook.id, host=webhook.host)
    return Reply(blocks=(Note(text=text),))


def left_out(webhook: Webhook, changes: Sequence[str], error: str) -> Reply:
    """Say that an end does not take some changes, and that those behind go on without them."""
    text = _(
        "Webhook {id} ({host}) has not taken {changes} for an hour ({reason}), but what came after it. So"
        " that is left out there; the API tells it under /api/v1/changes.",
        id=webhook.id,
        host=webhook.host,
        changes=", ".join(changes),
        reason=error,
    )
    return Reply(blocks=(Note(text=text),), actions=(Action(label=_("Webhooks"), command="/webhook"),))


async def told(record: Record, chats: Collection[str], reply: Callable[[], Reply]) -> dict[str, str]:
    """Return a reply (JSON) for each of some chats, in its language."""
    language, made = spoken(), {}
    try:
        for chat in chats:
            listener = await record.listeners.find(chat)
            speak(listener.language if listener is not None else language)
            made[chat] = reply().model_dump_json()
    finally:
        speak(language)
    return made
