"""A sentence that somebody types, taken apart: who says what, in which words. Pure; patterns alone.

Only a sentence that is one report from its first word to its last is taken apart: of any other, the person
says what is meant.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from bot.intake.finding import speakers, titles
from bot.intake.finding.drafts import Draft, Speaker, Tier
from bot.intake.finding.finding import ENGLISH, find
from bot.intake.finding.speakers import is_pronoun
from bot.intake.speech.cues import FORMS, ONLY_BESIDE_QUOTATIONS, SAYING, SPEECH_NOUNS
from bot.intake.speech.direct_speech import EDGES
from bot.intake.speech.layout import Span
from bot.intake.speech.patterns import speaker_before
from storage.domain.language.abbreviations import ends_abbreviated, without_stop
from storage.domain.language.detection import detect

# A longer text is no sentence.
LONGEST = 1_000
# How a draft was found where a preposition parts what is said from who says it: "called for", "according to".
_BY_WORDS = frozenset(("by preposition", "by according"))
_ADVERBS = r"(?:(?:has|have|had|again|also|later|\w+ly)\s+){0,3}"
# Forms that the patterns of articles leave alone, for there they mean much else; here a person looks at them.
# "Said nobody was hurt".
_SAID = re.compile(
    rf"\b(?P<cue>{_ADVERBS}(?:said|says))\s+(?P<what>(?!(?:that|on|in|at|to|by|during|after|before|for|from|with|as"
    r"|so|if|whether|why|how|what|when|where|nothing|little|much|more|less|something|anything|yes|late|early|again"
    r"|also|yesterday|today|\w+day|and|or|but)\b)\w+(?:\s+\S+){2,})",
    re.IGNORECASE,
)
# "Denied any delay", "admitted having lost it"; what a judge denies or a doctor admits is no speech.
_WEIGHED = re.compile(
    rf"\b(?P<cue>{_ADVERBS}(?:denie[sd]|admit(?:s|ted)|acknowledge[sd]))\s+(?P<what>(?:any|all|\w{{3,}}ing)\s.*)",
    re.IGNORECASE,
)
_ACCUSED = re.compile(
    rf"\b(?P<cue>{_ADVERBS}accuse[sd]\s[^,.;:]{{2,60}}?\sof)\s+(?P<what>\S.*)", re.IGNORECASE
)
_BY_WHOM = re.compile(
    r"^It (?:was|is|has been) (?P<cue>\w+) by (?P<who>[^,.;:]{2,80}?) that (?P<what>\S.*)",
    re.IGNORECASE,
)
# "According to Ann Reed, head of the port, ...": who somebody is.
_APPOSED = re.compile(r"(?P<role>(?:the|an?|who|head|chief|\w+\s+(?:of|at|for|in))\s[^,]{2,80}),\s+(?=\S)")
# A clause with another report: "..., but Hale denied it".
_ANOTHER = re.compile(
    r",\s(?:but|and|while|though|although|whereas)\s[^,]{0,200}\b(?:says|said|told|adds|added|denie[sd]|claim(?:s|ed)"
    r"|confirm(?:s|ed)|admit(?:s|ted)|alleg(?:es|ed)|warn(?:s|ed))\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")
# The end of a sentence, before another.
_END = re.compile(r"([.!?])[”\"’']?\s+[“\"‘]?[A-Z]")
# Words between a cue and what is said: to whom.
MOST_BETWEEN = 6
_BEFORE_A_DATE = frozenset("on in at late early by the last this".split())
_THAT = re.compile(r"that\s+", re.IGNORECASE)
_ADDRESSED = re.compile(r"[\w'’-]+(?:\s+[\w'’-]+)*")
_TO_WHOM = re.compile(r"(?:to|in|at|during|after|through|before|for)\s", re.IGNORECASE)
# Verbs that name whom they are said to with no word between.
_ADDRESSING = frozenset("tell inform assure remind warn promise advise caution reassure brief notify".split())
# Where one of these stands beside a cue, it is not said, or not by whom the words seem to tell.
_TURNED = re.compile(
    r"\b(?:not|never|no|none|nobody|nothing|neither|nor|without|hardly|if|whether|refus\w+|declin\w+|fail\w+"
    r"|am|are|is|was|were|be|been|being|has|have|had|do|does|did|will|would|shall|should|can|could|may|might|must"
    r"|cannot|said|says|believes?|thinks?|knows?|it|that)\b|n['’]t\b|\bto$",
    re.IGNORECASE,
)
_PASSIVE = re.compile(r"\b(?:is|was|are|were|be|been|being)\b", re.IGNORECASE)
_COMMA_IN_QUOTE = re.compile(r",(?=[”\"»’']$)")
_MARKS = '“”„«»"‘’'
# Whether a sentence tells of saying: its words, and the word behind each.
_WORDS = re.compile(r"[a-z]+", re.IGNORECASE)
_QUOTING = re.compile(r"[“„«»\"”]")
_ACCORDING = re.compile(
    r"\baccording\s+to\b|\bin\s+the\s+(?:words|view|opinion)\s+of\b|['’]s?\s+(?:words|view|opinion)\b",
    re.IGNORECASE,
)
# Forms that are other words as well: they tell of saying before "that", or in a sentence with a quotation.
_NOUNS = SPEECH_NOUNS | frozenset(
    "states notes orders posts charges counters objects demands proposals estimates reveals vows threats"
    " praises details briefs calls tells appeals protests disputes supports estimated".split()
)
_MOSTLY_DEEDS = ONLY_BESIDE_QUOTATIONS | {
    "relate",
    "publish",
    "support",
    "order",
    "charge",
    "maintain",
    "repeat",
}
# Verbs that are no nouns, which tell of saying in any form.
_NO_NOUNS = frozenset("say tell deny admit confirm accuse allege insist warn announce declare".split())
# Verbs of saying that the patterns of articles leave alone.
_ALSO = frozenset(
    "speaks spoke spoken voiced expressed slammed branded dubbed labelled welcomed answered ridiculed"
    " mocked thanked rebuked scolded stressed".split()
)


class Report(NamedTuple):
    """A sentence taken apart: `speaker` is None where a pronoun stands for whoever spoke last.

    `cue` is empty where the statement stands behind a colon. `said` is the phrase that tells when it was
    said.
    """

    speaker: str | None
    cue: str
    statement: str
    role: str | None = None
    quote: str | None = None
    said: str | None = None


def is_read(text: str) -> bool:
    """Tell whether a text is read here: it is no longer than a sentence, and in no language but English."""
    return len(text) <= LONGEST and detect(text) in (None, ENGLISH)


def tells_of_saying(text: str) -> bool:
    """Tell whether a sentence holds a verb of saying, or begins with a quotation: it is somebody's word."""
    if text[:1] in _MARKS or _ACCORDING.search(text):
        return True
    quoted = _QUOTING.search(text) is not None
    words = [*_WORDS.findall(text.lower()), ""]
    return any(_is_saying(word, marked=quoted or after == "that") for word, after in pairwise(words))


