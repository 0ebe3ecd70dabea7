"""Opposing claims side by side, under the question between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.answers.lines import fact_line, fact_lines
from bot.answers.standing import opposing
from bot.replies import Block, Heading, Line, Note
from bot.texts import _, ngettext
from storage.domain.models import Fact, Relation, divided

# Facts that are shown against one; /fact shows all.
MOST_OPPOSING = 8


def disputes(facts: Sequence[Fact], known: Iterable[Fact]) -> list[Block]:
    """Return the disputes that `facts` are in; `known` holds both sides of each."""
    by_id = {fact.id: fact for fact in known}
    sides: dict[str, tuple[dict[int, Fact], dict[int, Fact]]] = {}
    set_by_source: dict[str, list[bool]] = {}
    for fact in facts:
        for relation in shown_against(fact):
            other = by_id.get(relation.other_id)
            if other is None or not other.in_force:
                continue
            left, right = (fact, other) if relation.outgoing else (other, fact)
            question = relation.about or _("F{left} and F{right}", left=left.id, right=right.id)
            held, against = sides.setdefault(question, ({}, {}))
            set_by_source.setdefault(question, []).append(relation.source is not None)
            # A fact that already stands on one side of the question stays there.
            if left.id in against or right.id in held:
                left, right = right, left
            # Where three contradict each other, no fact is shown as opposing itself.
            if left.id not in against:
                held[left.id] = left
            if right.id not in held:
                against[right.id] = right
    blocks: list[Block] = []
    for question, (held, against) in sides.items():
        blocks.append(Heading(text=question))
        blocks += [_side(fact) for fact in held.values()]
        opposed = [_side(fact, nested=True) for fact in against.values()]
        label = _against(set_by_source[question])
        blocks += [line.model_copy(update={"label": label}) for line in opposed[:1]] + opposed[1:]
    blocks += [note for fact in facts for note in _further(fact)]
    return blocks + _divided([fact for fact in facts if divided(fact.attributions)])


def shown_against(fact: Fact) -> list[Relation]:
    """Return the first of the relations by which facts in force stand against a fact."""
    return opposing(fact)[:MOST_OPPOSING]


def _further(fact: Fact) -> list[Note]:
    """Return the note on the facts against a fact that are not shown."""
    left = len(opposing(fact)) - MOST_OPPOSING
    if left <= 0:
        return []
    text = ngettext(
        "{count} more statement stands against F{id}: /fact F{id}",
        "{count} more statements stand against F{id}: /fact F{id}",
        left,
        id=fact.id,
    )
    return [Note(text=text)]


def _against(by_source: Sequence[bool]) -> str:
    """Say who opposes the claims: the source, or this record."""
    if all(by_source):
        return _("against it, by the source")
    return _("against it, in part by the source") if any(by_source) else _("against it, by this record")


def _divided(facts: Sequence[Fact]) -> list[Block]:
    """Return the facts that some of their own voices deny."""
    lines = [block for fact in facts for block in fact_lines(fact)]
    return [Heading(text=_("Stated by some, denied by others")), *lines] if lines else []


def _side(fact: Fact, *, nested: bool = False) -> Line:
    return fact_line(fact, nested=nested).model_copy(update={"mark": None})
