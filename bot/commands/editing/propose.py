"""Propose a new fact: its fields, its preview, and what confirming does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from bot.answers.bounds import some_of
from bot.answers.citations import cite, described
from bot.answers.date_text import when_text
from bot.answers.diff import far_end
from bot.answers.lines import amount, fact_lines
from bot.commands.core.context import Context
from bot.commands.core.fact_card import deeds_on
from bot.commands.dialogue import fields
from bot.commands.dialogue.entries import Composer
from bot.commands.dialogue.forms import Field, FieldConflict, Filled, Form, Option, Proposal
from bot.commands.dialogue.header_lines import Headed
from bot.commands.editing import opponents
from bot.commands.editing.revise import undoing
from bot.parsing.fuzzy import ALIKE, word_overlap
from bot.replies import Action, Block, Heading, Line, Note, Reply
from bot.requests import Role
from bot.texts import N_, _
from storage.changing import drafts
from storage.changing.ledger import ChangeResult
from storage.domain.changes import Change, Publish
from storage.domain.enums import Tier
from storage.domain.errors import BriefDisagrees
from storage.domain.folding import fold
from storage.domain.models import DraftKind, Fact, RelationKind
from storage.people.dialogues import Dialogue, close
from storage.snapshots.articles import Waiting

# The fields that a further attribution takes over when the fact is already on record in other words.
_OF_ATTRIBUTION = (
    "who", "cue", "stance", "source", "title", "publisher", "published", "kind", "author", "via", "at",
    "quote", "said",
)  # fmt: skip
# The fields of one source do not apply to another.
_ALONG = {"source": ("title", "publisher", "published", "kind", "author", "via"), "cue": ("stance",)}
# The fields that may be answered again if a fact came at once, or from a draft.
_PARTS = {name: fields.CALLED[name] for name in ("statement", "who", "cue", "source", "at", "when", "where")}
# The fields that moderators and readers give for nearly every fact.
_MODAL = ("statement", "who", "cue", "source")


def fact_fields(filled: Filled) -> Sequence[Field]:
    """Return the fields of a fact: those asked for, and those only accepted."""
    return (
        fields.STATEMENT, fields.BRIEF, fields.WHO, fields.CUE, fields.stance_field(filled),
        *fields.source_fields(filled), fields.AT, fields.QUOTE, fields.SAID, fields.WHEN, fields.OCCASION,
        fields.NOTE, fields.WHERE, fields.ABOUT, fields.FIGURE, fields.CONTRADICTS, fields.SUPPORTS,
        fields.QUESTION, fields.PART, fields.SUPERSEDES, fields.URGENT,
    )  # fmt: skip


_HEADERS = tuple(field.name for field in fact_fields(Filled(0, {"source": "+ https://x.org"})))


def read_fact(context: Context, given: Headed | None) -> Filled:
    """Return a form filled in with a statement and the header lines under it."""
    if given is None:
        return Filled(context.story.id)
    return Filled(context.story.id, given.texts(statement=given.text), at_once=bool(given.headers))


def put_right(texts: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """Return the texts of a fact with some replaced; “none” removes one.

    Texts that go with a replaced one, such as a source's title, are dropped with it.
    """
    gone = {name for changed in given for name in (changed, *_ALONG.get(changed, ()))}
    kept = {name: text for name, text in texts.items() if name not in gone}
    return kept | {name: text for name, text in given.items() if text.casefold() != fields.NONE}


async def propose(context: Context, filled: Filled) -> Proposal:
    """Show the fact exactly as readers will see it, and similar facts on record."""
    composer = Composer(context, filled)
    fact = await composer.fact()
    named = filled.text("supersedes")
    replaced = None if named.casefold() in ("", fields.NONE) else await fields.superseded_fact(context, named)
    urgent = filled.text("urgent").casefold() == "yes"
    change = Publish(
        story_id=context.story.id,
        fact=fact,
        entities=tuple(composer.entities),
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
    alike = [each for each in await looking_alike(context, fact.statement) if each.id != change.supersedes]
    blocks = (
        Heading(text=_("Readers will see"), level=1),
        *as_readers_see(made.fact),
        *in_place_of(made.others, made.fact),
        *_doubled(filled),
        *alike_lines(alike),
    )
    return Proposal(change, blocks, _instead(context, filled, alike))


def disagreeing(error: BriefDisagrees) -> str:
    """Say why a brief does not agree with its statement."""
    return _("A brief has the statement's own words, in its order: {problem}.", problem=error.why)


def in_place_of(others: Sequence[Fact], new: Fact) -> list[Block]:
    """Return the lines of the facts whose place a new one takes, and who stands against these alone."""
    if not others:
        return []
    was = [fact.model_copy(update={"superseded_by": None}) for fact in others]
    left = [note for fact in others for note in opponents.warnings(fact, new, on_record=False)]
    lines = (line for fact in was for line in fact_lines(fact))
    return [Heading(text=_("It takes the place of")), *lines, *left]


def _doubled(filled: Filled) -> list[Block]:
    """Return a warning if the statement repeats the cue before it."""
    cue = filled.text("cue")
    if not fold(cue) or fold(cue) not in fold(filled.text("statement")):
        return []
    return [Note(text=_("The statement itself says “{cue}”: leave that to the cue.", cue=cue))]


def _instead(context: Context, filled: Filled, alike: Sequence[Fact]) -> tuple[Option, ...]:
    """Return the facts on record to which an attribution may be added instead."""
    # For a reader's suggestion, moderators decide whether it is a further attribution.
    if context.command.role is Role.READER or filled.target is not None:
        return ()
    return tuple(
        Option(_("Add it to F{id} as a further attribution", id=fact.id), str(fact.id)) for fact in alike
    )


def as_readers_see(fact: Fact) -> list[Block]:
    """Return the lines of a fact that is not on record yet, and so has no id of its own."""
    lines: list[Block] = [
        block.model_copy(update={"fact": None}) if isinstance(block, Line) else block
        for block in fact_lines(fact)
    ]
    cited = (cite(fact.attributions[0]),)
    particulars = {
        _("Brief"): fact.brief or "",
        _("When"): when_text(fact) if fact.occurred or fact.occasion or fact.date_note else "",
        _("Places"): some_of([place.name for place in fact.places]),
        _("About"): some_of([entity.name for entity in fact.about]),
        _("Figures given"): some_of([f"{amount(item)}: {item.counts}" for item in fact.figures], "; "),
    }
    lines += [Line(label=label, text=text, citations=cited) for label, text in particulars.items() if text]
    against = [far_end(item) for item in fact.relations if item.kind is RelationKind.CONTRADICTS]
    others = [far_end(item) for item in fact.relations if item.kind is RelationKind.SUPPORTS]
    if against:
        lines.append(Note(text=_("Stands against {ids}.", ids=some_of(against))))
    if others:
        lines.append(Note(text=_("Supports {ids}.", ids=some_of(others))))
    # Whoever confirms or approves it sees the whole of its source.
    return described(lines)


async def looking_alike(context: Context, statement: str) -> list[Fact]:
    """Return facts in force that may say the same in other words, the most similar first."""
    hits = await context.record.search.find(statement, story_id=context.story.id, limit=8)
    shares = {hit.fact_id: word_overlap(statement, hit.statement) for hit in hits}
    likest = sorted((i for i, share in shares.items() if share >= ALIKE), key=lambda i: -shares[i])[:2]
    return await context.record.facts.load(likest)


def alike_lines(alike: Sequence[Fact]) -> list[Block]:
    """Return the lines of the facts on record similar to the fact shown above."""
    if not alike:
        return []
    return [
        Heading(text=_("On record already, and like it")),
        *(line for fact in alike for line in fact_lines(fact)),
    ]


async def _done(context: Context, filled: Filled, made: ChangeResult) -> Reply:
    assert made.fact is not None
    shown = Action(label=made.subject, command=f"/fact {made.subject}")
    left = [note for old in made.others for note in opponents.warnings(old, made.fact)]
    buttons = [button for old in made.others for button in opponents.relating(old, made.fact)]
    return Reply(
        blocks=(Note(text=_added(made)), *fact_lines(made.fact), *left),
        actions=(
            *await _next_draft(context, filled),
            undoing(made),
            shown,
            *buttons,
            *deeds_on(context, made.fact),
        ),
    )


def next_of(found: Waiting) -> str:
    """Return the command that shows the card behind that of a found draft."""
    turn = "possible" if found.tier == Tier.POSSIBLE else "next"
    return f"/intake A{found.intake_id} {turn} D{found.draft.id}"


async def _next_draft(context: Context, filled: Filled) -> tuple[Action, ...]:
    """Return the way to the draft behind one that was found in an article and edited."""
    found = await context.record.articles.found(filled.target) if filled.target is not None else None
    return (Action(label=_("Next"), command=next_of(found)),) if found is not None else ()


def _added(made: ChangeResult) -> str:
    if made.others:
        return _(
            "F{id} is on record, in the place of F{other}.", id=made.subject[1:], other=made.others[0].id
        )
    return _("F{id} is on record.", id=made.subject[1:])


async def _make_or_queue(context: Context, filled: Filled, change: Change, dialogue: Dialogue) -> Reply:
    """Put a moderator's fact on record; under the four-eyes rule, before another moderator."""
    if context.policy.four_eyes:
        return await _queue(DraftKind.OWN, context, filled, change, dialogue)
    made = await context.change(change, also=lambda tx: close(tx, dialogue))
    return await _done(context, filled, made)


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
    """Continue with a further attribution of a fact that is on record in other words."""
    texts = {name: filled.texts[name] for name in _OF_ATTRIBUTION if filled.texts.get(name)}
    left = [name for name, given in filled.texts.items() if given and name not in texts]
    remark = _("Left out, for F{id} has its own: {names}.", id=text, names=", ".join(left))
    return "attribute", Filled(context.story.id, texts, target=int(text), at_once=True, remark=remark)


ADDING = Form(
    fact_fields,
    propose,
    _done,
    lines=_HEADERS,
    parts=_PARTS,
    along=_ALONG,
    commit=_make_or_queue,
    chosen=_chosen,
    modal=_MODAL,
    title=N_("Add a fact"),
)
SUGGESTING = replace(
    ADDING, commit=partial(_queue, DraftKind.SUGGESTION), chosen=None, title=N_("Suggest a fact")
)
