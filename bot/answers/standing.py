"""How a fact stands, as who denies it or says it too: the record has no verdict of its own. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.answers.sentences import called, further_voices, manner
from bot.texts import _, ngettext
from storage.domain.models import (
    Attribution,
    Fact,
    Relation,
    RelationKind,
    Stance,
    Standing,
    divided,
)

# Parts of a fact of which it is said who denies them; others are counted.
MOST_PARTS = 2
# Sources with the same text that are named; others are counted.
MOST_ALIKE = 5


def mark(fact: Fact, *, besides: bool = True) -> str | None:
    """Return who stands against a fact, or says it too; None for an attributed fact, the usual case.

    Without `besides` the fact's own further voices are left out: they stand under it.
    """
    match fact.standing:
        case Standing.RETRACTED:
            return _("retracted")
        case Standing.SUPERSEDED:
            return _("superseded by F{id}", id=fact.superseded_by)
        case Standing.DISPUTED:
            told = against(fact)
            if besides and divided(fact.attributions):
                told = [*_others(fact), *told]
            return "; ".join(told) or None
        case Standing.CORROBORATED:
            return "; ".join((*_others(fact), independence(fact))) if besides else None
        case Standing.ATTRIBUTED if besides and (one := one_text(fact)) is not None:
            return "; ".join((*_others(fact), one))
    return None


def against(fact: Fact, among: Collection[int] | None = None) -> list[str]:
    """Return who denies a fact, or says otherwise, by the part of it that this concerns; of `among`."""
    parts: dict[str | None, list[Relation]] = {}
    for relation in opposing(fact):
        if among is not None and relation.other_id not in among:
            continue
        parts.setdefault(relation.part if not relation.outgoing else None, []).append(relation)
    shown = list(parts.items())[:MOST_PARTS]
    told = [_of_part(part, relations) for part, relations in shown]
    if left := sum(map(len, parts.values())) - sum(len(relations) for _part, relations in shown):
        told.append(more_against(left))
    return told


def more_against(count: int) -> str:
    """Return how many statements stand against one, beside those that are named."""
    return ngettext("{count} more stands against it", "{count} more stand against it", count)


def opposing(fact: Fact) -> list[Relation]:
    """Return the relations by which facts in force stand against a fact, denials first."""
    found = [item for item in fact.relations if item.kind is RelationKind.CONTRADICTS and item.other_in_force]
    return sorted(found, key=lambda item: not _is_denial(item))


def independence(fact: Fact) -> str:
    """Return whether anybody has checked that those who say a fact do so independently of each other."""
    checked = any(item.independent for item in fact.attributions)
    told = _("checked to be independent") if checked else _("independence not checked")
    return "; ".join(filter(None, (told, one_text(fact))))


def one_text(fact: Fact) -> str | None:
    """Return which of a fact's sources print one text, and so count as one; None where none do."""
    held = (item.source for item in fact.attributions if item.stance is not Stance.RATES)
    links = {link.id: link for source in held for link in source.chain()}
    alike = sorted(number for number, link in links.items() if not link.alike.isdisjoint(links))
    if not alike:
        return None
    names = [f"S{number}" for number in alike[:MOST_ALIKE]]
    if len(alike) > MOST_ALIKE:
        return _(
            "the same agency text, {sources} and {count} more",
            sources=", ".join(names),
            count=len(alike) - MOST_ALIKE,
        )
    return _("the same agency text, {sources} and {last}", sources=", ".join(names[:-1]), last=names[-1])


def _of_part(part: str | None, relations: Sequence[Relation]) -> str:
    first, more = relations[0], len(relations) - 1
    who = called(first.voice) if first.voice else ""
    if who and _is_denial(first):
        text = _("denied by {who}, F{id}", who=who, id=first.other_id)
    elif who:
        text = _("against it: {who}, F{id}", who=who, id=first.other_id)
    else:
        text = _("against it: F{id}", id=first.other_id)
    if more:
        text = ngettext("{text} and {count} more", "{text} and {count} more", more, text=text)
    return _("{part}: {text}", part=part, text=text) if part else text


def _is_denial(relation: Relation) -> bool:
    return relation.voice is not None and relation.voice.stance is Stance.DENIES


def _others(fact: Fact) -> list[str]:
    """Return who else says a fact, or denies it, by stance."""
    first, *others = fact.attributions
    stances: dict[tuple[Stance, str | None], list[Attribution]] = {}
    for item in others:
        stances.setdefault(manner(item), []).append(item)
    return [further_voices(items, first) for items in stances.values()]
