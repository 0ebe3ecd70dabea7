"""Attributions by patterns alone, for where no parser is installed. Pure; English.

It finds fewer and errs more often than the rules over the parse: what it drafts is never told as confident.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.intake.speech.cues import FORMS, ONLY_BESIDE_QUOTATIONS, PLAIN, SPEECH_NOUNS
from bot.intake.speech.direct_speech import Surroundings, cover
from bot.intake.speech.layout import Span
from bot.intake.speech.raw import Raw, Spans

# Words of a speaker, without what is set off by commas behind the name.
MOST_WORDS = 12
_CUE = re.compile(
    rf"(?:\b(?:has|have|had|is|was|also|later|then|now|once|first|previously|repeatedly|recently|again|\w+ly)\s+"
    rf"|['’](?:s|ve|d)\s+){{0,3}}\b(?P<verb>{'|'.join(sorted(FORMS, key=len, reverse=True))})\b(?!['’])",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"\b(?:he|she|they|it|who|which|i|we)\s*$", re.IGNORECASE)
_BEFORE_A_NOUN = re.compile(r"(?:\b(?:an?|the|his|her|its|their|our|my|this|that)|['’]s?)\s*$", re.IGNORECASE)
# What begins another clause: a speaker does not reach over it.
_BARRIER = re.compile(
    r"[;:—–(]|[\"“”]|\b(?:that|but|and|when|while|as|because|if|what|where|how|after|before|although|though"
    r"|since|until|with|so|than|whether)\b\s*(?!.*\b(?:that|but|and|when|while|as|because|if)\b)",
    re.IGNORECASE,
)
_NOUN_PHRASE = re.compile(
    r"(?:the|a|an|his|her|its|their|our|my|one|two|three|some|many|most|several|other|another|both|all|few|local"
    r"|senior|former|[A-Z][\w'’.-]*|[a-z]+(?:s|men|people|ice))(?:\s|$)"
)
_ASIDE = re.compile(r",\s[^,;:“”\"]{2,120},\s*$")
_INVERTED = re.compile(
    r"\s+(?P<source>(?:(?:the|a|an|one|another|his|her|their)\s+)?(?:[\w'’.-]+(?:\s+(?!(?:in|on|at|during|after|when"
    r"|while|as|who|by|that|before|last|this|to)\b)|(?=[,.;:\s]|$))){1,8}(?:,\s[^,.;:“”\"]{2,100}(?=[,.]))?)"
)
_LEADS_ON = re.compile(
    r"\s+(?:(?:on|in|at|to)\s+\w+\s+)?(?:(?!that\b)[\w'’.-]+\s+){0,7}?(?=that\s)|\s+(?=[A-Z\"“]|the\s|an?\s|he\s|she\s|it\s"
    r"|they\s|his\s|her\s|its\s|their\s|there\s|this\s|these\s|we\s|no\s|not\s|some\s|all\s|any\s|more\s|\d)"
)
_NEXT_REPORT = re.compile(rf",\s+(?:and\s+)?(?:{'|'.join(f for f in FORMS if f.endswith('ing'))})\b")
_PREPOSITION = re.compile(r"\s+(?P<word>[a-z]+)\s+(?=\w)", re.IGNORECASE)
_ACCORDING = re.compile(r"\baccording\s+to\s+", re.IGNORECASE)
_SPEAKER = re.compile(r"[^,.;:“”\"]{1,200}?(?=\s(?:which|who|that|when|while|as)\b|[,;:“”\"]|\.\s|\.?$)")


def attributions(around: Surroundings) -> list[Raw]:
    """Return the attributions that the patterns find in a paragraph."""
    kernels = [
        (verb, source, cue)
        for sentence in around.sentences
        for verb, source, cue in _kernels(around, sentence)
        if not around.is_quoted(cue.start)
    ]
    before = [around.before(cover(source, cue)) for _verb, source, cue in kernels]
    found = []
    for (verb, source, cue), passage in zip(kernels, before, strict=True):
        kernel = cover(source, cue)
        quoted = around.brought(kernel, passage)
        takes = FORMS[verb].takes
        if quoted and "q" in takes:
            found.append(Raw((source,), (cue,), quoted, FORMS[verb].base, "before" if passage else "behind"))
        elif "c" in takes and FORMS[verb].base not in ONLY_BESIDE_QUOTATIONS:
            how, content = _clause(around, kernel)
            if content:
                content = around.to_ends(content, kernel)
                found.append(Raw((source,), (cue,), content, FORMS[verb].base, how))
                continue
        if not quoted and (after := _behind_preposition(around, verb, source, cue)):
            found.append(Raw((source,), (after[0],), after[1], FORMS[verb].base, "preposition"))
    return [*found, *_according(around)]


def _kernels(around: Surroundings, sentence: Span) -> Iterator[tuple[str, Span, Span]]:
    """Yield verb, speaker and cue wherever a speaker stands beside a reporting verb."""
    text = around.text
    for match in _CUE.finditer(text, *sentence):
        verb = match["verb"].lower()
        left = text[sentence.start : match.start()]
        if verb in SPEECH_NOUNS and _is_noun(left, match, text[match.end() : sentence.end]):
            continue
        source = speaker_before(left) if not verb.endswith("ing") else None
        if source is not None:
            at = Span(sentence.start + source[0], sentence.start + source[1])
            yield verb, at, Span(*match.span())
        elif FORMS[verb].base in PLAIN and not verb.endswith("ing") and re.search(r"[,?!][\"”’']*\s*$", left):
            behind = _INVERTED.match(text, match.end(), sentence.end)
            if behind and re.search(r"[A-Z]|^(?:the|an?)\s", behind["source"]):
                yield verb, Span(*behind.span("source")), Span(*match.span())


def _is_noun(left: str, match: re.Match[str], right: str) -> bool:
    """Tell whether "report" or "claim" is a noun where it stands: `the report said`."""
    behind = _CUE.match(right.lstrip())
    return bool(_BEFORE_A_NOUN.search(left)) or match[0][0] in "'’" or behind is not None


def speaker_before(left: str) -> tuple[int, int] | None:
    """Return where the words for a speaker stand at the end of a text."""
    if pronoun := _PRONOUN.search(left):
        return pronoun.start(), len(left[: pronoun.end()].rstrip())
    end = len(left.rstrip())
    head = left[:end]
    if aside := _ASIDE.search(left):
        head, end = left[: aside.start()], len(left.rstrip())
    start = 0
    for barrier in _BARRIER.finditer(head):
        start = barrier.end()
    if (comma := head.rfind(",", start)) >= 0:
        start = comma + 1
    words = head[start:].strip()
    if not words or len(words.split()) > MOST_WORDS or not _NOUN_PHRASE.match(words):
        return None
    return start + len(head[start:]) - len(head[start:].lstrip()), end


def _clause(around: Surroundings, kernel: Span) -> tuple[str, Spans]:
    """Return the clause behind a cue, else that before it."""
    sentence = around.sentence_at(kernel.start)
    if lead := _LEADS_ON.match(around.text, kernel.end, sentence.end):
        cut = _NEXT_REPORT.search(around.text, lead.end(), sentence.end)
        span = around.trimmed(lead.end(), cut.start() if cut else sentence.end)
        if len(span.of(around.text).split()) > 1:
            return "clause", (span,)
    if around.text[sentence.start : kernel.start].rstrip(' ”"').endswith(","):
        span = around.trimmed(sentence.start, kernel.start)
        if len(span.of(around.text).split()) > 1:
            goes_on = around.text[kernel.end : sentence.end].lstrip().startswith(",")
            rest = around.trimmed(kernel.end, sentence.end)
            return "around", (span, rest) if goes_on and rest.end > rest.start else (span,)
    return "", ()


def _behind_preposition(
    around: Surroundings, verb: str, source: Span, cue: Span
) -> tuple[Span, Spans] | None:
    """Return a cue with its preposition, and what follows it: `called for an inquiry`."""
    end = around.sentence_at(cue.start).end
    match = _PREPOSITION.match(around.text, cue.end, end)
    if match is None or match["word"].lower() not in FORMS[verb].prepositions or source.start > cue.start:
        return None
    span = around.trimmed(match.end(), end)
    return (Span(cue.start, match.end("word")), (span,)) if span.end > span.start else None


def _according(around: Surroundings) -> Iterator[Raw]:
    text = around.text
    for sentence in around.sentences:
        for match in _ACCORDING.finditer(text, *sentence):
            source = _SPEAKER.match(text, match.end(), sentence.end)
            if source is None or around.is_quoted(match.start()):
                continue
            parts = (
                around.trimmed(sentence.start, match.start()),
                around.trimmed(source.end(), sentence.end),
            )
            content = tuple(part for part in parts if part.end > part.start)
            if content:
                cue = around.trimmed(*match.span())
                yield Raw((Span(*source.span()),), (cue,), content, "according", "according")
