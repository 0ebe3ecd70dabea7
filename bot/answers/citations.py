"""Citations: how a source is described under a reply, and how a sentence calls it."""

from __future__ import annotations

from collections.abc import Iterable

from bot.answers.date_text import in_short, in_words
from bot.replies import Block, Citation, Line
from bot.texts import N_, _, ngettext, shortened
from storage.domain.models import Attribution, Entity, Relation, Source, SourceKind

_KINDS = {
    SourceKind.ARTICLE: N_("article"),
    SourceKind.REPORT: N_("report"),
    SourceKind.STUDY: N_("study"),
    SourceKind.STATEMENT: N_("statement"),
    SourceKind.LEGAL: N_("legal document"),
    SourceKind.POST: N_("post"),
}
# Of a longer chain, only the first that relay are named; /sources names all.
MOST_RELAYING = 3
# What stands under a reply of one source; /sources shows the rest.
LONGEST_ENTRY = 1_000
# Of a title, a name or a publisher in a label.
LONGEST_NAME = 60


def cite(attribution: Attribution) -> Citation:
    """Return the citation of an attribution."""
    return citation(attribution.source, attribution.locator)


def cite_role(entity: Entity) -> Citation | None:
    """Return the citation of an entity's role; None if it has none."""
    return citation(entity.role_source, entity.role_locator) if entity.role and entity.role_source else None


def cite_relation(relation: Relation) -> Citation | None:
    """Return the citation of a relation that a source itself states."""
    return citation(relation.source, relation.locator) if relation.source else None


def citation(source: Source, locator: str | None = None) -> Citation:
    """Return the citation of a place in a source."""
    entry = shortened(describe(source), LONGEST_ENTRY)
    return Citation(source=source.id, entry=entry, locator=locator, url=source.url, label=label(source))


def described(blocks: Iterable[Block]) -> list[Block]:
    """Return blocks under which each source stands with all that is known of it, and not its label."""
    return [_described(block) if isinstance(block, Line) else block for block in blocks]


def _described(line: Line) -> Line:
    citations = tuple(each.model_copy(update={"label": None}) for each in line.citations)
    return line.model_copy(update={"citations": citations})


def label(source: Source) -> str:
    """Return a source in a few words: `Kyiv Independent, 4 Jan 2024, via the article`."""
    parts = [_who(source), in_short(source.published) if source.published else _("date not given")]
    first, *further = [_relaying(each) for each in source.chain()[1:]] or [""]
    if len(further) > 1:
        parts.append(_("via {source} and {count} more", source=first, count=len(further)))
    elif further:
        parts.append(_("via {source} and {other}", source=first, other=further[0]))
    elif first:
        parts.append(_("via {source}", source=first))
    return _capital(", ".join(parts))


def _who(source: Source) -> str:
    """Return whose a source is; of a post who wrote it and where, for many write at one place in a day."""
    posted = source.author if source.kind is SourceKind.POST and source.publisher else None
    names = [each for each in (posted, source.publisher or source.author) if each]
    return ", ".join(shortened(each, LONGEST_NAME) for each in names) or _title(source, LONGEST_NAME)


def _relaying(source: Source) -> str:
    return shortened(source.publisher or voice(source), LONGEST_NAME)


def describe(source: Source) -> str:
    """Describe a source with all that is known of it, what is not given said so, and who relays it."""
    parts = [_title(source)]
    if source.publisher:
        # A title may hold its publisher's name, as may that of a work on it.
        if source.title or source.publisher not in parts[0]:
            parts.append(source.publisher)
    elif source.kind in (SourceKind.ARTICLE, SourceKind.POST) and not source.author:
        parts.append(_("publisher not named"))
    if source.author:
        parts.append(source.author)
    parts.append(in_words(source.published) if source.published else _("date not given"))
    chain = source.chain()[1:]
    for relaying, via in enumerate(chain[:MOST_RELAYING]):
        known = _("itself known only via {source}") if relaying else _("known only via {source}")
        parts.append(known.format(source=short(via)))
    if (further := len(chain) - MOST_RELAYING) > 0:
        parts.append(_further(further))
    return _capital(", ".join(parts))


def _further(count: int) -> str:
    return ngettext("and so on through {count} source", "and so on through {count} sources", count)


def short(source: Source) -> str:
    """Return how one calls a source in passing: its name, publisher or kind, with its date."""
    called = voice(source)
    return (
        _("{source} of {date}", source=called, date=in_words(source.published))
        if source.published
        else called
    )


def voice(source: Source) -> str:
    """Return how a sentence calls a source that speaks in its own voice."""
    return source.name or source.publisher or source.author or _("the {kind}", kind=_(_KINDS[source.kind]))


def _title(source: Source, longest: int | None = None) -> str:
    """Return what a source is called, a title in quotation marks; of at most so many characters."""
    name = source.title or source.name or _(_KINDS[source.kind])
    if longest is not None:
        name = shortened(name, longest - (2 if source.title else 0))
    return f"“{name}”" if source.title else name.removeprefix("the ").removeprefix("The ")


def _capital(text: str) -> str:
    return text[:1].title() + text[1:]
