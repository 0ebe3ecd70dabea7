"""/where: the places of a story, and what is on record about each."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answers.lines import listing, role
from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Family, Kind
from bot.commands.core.registry import commands
from bot.commands.reading.name_lookup import facts_naming
from bot.commands.reading.who import directory
from bot.errors import UserError
from bot.questions.claims import name_forms
from bot.replies import Action, Heading, Note, Reply
from bot.requests import Role
from bot.texts import N_, _
from storage.domain.models import Entity, EntityKind, Fact
from storage.domain.words import STOPWORDS, whole

# Those called as a place might be that are named in one reply.
MOST_BEARERS = 3


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
        entity, lists = await facts_naming(context, place, after, unknown=unknown, places=True)
    except UserError as error:
        if error.commands or (reply := await _in_words(context, place)) is None:
            raise
        # No name on record, but words of a statement: "the Mole Channel".
        return reply
    if entity.kind is not EntityKind.PLACE:
        # Somebody may be named where something happened; what they say or is said of them tells of no place.
        lists = {"place": lists["place"]}
    facts = {fact.id: fact for part in lists.values() for fact in part}
    page = context.cut([facts[fact_id] for fact_id in sorted(facts)], entity.name)
    if page.shown:
        title = Heading(text=entity.name, level=1)
        return Reply(blocks=(title, *role(entity), *listing(page.shown)), actions=page.more)
    if entity.kind is not EntityKind.PLACE:
        return await _in_words(context, place) or _no_place(place, [entity])
    reply = None if context.after else await _in_words(context, entity.name)
    nothing = Note(text=_("Nothing more about {name} is on record.", name=entity.name))
    return reply or Reply(blocks=(Heading(text=entity.name, level=1), *role(entity), nothing))


async def _in_words(context: Context, name: str) -> Reply | None:
    """Show the first facts that hold each word of a name, else offer who is called so; None where nobody is.

    A fact that holds it only in the name of a person or an organisation tells of no place.
    """
    hits = await context.record.search.find(name, story_id=context.story.id, limit=context.policy.page)
    found = await context.record.facts.load(hit.fact_id for hit in hits)
    words = set(whole(name)) - STOPWORDS
    if not words:
        return None
    if said := [fact for fact in found if words <= _place_words(fact)]:
        return Reply(blocks=(Heading(text=name[:60], level=1), *listing(said)))
    entities = dict.fromkeys(entity for fact in found for entity in fact.entities())
    bearers = [each for each in entities if words <= set(whole(" ".join((each.name, *each.aliases))))]
    return _no_place(name, bearers[:MOST_BEARERS]) if bearers else None


def _place_words(fact: Fact) -> set[str]:
    """Return the words of a fact's statement and places, without the names of people and organisations."""
    text = f" {' '.join(whole(f'{fact.statement} {fact.occasion or str()}'))} "
    for entity in fact.entities():
        if entity.kind is EntityKind.PLACE:
            text += f"{' '.join(whole(' '.join((entity.name, *entity.aliases))))} "
        elif entity.kind is not EntityKind.GROUP:
            for form in name_forms(entity):
                text = text.replace(f" {form} ", " ")
    return set(text.split())


def _no_place(name: str, bearers: Sequence[Entity]) -> Reply:
    """Say that no place is called so, and offer to tell about those who are."""
    names = _(" or ").join(each.name for each in bearers)
    text = _(
        "No place called “{name}” is on record in this story. /who tells about {names}.",
        name=name[:60],
        names=names,
    )
    actions = tuple(Action(label=each.name, command=f"/who {each.name}") for each in bearers)
    return Reply(blocks=(Note(text=text),), actions=actions)
