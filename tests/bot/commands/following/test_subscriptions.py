"""/subscribe and its kin, /mute, /catchup, /why and links: what they do and what they refuse."""

from __future__ import annotations

import pytest

from bot.commands import commands
from bot.commands.dispatch import Dispatcher
from bot.config import Settings
from bot.frontends.terminal.render import plain
from bot.replies import Item, Reply
from bot.requests import Request
from storage.notifying.listeners import MOST_SUBSCRIPTIONS
from storage.record import Record
from storage.sheets.importing import import_sheet
from tests.bot.chatroom import Room, offered, open_room
from tests.bot.wire import SHEET


@pytest.fixture
async def room(tmp_path):
    async with open_room(tmp_path) as opened:
        yield opened


SUBSCRIBED = [
    ("/subscribe", ("flood", None, None), "every change to “The flood”"),
    ("/subscribe flood", ("flood", None, None), "every change to “The flood”"),
    ("/subscribe STORM", ("storm", None, None), "every change to “The storm”"),
    ("/subscribe ann ray", ("flood", "Ann Ray", None), "statements that name Ann Ray"),
    ("/subscribe SKY", ("flood", "Bo Sky", None), "statements that name Bo Sky"),
    ("/subscribe the dam", ("flood", None, "dam"), "statements with the words “dam”"),
    ("/subscribe School SHUT!", ("flood", None, "school shut"), "“school shut”"),
]


async def test_one_subscribes_to_a_story_a_name_or_words(room: Room, subtests: pytest.Subtests):
    for text, kept, said in SUBSCRIBED:
        with subtests.test(text=text):
            reply = await room.ask(text)
            assert said in plain(reply) and "Notices come at once (UTC)" in plain(reply)
            assert await room.heard() == [kept]
            assert offered(reply) == ["/settings", "/subscriptions", "/unsubscribe"]
            assert "hear of that already" in await room.say(text)
            assert await room.heard() == [kept]
        await room.say("/unsubscribe all")


async def test_words_that_nothing_holds_so_far_or_everything_are_said(room: Room):
    assert "No statement on record holds these words so far" in await room.say("/subscribe zeppelin")
    for fact_id in (2, 3):
        await room.wire.retract(fact_id)
    assert "Every statement on record holds these words" in await room.say("/subscribe rain")
    assert len(await room.heard()) == 2


async def test_what_does_not_exist_but_nearly_does_is_asked_about(room: Room, subtests: pytest.Subtests):
    for typed, near in (("ann rey", "Ann Ray"), ("flod", "flood"), ("strom", "storm")):
        with subtests.test(typed):
            reply = await room.refused(f"/subscribe {typed}", "Did you mean", near)
            assert f"/subscribe {near}" in offered(reply)


async def test_more_words_than_anybody_looks_for_are_refused(room: Room):
    many = " ".join(f"zeppelin{number}" for number in range(20))
    await room.refused(f"/subscribe {many}", "That is too much to look for", "100 letters")
    await room.refused("/subscribe " + "a" * 3900, "That is too much to look for")
    await room.refused("/settings words " + "a" * 3900, "That is too much to look for")


async def test_words_that_say_nothing_are_refused(room: Room, subtests: pytest.Subtests):
    for text in ["/subscribe the of and", "/subscribe !!!", "/subscribe 🎈", "/subscribe _"]:
        with subtests.test(text=text):
            await room.refused(text, "Say what to hear of")


async def test_an_empty_record_has_nothing_to_subscribe_to(tmp_path):
    empty = await Record.open(tmp_path / "empty.db")
    try:
        dispatcher = Dispatcher(empty, commands, Settings())
        for text in ("/subscribe", "/subscribe rain", "/catchup", "/start subscribe"):
            reply = await dispatcher.answer(Request(text, "telegram:7", text))
            assert isinstance(reply, Reply)
            assert "No story is on record" in plain(reply)
    finally:
        await empty.close()


