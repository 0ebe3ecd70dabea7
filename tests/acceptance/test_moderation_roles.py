"""Who may become a moderator, and how an owner says so in the real process's chats."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import Launch, Scene
from tests.acceptance.newsroom import NAME, OWNERS, Person, ask, labels, owner, rows
from tests.emulators.telegram import Chat, TelegramEmulator

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("nothing_amiss")]
NO_PERSON = "not a person"


async def newsroom(scene: Scene, *people: Person) -> Chat:
    """Return a group of the owner and some people."""
    members = [scene.owner.user, *(person.user for person in people)]
    return scene.api.supergroup("Newsroom", members=members)


async def may_add(person: Person) -> bool:
    """Tell whether somebody may add a fact in their private chat."""
    reply = await person.says("/add")
    if "There is no command /add" in reply.text:
        return False
    assert "What is the statement?" in reply.text, reply
    await person.says("/cancel")
    return True


async def test_by_a_reply_to_a_message_of_theirs(scene: Scene) -> None:
    ann = scene.person("Ann", username="ann_replied")
    group = await newsroom(scene, ann)
    assert not await may_add(ann)
    hello = await group.say(ann.user, "hello everybody", deliver=False)
    shown = await ask(group, scene.owner.user, f"/appoint@{NAME}", reply_to=hello)
    for told in ("To become a moderator of all stories", "Ann", "@ann_replied", ann.address):
        assert told in shown.text
    assert not await may_add(ann)
    assert "asked of somebody else" in await ann.within(group).is_refused(shown, "Confirm")
    done = await scene.owner.within(group).presses(shown, "Confirm")
    assert "@ann_replied is now a moderator of all stories." in done.text
    assert await may_add(ann)
    listed = await scene.owner.says("/moderators")
    assert "@ann_replied" in listed.text and "all stories, since" in listed.text
    again = await ask(group, scene.owner.user, f"/appoint@{NAME}", reply_to=hello)
    assert "@ann_replied is a moderator there already." in again.text
    shown = await scene.owner.within(group).presses(done, "Take it back")
    assert "no longer a moderator" in (await scene.owner.within(group).presses(shown, "Confirm")).text
    assert not await may_add(ann)
    assert "@ann_replied" not in (await scene.owner.says("/moderators")).text


async def test_by_the_name_of_somebody_who_wrote_before(scene: Scene) -> None:
    ben = scene.person("Ben", username="ben_wrote")
    await ben.says("/start")
    assert "@ben_wrote is now a moderator" in (await scene.owner.does("/appoint @Ben_Wrote")).text
    assert await may_add(ben)
    assert "no longer a moderator" in (await scene.owner.does("/dismiss @ben_wrote")).text
    assert not await may_add(ben)
    assert "is no moderator of" in (await scene.owner.says("/dismiss @ben_wrote")).text


async def test_by_a_name_that_nobody_has_written_under(scene: Scene) -> None:
    reply = await scene.owner.says("/appoint @never_seen")
    for advice in ("I have not met @never_seen", "reply to a message of theirs", "numeric id"):
        assert advice in reply.text


async def test_by_a_mention_of_somebody_without_a_name(scene: Scene) -> None:
    cleo = scene.person("Cleo")
    text = f"/appoint@{NAME} Cleo"
    entities = [
        {"type": "bot_command", "offset": 0, "length": len(f"/appoint@{NAME}")},
        {"type": "text_mention", "offset": len(f"/appoint@{NAME} "), "length": 4, "user": cleo.user.json()},
    ]
    group = await newsroom(scene, cleo)
    await group.send(scene.owner.user, {"text": text, "entities": entities})
    done = await scene.owner.within(group).presses(await group.next_message(), "Confirm")
    assert "Cleo is now a moderator of all stories." in done.text
    assert await may_add(cleo)


async def test_a_mention_counts_more_than_a_reply(scene: Scene) -> None:
    cleo, ann = scene.person("Cleo"), scene.person("Ann", username="ann_was_there")
    group = await newsroom(scene, cleo, ann)
    hello = await group.say(ann.user, "who will help me?", deliver=False)
    entities = [
        {"type": "bot_command", "offset": 0, "length": 8},
        {"type": "text_mention", "offset": 9, "length": 4, "user": cleo.user.json()},
    ]
    await group.send(
        scene.owner.user, {"text": "/appoint Cleo belarus", "entities": entities}, reply_to=hello
    )
    done = await scene.owner.within(group).presses(await group.next_message(), "Confirm")
    assert "Cleo is now a moderator of “Belarus" in done.text
    assert await may_add(cleo) and not await may_add(ann)


async def test_by_id(scene: Scene) -> None:
    dan = scene.person("Dan")
    assert "is now a moderator" in (await scene.owner.does(f"/appoint {dan.user.id}")).text
    assert await may_add(dan)
    assert "no longer" in (await scene.owner.does(f"/dismiss {dan.address}")).text
    assert not await may_add(dan)


async def test_without_saying_who(scene: Scene) -> None:
    assert "Say who: reply to a message" in (await scene.owner.says("/appoint")).text
    assert "No story is named “moon”" in (await scene.owner.says("/appoint 17 moon")).text
    assert rows(scene.record, "SELECT count(*) FROM member WHERE address = 'telegram:17'") == [(0,)]


async def test_for_one_story(scene: Scene) -> None:
    await scene.owner.does("/newstory north-flood The flood in the north")
    eva = await scene.moderator("Eva", "north-flood")
    assert "/add is for moderators of this story: /story changes to another." in (await eva.says("/add")).text
    assert "/newstory is for moderators of all stories." in (await eva.says("/newstory x y")).text
    await eva.says("/story north-flood")
    done = await eva.does("/add The dam at Soo held\nsource: + Bulletin", "Confirm")
    assert "is on record" in done.text
    assert "F1 belongs to another story" in (await eva.says("/retract F1 because")).text
    listed = await scene.owner.says("/moderators")
    assert "The flood in the north, since" in listed.text
    dismissed = await scene.owner.says(f"/dismiss @{eva.user.username}")
    assert "is no moderator of" in dismissed.text, "of all stories she never was one"
    await scene.owner.does(f"/dismiss @{eva.user.username} north-flood")
    assert "There is no command /add" in (await eva.says("/add")).text


async def test_a_moderator_appoints_nobody(scene: Scene) -> None:
    mona, finn = await scene.moderator("Mona"), scene.person("Finn")
    assert "/appoint is for owners." in (await mona.says(f"/appoint {finn.user.id}")).text
    assert not await may_add(finn)


async def test_an_anonymous_admin_gets_the_plain_explanation(scene: Scene) -> None:
    group = await newsroom(scene)
    reply = await ask(group, group, f"/add@{NAME} A fact")
    assert "You write here as a group or a channel" in reply.text and "Write as yourself" in reply.text
    hello = await group.say(group, "I run this group", deliver=False)
    reply = await ask(group, scene.owner.user, f"/appoint@{NAME}", reply_to=hello)
    assert NO_PERSON in reply.text
    for name in ("@GroupAnonymousBot", str(group.id), f"telegram:{group.id}"):
        assert "To become a moderator" not in (await scene.owner.says(f"/appoint {name}")).text
    assert rows(scene.record, "SELECT * FROM member WHERE address LIKE '%-%'") == []


async def test_a_channel_gets_the_plain_explanation(scene: Scene) -> None:
    group = await newsroom(scene)
    channel = scene.api.channel("The Wire", username="the_wire")
    reply = await ask(group, channel, f"/retract@{NAME} F1 no")
    assert "You write here as a group or a channel" in reply.text
    hello = await group.say(channel, "greetings", deliver=False)
    assert NO_PERSON in (await ask(group, scene.owner.user, f"/appoint@{NAME}", reply_to=hello)).text
    assert "I have not met @the_wire" in (await scene.owner.says("/appoint @the_wire")).text
    await channel.post(f"/add@{NAME} A fact")
    assert "You write here as a group or a channel" in (await channel.next_message()).text


async def test_a_bot_is_not_appointed(scene: Scene) -> None:
    robot = scene.api.user("Robot", username="robot_bot", is_bot=True)
    group = await newsroom(scene)
    hello = await group.say(robot, "beep", deliver=False)
    assert NO_PERSON in (await ask(group, scene.owner.user, f"/appoint@{NAME}", reply_to=hello)).text
    mine = await ask(group, scene.owner.user, f"/about@{NAME}")
    assert NO_PERSON in (await ask(group, scene.owner.user, f"/appoint@{NAME}", reply_to=mine)).text


async def test_a_forged_button_gives_no_role(scene: Scene) -> None:
    rita, mona = scene.person("Rita"), await scene.moderator("Mona")
    group = await newsroom(scene, rita, mona)
    shown = await ask(group, mona.user, f"/retract@{NAME} F20 Not so")
    assert "Confirm" in labels(shown)
    query = await scene.api.press_raw(rita.user, f"/appoint {rita.user.id}", shown)
    assert "/appoint is for owners" in (await query.answer()).text
    assert "asked of somebody else" in await rita.within(group).is_refused(shown, "Confirm")
    assert not await may_add(rita)


@pytest.mark.asyncio(loop_scope="function")
async def test_groups_and_channels_named_as_owners_have_no_role(
    api: TelegramEmulator, launch: Launch
) -> None:
    group = api.supergroup("Owners")
    channel = api.channel("The Wire")
    anonymous = ("telegram:1087968824", "telegram:136817688")
    named = [*OWNERS, *anonymous, f"telegram:{group.id}", f"telegram:{channel.id}"]
    await launch(owners=named, limits={"burst": 1000})
    for sender in (group, channel):
        reply = await ask(group, sender, f"/moderators@{NAME}")
        assert "You write here as a group or a channel" in reply.text
    await channel.post(f"/moderators@{NAME}")
    assert "You write here as a group or a channel" in (await channel.next_message()).text
    assert "Nobody has been appointed yet" in (await owner(api).says("/moderators")).text


async def test_a_forwarded_command_is_not_run(scene: Scene) -> None:
    eve = scene.person("Eve")
    origin = {"type": "user", "date": 1, "sender_user": eve.user.json()}
    hidden = {"type": "hidden_user", "date": 1, "sender_user_name": "Eve"}
    shown = await scene.owner.says("/retract F21 Not so")
    before = rows(scene.record, "SELECT count(*), max(id) FROM audit")
    for fields in ({"forward_origin": origin}, {"forward_origin": hidden}):
        for text in (f"/appoint {eve.user.id}", f"/appoint@{NAME} {eve.user.id}", "/confirm", "/approve D1"):
            await scene.owner.chat.send(scene.owner.user, {"text": text, **fields})
            reply = await scene.owner.chat.next_message()
            assert "only looked up" in reply.text and "type it to me yourself" in reply.text
        await scene.owner.chat.send(scene.owner.user, {"text": "Who denied it?", **fields})
        assert "denied" in (await scene.owner.chat.next_message()).text
    assert rows(scene.record, "SELECT count(*), max(id) FROM audit") == before
    assert not await may_add(eve)
    assert "Ended" in (await scene.owner.presses(shown, "Cancel")).text
