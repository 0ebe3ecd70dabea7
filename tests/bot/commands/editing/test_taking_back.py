"""[Back] takes an answer away with all that came of it; and whose word a sentence is, is asked."""

import pytest

from tests.bot.commands.editing.test_add import newest
from tests.bot.desk import buttons, said

NEW = "/add Nils Orr said that the sea fell"


async def test_back_from_a_speaker_asks_who_is_meant_again(desk):
    ann = await desk.moderator()
    await ann.tells(f"{NEW}\nsource: S1", "[New person]")
    assert "Nils Orr said that the sea fell" in ann.seen
    assert "Is it new?" in said(await ann.presses("Back")) and "Confirm" not in buttons(ann.reply)
    await ann.presses("New organisation")
    assert "Nils Orr said that the sea fell" in ann.seen
    await ann.tells("/add Alexander Lubinetz said that the sea fell\nsource: S1")
    assert "Is one of these meant" in ann.seen
    label = buttons(ann.reply)[0]
    await ann.tells(f"[{label}]", "[Back]")
    assert "Is one of these meant" in ann.seen and f"You had answered: {label}" in ann.seen


async def test_back_asks_the_question_that_the_answer_belongs_to(desk):
    ann = await desk.moderator()
    await ann.tells(NEW, "[New person]", "captain", "https://gull.example/1")
    assert "Is it new?" in ann.seen
    await ann.presses("Back")
    assert "You had answered: “https://gull.example/1”" in ann.seen and "Which source" in ann.seen
    await ann.presses("Back")
    assert "You had answered: “captain”" in ann.seen and "role" in ann.seen
    await ann.tells("captain", "https://gull.example/2", "[New source]", "Gull Gazette")
    await ann.tells(*["[Skip]"] * 5)
    assert "Nils Orr said that the sea fell" in ann.seen
    for _turn in range(6):
        await ann.presses("Back")
    assert "You had answered: “Gull Gazette”" in ann.seen and "document called" in ann.seen


async def test_back_under_the_next_sentence_leaves_what_the_question_shows(desk):
    ann = await desk.moderator()
    await ann.tells("/add Lubinets said that the gate was open\nsource: S1\nat: 4", "[Confirm]")
    await ann.tells("[Next from this source]", "¶6 Putin denied that 30 ships had been there", "[Back]")
    assert "S1 ¶4: Lubinets said that …" in ann.seen
    await ann.says("12 schools had been flooded")
    assert "Lubinets said that 12 schools" in ann.seen and "30" not in ann.seen
    await ann.presses("Confirm")
    voice = (await newest(desk)).attributions[0]
    assert (voice.speaker.ref, voice.cue, voice.locator) == ("lubinets", "said that", "¶4")


@pytest.mark.parametrize("how", ["Contradicts", "Replaces"])
async def test_back_from_a_relation_drops_it(desk, how):
    ann = await desk.moderator()
    await ann.tells("/add Lubinets said that the old school had been shut\nsource: S1", "[Confirm]")
    first = await newest(desk)
    await ann.says("/add Lubinets said that the old school had been shut again\nsource: S1")
    await ann.presses(f"{how} F{first.id}")
    assert f"{how} F{first.id}" not in buttons(ann.reply)
    await ann.presses("Back")
    assert f"{how} F{first.id}" in buttons(ann.reply) and f"It {how.lower()[:4]}" not in ann.seen
    await ann.presses("Confirm")
    now = await newest(desk)
    assert not now.relations and (await desk.record.facts.find(first.id)).superseded_by is None


async def test_back_from_what_is_to_be_changed_shows_the_preview_as_it_was(desk):
    ann = await desk.moderator()
    await ann.tells(NEW, "[New person]", "captain", "S1", "¶2")
    shown = ann.seen
    await ann.tells("[Change something]", "[Back]")
    assert ann.seen == shown
    await ann.tells("[Change something]", "[Cue]", "denied that", "[Back]")
    assert "In which words" in ann.seen
    await ann.presses("Back")
    assert "What is to be changed" in ann.seen
    await ann.presses("Back")
    assert ann.seen == shown


async def test_an_answer_that_will_not_do_leaves_nothing_behind(desk):
    ann = await desk.moderator()
    await ann.tells("/add", "The gate was open", "x" * 501)
    assert "at most 500" in ann.seen and "Who says so" in ann.seen
    await ann.presses("Back")
    assert "What is the statement" in ann.seen and "Back" not in buttons(ann.reply)


@pytest.mark.parametrize(
    "sentence",
    [
        "The town was accused by the guild of leaving the gate open",
        "The gate was left open, harbour master Bo Lund said on Monday",
        'She said: "The gate is old," and left',
        "Lubinets has confirmed the deaths of 3 sailors",
        "“The gate is old”",
        "Holt called the report false",
        "Holt would not say whether it was open",
    ],
)
async def test_whose_word_a_sentence_is_that_was_not_taken_apart_is_asked(desk, sentence):
    ann = await desk.moderator()
    await ann.says(f"/add {sentence}\nsource: S1")
    assert "Who says so" in ann.seen
    await ann.tells("/add Putin denied that the gate was open\nsource: S1", "[Confirm]", "[Next from this]")
    await ann.says(sentence)
    assert "Who says so" in ann.seen
    await ann.tells("Lubinets", "[said that]")
    assert "Lubinets said that" in ann.seen and "Putin" not in ann.seen


async def test_who_a_pronoun_is_is_asked_where_nobody_spoke_before(desk):
    ann = await desk.moderator()
    await ann.says("/add She said that the bridge was safe\nsource: S1")
    assert "Who says so" in ann.seen
    await ann.says("/add The town was accused of it\nsource: S1\nwho: none")
    assert "Confirm" in buttons(ann.reply)


async def test_a_plain_sentence_goes_on_under_the_same_speaker(desk):
    ann = await desk.moderator()
    await ann.tells("/add Putin denied that the gate was open\nsource: S1", "[Confirm]", "[Next from this]")
    await ann.says("Three reports were found in the state office")
    assert "Putin denied that three reports" in ann.seen


async def test_a_quotation_is_shown_before_it_is_confirmed(desk):
    ann = await desk.moderator()
    await ann.says("/add Lubinets said that the pier was shut\nsource: S1\nquote: nobody slept that night")
    assert "Quote “nobody slept that night”" in ann.seen
    await ann.says("/add Lubinets said that the pier was shut\nsource: S1\nquote: pier was shut")
    assert "Quote “pier was shut”" in ann.seen
    await ann.says(
        "/add Lubinets said that the old pier was shut\nsource: S1\nbrief: pier was shut\nquote: all night"
    )
    assert "the old pier was shut (“all night”)" in ann.seen and "Brief pier was shut" in ann.seen


async def test_a_long_statement_does_not_fill_the_preview_of_another(desk):
    ann = await desk.moderator()
    words = "the old pier was shut by the storm and " * 12
    await ann.tells(f"/add {words}\nwho: Lubinets\ncue: said that\nsource: S1", "[Confirm]")
    await ann.says("/add the old pier was shut by the storm\nwho: Lubinets\ncue: said that\nsource: S1")
    heading, _, alike = ann.seen.partition("On record already, and like it")
    assert heading and 0 < len(alike) < 400 and alike.rstrip().endswith("…")
