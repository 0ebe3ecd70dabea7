"""Lines of a reply from facts: each with its citations, further voices under it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.answers.citations import cite, cite_role
from bot.answers.date_text import label
from bot.answers.sentences import further_attribution, sentence, tombstone
from bot.replies import Block, Item, Line, Note
from bot.texts import N_, _, ngettext, spoken
from storage.domain.models import Attribution, Entity, Fact, Figure, Stance, Standing
from storage.engines.memo import Memo
from storage.reading.entities import COUNTED

_MARKS = {
    Standing.CORROBORATED: N_("corroborated"),
    Standing.DISPUTED: N_("disputed"),
    Standing.SUPERSEDED: N_("superseded"),
    Standing.RETRACTED: N_("retracted"),
}


# Further attributions of one fact in a list; /fact shows all.
MOST_VOICES = 8
# Readers ask for the same facts again and again: their lines took a sixth of the time of an answer.
_LINES: Memo[tuple[Block, ...]] = Memo(2_000)


def mark(fact: Fact) -> str | None:
    """Return the word for a fact's standing; None for an attributed fact, the usual case."""
    word = _MARKS.get(fact.standing)
    return _(word) if word else None


def fact_line(fact: Fact, *, dated: bool = False, nested: bool = False) -> Line:
    """Return the line that states a fact on the word of its first attribution."""
    return Line(
        text=sentence(fact, dated=dated),
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


def fact_lines(fact: Fact, *, dated: bool = False) -> tuple[Block, ...]:
    """Return a fact's line, and one for each further attribution."""
    return _LINES.of(fact, (dated, spoken()), lambda: _fact_lines(fact, dated=dated))


def _fact_lines(fact: Fact, *, dated: bool) -> tuple[Block, ...]:
    if fact.taken_down is not None:
        return (Note(text=tombstone(fact)),)
    first, *others = fact.attributions
    shown = _telling(others)
    further = [attribution_line(fact, item, further_attribution(item, first)) for item in shown]
    return (fact_line(fact, dated=dated), *further, *left_out(fact, len(others) - len(shown)))


def _telling(others: Sequence[Attribution]) -> list[Attribution]:
    """Return the first of a fact's further attributions, and the first of each stance among the others."""
    stances: dict[Stance, int] = {}
    for number, item in enumerate(others):
        stances.setdefault(item.stance, number)
    return [
        item for number, item in enumerate(others) if number < MOST_VOICES or stances[item.stance] == number
    ]


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


def role(entity: Entity) -> Block:
    """Return the line with the role that a source gives an entity, under a heading with its name."""
    cited = cite_role(entity)
    if cited and entity.role:
        return Line(text=entity.role[:1].title() + entity.role[1:], citations=(cited,))
    return Note(text=_("No role on record."))


def naming(entity: Entity, facts: int = 0) -> Block:
    """Return the line with an entity's role; where no source gives one, in how many facts it is named."""
    cited = cite_role(entity)
    if cited and entity.role:
        return Line(text=_("{name}: {role}", name=entity.name, role=entity.role), citations=(cited,))
    if facts >= COUNTED:
        return Item(
            label=entity.name, text=_("named in {count} facts or more; no role on record", count=COUNTED)
        )
    text = ngettext(
        "named in {count} fact; no role on record", "named in {count} facts; no role on record", facts
    )
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
