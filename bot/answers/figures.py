"""Figures as their sources give them, each fact once, those that differ for one matter together. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.answers.lines import amount, fact_line
from bot.replies import Block, Heading, Line, Note
from bot.texts import _, ngettext
from storage.domain.models import Fact, Figure

# Figures of one fact among those of others; /fact shows all.
MOST_FIGURES = 20
_RUNS_INTO = re.compile(r"[\w.,]")
_RUNS_ON = re.compile(r"\w|[.,][0-9]")
_NUMBER = re.compile(r"(?<![\w.,-])[0-9]+(?:[.,\u00a0 ][0-9]{3})*(?:[.,][0-9]+)?(?!\w)")
# What looks like a number and is a part of a date or a time: days with their months, years, decades, hours.
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DAY = r"[0-3]?[0-9](?:st|nd|rd|th|\.)?"
_DATED = re.compile(
    rf"\b(?:{_DAY} (?:of )?)(?:{_MONTHS})\b(?:,? [12][0-9]{{3}}\b)?"
    rf"|\b(?:{_MONTHS}) {_DAY}\b(?:,? [12][0-9]{{3}}\b)?"
    rf"|\b{_DAY} (?:de )?[^\W\d]+ (?:de )?[12][0-9]{{3}}\b"
    r"|(?<![0-9.,])(?:1[5-9]|20)[0-9]{2}s?\b(?!,[0-9]{3}|\.[0-9])"
    r"|\b[0-2]?[0-9][:.][0-5][0-9]\b|\b[0-9]{1,2} ?[ap]\.?m\b"
)


def figure_lines(facts: Sequence[Fact]) -> list[Block]:
    """Return the line of every fact, which tells its figures; those that differ for one matter stand last."""
    matters = _matters(facts)
    differing = [matter for matter in matters.values() if len({amount(figure) for _f, figure in matter}) > 1]
    apart = {fact.id for matter in differing for fact, _figure in matter if len(matter) > 1}
    blocks = [block for fact in facts if fact.id not in apart for block in _lines(fact)]
    shown: set[int] = set()
    for matter in differing:
        members = dict.fromkeys(fact for fact, _figure in matter if fact.id not in shown)
        shown.update(fact.id for fact in members)
        lines = [block for fact in members for block in _lines(fact)]
        blocks += [Heading(text=_("Differing figures for the same thing")), *lines] if lines else []
    return [*blocks, *(note for fact in facts for note in _further(fact))]


def tells_numbers(fact: Fact) -> bool:
    """Tell whether a fact holds figures, or its statement a number that is no part of a date."""
    return bool(fact.figures) or _NUMBER.search(_DATED.sub(" ", fact.statement)) is not None


def _matters(facts: Sequence[Fact]) -> dict[str, list[tuple[Fact, Figure]]]:
    """Return the figures of facts by the matter that they measure; one without a measure is its own."""
    matters: dict[str, list[tuple[Fact, Figure]]] = {}
    for fact in facts:
        for number, figure in enumerate(fact.figures[:MOST_FIGURES]):
            matters.setdefault(figure.measure or f"F{fact.id}.{number}", []).append((fact, figure))
    return matters


def _lines(fact: Fact) -> list[Block]:
    """Return a fact's line, and under it each figure that its words do not tell, with what it counts."""
    figures = fact.figures[:MOST_FIGURES]
    line = fact_line(fact)
    if not _holds_all(line.text, fact):
        line = fact_line(fact, whole=True)
    return [line, *(_counting(line, figure) for figure in figures if not _told(line.text, figure))]


def _holds_all(text: str, fact: Fact) -> bool:
    """Tell whether a fact's words in short hold the numbers that its statement does."""
    if fact.figures:
        return all(_told(text, figure) for figure in fact.figures if _told(fact.statement, figure))
    return all(match[0] in text for match in _NUMBER.finditer(fact.statement))


def _told(text: str, figure: Figure) -> bool:
    """Tell whether a text gives a figure, not as a part of a longer number or word."""
    given = amount(figure).casefold()
    before, told, after = text.casefold().partition(given)
    while told:
        if not _RUNS_INTO.match(before[-1:]) and not _RUNS_ON.match(after):
            return True
        between, told, after = after.partition(given)
        before = given + between
    return False


def _counting(line: Line, figure: Figure) -> Line:
    update = {"label": amount(figure), "text": figure.counts, "mark": None, "nested": True}
    return line.model_copy(update=update)


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
