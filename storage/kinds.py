"""The closed lists of the vocabulary: what a stance, a source, an entity, a standing may be."""

from __future__ import annotations

from enum import StrEnum


class Stance(StrEnum):
    """How a speaker stands to a statement."""

    ASSERTS = "asserts"
    DENIES = "denies"
    ADMITS = "admits"
    ALLEGES = "alleges"
    CONFIRMS = "confirms"
    SUPPORTS = "supports"
    CALLS_FOR = "calls for"


class SourceKind(StrEnum):
    """What sort of document a source is."""

    ARTICLE = "article"
    REPORT = "report"
    STUDY = "study"
    STATEMENT = "statement"
    LEGAL = "legal"
    POST = "post"


class EntityKind(StrEnum):
    """What sort of thing a story names."""

    PERSON = "person"
    ORGANISATION = "organisation"
    PLACE = "place"
    GROUP = "group"


class RelationKind(StrEnum):
    """How one fact bears on another."""

    CONTRADICTS = "contradicts"
    SUPPORTS = "supports"


class Standing(StrEnum):
    """How firmly a fact stands; derived from attributions and relations, never stored."""

    ATTRIBUTED = "attributed"
    CORROBORATED = "corroborated"
    DISPUTED = "disputed"
    SUPERSEDED = "superseded"
    RETRACTED = "retracted"


class RevisionKind(StrEnum):
    """What a revision did to its fact."""

    PUBLISHED = "published"
    CORRECTED = "corrected"
    SUPERSEDED = "superseded"
    RETRACTED = "retracted"
    RESTORED = "restored"
