"""The fields of forms: what each asks, and which answers are valid."""

from __future__ import annotations

from collections.abc import Sequence

from bot.commands.core.context import Context
from bot.commands.core.declarations import Kind
from bot.commands.core.typed_dates import told
from bot.commands.dialogue.date_fields import date_field
from bot.commands.dialogue.forms import Check, Field, Filled, Option
from bot.commands.dialogue.header_lines import SEVERAL
from bot.commands.dialogue.references import (
    LONGEST_NAME,
    is_address,
    is_new_source,
    name_of,
    names_of,
    new_source,
    other_fact,
    source_of,
)
from bot.errors import UserError
from bot.parsing.figure_parsing import read_figures
from bot.parsing.stances import stance_of
from bot.texts import N_, _
from storage.domain.entries import LONGEST_ADDRESS, LONGEST_BRIEF, LONGEST_TITLE
from storage.domain.models import Fact, SourceKind, Stance

# The word that removes a value, where that is allowed.
NONE = "none"
# Fields about the change itself: alone they change nothing.
OF_CHANGE = frozenset({"reason", "material", "voice"})
# Labels for the parts of a fact and their related fields.
CALLED = {
    "statement": N_("Statement"), "who": N_("Who says so"), "cue": N_("Cue"), "source": N_("Source"),
    "at": N_("Place in the source"), "when": N_("When"), "where": N_("Where"), "figure": N_("Figures"),
    "quote": N_("Quote"), "about": N_("Who it is about"), "note": N_("Note on the date"),
    "reason": N_("Reason"), "by": N_("The fact that takes its place"),
    "title": N_("Title"), "publisher": N_("Publisher"), "published": N_("Date of publication"),
    "url": N_("Address"), "name": N_("Name"), "short": N_("Short name"), "alias": N_("Further names"),
    "role": N_("Role"), "brief": N_("Brief"), "article": N_("Article"),
}  # fmt: skip
# Hints for each field when a whole form is shown; the most used come first.
EXAMPLES = {
    "statement": N_("The bridge was closed at noon"), "who": N_("Dmytro Lubinets"), "cue": N_("said that"),
    "source": N_("S1, an address or a title"), "when": "2024-05-03", "where": N_("Minsk"), "at": "¶3",
    "figure": N_("at least 2,100 children"), "about": N_("Lukashenko; PACE"),
    "quote": N_("we knew nothing of it"),
    "reason": N_("The source has it otherwise"), "by": "F12", "title": N_("Report on schools"),
    "publisher": N_("Example Press"), "published": "2024-05-03", "url": "https://example.org/report",
    "author": N_("Ann Lee"), "short": N_("Lubinets"), "alias": N_("The Commissioner; D. Lubinets"),
    "role": N_("Commissioner for Human Rights"), "brief": N_("Bridge closed at noon"), "supersedes": "F12",
    "part": N_("the number of dead"), "article": N_("the"), "question": N_("Was the bridge closed?"),
}  # fmt: skip
# What asks again for a field that is not asked on its own, where its header line is invalid.
ASKED_AGAIN = {
    "about": N_("Whom or what is it about? Names are parted by semicolons."),
    "alias": N_("By which further names is it known? They are parted by semicolons."),
    "article": N_("Which article does the name take in a sentence? For example: the."),
    "at": N_("Where in the source? For example ¶3 or page 12."), "author": N_("Who wrote it?"),
    "brief": N_("How does it read in lists? At most 100 characters; it may leave out, but add nothing."),
    "contradicts": N_("Which facts does it contradict? Their ids, like F7."),
    "figure": N_("Which figure? For example: at least 2,100 children."),
    "independent": N_("Is this voice independent of the others: yes or no?"),
    "kind": N_("Of what kind is it?"),
    "language": N_("In which language is it? One of en, uk, ru, be, pl, de, fr, es."),
    "merge": N_("Into which name is it merged?"),
    "name": N_("What is its name?"), "note": N_("What is to be noted?"),
    "occasion": N_("On what occasion?"), "part": N_("Which part of the other statement does it concern?"),
    "published": N_("When was it published?"),
    "publisher": N_("Who published it?"), "question": N_("Which question do the facts answer?"),
    "quote": N_("What are the exact words?"), "role": N_("What is their role?"),
    "said": N_("When was it said?"), "short": N_("What is its short name?"),
    "source": N_("Which source on record has it? Its id, like S1."),
    "stance": N_("How does the speaker stand to the statement?"),
    "supersedes": N_("Which fact's place does it take? Its id, like F7."),
    "supports": N_("Which facts does it support? Their ids, like F7."),
    "title": N_("What is the document called?"), "url": N_("What is its address?"),
    "urgent": N_("Is it urgent: yes or no?"),
    "via": N_("Which source on record passed it on? Its id, like S1."),
    "voice": N_("Which attribution? Its number."),
}  # fmt: skip
LONGEST_LINE, LONGEST_TEXT = 500, 4000
_CUES = ("said that", "denied that", "admitted that", "alleged that", "confirmed that", "called for")


