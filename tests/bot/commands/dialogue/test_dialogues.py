"""Dialogues, step by step: answering, choosing, skipping, going back, and what they survive."""

from bot.requests import Role
from storage.record import Record
from tests.bot.desk import ANN, EVE, Desk, assert_short, buttons, said

GROUP = "telegram:-100"
BRIDGE = "/add The bridge is closed.\nsource: S1"


async def steps(person, *turns):
    """Take turns and return the first words of each question."""
    return [said(await person.tells(turn)).split("?")[0].split(".")[0] for turn in turns]


async def test_add_leads_through_each_question_to_what_readers_will_see(desk):
    ann = await desk.moderator()
    asked = await steps(
        ann, "/add", "The bridge is closed", "Lubinets", "confirmed that", "S1", "¶3", "2024-02", "Belarus"
    )
    for words, question in zip(
        ["statement", "Who says so", "words", "source", "Where in the source", "When", "Where did"],
        asked,
        strict=False,
    ):
        assert words in question
    assert "Lubinets confirmed that the bridge is closed" in ann.seen
    assert "February 2024" in ann.seen and "Belarus" in ann.seen
    before = desk.kept()
    await ann.presses("Confirm")
    (fact,) = await desk.record.listings.latest((await desk.record.stories.find("belarus")).id, limit=1)
    assert (fact.statement, fact.occurred) == ("The bridge is closed", "2024-02")
    assert fact.attributions[0].locator == "¶3"
    assert desk.kept() != before


async def test_plain_talk_answers_only_while_something_is_asked(desk):
    ann = await desk.moderator()
    assert "denied" in said(await ann.says("Who denied it?"))
    await ann.says("/add")
    assert "Who says so" in said(await ann.says("Who denied it?"))
    await ann.says("/cancel")
    assert "denied" in said(await ann.says("Who denied it?"))


async def test_other_commands_work_in_the_middle_and_the_question_stays_open(desk):
    ann = await desk.moderator()
    await ann.tells("/add", "The bridge is closed")
    assert "Dmytro Lubinets" in said(await ann.says("/who lubinets"))
    assert "In which words" in said(await ann.says("Lubinets"))


async def test_a_question_is_skipped_unless_it_must_be_answered(desk):
    ann = await desk.moderator()
    await ann.says("/add")
    assert "Skip" not in buttons(ann.reply)
    assert_short(await ann.says("/skip"), "cannot be left open")
    await ann.tells("The bridge is closed", "[Skip]", "[Skip]")
    assert "source" in ann.seen and "Skip" not in buttons(ann.reply)
    assert_short(await ann.says("/skip"), "cannot be left open")
    await ann.tells("S1", "[Skip]", "/skip", "[Skip]")
    assert "Confirm" in buttons(ann.reply)
    assert "The article" in ann.seen and "The bridge is closed" in ann.seen


async def test_going_back_asks_again_and_forgets_that_answer_only(desk):
    ann = await desk.moderator()
    await ann.says("/add")
    assert "Back" not in buttons(ann.reply)
    assert_short(await ann.says("/back"), "first question")
    await ann.tells("The bridge is shut", "Lubinets")
    assert "In which words" in ann.seen
    assert "Who says so" in said(await ann.presses("Back"))
    assert "statement" in said(await ann.presses("Back"))
    await ann.tells("The bridge is closed", "Putin", "said that", "S1", "/skip", "/skip", "/skip")
    assert "Putin said that the bridge is closed" in ann.seen
    assert "Where did" in said(await ann.presses("Back"))
    await ann.presses("Skip")
    assert "Confirm" in buttons(ann.reply)


async def test_a_choice_is_made_by_its_button_its_number_or_its_command(desk):
    shown = []
    for turn in ("[denied that]", "2", "/choose 2", "denied that"):
        ann = desk.person(ANN, role=Role.MODERATOR)
        await ann.tells("/add The bridge is closed", "Lubinets", turn, "S1", "/skip", "/skip", "/skip")
        shown.append(ann.seen.rpartition("Readers will see")[2])
        await ann.says("/cancel")
    assert len(set(shown)) == 1 and "Lubinets denied that" in shown[0]


async def test_a_choice_that_is_not_offered_is_told(desk, subtests):
    ann = await desk.moderator()
    for turn in ["/choose", "/choose 99", "/choose 0", "/choose -1", "/choose x", "/choose 1e9", "/choose ²"]:
        with subtests.test(turn=turn):
            await ann.tells("/add The bridge is closed", "Lubinets")
            assert_short(await ann.says(turn), "number from 1 to 6")
            assert "Which source" in said(await ann.says("1"))
    await ann.tells("/add")
    assert_short(await ann.says("/choose 1"), "nothing to choose")


