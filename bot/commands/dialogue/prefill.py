"""Turn a fact back into the texts of a form, so that it can be edited as it was entered."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from bot.answers.date_text import in_words
from bot.commands.core.context import Context
from bot.commands.core.typed_dates import told
from bot.commands.dialogue.references import ARTICLE_MARK
from bot.parsing.stances import stance_of
from storage.domain.changes import Publish
from storage.domain.entries import AttributionEntry, EntityEntry, FigureEntry, RelationEntry, SourceEntry
from storage.domain.models import Fact, Figure

_SOURCE_TEXTS = ("publisher", "author", "kind")


async def texts_of(context: Context, change: Publish) -> dict[str, str]:
    """Return the texts of a form that proposes the fact of a change."""
    fact = change.fact
    texts = {
        "statement": fact.statement,
        "brief": fact.brief,
        "when": _typed(fact.occurred),
        "occasion": fact.occasion,
        "note": fact.date_note,
        "where": _names(fact.places, change),
        "about": _names(fact.about, change),
        "figure": figures_text(fact.figures),
        "contradicts": await _ids(context, fact.contradicts),
        "supports": await _ids(context, fact.supports),
        "question": next((item.about for item in (*fact.contradicts, *fact.supports) if item.about), None),
        "part": next((item.part for item in (*fact.contradicts, *fact.supports) if item.part), None),
        "supersedes": f"F{change.supersedes}" if change.supersedes else None,
        **await _attribution(context, fact.attributions[0], change),
    }
    return {name: text for name, text in texts.items() if text}


async def known_of(context: Context, change: Publish) -> dict[str, str]:
    """Return the labels of the texts that hold a key of the record: names instead of keys."""
    item = change.fact.attributions[0]
    known = {}
    if item.speaker:
        found = await context.record.entities.by_ref(context.story.id, [item.speaker])
        entity = found.get(item.speaker)
        known["who"] = item.speaker if entity is None else entity.name
    if isinstance(item.source, SourceEntry) and (named := item.source.url or item.source.title):
        known["source"] = named
    return known


def retold(fact: Fact) -> dict[str, str]:
    """Return the initial texts of a correction of a fact on record."""
    texts = {
        "statement": fact.statement,
        "when": _typed(fact.occurred),
        "figure": figures_text(fact.figures),
    }
    return {name: text for name, text in texts.items() if text}


def figures_text(figures: Iterable[FigureEntry | Figure]) -> str:
    """Return figures as people type them, one per line."""
    return "\n".join(_figure(item) for item in figures)


def typed_date(edtf: str) -> str:
    """Return a date in the words that are read as just that date, else as the record writes it."""
    words = in_words(edtf)
    # What is said to be open (“year not given”) is understood where it is left out.
    return next((each for each in (words.partition(" (")[0], words) if told(each) == edtf), edtf)


def _typed(edtf: str | None) -> str | None:
    return typed_date(edtf) if edtf else None


async def _attribution(context: Context, item: AttributionEntry, change: Publish) -> dict[str, str | None]:
    texts = {
        "who": _name(item.speaker, change) if item.speaker else None,
        "cue": item.cue,
        "stance": item.stance.value if item.stance is not stance_of(item.cue) else None,
        "at": item.locator,
        "quote": item.quote,
        "said": _typed(item.said),
    }
    if new := _new(item.speaker, change):
        texts |= {"role": new.role, "article": new.article}
    if isinstance(item.source, SourceEntry):
        return texts | await _new_source(context, item.source, change)
    found = await context.record.sources.by_ref(context.story.id, [item.source])
    return texts | {"source": f"S{found[item.source].id}"}


async def _new_source(context: Context, source: SourceEntry, change: Publish) -> dict[str, str | None]:
    texts: dict[str, str | None] = {
        "source": _as_new(source),
        "title": source.title if source.url else None,
        "published": _typed(source.published),
        **{name: getattr(source, name) for name in _SOURCE_TEXTS},
    }
    along = {each.ref: each for each in change.sources}
    if source.via in along:
        texts["via"] = _as_new(along[source.via])
    elif source.via:
        relaying = (await context.record.sources.by_ref(context.story.id, [source.via]))[source.via]
        texts["via"] = f"S{relaying.id}"
    return texts


def _as_new(source: SourceEntry) -> str:
    return f"+ {source.url or source.title}"


def _new(name: str | None, change: Publish) -> EntityEntry | None:
    return next((entity for entity in change.entities if entity.name == name), None)


async def _ids(context: Context, relations: Iterable[RelationEntry]) -> str:
    refs = [item.fact for item in relations]
    ids = await context.record.facts.ids(context.story.id, refs)
    return " ".join(f"F{ids[ref]}" for ref in refs)


def _names(names: Iterable[str], change: Publish) -> str:
    return "; ".join(_name(name, change) for name in names)


def _name(name: str, change: Publish) -> str:
    """Return a name in its unambiguous form: marked as new, or by its ref on record."""
    new = _new(name, change)
    if new is None:
        return f"={name}"
    return f"+{new.kind} {ARTICLE_MARK} {name}" if new.article == "the" else f"+{new.kind} {name}"


def _number(value: float) -> str:
    """Return a number with all its digits and no exponent, as the parser accepts it."""
    return f"{int(value)}" if value == int(value) else f"{Decimal(repr(value)):f}"


def _figure(item: FigureEntry | Figure) -> str:
    if item.amount is None:
        number = f"“{item.words}”"
    else:
        number = " to ".join(_number(value) for value in (item.amount, item.upper) if value is not None)
    return " ".join(filter(None, (item.qualifier, number, item.counts)))
