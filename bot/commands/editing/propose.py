"""Propose a new fact: its fields, its preview, and what confirming does."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from bot.answers.lines import fact_lines
from bot.answers.proposed import alike_lines, as_readers_see, outcome, under
from bot.commands.core.context import Context
from bot.commands.core.fact_card import deeds_on
from bot.commands.dialogue import fields, words
from bot.commands.dialogue.engine import begin
from bot.commands.dialogue.entries import Composer
from bot.commands.dialogue.forms import ALL_NEW, Field, FieldConflict, Filled, Form, Option, Proposal
from bot.commands.dialogue.header_lines import Headed
from bot.commands.dialogue.references import other_fact
from bot.commands.dialogue.speaker_fields import speaker_fields
from bot.commands.editing import next_from_source, opponents
from bot.commands.editing.one_line import read_sentence, tell
from bot.commands.editing.revise import undoing
from bot.parsing.fuzzy import ALIKE, word_overlap
from bot.parsing.stances import stance_of
from bot.replies import Action, Block, Heading, Item, Note, Reply
from bot.requests import Role
from bot.texts import N_, _
from storage.changing import drafts
from storage.changing.ledger import ChangeResult
from storage.domain.changes import Change, Publish
from storage.domain.errors import AlreadyDone, BriefDisagrees, Overtaken
from storage.domain.folding import fold
from storage.domain.models import Draft, DraftKind, DraftState, Fact
from storage.people.dialogues import Dialogue, close

T = TypeVar("T")

# The fields that a further attribution takes over when the fact is already on record in other words.
_OF_ATTRIBUTION = (
    "who", "role", "article", "cue", "stance", "source", "title", "publisher", "published", "kind", "author",
    "via", "at", "quote", "said",
)  # fmt: skip
# The fields of one source do not apply to another.
_ALONG = {
    "source": ("title", "publisher", "published", "kind", "author", "via"),
    "who": ("role", "article"),
}
# The fields that may be answered again once the fact is shown.
_PARTS = {
    name: words.CALLED[name]
    for name in (
        "statement", "who", "role", "article", "cue", "stance", "source", "at", "when", "where", "figure",
        "about", "quote", "said",
    )
}  # fmt: skip
# Facts that a new one contradicts, shown with what they say; the ids of all are told.
MOST_READ = 3
# How the new fact may stand to one that is like it.
_HOW_ALIKE = (
    (N_("Same as F{id}"), "same"),
    (N_("Contradicts F{id}"), "contradicts"),
    (N_("Replaces F{id}"), "supersedes"),
)
# The fields that moderators and readers give for nearly every fact.
_MODAL = ("statement", "who", "cue", "source")


def fact_fields(filled: Filled) -> Sequence[Field]:
    """Return the fields of a fact: those asked for, and those only accepted."""
    statement = replace(fields.STATEMENT, asks=filled.lead) if filled.lead else fields.STATEMENT
    return (
        statement, fields.BRIEF, fields.WHO, *speaker_fields(filled), fields.CUE,
        fields.stance_field(filled), *fields.source_fields(filled), fields.AT, fields.QUOTE, fields.SAID,
        fields.WHEN, fields.OCCASION, fields.NOTE, fields.WHERE, fields.ABOUT, fields.FIGURE,
        fields.CONTRADICTS, fields.SUPPORTS, fields.QUESTION, fields.PART, fields.SUPERSEDES, fields.URGENT,
    )  # fmt: skip


_HEADERS = tuple(field.name for field in fact_fields(Filled(0, ALL_NEW)))


async def read_fact(context: Context, given: Headed | None) -> Filled:
    """Return a form filled in with a statement, what it tells, and the header lines under it."""
    if given is None:
        return Filled(context.story.id)
    filled = Filled(context.story.id, given.texts(statement=given.text), at_once=bool(given.headers))
    if next_from_source.LIKE in filled.texts:
        await next_from_source.keep(context, filled)
    await read_sentence(context, filled)
    return filled


def put_right(texts: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """Return the texts of a fact with some replaced; “none” removes one.

    Texts that go with a replaced one, such as a source's title, are dropped with it, and so is a stance that
    contradicts the new cue.
    """
    gone = {name for changed in given for name in (changed, *_ALONG.get(changed, ()))}
    kept = {name: text for name, text in texts.items() if name not in gone}
    if not fields.goes_with(given.get("cue"), kept.get("stance", "")):
        del kept["stance"]
    return kept | {name: text for name, text in given.items() if text.casefold() != fields.NONE}


async def begin_fact(context: Context, filled: Filled, before: Sequence[Block] = ()) -> Reply:
    """Open the dialogue of a new fact, or show the one that was given at once."""
    if filled.goes_on:
        filled.lead = await next_from_source.lead(context, filled, briefly=bool(before))
        how = _("Begin with ¶6 for another paragraph, or with another speaker: “Hale denied that …”.")
        before = before or [Note(text=how)]
    return await begin(context, filled, tuple(before))


async def propose(context: Context, filled: Filled) -> Proposal:
    """Show the fact exactly as readers will see it, and similar facts on record."""
    await _let_go(context, filled)
    composer = Composer(context, filled)
    fact = await composer.fact()
    named = filled.text("supersedes")
    replaced = None if named.casefold() in ("", fields.NONE) else await fields.superseded_fact(context, named)
    urgent = filled.text("urgent").casefold() == "yes"
    change = Publish(
        story_id=context.story.id,
        fact=fact,
        **composer.brought._asdict(),
        supersedes=replaced and replaced.id,
        draft=filled.target,
        hold=0 if urgent else context.policy.hold,
        urgent=urgent,
    )
    try:
        made = await context.record.ledger.rehearse(change, by=context.by)
    except BriefDisagrees as error:
        raise FieldConflict(disagreeing(error), fields.BRIEF) from None
    assert made.fact is not None
    contradicted = await _contradicted(context, filled)
    related = {each.id for each in contradicted} | {change.supersedes}
    alike = [each for each in await looking_alike(context, fact.statement) if each.id not in related]
    # Of one after the other that is known.
    heading = () if filled.goes_on else (Heading(text=_("Readers will see"), level=1),)
    blocks = (
        *heading,
        *as_readers_see(made.fact, known=filled.goes_on),
        *_own_stance(filled),
        *_new_speaker(composer),
        *opponents.in_place_of(made.others, made.fact),
        *under(_("It contradicts"), contradicted[:MOST_READ]),
        *_doubled(filled),
        *alike_lines(alike),
    )
    return Proposal(change, blocks, _relating(context, filled, alike))


async def _let_go(context: Context, filled: Filled) -> None:
    """Go on without the draft that a form began with, once that is decided: what was typed is kept."""
    if (draft := await _decided(context, filled)) is None:
        return
    filled.target = None
    by = draft.decided_by or ""
    filled.remark = _(
        "Meanwhile D{id} was {state} by {who}. What you have typed is kept: confirmed, it comes on record as"
        " a statement of its own.",
        id=draft.id, state=outcome(draft), who=(await context.names()).get(by, by),
    )  # fmt: skip


async def _decided(context: Context, filled: Filled) -> Draft | None:
    """Return the draft that a form began with, if it is decided."""
    draft = await context.record.drafts.find(filled.target) if filled.target is not None else None
    return draft if draft is not None and draft.state is not DraftState.WAITING else None


def _new_speaker(composer: Composer) -> list[Block]:
    """Return the lines of the names that come on record with a fact and what is said of them."""
    told = [each for each in composer.brought.entities if each.role]
    return [Item(label=_("New name: {name}", name=each.name), text=each.role or "") for each in told]


def _own_stance(filled: Filled) -> list[Block]:
    """Return the line of a stance that was given, where the cue alone does not tell it."""
    stance = filled.text("stance").casefold()
    told = stance_of(filled.text("cue"))
    return [Item(label=_("Stance"), text=stance)] if stance and stance != told else []


def disagreeing(error: BriefDisagrees) -> str:
    """Say why a brief does not agree with its statement."""
    return _("A brief has the statement's own words, in its order: {problem}.", problem=error.why)


def _doubled(filled: Filled) -> list[Block]:
    """Return a warning if the statement repeats the cue before it."""
    cue = filled.text("cue")
    if not fold(cue) or fold(cue) not in fold(filled.text("statement")):
        return []
    return [Note(text=_("The statement itself says “{cue}”: leave that to the cue.", cue=cue))]


def _relating(context: Context, filled: Filled, alike: Sequence[Fact]) -> tuple[Option, ...]:
    """Return how the new fact may stand to each that is like it."""
    # For a reader's suggestion, moderators decide whether it is a further attribution.
    if context.command.role is Role.READER or filled.target is not None:
        return ()
    return tuple(
        Option(_(label, id=fact.id), f"{how} F{fact.id}") for fact in alike for label, how in _HOW_ALIKE
    )


async def _contradicted(context: Context, filled: Filled) -> list[Fact]:
    """Return the facts that the new one is said to contradict."""
    ids = filled.text("contradicts").replace(",", " ").split()
    return [await other_fact(context, one, filled.target) for one in ids]


async def looking_alike(context: Context, statement: str) -> list[Fact]:
    """Return facts in force that may say the same in other words, the most similar first."""
    hits = await context.record.search.find(statement, story_id=context.story.id, limit=8)
    shares = {hit.fact_id: word_overlap(statement, hit.statement) for hit in hits}
    likest = sorted((i for i, share in shares.items() if share >= ALIKE), key=lambda i: -shares[i])[:2]
    return await context.record.facts.load(likest)


async def _done(context: Context, filled: Filled, made: ChangeResult) -> Reply:
    fact = made.fact
    assert fact is not None
    shown = Action(label=made.subject, command=f"/fact {made.subject}")
    left = [note for old in made.others for note in opponents.warnings(old, fact)]
    buttons = [button for old in made.others for button in opponents.relating(old, fact)]
    if filled.goes_on:
        # Each was just shown: what is asked next is all that is new.
        following = Filled(context.story.id, {next_from_source.LIKE: made.subject})
        await next_from_source.keep(context, following)
        following.earlier = filled.earlier
        asked = await begin_fact(context, following, [Note(text=_added(made, briefly=True)), *left])
        return asked.model_copy(update={"actions": (*asked.actions, undoing(made), shown, *buttons)})
    return Reply(
        blocks=(Note(text=_added(made)), *fact_lines(fact), *left),
        actions=(
            *await _following(context, filled, fact),
            undoing(made),
            shown,
            *buttons,
            *deeds_on(context, fact),
        ),
    )


async def _following(context: Context, filled: Filled, fact: Fact) -> Sequence[Action]:
    """Return the way to the draft behind one that was found in an article, else to the source's next fact."""
    found = await context.record.articles.found(filled.target) if filled.target is not None else None
    if found is not None:
        return (Action(label=_("Next"), command=next_from_source.next_of(found)),)
    return next_from_source.going_on(fact)


