"""The drafts of an article as moderators see them: each on a card, and at last what no draft covers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.answers.citations import label
from bot.answers.proposed import alike_lines, as_readers_see
from bot.commands.core.context import Context
from bot.commands.editing.next_from_source import next_of
from bot.commands.editing.propose import looking_alike
from bot.commands.reviewing.draft_card import at_work
from bot.errors import UserError
from bot.replies import Action, Block, Heading, Item, Line, Note, Quote, Reply
from bot.texts import N_, _, ngettext, shortened
from storage.domain.changes import Publish, loaded
from storage.domain.entries import EntityEntry
from storage.domain.enums import Tier
from storage.domain.errors import Refused
from storage.domain.models import Source
from storage.snapshots.articles import Intake, Waiting

# Of the statements in articles so many in a hundred were in no draft: measured, tests/benchmarks/README.md.
MISSED = 11
LONGEST_CONTEXT = 700
LONGEST_PASSAGE = 200
_MARKS = {"source": ("[", "]"), "cue": ("{", "}"), "content": ("‹", "›")}
TIERS = {
    Tier.CONFIDENT: N_("confident"),
    Tier.CHECK_SPEAKER: N_("check the speaker"),
    Tier.POSSIBLE: N_("possible: read the sentence first"),
}


def proposed(waiting: Waiting, speaker: int = 1) -> Publish:
    """Return the change of a found draft, with one of its possible speakers (from 1). Raises UserError."""
    change = loaded(waiting.draft.change)
    assert isinstance(change, Publish)  # the others are of drafts that are decided
    change = change.model_copy(update={"draft": waiting.draft.id})
    if speaker == 1:
        return change
    speakers = waiting.marks.get("speakers", [])
    if not 1 <= speaker <= len(speakers):
        raise UserError(_("D{id} has no speaker of that number.", id=waiting.draft.id))
    chosen = speakers[speaker - 1]
    first = change.fact.attributions[0].model_copy(update={"speaker": chosen.get("ref") or chosen["name"]})
    unwanted = {speakers[0]["name"]} - set(change.fact.places)
    entities = [each for each in change.entities if each.name not in unwanted]
    if "ref" not in chosen:
        entities.append(EntityEntry.model_validate(chosen))
    fact = change.fact.model_copy(update={"attributions": (first, *change.fact.attributions[1:])})
    return change.model_copy(update={"fact": fact, "entities": tuple(entities)})


async def source_of(context: Context, found: Intake) -> Source:
    """Return the source that an article was taken in as."""
    assert found.source_id is not None  # it is ready
    return (await context.record.sources.by_id([found.source_id]))[found.source_id]


async def next_card(context: Context, found: Intake, after: int, *, possible: bool) -> Reply:
    """Show the card behind a draft; those that are merely possible come last, once they are asked for."""
    waiting = await context.record.articles.waiting(found.id)
    folded = [each for each in waiting if each.tier == Tier.POSSIBLE]
    shown = folded if possible else [each for each in waiting if each.tier != Tier.POSSIBLE]
    behind = [each for each in shown if each.draft.id > after]
    if behind:
        return await card(context, found, behind[0], len(shown))
    actions = []
    if shown:
        notes = [_("That was the last one; {count} of those you passed over wait.", count=len(shown))]
        again = "possible" if possible else "next"
        actions.append(Action(label=_("From the beginning"), command=f"/intake A{found.id} {again}"))
    elif possible or not folded:
        return await rest(context, found)
    else:
        notes = []
    if folded and not possible:
        label = ngettext("Show {count} possible one", "Show {count} possible ones", len(folded))
        actions.append(Action(label=label, command=f"/intake A{found.id} possible"))
        notes.append(
            ngettext(
                "{count} more draft is only possible: read its sentence first.",
                "{count} more drafts are only possible: read their sentences first.",
                len(folded),
            )
        )
    actions.append(Action(label=_("What is left over"), command=f"/intake A{found.id} rest"))
    return Reply(blocks=tuple(Note(text=note) for note in notes), actions=tuple(actions))


async def card(context: Context, found: Intake, waiting: Waiting, count: int) -> Reply:
    """Show one draft: its sentence with the marks, how readers would see it, and what is like it."""
    number, marks = waiting.draft.id, waiting.marks
    tier = _(TIERS[Tier(waiting.tier)])
    head = Heading(text=_("D{id}: {tier}", id=number, tier=tier), level=1)
    blocks: list[Block] = [head, *await at_work(context, number), *await _sentences(context, found, waiting)]
    speakers = [each["name"] for each in marks.get("speakers", ())]
    approvable = bool(speakers) and not marks.get("doubtful")
    alike = []
    change, source = proposed(waiting), await source_of(context, found)
    try:
        made = await context.record.ledger.rehearse(change, by=context.by)
        assert made.fact is not None
        alike = await looking_alike(context, change.fact.statement)
        blocks += [_shortly(block, source) for block in as_readers_see(made.fact)]
    except Refused as error:
        approvable = False
        blocks.append(Note(text=_("It cannot be approved. {problem}.", problem=str(error))))
    blocks += await _new_names(context, marks)
    blocks += _doubts(marks, speakers)
    if change.fact.attributions[0].quote:
        blocks.append(Note(text=_("verbatim in the copy")))
    blocks += alike_lines(alike)
    name = f"D{number}"
    actions = []
    if approvable and len(speakers) == 1 and not marks.get("guessed"):
        actions.append(Action(label=_("Approve"), command=f"/approve {name}"))
    elif approvable:
        actions += [
            Action(label=_("Approve: {who}", who=shortened(who, 40)), command=f"/approve {name} {at}")
            for at, who in enumerate(speakers, 1)
        ]
    actions += [
        Action(label=_("Edit"), command=f"/edit {name}"),
        Action(label=_("Reject"), command=f"/reject {name}"),
    ]
    actions += [
        Action(label=_("Same as F{id}", id=fact.id), command=f"/same {name} F{fact.id}") for fact in alike
    ]
    if count > 1:
        actions.append(Action(label=_("Skip"), command=next_of(waiting)))
    # It is one message, whatever command it follows.
    return Reply(blocks=tuple(blocks), actions=tuple(actions), again="")


async def decided(context: Context, waiting: Waiting, note: str, *actions: Action) -> Reply:
    """Say what came of a draft, and show the next card."""
    found = await context.record.articles.find(waiting.intake_id)
    assert found is not None  # articles are never deleted
    card = await next_card(context, found, waiting.draft.id, possible=waiting.tier == Tier.POSSIBLE)
    return card.model_copy(
        update={"blocks": (Note(text=note), *card.blocks), "actions": (*card.actions, *actions)}
    )


async def rest(context: Context, found: Intake) -> Reply:
    """Show what no draft covers, and how much of what is said is usually missed."""
    waiting = await context.record.articles.waiting(found.id)
    uncovered = found.told.get("uncovered", [])
    texts = await _paragraphs(context, found)
    passages = [
        Item(label=f"¶{number}", text=shortened(texts[number - 1][start:stop], LONGEST_PASSAGE))
        for number, start, stop in uncovered
        if number <= len(texts) and texts[number - 1][start:stop].strip()
    ]
    blocks: list[Block] = [Heading(text=_("A{id}: what is left over", id=found.id), level=1)]
    if waiting:
        blocks.append(Note(text=ngettext("{count} draft waits.", "{count} drafts wait.", len(waiting))))
    if passages:
        blocks += [Heading(text=_("Quoted, and in no draft")), *passages]
    missed = _(
        "Of what is said in articles about {count} in 100 statements are in no draft, as measured:"
        " read the text as well, and add them with /add.",
        count=MISSED,
    )
    done = Action(label=_("Done with it"), command=f"/intake A{found.id} close")
    more = (Action(label=_("One by one"), command=f"/intake A{found.id} next"),) if waiting else ()
    again = f"/intake A{found.id} rest"
    return Reply(blocks=(*blocks, Note(text=missed)), actions=(*more, done), again=again)


async def _sentences(context: Context, found: Intake, waiting: Waiting) -> list[Block]:
    """Return the sentences that a draft was found in, with speaker, cue and content marked."""
    texts, blocks = await _paragraphs(context, found), list[Block]()
    for place in waiting.marks.get("places", ()):
        number = place["paragraph"]
        text = texts[number - 1] if number <= len(texts) else ""
        if text:
            marked = _marked(text, place)
            blocks.append(Quote(text=shortened(f"¶{number} {marked}", LONGEST_CONTEXT)))
    return blocks


async def _paragraphs(context: Context, found: Intake) -> list[str]:
    if found.snapshot_id is None:
        return []
    return (await context.record.snapshots.paragraphs([found.snapshot_id])).get(found.snapshot_id, [])


def _shortly(block: Block, source: Source) -> Block:
    """Return a line with a few words for its source: the whole article is from the same."""
    if not isinstance(block, Line):
        return block
    cited = tuple(
        each.model_copy(update={"label": label(source)}) if each.source == source.id else each
        for each in block.citations
    )
    return block.model_copy(update={"citations": cited})


def _marked(text: str, place: dict[str, Any]) -> str:
    """Return the part of a paragraph to show, with marks around what was read from it."""
    start, stop = place["shown"]
    at, pieces = start, list[str]()
    for kind, begin, end in place["parts"]:
        if begin < at or end > stop:
            continue
        before, after = _MARKS[kind]
        pieces += [text[at:begin], before, text[begin:end], after]
        at = end
    return "".join((*pieces, text[at:stop]))


async def _new_names(context: Context, marks: dict[str, Any]) -> list[Block]:
    """Return the lines of those who may come on record with a draft, and what the article says they are."""
    story, blocks = context.story.id, list[Block]()
    for each in marks.get("speakers", ()):
        if each.get("role") and not await context.record.entities.named(story, each["name"]):
            blocks.append(Item(label=_("New name: {name}", name=each["name"]), text=each["role"]))
    return blocks


def _doubts(marks: dict[str, Any], speakers: Sequence[str]) -> list[Block]:
    """Return what has to be looked at before a draft is approved."""
    notes = []
    read_from = marks.get("read_from")
    # Whom a guessed one means is not told: each button names one.
    if read_from and speakers and not marks.get("guessed"):
        notes.append(_("“{words}” was read as {who}.", words=read_from, who=speakers[0]))
    if not speakers:
        notes.append(_("Who says it was not found: press Edit, and tell."))
    if marks.get("doubtful"):
        notes.append(_("The cue does not tell how the speaker stands to it: press Edit, and choose."))
    return [Note(text=note) for note in notes]