async def test_ten_thousand_subscriptions_are_bounded_and_said_so(room: Room):
    for number in range(MOST_SUBSCRIPTIONS):
        assert "will hear" in await room.say(f"/subscribe zeppelin{number}")
    for number in range(50):
        await room.refused(f"/subscribe airship{number}", "This chat has 100 subscriptions", "/unsubscribe")
    assert len(await room.heard()) == MOST_SUBSCRIPTIONS
    shown = await room.ask("/subscriptions")
    listed = [block for block in shown.blocks if isinstance(block, Item)]
    assert len(shown.others) == len(listed) + 2 < 20


async def test_subscriptions_are_listed_and_ended_by_number(room: Room):
    assert "nothing yet" in await room.say("/subscriptions")
    for text in ("/subscribe", "/subscribe ann ray", "/subscribe dam"):
        await room.say(text)
    shown = await room.ask("/subscriptions")
    assert [block.text for block in shown.blocks[1:4]] == [
        "every change to “The flood”", "statements that name Ann Ray, in “The flood”",
        "statements with the words “dam”, in “The flood”",
    ]  # fmt: skip
    assert [action.label for action in shown.actions] == ["End 1", "End 2", "End 3", "/settings", "/catchup"]
    assert "Which one is to end?" in await room.say("/unsubscribe")
    assert "Ended: statements that name Ann Ray" in await room.say("/unsubscribe 2")
    for text in ("/unsubscribe 3", "/unsubscribe 0", "/unsubscribe -1", "/unsubscribe x", "/unsubscribe ²"):
        await room.refused(text, "There is no such subscription")
    assert "Ended: 2 subscriptions" in await room.say("/unsubscribe ALL")
    await room.refused("/unsubscribe", "nothing yet")


async def test_a_button_ends_the_subscription_that_it_stands_for(room: Room):
    for text in ("/subscribe", "/subscribe ann ray", "/subscribe dam"):
        await room.say(text)
    first, second, third, *_others = offered(await room.ask("/subscriptions"))
    assert "every change" in await room.say(first)
    # Its number is another's now.
    await room.refused(first, "There is no such subscription")
    assert "Ann Ray" in await room.say(second)
    await room.say("/subscribe ann ray")
    assert "“dam”" in await room.say(third)
    assert await room.heard() == [("flood", "Ann Ray", None)]
    await room.refused("/unsubscribe >1", "There is no such subscription")


async def test_a_single_subscription_ends_without_a_number(room: Room):
    await room.say("/subscribe")
    assert "Ended: 1 subscription." in await room.say("/unsubscribe")


async def test_a_chat_is_muted_for_some_time(room: Room, subtests: pytest.Subtests):
    room.wire.clock.moment = room.wire.clock.moment.replace(microsecond=0)
    for text, until in [
        ("2h", "2026-11-24 14:00"),
        ("30m", "2026-11-24 12:30"),
        ("45 min", "2026-11-24 12:45"),
        ("3 days", "2026-11-27 12:00"),
        ("90D", "2027-02-22 12:00"),
    ]:
        with subtests.test(text=text):
            reply = await room.ask(f"/mute {text}")
            assert f"Muted until {until} UTC" in plain(reply)
            assert (await room.listener()).muted_until.startswith(until.replace(" ", "T"))
            assert f"Muted until {until}" in await room.say("/settings")
            assert offered(reply) == ["/mute off"]
            assert "hear of changes again" in await room.say("/mute off")
            assert (await room.listener()).muted_until is None


async def test_a_time_that_is_none_mutes_nothing(room: Room, subtests: pytest.Subtests):
    for text in ["0h", "91d", "9999d", "-2h", "2 weeks", "h", "2", "²h", "1e3h", "x" * 500]:
        with subtests.test(text=text):
            await room.refused(f"/mute {text}", "Say how long")


