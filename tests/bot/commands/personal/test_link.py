"""/link: one person on both platforms, with their roles and settings, and nobody else in their name."""

import pytest

from bot.commands import commands
from bot.commands.dispatch import Dispatcher
from bot.requests import Identity, Request
from storage.domain.models import Action
from tests.bot.desk import ANN, BOB, EVE, OWNER, Desk, assert_short, buttons, said, still

CHANNEL, GROUP = "discord:#998877", "telegram:-100"
HERE, THERE = "discord:112233", "discord:445566"


async def code_of(person, **fields):
    """Ask for a code as a person, and return it."""
    reply = await person.says("/link", **fields)
    return next(block.text for block in reply.blocks if getattr(block, "label", None) == "Code")


async def linked(desk, person, address=HERE, **fields):
    """Return the person at another account, which they have linked."""
    other = desk.person(address, **fields)
    await other.says(f"/link {await code_of(person)}")
    assert "acts as" in other.seen, other.seen
    return other


async def test_a_moderator_keeps_the_role_on_both_platforms(desk):
    ann = await desk.moderator(ANN, handle="ann")
    other = desk.person(HERE)
    assert_short(await other.says("/review"), "There is no command")
    reply = await other.says(f"/link {await code_of(ann)}")
    assert reply.aside and f"acts as @ann ({ANN})" in said(reply)
    assert "Nothing waits" in said(await other.says("/review"))
    assert "/review" in await desk.dispatcher.complete("/rev", Request("/rev", HERE, HERE))
    await other.tells("/retract F5 It was withdrawn", "[Confirm]")
    # Undone from the other platform: it is the same person's last change.
    assert "Undone" in said(await ann.says("/undo"))
    assert (await desk.revisions(5)) == 3


async def test_the_trail_names_the_person_once(desk):
    ann = await desk.moderator(ANN, handle="ann")
    other = await linked(desk, ann)
    await other.tells("/retract F5 It was withdrawn", "[Confirm]", "/link off")
    entries = await desk.record.audit.page(limit=3)
    assert [(each.actor, each.action, each.chat) for each in entries] == [
        (ANN, Action.UNLINKED, HERE), (ANN, Action.RETRACTED, HERE), (ANN, Action.LINKED, HERE),
    ]  # fmt: skip
    await ann.says("/audit @ann")
    told = ann.seen.split("\n")
    assert told[1].endswith(f"@ann unlinked the account {HERE}")
    assert told[-1].endswith(f"@ann linked the account {HERE}")
    assert f"@ann retracted F5, in {HERE}" in ann.seen
    assert (await desk.record.audit.verify()).problem is None


async def test_an_account_stands_for_its_person_in_the_audit(desk):
    ann = await desk.moderator(ANN, handle="ann")
    other = await linked(desk, ann, handle="ann.smith")
    await other.tells("/retract F5 It was withdrawn", "[Confirm]")
    for asked in ("@ann.smith", HERE, ANN):
        assert "@ann retracted F5" in said(await other.says(f"/audit {asked}"))


async def test_dismissing_the_person_takes_the_role_from_all_their_accounts(desk):
    ann, owner = await desk.moderator(ANN), desk.person(OWNER)
    other = await linked(desk, ann)
    await other.says("/retract F5 It was withdrawn")
    confirm = other.button("Confirm")
    await owner.says(f"/dismiss {HERE} belarus")
    assert f"{HERE} is linked to {ANN}" in owner.seen
    await owner.presses("Confirm")
    assert f"{HERE} is linked to {ANN}" in owner.seen
    before = desk.kept()
    for somebody in (ann, other):
        assert_short(await somebody.says("/review"), "There is no command")
    assert_short(await other.says(confirm), "There is no command")
    assert desk.kept() == before


async def test_an_appointed_account_is_its_person(desk):
    eve, owner = desk.person(EVE), desk.person(OWNER)
    other = await linked(desk, eve)
    await owner.says("/appoint belarus", replied_to=Identity(HERE, "eve"))
    # What an owner has to know: whoever made the code for this account is who has the role now.
    assert f"{HERE} is linked to {EVE}:" in owner.seen
    await owner.presses("Confirm")
    assert f"{HERE} is linked to {EVE}:" in owner.seen
    assert owner.button("Take it back") == f"/dismiss {EVE} belarus"
    for somebody in (eve, other):
        assert "Nothing waits" in said(await somebody.says("/review"))
    await owner.says("/moderators")
    assert EVE in owner.seen and HERE not in owner.seen
    assert_short(await owner.says(f"/appoint {HERE} belarus"), "already")
    await owner.says("/audit")
    assert f"accounts: {HERE}" in owner.seen


