"""What has become of facts in all: several notices of one fact are one change, or none at all.

What was changed and changed back meanwhile is not told, nor what came on record and was taken back. Where a
new fact took another's place, that is one change as well: it tells of both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bot.answers.bounds import some_of
from bot.answers.citations import cite
from bot.answers.date_text import when_text
from bot.answers.lines import amount
from bot.answers.sentences import sentence
from bot.replies import Line
from bot.texts import N_, _
from storage.domain.models import Attribution, Fact, Notice, NoticeKind, Relation, Revision
from storage.record import Record

_CHANGED = {
    "brief": N_("in short it was “{was}”, now “{now}”"),
    "when": N_("the date was {was}, now {now}"),
    "places": N_("the places were {was}, now {now}"),
    "about": N_("who it is about was {was}, now {now}"),
    "figures": N_("the figure was {was}, now {now}"),
    "quotes": N_("the quote was “{was}”, now “{now}”"),
}
# Of a list that is very long; /fact shows all of it.
_MOST = 300
# Revisions of a fact that are looked back over, for why it changed and when it read so before.
_RECENT = 50
# The order of a digest: what is no longer on record, or no longer so, must not be overlooked.
_ORDER = {
    NoticeKind.RETRACTED: 0, NoticeKind.TAKEN_DOWN: 0,
    NoticeKind.CORRECTED: 1, NoticeKind.SUPERSEDED: 1, NoticeKind.RESTORED: 1,
}  # fmt: skip
# What leaves a statement on record, and may bring it back to how it read before.
_REWORDING = frozenset({NoticeKind.CORRECTED, NoticeKind.ATTRIBUTED, NoticeKind.RELATED})


class NetChange(NamedTuple):
    """What became of a fact: how it was (None: it is new) and is, and the reasons given for just that.

    `again` is the revision before those as which it reads again, 1 being how it was first told.
    """

    kind: NoticeKind
    before: Fact | None
    now: Fact
    reasons: tuple[str, ...] = ()
    again: int | None = None

    @property
    def concerns_retraction(self) -> bool:
        """Tell whether the fact was retracted, or is no longer."""
        was = self.before is not None and self.before.retracted is not None
        return was != (self.now.retracted is not None)


async def net_changes(record: Record, notices: Sequence[Notice]) -> list[NetChange]:
    """Return what notices tell in all: retractions, then corrections, then the rest, each as it began."""
    of_fact: dict[int, list[Notice]] = {}
    for notice in notices:
        if notice.fact_id is not None and notice.revision is not None:
            of_fact.setdefault(notice.fact_id, []).append(notice)
    found = [change for group in of_fact.values() if (change := await _in_all(record, group)) is not None]
    replacing = {each.now.superseded_by for each in found if each.kind is NoticeKind.SUPERSEDED}
    told = [each for each in found if not (each.kind is NoticeKind.PUBLISHED and each.now.id in replacing)]
    return sorted(told, key=lambda each: _ORDER.get(each.kind, 2))


async def _in_all(record: Record, notices: Sequence[Notice]) -> NetChange | None:
    """Return what notices of one fact tell in all; None where that is nothing."""
    first, last = notices[0], notices[-1]
    assert first.fact_id is not None
    assert first.revision is not None
    assert last.revision is not None
    now = await record.facts.at_revision(first.fact_id, last.revision)
    if now is None:
        return None
    if now.taken_down is not None:
        down = last.kind is NoticeKind.TAKEN_DOWN
        return NetChange(NoticeKind.TAKEN_DOWN, None, now) if down else None
    since = 0 if first.kind is NoticeKind.PUBLISHED else first.revision - 1
    before = await record.facts.at_revision(now.id, since) if since else None
    if before is not None and before.taken_down is not None:
        before = None
    kind: NoticeKind | None = last.kind
    if len(notices) > 1 and (before is not None or not since):
        kind = kind_of(before, now)
    elif kind is NoticeKind.SUPERSEDED and now.superseded_by is None:
        kind = NoticeKind.RESTORED
    if kind is None:
        return None
    change = await with_reasons(record, kind, before, now, since=since)
    if kind is not NoticeKind.CORRECTED or before is None:
        return change
    # What an undo or an import brought about tells its kind by itself; what reads the same needs a reason.
    differs = kind_of(before, now)
    if differs in (NoticeKind.ATTRIBUTED, NoticeKind.RELATED):
        return change._replace(kind=differs)
    return change if differs is not None or change.reasons else None


async def with_reasons(
    record: Record, kind: NoticeKind, before: Fact | None, now: Fact, *, since: int
) -> NetChange:
    """Return a change with the reasons of those revisions since one that were of its kind and led to it."""
    if kind is NoticeKind.PUBLISHED:
        return NetChange(kind, before, now)
    after = max(now.revision - _RECENT, 0)
    history = await record.facts.revisions(now.id, after=after, limit=now.revision - after)
    kinds = {NoticeKind.RESTORED, NoticeKind.SUPERSEDED} if kind is NoticeKind.RESTORED else {kind}
    way = _way([each for each in history if each.number >= since])
    reasons = [
        each.reason
        for each in way
        if each.number > since and each.reason and NoticeKind(each.kind.value) in kinds
    ]
    if kind is NoticeKind.RETRACTED and now.retracted is not None:
        # An import tells it in no other place.
        reasons = reasons or [now.retracted]
    again = next((each.number for each in history if each.number < since and _same(each, history[-1])), None)
    return NetChange(kind, before, now, tuple(dict.fromkeys(reasons)), again if kind in _REWORDING else None)


def _way(history: Sequence[Revision]) -> list[Revision]:
    """Return the revisions that led from the first to the last, without those that were taken back."""
    way: list[Revision] = []
    for each in history:
        known = next((at for at, earlier in enumerate(way) if _same(earlier, each)), None)
        if known is None:
            way.append(each)
        else:
            del way[known + 1 :]
    return way


def _same(one: Revision, other: Revision) -> bool:
    """Tell whether a fact was the same at two revisions; of what was taken down nobody can tell."""
    return one.state is not None and one.state == other.state


def kind_of(before: Fact | None, now: Fact) -> NoticeKind | None:
    """Return what has become of a fact between two of its states; None where nobody needs to be told."""
    if before is None:
        return NoticeKind.PUBLISHED if now.in_force else None
    if before.retracted is not None or now.retracted is not None:
        if before.retracted is not None and now.retracted is not None:
            return None
        return NoticeKind.RESTORED if now.retracted is None else NoticeKind.RETRACTED
    differs = {
        NoticeKind.SUPERSEDED: now.superseded_by not in (None, before.superseded_by),
        NoticeKind.RESTORED: before.superseded_by is not None and now.superseded_by is None,
        NoticeKind.CORRECTED: reads_otherwise(before, now),
        NoticeKind.ATTRIBUTED: voices(before).keys() != voices(now).keys(),
        NoticeKind.RELATED: relations(before).keys() != relations(now).keys(),
    }
    return next((kind for kind, does in differs.items() if does), None)


def reads_otherwise(before: Fact, now: Fact) -> bool:
    """Tell whether a fact states otherwise than before: its words, its first voice, or what goes with it."""
    if sentence(before, dated=True) != sentence(now, dated=True):
        return True
    if before.attributions[0].source.id != now.attributions[0].source.id:
        return True
    return any(was != reads for _name, was, reads in particulars(before, now))


def voices(fact: Fact) -> dict[tuple[object, ...], Attribution]:
    """Return a fact's attributions by what they say; a chain of sources would be slow to compare."""
    return {
        (
            item.source.id,
            item.speaker and item.speaker.id,
            item.cue,
            item.stance,
            item.locator,
            item.quote,
        ): item
        for item in fact.attributions
    }


