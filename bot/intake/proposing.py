"""From drafts that were found to the changes that they propose. Pure.

What is proposed holds no more than the article: the statement in its words, whose word it is, in what manner
and where. What is open is left open, and said on the card.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import ValidationError

from bot.answers.date_text import in_words
from bot.intake.article import Article
from bot.intake.finding.drafts import Draft, Found, FoundDate, Tier
from bot.intake.finding.roles import Role, meant_by, role_of, roles
from bot.intake.finding.speakers import BODIES, NAME, gender
from bot.intake.speech.layout import Span
from bot.intake.verbatim import CopyText, Verdict
from bot.parsing.articles import bare
from bot.parsing.stances import stance_of
from bot.texts import _
from storage.domain.changes import Publish
from storage.domain.language.abbreviations import without_stop
from storage.domain.models import Stance
from storage.snapshots.articles import MOST_SPEAKERS, FoundDraft

# The order in which drafts are put before people.
TIERS = (Tier.CONFIDENT, Tier.CHECK_SPEAKER, Tier.POSSIBLE)
# Of those who spoke before an unclear pronoun so many may be meant.
MOST_GUESSED = 3
# A quotation is kept as such from so many words on.
FEWEST_QUOTED = 4
_PASSAGE = re.compile(r"“([^“”]+)”|\"([^\"]+)\"|«([^«»]+)»")
# Words from a cue to what is said.
LONGEST_CUE = 8
_PROSE = re.compile(r"[\w\s$%&/'’-]+")
_LAST_COMMA = re.compile(r"[,;:]\s*([”\"’»]?)$")


class Known(NamedTuple):
    """Somebody on record: the reference, and the name."""

    ref: str
    name: str


class Names(NamedTuple):
    """What is on record of the names in an article: `exact` by name, and those that are `near` to one."""

    exact: Mapping[str, Known]
    near: Mapping[str, Sequence[Known]]


def names_in(found: Found) -> set[str]:
    """Return the names in drafts that may be on record."""
    named = {name for draft in found.drafts for name in (draft.speaker.name, *draft.speaker.candidates)}
    return {bare(name)[1] for name in named} | {each.name for draft in found.drafts for each in draft.names}


def proposals(
    article: Article, found: Found, names: Names, story_id: int, source_ref: str
) -> list[FoundDraft]:
    """Return what is proposed, the surest first; what cannot be a statement on record is left out."""
    kinds = {each.name: each.kind for draft in found.drafts for each in draft.names if each.kind}
    kinds |= {bare(draft.speaker.name)[1]: draft.speaker.kind for draft in found.drafts if draft.speaker.kind}
    wholes = _wholes(found)
    known = roles(found.drafts, wholes)
    reading = _Reading(article, names, kinds, wholes, known, source_ref, CopyText(article.paragraphs))
    made: list[FoundDraft] = []
    heard: list[str] = []
    for draft in found.drafts:
        if (each := _proposal(reading, draft, heard, story_id)) is not None:
            made.append(each)
        if draft.speaker.name != draft.speaker.read_from:
            heard.append(draft.speaker.name)
    return sorted(made, key=lambda each: TIERS.index(Tier(each.tier)))


class _Reading(NamedTuple):
    article: Article
    names: Names
    kinds: Mapping[str, str]
    wholes: Mapping[str, str]
    roles: Mapping[str, Role]
    source_ref: str
    copy: CopyText


def _wholes(found: Found) -> dict[str, str]:
    """Return the whole name for each last name that one person alone has: `Mayor Ann Reed` is Ann Reed."""
    named = {draft.speaker.name for draft in found.drafts}
    named |= {each.name for draft in found.drafts for each in draft.names if each.kind == "person"}
    by_last: dict[str, list[str]] = {}
    for name in sorted(each for each in named if " " in each):
        by_last.setdefault(name.rpartition(" ")[2], []).append(name)
    shortest = {last: min(several, key=len) for last, several in by_last.items()}
    return {
        last: name
        for last, name in shortest.items()
        if last[:1].isupper() and all(each.endswith(name) for each in by_last[last])
    }


def _proposal(reading: _Reading, draft: Draft, heard: Sequence[str], story_id: int) -> FoundDraft | None:
    """Return what a draft proposes; `heard` are those who spoke before it, one of whom a pronoun may mean."""
    guessed = draft.speaker.name == draft.speaker.read_from
    last = list(dict.fromkeys(reversed(heard)))[:MOST_GUESSED]
    speakers = _speakers(draft, reading, last if guessed else ())
    paragraph = _paragraph(reading.article, draft.content[0])
    locator = f"¶{paragraph}"
    attribution: dict[str, Any] = {
        "source": reading.source_ref,
        "cue": _cue(draft, reading.article.text),
        "stance": draft.stance or Stance.ASSERTS,
        "locator": locator,
        "quote": _quote(draft, reading.copy, locator),
        "said": draft.said.edtf if draft.said else None,
    }
    entities: list[dict[str, Any]] = []
    if speakers:
        attribution["speaker"] = speakers[0].get("ref") or speakers[0]["name"]
        if "ref" not in speakers[0]:
            entities.append(speakers[0])
    places = list(dict.fromkeys(each.name for each in draft.names if each.kind == "place"))
    entities += [{"name": name, "kind": "place"} for name in places if name not in reading.names.exact]
    others = (each.name for each in draft.names if each.kind != "place")
    about = [reading.names.exact[name].ref for name in others if name in reading.names.exact]
    fact: dict[str, Any] = {
        "statement": _statement(draft, reading.article.text),
        "attributions": [_given(attribution)],
        "places": [reading.names.exact[name].ref if name in reading.names.exact else name for name in places],
        "about": [ref for ref in dict.fromkeys(about) if ref != attribution.get("speaker")],
        "figures": [
            _given(each.model_dump(include={"amount", "upper", "words", "qualifier", "counts"}))
            for each in draft.figures
        ],
        **dated(draft.dates),
    }
    try:
        change = Publish.model_validate({"story_id": story_id, "fact": fact, "entities": entities})
    except ValidationError:
        return None
    marks: dict[str, Any] = {
        "places": list(_places(reading.article, draft)),
        "speakers": speakers,
        "read_from": draft.speaker.read_from,
        "guessed": guessed,
        "doubtful": draft.stance is None,
    }
    return FoundDraft(change, _tier(draft, speakers), marks)


def _tier(draft: Draft, speakers: Sequence[Mapping[str, Any]]) -> str:
    """Return a draft's tier; it is not confident where somebody much like the speaker is on record."""
    if draft.stance is None:
        return Tier.POSSIBLE
    unsure = len(speakers) != 1 or not draft.speaker.sure
    return Tier.CHECK_SPEAKER if draft.tier is Tier.CONFIDENT and unsure else draft.tier


