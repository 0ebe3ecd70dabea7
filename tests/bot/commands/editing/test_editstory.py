"""/editstory: what a story is called, and which statements /about tells."""

import json

from bot.config import Settings
from bot.replies import Modal
from storage.sheets.importing import import_sheet
from storage.sheets.shipped import FIRST_STORY
from tests.bot.desk import ANN, BOB, EVE, OWNER, assert_short, buttons, said
from tests.bot.filling_in import fills, opened, shown
from tests.conftest import ROOT

SHEET = ROOT / "storage" / "stories" / FIRST_STORY


async def story(desk, name="belarus"):
    found = await desk.record.stories.find(name)
    assert found is not None
    return found


async def test_it_shows_how_the_story_stands_and_how_to_edit_it(desk):
    ann = await desk.moderator()
    await ann.says("/editstory")
    now = await story(desk)
    assert now.title in ann.seen and "Name belarus" in ann.seen and "What /about tells F" in ann.seen
    assert "title:, name:, tells:" in ann.seen
    assert await desk.record.dialogues.find(ANN, ANN) is None


async def test_a_title_is_changed_once_it_was_shown(desk):
    ann = await desk.moderator()
    before = (await story(desk)).title
    await ann.says("/editstory\ntitle: Children <taken> to Belarus")
    assert f"Title {before} → Children <taken> to Belarus" in ann.seen
    assert (await story(desk)).title == before
    await ann.presses("Confirm")
    assert "Children <taken> to Belarus" in said(await desk.person(BOB).says("/about"))
    assert "title: " in said(await ann.says("/audit")) and before in ann.seen
    assert (await desk.record.audit.verify()).problem is None


async def test_about_tells_the_statements_that_were_chosen_in_their_order(desk):
    ann, bob = await desk.moderator(), desk.person(BOB)
    await ann.says("/editstory\ntells: f9, F2 F9")
    assert "/about will tell" in ann.seen
    await ann.presses("Confirm")
    await bob.says("/about")
    assert list(bob.reply.facts) == [9, 2]
    # What is no longer in force is left out, and does not stand in the way of the next change.
    await ann.tells("/retract F9 The source withdrew it", "[Confirm]")
    assert list((await bob.says("/about")).facts) == [2]
    await ann.tells("/editstory\ntells: F2 F8", "[Confirm]")
    assert list((await bob.says("/about")).facts) == [2, 8]
    await ann.tells("/editstory\ntells: none", "[Confirm]")
    assert len((await bob.says("/about")).facts) > 2


async def test_a_story_with_another_name_is_still_found_by_the_one_before(desk):
    ann = await desk.moderator()
    other = desk.person(EVE, "telegram:-100")
    link = desk.person(BOB)
    await ann.tells("/editstory\nname: children", "[Confirm]")
    assert (await story(desk, "children")).id == (await story(desk, "belarus")).id == 1
    for text in ("/story belarus", "/story children", "/start subscribe_belarus"):
        assert (await story(desk)).title in said(await link.says(text)), text
    await ann.tells("/editstory\nname: taken", "[Confirm]")
    assert (await story(desk, "children")).name == "taken"
    # It may have its own name back; nobody else may have any of them.
    owner = desk.person(OWNER)
    assert_short(await owner.says("/newstory children Another"), "named children already")
    await owner.says("/story tarrow-ferry")
    assert_short(await owner.says("/editstory\nname: belarus"), "named belarus already")
    await ann.tells("/editstory\nname: belarus", "[Confirm]")
    assert (await story(desk, "taken")).name == "belarus"
    assert other.chat == "telegram:-100"


async def test_the_settings_go_on_to_name_the_story_that_chats_begin_with(desk):
    ann = await desk.moderator(ANN, "tarrow-ferry")
    desk.record.stories.default = Settings.model_validate(
        {"story": {"default": "tarrow-ferry"}}
    ).story.default
    assert (await desk.record.stories.in_use("telegram:77")).name == "tarrow-ferry"
    await ann.tells("/story tarrow-ferry", "/editstory\nname: ferry", "[Confirm]")
    assert (await desk.record.stories.in_use("telegram:77")).name == "ferry"


