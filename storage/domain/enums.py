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
    # Neither says it nor denies it: the cue is the rating, in the words of whoever gives it.
    RATES = "rates"


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
    THING = "thing"


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
    ATTRIBUTED = "attributed"
    RELATED = "related"
    SUPERSEDED = "superseded"
    RETRACTED = "retracted"
    RESTORED = "restored"
    TAKEN_DOWN = "taken down"


class Action(StrEnum):
    """What an entry of the audit trail tells of; what is done to a fact is named as its revision is."""

    PUBLISHED = "published"
    CORRECTED = "corrected"
    ATTRIBUTED = "attributed"
    RELATED = "related"
    SUPERSEDED = "superseded"
    RETRACTED = "retracted"
    RESTORED = "restored"
    UNDONE = "undone"
    IMPORTED = "imported"
    SOURCE_ADDED = "source added"
    SOURCE_EDITED = "source edited"
    ENTITY_ADDED = "entity added"
    ENTITY_EDITED = "entity edited"
    ENTITY_REMOVED = "entity removed"
    MERGED = "merged"
    STORY_OPENED = "story opened"
    STORY_SET = "story set"
    REJECTED = "rejected"
    APPOINTED = "appointed"
    DISMISSED = "dismissed"
    LINKED = "linked"
    UNLINKED = "unlinked"
    TAKEN_DOWN = "taken down"
    RECHAINED = "rechained"
    WEBHOOK_SET = "webhook set"


class Ground(StrEnum):
    """Why words were taken down."""

    SAFETY = "safety"
    LAW = "law"
    PRIVACY = "privacy"


class DraftKind(StrEnum):
    """Whose a draft is: a reader's, a moderator's own that another must approve, or found in an article."""

    SUGGESTION = "suggestion"
    OWN = "own"
    FOUND = "found"


class Tier(StrEnum):
    """How sure a found draft is; how often each is right is measured (tests/benchmarks)."""

    CONFIDENT = "confident"
    CHECK_SPEAKER = "check the speaker"
    POSSIBLE = "possible"


class DraftState(StrEnum):
    """What became of a draft."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    MERGED = "merged"
    EDITED = "edited"


class Cadence(StrEnum):
    """How often a chat wants to hear."""

    AT_ONCE = "at once"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"


class NoticeKind(StrEnum):
    """What a notice tells of; what is done to a fact is named as its revision is."""

    PUBLISHED = "published"
    CORRECTED = "corrected"
    ATTRIBUTED = "attributed"
    RELATED = "related"
    SUPERSEDED = "superseded"
    RETRACTED = "retracted"
    RESTORED = "restored"
    TAKEN_DOWN = "taken down"
    REPLY = "reply"


class DeliveryState(StrEnum):
    """Where a delivery is; held ones wait until their chat may hear, failed ones are tried again."""

    DUE = "due"
    HELD = "held"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    GIVEN_UP = "given up"