def _speakers(draft: Draft, reading: _Reading, guessed: Sequence[str]) -> list[dict[str, Any]]:
    """Return who may be the speaker, the likeliest first: on record (`ref`) or new.

    `guessed` are those whom a pronoun may mean for which nobody was found.
    """
    speaker = draft.speaker
    named = list(guessed) if speaker.name == speaker.read_from else [speaker.name]
    if not speaker.sure:
        named += speaker.candidates
        on_record = [each for each in speaker.candidates if bare(each)[1] in reading.names.exact]
        # Both readings of a title before a name mean one person: whoever is on record.
        named = on_record if on_record and speaker.read_from is None else named
    # Whom a mere role means, before the words for it.
    named = [each for words in named for each in (meant_by(words, reading.roles), words) if each]
    found: dict[str, dict[str, Any]] = {}
    for words in dict.fromkeys(named):
        article, name = bare(reading.wholes.get(words, words))
        known = reading.names.exact.get(name)
        if known is not None:
            found.setdefault(known.name, {"name": known.name, "ref": known.ref})
            continue
        kind = reading.kinds.get(name)
        # Whoever has a role is no thing, whatever they were taken for.
        if kind is None or (kind == "thing" and (speaker.role or gender(name))):
            kind = _kind(name, speaker.role)
        role = role_of(name, draft, reading.wholes, reading.roles)
        new: dict[str, Any] = {"name": name, "kind": kind, "article": article}
        if role is not None:
            new |= {"role": role.words, "source": reading.source_ref, "locator": f"¶{role.paragraph}"}
        found.setdefault(name, _given(new))
        for near in reading.names.near.get(name, ()):
            found.setdefault(near.name, {"name": near.name, "ref": near.ref})
    return list(found.values())[:MOST_SPEAKERS]


