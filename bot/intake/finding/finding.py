"""From a text to drafts of attributions: who says what, in which words, and how sure that is. Pure.

Nothing is left out silently: quoted passages that no draft covers are listed, and a text in another language
is said to be one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import zip_longest
from typing import TYPE_CHECKING

from bot.intake.finding import speakers, titles
from bot.intake.finding.dating import dates
from bot.intake.finding.drafts import Draft, Found, FoundName, Speaker, Tier, Uncovered
from bot.intake.finding.figures import figures
from bot.intake.finding.honorifics import without
from bot.intake.finding.tiers import grounds, tier
from bot.intake.speech import markup, parsing, patterns
from bot.intake.speech.cues import FORMS, PLAIN
from bot.intake.speech.direct_speech import Surroundings, cover
from bot.intake.speech.layout import LONGEST, Paragraph, Span, numbered, pieces
from bot.intake.speech.quotations import Passage, passages
from bot.intake.speech.raw import Raw, within
from bot.parsing.stances import stance_of
from storage.domain.language.detection import LONGEST as SAMPLE
from storage.domain.language.detection import detect
from storage.domain.models import Stance

if TYPE_CHECKING:
    from spacy.tokens import Doc

ENGLISH = "en"
_VERB_IN_CUE = re.compile(rf"\b(?:{'|'.join(FORMS)})\b", re.IGNORECASE)
_THAT = re.compile(r"^[Tt]hat,?\s+")
# Shorter quoted passages are names and words, no speech.
FEWEST_QUOTED = 4
_KINDS = {
    "PERSON": "person",
    "ORG": "organisation",
    "NORP": "group",
    "GPE": "place",
    "LOC": "place",
    "FAC": "place",
    "PRODUCT": "thing",
    "LAW": "thing",
}


def find(
    text: str,
    parts: Sequence[tuple[int, int]],
    published: date | None = None,
    *,
    parser: bool | None = None,
    language: str | None = None,
) -> Found:
    """Return what is said in a text, and by whom; `parts` are its paragraphs, ¶1 first.

    `published` is the day of the source, against which "on Tuesday" is read. `parser` chooses between the
    rules over a parse and patterns; by default the parse where it is installed. `language` is that of the
    text, where it is known. What lies beyond LONGEST is not read: `read_to` tells where that begins.
    """
    use_parser = parsing.available() if parser is None else parser
    paragraphs = pieces(text, numbered(parts))
    found = Found(
        language=language or language_of(text, paragraphs),
        finder="parser" if use_parser else "patterns",
        paragraphs=tuple(Span(*part) for part in parts),
        read_to=min(len(text), LONGEST),
    )
    if found.language != ENGLISH:
        return found
    quoted = passages(text, paragraphs)
    drafts = _Drafting(text, published, paragraphs, quoted).drafts(parser=use_parser)
    return found.model_copy(update={"drafts": tuple(drafts), "uncovered": uncovered(text, drafts, quoted)})


def language_of(text: str, paragraphs: Sequence[Paragraph]) -> str | None:
    """Return the language of most of a text, by its beginning and two parts of its middle."""
    if not paragraphs:
        return None
    end = paragraphs[-1].span.end
    starts = (0, end // 3, end * 2 // 3) if end > 3 * SAMPLE else (0,)
    told = [detect(text[start : start + SAMPLE]) for start in starts]
    return max(told, key=told.count)


def uncovered(text: str, drafts: Sequence[Draft], quoted: Sequence[Passage]) -> tuple[Uncovered, ...]:
    """Return the quoted passages of some length that no draft covers."""
    held = [span for draft in drafts for span in (*draft.content, *draft.source)]
    return tuple(
        Uncovered(at=passage.span, paragraph=passage.paragraph)
        for passage in quoted
        if passage.words(text) >= FEWEST_QUOTED and not any(passage.span.overlaps(span) for span in held)
    )


class _Drafting:
    """One text on its way to drafts: who has been named so far, and how its words are tagged."""

    def __init__(
        self, text: str, published: date | None, paragraphs: Sequence[Paragraph], quoted: Sequence[Passage]
    ) -> None:
        self.text = text
        self.published = published
        self.paragraphs = paragraphs
        self.quoted = quoted
        self.names: list[FoundName] = []
        self.tags: dict[int, str] = {}
        self.people = speakers.People()

    def drafts(self, *, parser: bool) -> list[Draft]:
        """Return the drafts in the order in which they stand in the text."""
        below = [each.span for each in self.paragraphs[1:]]
        surroundings = [
            Surroundings(self.text, each.span, self.quoted, after)
            for each, after in zip_longest(self.paragraphs, below)
        ]
        found: list[Draft] = []
        if parser:
            from bot.intake.speech.clause_rules import ParsedParagraph

            docs = parsing.parsed(self.text, self.paragraphs)
            for paragraph, around, doc in zip(self.paragraphs, surroundings, docs, strict=True):
                self._learn(paragraph, doc)
                found += self._drafted(
                    paragraph, around, ParsedParagraph(around, doc).attributions(), parsed=True
                )
        else:
            for paragraph, around in zip(self.paragraphs, surroundings, strict=True):
                self._guess_names(paragraph)
                found += self._drafted(paragraph, around, patterns.attributions(around), parsed=False)
        return found

    def _learn(self, paragraph: Paragraph, doc: Doc) -> None:
        """Keep the names and tags of a parsed paragraph."""
        start = paragraph.span.start
        self.tags = {start + token.idx: token.tag_ for token in doc}
        self.names = [
            FoundName(
                at=Span(start + each.start_char, start + each.end_char),
                name=without(each.text) if each.label_ == "PERSON" else each.text,
                kind=_KINDS[each.label_],
            )
            for each in doc.ents
            if each.label_ in _KINDS
        ]
        subjects = [token.idx + start for token in doc if token.dep_ in ("nsubj", "nsubjpass")]
        self._meet(paragraph, [each.at for each in self.names if each.kind == "person"], subjects)

    def _guess_names(self, paragraph: Paragraph) -> None:
        """Keep what looks like a name of two words or more in a paragraph that was not parsed."""
        found = [Span(*match.span()) for match in speakers.NAME.finditer(self.text, *paragraph.span)]
        self.tags = {}
        self.names = [
            FoundName(at=at, name=" ".join(at.of(self.text).split()))
            for at in found
            if " " in at.of(self.text)
        ]
        self._meet(paragraph, [each.at for each in self.names], ())

    def _meet(self, paragraph: Paragraph, named: Sequence[Span], subjects: Sequence[int]) -> None:
        """Add those who are named in a paragraph to the people; `subjects` is where subjects stand."""
        for at in named:
            before = self.text[max(at.start - 12, paragraph.span.start) : at.end]
            name = self.people.whole(speakers.plain_name(at.of(self.text)))
            leads = any(at.start <= subject < at.end for subject in subjects)
            self.people.add(speakers.Person(name, at, paragraph.number, speakers.gender(before), leads))

    def _drafted(
        self, paragraph: Paragraph, around: Surroundings, raws: Sequence[Raw], *, parsed: bool
    ) -> Iterator[Draft]:
        found: list[tuple[Raw, Draft]] = []
        contents = [span for raw in raws for span in raw.content]
        self.people.tell_of(contents, paragraph.number)
        for bare in distinct(raws):
            raw = markup.whole(self.text, bare)
            speaker = speakers.read(self.text, raw.source[0], paragraph.number, self.people, raw.means)
            kinds = (speaker.kind, *(each.kind for each in self.names if each.at.overlaps(speaker.at)))
            speaker = speaker.model_copy(update={"kind": next(filter(None, kinds), None)})
            if parsed:
                speaker = titles.apart(speaker, self._reading(around.sentence_at(speaker.at.start)))
            else:
                speaker = titles.guessed(speaker)
            self._hear(paragraph, raw, speaker)
            found.append((raw, self._draft(paragraph, around, raw, speaker, parsed=parsed)))
        for raw, draft in found:
            if not any(within(raw, other) for other, _draft in found):
                inner = tuple(each for inside, each in found if within(inside, raw))
                yield draft.model_copy(update={"inner": inner})

    def _reading(self, sentence: Span) -> titles.Reading:
        return titles.Reading(self.text, sentence, self.names, parsing.parsed_alone, self.people.whole)

    def _hear(self, paragraph: Paragraph, raw: Raw, speaker: Speaker) -> None:
        """Add a speaker to the people of the text, if it may be a person who is named."""
        if speaker.name == speaker.read_from:
            return
        at = raw.source[0]
        kinds = {each.kind for each in self.names if each.at.overlaps(speaker.at)}
        # A person is sometimes taken for a product.
        if speaker.read_from is None and kinds and not kinds & {"person", "thing", None}:
            return
        told = speakers.gender(at.of(self.text))
        if not told and not speakers.NAME.search(speaker.name):
            return
        self.people.add(speakers.Person(speaker.name, at, paragraph.number, told, leads=True))

    def _draft(
        self, paragraph: Paragraph, around: Surroundings, raw: Raw, speaker: Speaker, *, parsed: bool
    ) -> Draft:
        text = self.text
        sentence = around.sentence_at(raw.cue[0].start)
        parts = (*raw.source, *raw.cue, *raw.content)
        cue_words = " ".join(raw.cue[0].of(text).split())
        content = " ".join(" ".join(span.of(text).split()) for span in raw.content)
        dated = tuple(each for span in raw.content for each in dates(text, span, self.published))
        taken = [each.at for each in dated]
        told = grounds(text, raw)
        chosen, chance = tier(told, speaker, parsed=parsed)
        if chosen is Tier.CONFIDENT and markup.is_torn(text, raw, [each.span for each in around.passages]):
            chosen = Tier.CHECK_SPEAKER
        said = [each for gap in gaps(sentence, parts) for each in dates(text, gap, self.published)]
        return Draft(
            source=raw.source,
            cue=raw.cue,
            content=raw.content,
            paragraph=paragraph.number,
            sentence=sentence,
            statement=_THAT.sub("", content),
            cue_words=cue_words,
            speaker=speaker,
            stance=_stance(cue_words, raw.verb),
            tier=chosen,
            chance=round(chance, 3),
            grounds=told,
            quoted=all(
                any(cover(span, each.span) == each.span for each in around.passages) for span in raw.content
            ),
            said=said[0] if said else None,
            figures=tuple(each for span in raw.content for each in figures(text, span, self.tags, taken)),
            dates=dated,
            names=tuple(each for each in self.names if any(each.at.overlaps(span) for span in raw.content)),
        )


def _stance(cue: str, verb: str) -> Stance | None:
    """Return the stance of a cue, None where a person has to say: verbs that do little but report assert."""
    known = _VERB_IN_CUE.sub(verb, cue)
    if (stance := stance_of(known)) is not None or verb not in PLAIN:
        return stance
    return stance_of(_VERB_IN_CUE.sub("say", cue))


def distinct(raws: Sequence[Raw]) -> list[Raw]:
    """Return attributions in the order of the text, of those with one content and speaker the first."""
    kept: dict[tuple[object, ...], Raw] = {}
    for raw in sorted(raws, key=lambda each: (each.cue[0], each.content[0])):
        kept.setdefault((raw.source, raw.content[0].start), raw)
    return list(kept.values())


def gaps(whole: Span, parts: Sequence[Span]) -> Iterator[Span]:
    """Yield what lies in a part of the text between, before and behind others."""
    at = whole.start
    for part in sorted(parts):
        if part.start > at:
            yield Span(at, min(part.start, whole.end))
        at = max(at, part.end)
    if at < whole.end:
        yield Span(at, whole.end)
