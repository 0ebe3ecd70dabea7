"""How a fact stands to others: what contradicts it and what supports it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.answers.citations import cite_relation
from bot.answers.lines import fact_line
from bot.answers.sentences import tombstone
from bot.replies import Block, Heading, Line, Note
from bot.texts import N_, _
from storage.domain.models import Fact, Relation, RelationKind

_HEADINGS = {
    (RelationKind.CONTRADICTS, True): N_("Contradicts"),
    (RelationKind.CONTRADICTS, False): N_("Contradicted by"),
    (RelationKind.SUPPORTS, True): N_("Supports"),
    (RelationKind.SUPPORTS, False): N_("Supported by"),
}


def in_order(relations: Iterable[Relation]) -> list[Relation]:
    """Return relations in the order in which they are shown: by kind and direction."""
    order = list(_HEADINGS)
    return sorted(relations, key=lambda item: order.index((item.kind, item.outgoing)))


def relation_lines(relations: Sequence[Relation], others: Mapping[int, Fact]) -> list[Block]:
    """Return the facts at the far ends of relations, each kind under its heading, without retracted facts."""
    blocks: list[Block] = []
    for (kind, outgoing), heading in _HEADINGS.items():
        chosen = [
            item
            for item in relations
            if (item.kind, item.outgoing) == (kind, outgoing)
            and item.other_id in others
            and (others[item.other_id].retracted is None or others[item.other_id].taken_down is not None)
        ]
        if chosen:
            blocks += [Heading(text=_(heading)), *(_line(others[item.other_id], item) for item in chosen)]
    return blocks


def _line(other: Fact, relation: Relation) -> Line | Note:
    """Return the line of a related fact, and who relates it: a source or this record."""
    if other.taken_down is not None:
        return Note(text=tombstone(other))
    line = fact_line(other)
    label, source = relation.part, cite_relation(relation)
    if source:
        text = _("{sentence} (the source itself makes this link)", sentence=line.text)
        return line.model_copy(
            update={"citations": (*line.citations, source), "text": text, "label": label, "mark": None}
        )
    text = _("{sentence} (this record makes this link, not a source)", sentence=line.text)
    return line.model_copy(update={"text": text, "label": label, "mark": None})