def at_most(limit: int) -> Check:
    """Return a check that a text is at most that long."""

    async def check(_context: Context, _filled: Filled, text: str) -> None:
        if len(text) > limit:
            raise too_long(text, limit)

    return check


def too_long(text: str, limit: int) -> UserError:
    """Return the refusal of a text that is too long."""
    return UserError(
        _("That is {count} characters long; at most {limit} will do.", count=len(text), limit=limit)
    )


def one_of(kinds: Sequence[str]) -> Check:
    """Return a check that a text is one of some words."""

    async def check(_context: Context, _filled: Filled, text: str) -> None:
        if text.casefold() not in kinds:
            raise UserError(_("“{text}” is none of these: {kinds}.", text=text[:60], kinds=", ".join(kinds)))

    return check


def _or_none(check: Check) -> Check:
    async def checked(context: Context, filled: Filled, text: str) -> None:
        if text.casefold() != NONE:
            await check(context, filled, text)

    return checked


async def _name(context: Context, _filled: Filled, text: str) -> None:
    if text.casefold() != NONE:
        await name_of(context, text)


async def _names(context: Context, _filled: Filled, text: str) -> None:
    if text.casefold() != NONE:
        await names_of(context, text)


async def _places(context: Context, _filled: Filled, text: str) -> None:
    if text.casefold() != NONE:
        await names_of(context, text, place=True)


async def _source(context: Context, filled: Filled, text: str) -> None:
    if is_new_source(text) and not is_address(new_source(text)):
        await _title(context, filled, new_source(text))
    published = told(filled.text("published")) if filled.text("published") else None
    given = {name: filled.text(name) for name in ("author", "publisher")} | {"published": published}
    await source_of(context, text, given)


async def _via(context: Context, _filled: Filled, text: str) -> None:
    if await source_of(context, text) is None:
        raise UserError(_("“via” names a source on record: add that one first with /source."))


async def _figures(_context: Context, _filled: Filled, text: str) -> None:
    if text.casefold() != NONE:
        read_figures(text)


async def _others(context: Context, filled: Filled, text: str) -> None:
    for one in text.replace(",", " ").split():
        await other_fact(context, one, filled.target)


async def _superseded(context: Context, _filled: Filled, text: str) -> None:
    if text.casefold() != NONE:
        await superseded_fact(context, text)


async def superseded_fact(context: Context, text: str) -> Fact:
    """Return the fact whose place a new one takes. Raises UserError for one that is not in force."""
    fact = await context.fact(text)
    if fact.retracted is not None:
        raise UserError(_("F{id} is retracted: nothing can take its place.", id=fact.id))
    if fact.superseded_by is not None:
        raise UserError(
            _("F{id} is superseded by F{by} already: name that one.", id=fact.id, by=fact.superseded_by)
        )
    return fact


async def _title(_context: Context, _filled: Filled, text: str) -> None:
    if len(text) > LONGEST_TITLE:
        raise UserError(_("A title has at most {limit} characters.", limit=LONGEST_TITLE))
    if is_address(text):
        raise UserError(_("That is an address, not a title: what is the document called?"))


async def _cues(_context: Context, _filled: Filled) -> Sequence[Option]:
    return [Option(cue, cue) for cue in _CUES]


async def _source_kinds(_context: Context, _filled: Filled) -> Sequence[Option]:
    return [Option(kind.value, kind.value) for kind in SourceKind]


async def _newest_sources(context: Context, _filled: Filled) -> Sequence[Option]:
    titles = await context.record.sources.titles(context.story.id, 3)
    return [Option(f"S{number}: {title[:40]}", f"S{number}") for number, title in titles.items()]


async def _materiality(_context: Context, _filled: Filled) -> Sequence[Option]:
    return [
        Option(_("Yes, it changes what readers were told"), "yes"),
        Option(_("No, a typo or mere wording"), "no"),
    ]


async def _stance(context: Context, filled: Filled, text: str) -> None:
    await one_of([stance.value for stance in Stance])(context, filled, text)
    refuse_against(filled.text("cue"), text)


def refuse_against(cue: str | None, stance: str) -> None:
    """Refuse a stance that contradicts its cue."""
    if stance.casefold() == Stance.RATES:
        return  # there the cue is the rating, whatever it says
    told = stance_of(cue) if cue else None
    if told is not None and (told is Stance.DENIES) is not (stance.casefold() == Stance.DENIES):
        raise UserError(_("“{cue}” does not go with the stance “{stance}”.", cue=cue, stance=stance))


