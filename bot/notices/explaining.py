"""Explaining: whether, when and why a chat was told of a fact's changes, or was not."""

from __future__ import annotations

from bot.texts import N_, _
from storage.models import DeliveryState, Fact, Listener, Notice, NoticeKind
from storage.record import Record

_KINDS = {
    NoticeKind.PUBLISHED: N_("Came on record"),
    NoticeKind.CORRECTED: N_("Corrected"),
    NoticeKind.ATTRIBUTED: N_("A further voice"),
    NoticeKind.RELATED: N_("Set beside another fact"),
    NoticeKind.SUPERSEDED: N_("Superseded"),
    NoticeKind.RETRACTED: N_("Retracted"),
    NoticeKind.RESTORED: N_("Restored"),
}


async def explained(record: Record, fact: Fact, chat: str, topic: int = 0) -> list[tuple[str, str]]:
    """Return a row for each notice of a fact: what happened and when, and what became of it in a chat."""
    listener = await record.listeners.find(chat, topic)
    rows: list[tuple[str, str]] = []
    for notice in await record.notices.of_fact(fact.id):
        label = f"{_(_KINDS[notice.kind])}, {_when(notice.made_at)}"
        rows.append((label, await _fate(record, notice, chat, listener)))
    return rows


async def _fate(record: Record, notice: Notice, chat: str, listener: Listener | None) -> str:
    told = await record.notices.delivered(notice.id, listener.id) if listener is not None else None
    amended = await record.notices.amended(notice.id, chat)
    also = _(" Messages here that cited the fact were put right: {count}.", count=amended) if amended else ""
    if told is not None:
        state, at, error = told
        texts = {
            DeliveryState.DUE: _("will be told in a moment."),
            DeliveryState.HELD: _("waits until this chat wants to hear (/settings)."),
            DeliveryState.SENDING: _("is being sent."),
            DeliveryState.SENT: _("told {when}.", when=_when(at or notice.made_at)),
            DeliveryState.FAILED: _("not yet: {error}; it is tried again.", error=error),
            DeliveryState.GIVEN_UP: _("not told: {error}", error=error),
        }
        return texts[DeliveryState(state)] + also
    state = await record.notices.state(notice.id)
    if state == "new":
        return _("not told yet: it is held until {when}.", when=_when(notice.due_at)) + also
    if state == "dropped":
        return _("told to nobody: it was changed before anybody was told.") + also
    if listener is not None and listener.paused:
        return _("not told: this chat is paused ({reason}).", reason=listener.paused) + also
    if listener is None:
        return _("not told: this chat has not subscribed (/subscribe).") + also
    return _("not told: no subscription here, or its settings, let it through then (/subscriptions).") + also


def _when(moment: str) -> str:
    return f"{moment[:10]} {moment[11:16]} UTC"
