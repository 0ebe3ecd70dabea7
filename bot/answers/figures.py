"""Figures as their sources give them, those for one matter together."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from bot.answers.lines import amount, fact_line
from bot.answers.sentences import sentence
from bot.replies import Block, Heading, Line, Note
from bot.texts import _, ngettext
from storage.domain.models import Fact, Figure

Row = tuple[str, Fact, Figure]
# Figures of one fact among those of others; /fact shows all.
MOST_FIGURES = 20


def figure_lines(facts: Sequence[Fact]) -> list[Block]:
    """Return every figure of the facts; those that differ for one matter stand last, under a heading."""
    rows = [
        (figure.measure or f"F{fact.id}", fact, figure)
        for fact in facts
        for figure in fact.figures[:MOST_FIGURES]
    ]
    order = list(dict.fromkeys(measure for measure, _fact, _figure in rows))
    rows.sort(key=lambda row: order.index(row[0]))
    alone: list[Block] = []
    differing: list[Block] = []
    for _measure, group in groupby(rows, key=lambda row: row[0]):
        members = list(group)
        if len({amount(figure) for _m, _fact, figure in members}) == 1:
            alone += map(_line, members)
        else:
            differing += [Heading(text=_("Differing figures for the same thing")), *map(_line, members)]
    return [*alone, *differing, *(note for fact in facts for note in _further(fact))]


def _further(fact: Fact) -> list[Note]:
    """Return the note on a fact's figures that are not shown."""
    left = len(fact.figures) - MOST_FIGURES
    if left <= 0:
        return []
    text = ngettext(
        "F{id} gives {count} more figure: /fact F{id}",
        "F{id} gives {count} more figures: /fact F{id}",
        left,
        id=fact.id,
    )
    return [Note(text=text)]


def _line(row: Row) -> Line:
    _measure, fact, figure = row
    text = _(
        "{sentence}. The source's figure counts {counts}",
        sentence=sentence(fact),
        counts=figure.counts,
    )
    return fact_line(fact).model_copy(update={"label": amount(figure), "text": text})
