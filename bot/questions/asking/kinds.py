"""Which kind of answer a question wants, in the languages that are read. Pure.

People ask in chats without marks and in any order, so nothing here parses: patterns of asking (asking/*.toml)
are found, and of several the one counts that stands where a question begins, then the most exact.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum

from bot.questions.asking.grammar import Grammar, Match, grammar


class Kind(Enum):
    """The kind of answer that a question wants."""

    WHO = "who"
    WHO_SAID = "who said"
    SAID = "said"
    HOW_MANY = "how many"
    HOW_LONG = "how long"
    WHEN = "when"
    WHERE = "where"
    WHY = "why"
    WHETHER = "whether"
    COMPARE = "compare"
    LATEST = "latest"
    OVERVIEW = "overview"
    CORRECTIONS = "corrections"
    SOURCES = "sources"
    WHAT = "what"


# These are asked of the whole story, where the question names nothing.
OF_THE_STORY = (Kind.CORRECTIONS, Kind.SOURCES, Kind.LATEST, Kind.OVERVIEW)
# Of what is found at the same word, as exact and as long, the first.
_ORDER = (
    Kind.SOURCES,
    Kind.CORRECTIONS,
    Kind.LATEST,
    Kind.OVERVIEW,
    Kind.COMPARE,
    Kind.WHO_SAID,
    Kind.SAID,
    Kind.HOW_LONG,
    Kind.WHEN,
    Kind.HOW_MANY,
    Kind.WHERE,
    Kind.WHY,
    Kind.WHO,
    Kind.WHETHER,
    Kind.WHAT,
)
# These words of a kind say what is counted or spoken of, too.
_TELLING = (Kind.WHO, Kind.WHO_SAID, Kind.SAID, Kind.HOW_MANY, Kind.WHETHER, Kind.WHAT)
_SAYING = (Kind.WHO_SAID, Kind.SAID)
# "Please", "can you tell me" and the like, one behind another.
_MOST_PREAMBLES = 6
# So many words make a statement that someone asks to be checked.
_STATEMENT = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question wants: `kind`; `latest`, the newest of it; `negated`, whether it is not so.

    `topic` are its words but for those of asking; `sure` is false where no word of asking was found.
    """

    kind: Kind
    latest: bool
    negated: bool
    topic: tuple[str, ...]
    sure: bool = True


def asked(
    tokens: Sequence[str], language: str | None, *, marked: bool = False, clauses: Collection[int] = ()
) -> Asked:
    """Read what the folded words of a question want.

    `marked` says that it has a question mark, `clauses` at which words it begins anew behind a comma.
    """
    reading = _Reading(tokens, grammar(language), marked=marked, clauses=clauses if marked else ())
    kind, sure = reading.kind()
    return Asked(kind, reading.latest(kind), reading.negated(), reading.topic(kind), sure)


