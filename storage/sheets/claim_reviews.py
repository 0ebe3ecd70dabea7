"""ClaimReview of schema.org as entries of a fact sheet: who claims what, where, and how it is rated by whom.

The rating is that of whoever reviewed the claim, in their words; where they give only a number it stays one.
Names, sources and dates are taken as they are given. What is wrong with one review is told, and leaves that
one out. Pure.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from storage.domain import dates
from storage.domain.entries import FactEntry, Line, SourceEntry, Text, Title, Url, When, digest
from storage.domain.models import SourceKind, Stance
from storage.domain.names import clean
from storage.sheets import formats

# Reviews of one document, values that are looked through for them, and how deep those may stand.
MOST_REVIEWS, MOST_VALUES, DEEPEST = 10_000, 2_000_000, 100
# Names and places of one review: all of them together are no more attributions than a fact may have.
MOST_OF_ONE = 30
_SPACES = ("https://schema.org/", "http://schema.org/", "schema:")
_ARTICLES = ("Article", "NewsArticle", "OpinionNewsArticle", "ReportageNewsArticle", "AnalysisNewsArticle")
_KINDS = {
    **dict.fromkeys(_ARTICLES, SourceKind.ARTICLE),
    **dict.fromkeys(("SocialMediaPosting", "DiscussionForumPosting", "BlogPosting"), SourceKind.POST),
    "Report": SourceKind.REPORT,
    "ScholarlyArticle": SourceKind.STUDY,
    "Legislation": SourceKind.LEGAL,
}
Node = Mapping[str, Any]


class Reviews(NamedTuple):
    """The entries that reviews make, and what is wrong with the others, a line for each fault.

    `where` names the review that each fact was made of, by the ref of the fact.
    """

    sources: tuple[SourceEntry, ...]
    facts: tuple[FactEntry, ...]
    problems: tuple[str, ...]
    where: Mapping[str, str] = MappingProxyType({})

    def without(self, refs: Collection[str], why: str) -> Reviews:
        """Return them without the facts of some refs, which are then among the problems."""
        kept = tuple(fact for fact in self.facts if fact.ref not in refs)
        left = [f"{self.where[fact.ref]}: {why}" for fact in self.facts if fact.ref in refs]
        return self._replace(facts=kept, problems=(*self.problems, *left))

    def sheet(self, name: str, size: int) -> formats.Sheet:
        """Return them as a sheet; `size` is that of the document in bytes."""
        entries = (*self.sources, *self.facts)
        located = [formats.Located(number, entry) for number, entry in enumerate(entries, 1)]
        return formats.Sheet(name, size, len(located), lambda: located)


def read(documents: Iterable[Any]) -> Reviews:
    """Return what the ClaimReviews in some documents (JSON) say."""
    found: list[_Review] = []
    problems: list[str] = []
    for document in documents:
        nodes, wrong = _reviews_in(document)
        problems += wrong
        found += [_Review(node, by_id, len(found) + number) for number, (node, by_id) in enumerate(nodes, 1)]
    if len(found) > MOST_REVIEWS:
        return Reviews((), (), (f"there are more than {MOST_REVIEWS} reviews: import them in parts",))
    taken = [each for each in found if each.take()]
    problems += [problem for each in found for problem in each.problems]
    # A page may hold several reviews, which have one address: then what is claimed tells them apart.
    shared = Counter(each.key for each in {(each.key, each.claim): each for each in taken}.values())
    sources: dict[str, SourceEntry] = {}
    facts: dict[str, FactEntry] = {}
    where: dict[str, str] = {}
    for each in taken:
        fact = each.fact(apart=shared[each.key] > 1)
        if (earlier := facts.setdefault(fact.ref, fact)) != fact:
            text = f"{each.where}: an earlier review of this address and claim says otherwise: left out"
            problems.append(text)
        elif earlier is fact:
            where[fact.ref] = each.where
            for source in each.sources:
                sources.setdefault(source.ref, source)
    return Reviews(tuple(sources.values()), tuple(facts.values()), tuple(problems), where)


def _reviews_in(document: Any) -> tuple[list[tuple[Node, dict[str, Node]]], list[str]]:
    """Return the reviews of a document, each with the values that it may refer to by `@id`."""
    found: list[Node] = []
    by_id: dict[str, Node] = {}
    open_: list[tuple[Any, int]] = [(document, 0)]
    count = 0
    while open_:
        value, depth = open_.pop()
        count += 1
        if depth > DEEPEST or count > MOST_VALUES:
            what = "stands deeper than" if depth > DEEPEST else "has more values than"
            return [], [f"the document {what} any list of reviews has"]
        if isinstance(value, dict):
            if isinstance(name := value.get("@id"), str) and len(value) > 1:
                by_id.setdefault(name, value)
            if "ClaimReview" in _types(value):
                found.append(value)
            value = list(value.values())
        if isinstance(value, list):
            open_ += [(each, depth + 1) for each in reversed(value) if isinstance(each, dict | list)]
    return [(node, by_id) for node in found], []


class _Review:
    """One review: what it says is taken piece by piece, and what is wrong with it is noted."""

    def __init__(self, node: Node, by_id: Mapping[str, Node], number: int) -> None:
        self._node = node
        self._by_id = by_id
        self._number = number
        self.problems: list[str] = []
        self.claim = ""
        self.key = ""
        self.sources: list[SourceEntry] = []
        self._attributions: list[dict[str, Any]] = []

    @property
    def where(self) -> str:
        """Name the review in what is told of it."""
        url = _address(self._node)
        return f"review {self._number} ({formats.shown(url)})" if url else f"review {self._number}"

    def take(self) -> bool:
        """Take what the review says; tell whether all of that is right."""
        node = self._node
        self.claim = self._checked("claimReviewed", Text, _text(_value(node, "claimReviewed")))
        review = self._source("", node, SourceKind.ARTICLE, needs_address=True)
        self.key = review.get("url", "")
        review["ref"] = digest("review", [self.key])
        reviewers = self._names("author", _several(_value(node, "author") or _value(node, "publisher")))
        if not reviewers:
            self._note("author", "is required")
        rating = self._rating()
        item = next(iter(self._nodes(_value(node, "itemReviewed"))), {})
        claimants = self._names("itemReviewed.author", _several(_value(item, "author")))
        said = self._date("itemReviewed.datePublished", _value(item, "datePublished"))
        places = list(self._places(item, review["ref"]))
        if not claimants and not places:
            self._note("itemReviewed", "names neither who made the claim nor where it appeared")
        if self.problems:
            return False
        first = places[0]["ref"] if places else review["ref"]
        told: dict[str, Any] = {"stance": Stance.ASSERTS} | ({"said": said} if said else {})
        whose = [{"speaker": who} for who in claimants] or [{}]
        self._attributions = [{**who, "source": first, **told} for who in whose]
        self._attributions += [{**whose[0], "source": place["ref"], **told} for place in places[1:]]
        self._attributions += [
            {"speaker": who, "source": review["ref"], "stance": Stance.RATES, "cue": rating}
            for who in reviewers
        ]
        self.sources = [SourceEntry.model_validate(fields) for fields in (review, *places)]
        return True

    def fact(self, *, apart: bool) -> FactEntry:
        """Return the claim as a fact; `apart` from others that were reviewed at the same address."""
        ref = digest("claim", [self.key, self.claim] if apart else [self.key])
        given = {"ref": ref, "statement": self.claim, "attributions": self._attributions}
        return FactEntry.model_validate(given)

    def _rating(self) -> str:
        """Return the rating: its words, else its number and the ends of its scale."""
        rating = next(iter(self._nodes(_value(self._node, "reviewRating"))), {})
        words = _text(_value(rating, "alternateName")) or _text(_value(rating, "name"))
        if not words:
            number, worst, best = (
                _number(_value(rating, name)) for name in ("ratingValue", "worstRating", "bestRating")
            )
            scale = ", ".join(f"{end} {at}" for end, at in (("worst", worst), ("best", best)) if at)
            words = f"{number} ({scale})" if number and scale else number
        return str(self._checked("reviewRating.alternateName", Line, words))

    def _places(self, item: Node, review: str) -> Iterator[dict[str, Any]]:
        """Yield the sources where the claim appeared, the first one first; known through the review."""
        named = [
            ("firstAppearance", _value(item, "firstAppearance")),
            ("appearance", _value(item, "appearance")),
        ]
        given = [(name, node) for name, value in named for node in self._nodes(value)]
        if "Claim" not in _types(item) and (_address(item) or _text(_value(item, "headline"))):
            # In the older form, the work in which it was claimed stands in the place of the claim.
            given.insert(0, ("", item))
        seen: set[str] = set()
        for name, node in given[: MOST_OF_ONE + 1]:
            kind = next((_KINDS[each] for each in _types(node) if each in _KINDS), SourceKind.STATEMENT)
            fields = self._source(".".join(filter(None, ("itemReviewed", name))), node, kind)
            told = {key: value for key, value in fields.items() if key != "kind"}
            ref = digest("appearance", [review, told.get("url") or json.dumps(told, sort_keys=True)])
            if told and ref not in seen:
                seen.add(ref)
                yield {**fields, "ref": ref, "via": review}
        if len(given) > MOST_OF_ONE:
            self._note("itemReviewed.appearance", f"has more than {MOST_OF_ONE} items")

    def _source(
        self, name: str, node: Node, kind: SourceKind, *, needs_address: bool = False
    ) -> dict[str, Any]:
        """Return the fields of a source that a value describes."""
        below = f"{name}." if name else ""
        url = _address(node)
        fields: dict[str, Any] = {"kind": kind}
        if url or needs_address:
            fields["url"] = self._checked(f"{below}url", Url, url)
        if title := _text(_value(node, "headline")) or _text(_value(node, "name")):
            fields["title"] = self._checked(f"{below}headline", Title, title)
        authors = list(self._nodes(_value(node, "author")))
        people = [who for who in authors if "Organization" not in _kinds_of(who)]
        houses = [who for who in authors if who not in people]
        if publisher := self._names(f"{below}publisher", [*_several(_value(node, "publisher")), *houses]):
            fields["publisher"] = publisher[0]
        if by := ", ".join(self._names(f"{below}author", people)):
            fields["author"] = self._checked(f"{below}author", Line, by)
        if published := self._date(f"{below}datePublished", _value(node, "datePublished")):
            fields["published"] = published
        return fields

    def _names(self, name: str, values: Iterable[Any]) -> list[str]:
        """Return the names of people or organisations, each once."""
        nodes = list(self._nodes(list(values)))
        if len(nodes) > MOST_OF_ONE:
            self._note(name, f"has more than {MOST_OF_ONE} items")
        texts = (_text(_value(node, "name")) for node in nodes[:MOST_OF_ONE])
        return list(dict.fromkeys(self._checked(f"{name}.name", Line, text) for text in texts if text))

    def _nodes(self, value: Any) -> Iterator[Node]:
        """Yield what a value holds or refers to; a bare text is a name, or an address."""
        for each in _several(value):
            if isinstance(each, str) and clean(each):
                yield {"url" if each.startswith(("http://", "https://")) else "name": each}
            elif isinstance(each, dict):
                known = self._by_id.get(str(each.get("@id", ""))) if len(each) == 1 else None
                yield known or each

    def _date(self, name: str, value: Any) -> str:
        """Return a date or moment; of a moment that is not written as the record takes it, the day."""
        text = _text(value)
        if not text:
            return ""
        try:
            return dates.canonical(text)
        except ValueError:
            is_moment = text[10:11] in ("T", " ")
            return str(self._checked(name, When, text[:10] if is_moment else text))

    def _checked(self, name: str, kind: Any, value: str) -> str:
        """Return a value of some kind; what is wrong with it is noted."""
        if not value:
            self._note(name, "is required")
            return ""
        try:
            return str(_adapter(kind).validate_python(value))
        except ValidationError as error:
            item = error.errors(include_url=False, include_context=False, include_input=False)[0]
            self._note(name, formats.plain(item["type"], item["msg"], ()))
            return ""

    def _note(self, name: str, wrong: str) -> None:
        self.problems.append(f"{self.where}, {name}: {wrong}")


@lru_cache(maxsize=16)
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _value(node: Node, name: str) -> Any:
    return next((node[key] for key in (name, *(f"{space}{name}" for space in _SPACES)) if key in node), None)


def _several(value: Any) -> list[Any]:
    """Return the items of a value that may be one or a list of them."""
    if isinstance(value, dict) and ("@list" in value or "@set" in value):
        value = value.get("@list", value.get("@set"))
    return value if isinstance(value, list) else [] if value is None else [value]


def _text(value: Any) -> str:
    """Return the first text of a value, cleaned; nothing where there is none."""
    for each in _several(value):
        text = each.get("@value") if isinstance(each, dict) else each
        if isinstance(text, str) and (cleaned := clean(text)):
            return str(cleaned)
    return ""


def _number(value: Any) -> str:
    """Return a number as it was written, also where it was written as a text."""
    for each in _several(value):
        number = each.get("@value") if isinstance(each, dict) else each
        # Whoever read the document may have kept its digits as they stand there.
        if isinstance(number, int | float | Decimal) and not isinstance(number, bool) and _is_finite(number):
            return str(number)
    return _text(value)


def _is_finite(number: float | Decimal) -> bool:
    return isinstance(number, int) or math.isfinite(number)


def _address(node: Node) -> str:
    named = _text(node.get("@id"))
    return (
        _text(_value(node, "url"))
        or _text(_value(node, "sameAs"))
        or (named if named.startswith(("http://", "https://")) else "")
    )


def _types(node: Node) -> tuple[str, ...]:
    """Return the types of a value, as schema.org names them."""
    types = (each for each in _several(node.get("@type")) if isinstance(each, str))
    return tuple(next((each.removeprefix(s) for s in _SPACES if each.startswith(s)), each) for each in types)


def _kinds_of(who: Node) -> tuple[str, ...]:
    return tuple("Organization" if each.endswith("Organization") else each for each in _types(who))
