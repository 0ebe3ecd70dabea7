"""/takedown: an owner removes words for good, from everywhere that people can reach; a tombstone stays."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.answers.bounds import some_of
from bot.answers.sentences import GROUNDS
from bot.commands.core.completion import listed
from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Family, Kind
from bot.commands.dialogue import fields
from bot.commands.dialogue.engine import begin
from bot.commands.dialogue.forms import Field, Filled, Form, Option, Proposal, Unclear, form_command
from bot.commands.dialogue.references import entity_of
from bot.commands.editing.revise import refuse_taken_down
from bot.replies import Action, Block, Heading, Item, Note, Reply
from bot.requests import Role
from bot.texts import N_, _
from storage.changing.ledger import ChangeResult
from storage.domain.changes import TakeDown
from storage.domain.models import Ground

_ID = re.compile(r"([FfSsDdEe])\s?([1-9]\d{0,14})")
# Names that are offered where several are called so.
MOST_MEANT = 5
_COUNTED = {
    "revisions": N_("Revisions"),
    "entries": N_("Entries of the audit trail"),
    "drafts": N_("Drafts and suggestions"),
    "questions": N_("Unanswered questions"),
    "dialogues": N_("Open dialogues"),
    "buttons": N_("Buttons"),
    "subscriptions": N_("Subscriptions to its words"),
    "watches": N_("Feeds watched for its words, and articles offered"),
    "messages": N_("Messages sent, to be put right"),
    "notices": N_("Notices waiting, to be cancelled"),
    "copies": N_("Copies of sources"),
}


async def _subject(context: Context, text: str) -> str:
    """Return what a text names, as the trail writes it (`F7`). Raises UserError or Unclear."""
    match = _ID.fullmatch(text)
    letter, number = (match[1].upper(), match[2]) if match else ("", "")
    if letter == "F":
        fact = await context.fact(text)
        refuse_taken_down(fact)
        return f"F{fact.id}"
    if letter == "S":
        return f"S{await context.source_id(f'S{number}')}"
    if letter == "D":
        return f"D{(await context.draft(f'D{number}')).id}"
    return f"E{number}" if letter else f"E{await _name(context, text)}"


async def _name(context: Context, text: str) -> int:
    """Return the id of the name that a text means, also of a removed one. Raises Unclear or UserError."""
    entities, story = context.record.entities, context.story.id
    removed = await entities.removed(story, text)
    if not removed:
        return (await entity_of(context, text)).id
    if len(removed) == 1 and not await entities.named(story, text):
        return removed[0]
    ids = [*await entities.named(story, text), *removed][:MOST_MEANT]
    raise Unclear(
        _("“{name}” is the name of several. Which one is meant?", name=text[:60]),
        [Option(_("E{id}, removed", id=each) if each in removed else f"E{each}", f"E{each}") for each in ids],
    )


async def _what(context: Context, _filled: Filled, text: str) -> None:
    await _subject(context, text)


async def _grounds(_context: Context, _filled: Filled) -> Sequence[Option]:
    return [Option(_(label), ground.value) for ground, label in GROUNDS.items()]


_FIELDS = (
    Field("what", N_("What is to be taken down? F7, S3, D4 or a name."), _what, required=True),
    Field(
        "ground",
        N_("On which ground? Everybody will see it: safety, law or privacy."),
        fields.one_of(list(Ground)),
        required=True,
        offers=_grounds,
    ),
)


async def _propose(context: Context, filled: Filled) -> Proposal:
    """Show what will go, without its words."""
    subject = await _subject(context, filled.text("what"))
    ground = Ground(filled.text("ground").casefold())
    change = TakeDown(story_id=context.story.id, subject=subject, ground=ground)
    taken = (await context.record.ledger.rehearse(change, by=context.by)).taken
    assert taken is not None
    title = _("{id} will be taken down ({ground})", id=subject, ground=_(GROUNDS[ground]))
    blocks: list[Block] = [Heading(text=title, level=1)]
    blocks += [
        Item(label=_(label), text=str(taken.counts[kind]))
        for kind, label in _COUNTED.items()
        if taken.counts.get(kind)
    ]
    blocks.append(
        Note(text=_("Its words go for good: nothing brings them back. Date and ground stay for all to see."))
    )
    if taken.repeating:
        ids = some_of([f"F{number}" for number in taken.repeating])
        text = _("The same words stand in {ids}, or in their history: take those down on their own.", ids=ids)
        blocks.append(Note(text=text))
    if taken.alone:
        ids = some_of(taken.alone)
        text = _(
            "No other fact holds {ids}, which stay: take them down on their own, if they must go.", ids=ids
        )
        blocks.append(Note(text=text))
    if taken.ref:
        text = _("Its reference in sheets stays, so that it is refused there: {ref}", ref=taken.ref)
        blocks.append(Note(text=text))
    blocks.append(
        Note(text=_("Backups made before still hold them: “onrecord doctor” names those that are known."))
    )
    return Proposal(change, tuple(blocks))


async def _done(_context: Context, _filled: Filled, made: ChangeResult) -> Reply:
    assert made.taken is not None
    blocks: list[Block] = [Note(text=_("{id} is taken down.", id=made.subject))]
    if made.taken.counts.get("messages"):
        blocks.append(Note(text=_("The messages that held its words are being put right.")))
    letter, shown = made.subject[0], {"F": "/fact", "S": "/sources"}
    actions = (
        [Action(label=made.subject, command=f"{shown[letter]} {made.subject}")] if letter in shown else []
    )
    return Reply(blocks=tuple(blocks), actions=tuple(actions))


@form_command(
    "takedown",
    Argument(
        N_("F7, S3, D4 or a name"),
        Kind.FACT,
        required=True,
        option="what",
        fills=True,
        help=N_("what has to go for good: the id of it, or a name, for example F7"),
    ),
    Argument(
        N_("ground"),
        Kind.WORDS,
        option="ground",
        fills=True,
        help=N_("why it has to go, which everybody will see: safety, law or privacy"),
    ),
    family=Family.CHOOSING,
    role=Role.OWNER,
    help=N_("words removed for good, from everywhere, on the ground of safety, law or privacy"),
    example="/takedown F7 privacy",
    offers={"ground": listed(*Ground)},
    form=Form(lambda _filled: _FIELDS, _propose, _done),
)
async def takedown(context: Context, what: str | None, ground: str | None) -> Reply:
    """Open the dialogue that takes something down."""
    # A name may have several words: the ground is the last one.
    words = " ".join(filter(None, (what, ground))).split()
    given = words.pop().casefold() if len(words) > 1 and words[-1].casefold() in list(Ground) else ""
    texts = {"what": " ".join(words)} | ({"ground": given} if given else {})
    if _ID.fullmatch(texts["what"]):
        await _subject(context, texts["what"])
    return await begin(context, Filled(context.story.id, texts, at_once=True))