async def test_an_unknown_name_is_offered_for_creation_or_the_nearest_known_one(desk):
    ann = await desk.moderator()
    await ann.tells("/add The bridge is closed", "Lubinetz")
    assert buttons(ann.reply)[:2] == ["Dmytro Lubinets", "New person “Lubinetz”"]
    await ann.tells("[Dmytro Lubinets]", "said that", "S1", "/skip", "/skip", "Tarrow Bridge", "[New place]")
    assert "Lubinets said that the bridge is closed" in ann.seen and "Tarrow Bridge" in ann.seen
    before = await desk.record.entities.page(1, after=0, limit=200)
    await ann.presses("Confirm")
    after = await desk.record.entities.page(1, after=0, limit=200)
    assert [item.name for item in after if item not in before] == ["Tarrow Bridge"]


async def test_an_unknown_source_is_offered_for_creation_and_asked_about(desk):
    ann = await desk.moderator()
    await ann.tells("/add The bridge is closed", "/skip", "/skip", "https://example.org/note")
    assert buttons(ann.reply)[0] == "New source “https://example.org/note”"
    assert "called" in said(await ann.says("1"))
    assert_short(await ann.says("/skip"), "cannot be left open")
    await ann.tells("A note on bridges", "Example Press")
    assert_short(await ann.says("2024-02-30"), "no day that exists")
    await ann.tells("2024-02-29")
    await ann.tells("[study]", "/skip", "/skip", "/skip", "/skip")
    assert "A note on bridges" in " ".join(cited.entry for cited in ann.reply.sources)
    await ann.presses("Confirm")
    (source,) = await desk.record.sources.page(1, after=6, limit=10)
    assert (source.title, source.url, source.published) == (
        "A note on bridges",
        "https://example.org/note",
        "2024-02-29",
    )


async def test_a_wrong_answer_is_asked_again_with_what_is_wrong(desk):
    ann = await desk.moderator()
    await ann.tells("/add The bridge is closed", "/skip", "/skip")
    for wrong, told in (("S99", "S99"), ("htp:/x", "no address"), ("www.example.org", "no address")):
        assert told in said(await ann.says(wrong))
        assert "Which source" in ann.seen
    await ann.tells("S1", "/skip")
    for wrong, told in (("2024-02-30", "no day"), ("soon", "no date")):
        assert told in said(await ann.says(wrong))
    await ann.tells("2024-02", "/skip")
    assert "Confirm" in buttons(ann.reply)


async def test_change_something_asks_one_part_anew(desk):
    ann = await desk.moderator()
    await ann.tells(f"{BRIDGE}\nwho: Lubinets", "[Change something]")
    assert_short(await ann.says("the bridge"), "Choose one of those")
    assert_short(await ann.says("/skip"), "Choose one of those")
    assert_short(await ann.says("/confirm"), "nothing to confirm")
    await ann.tells("/choose 2", "Putin")
    assert "Putin" in ann.seen and "Confirm" in buttons(ann.reply)
    await ann.tells("[Change something]", "[When]", "2024-02")
    assert "February 2024" in ann.seen


async def test_another_source_takes_over_nothing_of_the_one_before(desk):
    ann = await desk.moderator()
    lines = "source: + https://example.org/a\ntitle: A note\npublisher: Press\npublished: 2024\nvia: S2"
    await ann.tells(f"/add The bridge is closed.\n{lines}", "[Change something]", "[Source]")
    await ann.says("+ https://example.org/b")
    assert "called" in ann.seen, "its title is asked for"
    await ann.tells("Another note")
    (entry,) = [cited.entry for cited in ann.reply.sources]
    assert "Another note" in entry
    assert not any(word in entry for word in ("A note", "Press", "2024", "Kyiv"))


async def test_talk_while_a_change_waits_for_a_yes_changes_nothing(desk):
    ann = await desk.moderator()
    await ann.says(BRIDGE)
    before = desk.kept()
    for text in ("yes", "ok", "Confirm", "7", "/skip"):
        assert_short(await ann.says(text))
    assert desk.kept() == before
    await ann.says("/confirm")
    assert desk.kept() != before


async def test_a_dialogue_survives_a_restart(desk):
    ann = await desk.moderator()
    await ann.tells("/add", "The bridge is closed", "Lubinets")
    old = ann.button("denied that")
    await desk.record.close()
    desk.record = await Record.open(desk.record.database.path, clock=desk.moments)
    again = Desk(desk.record, desk.moments)
    ann.desk = again
    await ann.tells(old, "S1", "/skip", "/skip", "/skip")
    assert "Lubinets denied that the bridge is closed" in ann.seen
    await ann.says("/confirm")
    assert "F" in ann.seen


async def test_a_dialogue_ends_after_an_hour_without_an_answer(desks, subtests):
    for turn in ["The bridge is closed", "/skip", "/back", "/confirm", "button"]:
        with subtests.test(turn=turn):
            async with desks() as desk:
                ann = await desk.moderator()
                await ann.says(BRIDGE)
                before = desk.kept()
                command = ann.button("Confirm") if turn == "button" else turn
                desk.moments.pass_by(hours=1, seconds=1)
                assert_short(await ann.says(command), "after an hour", "/add")
                assert desk.kept() == before
                # It was told once; then plain talk is a question again.
                assert "denied" in said(await ann.says("Who denied it?"))


