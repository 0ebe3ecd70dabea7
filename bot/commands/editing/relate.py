"""/relate and /supersede: relations between facts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.answers.lines import fact_lines
from bot.commands.core.completion import MOST, facts, listed
from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Family, Kind, Offer
from bot.commands.dialogue import fields
from bot.commands.dialogue.entries import Brought, made
from bot.commands.dialogue.forms import ONE, Field, Filled, Form, Proposal, form_command
from bot.commands.dialogue.header_lines import Headed
from bot.commands.dialogue.references import other_fact, source_of
from bot.commands.editing import opponents
from bot.commands.editing.revise import (
    ID,
    about_fact,
    begin_with,
    done,
    in_force,
    on_record,
    proposing,
    target_of,
)
from bot.errors import UserError
from bot.replies import Heading, Reply
from bot.requests import Role
from bot.texts import N_, _
from storage.changing.ledger import ChangeResult
from storage.domain.entries import LONGEST_ADDRESS, FactEntry, RelationEntry
from storage.domain.models import Fact, RelationKind, RevisionKind

_UNRELATED = "unrelated"
_RELATION = re.compile(rf"(contradicts|supports|{_UNRELATED}(?:\s+to)?)\s+(\S+)", re.IGNORECASE)


async def _relation(context: Context, filled: Filled, text: str) -> None:
    await _related(context, filled, text)


async def _related(context: Context, filled: Filled, text: str) -> tuple[str, Fact]:
    match = _RELATION.fullmatch(text.strip())
    if match is None:
        raise UserError(_("Say how: “contradicts F3”, “supports F3” or “unrelated F3”."))
    return match[1].split()[0].casefold(), await other_fact(context, match[2], filled.target)


async def _relate(
    context: Context, filled: Filled, entry: FactEntry, fact: Fact
) -> tuple[FactEntry, Brought]:
    in_force(fact)
    how, other = await _related(context, filled, filled.text("relation"))
    kept = {
        kind.value: tuple(item for item in getattr(entry, kind.value) if item.fact != other.ref)
        for kind in RelationKind
    }
    if how == _UNRELATED:
        if all(kept[kind.value] == getattr(entry, kind.value) for kind in RelationKind):
            raise UserError(_no_relation(fact, other))
        return entry.model_copy(update=kept), Brought()
    in_force(other)
    # The relation keeps its values unless new ones are given.
    present = [item for item in getattr(entry, how) if item.fact == other.ref]
    given: dict[str, object] = present[0].model_dump() if present else {"fact": other.ref}
    if text := filled.text("source"):
        source = await source_of(context, text)
        given["source"] = source.ref if source else None
    for name, key in (("question", "about"), ("part", "part"), ("at", "locator")):
        if text := filled.text(name):
            given[key] = None if text.casefold() == fields.NONE else text
    relation = made(RelationEntry, given)
    return entry.model_copy(update=kept | {how: (*kept[how], relation)}), Brought()


async def _propose_relation(context: Context, filled: Filled) -> Proposal:
    """Show how a fact will stand to another, with what that one says."""
    proposal = await proposing(RevisionKind.RELATED, _relate)(context, filled)
    _how, other = await _related(context, filled, filled.text("relation"))
    both = (*proposal.blocks, Heading(text=_("F{id} reads now", id=other.id)), *fact_lines(other, whole=True))
    return proposal._replace(blocks=both)


def _no_relation(fact: Fact, other: Fact) -> str:
    if any(item.other_id == other.id for item in fact.relations):
        return _(
            "It is F{other} that says how it stands to F{id}: use /relate F{other} unrelated F{id}.",
            id=fact.id,
            other=other.id,
        )
    return _("F{id} and F{other} are not related.", id=fact.id, other=other.id)


_HOW = Field(
    "relation", N_("How does it stand to another fact? “contradicts F3”, “supports F3” or “unrelated F3”."),
    _relation, required=True,
)  # fmt: skip


def _relate_fields(filled: Filled) -> Sequence[Field]:
    if filled.text("relation").strip().casefold().startswith(_UNRELATED):
        return (_HOW,)
    return (
        _HOW,
        fields.QUESTION,
        fields.PART,
        Field("source", None, _known_source, limit=LONGEST_ADDRESS, kind=Kind.SOURCE),
        Field("at", None, fields.AT.check),
    )


async def _known_source(context: Context, _filled: Filled, text: str) -> None:
    if await source_of(context, text) is None:
        raise UserError(_("A relation is stated by a source on record: add it first with /source."))


@form_command(
    "relate",
    ID,
    Argument(
        N_("how"),
        Kind.WORDS,
        required=True,
        fills=True,
        help=N_("how the first stands to the other: contradicts, supports or unrelated"),
    ),
    Argument(
        N_("other id"),
        Kind.FACT,
        required=True,
        option="other",
        fills=True,
        pattern=r"[^\n]+",
        help=N_("the other of the two statements, by its id, for example F9"),
    ),
    Argument(
        N_("lines"),
        Kind.TEXT,
        help=N_("empty to be asked; or what they differ about, for example question: Was it closed?"),
    ),
    family=Family.KEEPING,
    role=Role.MODERATOR,
    help=N_("how two facts stand to each other"),
    example="/relate F7 contradicts F3",
    offers={"how": listed(*(kind.value for kind in RelationKind), _UNRELATED)},
    form=Form(
        _relate_fields,
        _propose_relation,
        done,
        lines=("question", "part", "source", "at"),
        colons=0,
    ),
)
async def relate(
    context: Context, fact: Fact, how: str | None, other: str | None, given: Headed | None
) -> Reply:
    """Open the dialogue of a relation between two facts, or of its end."""
    relation = " ".join(filter(None, (how, other)))
    return await begin_with(context, fact, given, possible=in_force, relation=relation)


async def _supersede(
    context: Context, filled: Filled, entry: FactEntry, fact: Fact
) -> tuple[FactEntry, Brought]:
    text = filled.text("by")
    if text.casefold() in (fields.NONE, "nothing"):
        if fact.superseded_by is None:
            raise UserError(_("F{id} is not superseded.", id=fact.id))
        return entry.model_copy(update={"superseded_by": None}), Brought()
    in_force(fact)
    other = await other_fact(context, text, fact.id)
    if other.superseded_by == fact.id:
        raise UserError(
            _(
                "F{other} is superseded by F{id} itself: /supersede F{other} none first.",
                other=other.id,
                id=fact.id,
            )
        )
    in_force(other)
    return entry.model_copy(update={"superseded_by": other.ref}), Brought()


async def _propose_superseding(context: Context, filled: Filled) -> Proposal:
    """Propose that another fact supersedes it, or that it is in force again."""
    back = filled.text("by").casefold() in (fields.NONE, "nothing")
    if back:
        return await proposing(RevisionKind.RESTORED, _supersede)(context, filled)
    proposal = await proposing(RevisionKind.SUPERSEDED, _supersede)(context, filled)
    fact = await target_of(context, filled)
    other = await other_fact(context, filled.text("by"), fact.id)
    return proposal._replace(blocks=(*proposal.blocks, *opponents.warnings(fact, other)))


async def _superseded(context: Context, filled: Filled, made: ChangeResult) -> Reply:
    """Say that it was done, and who is left standing against the fact that was superseded alone."""
    reply = await done(context, filled, made)
    if made.fact is None or made.fact.superseded_by is None:
        return reply
    other = await context.fact(f"F{made.fact.superseded_by}")
    left, buttons = opponents.warnings(made.fact, other), opponents.relating(made.fact, other)
    return reply.model_copy(update={"blocks": (*reply.blocks, *left), "actions": (*reply.actions, *buttons)})


async def _superseder(context: Context, filled: Filled, text: str) -> None:
    if text.casefold() not in (fields.NONE, "nothing"):
        await other_fact(context, text, filled.target)


_BY = Field(
    "by",
    N_("Which fact takes its place? “none” puts it back in force."),
    _superseder,
    required=True,
    kind=Kind.FACT,
)


async def _superseders(context: Context, typed: str, given: Sequence[str]) -> Sequence[Offer]:
    """Offer other facts, and the word that puts the fact in force again."""
    none = Offer(fields.NONE, _("{none}  put it back in force", none=fields.NONE))
    found = await facts(context, typed, given)
    if not fields.NONE.startswith(typed.casefold()):
        return found
    # Once the word is begun it comes first; before that a fact is likelier.
    return [none, *found] if typed else [*found[: MOST - 1], none]


def _supersede_fields(_filled: Filled) -> Sequence[Field]:
    return (
        _BY,
        Field("reason", N_("Why? Readers will see the reason; it may be left out."), fields.REASON.check),
    )


@form_command(
    "supersede",
    ID,
    Argument(
        N_("by"),
        Kind.FACT,
        required=True,
        fills=True,
        help=N_("the later statement that takes its place, for example F12; none puts it back"),
    ),
    Argument(
        N_("reason"), Kind.TEXT, help=N_("why, as readers will see it, for example A newer count is out")
    ),
    family=Family.KEEPING,
    role=Role.MODERATOR,
    help=N_("a later fact takes the place of one (“none” puts it back)"),
    example="/supersede F7 F12",
    offers={"by": _superseders},
    form=Form(
        _supersede_fields,
        _propose_superseding,
        _superseded,
        lines=("by", "reason"),
        modal=("by", "reason"),
        title=N_("Put another fact in the place of {subject}"),
        starts=about_fact(on_record),
        opens=ONE,
    ),
)
async def supersede(context: Context, fact: Fact, by: str | None, reason: Headed | None) -> Reply:
    """Open the dialogue that supersedes a fact."""
    why = reason and reason.text
    return await begin_with(context, fact, reason, possible=on_record, by=by, reason=why)
