"""`onrecord audit`: the trail of all stories for operators, oldest first, as rows or as lines of JSON."""

import io
import json

import pytest

from bot.config import Settings
from bot.errors import UserError
from bot.operations import print_trail
from tests.bot.desk import ANN, OWNER


async def trail(desk, about=None, since=None, *, as_lines=False):
    settings = Settings.model_validate({"storage": {"path": str(desk.record.database.path)}})
    out = io.StringIO()
    await print_trail(settings, out, about=about, since=since, as_lines=as_lines)
    return out.getvalue().splitlines()


@pytest.fixture
async def changed(desk):
    """Two appointments, one for all stories and one for another than is in use, and a change of each kind."""
    owner = desk.person(OWNER)
    for text in ("/appoint 7", "/appoint 8 tarrow-ferry", "/dismiss 8 tarrow-ferry"):
        await owner.tells(text, "[Confirm]")
    ann = desk.person(ANN)
    await ann.tells("/add The \u202ebridge is closed.\nwho: +person Ann Smith\nsource: + A memo", "[Confirm]")
    await ann.tells("/entity Ann Smith\nmerge: Putin\nreason: a pen name", "[Confirm]")
    return desk


async def test_each_entry_is_a_row_that_names_its_story_where_it_matters(changed):
    shown = await trail(changed)
    (everywhere,) = [row for row in shown if f"made {ANN} a moderator" in row]
    assert everywhere.endswith(f"telegram:1 made {ANN} a moderator of all stories")
    (there,) = [row for row in shown if "made telegram:8" in row]
    assert "a moderator of tarrow-ferry" in there
    assert sum("removed telegram:8 as a moderator of tarrow-ferry" in row for row in shown) == 1
    assert not any("this story" in row for row in shown)
    assert "merged a name into “Putin”: a pen name" in shown[-1]
    order = ["added the name “Ann Smith”", "added the source S", "published F"]
    assert [words in row for words, row in zip(order, shown[-4:-1], strict=True)] == [True] * 3


async def test_as_lines_of_json_nothing_is_left_out(changed):
    entries = [json.loads(line) for line in await trail(changed, as_lines=True)]
    assert [entry["id"] for entry in entries] == list(range(1, len(entries) + 1))
    assert (entries[-1]["action"], entries[-1]["reason"]) == ("merged", "a pen name")


async def test_a_facts_entries_hold_what_came_along_with_it(changed):
    number = (await changed.record.database.read("SELECT max(id) FROM fact"))[0][0]
    shown = await trail(changed, f"f{number}")
    # The name that it came with is another's now: what was merged is told with it.
    assert ["added the source" in row for row in shown] == [True, False, False]
    assert f"published F{number}" in shown[1] and "merged a name" in shown[2]
    for nobody in ("telegram:8", "\udcff", "F99999999999999999999"):
        assert await trail(changed, nobody) == ["no entry of the trail matches"]
    assert await trail(changed, "telegram:8", as_lines=True) == []
    with pytest.raises(UserError, match="never been a moderator"):
        await trail(changed, "@nobody")
    with pytest.raises(UserError, match="not a day"):
        await trail(changed, since="soon")


async def test_the_day_from_which_it_is_shown_is_read_as_people_write_days(changed):
    everything = await trail(changed)
    assert (
        await trail(changed, since="3 травня 2000 року")
        == await trail(changed, since="May 2000")
        == everything
    )
    assert await trail(changed, since="3 мая 2999 года") == ["no entry of the trail matches"]
    with pytest.raises(UserError, match="not a day"):
        await trail(changed, since="1.2.2024")
