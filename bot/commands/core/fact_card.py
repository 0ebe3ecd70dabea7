"""The buttons under a fact: its history, and for moderators all that they may do to it.

Everybody in a group sees the buttons under a message, also those who may not use them. So a moderator has
them in a private chat, and in a shared one only where the platform shows the card to nobody else (`aside`).
"""

from __future__ import annotations

from bot.commands.core.context import Context
from bot.replies import Action, Reply
from bot.requests import Role
from bot.texts import N_, _
from storage.domain.models import Fact

# What may be done to a fact in force, and to one that is not.
_IN_FORCE = {
    "correct": N_("Correct"),
    "attribute": N_("Attribute"),
    "relate": N_("Relate"),
    "supersede": N_("Supersede"),
    "retract": N_("Retract"),
}
_SUPERSEDED = {"correct": N_("Correct"), "supersede": N_("Supersede"), "retract": N_("Retract")}
_RETRACTED = {"restore": N_("Restore")}


def as_card(context: Context, fact: Fact, reply: Reply) -> Reply:
    """Return a reply about a fact with the buttons that its reader may use."""
    history = Action(label=_("History"), command=f"/history F{fact.id}")
    deeds = deeds_on(context, fact)
    # Who keeps the record sees the card alone where the platform can do so; elsewhere in a group it has no
    # buttons.
    aside = bool(deeds) and context.request.shared
    return Reply(
        blocks=reply.blocks,
        actions=(*reply.others, *deeds, history, *reply.turns),
        aside=reply.aside or aside,
        verdict=reply.verdict,
        # What somebody acts by stays as they read it.
        past=reply.past or bool(deeds),
    )


def deeds_on(context: Context, fact: Fact) -> tuple[Action, ...]:
    """Return what the asker may do to a fact, as buttons; none where others would see them."""
    request = context.request
    if (
        context.role < Role.MODERATOR
        or fact.taken_down is not None
        or (request.shared and not request.discreet)
    ):
        return ()
    deeds = _RETRACTED if fact.retracted is not None else _IN_FORCE if fact.in_force else _SUPERSEDED
    return tuple(Action(label=_(label), command=f"/{name} F{fact.id}") for name, label in deeds.items())
