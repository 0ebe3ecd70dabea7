"""How a speaker stands to a statement: told by the cue, or asked where it does not; shown without doubt."""

from tests.bot.desk import assert_short, buttons, said

WHY = "material: yes\nreason: the article says so"


async def fact(desk, number):
    return await desk.record.facts.find(number)


async def newest(desk, story="belarus"):
    found = await desk.record.stories.find(story)
    (fact,) = await desk.record.listings.latest(found.id, limit=1)
    return fact


# In a new fact


async def test_where_the_cue_leaves_it_in_doubt_the_stance_is_asked_with_buttons(desk):
    ann = await desk.moderator()
    before = desk.kept()
    await ann.says("/add The bridge is closed.\nwho: Putin\ncue: dismissed as false that\nsource: S1")
    assert "The cue does not tell" in ann.seen and "Skip" not in buttons(ann.reply)
    assert buttons(ann.reply)[:2] == ["asserts", "denies"] and "calls for" in buttons(ann.reply)
    assert_short(await ann.says("/skip"), "cannot be left open")
    assert_short(await ann.says("/confirm"), "answer the question first")
    assert "none of these" in said(await ann.says("doubts"))
    assert "denies" in buttons(ann.reply) and desk.kept() == before
    await ann.tells("[denies]", "[Confirm]")
    voice = (await newest(desk)).attributions[0]
    assert (voice.cue, voice.stance) == ("dismissed as false that", "denies")


async def test_it_is_asked_step_by_step_too_and_by_readers_and_not_without_need(desk):
    eve = desk.person("telegram:66")
    await eve.tells("/suggest", "The bridge is closed.", "Putin", "never said that")
    assert "The cue does not tell" in eve.seen
    await eve.presses("supports")
    assert "Which source" in eve.seen
    await eve.tells("/suggest", "The bridge is closed.", "Putin", "said that")
    assert "Which source" in eve.seen
    await eve.tells("/suggest", "The bridge is closed.", "Putin", "/skip")
    assert "Which source" in eve.seen


async def test_a_stance_given_with_a_cue_in_doubt_is_taken_and_one_against_its_cue_is_not(desk):
    ann = await desk.moderator()
    await ann.tells("/add It is.\ncue: never said that\nstance: alleges\nsource: S1", "[Confirm]")
    assert (await newest(desk)).attributions[0].stance == "alleges"
    before = desk.kept()
    for lines in ("cue: denied that\nstance: asserts", "cue: said that\nstance: denies"):
        assert_short(await ann.says(f"/add The bridge is closed.\n{lines}\nsource: S1"), "does not go with")
        assert "Confirm" not in buttons(ann.reply)
    assert desk.kept() == before


async def test_another_cue_brings_its_own_stance(desk):
    ann = await desk.moderator()
    await ann.says("/add The bridge is closed.\nwho: Putin\ncue: never said that\nstance: denies\nsource: S1")
    await ann.tells("[Change something]", "[Cue]", "said that", "[Confirm]")
    assert (await newest(desk)).attributions[0].stance == "asserts"
    await ann.says("/add The road is closed.\nwho: Putin\ncue: denied that\nsource: S1")
    await ann.tells("[Change something]", "[Cue]", "did not say that")
    assert "The cue does not tell" in ann.seen
    await ann.tells("[alleges]", "[Confirm]")
    assert (await newest(desk)).attributions[0].stance == "alleges"


async def test_a_stance_that_was_typed_stays_with_another_cue_unless_it_goes_against_that(desk, subtests):
    ann = await desk.moderator()
    cases = [
        ("said that", "alleges", "Said that", "alleges"),
        ("said that", "alleges", "did not confirm that", "alleges"),
        ("Half true", "rates", "Denied", "rates"),
        ("never said that", "alleges", "denied that", "denies"),
    ]
    for number, (cue, stance, other, stays) in enumerate(cases):
        with subtests.test(cue=cue, stance=stance, other=other):
            lines = f"who: Putin\ncue: {cue}\nstance: {stance}\nsource: S1"
            await ann.tells(f"/add The bridge {number} is closed.\n{lines}", "[Change something]", "[Cue]")
            await ann.says(other)
            left = f"Left out: “{other}” does not go with the stance “{stance}”."
            assert (f"Stance {stays}" in ann.seen) is (stays == stance), ann.seen
            assert (left in ann.seen) is (stays != stance)
            await ann.presses("Confirm")
            voice = (await newest(desk)).attributions[0]
            assert (voice.cue, voice.stance) == (other, stays)


async def test_lines_that_change_a_drafts_cue_leave_its_stance(desk, subtests):
    eve, ann = desk.person("telegram:66"), await desk.moderator()
    for number, (cue, stays) in enumerate(
        [("told the council that", "alleges"), ("denied that", "denies")], 1
    ):
        with subtests.test(cue):
            lines = "who: Putin\ncue: said that\nstance: alleges\nsource: S1"
            await eve.tells(f"/suggest The bridge {number} is closed.\n{lines}", "[Confirm]")
            await ann.tells(f"/edit D{number}\ncue: {cue}", "[Confirm]")
            voice = (await newest(desk)).attributions[0]
            assert (voice.cue, voice.stance) == (cue, stays)


