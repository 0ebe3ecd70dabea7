"""What was corrected on the record: of one story, and of all that are public."""

from __future__ import annotations

from collections.abc import Iterable

from bot.answers.addresses import Addresses
from bot.commands.reading.corrections import what_changed
from bot.replies import Block, Item, Note
from bot.texts import _
from bot.web.pages.lists import change_before, cut, related, turning
from bot.web.public import Change, PublicRecord
from bot.web.rendering import Page, Section, card_of
from storage.domain.models import Fact, Revision
from storage.reading.public import StoryState

# Changes on one page: of each the fact before and after it is read too.
MOST = 20
PATHS = Addresses()


def blocks_of(change: Change) -> list[Block]:
    """Return what a change did; of a fact that is gone since, only that and why."""
    if change.gone is not None:
        return [Note(text=change.gone.text)]
    instead = [change.instead] if change.instead is not None else []
    blocks = what_changed(change.revision, change.was, change.then, instead)
    path = PATHS.fact(change.revision.fact_id)
    return [block.model_copy(update={"url": path}) if isinstance(block, Item) else block for block in blocks]


def cursor(last: Revision) -> str:
    """Return the cursor behind a change."""
    return f"{last.at}_{last.fact_id}_{last.number}"


def facts_of(changes: Iterable[Change]) -> list[Fact]:
    """Return all facts that changes tell of."""
    return [fact for row in changes for fact in (row.was, row.then, row.instead) if fact is not None]


async def everywhere(public: PublicRecord, after: str | None) -> Page:
    """Return the page of what was corrected in all public stories, the newest first."""
    rows = await public.changes_everywhere(before=change_before(after), limit=MOST + 1)
    window = cut(rows, lambda row: _with_story(*row), most=MOST)
    nothing = Note(text=_("Nothing on record has been corrected or retracted."))
    last = cursor(rows[window.shown - 1][0].revision) if window.more else ""
    path = PATHS.corrections()
    return Page(
        story_id=None,
        path=f"{path}?after={after}" if after else path,
        title=f"{_('Corrections')} · OnRecord",
        heading=_("Corrected on the record"),
        sections=[
            Section(
                "corrections",
                "",
                window.blocks or [nothing],
                turning(path, window, last, begun=after is not None),
            )
        ],
        card=card_of(window.blocks) or _("What was corrected, superseded or retracted, newest first"),
        linked=related(facts_of(change for change, _state in rows)),
    )


def _with_story(change: Change, state: StoryState) -> list[Block]:
    story = Item(label=state.story.title, text="", url=PATHS.story(state.story.name))
    return [story, *blocks_of(change)]
