"""Facts and stories as linked data in schema.org's terms: a `Claim` for each voice, whose it is and where.

Never a `ClaimReview` of our own: that needs a rating, and the record gives none. What a claim says is the
whole sentence of its voice: so a denial is the claim that something is not so, and never the other way round.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.answers.addresses import Addresses
from bot.answers.citations import describe, label
from bot.answers.diff import revised
from bot.answers.sentences import sentence
from storage.domain.models import (
    Attribution,
    Entity,
    EntityKind,
    Fact,
    Revision,
    RevisionKind,
    Source,
    SourceKind,
    Story,
)
from storage.snapshots.rows import Snapshot

MEDIA = "application/ld+json"
CONTEXT = "https://schema.org"
Node = dict[str, Any]
Copies = Mapping[int, Sequence[Snapshot]]
_TYPES = {
    SourceKind.ARTICLE: "NewsArticle",
    SourceKind.REPORT: "Report",
    SourceKind.STUDY: "ScholarlyArticle",
    SourceKind.STATEMENT: "CreativeWork",
    SourceKind.LEGAL: "CreativeWork",
    SourceKind.POST: "SocialMediaPosting",
}
# What schema.org knows as those whom a claim is made by, or about. Of other kinds no type is told.
_BEINGS = {
    EntityKind.PERSON: "Person",
    EntityKind.ORGANISATION: "Organization",
    EntityKind.GROUP: "Organization",
    EntityKind.PLACE: "Place",
}
# The dates of ISO 8601: a year, a month, a day, a moment with its zone. Others are told in the citation.
_ISO = re.compile(r"[0-9]{4}(?:-(?:0[1-9]|1[0-2])(?:-[0-9]{2}(?:T[0-9:.]+(?:Z|[+-][0-9]{2}:[0-9]{2}))?)?)?")
# What is told as a correction; what only adds to a fact is none.
CORRECTING = {RevisionKind.CORRECTED, RevisionKind.SUPERSEDED, RevisionKind.RESTORED}


class Linking:
    """Make linked data; `to` knows the addresses of this site."""

    def __init__(self, to: Addresses) -> None:
        self._to = to

    def fact(self, fact: Fact, story: Story, revisions: Iterable[Revision], copies: Copies) -> Node:
        """Return a fact's claims, one for each voice, with how it was corrected."""
        corrections = [_correction(each) for each in revisions if each.kind in CORRECTING]
        claims = [self._claim(fact, number, story, copies) for number in range(len(fact.attributions))]
        if corrections:
            claims[0]["correction"] = corrections
        return {"@context": CONTEXT, "@graph": claims}

    def story(self, story: Story, facts: Iterable[Fact], copies: Copies) -> Node:
        """Return a story as a collection of claims, each as the word of its first voice."""
        return {
            "@context": CONTEXT,
            "@type": "Collection",
            "@id": self._to.story(story.name),
            "url": self._to.story(story.name),
            "name": story.title,
            "dateCreated": story.opened_at,
            **({"inLanguage": story.language} if story.language else {}),
            "hasPart": [self._claim(fact, 0, story, copies) for fact in facts],
        }

    def _claim(self, fact: Fact, number: int, story: Story, copies: Copies) -> Node:
        item = fact.attributions[number]
        address = self._to.fact(fact.id)
        claim: Node = {
            "@type": "Claim",
            "@id": f"{address}#voice-{number + 1}",
            "identifier": f"F{fact.id}",
            "url": address,
            "text": sentence(fact, item),
            "author": _claimant(item),
            "appearance": [self._work(each, copies) for each in item.source.chain()],
            "citation": ", ".join(filter(None, (label(item.source), item.locator))),
            "isPartOf": {"@type": "Collection", "@id": self._to.story(story.name), "name": story.title},
        }
        if story.language:
            claim["inLanguage"] = story.language
        if fact.occurred:
            claim["temporalCoverage"] = fact.occurred
        if fact.about:
            claim["about"] = [self._named(each) for each in fact.about]
        if fact.places:
            claim["spatialCoverage"] = [self._place(each) for each in fact.places]
        if item.quote:
            claim["hasPart"] = {"@type": "Quotation", "text": item.quote, "author": _claimant(item)}
        return claim

    def _work(self, source: Source, copies: Copies) -> Node:
        """Return a source, with the page of this site that tells of its copy."""
        address = self._to.source(source.id)
        work: Node = {"@type": _TYPES[source.kind], "@id": address, "identifier": f"S{source.id}"}
        work["name"] = source.title or source.name or describe(source)
        if source.url:
            work["url"] = source.url
        if source.published and _ISO.fullmatch(source.published):
            work["datePublished"] = source.published
        if source.publisher:
            work["publisher"] = {"@type": "Organization", "name": source.publisher}
        if source.author:
            # Whether it is a person or an office the record does not say.
            work["author"] = {"name": source.author}
        if (kept := next((each for each in copies.get(source.id, ()) if not each.struck), None)) is not None:
            work["archivedAt"] = {
                "@type": "WebPage",
                "url": address,
                "dateCreated": kept.at,
                "identifier": f"sha256:{kept.digest}",
            }
        return work

    def _named(self, entity: Entity) -> Node:
        kind = {"@type": _BEINGS[entity.kind]} if entity.kind else {}
        return {**kind, "@id": self._to.name(entity.id), "name": entity.name}

    def _place(self, entity: Entity) -> Node:
        return {"@type": "Place", "@id": self._to.name(entity.id), "name": entity.name}


def _claimant(item: Attribution) -> Node:
    """Return whose word it is: the speaker, else whoever speaks in the source."""
    speaker = item.speaker
    if speaker is not None:
        kind = _BEINGS.get(speaker.kind) if speaker.kind not in (None, EntityKind.PLACE) else None
        return {"@type": kind, "name": speaker.name} if kind else {"name": speaker.name}
    source = item.source
    if source.publisher:
        return {"@type": "Organization", "name": source.publisher}
    return {"name": source.author or source.name or describe(source)}


def _correction(revision: Revision) -> Node:
    return {"@type": "CorrectionComment", "dateCreated": revision.at, "text": revised(revision)}


def embedded(node: Node) -> str:
    """Return linked data as it may stand inside an element of a page: no text of it can end that."""
    text = json.dumps(node, ensure_ascii=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