async def test_an_owner_is_one_by_every_account(desk):
    owner = desk.person(OWNER)
    other = await linked(desk, owner)
    await other.tells("/appoint telegram:8 belarus", "[Confirm]")
    assert "is now a moderator" in other.seen
    assert (await desk.record.audit.page(limit=1))[0].actor == OWNER
    await owner.says(f"/link off {HERE}")
    assert_short(await other.says("/appoint 9"), "There is no command")


async def test_whom_the_settings_name_is_an_owner_though_linked(desk):
    await linked(desk, desk.person(EVE))
    settings = desk.settings.model_copy(update={"owners": (HERE,)})
    desk.dispatcher = Dispatcher(desk.record, commands, settings, still)
    assert "Nobody has been appointed" in said(await desk.person(HERE).says("/moderators"))
    # Only by that account: whoever gave it a code has nothing from it.
    assert_short(await desk.person(EVE).says("/moderators"), "There is no command")


async def test_a_code_works_once_and_the_newest_only(desk):
    ann, other = await desk.moderator(ANN), desk.person(HERE)
    older, newer = await code_of(ann), await code_of(ann)
    assert_short(await other.says(f"/link {older}"), "wrong, was used, or is older than 10 minutes", "/link")
    await other.says(f"/link {newer}")
    assert_short(await desk.person(THERE).says(f"/link {newer}"), "wrong, was used")


async def test_a_code_is_good_for_ten_minutes(desk):
    ann, other = await desk.moderator(ANN), desk.person(HERE)
    code = await code_of(ann)
    desk.moments.pass_by(minutes=10)
    assert_short(await other.says(f"/link {code}"), "older than 10 minutes")


async def test_nobody_with_a_role_becomes_somebody_else(desk):
    """Somebody is talked into sending a stranger's code: they lose nothing, and the stranger has nothing."""
    eve, ann, owner = desk.person(EVE), await desk.moderator(ANN), desk.person(OWNER)
    elsewhere = await desk.moderator("telegram:9", "tarrow-ferry")
    code = await code_of(eve)
    before = desk.kept()
    for somebody in (ann, owner):
        reply = await somebody.says(f"/link {code}")
        assert_short(reply, "a role of its own", "send /link here")
        assert reply.aside
        # Nor do they learn whether a code is one.
        assert said(reply) == said(await somebody.says("/link 0000-0000-0000"))
    assert_short(await elsewhere.says(f"/link {code}"), "a role of its own")
    assert desk.kept() == before
    assert_short(await eve.says("/review"), "There is no command")


async def test_what_else_will_not_do_is_told_with_what_to_do(desk):
    ann = await desk.moderator(ANN, handle="ann")
    other = await linked(desk, ann)
    code = await code_of(ann)
    assert_short(await ann.says(f"/link {code}"), "made that code with this account")
    assert_short(await other.says(f"/link {code}"), f"linked to @ann ({ANN}) already", "/link off")
    eve = desk.person(EVE)
    await linked(desk, eve, THERE)
    assert_short(await eve.says(f"/link {code}"), "Other accounts are linked to this one")
    assert_short(await ann.says("/link off"), "acts as nobody else")
    assert_short(await ann.says(f"/link off {THERE}"), f"{THERE} is not linked to you")
    # Whoever has a linked account makes no codes with it: the one that holds the roles does.
    await other.says("/link")
    assert f"acts as @ann ({ANN})" in other.seen and f"send /link from {ANN}" in other.seen
    assert buttons(other.reply) == ["End this link"]


async def test_groups_and_channels_are_nobody(desk, subtests):
    for text in ["/link", "/link 0000-0000-0000", "/link off", f"/link off {HERE}"]:
        with subtests.test(text=text):
            for user in (GROUP, "telegram:-777", "telegram:1087968824"):
                somebody = desk.person(user, is_person=user == "telegram:1087968824")
                before = desk.kept()
                assert_short(await somebody.says(text), "write as yourself")
                assert desk.kept() == before


@pytest.mark.parametrize("chat", [GROUP, CHANNEL])
async def test_a_code_is_neither_shown_nor_taken_where_others_read_along(desk, chat):
    ann, other = await desk.moderator(ANN), desk.person(HERE)
    code = await code_of(ann)
    for text in ("/link", "/link off"):
        assert_short(await desk.person(ANN, chat, shared=True).says(text), "write to me privately")
    reply = await desk.person(HERE, chat, shared=True).says(f"/link {code}")
    assert_short(reply, "worth nothing any more")
    assert reply.aside
    # Somebody who read along is too late.
    assert_short(await other.says(f"/link {code}"), "wrong, was used")


