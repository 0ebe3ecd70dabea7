"""Moderators: appointed and dismissed once, for one story or all, and known at once to all who ask."""

from __future__ import annotations

import pytest

from storage.domain.changes import Appoint, Dismiss
from storage.domain.errors import AlreadyDone
from storage.domain.models import Action
from storage.record import Record
from tests.storage.conftest import Ticking, fact, put
from tests.storage.making import ANN, content

CY = "telegram:5"


@pytest.fixture
async def stories(record: Record, tmp_path) -> Record:
    """Two stories."""
    await put(record, tmp_path, fact("a"))
    await put(record, tmp_path, fact("b"), story="storm")
    return record


async def appoint(record: Record, address: str = CY, story_id: int | None = None, **names: str) -> None:
    await record.ledger.make(Appoint(address=address, story_id=story_id, **names), by=ANN)


async def dismiss(record: Record, story_id: int | None = None) -> None:
    await record.ledger.make(Dismiss(address=CY, story_id=story_id), by=ANN)


async def offices(record: Record, **how) -> list[bool]:
    """Return whether Cy moderates the first story, the second, all of them."""
    return [await record.members.moderates(CY, story, **how) for story in (1, 2, None)]


async def test_a_moderator_of_one_story_and_of_all(stories):
    assert await offices(stories) == [False, False, False]
    await appoint(stories, story_id=1)
    assert await offices(stories) == [True, False, False]
    await appoint(stories)
    assert await offices(stories) == [True, True, True]
    await dismiss(stories)
    assert await offices(stories) == [True, False, False]
    await dismiss(stories, story_id=1)
    assert await offices(stories) == [False, False, False]


async def test_nobody_is_appointed_or_dismissed_twice(stories, path):
    await appoint(stories, handle="cy")
    before = content(path)
    with pytest.raises(AlreadyDone, match="@cy is a moderator there already"):
        await appoint(stories, handle="cy")
    with pytest.raises(AlreadyDone, match="telegram:5 is no moderator of"):
        await dismiss(stories, story_id=1)
    assert content(path) == before
    await dismiss(stories)
    with pytest.raises(AlreadyDone):
        await dismiss(stories)
    await appoint(stories)
    assert await offices(stories) == [True, True, True]
    told = [(each.action, each.subject) for each in await stories.audit.page(subject=CY, limit=9)]
    assert told == [(Action.APPOINTED, CY), (Action.DISMISSED, CY), (Action.APPOINTED, CY)]


async def test_what_another_process_changed_is_known_for_sure_or_by_the_next_reading(stories, path):
    beside = await Record.open(path, clock=Ticking())
    try:
        assert await offices(stories) == [False, False, False]
        await appoint(beside)
        assert await offices(stories, surely=True) == [True, True, True]
        await dismiss(beside)
        await stories.listings.all(1, limit=1)
        assert await offices(stories) == [False, False, False]
    finally:
        await beside.close()


async def test_who_is_asked_for_again_and_again_is_read_from_the_file_once(stories, monkeypatch):
    await offices(stories)
    reads = []
    reading = stories.database.reading_at

    async def counted(work):
        reads.append(work)
        return await reading(work)

    monkeypatch.setattr(stories.database, "reading_at", counted)
    await offices(stories)
    assert reads == []
    await appoint(stories)
    await offices(stories)
    assert len(reads) == 1


async def test_moderators_are_listed_whole_page_by_page(stories):
    await appoint(stories, "telegram:7", handle="dee")
    await appoint(stories, CY, 1, name="Cy Cloud")
    await appoint(stories, CY, 2, name="Cy Cloud")
    await appoint(stories, "telegram:6", 1)
    first = await stories.members.page(limit=2)
    assert [(each.address, each.story_id) for each in first] == [(CY, 1), (CY, 2), ("telegram:6", 1)]
    (last,) = await stories.members.page(after=first[-1].address, limit=2)
    assert (last.address, last.story_id, last.handle) == ("telegram:7", None, "dee")
    assert await stories.members.page(after="telegram:7", limit=2) == []
    await dismiss(stories, 1)
    assert [(each.address, each.story_id) for each in await stories.members.page(limit=1)] == [(CY, 2)]


async def test_everyone_who_ever_moderated_still_has_a_name(stories):
    await appoint(stories, handle="Cy")
    await appoint(stories, "telegram:6", name="Dee Drop")
    await appoint(stories, "telegram:7")
    await dismiss(stories)
    assert await stories.members.names() == {
        CY: "@Cy", "telegram:6": "Dee Drop", "telegram:7": "telegram:7",
    }  # fmt: skip
    assert await stories.members.find_by_handle("@cy") == await stories.members.find_by_handle("CY") == CY
    assert await stories.members.find_by_handle("dee") is None
    # The name has gone to somebody else since.
    await appoint(stories, "telegram:8", handle="cy")
    assert await stories.members.find_by_handle("cy") == "telegram:8"
