"""A record of which some is public: what may be seen, and what never may, each with words of its own."""

from __future__ import annotations

from storage.changing import drafts
from storage.changing.ledger import ChangeResult
from storage.domain.changes import Appoint, Publish, Reject, Revise, SetStory, TakeDown
from storage.domain.entries import EntityEntry, FactEntry, SourceEntry
from storage.domain.models import DraftKind, Fact
from storage.record import Record
from storage.trail.audit import Actor
from tests.bot.desk import Moments

MODERATOR = Actor("telegram:99887766", "telegram:-100998877")
# What may be seen nowhere.
HIDDEN = {
    "a draft": "suggestedcanary",
    "a draft's reason": "rejectedcanary",
    "a held fact": "heldcanary",
    "what only a held fact names": "heldspeakercanary",
    "what was retracted": "retractedcanary",
    "what was taken down": "downcanary",
    "why what was retracted had been corrected": "earliercanary",
    "a story that is not public": "othercanary",
    "a moderator's address": "99887766",
    "a moderator's name": "moderatorcanary",
    "a chat's address": "100998877",
    "a question": "askedcanary",
}
# What is hostile in one place or another, and must stand in answers as the words that it is.
MARKUP = '<script>alert("x")</script></p><img src=x onerror=alert(1)> & ]]> &amp; \'"'
FORMULA = '=HYPERLINK("http://evil.example","x")'
HEBREW = "שלום עולם"


class World:
    """A record, its clock, and the facts in it by what became of them."""

    def __init__(self, record: Record, moments: Moments) -> None:
        self.record, self.moments = record, moments
        self.facts: dict[str, int] = {}

    async def story(self, name: str = "belarus") -> int:
        found = await self.record.stories.find(name)
        return found.id

    async def make(self, change) -> ChangeResult:
        self.moments.pass_by(seconds=1)
        return await self.record.ledger.make(change, by=MODERATOR)

    async def publish(self, statement: str, *, story: str = "belarus", **fields) -> Fact:
        change = {name: fields.pop(name) for name in ("hold", "supersedes") if name in fields}
        given = fields.pop("attributions", None) or [voice(**fields.pop("voice", {}))]
        named = [
            *(each.get("speaker") for each in given),
            *fields.get("places", ()),
            *fields.get("about", ()),
        ]
        names = dict.fromkeys(filter(None, named))
        entities = tuple(EntityEntry(name=each, kind="person") for each in names)
        fact = FactEntry(ref=statement[:60], statement=statement, attributions=given, **fields)
        made = await self.make(
            Publish(story_id=await self.story(story), fact=fact, entities=entities, **change)
        )
        return made.fact

    async def revise(self, fact_id: int, kind: str, *, reason: str | None = None, **fields) -> Fact:
        found = await self.record.facts.find(fact_id)
        before = (await self.record.facts.entry(fact_id)).model_dump(mode="json", exclude_defaults=True)
        change = Revise(
            story_id=found.story_id, fact_id=fact_id, expected=found.revision, kind=kind, reason=reason,
            fact=FactEntry(**{**before, **fields}),
        )  # fmt: skip
        return (await self.make(change)).fact

    async def retract(self, fact_id: int, why: str = "the source withdrew it") -> Fact:
        return await self.revise(fact_id, "retracted", reason=why, retracted=why)

    async def take_down(self, fact_id: int, *, story: str = "belarus") -> None:
        await self.make(TakeDown(story_id=await self.story(story), subject=f"F{fact_id}", ground="privacy"))

    async def show(self, *names: str, public: bool = True) -> None:
        for name in names:
            await self.make(SetStory(story_id=await self.story(name), public=public))


def voice(**fields) -> dict:
    return {"source": source(**fields.pop("of", {})), "locator": "¶3", **fields}


def source(**fields) -> dict:
    return SourceEntry(
        **{
            "title": "A page", "publisher": "The Paper", "url": "https://paper.example/1",
            "published": "2024-01-04", **fields,
        }
    ).model_dump(mode="json", exclude_defaults=True)  # fmt: skip


async def fill(world: World) -> None:
    """Put what may be seen and what may not into a record with the stocked stories; show the first."""
    await world.show("belarus")
    made = world.facts
    corrected = await world.publish("three ferries sailed", occurred="2024-02")
    made["corrected"] = corrected.id
    await world.revise(corrected.id, "corrected", statement="four ferries sailed", reason="a miscount")
    hostile = await world.publish(
        f"{MARKUP} sailed",
        attributions=[
            voice(speaker=FORMULA, stance="denies", cue=f"denies {MARKUP}", quote=MARKUP,
                  of={"title": MARKUP, "url": "https://paper.example/2"}),
            voice(speaker=HEBREW, quote=HEBREW,
                  of={"title": HEBREW, "publisher": FORMULA, "url": "https://paper.example/3"}),
        ],
        occasion="@SUM(A1)", date_note=MARKUP, places=["-1+1"], about=[HEBREW],
        figures=[{"amount": 3, "qualifier": "+at least", "counts": "=1+1"}],
    )  # fmt: skip
    made["hostile"] = hostile.id
    retracted = await world.publish("a retractedcanary sank", voice={"quote": "retractedcanary"})
    made["retracted"] = retracted.id
    await world.revise(
        retracted.id, "corrected", statement="two retractedcanary sank", reason="earliercanary"
    )
    await world.retract(retracted.id)
    down = await world.publish("a downcanary lives there", voice={"speaker": "Ann Downcanary"})
    made["taken down"] = down.id
    await world.take_down(down.id)
    old = await world.publish("the harbour is open")
    new = await world.publish("the harbour is closed", supersedes=old.id)
    made["superseded"], made["superseding"] = old.id, new.id
    held = await world.publish(
        "a heldcanary is planned", voice={"speaker": "Heldspeakercanary"}, hold=60,
        contradicts=[{"fact": corrected.ref, "about": "heldcanary"}],
    )  # fmt: skip
    made["held"] = held.id
    other = await world.publish("an othercanary burns", story="tarrow-ferry")
    made["not public"] = other.id
    await world.make(
        Appoint(address=MODERATOR.address, story_id=await world.story(), handle="moderatorcanary")
    )
    await suggest(world, "a suggestedcanary waits")
    refused = await suggest(world, "another suggestedcanary")
    await world.make(Reject(story_id=await world.story(), draft=refused, reason="rejectedcanary"))
    await world.record.questions.keep_for(
        await world.story(), "askedcanary", "who saw the askedcanary?", world.record.ledger.now(),
        asker=("telegram:100998877", MODERATOR.address, "en"),
    )  # fmt: skip


async def suggest(world: World, statement: str) -> int:
    fact = FactEntry(ref=statement, statement=statement, attributions=[voice()])
    async with world.record.database.transaction() as tx:
        return await drafts.propose(
            tx, Publish(story_id=await world.story(), fact=fact), kind=DraftKind.SUGGESTION,
            proposer=MODERATOR.address, chat="telegram:100998877", language="en",
            at=world.record.ledger.now(),
        )  # fmt: skip
