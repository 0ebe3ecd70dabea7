"""Derive how firmly a fact stands. Pure: from the fact and its relations alone."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from storage.domain.enums import RelationKind, Stance, Standing

if TYPE_CHECKING:
    from storage.domain.models import Attribution, Fact, Source


def standing_of(fact: Fact) -> Standing:
    """Return the standing; a later change outweighs a dispute, a dispute outweighs corroboration."""
    if fact.retracted is not None:
        return Standing.RETRACTED
    if fact.superseded_by is not None:
        return Standing.SUPERSEDED
    if contradicted(fact) or divided(fact.attributions):
        return Standing.DISPUTED
    if corroborated(fact.attributions):
        return Standing.CORROBORATED
    return Standing.ATTRIBUTED


def contradicted(fact: Fact) -> bool:
    """Tell whether a fact that is in force contradicts it, whichever of the two says so."""
    return any(item.kind is RelationKind.CONTRADICTS and item.other_in_force for item in fact.relations)


def divided(attributions: tuple[Attribution, ...]) -> bool:
    """Tell whether some voices deny what others hold."""
    denials = sum(item.stance is Stance.DENIES for item in attributions)
    return 0 < denials < len(attributions)


def corroborated(attributions: tuple[Attribution, ...]) -> bool:
    """Tell whether two voices hold it through sources that are independent of each other."""
    return any(
        independent(left.source, right.source) and not same_voice(left, right)
        for left, right in combinations(attributions, 2)
    )


def same_voice(left: Attribution, right: Attribution) -> bool:
    """Tell whether both are the word of one named speaker: repeated elsewhere, it is still one voice."""
    return left.speaker is not None and right.speaker is not None and left.speaker.id == right.speaker.id


def independent(left: Source, right: Source) -> bool:
    """Tell whether two sources share no document on their way to us.

    What reaches us through the same article, or goes back to the same report, is one source.
    """
    return not {item.id for item in left.chain()} & {item.id for item in right.chain()}
