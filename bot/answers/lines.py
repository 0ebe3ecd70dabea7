"""Lines of a reply from facts: each with its citations, further voices under it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from bot.answers.citations import cite, cite_role
from bot.answers.date_text import label
from bot.answers.sentences import further_voices, manner, predicate, sentence, tombstone
from bot.answers.standing import independence, mark, one_text
from bot.replies import Block, Citation, Heading, Item, Line, Note
from bot.texts import _, ngettext, spoken
from storage.domain.models import Attribution, Entity, Fact, Figure, Stance, Standing
from storage.engines.memo import Memo
from storage.reading.entities import COUNTED

# Further attributions of one fact that are shown, and those of one stance that a line cites; /fact shows all.
MOST_VOICES = MOST_CITED = 8
# Letters of the places in sources that one line names: a line is one message with all that it cites.
LONGEST_PLACES = 600
# Readers ask for the same facts again and again: their lines took a sixth of the time of an answer.
_LINES: Memo[tuple[Block, ...]] = Memo(2_000)
_ONE: Memo[Line] = Memo(2_000)


def fact_line(fact: Fact, *, dated: bool = False, nested: bool = False, whole: bool = False) -> Line:
    """Return the line that states a fact on its first attribution's word, in short unless it is `whole`."""
    key = (dated, nested, whole, spoken())
    return _ONE.of(fact, key, lambda: _fact_line(fact, dated=dated, nested=nested, whole=whole))


def _fact_line(fact: Fact, *, dated: bool, nested: bool, whole: bool) -> Line:
    return Line(
        text=sentence(fact, dated=dated, short=not whole),
        citations=(cite(fact.attributions[0]),),
        fact=fact.id,
        revision=fact.revision,
        label=(label(fact) or _("date not given")) if dated else None,
        mark=mark(fact),
        nested=nested,
    )


def attribution_line(fact: Fact, attribution: Attribution, text: str) -> Line:
    """Return the line of one of a fact's further attributions."""
    cited = (cite(attribution),)
    return Line(text=text, citations=cited, fact=fact.id, revision=fact.revision, nested=True)


def fact_lines(fact: Fact, *, dated: bool = False, whole: bool = False) -> tuple[Block, ...]:
    """Return a fact's line, and one for all further voices of each stance."""
    return _LINES.of(fact, (dated, whole, spoken()), lambda: _fact_lines(fact, dated=dated, whole=whole))


def _fact_lines(fact: Fact, *, dated: bool, whole: bool) -> tuple[Block, ...]:
    if fact.taken_down is not None:
        return (Note(text=tombstone(fact)),)
    first, *others = fact.attributions
    line = fact_line(fact, dated=dated, whole=whole).model_copy(update={"mark": mark(fact, besides=False)})
    return (line, *_voices(fact, first, others))


def lines_of_speaker(fact: Fact, speaker: Entity) -> tuple[Block, ...]:
    """Return a fact's lines under the name of one of its speakers, who is not named again."""
    return _LINES.of(fact, (speaker.id, spoken()), lambda: _lines_of_speaker(fact, speaker))


def _lines_of_speaker(fact: Fact, speaker: Entity) -> tuple[Block, ...]:
    own = [item for item in fact.attributions if item.speaker and item.speaker.id == speaker.id]
    if fact.taken_down is not None or not own:
        return fact_lines(fact)
    said = [item for item in own if manner(item) == manner(own[0])]
    line = Line(
        text=predicate(fact, own[0]),
        citations=_cited(said),
        fact=fact.id,
        revision=fact.revision,
        mark=mark(fact, besides=False),
    )
    return (line, *_voices(fact, own[0], [item for item in fact.attributions if item not in said]))


def _voices(fact: Fact, first: Attribution, others: Sequence[Attribution]) -> list[Line]:
    """Return a line for the further voices of each stance; `first` is the attribution that stands above."""
    stances: dict[tuple[Stance, str | None], list[Attribution]] = {}
    for item in others:
        stances.setdefault(manner(item), []).append(item)
    lines = [
        Line(
            text=further_voices(items, first),
            citations=_cited(items),
            fact=fact.id,
            revision=fact.revision,
            nested=True,
        )
        for items in stances.values()
    ]
    # Of what others deny it is told only where somebody has looked: beside who is found independent.
    found = [n for n, items in enumerate(stances.values()) if any(item.independent for item in items)]
    if fact.standing is Standing.CORROBORATED or (fact.standing is Standing.DISPUTED and found):
        told: str | None = independence(fact)
    else:
        told = one_text(fact)
    if lines and told is not None:
        at = found[-1] if found else -1
        lines[at:] = [lines[at].model_copy(update={"mark": told}), *lines[at:][1:]]
    return lines


def _cited(items: Sequence[Attribution]) -> tuple[Citation, ...]:
    """Return the citations of attributions that one line shows: at least the first."""
    cited: list[Citation] = []
    room = LONGEST_PLACES
    for item in items[:MOST_CITED]:
        room -= len(item.locator or "")
        if cited and room < 0:
            break
        cited.append(cite(item))
    return tuple(cited)


def left_out(fact: Fact, count: int) -> list[Block]:
    """Return the note on a fact's further attributions that are not shown; nothing if all are."""
    if not count:
        return []
    text = ngettext(
        "F{id} has {count} further attribution: /fact F{id}",
        "F{id} has {count} further attributions: /fact F{id}",
        count,
        id=fact.id,
    )
    return [Note(text=text)]


def listing(facts: Iterable[Fact], *, dated: bool = False) -> list[Block]:
    """Return the lines of several facts."""
    return [block for fact in facts for block in fact_lines(fact, dated=dated)]


def dated_lines(facts: Iterable[Fact]) -> list[Block]:
    """Return the lines of several facts, each run of one date under that date."""
    blocks: list[Block] = []
    for when, run in groupby(facts, key=_when):
        blocks.append(Heading(text=when[:1].title() + when[1:]))
        blocks += [fact_line(fact, dated=True).model_copy(update={"label": None}) for fact in run]
    return blocks


def labelled_lines(facts: Iterable[Fact]) -> list[Line]:
    """Return the lines of several facts whose dates stand under one heading, each with its own before it."""
    return [fact_line(fact, dated=True) for fact in facts]


def _when(fact: Fact) -> str:
    return label(fact) or _("Date not given")


def role(entity: Entity) -> list[Block]:
    """Return the line with the role that a source gives an entity, for under its name; none if none does."""
    cited = cite_role(entity)
    if cited and entity.role:
        return [Line(text=entity.role[:1].title() + entity.role[1:], citations=(cited,))]
    return []


def naming(entity: Entity, facts: int = 0) -> Block:
    """Return the line with an entity's role; where no source gives one, in how many facts it is named."""
    cited = cite_role(entity)
    if cited and entity.role:
        return Line(text=_("{name}: {role}", name=entity.name, role=entity.role), citations=(cited,))
    if facts >= COUNTED:
        return Item(label=entity.name, text=_("named in {count} statements or more", count=COUNTED))
    text = ngettext("named in {count} statement", "named in {count} statements", facts)
    return Item(label=entity.name, text=text)


def amount(figure: Figure) -> str:
    """Return a figure as its source gives it: `at least 2,100`, `6 to 17`, `hundreds`."""
    if figure.amount is None:
        number = figure.words or ""
    else:
        number = _number(figure.amount)
        if figure.upper is not None:
            number = _("{low} to {high}", low=number, high=_number(figure.upper))
    return f"{figure.qualifier} {number}" if figure.qualifier else number


def _number(value: float) -> str:
    return f"{int(value):,}" if value == int(value) else f"{value:,}"