async def test_a_draft_that_is_edited_keeps_its_cues_stance_and_takes_another_cues(desk):
    eve, ann = desk.person("telegram:66"), await desk.moderator()
    await eve.tells("/suggest The bridge is closed.\nwho: Putin\ncue: denied that\nsource: S1", "[Confirm]")
    await ann.tells("/edit D1", "[Change something]", "[Cue]", "said that", "[Confirm]")
    voice = (await newest(desk)).attributions[0]
    assert (voice.cue, voice.stance) == ("said that", "asserts")


# In a change


async def test_where_the_new_cue_leaves_it_in_doubt_the_stance_is_asked(desk):
    ann = await desk.moderator()
    stances = ["asserts", "denies", "admits", "alleges", "confirms", "supports", "calls for"]
    for turns in (
        ["/correct F5", "[Cue]", "did not confirm that"],
        ["/correct F5\ncue: did not confirm that"],
    ):
        await ann.tells(*turns)
        assert "The cue does not tell" in ann.seen, turns
        assert set(buttons(ann.reply)) - {"Cancel", "Back"} == set(stances)
        assert_short(await ann.says("/skip"), "cannot be left open")
        assert "none of these" in said(await ann.says("perhaps")), turns
        assert set(stances) < set(buttons(ann.reply)), turns
        await ann.tells("[alleges]", "[Yes]", "So it is")
        assert "Confirm" in buttons(ann.reply)
    await ann.presses("Confirm")
    voice = (await fact(desk, 5)).attributions[0]
    assert (voice.cue, voice.stance) == ("did not confirm that", "alleges")


async def test_a_cue_that_tells_it_changes_the_stance_unasked(desk):
    ann = await desk.moderator()
    await ann.tells("/correct F5", "[Cue]", "said that", "[Yes]", "So it is", "[Confirm]")
    assert (await fact(desk, 5)).attributions[0].stance == "asserts"


async def test_a_stance_that_goes_against_the_cue_is_refused(desk, subtests):
    """F5's own cue is “denied that”: also where it stays."""
    ann = await desk.moderator()
    before = desk.kept()
    for lines in [
        "stance: asserts",
        "stance: alleges",
        "cue: denied that\nstance: supports",
        "cue: said that\nstance: Denies",
    ]:
        with subtests.test(lines=lines):
            assert_short(await ann.says(f"/correct F5\n{lines}\n{WHY}"), "does not go with the stance")
            assert "Confirm" not in buttons(ann.reply)
            assert "does not go with the stance" in said(
                await ann.says("/attribute F8\nsource: S2\ncue: denied that\nstance: confirms")
            )
            assert desk.kept() == before


async def test_whose_voices_change_is_shown_in_whole_sentences(desk):
    """“Supported by: Putin” beneath a denial would leave open what he supports."""
    ann = await desk.moderator()
    await ann.says("/attribute F5\nwho: Putin\ncue: confirmed that\nsource: S2\nat: p. 9")
    statement = (await fact(desk, 5)).statement
    assert f"Putin confirmed that {statement}" in ann.seen
    assert "not denied but held by" not in ann.seen and "confirmed by" not in ann.seen
    await ann.presses("Confirm")
    # Where they stand, they are told in short, and nobody backs a denial who does not.
    assert "stated, not denied, by Putin" in ann.seen and "confirmed by" not in ann.seen
    eve = desk.person("telegram:9")
    pages = [said(await eve.says("/disputed"))]
    while "Next" in buttons(eve.reply):
        await eve.presses("Next")
        pages.append(eve.seen)
    assert "stated, not denied, by Putin" in "\n".join(pages)
    # Where a fact is told by itself there is room for the sentence.
    assert f"Putin confirmed that {statement}" in said(await eve.says("/fact F5"))
    # Another change does not change them: they are told in short there too.
    await ann.says(f"/correct F5\nwhere: Russia\n{WHY}")
    assert "stated, not denied, by Putin" in ann.seen


async def test_a_rating_is_typed_and_whatever_its_words_are_they_stay_a_rating(desk):
    ann = await desk.moderator()
    rating = "/add The bridge is closed.\nwho: Putin\ncue: Denied\nstance: rates\nsource: S1"
    await ann.tells(rating, "[Confirm]")
    added = await newest(desk)
    assert added.attributions[0].stance == "rates"
    await ann.tells(f"/correct F{added.id}\ncue: Mostly denied\nmaterial: no", "[Confirm]")
    voice = (await fact(desk, added.id)).attributions[0]
    assert (voice.cue, voice.stance) == ("Mostly denied", "rates")
