"""/correct and /attribute: correct what a fact says, or add who else says so."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Family, Kind
from bot.commands.dialogue import fields, words
from bot.commands.dialogue.date_fields import words_of
from bot.commands.dialogue.entries import Brought, Composer, made
from bot.commands.dialogue.forms import ONE, Field, FieldConflict, Filled, Form, Option, form_command
from bot.commands.dialogue.header_lines import Headed
from bot.commands.dialogue.prefill import retold
from bot.commands.dialogue.speaker_fields import speaker_fields
from bot.commands.editing.revise import ID, about_fact, begin_with, done, on_record, proposing, target_of
from bot.errors import UserError
from bot.replies import Reply
from bot.requests import Role
from bot.texts import N_, _, shortened
from storage.domain.entries import MOST_ATTRIBUTIONS, AttributionEntry, FactEntry
from storage.domain.models import Fact, RevisionKind
from storage.domain.words import split

# The most words that may differ if only typos were corrected.
MOST_TYPOS = 4
# Adding or removing one of these, like changing a number, changes what a statement says.
TURNING = frozenset(
    "not no never nor neither none nobody nothing cannot without would will might may must should could can"
    " all every some most many few only".split()
)
LONGEST_LABEL = 40
_ATTRIBUTION = ("who", "cue", "stance", "at", "quote", "said", "independent", "source")
_SPEAKER_LINES = ("role", "article")
_SOURCE_LINES = ("title", "publisher", "published", "kind", "author", "via")
# Parts of a fact that the dialogue of /correct offers, with their labels.
_PARTS = {
    name: words.CALLED[name]
    for name in (
        "statement", "brief", "when", "where", "figure", "who", "cue", "source", "at", "quote", "about",
        "note",
    )
}  # fmt: skip
# The parts of a fact that “none” removes.
_REMOVABLE = (
    "brief",
    "when",
    "occasion",
    "note",
    "where",
    "about",
    "figure",
    "who",
    "cue",
    "at",
    "quote",
    "said",
)


async def _correct(
    context: Context, filled: Filled, entry: FactEntry, fact: Fact
) -> tuple[FactEntry, Brought]:
    on_record(fact)
    composer = Composer(context, filled)
    data: dict[str, Any] = entry.model_dump(exclude_none=True) | await composer.particulars()
    if statement := filled.text("statement"):
        data["statement"] = statement
        if entry.brief and "brief" not in filled.texts and not _is_slip(entry.statement, statement):
            # It is short for the old words: nothing tells that it is for the new ones.
            data["brief"] = None
            filled.remark = _(
                "Its brief goes with the old statement: “{brief}”. A line “brief:” gives it another.",
                brief=entry.brief,
            )
    if any(name in filled.texts for name in _ATTRIBUTION):
        voice = int(filled.text("voice") or 1) - 1
        voices = list(data["attributions"])
        changed = await composer.attribution(entry.attributions[voice])
        if stance := filled.text("stance"):
            fields.refuse_against(changed.cue, stance)
        voices[voice] = changed.model_dump(exclude_none=True)
        data["attributions"] = voices
    corrected = made(FactEntry, data)
    if filled.text("material").casefold() == "no":
        _doubt_immaterial(entry, corrected)
    _doubt_note(filled, entry, fact)
    if "figure" in filled.texts and not filled.text("statement") and re.search(r"\d", entry.statement):
        filled.remark = _("The statement itself names a number: see that both agree.")
    return corrected, composer.brought


def _doubt_immaterial(before: FactEntry, after: FactEntry) -> None:
    """Ask again whether a change is material if it is called immaterial but is more than a typo."""
    weighty = [
        [(item.speaker, item.stance, item.source, item.locator) for item in entry.attributions]
        for entry in (before, after)
    ]
    same = weighty[0] == weighty[1] and (before.occurred, before.figures) == (after.occurred, after.figures)
    if not same or not _is_slip(before.statement, after.statement):
        raise FieldConflict(
            _("That is more than a typo: it changes what readers were told. Say “material: yes”, and why."),
            fields.MATERIAL,
        )


def _is_slip(before: str, after: str) -> bool:
    """Tell whether so few words of a statement were changed that only typos were put right."""
    words = [Counter(split(statement)) for statement in (before, after)]
    changed = (words[0] - words[1]) + (words[1] - words[0])
    turned = any(word in TURNING or any(map(str.isdigit, word)) for word in changed)
    return not turned and changed.total() <= MOST_TYPOS


def _doubt_note(filled: Filled, entry: FactEntry, fact: Fact) -> None:
    """Ask what to do with the old note if the date changed: a note says what the source leaves open."""
    if filled.text("when") and entry.date_note and not filled.text("note"):
        raise FieldConflict(
            _(
                "F{id} has a note on its date: “{note}”. Does it fit the new date? Say with “note:” what"
                " becomes of it, or that it is “none”.",
                id=fact.id,
                note=entry.date_note,
            ),
            _asked("note"),
        )


async def _voice(context: Context, filled: Filled, text: str) -> None:
    count = len((await target_of(context, filled)).attributions)
    if not text.isdecimal() or not 1 <= int(text) <= count:
        raise UserError(_("The fact has {count} attribution(s): say which one by its number.", count=count))


async def _part(_context: Context, _filled: Filled, text: str) -> None:
    if unknown := [part for part in text.split() if part not in _PARTS]:
        raise UserError(_("“{text}” is no part of a fact.", text=unknown[0][:60]))


async def _parts(_context: Context, _filled: Filled) -> Sequence[Option]:
    return [Option(_(label), name) for name, label in _PARTS.items()]


_PART = Field("part", N_("What is to be corrected?"), _part, required=True, offers=_parts)
_VOICE = Field("voice", None, _voice)
_ASKED = {
    "brief": N_("How does it read in lists, in at most 100 characters? “none” takes the brief away."),
    "figure": N_("Which figures? One a line, for example: at least 2,100 children. “none” takes them away."),
    "quote": N_("What are the exact words? “none” takes the quote away."),
    "about": N_("Whom or what is it about? Names parted by semicolons; “none” takes them away."),
    "note": N_("What does the source leave open about the date? “none” takes the note away."),
}
_CORRECTABLE = {
    field.name: replace(field, asks=field.asks or _ASKED.get(field.name))
    for field in (
        fields.STATEMENT, fields.BRIEF, fields.WHEN, fields.OCCASION, fields.NOTE, fields.WHERE, fields.ABOUT,
        fields.FIGURE, fields.WHO, fields.CUE, fields.STANCE, fields.SOURCE, fields.AT, fields.QUOTE,
        fields.SAID, fields.INDEPENDENT,
    )
}  # fmt: skip
# A note on the old date would no longer be true.
_WITH_PART = {"when": ("when", "note")}


async def _notes(context: Context, filled: Filled) -> Sequence[Option]:
    note = (await target_of(context, filled)).date_note
    kept = [Option(_("As it is: {note}", note=shortened(note, LONGEST_LABEL)), note)] if note else []
    if words := words_of(filled, "when"):
        kept.append(Option(shortened(words, LONGEST_LABEL), words))
    return [*kept, Option(_("Nothing: no note"), fields.NONE)]


def _asked(name: str) -> Field:
    """Return the field of a part as a required one, once the part is chosen in the dialogue."""
    field = _CORRECTABLE[name]
    return replace(field, required=True, offers=_notes if name == "note" else field.offers)


def _correct_fields(filled: Filled) -> Sequence[Field]:
    given = [_CORRECTABLE[name] for name in filled.texts if name in _CORRECTABLE]
    if filled.at_once:
        asked = given
    else:
        parts = [name for name in filled.text("part").split() if name in _PARTS]
        names = dict.fromkeys(name for part in parts for name in _WITH_PART.get(part, (part,)))
        # Asked for once the statement and it no longer agree.
        names |= dict.fromkeys(name for name in ("brief",) if name in filled.texts)
        asked = [_PART, *map(_asked, names)]
    if filled.text("cue"):
        asked = [*(field for field in asked if field.name != "stance"), fields.stance_field(filled)]
    speaker = speaker_fields(filled)
    sources = [field for field in fields.source_fields(filled) if field.name != fields.SOURCE.name]
    why = fields.REASON
    if filled.text("material").casefold() == "no":
        why = replace(why, asks=None, required=False)
    return [*asked, *speaker, *(sources if filled.text("source") else []), _VOICE, fields.MATERIAL, why]


@form_command(
    "correct",
    ID,
    Argument(
        N_("lines"),
        Kind.TEXT,
        help=N_("empty for a form; or what is to change, for example when: 2024-01-04"),
    ),
    family=Family.KEEPING,
    role=Role.MODERATOR,
    help=N_("a fact put right: step by step, or at once with lines like “when:” under its id"),
    example="/correct F7",
    form=Form(
        _correct_fields,
        proposing(RevisionKind.CORRECTED, _correct),
        done,
        lines=(*_CORRECTABLE, *_SPEAKER_LINES, *_SOURCE_LINES, "voice", "material", "reason"),
        colons=0,
        modal=("statement", "when", "figure", "reason"),
        title=N_("Correct {subject}"),
        starts=about_fact(on_record, retold),
        opens=ONE,
        removable=_REMOVABLE,
    ),
)
async def correct(context: Context, fact: Fact, given: Headed | None) -> Reply:
    """Open the dialogue of a correction: the old and new wording, whether it is material, and why."""
    return await begin_with(context, fact, given, possible=on_record)


async def _attribute(
    context: Context, filled: Filled, entry: FactEntry, fact: Fact
) -> tuple[FactEntry, Brought]:
    on_record(fact)
    composer = Composer(context, filled)
    further = await composer.attribution()
    return with_attribution(entry, further, fact), composer.brought


def with_attribution(entry: FactEntry, further: AttributionEntry, fact: Fact) -> FactEntry:
    """Return a fact's entry with one more attribution; raises UserError if it already has that one."""
    if any(_same_word(further, item) for item in entry.attributions):
        raise UserError(_("F{id} has that attribution already.", id=fact.id))
    if len(entry.attributions) >= MOST_ATTRIBUTIONS:
        raise UserError(
            _("F{id} has {count} attributions, and more are not kept.", id=fact.id, count=MOST_ATTRIBUTIONS)
        )
    return entry.model_copy(update={"attributions": (*entry.attributions, further)})


