"""One line is enough: a statement's speaker, cue, place, figures, dates and names, read from the sentence.

Nothing of it is settled: it fills in the form, which shows all of it before anything is confirmed and lets
each part be changed. What a person has given by name stays; what is not found is asked for as ever.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from bot.commands.core.context import Context
from bot.commands.dialogue import fields
from bot.commands.dialogue.date_fields import published_on
from bot.commands.dialogue.forms import Filled
from bot.commands.dialogue.prefill import figures_text
from bot.errors import UserError
from bot.parsing.articles import bare
from bot.parsing.locators import placed
from bot.questions.subject import named_in
from storage.domain.entries import FigureEntry
from storage.domain.folding import fold
from storage.domain.models import EntityKind

if TYPE_CHECKING:
    from bot.intake.finding.drafts import FoundDate
    from bot.intake.finding.one_sentence import Report

_WHO_SAYS = ("who", "cue", "stance")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# A larger number is none that a sentence tells.
_LARGEST, _LONGEST_COUNT = 1e15, 100
_STATEMENT = fields.STATEMENT.name
# What is asked though a sentence tells the rest: the place, and of a name or a source that is new.
_ASKED = ("at", "role", "publisher", "published", "kind", "via")
# What is read anew once the statement is another.
_OF_STATEMENT = ("figure", "when", "where", "about", "said", "quote", "role")


async def tell(context: Context, filled: Filled) -> None:
    """Fill in what the answer just given tells of other fields."""
    if filled.step == _STATEMENT:
        await read_sentence(context, filled)
    else:
        await _date(context, filled)


async def read_sentence(context: Context, filled: Filled) -> None:
    """Fill in what a statement tells of a form's other fields.

    With header lines that say who says it, or in which words, it stands as it is.
    """
    if not filled.text(_STATEMENT):
        return
    by_name = any(_is_given(filled, name) for name in ("who", "cue"))
    if by_name and not filled.step:
        return
    for name in _OF_STATEMENT:
        if name in filled.kept:
            _forget(filled, name)
    text, place = placed(filled.text(_STATEMENT))
    if place and not _is_given(filled, "at"):
        filled.texts["at"] = place
        filled.texts[_STATEMENT] = text
    # In a thread: readers send sentences, too.
    found = await asyncio.to_thread(_taken_apart, filled.text(_STATEMENT), follows="who" in filled.kept)
    if found.report is not None and not by_name:
        await _take(context, filled, found.report)
    elif found.told and not by_name:
        _ask_who(filled)
    _fill(filled, "figure", found.figures)
    await _names(context, filled)
    await _date(context, filled)


def _is_given(filled: Filled, name: str) -> bool:
    """Tell whether a person gave a field by name."""
    return name in filled.texts and name not in filled.kept


class _Sentence(NamedTuple):
    """What a sentence tells: who says what, if it is one report, and the figures in that, one a line.

    `told` tells that it is somebody's word, whether or not it could be taken apart.
    """

    report: Report | None
    figures: str
    told: bool


def _taken_apart(text: str, *, follows: bool) -> _Sentence:
    """Return what a sentence tells; nothing of a text that is not read.

    One that `follows` another may begin with its cue: "denied that it was so".
    """
    # With the first sentence: no start needs it.
    from bot.intake.finding.dating import dates
    from bot.intake.finding.figures import figures
    from bot.intake.finding.one_sentence import is_read, read_report, tells_of_saying
    from bot.intake.speech.layout import Span

    if not is_read(text):
        return _Sentence(None, "", tells_of_saying(text))
    report = read_report(text) or (read_report(f"They {text}") if follows and text[:1].islower() else None)
    said = report.statement if report else text
    whole = Span(0, len(said))
    taken = [each.at for each in dates(said, whole, None)]
    found = [
        FigureEntry(**each.model_dump(exclude={"at"}))
        for each in figures(said, whole, {}, taken)
        if max(each.amount or 0, each.upper or 0) < _LARGEST and len(each.counts) <= _LONGEST_COUNT
    ]
    return _Sentence(report, figures_text(found), tells_of_saying(text))


def _ask_who(filled: Filled) -> None:
    """Ask who says it: a sentence that is somebody's word goes on under no other, nor as the source's own."""
    for name in _WHO_SAYS:
        if name in filled.kept:
            _forget(filled, name)
    filled.besides += ("who", "cue")


async def _take(context: Context, filled: Filled, report: Report) -> None:
    """Take over who says what from a sentence; a pronoun is whoever spoke in the fact before, else open."""
    kept = report.speaker is None and "who" in filled.kept
    who = filled.text("who") if kept else report.speaker or ""
    for name in _WHO_SAYS:
        _forget(filled, name)
    filled.texts[_STATEMENT] = report.statement
    _fill(filled, "who", who)
    filled.texts["cue"] = report.cue
    filled.kept.append("cue")
    _fill(filled, "role", await _news(context, who, report.role) if report.role else "")
    _fill(filled, "quote", report.quote or "")
    _fill(filled, "said", report.said or "")
    if not who:
        filled.besides.append("who")
    elif not filled.at_once:
        # What else is left open is seen in what is shown, and changed there.
        filled.at_once = True
        filled.besides += _ASKED


async def _news(context: Context, who: str, role: str) -> str:
    """Return a role without its article, "" where the record gives the speaker that role already."""
    name = bare(role)[1]
    found = await context.record.entities.find_named(context.story.id, bare(who)[1])
    return "" if fold(name) in {fold(bare(each.role or "")[1]) for each in found} else name


async def _names(context: Context, filled: Filled) -> None:
    """Fill in the names on record that a statement holds: places, and whom else it is about."""
    found = await named_in(context.record, context.story.id, filled.text(_STATEMENT))
    places = [each for each in found if each.kind is EntityKind.PLACE]
    others = [each for each in found if each.kind is not EntityKind.PLACE]
    _fill(filled, "where", "; ".join(f"={each.ref}" for each in places))
    _fill(filled, "about", "; ".join(f"={each.ref}" for each in others))


async def _date(context: Context, filled: Filled) -> None:
    """Fill in when it happened from the words of the statement, once it is known when its source is from."""
    if "when" in filled.texts or not filled.text(_STATEMENT) or not filled.text("source"):
        return
    try:
        published = await published_on(context, filled)
    except UserError:
        return  # which source is meant is asked first
    day = date.fromisoformat(published) if published and _DAY.fullmatch(published) else None
    text = filled.text(_STATEMENT)
    found = await asyncio.to_thread(_dates, text, day)
    if len(found) != 1:
        return
    (dated,) = found
    if dated.edtf is None and day is not None:
        # Which of several dates is meant is asked, each with a button.
        _fill(filled, "when", dated.phrase)
        return
    if dated.edtf is None:
        # It depends on a day that is not known: what it means is asked.
        if "when" not in filled.besides:
            filled.besides.append("when")
        return
    _fill(filled, "when", dated.edtf)
    if [each.edtf for each in await asyncio.to_thread(_dates, text, None)] != [dated.edtf]:
        filled.worded["when"] = [dated.edtf, dated.phrase]


def _dates(text: str, day: date | None) -> Sequence[FoundDate]:
    from bot.intake.finding.dating import dates
    from bot.intake.speech.layout import Span

    return dates(text, Span(0, len(text)), day)


def _fill(filled: Filled, name: str, text: str) -> None:
    if text and name not in filled.texts:
        filled.texts[name] = text
        filled.kept.append(name)


def _forget(filled: Filled, name: str) -> None:
    filled.texts.pop(name, None)
    if name in filled.kept:
        filled.kept.remove(name)
