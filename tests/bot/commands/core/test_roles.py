"""Every command through every role: who may use it, what is said to those who may not, and what lasts."""

import re

import pytest

from bot.commands import commands
from bot.commands.core.declarations import Family
from bot.commands.core.registry import Registry
from bot.commands.dispatch import Dispatcher
from bot.replies import Note, Reply
from bot.requests import Request, Role
from storage.domain.changes import Appoint
from storage.record import Record
from storage.trail.audit import Actor
from tests.bot.desk import ANN, BOB, EVE, OWNER, assert_short, buttons, said

GROUP = "telegram:-100"
COMMANDS = list(commands)
READERS = frozenset(
    "start help about story stories who where when latest asof what ask check fact history corrections"
    " disputed figures sources"
    " suggest tellme privacy forgetme link answer choose skip back confirm cancel resume"
    " subscribe unsubscribe subscriptions settings mute catchup why".split()
)
OWNERS = frozenset({"moderators", "appoint", "dismiss", "takedown", "defaultstory", "public", "webhook"})
EVERYWHERE = (OWNERS - {"takedown", "public"}) | {"newstory"}
WHO = ("reader", "moderator here", "moderator elsewhere", "moderator of all", "owner", "group", "channel")
# A command that nobody has and that is like none.
UNHEARD = "xylophone"


async def people(desk, who):
    """Return somebody who is that; all write in a group where the first story is in use."""
    stories = {"here": "belarus", "elsewhere": "tarrow-ferry", "of all": None}
    if who.startswith("moderator"):
        return await desk.moderator(ANN, stories[who.removeprefix("moderator ")], GROUP)
    users = {"reader": EVE, "owner": OWNER, "group": GROUP, "channel": "telegram:-777"}
    return desk.person(users[who], GROUP, is_person=who not in ("group", "channel"))


def may(who, command):
    """Tell what the issue promises: readers read, moderators keep their story, owners choose moderators."""
    if command.name in READERS:
        return True
    if who == "owner":
        return True
    if command.name in OWNERS:
        return False
    if command.name in EVERYWHERE:
        return who == "moderator of all"
    return who in ("moderator here", "moderator of all")


@pytest.mark.parametrize("who", WHO)
async def test_a_command_is_for_those_whom_it_declares(desk, who, subtests):
    person = await people(desk, who)
    for command in COMMANDS:
        with subtests.test(command.name):
            await assert_is_for(desk, person, who, command)


async def assert_is_for(desk, person, who, command):
    """Fail unless somebody may use a command, or is told why not and changes nothing."""
    before = desk.kept()
    reply = await person.says(command.example)
    text = said(reply)
    assert "went wrong" not in text
    if may(who, command):
        assert "There is no command" not in text and "only people" not in text
        return
    assert_short(reply, f"/{command.name}")
    if who in ("group", "channel"):
        assert "only people can have a role" in text
    elif who == "reader":
        # Word for word as if there were no such command; nothing gives it away.
        unheard = said(await person.says(f"/{UNHEARD}"))
        assert text.partition(". Did you mean")[0].partition(":")[0] == unheard.partition(":")[0].replace(
            UNHEARD, command.name
        )
    else:
        assert ("owners" if command.name in OWNERS else "moderators") in text
        assert "There is no command" not in text
    assert desk.kept() == before


def test_each_command_declares_what_was_promised():
    assert {command.name for command in COMMANDS if command.role is Role.READER} == READERS
    assert {command.name for command in COMMANDS if command.role is Role.OWNER} == OWNERS
    assert {command.name for command in COMMANDS if command.everywhere} == EVERYWHERE


def test_a_command_that_declares_no_role_cannot_be_registered():
    with pytest.raises(TypeError, match="role"):
        Registry().command("try", family=Family.ASKING, help="h", example="/try")  # type: ignore[call-arg]  # reason: on purpose


async def test_nothing_shown_to_a_reader_names_a_moderators_command(desk, subtests):
    reader = desk.person(EVE)
    for command in [each for each in COMMANDS if each.name not in READERS]:
        with subtests.test(command.name):
            for text in (
                "/help",
                f"/help {command.name}",
                f"/{command.name[:-1]}",
                f"/{command.name}s",
                "/start",
            ):
                reply = await reader.says(text)
                offered = " ".join(action.command for action in reply.actions)
                assert f"/{command.name} " not in f"{offered} " or text == f"/{command.name}"
                typed = text.lstrip("/").removeprefix("help ")
                assert not re.search(rf"/{command.name}\b", said(reply).replace(f"/{typed}", ""))
            assert f"/{command.name}" not in await desk.dispatcher.complete("/", Request("/", EVE, EVE))
            assert await desk.dispatcher.complete(f"/{command.name} ", Request("/", EVE, EVE)) == []


async def test_a_moderator_of_one_story_has_no_role_in_another(desk):
    ann = await desk.moderator(ANN, "tarrow-ferry")
    ferry = await desk.record.stories.find("tarrow-ferry")
    (fact,) = await desk.record.listings.all(ferry.id, limit=1)
    before = desk.kept()
    for text in ("/retract F5 wrong", f"/retract F{fact.id} wrong", "/review", "/audit", "/undo"):
        assert_short(await ann.says(text), "moderators of this story")
    await ann.says("/story tarrow-ferry")
    # There it is their story; what belongs to the other stays out of reach.
    assert_short(await ann.says("/retract F5 wrong"), "another story")
    assert buttons(await ann.says(f"/retract F{fact.id} wrong")) == ["Confirm", "Cancel"]
    assert desk.kept() == before