def _same_word(left: AttributionEntry, right: AttributionEntry) -> bool:
    named = [item.source if isinstance(item.source, str) else item.source.ref for item in (left, right)]
    return (left.speaker, left.locator) == (right.speaker, right.locator) and named[0] == named[1]


def _attribute_fields(filled: Filled) -> Sequence[Field]:
    return (
        fields.WHO, *speaker_fields(filled), fields.CUE, fields.stance_field(filled),
        *fields.source_fields(filled), fields.AT, fields.QUOTE, fields.SAID, fields.INDEPENDENT,
    )  # fmt: skip


@form_command(
    "attribute",
    ID,
    Argument(N_("lines"), Kind.TEXT, help=N_("empty for a form; or who else says so, for example who: PACE")),
    family=Family.KEEPING,
    role=Role.MODERATOR,
    help=N_("a further attribution for a fact: who else says so, and where"),
    example="/attribute F7",
    form=Form(
        _attribute_fields,
        proposing(RevisionKind.ATTRIBUTED, _attribute),
        done,
        lines=(*_ATTRIBUTION, *_SPEAKER_LINES, *_SOURCE_LINES),
        colons=0,
        modal=("who", "cue", "source", "at"),
        title=N_("Add who else says {subject}"),
        starts=about_fact(on_record),
        opens=ONE,
    ),
)
async def attribute(context: Context, fact: Fact, given: Headed | None) -> Reply:
    """Open the dialogue of a further attribution of a fact."""
    return await begin_with(context, fact, given, possible=on_record)