def _kind(name: str, role: str | None) -> str:
    """Return what a new speaker most likely is: an organisation, a person, or a group without a name."""
    if BODIES.search(name):
        return "organisation"
    single = " " not in name and not role and not gender(name)
    if name[:1].islower() or not NAME.search(name) or (single and name.endswith("s")):
        return "group"
    return "organisation" if single and name.isupper() else "person"


def _statement(draft: Draft, text: str) -> str:
    """Return what is said, with the full stop behind it where that belongs to its last word: `at 4 p.m.`."""
    statement = _LAST_COMMA.sub(r"\1", draft.statement.strip())
    end = draft.content[-1].end
    return without_stop(f"{statement}.") if text[end : end + 1] == "." else statement


def _cue(draft: Draft, text: str) -> str | None:
    """Return the cue as it stands between a speaker and a statement; "according to" stands before both.

    What it stands with there goes with it: `told the council that`.
    """
    cue, content = draft.cue[0], draft.content[0]
    if draft.cue_words.lower().startswith("according"):
        return None
    whole = " ".join(text[cue.start : content.start].split()) if cue.end <= content.start else ""
    if re.match(r"that,?\s", content.of(text), re.IGNORECASE):
        whole += " that"
    fits = len(whole.split()) <= LONGEST_CUE and _PROSE.fullmatch(whole) is not None
    return whole if fits and stance_of(whole) is (draft.stance or stance_of(whole)) else draft.cue_words


def _quote(draft: Draft, copy: CopyText, locator: str) -> str | None:
    """Return the longest passage of a draft in quotation marks that stands word for word in the copy."""
    passages = ["".join(filter(None, groups)) for groups in _PASSAGE.findall(draft.statement)]
    for each in sorted(passages, key=len, reverse=True):
        text = each.strip().rstrip(",")
        if len(text.split()) < FEWEST_QUOTED or len(text) > 500:
            continue
        check = copy.check(text, locator)
        if check is not None and check.verdict is Verdict.VERBATIM:
            return text
    return None


def dated(found: Sequence[FoundDate]) -> dict[str, str]:
    """Return when it happened, if one date is told and what it means is known, with the words for it."""
    edtf = found[0].edtf if len(found) == 1 else None
    if edtf is None:
        return {}
    phrase = found[0].phrase
    same = in_words(edtf).casefold() == phrase.casefold()
    return {"occurred": edtf} | ({} if same else {"date_note": _("given as “{words}”", words=phrase)})


def _places(article: Article, draft: Draft) -> Iterator[dict[str, Any]]:
    """Yield where a draft stands: of each paragraph its number, the part to show, and the marks in it."""
    marked = [(kind, span) for kind in ("source", "cue", "content") for span in getattr(draft, kind)]
    for number, (begin, end) in enumerate(article.spans, 1):
        inside = [(kind, *_within(span, begin, end)) for kind, span in marked]
        parts = [(kind, start, stop) for kind, start, stop in inside if start < stop]
        if not parts:
            continue
        start, stop = _within(draft.sentence, begin, end)
        spans = [part[1:] for part in parts] + ([(start, stop)] if start < stop else [])

        def place(at: int, begin: int = begin) -> int:
            return collapsed(article.text, begin, at)

        yield {
            "paragraph": number,
            "shown": [place(min(each[0] for each in spans)), place(max(each[1] for each in spans))],
            "parts": [
                [kind, place(one), place(other)] for kind, one, other in sorted(parts, key=lambda p: p[1])
            ],
        }


def _within(span: Span, begin: int, end: int) -> tuple[int, int]:
    return max(span.start, begin), min(span.end, end)


def collapsed(text: str, begin: int, at: int) -> int:
    """Return where a place in the text stands in its paragraph once that is one line with single spaces."""
    before = text[begin:at]
    words = " ".join(before.split())
    return len(words) + (1 if words and before[-1:].isspace() else 0)


def _paragraph(article: Article, span: Span) -> int:
    """Return the paragraph in which a part of the text begins, from 1."""
    begun = [number for number, (begin, _end) in enumerate(article.spans, 1) if begin <= span.start]
    return begun[-1] if begun else 1


def _given(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
