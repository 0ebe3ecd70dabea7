"""/review, and what puts a draft on record: /approve, /same."""

from __future__ import annotations

from bot.answers.diff import preview
from bot.answers.lines import fact_lines
from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Family, Kind
from bot.commands.core.registry import commands
from bot.commands.dialogue.engine import begin
from bot.commands.dialogue.forms import Field, Filled, Form, Proposal, form_command
from bot.commands.dialogue.header_lines import Headed
from bot.commands.editing.correct import with_attribution
from bot.commands.editing.next_from_source import next_of
from bot.commands.editing.revise import undoing
from bot.commands.reviewing import article_cards
from bot.commands.reviewing.deciding import put_on_record
from bot.commands.reviewing.draft_card import DRAFT, card_of, change_of, refuse_decided, still_waiting
from bot.errors import UserError
from bot.replies import Action, Heading, Note, PageNumber, Reply
from bot.requests import Role
from bot.texts import N_, _, ngettext
from storage.changing.ledger import ChangeResult
from storage.domain.changes import Revise
from storage.domain.models import Draft, RevisionKind
from storage.snapshots.articles import MOST_SPEAKERS, Waiting

# Drafts that are looked through for the next one.
MOST_WAITING = 1_000
MOST_ARTICLES = 20


@commands.command(
    "review",
    family=Family.REVIEWING,
    role=Role.MODERATOR,
    help=N_("the facts that wait for a moderator, one card at a time"),
    example="/review",
    paged=True,
)
async def review(context: Context) -> Reply:
    """Show the draft that has waited longest, or the next one, with the possible decisions."""
    story, after = context.story.id, context.number_after()
    waiting = await context.record.drafts.waiting(story, limit=MOST_WAITING)
    page = context.cut([draft for draft in waiting if draft.id > after], size=1)
    articles = await _articles(context)
    if not page.shown:
        return Reply(blocks=(Note(text=_("Nothing waits for review in this story.")),), actions=articles)
    count = await context.record.drafts.count_waiting(story)
    title = ngettext("{count} draft waits for review", "{count} drafts wait for review", count)
    (draft,) = page.shown
    place = PageNumber(waiting.index(draft) + 1, max(count, len(waiting))) if count > 1 else None
    card = await card_of(context, draft)
    name = f"D{draft.id}"
    offered = [(_("Approve"), "approve"), (_("Edit"), "edit")] if card.approvable else []
    deciding = [
        Action(label=label, command=f"/{command} {name}")
        for label, command in (*offered, (_("Reject"), "reject"))
    ]
    same = [
        Action(label=_("Same as F{id}", id=fact.id), command=f"/same {name} F{fact.id}")
        for fact in card.alike
    ]
    actions = (*deciding, *same, *page.more, *articles)
    return Reply(blocks=(Heading(text=title, level=1), *card.blocks), actions=actions, page=place)


async def _articles(context: Context) -> tuple[Action, ...]:
    """Return the way to the articles that wait, if there are any."""
    count = len(await context.record.articles.open(context.story.id, limit=MOST_ARTICLES))
    label = ngettext("{count} article", "{count} articles", count)
    return (Action(label=label, command="/intake"),) if count else ()


async def _speaker(_context: Context, text: str) -> int:
    """Return the number of a speaker. Raises UserError for anything else behind a draft's id."""
    if text not in map(str, range(1, MOST_SPEAKERS + 1)):
        raise UserError(_("Name one draft by its id, for example /approve D3."))
    return int(text)


@commands.command(
    "approve",
    DRAFT,
    Argument(
        N_("speaker"),
        Kind.NUMBER,
        help=N_("which of the speakers that its card offers, by number, for example 2"),
    ),
    family=Family.REVIEWING,
    role=Role.MODERATOR,
    help=N_("a draft put on record as it stands"),
    example="/approve D3",
    reads={"speaker": _speaker},
)
async def approve(context: Context, draft: Draft, speaker: int | None) -> Reply:
    """Put a draft on record, only once even if several moderators press the button."""
    refuse_decided(context, draft, to_approve=True)
    if (found := await context.record.articles.found(draft.id)) is not None:
        return await _approve_found(context, found, speaker or 1)
    if speaker is not None:
        raise UserError(_("D{id} has one speaker: send /approve D{id} alone.", id=draft.id))
    made = await context.change(change_of(draft))
    return await _decided(
        context, draft.id, made, _("D{id} is on record as {fact}.", id=draft.id, fact=made.subject)
    )