def _added(made: ChangeResult, *, briefly: bool = False) -> str:
    if made.others:
        return _(
            "F{id} is on record, in the place of F{other}.", id=made.subject[1:], other=made.others[0].id
        )
    text = _("F{id} added.") if briefly else _("F{id} is on record.")
    return text.format(id=made.subject[1:])


async def _make_or_queue(context: Context, filled: Filled, change: Change, dialogue: Dialogue) -> Reply:
    """Put a moderator's fact on record; under the four-eyes rule, before another moderator."""
    if context.policy.four_eyes:
        queued = await _unless_decided(
            context, filled, _queue(DraftKind.OWN, context, filled, change, dialogue)
        )
        following = replace(next_from_source.following_draft(filled), earlier=filled.earlier)
        return await begin_fact(context, following, queued.blocks) if filled.goes_on else queued
    made = await _unless_decided(context, filled, context.change(change, also=lambda tx: close(tx, dialogue)))
    return await _done(context, filled, made)


async def _unless_decided(context: Context, filled: Filled, work: Awaitable[T]) -> T:
    """Do what confirming does. Raises Overtaken where the draft that was edited was decided meanwhile."""
    try:
        return await work
    except AlreadyDone:
        if await _decided(context, filled) is None:
            raise
        raise Overtaken("The draft was decided meanwhile") from None


