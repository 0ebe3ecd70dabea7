"""Entries of the audit trail as rows: who did what, when, from which chat, why, and what differs. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.replies import Item, addresses, moments
from bot.texts import N_, _
from bot.times.zones import shown
from storage.domain.models import Action, AuditEntry

_DONE = {
    Action.PUBLISHED: N_("published {subject}"),
    Action.CORRECTED: N_("corrected {subject}"),
    Action.ATTRIBUTED: N_("added a further attribution to {subject}"),
    Action.RELATED: N_("related {subject} to another statement"),
    Action.SUPERSEDED: N_("marked {subject} as superseded"),
    Action.RETRACTED: N_("retracted {subject}"),
    Action.RESTORED: N_("restored {subject}"),
    Action.UNDONE: N_("undid their last change, to {subject}"),
    Action.IMPORTED: N_("imported a fact sheet"),
    Action.SOURCE_ADDED: N_("added the source {subject}"),
    Action.SOURCE_EDITED: N_("edited the source {subject}"),
    Action.ENTITY_ADDED: N_("added the name {subject}"),
    Action.ENTITY_EDITED: N_("edited the name {subject}"),
    Action.ENTITY_REMOVED: N_("removed the name {subject}"),
    Action.MERGED: N_("merged a name into {subject}"),
    Action.STORY_OPENED: N_("opened the story"),
    Action.STORY_SET: N_("set what the story is called, or how it is used"),
    Action.REJECTED: N_("rejected {subject}"),
    Action.APPOINTED: N_("made {subject} a moderator of {scope}"),
    Action.DISMISSED: N_("removed {subject} as a moderator of {scope}"),
    Action.LINKED: N_("linked the account {subject}"),
    Action.UNLINKED: N_("unlinked the account {subject}"),
    Action.TAKEN_DOWN: N_("took {subject} down"),
    Action.RECHAINED: N_("chained the trail anew"),
    Action.WEBHOOK_SET: N_("set {subject}"),
}
_LONGEST = 120
# The fields of a fact as people call them; what an action's own words tell is left out.
_FIELDS = {
    "statement": N_("statement"), "brief": N_("brief"), "occurred": N_("date"), "occasion": N_("occasion"),
    "date_note": N_("note on the date"), "places": N_("places"), "about": N_("who it is about"),
    "attributions": N_("attributions"), "figures": N_("figures"), "contradicts": N_("what it contradicts"),
    "supports": N_("what it supports"),
}  # fmt: skip


def entry_item(entry: AuditEntry, names: Mapping[str, str], story: str | None = None) -> Item:
    """Return the row of an entry; `names` are what moderators are called, by address.

    `story` is what the entry's own is called where the entries of several stand together.
    """
    scope = _("all stories") if entry.story_id is None else story or _("this story")
    what = _(_DONE[entry.action], subject=_subject(entry, names), scope=scope)
    text = _(
        "{when} {who} {what}",
        when=shown(entry.at),
        who=names.get(entry.actor, entry.actor),
        what=what,
    )
    if entry.chat not in (None, entry.actor, entry.subject):
        text = _("{text}, in {chat}", text=text, chat=entry.chat)
    if entry.reason:
        text = _("{text}: {reason}", text=text, reason=entry.reason)
    if differing := _differing(entry):
        text = f"{text} ({differing})"
    marks = (*moments(entry.at), *addresses(entry.actor, entry.subject, entry.chat, names=names))
    return Item(label=f"#{entry.id}", text=text, marks=marks)


# What tells people nothing.
_UNTOLD = frozenset({"ref", "ids"})


def _subject(entry: AuditEntry, names: Mapping[str, str]) -> str:
    """Return what an entry is about, a name by itself: its number says nothing to anybody."""
    if entry.subject.startswith("E") and isinstance(entry.after, dict) and entry.after.get("name"):
        return f"“{entry.after['name']}”"
    return names.get(entry.subject, entry.subject)


def _differing(entry: AuditEntry) -> str:
    """Return what an entry changed, field by field; of facts only the names: their lines stand below it."""
    before, after = entry.before or {}, entry.after or {}
    if not isinstance(before, dict) or not isinstance(after, dict):
        return ""
    changed = [key for key in dict.fromkeys((*before, *after)) if before.get(key) != after.get(key)]
    if entry.subject.startswith("F"):
        return ", ".join(_(_FIELDS[key]) for key in changed if key in _FIELDS) if before else ""
    return "; ".join(
        _(
            "{field}: {before} → {after}",
            field=key,
            before=_short(before.get(key)),
            after=_short(after.get(key)),
        )
        if before
        else f"{key}: {_short(after.get(key))}"
        for key in changed
        if key not in _UNTOLD and (before.get(key) is not None or after.get(key) is not None)
    )


def _short(value: Any) -> str:
    if value is None:
        return "–"
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
