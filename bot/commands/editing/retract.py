"""/retract, /restore and /undo: retract a fact, restore it, or undo one's own last change."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.answers.diff import before_and_after
from bot.commands.core.completion import retracted_facts
from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Family, Kind
from bot.commands.core.registry import commands
from bot.commands.dialogue import fields
from bot.commands.dialogue.entries import Brought
from bot.commands.dialogue.forms import ONE, Field, Filled, Form, form_command
from bot.commands.dialogue.header_lines import Headed
from bot.commands.editing.revise import ID, about_fact, begin_with, done, following, proposing, removing
from bot.errors import UserError
from bot.replies import Note, Reply
from bot.requests import Role
from bot.texts import N_, _
from storage.domain.entries import FactEntry
from storage.domain.models import Fact, RevisionKind

UNDO_MINUTES = 10
_ENTRY = re.compile(r"#([1-9]\d{0,14})")
_FACT = re.compile(r"[Ff]?\s*[1-9]\d{0,14}")
_SOURCE = re.compile(r"[Ss][1-9]\d{0,14}")


async def _retract(
    _context: Context, filled: Filled, entry: FactEntry, fact: Fact
) -> tuple[FactEntry, Brought]:
    _refuse_retracted(fact)
    return entry.model_copy(update={"retracted": filled.text("reason")}), Brought()


async def _restore(
    _context: Context, _filled: Filled, entry: FactEntry, fact: Fact
) -> tuple[FactEntry, Brought]:
    _refuse_unretracted(fact)
    return entry.model_copy(update={"retracted": None}), Brought()


def _refuse_retracted(fact: Fact) -> None:
    if fact.retracted is not None:
        raise UserError(_("F{id} is retracted already: {reason}", id=fact.id, reason=fact.retracted))


def _refuse_unretracted(fact: Fact) -> None:
    if fact.retracted is None and fact.superseded_by is not None:
        raise UserError(
            _(
                "F{id} is not retracted but superseded by F{by}: /supersede F{id} none puts it back.",
                id=fact.id,
                by=fact.superseded_by,
            )
        )
    if fact.retracted is None:
        raise UserError(_("F{id} is not retracted: there is nothing to restore.", id=fact.id))


def _reason_only(_filled: Filled) -> Sequence[Field]:
    return (fields.REASON,)


@form_command(
    "retract",
    ID,
    Argument(
        N_("reason"),
        Kind.TEXT,
        help=N_("why it is withdrawn, as readers will see it, for example The source took it back"),
    ),
    family=Family.KEEPING,
    role=Role.MODERATOR,
    help=N_("a fact withdrawn, with the reason; it stays visible under /fact and /history only"),
    example="/retract F7 The source withdrew it",
    form=Form(
        _reason_only,
        proposing(RevisionKind.RETRACTED, _retract),
        done,
        lines=("reason",),
        modal=("reason",),
        title=N_("Retract {subject}"),
        starts=about_fact(_refuse_retracted),
        opens=ONE,
    ),
)
async def retract(context: Context, fact: Fact, reason: Headed | None) -> Reply:
    """Open the dialogue that retracts a fact."""
    return await begin_with(context, fact, reason, possible=_refuse_retracted, reason=reason and reason.text)


@form_command(
    "restore",
    ID,
    Argument(
        N_("reason"),
        Kind.TEXT,
        help=N_("why it stands again, as readers will see it, for example The source confirmed it"),
    ),
    family=Family.KEEPING,
    role=Role.MODERATOR,
    help=N_("a retracted fact put back, with the reason"),
    example="/restore F7 The source stands by it",
    offers={"id": retracted_facts},
    form=Form(
        _reason_only,
        proposing(RevisionKind.RESTORED, _restore),
        done,
        lines=("reason",),
        modal=("reason",),
        title=N_("Restore {subject}"),
        starts=about_fact(_refuse_unretracted),
        opens=ONE,
    ),
)
async def restore(context: Context, fact: Fact, reason: Headed | None) -> Reply:
    """Open the dialogue that restores a retracted fact."""
    return await begin_with(
        context, fact, reason, possible=_refuse_unretracted, reason=reason and reason.text
    )


async def _what(context: Context, text: str) -> int | str:
    """Return what to undo: an entry of the trail (`#12`), or the last change to a fact or source."""
    if entry := _ENTRY.fullmatch(text):
        return int(entry[1])
    if _SOURCE.fullmatch(text):
        return f"S{await context.source_id(text)}"
    if not _FACT.fullmatch(text):
        raise UserError(_("Send /undo alone, or name what to undo, for example /undo F7."))
    return f"F{(await context.fact(text)).id}"


@commands.command(
    "undo",
    Argument(N_("id"), Kind.FACT, help=N_("empty for your last change; or what you changed, for example F7")),
    family=Family.KEEPING,
    role=Role.MODERATOR,
    help=N_("your own last change taken back, or that to one fact or source, within ten minutes"),
    example="/undo",
    reads={"id": _what},
)
async def undo(context: Context, what: int | str | None) -> Reply:
    """Undo a change of the asker's own by a new revision."""
    undone = await context.undo(UNDO_MINUTES, what)
    if undone.fact is None:
        subject = undone.subject
        if subject.startswith("E"):
            subject = (await context.record.entities.by_id([int(subject[1:])]))[int(subject[1:])].name
        return Reply(blocks=(Note(text=_("Undone: {subject} reads as before.", subject=subject)),))
    was = await context.record.facts.at_revision(undone.fact.id, undone.fact.revision - 1)
    assert was is not None  # undoing makes a new revision
    blocks = (*before_and_after(was, undone.fact), *following(undone.others))
    return Reply(
        blocks=(Note(text=_("Undone.")), *blocks), actions=tuple(await removing(context, undone.fact))
    )
