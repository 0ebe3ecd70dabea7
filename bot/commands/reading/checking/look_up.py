"""Looking up what somebody else wrote: a message forwarded, replied to, quoted, or chosen from its menu.

Nothing of it is kept. The reply shows each claim, shortened, in a quotation, and its buttons hold none of it:
whoever presses one sends the bot's own message along, and the words are taken from there.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.answers.citations import short
from bot.answers.lines import fact_line
from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Family
from bot.commands.core.declarations import Kind as ArgumentKind
from bot.commands.core.registry import commands
from bot.commands.reading.answering import other, told
from bot.commands.reading.checking.claim_parts import Claims, addresses_in, claims_in
from bot.commands.reading.shorthand import source_at
from bot.errors import UserError
from bot.parsing.fuzzy import covered
from bot.questions import claims, warming
from bot.questions.about_facts.fact_words import stating_words, surrounding_words
from bot.questions.asking.kinds import Kind
from bot.questions.features import ALIKE, FIRST
from bot.questions.finding import MOST_SHOWN, Finding, find
from bot.questions.subject import Subject, subject_of
from bot.questions.verdict import Verdict
from bot.questions.wording import Question
from bot.replies import Action, Block, Heading, Note, Quote, Reply
from bot.requests import Role
from bot.texts import N_, _, ngettext
from storage.domain.models import Fact

if TYPE_CHECKING:
    from storage.search.embedding import Vector

TELL = "/tellme"
# Claims of one text that are shown, with so many facts each: one screen of a phone.
CLAIMS_SHOWN = 3
_FACTS_SHOWN = {1: 3, 2: 2, 3: 1}
# A claim among others is shown in so many letters.
LONGEST_AMONG = 100
# Seconds for the vectors of all claims; a claim without one is looked up by its words.
EMBEDDING_SECONDS = 1.0
# The cosine from which a fact and a claim are of one matter, though they share no word.
SAME_MATTER = 0.87
_FACT_ID = re.compile(r"F[1-9]\d{0,14}")
_TELL_OF = re.compile(rf"{TELL}(?: ([1-9]))?")


@dataclass(frozen=True, slots=True)
class LookedUp:
    """A claim and what is on record of it: `saying` are the facts that say it, `near` others."""

    text: str
    subject: Subject
    found: Finding | None = None
    saying: tuple[Fact, ...] = ()
    near: tuple[Fact, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """What may be said of it: a fact that is only near it is no answer."""
        if self.saying:
            return Verdict.ON_RECORD
        return Verdict.CLOSE if self.near else Verdict.NOT_ON_RECORD

    @property
    def names_something(self) -> bool:
        """Whether there is anything in it to look up."""
        return self.found is not None


@commands.command(
    "check",
    Argument(
        N_("text"),
        ArgumentKind.TEXT,
        required=True,
        help=N_("what somebody claims, or a link to it, for example Putin has been arrested"),
    ),
    family=Family.ASKING,
    role=Role.READER,
    help=N_("each claim of a post or its link, beside what is on record; nothing of it is kept"),
    example="/check Putin has been arrested",
)
async def check(context: Context, text: str) -> Reply:
    """Look up each claim of a text."""
    return await look_up(context, text)


async def look_up(context: Context, text: str) -> Reply:
    """Show what is on record about somebody's words, claim by claim; `text` may be a fact's id instead."""
    if _FACT_ID.fullmatch(text):
        return await other(context, "fact", await context.fact(text))
    await warming.ready()
    parts = claims_in(text)
    addresses = addresses_in(text)
    linked = await _linked(context, addresses)
    if not parts.claims and addresses:
        return await other(context, "sources", linked or await source_at(context, addresses[0]))
    if len(parts.claims) > 1:
        return await _about_several(context, parts, linked)
    try:
        reply = await look_up_claim(context, parts.claims[0] if parts.claims else text)
    except UserError:
        if linked is None:
            raise
        return await other(context, "sources", linked)
    return reply if linked is None else await _with_source(context, reply, linked)


async def look_up_claim(context: Context, text: str) -> Reply:
    """Show what is on record about one claim. Raises UserError where it names nothing."""
    claim = claims.read(text, _language(context))
    subject = await subject_of(context.record, context.story.id, claim)
    if not subject.words and claims.is_name(claim, subject):
        return await other(context, "who", subject.entities[0].name)
    looked_up = await _looked_up(context, text, claim, subject)
    if not looked_up.names_something:
        raise UserError(_("That message names nothing that could be looked up: ask me in your own words."))
    if looked_up.verdict is Verdict.ON_RECORD:
        return Reply(blocks=tuple(await _said(context, looked_up)), verdict=Verdict.ON_RECORD.value)
    return _unanswered(looked_up)


def unreadable() -> Reply:
    """Say that the words of the message replied to cannot be read, and which way there is."""
    text = _(
        "I cannot read the message that you reply to. On Discord choose “On the record?” from its menu"
        " (Apps); elsewhere forward it to me in a private chat, or put its words into your question."
    )
    return Reply(blocks=(Note(text=text),), aside=True)


def quoted_for(command: str, quotations: Sequence[str]) -> str:
    """Return the words that a button for being told is about: one of those quoted above it; "" for none."""
    match = _TELL_OF.fullmatch(command)
    at = int(match[1] or 1) - 1 if match else len(quotations)
    return quotations[at] if at < len(quotations) else ""


def _language(context: Context) -> str:
    return context.story.language or "en"


async def _looked_up(
    context: Context,
    text: str,
    claim: Question,
    subject: Subject,
    vector: Awaitable[Vector | None] | None = None,
) -> LookedUp:
    """Find what says a claim, and what is near it."""
    if not subject.entities and not claim.subject:
        return LookedUp(text, subject)
    found = await find(context.record, context.story, claim, subject, vector)
    near = [each.fact for each in found.near]
    # A claim in other words than a fact's is only near it; a question is answered by what answers it.
    compared = near if claim.kind is Kind.WHAT else found.answering
    saying = claims.that_say(claim, subject, compared, MOST_SHOWN)
    bears = found.verdict is not Verdict.NOT_ON_RECORD and (
        claim.language != _language(context) or _shares(subject, found)
    )
    return LookedUp(text, subject, found, tuple(saying), tuple(near[:FIRST]) if bears else ())


def _shares(subject: Subject, found: Finding) -> bool:
    """Tell whether a fact near a claim has more of it than its names: a word, or nearly all of its meaning.

    That somebody is on record bears on few of all that may be claimed of them.
    """
    return not subject.words or any(
        (each.meaning or 0.0) >= SAME_MATTER
        or covered(subject.words, stating_words(each.fact) | surrounding_words(each.fact), cutoff=ALIKE) > 0
        for each in found.near[:FIRST]
    )


async def _said(context: Context, looked_up: LookedUp, most: int = MOST_SHOWN) -> list[Block]:
    """Return the facts that say a claim, and what stands against them."""
    assert looked_up.found is not None
    saying = looked_up.saying[:most]
    said = replace(looked_up.found, verdict=Verdict.ON_RECORD, answering=saying, near=())
    return await told(context.record, said)


def _unanswered(looked_up: LookedUp) -> Reply:
    """Show what is nearest, never as an answer, and offer to tell."""
    shown = claims.shown(looked_up.text)
    quote = [Quote(text=shown)] if shown else []
    blocks: list[Block] = []
    if looked_up.near:
        heading = Heading(text=_("Closest on record, not an answer"))
        blocks += [*quote, heading, *map(fact_line, looked_up.near)]
    else:
        blocks += [Note(text=_("I found nothing on record that bears on this.")), *quote]
    actions = [
        Action(label=each.name, command=f"/who {each.name}") for each in looked_up.subject.entities[:2]
    ]
    if quote:
        blocks.append(_kept())
        actions.append(Action(label=_("Tell me when there is an answer"), command=TELL))
    return Reply(blocks=tuple(blocks), actions=tuple(actions), verdict=looked_up.verdict.value)


def _kept() -> Note:
    return Note(
        text=_(
            "Nothing of that message is kept. “Tell me” keeps the words quoted here: the moderators"
            " of this story see them then, without your name."
        )
    )


async def _about_several(context: Context, parts: Claims, linked: int | None) -> Reply:
    """Show the claims of a text on which the record bears most, each with its verdict, and count the rest."""
    every = await _each(context, parts.claims)
    bearing = sorted((each for each in every if each.verdict is not Verdict.NOT_ON_RECORD), key=_how_near)
    shown = bearing[:CLAIMS_SHOWN]
    if not shown and linked is None:
        if not any(each.names_something for each in every):
            raise UserError(
                _("That message names nothing that could be looked up: ask me in your own words.")
            )
        first = _unanswered(next(each for each in every if each.names_something))
        return first.model_copy(update={"blocks": (*first.blocks, *_rest(0, len(every) - 1, parts))})
    blocks: list[Block] = []
    actions: list[Action] = []
    for number, each in enumerate(shown, 1):
        blocks += await _numbered(context, number, each, _FACTS_SHOWN[len(shown)])
        if each.verdict is Verdict.CLOSE:
            actions.append(Action(label=_("Tell me of {n}", n=number), command=f"{TELL} {number}"))
    nothing = len(every) - len(bearing)
    blocks += _rest(len(bearing) - len(shown), nothing, parts)
    if actions:
        blocks.append(_kept())
    whole = not nothing and all(each.verdict is Verdict.ON_RECORD for each in every)
    verdict = Verdict.ON_RECORD if whole else Verdict.CLOSE if shown else Verdict.NOT_ON_RECORD
    if not blocks:
        assert linked is not None
        return await other(context, "sources", linked)
    reply = Reply(blocks=tuple(blocks), actions=tuple(actions), verdict=verdict.value)
    return reply if linked is None else await _with_source(context, reply, linked)


async def _each(context: Context, texts: Sequence[str]) -> list[LookedUp]:
    """Look up several claims; their vectors are made together, within a time for all."""
    record, found = context.record, []
    read = [claims.read(each, _language(context)) for each in texts]
    vectors = [
        asyncio.create_task(record.vectors.query_of_many(each.spelt, EMBEDDING_SECONDS)) for each in read
    ]
    try:
        for text, claim, vector in zip(texts, read, vectors, strict=True):
            subject = await subject_of(record, context.story.id, claim)
            found.append(await _looked_up(context, text, claim, subject, vector))
    finally:
        for vector in vectors:
            vector.cancel()
        await asyncio.gather(*vectors, return_exceptions=True)
    return found


def _how_near(looked_up: LookedUp) -> tuple[bool, float]:
    score = looked_up.found.near[0].score if looked_up.found is not None else 0.0
    return not looked_up.saying, -score


async def _numbered(context: Context, number: int, looked_up: LookedUp, most: int) -> list[Block]:
    """Return one claim of several with its verdict and facts."""
    quote = Quote(text=claims.shown(looked_up.text, LONGEST_AMONG) or "…")
    if looked_up.saying:
        return [Heading(text=_("{n}. On record", n=number)), quote, *await _said(context, looked_up, most)]
    heading = Heading(text=_("{n}. Closest on record, not an answer", n=number))
    return [heading, quote, *map(fact_line, looked_up.near[:most])]


def _rest(near: int, nothing: int, parts: Claims) -> Iterator[Note]:
    """Yield one line on the claims that are not shown."""
    said = []
    if near:
        said.append(
            ngettext(
                "{count} other sentence: something near it is on record.",
                "{count} other sentences: something near them is on record.",
                near,
            )
        )
    if nothing:
        said.append(
            ngettext(
                "{count} other sentence: nothing on record.",
                "{count} other sentences: nothing on record.",
                nothing,
            )
        )
    if parts.more:
        said.append(_("What stands behind them was not read."))
    if said:
        yield Note(text=" ".join(said))


async def _linked(context: Context, addresses: Sequence[str]) -> int | None:
    """Return the source on record to which a text links: the first that one address names alone."""
    for address in addresses:
        ids = await context.record.sources.at_address(context.story.id, address)
        if len(ids) == 1:
            return ids[0]
    return None


async def _with_source(context: Context, reply: Reply, source_id: int) -> Reply:
    """Add to a reply what is on record from a source to which the text links."""
    source = (await context.record.sources.by_id([source_id]))[source_id]
    cited = await context.record.listings.citing(source_id, limit=CLAIMS_SHOWN)
    others = [fact for fact in cited if fact.id not in reply.facts][:2]
    if not cited:
        return reply
    name = f"S{source_id}, {short(source)}"
    heading = Heading(text=_("On record from the source that it links to: {source}", source=name))
    # Tell me and the rest keep their places: what is quoted stands above.
    blocks = (*reply.blocks, heading, *map(fact_line, others)) if others else reply.blocks
    more = Action(label=f"S{source_id}", command=f"/sources S{source_id}")
    verdict = Verdict.CLOSE.value if reply.verdict == Verdict.NOT_ON_RECORD.value else reply.verdict
    return Reply(blocks=blocks, actions=(*reply.actions, more), aside=reply.aside, verdict=verdict)
