"""Build the record's entries from the texts of a form."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

from pydantic import ValidationError

from bot.commands.core.context import Context
from bot.commands.core.typed_dates import told
from bot.commands.dialogue.date_fields import words_of
from bot.commands.dialogue.fields import NONE
from bot.commands.dialogue.forms import Filled
from bot.commands.dialogue.references import (
    Named,
    is_address,
    name_of,
    names_of,
    new_source,
    other_fact,
    source_of,
)
from bot.errors import UserError
from bot.parsing.figure_parsing import read_figures
from bot.parsing.stances import stance_of
from bot.texts import _
from storage.domain.entries import (
    ON_RECORD,
    AttributionEntry,
    EntityEntry,
    Entry,
    FactEntry,
    RelationEntry,
    SourceEntry,
)
from storage.domain.models import Source, Stance

E = TypeVar("E", bound=Entry)
_SOURCE_TEXTS = ("title", "publisher", "author", "kind")


class Brought(NamedTuple):
    """What comes on record with a fact: new names in it, and new sources that its own is known through."""

    entities: tuple[EntityEntry, ...] = ()
    sources: tuple[SourceEntry, ...] = ()


class Composer:
    """Build entries from a form's texts, and collect what they name that is new."""

    def __init__(self, context: Context, filled: Filled) -> None:
        self._context = context
        self._filled = filled
        self._entities: list[EntityEntry] = []
        self._sources: list[SourceEntry] = []

    @property
    def brought(self) -> Brought:
        """What comes on record with the entries that were built."""
        return Brought(tuple(self._entities), tuple(self._sources))

    async def fact(self) -> FactEntry:
        """Return a new fact."""
        given = {
            "statement": self._filled.text("statement"),
            "attributions": [(await self.attribution()).model_dump(exclude_none=True)],
            **await self.particulars(),
            **await self._relations(),
        }
        return made(FactEntry, given)

    async def attribution(self, before: AttributionEntry | None = None) -> AttributionEntry:
        """Return a new attribution, or `before` with the filled-in values replaced."""
        fields: dict[str, Any] = before.model_dump(exclude_none=True) if before else {}
        named = None
        if (who := self._filled.texts.get("who")) is not None:
            named = None if _is_none(who) else await name_of(self._context, who)
            fields["speaker"] = named and named.ref
        for name, key in (("cue", "cue"), ("at", "locator"), ("quote", "quote")):
            if (text := self._filled.texts.get(name)) is not None:
                fields[key] = None if _is_none(text) else text
        if (text := self._filled.texts.get("said")) is not None:
            fields["said"] = date(text)
        if text := self._filled.text("independent"):
            fields["independent"] = text.casefold() == "yes" or None
        if source := self._filled.text("source"):
            fields["source"] = await self.source(source)
        if named is not None and named.new is not None:
            self._entities.append(self._described(named.new, fields))
        if stance := self._filled.text("stance"):
            fields["stance"] = Stance(stance.casefold())
        elif before is None or ("cue" in self._filled.texts and before.stance is not Stance.RATES):
            # If the cue does not determine the stance, the form has asked for it.
            fields["stance"] = stance_of(fields.get("cue")) or Stance.ASSERTS
        return made(AttributionEntry, fields)

    async def source(self, text: str) -> str | dict[str, Any]:
        """Return the ref of a source on record, or the fields of a new one."""
        found = await source_of(self._context, text)
        if found is not None:
            return found.ref
        fields = _named_so(text)
        fields |= {key: value for key in _SOURCE_TEXTS if (value := self._filled.text(key))}
        if published := self._filled.text("published"):
            fields["published"] = date(published)
        if not _is_none(via := self._filled.text("via")):
            relaying: Source | SourceEntry | None = await source_of(self._context, via)
            if relaying is None:
                relaying = made(SourceEntry, _named_so(via) | _site(via))
                self._sources.append(relaying)
            fields["via"] = relaying.ref
        return made(SourceEntry, fields).model_dump(exclude_none=True, mode="json")

    async def particulars(self) -> dict[str, Any]:
        """Return a fact's filled-in fields other than its statement and attributions."""
        texts = self._filled.texts
        fields: dict[str, Any] = {}
        if texts.get("when"):
            fields["occurred"] = date(texts["when"])
            if "note" not in texts and (words := words_of(self._filled, "when")):
                fields["date_note"] = words
        for name, key in (("brief", "brief"), ("occasion", "occasion"), ("note", "date_note")):
            if texts.get(name):
                fields[key] = None if _is_none(texts[name]) else texts[name]
        for name, key, place in (("where", "places", True), ("about", "about", False)):
            if texts.get(name):
                named = (
                    [] if _is_none(texts[name]) else await names_of(self._context, texts[name], place=place)
                )
                fields[key] = tuple(self._take(each) for each in named)
        if texts.get("figure"):
            found = () if _is_none(texts["figure"]) else read_figures(texts["figure"])
            fields["figures"] = tuple(figure.model_dump(exclude_none=True) for figure in found)
        return fields

    async def _relations(self) -> dict[str, Any]:
        told = {"about": self._filled.text("question") or None, "part": self._filled.text("part") or None}
        fields: dict[str, Any] = {}
        for name in ("contradicts", "supports"):
            ids = self._filled.text(name).replace(",", " ").split()
            facts = [await other_fact(self._context, one, self._filled.target) for one in ids]
            if facts:
                fields[name] = tuple(RelationEntry(fact=fact.ref, **told).model_dump() for fact in facts)
        return fields

    def _described(self, new: EntityEntry, attribution: dict[str, Any]) -> EntityEntry:
        """Return a new speaker with the role that the attribution's source gives."""
        given = new.model_dump(exclude_none=True)
        if article := self._filled.text("article"):
            given["article"] = None if _is_none(article) else article
        if (role := self._filled.text("role")) and not _is_none(role):
            source = attribution["source"]
            ref = source if isinstance(source, str) else source["ref"]
            given |= {"role": role, "source": ref, "locator": attribution.get("locator")}
        return made(EntityEntry, given)

    def _take(self, named: Named) -> str:
        if named.new is not None:
            self._entities.append(named.new)
        return named.ref


def _named_so(text: str) -> dict[str, Any]:
    """Return what a source marked as new is called: its address or its title."""
    named = new_source(text)
    return {"url": named} if is_address(named) else {"title": named}


def _site(text: str) -> dict[str, Any]:
    """Return the site of an address as its publisher: that of what a source is known through is not asked."""
    host = urlsplit(new_source(text)).hostname if is_address(new_source(text)) else None
    return {"publisher": host.removeprefix("www.")} if host else {}


def date(text: str) -> str | None:
    """Return a validated EDTF date, or None for the word that removes the date."""
    return None if _is_none(text) else told(text)


def made(kind: type[E], fields: dict[str, Any]) -> E:
    """Return a validated entry; raise UserError with the first error in its fields."""
    try:
        # Dates are those on record, or were checked when they were typed.
        return kind.model_validate(fields, context=ON_RECORD)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"] if isinstance(part, str))
        raise UserError(_("{field}: {problem}.", field=where, problem=first["msg"])) from None


def _is_none(text: str) -> bool:
    return not text or text.casefold() == NONE