def _is_saying(word: str, *, marked: bool) -> bool:
    """Tell whether a word is one of saying; `marked` tells that a clause or a quotation goes with it."""
    verb = FORMS.get(word)
    if verb is None:
        return word in _ALSO or (marked and word in SPEECH_NOUNS)
    # "Report" and "call" are nouns and infinitives.
    plain = word != verb.base or verb.base in _NO_NOUNS
    return marked or (plain and word not in _NOUNS and verb.base not in _MOSTLY_DEEDS)


def read_report(text: str) -> Report | None:
    """Return the parts of a sentence that reports what one speaker says; None for any other text."""
    drafts = find(text, [(0, len(text))], parser=False, language=ENGLISH).drafts
    if len(drafts) > 1 or _holds_more(text):
        return None
    return (_drafted(text, drafts[0]) if drafts else None) or _of_a_form(text)


def _holds_more(text: str) -> bool:
    """Tell whether a text has more than one sentence or report, outside of quotations."""
    plain = _QUOTED.sub("…", text)
    ends = any(not ends_abbreviated(plain[: match.end(1)]) for match in _END.finditer(plain))
    return ends or _ANOTHER.search(plain) is not None


def _drafted(text: str, draft: Draft) -> Report | None:
    """Return what the patterns of articles have found, if that is the whole sentence."""
    by_words = not _BY_WORDS.isdisjoint(draft.grounds)
    if draft.tier is Tier.POSSIBLE and not by_words:
        return None
    between = _beside_cue(text, draft)
    if between is None or _is_turned(draft, text):
        return None
    statement = " ".join(_bare(span.of(text)) for span in draft.content)
    marked = _THAT.match(statement)
    if marked:
        statement = statement[marked.end() :]
    # "The union warned the company twice" tells what it did, not what it said.
    if not (marked or draft.quoted or by_words or _is_plain(draft)):
        return None
    if draft.quoted:
        statement = _COMMA_IN_QUOTE.sub("", statement)
    role = draft.speaker.role
    if "by according" in draft.grounds and role is None and (apposed := _APPOSED.match(statement)):
        role, statement = apposed["role"], statement[apposed.end() :]
    statement = _begun(statement)
    return Report(
        speaker=_named(draft.speaker),
        cue=_cue(draft, between),
        statement=statement,
        role=role,
        quote=statement.strip(_MARKS + " ") if draft.quoted else None,
        said=draft.said.phrase if draft.said else None,
    )


