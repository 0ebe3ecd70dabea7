"""[Next from this source]: what is kept from one statement to the next, and how it ends."""

from tests.bot.commands.editing.test_add import newest
from tests.bot.desk import BOB, Desk, buttons

FIRST = "/add Lubinets said that the gate was open\nsource: S1\nat: 4"


async def test_source_speaker_cue_and_place_are_kept_until_another_is_named(desk):
    ann = await desk.moderator()
    await ann.tells(FIRST, "[Confirm]")
    assert buttons(ann.reply)[:2] == ["Next from this source", "Next, ¶5"]
    await ann.presses("Next from this source")
    assert "S1 ¶4: Lubinets said that …" in ann.seen
    await ann.tells("The bridge had been closed", "[Confirm]")
    fact = await newest(desk)
    voice = fact.attributions[0]
    assert (voice.speaker.ref, voice.cue, voice.source.id, voice.locator) == (
        "lubinets",
        "said that",
        1,
        "¶4",
    )
    await ann.tells("¶6 Putin denied that 30 ships had been there", "[Confirm]")
    voice = (await newest(desk)).attributions[0]
    assert (voice.speaker.ref, voice.stance, voice.locator) == ("putin", "denies", "¶6")
    await ann.tells("He said that the ships were old", "[Confirm]")
    voice = (await newest(desk)).attributions[0]
    assert (voice.speaker.ref, voice.cue, voice.stance) == ("putin", "said that", "asserts")
    await ann.presses("Cancel")
    assert "what you have confirmed is on record" in ann.seen


async def test_the_next_paragraph_and_what_was_just_added_are_a_button_away(desk):
    ann = await desk.moderator()
    await ann.tells(FIRST, "[Confirm]", "[Next, ¶5]", "The bridge had been closed", "[Confirm]")
    assert (await newest(desk)).attributions[0].locator == "¶5"
    await ann.presses("Undo")
    assert "Undone" in ann.seen


async def test_where_four_eyes_are_wanted_it_goes_on_as_well(desk):
    ann = await Desk(desk.record, desk.moments, four_eyes=True).moderator()
    await ann.tells("/add like: F5", "The bridge had been closed", "[Confirm]")
    assert "waits for another moderator" in ann.seen and "S1 ¶2: … " not in ann.seen


async def test_no_fact_is_like_what_is_not_on_record(desk):
    ann = await desk.moderator()
    await ann.says("/add The bridge was shut\nlike: F999")
    assert "F999 is not on record" in ann.seen
    reader = desk.person(BOB)
    await reader.says("/suggest The bridge was shut\nsource: S1\nlike: F5")
    assert "no line “like:”" in reader.seen