def changed_voices(before: Fact, now: Fact) -> tuple[list[Attribution], list[Attribution]]:
    """Return who says a fact, beside the first, that did not before, and who does no longer.

    Whose quote or place in the source is another is neither new nor gone.
    """
    was, reads = voices(before), voices(now)
    new = [item for key, item in reads.items() if key not in was]
    gone = [item for key, item in was.items() if key not in reads]
    both = set(map(_who, new)) & set(map(_who, gone))
    first = now.attributions[0]
    return (
        [item for item in new if item is not first and _who(item) not in both],
        [item for item in gone if _who(item) not in both],
    )


def _who(item: Attribution) -> tuple[object, ...]:
    return item.source.id, item.speaker and item.speaker.id, item.stance


def relations(fact: Fact) -> dict[tuple[object, ...], Relation]:
    """Return a fact's relations by what they say."""
    return {
        (item.kind, item.other_id, item.outgoing, item.about, item.source and item.source.id): item
        for item in fact.relations
    }


def particulars(before: Fact, now: Fact) -> Iterator[tuple[str, list[str], list[str]]]:
    """Yield each kind of what goes with a statement, as it was and as it is."""
    yield "brief", list(filter(None, [before.brief])), list(filter(None, [now.brief]))
    yield "when", [when_text(before)], [when_text(now)]
    yield "places", [each.name for each in before.places], [each.name for each in now.places]
    yield "about", [each.name for each in before.about], [each.name for each in now.about]
    yield "figures", _figures(before), _figures(now)
    yield "quotes", _quotes(before), _quotes(now)


def changed_lines(before: Fact, now: Fact) -> list[Line]:
    """Return a line for each kind of what goes with a statement that is otherwise than before.

    Where the statement is another, so is its short wording.
    """
    reworded = before.statement != now.statement
    cited = tuple(dict.fromkeys((cite(before.attributions[0]), cite(now.attributions[0]))))
    return [
        Line(
            text=_(_CHANGED[name], was=_some(was), now=_some(reads)),
            citations=cited,
            fact=now.id,
            revision=now.revision,
            nested=True,
        )
        for name, was, reads in particulars(before, now)
        if was != reads and not (reworded and name == "brief")
    ]


def _some(texts: list[str]) -> str:
    return some_of(texts, "; ", most=_MOST) or _("none")


def _figures(fact: Fact) -> list[str]:
    return [_("{amount} ({counts})", amount=amount(each), counts=each.counts) for each in fact.figures]


def _quotes(fact: Fact) -> list[str]:
    return [each.quote for each in fact.attributions if each.quote]
