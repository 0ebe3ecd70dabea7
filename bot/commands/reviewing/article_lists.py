"""What an article is and what waits of it: told in few lines, and the confident drafts on one list.

The button that approves them all stands under the last row of the list, and holds a digest of what the list
shows: so it was shown to its end.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence

from bot.answers.bounds import some_of
from bot.answers.citations import citation
from bot.answers.date_text import in_words
from bot.commands.core.context import Context
from bot.commands.reviewing.article_cards import TIERS, next_card, proposed, source_of
from bot.commands.reviewing.deciding import named as called
from bot.commands.reviewing.deciding import put_on_record
from bot.errors import UserError
from bot.intake.quotations import dated, named
from bot.replies import Action, Block, Heading, Item, Line, Note, Reply
from bot.texts import _, ngettext, shortened
from storage.domain.enums import Tier
from storage.domain.errors import Refused
from storage.domain.models import DraftState, Source
from storage.domain.names import with_article
from storage.snapshots.articles import Intake, Waiting

MOST_ALIKE = 5
_SEALED = re.compile(r"([0-9a-f]{16})\s+[Dd](\d{1,15})–[Dd](\d{1,15})")


def about_source(source: Source, found: Intake) -> list[Block]:
    """Return what is known of an article before anything cites it, and what is not."""
    told = {
        _("Source"): f"S{source.id}",
        _("Publisher"): source.publisher,
        _("Author"): source.author,
        _("Published"): in_words(source.published) if source.published else None,
        _("Language"): found.told.get("language"),
    }
    rows: list[Block] = [Item(label=label, text=text) for label, text in told.items() if text]
    if source.published is None:
        rows.append(
            Note(text=_("It tells no date, so days like “on Tuesday” are left open: mend the source."))
        )
    elif "redated" in found.told:
        rows.append(
            Note(
                text=ngettext(
                    "Its date was mended since: the dates in {count} draft read otherwise now.",
                    "Its date was mended since: the dates in {count} drafts read otherwise now.",
                    found.told["redated"],
                )
            )
        )
    return rows


async def likenesses(context: Context, found: Intake, source: Source) -> list[Block]:
    """Return what else is on record of the same article."""
    told, rows = found.told, list[Block]()
    if told.get("again"):
        rows.append(Note(text=_("Its text is on record already as S{id}, word for word.", id=source.id)))
    before = told.get("before")
    if before and (copy := await context.record.snapshots.by_id(before)) is not None:
        rows.append(
            Note(text=_("Its text has changed since the {copy}: both copies are kept.", copy=dated(copy)))
        )
    others = await context.record.snapshots.like(source.id)
    for label, several in ((_("Same address"), others.elsewhere), (_("Nearly the same text"), others.alike)):
        rows += [Item(label=label, text=named(each)) for each in several[:MOST_ALIKE]]
    return rows


def counted(found: Intake, waiting: Sequence[Waiting]) -> list[Block]:
    """Return how many drafts wait, and what was not read."""
    told, notes = found.told, list[str]()
    if told.get("language") != "en":
        notes.append(_("Nothing was drafted: only English is read. Add its statements with /add."))
    elif not told.get("found"):
        notes.append(_("Nobody is said to say anything in it: nothing was drafted."))
    else:
        old = told["found"] - told.get("new", told["found"])
        if old:
            notes.append(
                ngettext(
                    "{count} statement stands in an earlier copy as well, and was shown then.",
                    "{count} statements stand in an earlier copy as well, and were shown then.",
                    old,
                )
            )
        tiers = ((tier, sum(each.tier == tier for each in waiting)) for tier in TIERS)
        counts = [f"{count} {_(TIERS[tier])}" for tier, count in tiers if count]
        wait = ngettext("{count} draft waits", "{count} drafts wait", len(waiting))
        notes.append(f"{wait}: {', '.join(counts)}." if counts else _("None of its drafts waits any more."))
    if told.get("finder") == "patterns":
        notes.append(
            _("It was read by patterns alone, which err more often: onrecord[intake] is not installed.")
        )
    if told.get("unread"):
        notes.append(_("Only its beginning was read: it is very long."))
    return [Note(text=note) for note in notes]


def ways_on(found: Intake, source: Source, waiting: Sequence[Waiting]) -> tuple[Action, ...]:
    """Return what can be done with an article next."""
    sure = sum(each.tier == Tier.CONFIDENT for each in waiting)
    actions = []
    if sure:
        label = ngettext("List the {count} confident one", "List the {count} confident ones", sure)
        actions.append(Action(label=label, command=f"/intake A{found.id} list"))
    if waiting:
        actions.append(Action(label=_("One by one"), command=f"/intake A{found.id} next"))
    mend = Action(label=_("Mend the source"), command=f"/source S{source.id}")
    return (*actions, mend, Action(label=_("What is left over"), command=f"/intake A{found.id} rest"))


async def confident(context: Context, found: Intake) -> Reply:
    """List the confident drafts; under the last of them they can be approved together."""
    waiting = await _confident(context, found)
    if not waiting:
        return await next_card(context, found, 0, possible=False)
    source = await source_of(context, found)
    rows: list[Block] = [_row(each, source) for each in waiting]
    one_by_one = Action(label=_("One by one"), command=f"/intake A{found.id} next")
    # Its place is under the last row: a button that ends with a row's label stands with that row.
    last = f"D{waiting[0].draft.id}–D{waiting[-1].draft.id}"
    seal = _seal(await _span_of(context, found, waiting[0].draft.id, waiting[-1].draft.id))
    count = len(waiting)
    rows.append(
        Item(label=last, text=ngettext("{count} draft was shown", "{count} drafts were shown", count))
    )
    label = ngettext("Approve the {count} confident one", "Approve the {count} confident ones", count)
    approve = Action(label=label, command=f"/intake A{found.id} approve {seal} {last}")
    heading = Heading(text=_("A{id}: confident drafts", id=found.id), level=1)
    return Reply(blocks=(heading, *rows), actions=(approve, one_by_one))


async def approve_listed(context: Context, found: Intake, sealed: str) -> Reply:
    """Put the drafts of a list on record that was shown to its end, but for those decided meanwhile."""
    match = _SEALED.fullmatch(sealed.strip())
    shown = await _span_of(context, found, int(match[2]), int(match[3])) if match else []
    if match is None or not shown or _seal(shown) != match[1]:
        raise UserError(
            _("That list has changed since: look at it again."),
            commands=((_("List"), f"/intake A{found.id} list"),),
        )
    waiting = [each for each in shown if each.draft.state is DraftState.WAITING]
    done, left = list[str](), list[str]()
    for each in waiting:
        try:
            done.append(called(await put_on_record(context, proposed(each))))
        except (Refused, UserError) as error:
            left.append(f"D{each.draft.id}: {error}")
    if not waiting:
        return await _decided_already(context, found, shown)
    note = ngettext("{count} draft: {ids}.", "{count} drafts: {ids}.", len(done), ids=_span(done))
    head = _("On record") if not context.policy.four_eyes else _("Waiting for another moderator")
    card = await next_card(context, found, 0, possible=False)
    notes = [Note(text=f"{head}: {note}"), *(Note(text=shortened(each, 300)) for each in left[:5])]
    return card.model_copy(update={"blocks": (*notes, *card.blocks)})


async def _decided_already(context: Context, found: Intake, shown: Sequence[Waiting]) -> Reply:
    """Tell what came of the drafts of a list that is approved once more, and show the next card."""
    text = _("All of these drafts are decided already.")
    if facts := [f"F{each.draft.fact_id}" for each in shown if each.draft.state is DraftState.APPROVED]:
        text = _("All of these drafts are decided already; on record are {ids}.", ids=some_of(facts))
    card = await next_card(context, found, 0, possible=False)
    return card.model_copy(update={"blocks": (Note(text=text), *card.blocks)})


async def _confident(context: Context, found: Intake) -> list[Waiting]:
    return [each for each in await context.record.articles.waiting(found.id) if each.tier == Tier.CONFIDENT]


async def _span_of(context: Context, found: Intake, first: int, last: int) -> list[Waiting]:
    """Return the confident drafts from one to another, also those that are decided."""
    drafts = await context.record.articles.drafts(found.id)
    return [each for each in drafts if each.tier == Tier.CONFIDENT and first <= each.draft.id <= last]


def _row(waiting: Waiting, source: Source) -> Line:
    """Return a draft in one line, as readers would see it."""
    item, speakers = proposed(waiting).fact.attributions[0], waiting.marks.get("speakers", [])
    who = with_article(speakers[0].get("article"), speakers[0]["name"]) if speakers else ""
    text = " · ".join(filter(None, (who, item.cue, proposed(waiting).fact.statement)))
    read_from = waiting.marks.get("read_from")
    mark = _("read from “{words}”", words=read_from) if read_from else None
    cited = (citation(source, item.locator),)
    return Line(text=text, citations=cited, label=f"D{waiting.draft.id}", mark=mark)


def _span(done: Sequence[str]) -> str:
    return done[0] if len(done) == 1 else f"{done[0]}–{done[-1]}" if done else "–"


def _seal(drafts: Sequence[Waiting]) -> str:
    """Return a digest of what a list shows: its button stands under the last row, so that was shown."""
    held = json.dumps([[each.draft.id, each.draft.change] for each in drafts], sort_keys=True)
    return hashlib.blake2b(held.encode(), digest_size=8).hexdigest()
