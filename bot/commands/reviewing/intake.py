"""/intake: an article taken in, and the drafts that were found in it put before the moderators.

An article is read beside the answers, for that takes a while: nothing else of the chat waits for it, and
whoever sent it is told when it is ready.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Family, Kind
from bot.commands.core.registry import commands
from bot.commands.reviewing import article_cards, article_lists
from bot.errors import UserError
from bot.intake.desk import Material
from bot.intake.quotations import dated
from bot.replies import Action, Block, Heading, Item, Note, Reply
from bot.requests import Document, Role
from bot.texts import N_, _, ngettext, shortened, speak
from storage.domain.folding import digits
from storage.domain.names import clean
from storage.notifying.notices import post
from storage.snapshots.articles import Intake, IntakeState

if TYPE_CHECKING:
    from bot.intake.taking_in import Task

# Articles that are listed.
MOST_LISTED = 20
# A front end that vouches for its only person can wait for an article; elsewhere others wait behind them.
PATIENCE = 8.0
LONGEST_NAME = 100
FEWEST_WORDS = 25
_ADDRESS = re.compile(r"<?(https?://\S+?)>?", re.IGNORECASE)
_ALONE = re.compile(r"/intake(?:@\w{1,64})?", re.IGNORECASE)
_ARTICLE = re.compile(
    r"[Aa]\s?([1-9]\d{0,14})(?:\s+(list|again|close|rest|possible|next|approve)\b\s*(\S.*)?)?", re.DOTALL
)


@commands.command(
    "intake",
    Argument(
        N_("address or text"),
        Kind.TEXT,
        option="text",
        help=N_("an article: its address, its text or its id, for example https://example.org/news"),
    ),
    family=Family.REVIEWING,
    role=Role.MODERATOR,
    help=N_("an article by its address, its text or a reply to a post: its statements as drafts"),
    example="/intake https://example.org/news",
    paged=True,
)
async def intake(context: Context, text: str | None) -> Reply:
    """Take an article in, or show one that was taken in; a file that came along is the article."""
    if context.request.document is not None:
        return await _of_file(context, context.request.document)
    text = (text or context.request.quoted or "").strip()
    if not text:
        return await _listed(context)
    if match := _ARTICLE.fullmatch(digits(text)):
        found = await article(context, int(match[1]))
        return await _of_article(context, found, match[2] or "", match[3] or "")
    if match := _ADDRESS.fullmatch(text):
        return await begun(context, Material(address=match[1]))
    if len(text.split()) < FEWEST_WORDS:
        raise UserError(
            _(
                "An article is taken in by its address (https://…), by a .txt, .html or .pdf file, or by its"
                " text of {count} words or more; A3 shows one that was. In reply to a post, send /intake"
                " alone.",
                count=FEWEST_WORDS,
            )
        )
    return await begun(context, Material(content=text.encode()))


def takes_reply(text: str) -> bool:
    """Tell whether a text is the command alone, which takes in what it replies to."""
    return _ALONE.fullmatch(text.strip()) is not None


async def article(context: Context, number: int) -> Intake:
    """Return the article that `A3` names in this story. Raises UserError for any other."""
    found = await context.record.articles.find(number)
    if found is None or found.story_id != context.story.id:
        raise UserError(_("There is no article A{id} in this story: /intake lists them.", id=number))
    return found


async def _of_file(context: Context, document: Document) -> Reply:
    from bot.intake.reading.reader import media_of

    name = shortened(clean(document.name), LONGEST_NAME)
    return await begun(context, Material(media=media_of(document.name), load=document.load, name=name))


async def _of_article(context: Context, found: Intake, what: str, more: str) -> Reply:
    """Answer what is asked of an article; of one without drafts nothing but how it stands."""
    if what == "again":
        return await _again(context, found)
    if what == "close":
        await context.record.articles.close(found.id)
        return Reply(blocks=(Note(text=_("A{id} is done with: what waited of it is dropped.", id=found.id)),))
    if found.state is not IntakeState.READY:
        return _suggested(found) if found.state is IntakeState.SUGGESTED else _not_ready(context, found)
    from bot.intake.redating import read_dates_again

    await read_dates_again(context.record, await article_cards.source_of(context, found))
    found = await article(context, found.id)
    if what in ("next", "possible"):
        after = int(more[1:]) if re.fullmatch(r"[Dd]\d{1,15}", more) else 0
        return await article_cards.next_card(context, found, after, possible=what == "possible")
    if what == "approve":
        return await article_lists.approve_listed(context, found, more)
    views = {"list": article_lists.confident, "rest": article_cards.rest}
    return await views.get(what, _overview)(context, found)


async def _again(context: Context, found: Intake) -> Reply:
    if found.address is None or found.state is IntakeState.READY:
        raise UserError(_("A{id} cannot be read again: send its text or address anew.", id=found.id))
    return await begun(context, Material(address=found.address), found.id)


async def begun(context: Context, material: Material, number: int | None = None) -> Reply:
    """Begin to read an article; show it where that is quick, else say where it will be."""
    from bot.intake.taking_in import Task

    articles = context.record.articles
    if number is None:
        number = await articles.begin(context.story.id, material.address, material.name)
    else:
        await articles.restart(number)
    task = Task(number, context.story.id, context.by, context.request.language, material)
    wanted = asyncio.Event()
    working = context.desk.begin(_taken_in(context, task, wanted))
    if context.request.role is not None:
        await asyncio.wait({working}, timeout=PATIENCE)
    if not working.done():
        wanted.set()
    found = await articles.find(number)
    assert found is not None  # articles are never deleted
    if found.state is IntakeState.READING:
        note = _("Reading it as A{id}. You will be told here when it is ready; go on meanwhile.", id=number)
        return Reply(blocks=(Note(text=note),), actions=(_look(number),))
    return await _shown(context, found)


async def _taken_in(context: Context, task: Task, wanted: asyncio.Event) -> None:
    """Take an article in, and tell whoever sent it what came of it where that is wanted by then."""
    from bot.intake.taking_in import take_in

    await take_in(context.record, context.desk, task)
    found = await context.record.articles.find(task.intake_id)
    if not wanted.is_set() or found is None:
        return
    reply = await _shown(context, found)
    async with context.record.database.transaction() as tx:
        now = context.record.ledger.now()
        await post(tx, context.request.reached, reply.model_dump_json(), now, task.language)


async def _shown(context: Context, found: Intake) -> Reply:
    reply = (
        await _overview(context, found) if found.state is IntakeState.READY else _not_ready(context, found)
    )
    # A pasted text is no command for a button: this is how all of it is shown once more.
    return reply.model_copy(update={"again": f"/intake A{found.id}", "past": True})


def _look(number: int) -> Action:
    return Action(label=_("Look again"), command=f"/intake A{number}")


def _not_ready(context: Context, found: Intake) -> Reply:
    again = Action(label=_("Try again"), command=f"/intake A{found.id} again")
    drop = Action(label=_("Drop it"), command=f"/intake A{found.id} close")
    offered = (again, drop) if found.address is not None else (drop,)
    if found.state is IntakeState.CLOSED:
        return Reply(blocks=(Note(text=_("A{id} is done with.", id=found.id)),))
    if found.state is IntakeState.FAILED:
        problem = found.told.get("problem", "").rstrip(".")
        text = _(
            "A{id} was not taken in, and nothing of it was kept. {problem}.", id=found.id, problem=problem
        )
        return Reply(blocks=(Note(text=text),), actions=offered)
    if context.record.articles.is_interrupted(found):
        text = _("The reading of A{id} was interrupted: send it again.", id=found.id)
        return Reply(blocks=(Note(text=text),), actions=offered)
    text = _("A{id} is still being read.", id=found.id)
    return Reply(blocks=(Note(text=text),), actions=(_look(found.id),))


def _suggested(found: Intake) -> Reply:
    text = _("A reader named this article. It was not opened yet: {address}", address=found.address)
    return Reply(
        blocks=(Note(text=text),),
        actions=(
            Action(label=_("Take it in"), command=f"/intake A{found.id} again"),
            Action(label=_("Drop it"), command=f"/intake A{found.id} close"),
        ),
    )


async def _listed(context: Context) -> Reply:
    """List the articles that are not done with."""
    found = await context.record.articles.open(context.story.id, MOST_LISTED)
    if not found:
        text = _(
            "No article waits. Send /intake with an address or a pasted text, or in reply to a post; its"
            " statements are then shown as drafts, and nothing is on record before you approve it."
        )
        return Reply(blocks=(Note(text=text),))
    sources = await context.record.sources.by_id(
        {each.source_id for each in found if each.source_id is not None}
    )
    rows = []
    for each in found:
        source = sources.get(each.source_id or 0)
        named = source.title or source.url if source is not None else each.address
        named = shortened(named or each.told.get("name") or _("a text"), 100)
        rows.append(Item(label=f"A{each.id}", text=f"{named}; {_state(context, each)}"))
    actions = tuple(Action(label=f"A{each.id}", command=f"/intake A{each.id}") for each in found)
    return Reply(blocks=(Heading(text=_("Articles"), level=1), *rows), actions=actions)


def _state(context: Context, found: Intake) -> str:
    if context.record.articles.is_interrupted(found):
        return _("interrupted: send it again")
    match found.state:
        case IntakeState.SUGGESTED:
            return _("named by a reader, not opened yet")
        case IntakeState.READING:
            return _("being read")
        case IntakeState.FAILED:
            return _("could not be read")
    return ngettext("{count} draft waits", "{count} drafts wait", found.waiting)


async def _overview(context: Context, found: Intake) -> Reply:
    """Show what an article is, what is like it, and how many drafts wait."""
    speak(context.request.language)
    waiting = await context.record.articles.waiting(found.id)
    source = await article_cards.source_of(context, found)
    blocks: list[Block] = [
        Heading(text=f"A{found.id}: {source.title or source.url or f'S{source.id}'}", level=1)
    ]
    blocks += article_lists.about_source(source, found)
    if found.snapshot_id is not None and (copy := await context.record.snapshots.by_id(found.snapshot_id)):
        blocks.append(Item(label=_("Copy"), text=dated(copy)))
    blocks += await article_lists.likenesses(context, found, source)
    blocks += article_lists.counted(found, waiting)
    return Reply(blocks=tuple(blocks), actions=article_lists.ways_on(found, source, waiting))
