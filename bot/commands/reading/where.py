"""/where: the places of a story, and what is on record about each."""

from __future__ import annotations

from bot.answers.lines import listing, role
from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Family, Kind
from bot.commands.core.registry import commands
from bot.commands.reading.name_lookup import facts_naming
from bot.commands.reading.who import directory
from bot.errors import UserError
from bot.questions.about_facts.fact_words import stating_words, surrounding_words
from bot.replies import Block, Heading, Note, Reply
from bot.requests import Role
from bot.texts import N_, _
from storage.domain.models import Fact
from storage.domain.words import STOPWORDS, whole


@commands.command(
    "where",
    Argument(
        N_("place"),
        Kind.PLACE,
        help=N_("a town, country or building, or how its name begins, for example Belarus"),
    ),
    family=Family.ASKING,
    role=Role.READER,
    help=N_("the places of the story, or what is on record about one"),
    example="/where belarus",
    paged=True,
)
async def where(context: Context, place: str | None) -> Reply:
    """List the places, or show what is said to have happened in one, by it and about it."""
    if place is None:
        nowhere = _("No place is on record in this story.")
        return await directory(context, _("Places on record"), nowhere, places=True)
    unknown = _("“{name}” is not on record as a place of this story: /where lists them.", name=place[:60])
    after = dict.fromkeys(("place", "speaker", "about"), context.number_after())
    try:
        entity, lists = await facts_naming(context, place, after, unknown=unknown)
    except UserError as error:
        if error.commands or not (said := await _in_words(context, place)):
            raise
        # No name on record, but words of a statement: "the Mole Channel".
        return Reply(blocks=(Heading(text=place[:60], level=1), *listing(said)))
    facts = {fact.id: fact for part in lists.values() for fact in part}
    ordered = [facts[fact_id] for fact_id in sorted(facts)]
    blocks: list[Block] = [Heading(text=entity.name, level=1), *role(entity)]
    page = context.cut(ordered, entity.name)
    shown = page.shown or ([] if context.after else await _in_words(context, entity.name))
    if not shown:
        nothing = Note(text=_("Nothing more about {name} is on record.", name=entity.name))
        return Reply(blocks=(*blocks, nothing))
    return Reply(blocks=(*blocks, *listing(shown)), actions=page.more)


async def _in_words(context: Context, name: str) -> list[Fact]:
    """Return the first facts in whose words, or whose speakers' names, each word of a name stands."""
    hits = await context.record.search.find(name, story_id=context.story.id, limit=context.policy.page)
    found = await context.record.facts.load(hit.fact_id for hit in hits)
    words = set(whole(name)) - STOPWORDS
    return [fact for fact in found if words and words <= stating_words(fact) | surrounding_words(fact)]
