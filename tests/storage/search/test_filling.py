"""The filler gives way: it rests while the process answers people, unless somebody waits for it."""

from __future__ import annotations

import pytest

from storage.search import filling as filler
from storage.search.embedding_threads import Turn
from storage.search.filling import Filler
from tests.storage.conftest import fact, put
from tests.storage.making import publish
from tests.storage.search.test_vectors import DRY, WET, WINDY, fill, held, opened


@pytest.mark.parametrize(("of_the_processor", "rest"), [(0.1, 0.0), (0.9, 4.5), (2.0, 4.5)])
async def test_the_filler_rests_while_the_process_is_at_work(path, of_the_processor, rest):
    record = await opened(path)
    now = spent = 0.0
    work = filler.OtherWork(record.vectors, lambda: now, lambda: spent)
    # A batch takes half a second, of which embedding takes all; the rest of the process works beside it.
    now, spent = 0.5, 0.5 + 0.5 * of_the_processor
    assert record.vectors.thread is not None
    record.vectors.thread.seconds[Turn.FILLING] += 0.5
    assert work.rest() == rest
    # However long a batch took, its lease must not run out.
    now = 100.0
    spent += 100.0
    assert work.rest() == filler.LONGEST_REST < record.roles.seconds / 2
    await record.close()


async def test_the_filler_in_the_background_gives_way_and_one_that_is_waited_for_does_not(
    path, tmp_path, monkeypatch
):
    monkeypatch.setattr(filler, "BATCH", 1)
    monkeypatch.setattr(filler.OtherWork, "rest", lambda _: 7.0)
    rests = []

    async def paused(self, seconds):
        rests.append(seconds)

    monkeypatch.setattr(Filler, "_pause", paused)
    record = await opened(path)
    await put(record, tmp_path, fact("a", WET), fact("b", DRY))
    assert await Filler(record.database, record.vectors).fill(gives_way=True)
    assert rests == [7.0, 7.0] and await held(record) == [1, 2]
    await publish(record, "c", WINDY)
    assert await fill(record) and len(rests) == 2
    await record.close()