async def test_muting_ends_with_all_that_was_missed(room: Room):
    await room.say("/subscribe")
    await room.say("/mute 2h")
    await room.wire.publish("snow", "It snows.")
    await room.wire.deliver(hours=1)
    await room.wire.publish("ice", "The river is frozen.")
    await room.wire.deliver()
    assert room.wire.far.chats() == []
    await room.say("/mute off")
    await room.wire.deliver()
    assert room.wire.far.chats() == ["telegram:7"]


async def test_catching_up_shows_each_change_once_in_pages(room: Room):
    await room.say("/settings")
    assert "Nothing has changed" in await room.say("/catchup")
    for number in range(10):
        await room.wire.publish(f"snow{number}", f"It snows {number} cm.")
    reply = await room.ask("/catchup")
    assert offered(reply) == ["/catchup"]
    assert "snows 7 cm" in plain(reply) and "snows 8 cm" not in plain(reply)
    said = await room.say("/catchup")
    assert "snows 8 cm" in said and "snows 9 cm" in said and "snows 7 cm" not in said
    assert "Nothing has changed" in await room.say("/catchup")


async def test_catching_up_shows_what_is_retracted_once_and_why(room: Room):
    await room.say("/settings")
    await room.wire.retract(1, "a hoax")
    said = (await room.say("/catchup")).splitlines()
    assert [line for line in said[1:] if line] == ["Retracted: F1", "Reason given: a hoax"]


async def test_catching_up_loses_nothing_of_an_import_of_more_than_a_page(room: Room, tmp_path):
    facts = "\n".join(
        f'[[facts]]\nref = "snow{number}"\nstatement = "It snows {{depth}} cm in village {number}."\n'
        'attributions = [{{ speaker = "Ann Ray", cue = "said that", source = "gauge" }}]'
        for number in range(30)
    )
    sheet = tmp_path / "flood.toml"
    for depth in ("5", "6"):
        sheet.write_text(f"{SHEET}\n{facts.format(depth=depth)}", encoding="utf-8")
        await import_sheet(room.wire.record, sheet, actor="tests")
        await room.wire.deliver(minutes=2)
    await room.wire.retract(1, "a hoax")
    reply = await room.ask("/catchup")
    assert offered(reply) == ["/corrections", "/catchup"]
    assert "30 changes on the record" in plain(reply) and "Ann Ray (F" in plain(reply)
    assert "Retracted: F1" in await room.say("/catchup")
    assert "Nothing has changed" in await room.say("/catchup")


async def test_catching_up_leaves_out_what_is_held_and_shows_it_later(room: Room):
    await room.say("/settings")
    await room.wire.publish("snow", "It snows.", hold=10)
    assert "Nothing has changed" in await room.say("/catchup")
    room.wire.clock.go_on(minutes=11)
    assert "it snows" in (await room.say("/catchup")).lower()


async def test_catching_up_does_not_show_what_was_undone_before_anybody_was_told(room: Room):
    await room.say("/settings")
    held = await room.wire.publish("snow", "It snows.", hold=10)
    await room.wire.retract(held.id)
    await room.wire.deliver(minutes=11)
    assert "Nothing has changed" in await room.say("/catchup")


async def test_why_explains_for_this_chat(room: Room):
    await room.say("/subscribe")
    assert "has not changed since notices are kept" in await room.say("/why F1")
    await room.wire.change(1, statement="It rained for four days.")
    await room.wire.deliver()
    assert "sent 2026-11-24 12:00 UTC" in await room.say("/why f1")
    assert "has not subscribed" in await room.say("/why 1", chat="telegram:8")
    await room.refused("/why F99", "F99 is not on record")
    await room.refused("/why", "Add what you ask for")
    await room.refused("/why rain", "Name a statement by its id")