async def _stances(_context: Context, _filled: Filled) -> Sequence[Option]:
    # A rating is no way of saying it: whoever means one writes it.
    return [Option(stance.value, stance.value) for stance in Stance if stance is not Stance.RATES]


_LINE, _TEXT, _SHORT = at_most(LONGEST_LINE), at_most(LONGEST_TEXT), at_most(LONGEST_BRIEF)

STATEMENT = Field(
    "statement", N_("What is the statement? One sentence, in your own words."), _TEXT, required=True
)
WHO = Field(
    "who",
    N_("Who says so? Skip it where the source speaks in its own voice."),
    _name,
    limit=LONGEST_NAME,
    kind=Kind.NAME,
)
CUE = Field("cue", N_("In which words do they say it: “said that”, “denied that”?"), _LINE, offers=_cues)
STANCE = Field("stance", None, _stance)
_DOUBTFUL_STANCE = Field(
    "stance",
    N_("The cue does not tell how the speaker stands to the statement. Which is it?"),
    _stance,
    required=True,
    offers=_stances,
)
SOURCE = Field(
    "source",
    N_("Which source has it? Its id (S1), its address, or its title."),
    _source,
    required=True,
    offers=_newest_sources,
    limit=LONGEST_ADDRESS,
    kind=Kind.SOURCE,
)
AT = Field("at", N_("Where in the source? For example ¶3 or page 12."), _LINE)
BRIEF = Field("brief", None, _SHORT, limit=LONGEST_BRIEF)
QUOTE = Field("quote", None, _LINE)
INDEPENDENT = Field("independent", None, one_of(["yes", "no"]))
SAID = Field("said", None, _or_none(date_field("said")))
WHEN = Field(
    "when",
    N_("When did it happen? Just what the source gives, for example 2024-01-04, 2024-01 or 18 July."),
    _or_none(date_field("when")),
)
OCCASION = Field("occasion", None, _LINE)
NOTE = Field("note", None, _LINE)
WHERE = Field(
    "where", N_("Where did it happen? Several places are parted by semicolons."), _places, kind=Kind.PLACE
)
ABOUT = Field("about", None, _names, kind=Kind.NAME)
FIGURE = Field("figure", None, _figures)
CONTRADICTS = Field("contradicts", None, _others, kind=Kind.FACT)
SUPPORTS = Field("supports", None, _others, kind=Kind.FACT)
QUESTION = Field("question", None, _LINE)
PART = Field("part", None, _SHORT, limit=LONGEST_BRIEF)
SUPERSEDES = Field("supersedes", None, _superseded, kind=Kind.FACT)
URGENT = Field("urgent", None, one_of(["yes", "no"]))
REASON = Field("reason", N_("Why? Readers will see the reason."), _TEXT, required=True)
MATERIAL = Field(
    "material",
    N_("Is the change material? Then those who saw the fact hear of it."),
    one_of(["yes", "no"]),
    required=True,
    offers=_materiality,
)

# The fields asked for a source that is not on record.
TITLE = Field("title", N_("What is the document called?"), _title, required=True, limit=LONGEST_TITLE)
PUBLISHER = Field("publisher", N_("Who published it?"), _LINE)
PUBLISHED = Field(
    "published", N_("When was it published?"), _or_none(date_field("published", of_source=False))
)
KIND = Field(
    "kind",
    N_("What kind of document is it?"),
    one_of([kind.value for kind in SourceKind]),
    offers=_source_kinds,
)
AUTHOR = Field("author", None, _LINE)
VIA = Field("via", None, _via, limit=LONGEST_ADDRESS, kind=Kind.SOURCE)


def is_long(field: Field) -> bool:
    """Tell whether a field takes more than one line: several values, or whole sentences."""
    return field.check is _TEXT or field.name in SEVERAL


def longest(field: Field) -> int:
    """Return how many characters a field takes in a modal."""
    return LONGEST_TEXT if is_long(field) else field.limit


def stance_field(filled: Filled) -> Field:
    """Return the field of a stance: asked if the cue does not determine it."""
    return STANCE if stance_of(filled.text(CUE.name)) is not None else _DOUBTFUL_STANCE


def source_fields(filled: Filled) -> list[Field]:
    """Return the fields of a fact's source: more if the source is new."""
    text = filled.text(SOURCE.name)
    if not is_new_source(text):
        return [SOURCE, *(field for field in (KIND, VIA) if filled.text(field.name))]
    titled = [] if not is_address(new_source(text)) else [TITLE]
    return [SOURCE, *titled, PUBLISHER, PUBLISHED, KIND, AUTHOR, VIA]
