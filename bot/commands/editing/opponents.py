"""Who stands against a fact and not against the one that takes its place: told, and never carried over."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answers.diff import far_end
from bot.answers.proposed import under
from bot.answers.standing import opposing
from bot.replies import Action, Block, Note
from bot.texts import _, ngettext
from storage.domain.models import Fact, Relation

# More are counted: each is told with its command.
MOST = 5


def left_against(old: Fact, new: Fact) -> list[Relation]:
    """Return how facts in force stand against one that another takes the place of, and not against that."""
    related = {new.id, *(item.other_id for item in new.relations)}
    return [item for item in opposing(old) if item.other_id not in related]


def in_place_of(others: Sequence[Fact], new: Fact) -> list[Block]:
    """Return the lines of the facts whose place a new one takes, and who stands against these alone."""
    was = [fact.model_copy(update={"superseded_by": None}) for fact in others]
    left = [note for fact in others for note in warnings(fact, new, on_record=False)]
    return [*under(_("It takes the place of"), was), *left]


def warnings(old: Fact, new: Fact, *, on_record: bool = True) -> list[Note]:
    """Return a line for each fact that stands against the old one alone, with how to set it against the new.

    What is not `on_record` yet has no id: there the form's own line does it.
    """
    left = left_against(old, new)
    notes = [Note(text=_warning(old, new, item, on_record=on_record)) for item in left[:MOST]]
    if (more := len(left) - MOST) > 0:
        text = ngettext(
            "{count} more stands against F{old}: /fact F{old}.",
            "{count} more stand against F{old}: /fact F{old}.",
            more,
            old=old.id,
        )
        notes.append(Note(text=text))
    return notes


def relating(old: Fact, new: Fact) -> list[Action]:
    """Return buttons that begin to set what stands against the old fact against the new one."""
    return [
        Action(label=_("F{id} against F{new}", id=item.other_id, new=new.id), command=_command(new, item))
        for item in left_against(old, new)[:MOST]
    ]


def _warning(old: Fact, new: Fact, relation: Relation, *, on_record: bool) -> str:
    who = far_end(relation)
    if on_record:
        return _(
            "{who} stands against F{old}, and not against F{new}. If it does: {command}",
            who=who, old=old.id, new=new.id, command=_command(new, relation),
        )  # fmt: skip
    return _(
        "{who} stands against F{old}, and not against the new one. If it does, add a line:"
        " contradicts: F{id}",
        who=who, old=old.id, id=relation.other_id,
    )  # fmt: skip


def _command(new: Fact, relation: Relation) -> str:
    if relation.outgoing:
        return f"/relate F{new.id} contradicts F{relation.other_id}"
    return f"/relate F{relation.other_id} contradicts F{new.id}"
