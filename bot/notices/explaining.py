"""Explaining: whether, when and why a chat was told of a fact's changes, or was not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from bot.notices.refusals import refusal_text
from bot.replies import Item, moments
from bot.texts import N_, _, ngettext
from bot.times.zones import shown
from storage.domain.clock import moment_text
from storage.domain.models import DeliveryState, Listener, Notice, NoticeKind
from storage.record import Record

_KINDS = {
    NoticeKind.PUBLISHED: N_("Came on record"),
    NoticeKind.CORRECTED: N_("Corrected"),
    NoticeKind.ATTRIBUTED: N_("New attribution"),
    NoticeKind.RELATED: N_("Related to another fact"),
    NoticeKind.SUPERSEDED: N_("Superseded"),
    NoticeKind.RETRACTED: N_("Retracted"),
    NoticeKind.RESTORED: N_("Restored"),
    NoticeKind.TAKEN_DOWN: N_("Taken down"),
}


async def notice_history(
    record: Record, notices: Iterable[Notice], chat: str, topic: int = 0, *, retention: timedelta
) -> list[Item]:
    """Return a row for each notice: the change, its moment, and the delivery's status in a chat.

    Recipients are known only for the `retention`.
    """
    listener = await record.listeners.find(chat, topic)
    horizon = moment_text(record.ledger.clock() - retention)
    rows: list[Item] = []
    for notice in notices:
        label = f"{_(_KINDS[notice.kind])}, {shown(notice.made_at)}"
        marks = moments(notice.made_at, notice.due_at, listener.paused_at if listener else None)
        if notice.kind is NoticeKind.TAKEN_DOWN:
            fate: str | None = _("sent to nobody: messages that held the words are put right instead.")
        else:
            told = await _told(record, notice, listener)
            fate, at = told or (await _untold(record, notice), None)
            marks += moments(at)
        if fate is None:
            own = chat in await record.notices.chats_of_author(notice.audit_id)
            fate = _forgotten(retention) if notice.due_at < horizon else _let_pass(listener, own=own)
        rows.append(Item(label=label, text=fate + await _put_right(record, notice, chat), marks=marks))
    return rows


async def _told(record: Record, notice: Notice, listener: Listener | None) -> tuple[str, str | None] | None:
    """Return the status of a notice's delivery to a listener, and its moment; None if there is none."""
    told = await record.notices.delivered(notice.id, listener.id) if listener is not None else None
    if told is None:
        return None
    state, at, error = told
    if state == DeliveryState.HELD and listener is not None and listener.paused:
        return _("waits.") + " " + refusal_text(listener), None
    texts = {
        DeliveryState.DUE: _("will be sent in a moment."),
        DeliveryState.HELD: _("waits for a time that the /settings of this chat allow."),
        DeliveryState.SENDING: _("is being sent."),
        DeliveryState.SENT: _("sent {when}.", when=shown(at or notice.made_at)),
        DeliveryState.FAILED: _("not sent yet: {error}; the bot tries again.", error=error),
        DeliveryState.GIVEN_UP: _("not sent: {error}", error=error),
    }
    return texts[DeliveryState(state)], at


async def _untold(record: Record, notice: Notice) -> str | None:
    """Return why nobody was told; None if others were told."""
    state = await record.notices.state(notice.id)
    if state == "new":
        return _("not sent yet: it is held until {when}.", when=shown(notice.due_at))
    if state == "dropped":
        return _("sent to nobody: the fact changed again before anybody was told.")
    return None


def _let_pass(listener: Listener | None, *, own: bool) -> str:
    """Return why a notice that was sent to others did not go to a chat."""
    if own:
        return _("not sent: whoever made a change knows of it.")
    if listener is None:
        return _("not sent: this chat has not subscribed (/subscribe).")
    return _("not sent: no subscription here covered it then, or its settings left it out (/subscriptions).")


def _forgotten(retention: timedelta) -> str:
    return ngettext(
        "the bot remembers whom it told for {count} day only.",
        "the bot remembers whom it told for {count} days only.",
        retention.days,
    )


async def _put_right(record: Record, notice: Notice, chat: str) -> str:
    done, waiting = await record.notices.amended(notice.id, chat)
    told = _(" Messages here that cited the fact and were corrected: {count}.", count=done) if done else ""
    if waiting:
        told += _(" Messages here that cited the fact and are yet to be corrected: {count}.", count=waiting)
    return told