async def _approve_found(context: Context, found: Waiting, speaker: int) -> Reply:
    """Put a draft that was found on record, and show the next card of its article."""
    if not found.marks.get("speakers") or found.marks.get("doubtful"):
        raise UserError(_("D{id} is not whole yet: /edit D{id} asks for what is missing.", id=found.draft.id))
    made = await put_on_record(context, article_cards.proposed(found, speaker))
    if isinstance(made, int):
        note = _("D{id} waits for another moderator as D{new}.", id=found.draft.id, new=made)
        return await article_cards.decided(context, found, note)
    note = _("F{id} is on record.", id=made.subject[1:])
    return await article_cards.decided(context, found, note, undoing(made))


async def _next(context: Context, draft_id: int | None) -> Action:
    """Return the way to what waits behind a draft."""
    found = await context.record.articles.found(draft_id or 0)
    command = next_of(found) if found is not None else "/review"
    return Action(label=_("Next"), command=command)


async def _decided(context: Context, draft_id: int | None, made: ChangeResult, text: str) -> Reply:
    """Return the reply about a draft that was put on record."""
    assert made.fact is not None
    following = (await _next(context, draft_id), undoing(made))
    return Reply(blocks=(Note(text=text), *fact_lines(made.fact)), actions=following)


async def _propose_same(context: Context, filled: Filled) -> Proposal:
    """Show the fact with the draft's attribution added, each as a whole sentence that can be checked."""
    draft = await still_waiting(context, filled.target, to_approve=True)
    proposed = change_of(draft)
    fact = await context.fact(filled.text("fact"))
    if not fact.in_force:
        raise UserError(_("F{id} is not in force: it takes no further attribution.", id=fact.id))
    entry = await context.record.facts.entry(fact.id)
    change = Revise(
        story_id=context.story.id,
        fact_id=fact.id,
        expected=fact.revision,
        kind=RevisionKind.ATTRIBUTED,
        fact=with_attribution(entry, proposed.fact.attributions[0], fact),
        entities=proposed.entities,
        sources=proposed.sources,
        draft=draft.id,
    )
    rehearsed = await context.record.ledger.rehearse(change, by=context.by)
    assert rehearsed.fact is not None
    left = Note(text=_("Of the draft only whose word it is is taken over; its statement is left out."))
    return Proposal(change, (*preview(fact, rehearsed.fact), left))


async def _same_done(context: Context, filled: Filled, made: ChangeResult) -> Reply:
    told = _("D{id} was added to {fact}.", id=filled.target, fact=made.subject)
    return await _decided(context, filled.target, made, told)


async def _fact_id(context: Context, _filled: Filled, text: str) -> None:
    await context.fact(text)


_SAME = Field("fact", N_("Which fact says the same? Its id, like F7."), _fact_id, required=True)


@form_command(
    "same",
    DRAFT,
    Argument(
        N_("id"),
        Kind.FACT,
        required=True,
        fills=True,
        help=N_("the statement on record that says the same, for example F7"),
    ),
    family=Family.REVIEWING,
    role=Role.MODERATOR,
    help=N_("a draft added to a fact on record, as a further attribution"),
    example="/same D3 F7",
    form=Form(lambda _filled: (_SAME,), _propose_same, _same_done),
)
async def same(context: Context, draft: Draft, fact: str | None) -> Reply:
    """Open the dialogue that adds a draft's attribution to a fact that says the same."""
    refuse_decided(context, draft, to_approve=True)
    texts = Headed().texts(fact=fact)
    return await begin(context, Filled(context.story.id, texts, target=draft.id, at_once=True))