class _Reading:
    """One question under one grammar."""

    def __init__(
        self, tokens: Sequence[str], spoken: Grammar, *, marked: bool, clauses: Collection[int]
    ) -> None:
        self._tokens, self._spoken, self._marked, self._clauses = tokens, spoken, marked, clauses
        self._begin = self._preambles()
        self._tag = self._where_a_tag_begins()

    def kind(self) -> tuple[Kind, bool]:
        """Return the kind of answer, and whether any word asks for it."""
        found = self._found()
        best = _kind(found[0]) if found else None
        if (outright := self._of_the_whole(best) or self._outright(found, best)) is not None:
            return outright, True
        if best is not None and (best is not Kind.WHAT or self._marked or self._is_meant(found[0])):
            return best, True
        if self._holds(self._spoken.latest):
            return Kind.LATEST, True
        return (Kind.WHETHER, True) if self._states() else (Kind.WHAT, bool(found))

    def latest(self, kind: Kind) -> bool:
        """Tell whether the newest is asked for."""
        return kind is Kind.LATEST or self._holds(self._spoken.latest)

    def negated(self) -> bool:
        """Tell whether it asks if something is not so; "didn't they go?" asks if they did."""
        start = self._begin
        if start < len(self._tokens) and self._tokens[start] in self._spoken.auxiliaries:
            start += 2
        return any(word in self._spoken.negation for word in self._tokens[start : self._tag])

    def topic(self, kind: Kind) -> tuple[str, ...]:
        """Return the words that say of what it asks."""
        asking = self._spoken.of_kind.get(kind.name.lower(), ())
        return tuple(
            word
            for word in dict.fromkeys(self._tokens[self._begin : self._tag])
            if word not in self._spoken.function
            and word not in self._spoken.latest
            and (kind in _TELLING or word not in asking)
            and not (kind in _SAYING and word in self._spoken.saying)
        )

    def _preambles(self) -> int:
        """Return where the question begins behind "so, can you tell me"; something is left of it."""
        begin = 0
        for _each in range(_MOST_PREAMBLES):
            if begin >= len(self._tokens):
                break
            ends = [match.end for match in self._spoken.preambles.at(self._tokens, begin)]
            further = max((end for end in ends if end < len(self._tokens)), default=begin)
            if further == begin:
                break
            begin = further
        return begin

    def _where_a_tag_begins(self) -> int:
        """Return where "right?", "isn't it?" begins at the end; the number of words if nothing does."""
        starts = [match.start for match in self._spoken.tags.find(self._tokens)]
        return min((start for start in starts if start >= self._begin), default=len(self._tokens))

    def _found(self) -> list[Match]:
        """Return what asks, the likeliest first."""
        found = [match for match in self._spoken.kinds.find(self._tokens) if self._asks(match)]
        if self._begin < len(self._tokens) and self._tokens[self._begin] in self._spoken.auxiliaries:
            found.append(Match(Kind.WHETHER.name.lower(), self._begin, self._begin + 1))
        return sorted(found, key=self._rank)

    def _rank(self, match: Match) -> tuple[bool, bool, int, int, int, int]:
        strong = self._is_strong(match)
        vague = _kind(match) is Kind.WHAT and not strong
        return vague, not strong, match.start, -match.exact, -match.end, _ORDER.index(_kind(match))

    def _asks(self, match: Match) -> bool:
        """Tell whether words ask where they stand: "the man who left", "it broke when it rained" do not."""
        kind = _kind(match)
        if match.start < self._begin:
            return kind in OF_THE_STORY
        inside = match.end < len(self._tokens) and not self._is_strong(match)
        if not inside or self._tokens[match.start] not in self._spoken.relative:
            return True
        return match.end > match.start + 1 or self._tokens[match.end] in self._spoken.auxiliaries

    def _is_strong(self, match: Match) -> bool:
        """Tell whether words stand where a question begins: behind words like "in" and "by" alone."""
        begins = (begin for begin in (*self._clauses, self._begin) if self._begin <= begin <= match.start)
        begin = max(begins, default=None)
        return begin is not None and all(
            word in self._spoken.function and word not in self._spoken.auxiliaries
            for word in self._tokens[begin : match.start]
        )

    def _is_meant(self, match: Match) -> bool:
        """Tell whether a word as "source" stands for those of the record."""
        several = match.end > match.start + 1
        return several or self._is_strong(match) or match.end == len(self._tokens)

    def _of_the_whole(self, best: Kind | None) -> Kind | None:
        """Return what is asked of the whole story by words that name nothing else: "what changed?"."""
        if any(self._spoken.another.at(self._tokens, 0)):
            return None
        open_to = (None, Kind.WHAT, Kind.WHETHER, Kind.OVERVIEW, Kind.WHO_SAID)
        if best not in open_to:
            return None
        found = {_kind(match) for match in self._spoken.alone.find(self._tokens)}
        for kind in OF_THE_STORY:
            if kind in found and not self.topic(kind):
                return kind if best is not Kind.WHO_SAID or kind is Kind.SOURCES else None
        return None

    def _outright(self, found: Sequence[Match], best: Kind | None) -> Kind | None:
        """Return what is asked whatever else is: sources, corrections, a comparison, "isn't it?"."""
        for kind in (Kind.SOURCES, Kind.CORRECTIONS):
            if any(_kind(each) is kind and self._is_meant(each) for each in found):
                return kind
        if best in (None, Kind.SAID, Kind.HOW_MANY, Kind.WHETHER, Kind.WHAT) and any(
            _kind(each) is Kind.COMPARE for each in found
        ):
            return Kind.COMPARE
        tagged = self._tag < len(self._tokens) and not (found and self._is_strong(found[0]))
        return Kind.WHETHER if tagged else None

    def _holds(self, listed: frozenset[str]) -> bool:
        return not listed.isdisjoint(self._tokens)

    def _states(self) -> bool:
        """Tell whether a text states something, to be told if it is so."""
        inside = self._tokens[self._begin :]
        if len(inside) < _STATEMENT:
            return False
        verbs = any(word in self._spoken.auxiliaries or word in self._spoken.negation for word in inside)
        if verbs or self._spoken is grammar("en"):
            return verbs
        return self._marked and not any(self._spoken.another.at(self._tokens, 0))


def _kind(match: Match) -> Kind:
    return Kind[match.name.upper()]
