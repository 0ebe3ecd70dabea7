"""/moderators, /appoint, /dismiss: by reply, by @name, by id; for one story or for all; only people."""

from bot.requests import Identity
from tests.bot.desk import ANN, BOB, EVE, OWNER, assert_short, said

GROUP = "telegram:-100"
TITLE = "Belarus and children from Ukraine: who says what"


async def offices(desk):
    return {(member.address, member.story_id) for member in await desk.record.members.page(limit=100)}


async def test_by_name_once_they_have_written(desk):
    owner = desk.person(OWNER)
    before = desk.kept()
    assert_short(await owner.says("/appoint @ann belarus"), "@ann", "write to me once")
    assert desk.kept() == before
    await desk.person(ANN, GROUP, handle="Ann", name="Ann Smith").says("/start")
    await owner.says("/appoint @ann belarus")
    for told in ("To become a moderator of", TITLE, "Ann Smith", "@Ann", ANN):
        assert told in owner.seen
    assert desk.kept() == before, "it is only asked"
    await owner.presses("Confirm")
    assert "@Ann is now a moderator" in owner.seen and TITLE in owner.seen
    assert await offices(desk) == {(ANN, 1)}
    await owner.presses("Take it back")
    assert "To be no longer a moderator of" in owner.seen and TITLE in owner.seen and ANN in owner.seen
    assert await offices(desk) == {(ANN, 1)}
    await owner.presses("Confirm")
    assert await offices(desk) == set()


async def test_by_id(desk, subtests):
    owner = desk.person(OWNER)
    for word in ["7", "telegram:7"]:
        with subtests.test(word=word):
            await owner.says(f"/appoint {word}")
            assert "make sure that the id is right" in owner.seen and ANN in owner.seen
            await owner.presses("Confirm")
            assert "all stories" in owner.seen
            assert await offices(desk) == {(ANN, None)}
            await owner.tells(f"/dismiss {word}", "[Confirm]")
            assert await offices(desk) == set()


async def test_by_replying_to_a_message_of_theirs(desk):
    owner = desk.person(OWNER, GROUP)
    await owner.says("/appoint belarus", replied_to=Identity(ANN, None, "Ann Smith"))
    await owner.presses("Confirm")
    assert "Ann Smith is now" in owner.seen
    assert await offices(desk) == {(ANN, 1)}
    await owner.says("/dismiss belarus", replied_to=Identity(ANN, None, "Ann Smith"))
    await owner.presses("Confirm")
    assert await offices(desk) == set()


async def test_by_naming_somebody_who_has_no_name_of_their_own(desk):
    """Telegram lets one mention such people by the name that it shows."""
    owner, named = desk.person(OWNER, GROUP), Identity(ANN, None, "Ann  Smith", words="Ann  Smith")
    other = Identity(BOB, "bob")
    await owner.says("/appoint Ann  Smith belarus", mentioned=(named,), replied_to=other)
    await owner.presses("Confirm")
    assert await offices(desk) == {(ANN, 1)}
    await owner.says("/dismiss Ann  Smith belarus", mentioned=(named,))
    await owner.presses("Confirm")
    await owner.says("/appoint Ann  Smith", mentioned=(named,))
    await owner.presses("Confirm")
    assert await offices(desk) == {(ANN, None)}


async def test_by_the_id_of_somebody_whom_the_platform_names_beside_it(desk):
    """Discord's options do so."""
    owner = desk.person(OWNER, GROUP)
    await owner.says(f"/appoint {ANN} belarus", mentioned=(Identity(BOB, "bob"), Identity(ANN, "ann")))
    await owner.presses("Confirm")
    assert "@ann is now a moderator" in owner.seen
    assert await offices(desk) == {(ANN, 1)}
    robot = Identity(BOB, "robot", is_person=False)
    assert_short(await owner.says(f"/appoint {BOB}", mentioned=(robot,)), "not a person")
    assert await offices(desk) == {(ANN, 1)}


async def test_a_name_in_the_text_counts_more_than_whom_the_message_replies_to(desk):
    owner = desk.person(OWNER, GROUP)
    await owner.says("/appoint 8", replied_to=Identity(ANN, "ann"))
    await owner.presses("Confirm")
    assert await offices(desk) == {(BOB, None)}


async def test_what_is_no_person_is_never_appointed(desk, subtests):
    owner = desk.person(OWNER, GROUP)
    before = desk.kept()
    for handle in (None, "channel"):
        with subtests.test(handle=handle):
            channel = Identity("telegram:-5", handle, is_person=False)
            assert_short(await owner.says("/appoint", replied_to=channel), "not a person")
            assert_short(await owner.says("/appoint telegram:-5"), "not a person")
            assert desk.kept() == before


