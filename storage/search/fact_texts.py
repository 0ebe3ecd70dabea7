"""What is embedded of a fact: the one place that says so. Pure."""

from __future__ import annotations

from storage.domain.models import Fact

# Raise it with each change below: all vectors are then made anew.
RECIPE = 1


def texts_of(fact: Fact) -> list[str]:
    """Return the texts of which a fact's vector is the mean.

    On the development questions one vector that is the mean of these three ranks best.
    """
    said = fact.attributions[0]
    speaker = f"{said.speaker.name} {said.cue or ''}".strip() if said.speaker is not None else said.cue or ""
    spoken = f"{speaker} {fact.statement}".strip()
    title = said.source.title or said.source.name or ""
    return [fact.statement, spoken, f"{title}. {spoken}" if title else spoken]