async def _queue(
    kind: DraftKind, context: Context, filled: Filled, change: Change, dialogue: Dialogue
) -> Reply:
    """Queue a fact for the moderators' review."""
    assert isinstance(change, Publish)
    request = context.request
    async with context.record.database.transaction() as tx:
        await close(tx, dialogue)
        draft_id = await drafts.propose(
            tx, change.model_copy(update={"draft": None}), kind=kind, proposer=request.user,
            chat=request.reached, language=request.language, at=context.record.ledger.now(),
            replacing=filled.target,
        )  # fmt: skip
    note = (
        _("Draft D{id} waits for another moderator: your own fact needs a second pair of eyes.", id=draft_id)
        if kind is DraftKind.OWN
        else _(
            "Thank you. Suggestion D{id} is with the moderators; you will be told what becomes of it.",
            id=draft_id,
        )
    )
    return Reply(blocks=(Note(text=note),))


async def _chosen(context: Context, filled: Filled, text: str) -> tuple[str, Filled]:
    """Say how the new fact stands to one that is like it, or go on with a further attribution of that one."""
    how, named = text.split()
    if how != "same":
        # It may contradict several, but takes the place of one.
        others = filled.text(how) if how == "contradicts" else ""
        return "add", replace(filled, texts={**filled.texts, how: f"{others} {named}".strip()})
    text = named.removeprefix("F")
    texts = {name: filled.texts[name] for name in _OF_ATTRIBUTION if filled.texts.get(name)}
    left = [name for name, given in filled.texts.items() if given and name not in texts]
    remark = _("Left out, for F{id} has its own: {names}.", id=text, names=", ".join(left))
    return "attribute", Filled(context.story.id, texts, target=int(text), at_once=True, remark=remark)


ADDING = Form(
    fact_fields,
    propose,
    _done,
    lines=(*_HEADERS, next_from_source.LIKE),
    parts=_PARTS,
    along=_ALONG,
    tells=tell,
    commit=_make_or_queue,
    chosen=_chosen,
    modal=_MODAL,
    title=N_("Add a fact"),
)
SUGGESTING = replace(
    ADDING,
    lines=_HEADERS,
    commit=partial(_queue, DraftKind.SUGGESTION),
    chosen=None,
    title=N_("Suggest a fact"),
)
