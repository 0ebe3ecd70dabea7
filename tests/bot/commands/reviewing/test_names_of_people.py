"""Who keeps the record is shown by name, to those who keep it; readers learn no more than before."""

import re

from tests.bot.desk import ANN, BOB, EVE, OWNER, said

GROUP = "telegram:-100"


async def test_owners_and_those_appointed_by_number_stand_by_name(desk):
    await desk.appoint(ANN)
    ann = desk.person(ANN, name="Ann Lee")
    owner = desk.person(OWNER, handle="olga", name="Olga")
    await owner.tells("/correct F5\nat: ¶9\nmaterial: yes\nreason: so it says", "[Confirm]")
    await ann.tells("/correct F5\nat: ¶8\nmaterial: yes\nreason: no, so", "[Confirm]")
    for text in ("/history F5", "/fact F5", "/audit F5"):
        shown = await ann.reads(text)
        assert "@olga" in shown and "Ann Lee" in shown, text
        assert OWNER not in shown.split() and ANN not in shown.split(), text
    assert "@olga made Ann Lee a moderator" in said(await ann.says("/audit @olga"))
    assert "Ann Lee corrected" not in ann.seen


async def test_somebody_is_called_by_their_latest_name(desk):
    ann = await desk.moderator(ANN, handle="ann")
    await ann.tells("/retract F8 wrong", "[Confirm]")
    await desk.person(ANN, handle="ann_lee").says("/review")
    assert "@ann_lee" in said(await ann.says("/history F8"))
    assert "retracted F8" in said(await ann.says("/audit @ann_lee"))
    assert "retracted F8" in said(await ann.says("/audit @ann")), "also by the one that they had"


async def test_who_acts_by_a_linked_account_keeps_their_name(desk):
    ann = await desk.moderator(ANN, handle="ann")
    code = re.search(r"\w{4}-\w{4}-\w{4}", said(await ann.says("/link")))[0]
    there = desk.person("discord:70", name="Ann on Discord")
    await there.says(f"/link {code}")
    await there.tells("/retract F8 wrong", "[Confirm]")
    assert "@ann" in said(await there.says("/history F8")) and "Ann on Discord" not in there.seen
    await there.says("/audit")
    assert "linked the account Ann on Discord" in await there.reads("/audit") or "discord:70" in there.seen


async def test_readers_learn_no_name_and_a_group_no_more_than_before(desk):
    owner = desk.person(OWNER, handle="olga")
    ann = await desk.moderator(ANN, handle="ann")
    await owner.tells("/correct F5\nat: ¶9\nmaterial: yes\nreason: so it says", "[Confirm]")
    for person in (desk.person(EVE), desk.person(EVE, GROUP, shared=True)):
        for text in ("/history F5", "/fact F5", "/corrections"):
            shown = said(await person.says(text))
            assert "olga" not in shown and "telegram:" not in shown
    there = desk.person(ANN, GROUP, shared=True, handle="ann")
    assert "olga" not in said(await there.says("/history F5"))
    # On Discord only the asker sees it.
    alone = desk.person(ANN, "discord:#5", shared=True, discreet=True)
    assert "@olga" in said(await alone.says("/history F5"))
    assert "@olga" in said(await ann.says("/history F5"))


async def test_a_name_goes_with_whoever_is_forgotten(desk):
    bob = desk.person(BOB, name="Bob the Brave")
    await desk.appoint(BOB)
    await bob.tells("/retract F8 wrong", "[Confirm]", "/forgetme")
    assert "what you are called: 1" in bob.seen
    assert await desk.record.database.read("SELECT * FROM called") == []