async def test_what_may_not_be_is_told(desk, subtests):
    ann = await desk.moderator()
    before = desk.kept()
    for text, *told in (
        ("/editstory\nname: North Flood", "a-z, 0-9"),
        ("/editstory\nname: tarrow-ferry", "named tarrow-ferry already"),
        ("/editstory\ntells: F999", "not on record"),
        ("/editstory\ntells: Lubinets", "Name a statement by its id"),
        ("/editstory\ntells: " + " ".join(f"F{n}" for n in range(1, 15)), "at most"),
        ("/editstory\ntitle: " + "x" * 501, "at most 500"),
        ("/editstory\nbrief: x", "no line “brief:”"),
        ("/editstory the other one", "not understood"),
    ):
        with subtests.test(text=text[:40]):
            await ann.says(text)
            for words in told:
                assert words in ann.seen
            await ann.says("/cancel")
            assert desk.kept() == before
    ferry = (await desk.record.listings.all(2, limit=1))[0].id
    assert "another story" in said(await ann.says(f"/editstory\ntells: F{ferry}"))
    same = (await story(desk)).title
    assert_short(await ann.says(f"/editstory\ntitle: {same}"), "set so already")


async def test_it_is_for_moderators_of_the_story(desk):
    assert "There is no command" in said(await desk.person(EVE).says("/editstory\ntitle: x"))
    ann = await desk.moderator(ANN, "tarrow-ferry")
    assert_short(await ann.says("/editstory\ntitle: x"), "moderators of this story")


async def test_of_two_the_second_sees_what_the_first_made_of_it(desk):
    ann, bob = await desk.moderator(ANN), await desk.moderator(BOB)
    await ann.says("/editstory\ntitle: One")
    await bob.says("/editstory\ntitle: Two")
    await ann.presses("Confirm")
    await bob.presses("Confirm")
    assert "It has changed since you looked" in bob.seen and "One → Two" in bob.seen
    assert (await story(desk)).title == "One"
    await bob.presses("Confirm")
    assert (await story(desk)).title == "Two"


async def test_in_a_window_only_what_was_touched_is_changed(desk):
    ann = await desk.moderator()
    modal = await opened(ann, "/editstory")
    assert isinstance(modal, Modal) and modal.title.startswith("Edit the story belarus")
    values = shown(modal)
    assert values["name"] == "belarus" and values["tells"].startswith("F")
    await fills(ann, modal.key, **values | {"title": "Another", "tells": ""})
    assert "→ Another" in ann.seen and "→ none" in ann.seen and "Name" not in ann.seen
    await ann.presses("Confirm")
    assert (await story(desk)).title == "Another" and await desk.record.listings.summary(1) == []
    assert_short(await fills(ann, modal.key, **values | {"title": "Late"}), "changed meanwhile")


async def test_a_sheet_that_comes_again_leaves_what_moderators_have_set(desk, tmp_path):
    ann = await desk.moderator()
    changed = ("title: Children of Belarus", "name: children", "tells: F9 F2")
    await ann.tells("/editstory\n" + "\n".join(changed), "[Confirm]")
    again = await import_sheet(desk.record, SHEET, actor="test")
    now = await story(desk)
    assert (now.id, now.name, now.title) == (1, "children", "Children of Belarus") and again.kept == ()
    assert [fact.id for fact in await desk.record.listings.summary(1)] == [9, 2]
    # What the sheet has changed as well is told, and stays.
    fact = {"statement": "It rained", "attributions": [{"source": {"title": "A Log"}}]}
    lines = [{"story": {"name": "belarus", "title": "From the sheet"}}, fact]
    (tmp_path / "s.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    again = await import_sheet(desk.record, tmp_path / "s.jsonl", actor="test")
    assert [kept.fields for kept in again.kept] == [("title",)]
    assert (await story(desk)).title == "Children of Belarus"


async def test_a_story_where_nobody_set_anything_follows_its_sheet(desk, tmp_path):
    fact = {"statement": "It rained", "attributions": [{"source": {"title": "A Log"}}]}
    for title in ("The flood", "The great flood"):
        lines = [{"story": {"name": "flood", "title": title}}, fact]
        (tmp_path / "s.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
        await import_sheet(desk.record, tmp_path / "s.jsonl", actor="test")
        assert (await story(desk, "flood")).title == title
    assert buttons(await desk.person(BOB).says("/about"))