async def test_what_the_asker_alone_sees_may_be_asked_for_among_others(desk):
    ann = await desk.moderator(ANN)
    among = {"shared": True, "discreet": True}
    code = await code_of(desk.person(ANN, GROUP), **among)
    other = desk.person(HERE, CHANNEL)
    reply = await other.says(f"/link {code}", **among)
    assert reply.aside and "acts as" in said(reply)
    assert (await desk.record.audit.page(limit=1))[0].chat == CHANNEL
    assert ann.user == await desk.record.accounts.person_of(HERE)


async def test_a_code_is_never_in_an_alert(desk):
    """Telegram shows what is said aside, short and without buttons in an alert that nobody can copy from."""
    reply = await desk.person(EVE).says("/link")
    assert reply.aside and reply.actions


async def test_whose_code_was_used_is_told_and_can_end_it(desk):
    ann = await desk.moderator(ANN)
    other = await linked(desk, ann)
    (told,) = await desk.due(ANN)
    assert HERE in said(told) and "by your code" in said(told)
    await ann.says(told.actions[0].command)
    assert f"{HERE} no longer acts as" in ann.seen
    assert_short(await other.says("/review"), "There is no command")
    assert_short(await ann.says(told.actions[0].command), "is not linked to you")


async def test_the_story_and_the_settings_are_the_same_there(desk):
    ann = await desk.moderator(ANN, "tarrow-ferry")
    await ann.tells("/story tarrow-ferry", "/settings cadence daily", "/settings zone Kyiv", "/subscribe")
    other = await linked(desk, ann)
    assert "the same story, and hears of changes in the same way" in other.seen
    assert "/subscribe" in other.seen
    await other.says("/settings")
    assert "every day at 09:00 (Europe/Kyiv)" in other.seen
    assert "Nothing waits" in said(await other.says("/review")), "that of the story that they moderate"
    await other.says("/subscriptions")
    assert "nothing" in other.seen.casefold()


async def test_a_dialogue_is_the_persons_in_each_chat(desk):
    ann = await desk.moderator(ANN)
    other = await linked(desk, ann)
    await other.tells("/add The bridge is closed.\nsource: S1")
    confirm = other.button("Confirm")
    assert_short(await ann.says(confirm), "in another chat")
    assert_short(await desk.person(EVE).says(confirm), "somebody else")
    assert "is on record" in said(await other.says(confirm))


async def test_with_four_eyes_two_accounts_are_one_pair(desk):
    careful = Desk(desk.record, desk.moments, four_eyes=True)
    ann = await careful.moderator(ANN)
    other = careful.person(HERE)
    await other.tells("/suggest The bridge is closed.\nsource: S1", "[Confirm]")
    await other.says(f"/link {await code_of(ann)}")
    for somebody in (ann, other):
        assert_short(await somebody.says("/approve D1"), "your own")


async def test_who_is_forgotten_is_so_with_all_accounts(desk):
    eve = desk.person(EVE)
    other = await linked(desk, eve, handle="eve")
    await other.tells("/story tarrow-ferry", "/subscribe")
    await eve.says("/link")
    await eve.says("/forgetme")
    assert "links of your accounts: 1" in eve.seen and "codes to link an account: 1" in eve.seen
    assert "subscriptions: 1" in eve.seen
    assert desk.dispatcher.handles.find("eve", HERE) is None
    assert await desk.record.accounts.person_of(HERE) == HERE
    assert "linked" in await eve.reads("/privacy")


async def test_tries_are_limited_as_messages_are(desk):
    """There is no other limit, and no other is needed: see storage/people/accounts.py."""
    limits = desk.settings.limits.model_copy(update={"burst": 5})
    settings = desk.settings.model_copy(update={"limits": limits})
    desk.dispatcher = Dispatcher(desk.record, commands, settings, still)
    eve = desk.person(EVE)
    told = [await eve.says(f"/link 0000-0000-000{number}") for number in range(7)]
    assert ["wrong" in said(reply) for reply in told[:6]] == [True] * 5 + [False]
    assert told[6] is None


async def test_what_is_no_code_is_answered_and_links_nobody(desk, subtests):
    other = await linked(desk, desk.person(EVE))
    before = desk.kept()
    for text in [
        "off off",
        "off telegram",
        "off telegram:-1",
        "off discord:#1",
        "on",
        "OFF telegram:7 x",
        "ＯＦＦ",
        "0" * 3000,
        "off\ntelegram:7",
    ]:
        with subtests.test(text=text):
            assert_short(await desk.person(BOB).says(f"/link {text}"))
            assert_short(await other.says(f"/link {text}"))
            assert desk.kept() == before