async def test_one_of_a_group_of_stories_or_all(desk):
    owner = desk.person(OWNER)
    for text in ("/appoint 7 belarus", "/appoint 7 TARROW-FERRY", "/appoint 8"):
        await owner.tells(text, "[Confirm]")
    ferry = (await desk.record.stories.find("tarrow-ferry")).id
    assert await offices(desk) == {(ANN, 1), (ANN, ferry), (BOB, None)}
    await owner.says("/moderators")
    assert TITLE in owner.seen and "all stories" in owner.seen and "22 November 2026" in owner.seen
    await owner.tells("/dismiss 7 belarus", "[Confirm]")
    assert "still moderate" in owner.seen
    assert_short(await owner.says("/dismiss 7"), "no moderator of")
    assert await offices(desk) == {(ANN, ferry), (BOB, None)}


REFUSED = [
    ("/appoint", "Say who"),
    ("/appoint belarus", "Say who"),
    ("/appoint ann", "Say who"),
    ("/appoint @nobody", "@nobody"),
    ("/appoint 7 moon", "No story is named “moon”"),
    ("/appoint 7 belarsu", "Did you mean belarus"),
    ("/appoint 7 <b>x</b>", "No story is named"),
    ("/appoint 0", "Say who"),
    ("/appoint -100", "a group, a channel or a bot, not a person"),
    ("/appoint --100", "Say who"),
    ("/appoint -0", "Say who"),
    ("/appoint ٣", "Say who"),
    ("/appoint 999999999999999999999", "Say who"),
    ("/appoint @" + "x" * 65, "Say who"),
    ("/appoint 8 belarus", "already"),
    ("/dismiss", "Say who"),
    ("/dismiss 9", "no moderator of"),
    ("/dismiss 8", "no moderator of"),
    ("/dismiss @nobody", "@nobody"),
]


async def test_what_will_not_do_is_told_and_changes_nothing(desk, subtests):
    await desk.appoint(BOB, "belarus")
    owner = desk.person(OWNER)
    before = desk.kept()
    for text, told in REFUSED:
        with subtests.test(text=text):
            assert_short(await owner.says(text), told)
            assert desk.kept() == before


async def test_only_the_owner_who_asked_confirms_it_and_only_with_a_yes(desk):
    owner, bob = desk.person(OWNER, GROUP), desk.person(BOB, GROUP)
    await owner.says("/appoint 7 belarus")
    before = desk.kept()
    assert_short(await bob.says(owner.button("Confirm")), "somebody else")
    for text in ("/confirm no", "yes", "/appoint yes", "/confirm 7"):
        assert_short(await owner.says(text))
        assert desk.kept() == before, text
    assert "nothing was changed" in said(await owner.says("/cancel"))
    assert desk.kept() == before and await offices(desk) == set()


async def test_whom_somebody_else_has_appointed_meanwhile_is_not_appointed_again(desk):
    owner, again = desk.person(OWNER), desk.person(OWNER, GROUP)
    await owner.says("/appoint 7")
    await again.tells("/appoint 7", "[Confirm]")
    before = desk.kept()
    assert_short(await owner.presses("Confirm"), "already")
    assert desk.kept() == before


async def test_appointed_twice_at_once_it_is_done_once(desk):
    owner = desk.person(OWNER)
    await owner.tells("/appoint 7", "[Confirm]")
    before = desk.kept()
    assert_short(await owner.says("/appoint 7"), "already")
    assert desk.kept() == before


async def test_a_moderator_is_still_found_by_the_name_of_then(desk):
    """After a restart nobody has been met; those in office are known from the record."""
    await desk.appoint(ANN, "belarus", handle="ann")
    owner = desk.person(OWNER)
    await owner.tells("/dismiss @ANN belarus", "[Confirm]")
    assert await offices(desk) == set()


async def test_an_address_of_another_platform_is_kept_as_such(desk):
    await desk.person(OWNER).tells("/appoint terminal:local", "[Confirm]")
    assert await offices(desk) == {("terminal:local", None)}


async def test_the_list_goes_on_page_by_page(desk):
    for number in range(20):
        await desk.appoint(f"telegram:{100 + number}", "belarus")
    owner = desk.person(OWNER)
    shown = await owner.reads("/moderators")
    assert owner.reply.page.total > 1
    assert [shown.count(f"(telegram:{100 + number})") for number in range(20)] == [1] * 20


async def test_it_is_all_on_the_trail(desk):
    owner = desk.person(OWNER)
    await owner.tells("/appoint 7 belarus", "[Confirm]", "/dismiss 7 belarus", "[Confirm]")
    dismissed, appointed = await desk.record.audit.page(limit=2)
    assert (appointed.action, appointed.actor, appointed.subject) == ("appointed", OWNER, ANN)
    assert (dismissed.action, dismissed.story_id, dismissed.chat) == ("dismissed", 1, OWNER)


async def test_nobody_is_listed_where_nobody_is(desk):
    assert_short(await desk.person(OWNER).says("/moderators"), "/appoint")
    assert_short(await desk.person(EVE).says("/moderators"), "There is no command")
