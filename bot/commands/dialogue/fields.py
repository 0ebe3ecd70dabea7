"""The fields of forms: what each asks, and which answers are valid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

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
from bot.intake.finding.honorifics import honorifics
from bot.parsing.figure_parsing import read_figures
from bot.parsing.locators import locator
from bot.parsing.stances import stance_of
from bot.texts import N_, _
from storage.domain.entries import LONGEST_ADDRESS, LONGEST_BRIEF, LONGEST_TITLE
from storage.domain.models import Fact, SourceKind, Stance

# The word that removes a value, where that is allowed.
NONE = "none"
# Fields about the change itself: alone they change nothing.
OF_CHANGE = frozenset({"reason", "material", "voice"})
LONGEST_LINE, LONGEST_TEXT = 500, 4000
# Sources that are offered before any is typed.
MOST_OFFERED = 5
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


async def _name(context: Context, filled: Filled, text: str) -> None:
    if text.casefold() != NONE:
        await name_of(context, await _without_honorifics(context, filled, text))


async def _without_honorifics(context: Context, filled: Filled, text: str) -> str:
    """Return a typed name without what stands before it: of one who is new that is the role, `Dr`."""
    before, entities, story = honorifics(text), context.record.entities, context.story.id
    if not before.length or await entities.named(story, text):
        return text
    name = text[before.length :]
    filled.texts[WHO.name] = name
    if before.role and "role" not in filled.texts and not await entities.named(story, name):
        filled.texts["role"] = before.role
    return name


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


async def _via(context: Context, filled: Filled, text: str) -> None:
    if text.casefold() == NONE:
        return
    if is_new_source(text) and not is_address(new_source(text)):
        await _title(context, filled, new_source(text))
    found = await source_of(context, text)
    if found is None and new_source(text) == new_source(filled.text(SOURCE.name)):
        raise UserError(_("No source is known through itself: name another, or skip this."))


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


async def _used_sources(context: Context, _filled: Filled) -> Sequence[Option]:
    titles = await context.record.sources.most_used(context.story.id, MOST_OFFERED)
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
    if not goes_with(cue, stance):
        raise UserError(_("“{cue}” does not go with the stance “{stance}”.", cue=cue, stance=stance))


def goes_with(cue: str | None, stance: str) -> bool:
    """Tell whether a stance may stand with a cue; no stance goes with all."""
    if not stance or stance.casefold() == Stance.RATES:
        return True  # there the cue is the rating, whatever it says
    told = stance_of(cue) if cue else None
    return told is None or (told is Stance.DENIES) is (stance.casefold() == Stance.DENIES)


async def _cue(context: Context, filled: Filled, text: str) -> None:
    """Check a cue; one that is answered anew leaves a stance that was given, unless it contradicts that."""
    await LINE(context, filled, text)
    stance = filled.text(STANCE.name)
    if filled.again == CUE.name and not goes_with(text, stance):
        del filled.texts[STANCE.name]
        filled.remark = filled.remark or _(
            "Left out: “{cue}” does not go with the stance “{stance}”.", cue=text, stance=stance
        )


async def _stances(_context: Context, _filled: Filled) -> Sequence[Option]:
    # A rating is no way of saying it: whoever means one writes it.
    return [Option(stance.value, stance.value) for stance in Stance if stance is not Stance.RATES]


LINE, _TEXT, _SHORT = at_most(LONGEST_LINE), at_most(LONGEST_TEXT), at_most(LONGEST_BRIEF)


async def _locator(context: Context, filled: Filled, text: str) -> None:
    await LINE(context, filled, text)
    if AT.name in filled.texts:
        filled.texts[AT.name] = locator(text)


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
CUE = Field("cue", N_("In which words do they say it: “said that”, “denied that”?"), _cue, offers=_cues)
STANCE = Field("stance", None, _stance, offers=_stances)
_DOUBTFUL_STANCE = Field(
    "stance",
    N_("The cue does not tell how the speaker stands to the statement. Which is it?"),
    _stance,
    required=True,
    offers=_stances,
)
SOURCE = Field(
    "source",
    N_("Which source has it? Its id (S1), its address, its title, or some words of it."),
    _source,
    required=True,
    offers=_used_sources,
    limit=LONGEST_ADDRESS,
    kind=Kind.SOURCE,
)
AT = Field("at", N_("Where in the source? For example 3 (the third paragraph) or page 12."), _locator)
BRIEF = Field("brief", None, _SHORT, limit=LONGEST_BRIEF)
QUOTE = Field("quote", None, LINE)
INDEPENDENT = Field("independent", None, one_of(["yes", "no"]))
SAID = Field("said", None, _or_none(date_field("said")))
WHEN = Field(
    "when",
    N_("When did it happen? Just what the source gives, for example 2024-01-04, 2024-01 or 18 July."),
    _or_none(date_field("when")),
)
OCCASION = Field("occasion", None, LINE)
NOTE = Field("note", None, LINE)
WHERE = Field(
    "where", N_("Where did it happen? Several places are parted by semicolons."), _places, kind=Kind.PLACE
)
ABOUT = Field("about", None, _names, kind=Kind.NAME)
FIGURE = Field("figure", None, _figures)
CONTRADICTS = Field("contradicts", None, _others, kind=Kind.FACT)
SUPPORTS = Field("supports", None, _others, kind=Kind.FACT)
QUESTION = Field("question", None, LINE)
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
PUBLISHER = Field("publisher", N_("Who published it?"), LINE)
PUBLISHED = Field(
    "published", N_("When was it published?"), _or_none(date_field("published", of_source=False))
)
KIND = Field(
    "kind",
    N_("What kind of document is it?"),
    one_of([kind.value for kind in SourceKind]),
    offers=_source_kinds,
)
AUTHOR = Field("author", None, LINE)
VIA = Field(
    "via",
    N_("Known only through another source? Name that, or skip."),
    _via,
    offers=_used_sources,
    limit=LONGEST_ADDRESS,
    kind=Kind.SOURCE,
)


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
        return [SOURCE]
    titled = TITLE if is_address(new_source(text)) else replace(TITLE, asks=None, required=False)
    return [SOURCE, titled, PUBLISHER, PUBLISHED, KIND, AUTHOR, VIA]
