"""Made-up facts that tests of questions share."""

from storage.domain.models import Attribution, Entity, EntityKind, Fact, Figure, Source, SourceKind, Stance

ARTICLE = Source(
    id=1, story_id=1, ref="a", kind=SourceKind.ARTICLE, name="the article", published="2024-01-04"
)


def entity(number, name, kind=EntityKind.PERSON, **fields):
    return Entity(id=number, story_id=1, ref=f"e{number}", kind=kind, name=name, **fields)


CAPTAIN = entity(1, "Ada Stroud", role="captain of the ferry")
OWNER = entity(2, "Blue Line", EntityKind.ORGANISATION)
PORT = entity(3, "Velm", EntityKind.PLACE)
GROUP = entity(4, "passengers", EntityKind.GROUP, aliases=("people aboard",))


def fact(number, statement, speaker=None, stance=Stance.ASSERTS, cue=None, **fields):
    item = Attribution(source=ARTICLE, speaker=speaker, stance=stance, cue=cue)
    return Fact(id=number, story_id=1, ref=f"f{number}", statement=statement, attributions=(item,), **fields)


SAILED = fact(1, "the ferry left the harbour", CAPTAIN, occurred="2024-01-02", places=(PORT,))
DENIED = fact(2, "the engine had failed before", OWNER, Stance.DENIES)
RESCUED = fact(
    3,
    "at least 41 passengers were rescued",
    CAPTAIN,
    figures=(Figure(amount=41, qualifier="at least", counts="passengers rescued"),),
    about=(GROUP,),
)
DRIFTED = fact(4, "the ferry drifted for 3 hours without power", OWNER)
FACTS = [SAILED, DENIED, RESCUED, DRIFTED]