def _of_a_form(text: str) -> Report | None:
    for form in (_SAID, _WEIGHED, _ACCUSED, _BY_WHOM):
        match = form.search(text)
        source = _source(text, match) if match else None
        if match is None or source is None or _TURNED.search(source.of(text)):
            continue
        cue = match["cue"]
        if "who" in match.groupdict() and "c" not in getattr(FORMS.get(cue.lower()), "takes", ""):
            continue
        speaker = titles.guessed(speakers.read(text, source, 1, speakers.People()))
        plain = form in (_SAID, _BY_WHOM)
        return Report(
            speaker=_named(speaker),
            cue=f"{cue} that" if plain else cue,
            statement=_begun(_bare(match["what"])),
            role=speaker.role,
        )
    return None


def _source(text: str, match: re.Match[str]) -> Span | None:
    """Return where the speaker of a form stands: where it says, else as the first words of the sentence."""
    if "who" in match.groupdict():
        return Span(*match.span("who"))
    found = speaker_before(text[: match.start()])
    return Span(*found) if found is not None and not text[: found[0]].strip() else None


def _beside_cue(text: str, draft: Draft) -> str | None:
    """Return the words behind a cue that belong to it ("told reporters"); None if others are left over."""
    parts = sorted((*draft.source, *draft.cue, *draft.content, *((draft.said.at,) if draft.said else ())))
    ends = (Span(0, 0), *parts, Span(len(text), len(text)))
    between = ""
    for before, after in pairwise(ends):
        left = _undated(text[before.end : after.start].strip(EDGES + ".!?)(" + _MARKS))
        if not left or left.casefold() == "that":
            continue
        if before != draft.cue[0] or not _is_addressed(draft, left):
            return None
        between = left
    return between


def _undated(words: str) -> str:
    """Return words without those at their end that lead to a date."""
    left = words.split()
    while left and left[-1].casefold() in _BEFORE_A_DATE:
        left.pop()
    return " ".join(left)


def _is_addressed(draft: Draft, words: str) -> bool:
    """Tell whether words behind a cue tell to whom or where it was said."""
    if not _ADDRESSED.fullmatch(words) or len(words.split()) > MOST_BETWEEN or _TURNED.search(words):
        return False
    verb = FORMS.get(draft.cue_words.split()[-1].lower())
    return bool(_TO_WHOM.match(words)) or (verb is not None and verb.base in _ADDRESSING)


def _cue(draft: Draft, between: str) -> str:
    """Return a cue as it stands before a statement."""
    words = f"{draft.cue_words} {between}".strip()
    if "by according" in draft.grounds:
        return ""
    if draft.quoted:
        return f"{words}:"
    return words if "by preposition" in draft.grounds else f"{words} that"


def _is_plain(draft: Draft) -> bool:
    """Tell whether what stands beside a cue is surely a clause: after "said", or before any verb."""
    verb = FORMS.get(draft.cue_words.split()[-1].lower())
    return draft.content[0] < draft.cue[0] or (verb is not None and verb.base in SAYING)


def _named(speaker: Speaker) -> str | None:
    if is_pronoun(speaker.read_from or speaker.name):
        return None
    name = speaker.name
    return name.removesuffix(".") if name.endswith(".") and not ends_abbreviated(name) else name


def _is_turned(draft: Draft, text: str) -> bool:
    """Tell whether it is not said, or by nobody who is named: `was said`, `Police have not confirmed`."""
    source = draft.source[0].of(text)
    return bool(_PASSIVE.search(draft.cue_words)) or (not is_pronoun(source) and bool(_TURNED.search(source)))


def _begun(statement: str) -> str:
    return statement[:1].upper() + statement[1:]


def _bare(words: str) -> str:
    return without_stop(" ".join(words.split()).rstrip(" ,;")).rstrip(" ,;")