async def test_each_answer_gives_another_hour(desk):
    ann = await desk.moderator()
    await ann.says("/add")
    for text in ("The bridge is closed", "Lubinets", "said that", "S1", "/skip", "/skip", "/skip"):
        desk.moments.pass_by(minutes=59)
        await ann.says(text)
    await ann.presses("Confirm")
    assert "on record" in ann.seen


async def test_a_new_dialogue_sets_the_open_one_aside_and_says_so(desk):
    ann = await desk.moderator()
    await ann.tells("/add", "The bridge is closed")
    old = ann.button("Skip")
    await ann.says("/correct F5")
    assert "/add is set aside" in ann.seen and "What is to be corrected" in ann.seen
    assert "In which words" in said(await ann.says(old)), "its buttons take it up again"


async def test_dialogues_of_one_person_in_two_chats_are_two(desk):
    ann, there = await desk.moderator(), desk.person(ANN, GROUP)
    await ann.says("/add")
    assert_short(await there.says("/cancel"), "Nothing is being asked")
    await there.says("/retract F5")
    await there.says("/answer wrong")
    assert "wrong" in there.seen
    assert "Who says so" in said(await ann.says("The bridge is closed"))


async def test_forged_tokens_do_nothing(desk, subtests):
    ann = await desk.moderator()
    await ann.says(BRIDGE)
    before = desk.kept()
    for token in ["999.1", "1.99", "999999999999999.999999999", "0.0", "1.1x"]:
        with subtests.test(token=token):
            for command in ("confirm", "skip", "back", "choose"):
                await ann.says(
                    f"/{command} {token} 1" if command != "confirm" or token != "1.1x" else "/help"
                )
                assert "went wrong" not in ann.seen
            assert desk.kept() == before


async def test_a_dialogue_stays_in_the_story_in_which_it_began(desk):
    ann = await desk.moderator(story=None)
    await ann.tells("/add The bridge is closed", "/skip", "/skip", "/story tarrow-ferry", "S1")
    await ann.tells("/skip", "/skip", "/skip", "[Confirm]")
    belarus = await desk.record.stories.find("belarus")
    (fact,) = await desk.record.listings.latest(belarus.id, limit=1)
    assert fact.statement == "The bridge is closed"
    assert "Tarrow" in said(await ann.says("/about")), "the chat has the other story in use"


async def test_a_story_that_one_may_no_longer_keep_ends_the_dialogue(desk):
    ann = await desk.moderator(ANN, "belarus")
    await desk.appoint(ANN, "tarrow-ferry")
    await ann.tells(BRIDGE, "/story tarrow-ferry")
    await desk.person("telegram:1").tells(f"/dismiss {ANN} belarus", "[Confirm]")
    before = desk.kept()
    assert_short(await ann.says("/confirm"), "moderators of this story")
    assert desk.kept() == before


async def test_each_step_is_asked_the_same_in_any_language(desk):
    """A language without a catalog falls back to English; none changes what is done."""
    ann = await desk.moderator()
    ann.fields["language"] = "uk"
    await ann.tells(
        "/add", "The bridge is closed", "/skip", "/skip", "S1", "/skip", "/skip", "/skip", "/confirm"
    )
    assert "on record" in ann.seen


async def test_a_reader_suggests_in_a_dialogue_as_well(desk):
    eve = desk.person(EVE)
    await eve.tells("/suggest", "The bridge is closed", "/skip", "/skip", "S1", "/skip", "/skip", "/skip")
    assert buttons(eve.reply) == ["Confirm", "Change something", "Back", "Cancel"]
    await eve.presses("Confirm")
    assert "D1" in eve.seen


async def test_cancelling_ends_it_at_any_step(desk):
    ann = await desk.moderator()
    before = desk.kept()
    for turns in (
        ["/add"],
        ["/add", "x y z"],
        [BRIDGE],
        [BRIDGE, "[Change something]"],
        ["/correct F5", "1"],
    ):
        await ann.tells(*turns)
        assert_short(await ann.says("/cancel"), "nothing was changed")
        assert_short(await ann.says("/confirm"), "Nothing is being asked")
    assert desk.kept() == before


async def test_a_dialogue_kept_by_another_version_of_the_program_goes_on(desk):
    """With something beside what is known now, and without what came later."""
    ann = await desk.moderator()
    await ann.says("/add The bridge is closed")
    async with desk.record.database.transaction() as tx:
        other = "json_remove(json_set(state, '$.colour', 'red'), '$.options', '$.again')"
        await tx.run(f"UPDATE dialogue SET state = {other}")
    await ann.tells("Lubinets", "said that", "S1", "/skip", "/skip", "/skip", "/confirm")
    assert "on record" in ann.seen


async def test_a_dialogue_of_a_command_that_is_gone_ends(desk):
    ann = await desk.moderator()
    await ann.says("/add The bridge is closed")
    async with desk.record.database.transaction() as tx:
        await tx.run("UPDATE dialogue SET command = 'gone'")
    assert_short(await ann.says("Lubinets"), "There is no command /gone")
    assert "denied" in said(await ann.says("Who denied it?"))
