"""What is kept in memory of the record is never older than what was read last."""

from __future__ import annotations

from storage.record import Record
from tests.storage.conftest import fact, put


async def test_a_chat_hears_of_another_story_at_once_and_of_anothers_change_by_the_next_reading(
    path, tmp_path
):
    record, beside = await Record.open(path), await Record.open(path)
    try:
        await put(record, tmp_path, fact("a"))
        async with beside.database.transaction() as tx:
            await tx.run("INSERT INTO story (name, title, opened_at) VALUES ('fire', 'The fire', '2024')")
        first, second = await record.stories.all()
        assert (await record.stories.in_use("telegram:1")).id == first.id
        await record.stories.use("telegram:1", second.id)
        assert (await record.stories.in_use("telegram:1")).title == "The fire"
        async with beside.database.transaction() as tx:
            await tx.run("UPDATE story SET title = 'The great fire' WHERE id = ?", (second.id,))
        await record.listings.all(second.id, limit=1)
        assert (await record.stories.in_use("telegram:1")).title == "The great fire"
    finally:
        await record.close()
        await beside.close()