async def test_a_story_is_opened_only_by_who_moderates_all(desk):
    ann = await desk.moderator(ANN, "belarus")
    assert_short(await ann.says("/newstory flood The flood"), "moderators of all stories")
    bob = await desk.moderator(BOB, None)
    await bob.tells("/newstory flood The flood", "[Confirm]")
    assert await desk.record.stories.find("flood") is not None


async def test_owners_may_do_in_every_story_what_moderators_may(desk):
    owner = desk.person(OWNER)
    for story in ("belarus", "tarrow-ferry"):
        await owner.says(f"/story {story}")
        (first,) = await desk.record.listings.all((await stories(desk))[story], limit=1)
        await owner.tells(f"/retract F{first.id} wrong", "[Confirm]")
        assert (await desk.record.facts.find(first.id)).retracted == "wrong"


async def stories(desk):
    return {story.name: story.id for story in await desk.record.stories.all()}


async def test_the_dialogue_of_a_dismissed_moderator_changes_nothing(desks, subtests):
    for turn in ["/confirm", "the bridge", "/skip", "/choose 1", "/back"]:
        with subtests.test(turn=turn):
            async with desks() as desk:
                ann, owner = await desk.moderator(ANN, handle="ann"), desk.person(OWNER)
                await ann.tells("/add The bridge is closed.\nsource: S1")
                confirm = ann.button("Confirm")
                await owner.tells("/dismiss @ann belarus", "[Confirm]")
                before = desk.kept()
                assert_short(await ann.says(turn), "There is no command")
                assert_short(await ann.says(confirm), "answered already, or ended")
                assert desk.kept() == before
                # It was ended, and does not stand in the way of what a reader may do.
                assert "not on record" in said(await ann.says("What is the capital of France?"))
                await owner.tells("/appoint @ann belarus", "[Confirm]")
                assert_short(await ann.says(confirm), "answered already, or ended")


async def test_the_button_of_a_dismissed_moderator_changes_nothing(desk):
    ann, owner = await desk.moderator(ANN, handle="ann"), desk.person(OWNER)
    await ann.tells("/add The bridge is closed.\nsource: S1")
    await owner.tells("/dismiss @ann belarus", "[Confirm]")
    before = desk.kept()
    assert_short(await ann.presses("Confirm"), "There is no command")
    assert desk.kept() == before


async def test_a_dismissed_moderator_can_still_end_the_dialogue(desk):
    ann = await desk.moderator(ANN, handle="ann")
    await ann.says("/add")
    await desk.person(OWNER).tells("/dismiss @ann belarus", "[Confirm]")
    await ann.says("/cancel")
    assert await desk.record.dialogues.find(ANN, ANN) is None


async def test_the_buttons_of_a_moderator_do_nothing_for_others(desk):
    ann, bob = [await desk.moderator(user, chat=GROUP) for user in (ANN, BOB)]
    eve = desk.person(EVE, GROUP)
    await ann.says("/add The bridge is closed.\nsource: S1")
    before = desk.kept()
    for somebody in (eve, bob):
        for label in ("Confirm", "Change", "Cancel"):
            assert_short(await somebody.says(ann.button(label)), "somebody else")
    assert desk.kept() == before
    await ann.presses("Confirm")
    assert desk.kept() != before


async def test_buttons_of_the_review_need_the_role(desk):
    await desk.person(BOB).tells("/suggest The bridge is closed.\nsource: S1", "[Confirm]")
    ann = await desk.moderator(ANN)
    await ann.says("/review")
    commands_ = [ann.button(label) for label in ("Approve", "Edit", "Reject")]
    before = desk.kept()
    for command in commands_:
        assert_short(await desk.person(EVE).says(command), "There is no command")
    assert desk.kept() == before


async def test_a_role_follows_the_record_at_once(desk):
    ann, owner = desk.person(ANN, handle="ann"), desk.person(OWNER)
    assert_short(await ann.says("/review"), "There is no command")
    await owner.tells("/appoint @ann", "[Confirm]")
    assert "Nothing waits" in said(await ann.says("/review"))
    await owner.tells("/dismiss @ann", "[Confirm]")
    assert_short(await ann.says("/review"), "There is no command")


async def test_a_role_given_by_another_process_is_seen_at_once_where_it_matters(desk, tmp_path):
    ann = desk.person(ANN)
    assert_short(await ann.says("/review"), "There is no command")
    other = await Record.open(desk.record.database.path)
    await other.ledger.make(Appoint(address=ANN), by=Actor("operator"))
    await other.close()
    assert "Nothing waits" in said(await ann.says("/review"))


async def test_who_writes_as_a_group_is_never_taken_for_the_person_behind_it(desk):
    """Not even where somebody managed to appoint the group's address, or the settings name it."""
    await desk.record.ledger.make(Appoint(address=GROUP), by=Actor("operator"))
    group = desk.person(GROUP, GROUP, is_person=False)
    assert_short(await group.says("/review"), "only people")
    assert_short(await desk.person(OWNER, GROUP, is_person=False).says("/appoint 7"), "only people")


async def test_the_role_of_the_context_is_what_was_found(desk):
    seen = []

    async def looking(context):
        seen.append(context.role)
        return Reply(blocks=(Note(text="x"),))

    registry = Registry()
    registry.command("try", family=Family.ASKING, help="h", example="/try", role=Role.READER)(looking)
    desk.dispatcher = Dispatcher(desk.record, registry, desk.settings)
    ann = await desk.moderator(ANN)
    for person in (desk.person(EVE), ann, desk.person(OWNER), desk.person(GROUP, is_person=False)):
        await person.says("/try")
    assert seen == [Role.READER, Role.MODERATOR, Role.OWNER, Role.READER]