async def test_why_reads_a_page_at_a_time(room: Room):
    for days in range(3, 14):
        await room.wire.change(1, statement=f"It rained for {days} days.")
    pages = [await room.ask("/why F1")]
    while following := [action.command for action in pages[-1].actions if action.turn == "next"]:
        pages.append(await room.ask(following[0]))
    rows = [block for page in pages for block in page.blocks if isinstance(block, Item)]
    assert len(pages) > 1 and len(rows) == len(set(rows)) == 11


CHANGING = ("/subscribe", "/unsubscribe all", "/settings sound off", "/mute 2h")


async def test_in_a_group_only_admins_change_how_it_hears(room: Room, subtests: pytest.Subtests):
    for text in [*CHANGING, "/settings", "/start subscribe", "/start subscribe_storm"]:
        with subtests.test(text=text):
            before = await room.kept()
            said = await room.group(text, admin=False)
            assert "Only those who may manage this chat may use" in said
            assert await room.kept() == before
            assert "Only those who may manage" not in await room.group(text, admin=True)


async def test_in_a_group_anybody_may_look(room: Room, subtests: pytest.Subtests):
    for text in ["/subscriptions", "/why F1", "/catchup", "/start", "/start F1"]:
        with subtests.test(text=text):
            assert "Only those who may manage" not in await room.group(text, admin=False)


async def test_each_topic_has_subscriptions_and_settings_of_its_own(room: Room):
    await room.group("/subscribe", admin=True, topic=4)
    await room.group("/settings sound off", admin=True, topic=4)
    assert await room.heard("telegram:-5", 4) == [("flood", None, None)]
    assert await room.heard("telegram:-5") == []
    assert (await room.listener("telegram:-5", 4)).silent
    assert await room.record.listeners.find("telegram:-5") is None
    assert "nothing yet" in await room.group("/subscriptions", admin=False)


async def test_a_link_subscribes_or_opens_a_fact_at_one_tap(room: Room):
    assert "every change to “The flood”" in await room.say("/start subscribe")
    assert "every change to “The storm”" in await room.say("/start subscribe_storm")
    assert await room.heard() == [("flood", None, None), ("storm", None, None)]
    said = await room.say("/start F1")
    assert said == await room.say("/fact F1") and "rained for three days" in said


FORGED = [
    ("F99", "F99 is not on record"),
    ("F0", "leads nowhere"),
    ("F999999999999999999", "leads nowhere"),
    ("f1", "leads nowhere"),
    ("F١", "leads nowhere"),
    ("subscribe_nowhere", "No story is named “nowhere”"),
    ("subscribe_rain", "No story is named “rain”"),
    ("subscribe_../x", "leads nowhere"),
    ("subscribe_", "leads nowhere"),
    ("subscribe rain", "leads nowhere"),
    ("unsubscribe", "leads nowhere"),
    ("appoint telegram:7", "leads nowhere"),
    ("<b>", "leads nowhere"),
    ("x" * 3000, "leads nowhere"),
]


async def test_a_forged_link_is_answered_and_changes_nothing(room: Room, subtests: pytest.Subtests):
    for link, said in FORGED:
        with subtests.test(link=link):
            await room.refused(f"/start {link}", said)


async def test_a_forged_button_is_answered_and_changes_nothing(room: Room, subtests: pytest.Subtests):
    await room.say("/settings")
    await room.say("/subscribe")
    await room.say("/subscribe dam")
    for command in [
        "/unsubscribe 999999999999999999999",
        "/unsubscribe >1",
        "/settings cadence",
        "/settings words \x00",
        "/subscriptions >5",
        "/catchup >9",
        "/why F1 >3",
        "/mute \u202e2h",
        "/settings zone \ud800",
    ]:
        with subtests.test(command=command):
            heard, listener = await room.heard(), await room.listener()
            said = await room.say(command)
            assert "went wrong" not in said
            if "2h" not in command:  # what turns a line about is dropped, and the rest is as good as typed
                assert await room.heard() == heard
                assert (await room.listener()).model_copy(update={"seen": listener.seen}) == listener
