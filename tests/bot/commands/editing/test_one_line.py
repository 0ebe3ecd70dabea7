"""/add with one line: what is read from the sentence, what is asked, and that each part can be changed."""

from tests.bot.commands.editing.test_add import newest
from tests.bot.desk import buttons

DENIAL = "/add The harbour master denied that the gate had been left open"


async def test_a_sentence_becomes_speaker_cue_stance_and_statement(desk):
    ann = await desk.moderator()
    await ann.says(DENIAL)
    assert "“The harbour master” is not on record yet. Is it new?" in ann.seen
    await ann.presses("New person")
    assert "role" in ann.seen
    await ann.tells("[Skip]", "S1")
    assert "Where in the source" in ann.seen
    await ann.says("para 5")
    assert "The harbour master denied that the gate had been left open" in ann.seen
    assert buttons(ann.reply)[:2] == ["Confirm", "Change something"]
    await ann.presses("Confirm")
    fact = await newest(desk)
    voice = fact.attributions[0]
    assert (voice.speaker.name, voice.speaker.article) == ("harbour master", "the")
    assert (voice.cue, voice.stance, voice.locator) == ("denied that", "denies", "¶5")
    assert fact.statement == "The gate had been left open"


async def test_a_number_known_names_and_a_day_are_read_and_shown(desk):
    ann = await desk.moderator()
    source = "source: + Coast report\npublished: 2024-05-10\npublisher: Coast Press"
    await ann.says(
        "/add Lubinets said that Putin had let at least 40 buses into Belarus on Tuesday evening ¶7\n"
        + source
    )
    shown = ann.seen
    for words in ("Lubinets said that Putin had let", "at least 40: buses", "Belarus", "7 May 2024"):
        assert words in shown
    assert "given as “Tuesday evening”" in shown
    await ann.presses("Confirm")
    fact = await newest(desk)
    assert [(each.qualifier, each.amount, each.counts) for each in fact.figures] == [
        ("at least", 40, "buses")
    ]
    assert ([each.ref for each in fact.places], [each.ref for each in fact.about]) == (["belarus"], ["putin"])
    assert (fact.occurred, fact.attributions[0].locator) == ("2024-05-07", "¶7")


async def test_each_part_can_be_changed_where_it_is_shown(desk):
    ann = await desk.moderator()
    await ann.tells(
        "/add Lubinets said that 40 buses had come\nsource: S1", "[Change something]", "[Figures]"
    )
    await ann.says("about 40 buses")
    assert "about 40" in ann.seen
    await ann.tells("[Change something]", "[Statement]", "Putin denied that 30 buses had come")
    assert "Putin denied that 30 buses had come" in ann.seen
    await ann.tells("[Change something]", "[Who says so]", "Lubinets", "[Change something]", "[Cue]")
    await ann.says("said that")
    assert "Lubinets said that 30 buses had come" in ann.seen


async def test_a_sentence_typed_as_an_answer_is_read_too(desk):
    ann = await desk.moderator()
    await ann.tells("/add", "Lubinets said that the gate was open", "S1", "¶2")
    assert "Lubinets said that the gate was open" in ann.seen and "Confirm" in buttons(ann.reply)


async def test_what_is_not_found_is_asked_as_ever(desk):
    ann = await desk.moderator()
    await ann.says("/add Police have not confirmed that anybody drowned")
    assert "Who says so" in ann.seen
    await ann.says("/add She said that the bridge was safe")
    assert "Who says so" in ann.seen


async def test_who_is_named_by_a_line_is_not_read_from_the_sentence(desk):
    ann = await desk.moderator()
    await ann.says("/add Putin said that the gate was open\nwho: Lubinets\ncue: confirmed that\nsource: S1")
    assert "Lubinets confirmed that Putin said that the gate was open" in ann.seen


async def test_a_day_that_hangs_on_an_undated_source_is_asked(desk):
    ann = await desk.moderator()
    await ann.says("/add Lubinets said that the gate broke on Tuesday\nsource: + Undated note")
    assert "When did it happen" in ann.seen


async def test_a_place_that_is_given_by_name_stays(desk):
    ann = await desk.moderator()
    await ann.says("/add ¶5 Lubinets said that the gate was open\nsource: S1\nat: 6")
    assert "Who says so" in ann.seen
    await ann.tells("[Skip]", "[Skip]")
    assert "¶5 Lubinets said" in ann.seen
    await ann.presses("Confirm")
    assert (await newest(desk)).attributions[0].locator == "¶6"


async def test_another_statement_brings_its_own_figures_whoever_says_it(desk):
    ann = await desk.moderator()
    await ann.tells(
        "/add", "40 buses had come", "Lubinets", "[said that]", "S1", "[Skip]", "[Skip]", "[Skip]"
    )
    await ann.tells("[Change something]", "[Statement]", "At least 30 boats had come")
    assert "at least 30: boats" in ann.seen and "buses" not in ann.seen


async def test_names_are_known_in_other_languages_too(desk):
    ann = await desk.moderator()
    await ann.says("/add Die Brücke wurde am Abend von Lukashenko in Belarus geschlossen\nsource: S1")
    assert "Belarus" in ann.seen and "Alexander Lukashenko" in ann.seen
