"""What may be called a typo, which nobody is told of, and what changes what readers were told."""

from tests.bot.desk import assert_short, buttons, said
from tests.bot.filling_in import fills

WHY = "material: yes\nreason: the article says so"


async def fact(desk, number):
    return await desk.record.facts.find(number)


async def test_a_typo_is_not_material_and_needs_no_reason(desk):
    ann = await desk.moderator()
    was = (await fact(desk, 5)).statement
    await ann.tells("/correct F5", "1", was.replace("children", "childern"), "[No]")
    assert "Confirm" in buttons(ann.reply)
    await ann.presses("Confirm")
    (*_, last) = await desk.record.facts.revisions(5)
    assert (last.material, last.reason) == (False, None)
    assert "not material" in said(await desk.person("telegram:9").says("/history F5"))


IMMATERIAL = (
    "where: Russia",
    "quote: not one",
    "occasion: a talk",
    "about: Putin",
    "cue: denied once more that",
)
# What F5 says, with a word that turns it, and with a number.
SAYS = (
    "any children have come to Belarus from among the hundreds whom, by the article's account, Russia"
    " abducted during the war and who were resettled in Russia"
)
TURNED = (
    f"statement: {SAYS.replace('any', 'no')}",
    f"statement: {SAYS.replace('have', 'might have')}",
    f"statement: {SAYS.replace('hundreds', '100')}",
)
WEIGHTY = (
    "who: Putin", "who: none", "stance: denies\ncue: did not confirm that\nwho: Putin", "cue: said that",
    "source: S2", "source: + A memo", "at: ¶9", "at: none", "when: 2024-01\nnote: none",
    "figure: 3 boats", "statement: nobody at all came there", *TURNED,
)  # fmt: skip


async def test_what_changes_what_readers_were_told_is_material(desk, subtests):
    """Who says so and how, on which source, when, how many, and more than a few words."""
    ann = await desk.moderator()
    before = desk.kept()
    for lines in WEIGHTY:
        with subtests.test(lines=lines):
            await ann.says(f"/correct F5\n{lines}\nmaterial: no")
            assert_short(ann.reply, "more than a typo", "“material: yes”")
            await ann.says("/confirm")
            assert desk.kept() == before
            assert "Confirm" in buttons(await ann.says(f"/correct F5\n{lines}\n{WHY}"))


async def test_what_does_not_weigh_may_be_called_immaterial(desks, subtests):
    for lines in IMMATERIAL:
        with subtests.test(lines=lines):
            async with desks() as desk:
                ann = await desk.moderator()
                await ann.tells(f"/correct F5\n{lines}\nmaterial: no", "[Confirm]")
                (*_, last) = await desk.record.facts.revisions(5)
                assert (last.number, last.material) == (2, False)


async def test_what_is_no_typo_after_all_is_asked_about_once_more(desk):
    ann = await desk.moderator()
    await ann.tells("/correct F5\nat: ¶9\nmaterial: no", "[Yes]", "The article has it there", "[Confirm]")
    (*_, last) = await desk.record.facts.revisions(5)
    assert (last.material, last.reason) == (True, "The article has it there")
    await fills(ann, "/correct F5 r2", figure="3 boats", more="material: no", reason="Counted")
    assert "more than a typo" in ann.seen
    await ann.tells("[No]", "[Yes]", "[Confirm]")
    (*_, last) = await desk.record.facts.revisions(5)
    assert (last.number, last.material, last.reason) == (3, True, "Counted")


async def test_of_a_statement_four_words_may_differ_in_a_typo(desk, subtests):
    """A word that is another now counts on both sides."""
    ann = await desk.moderator()
    for words, refused in [(2, False), (3, True)]:
        with subtests.test(words=words):
            statement = (await fact(desk, 9)).statement.split()
            for number in range(words):
                statement[-1 - number] = "xyz"[number:]
            await ann.says(f"/correct F9\nstatement: {' '.join(statement)}\nmaterial: no")
            assert ("more than a typo" in ann.seen, "Confirm" in buttons(ann.reply)) == (refused, not refused)


async def test_whoever_said_that_it_is_a_typo_may_still_say_that_it_is_not(desk):
    ann = await desk.moderator()
    await ann.tells("/correct F5", "[Place in the source]", "¶9")
    assert_short(await ann.presses("No"), "more than a typo")
    await ann.tells("[Yes]", "The article has it there", "[Confirm]")
    assert (await fact(desk, 5)).attributions[0].locator == "¶9"


async def test_a_new_figure_beside_a_number_in_the_statement_is_remarked_on(desk):
    ann = await desk.moderator()
    remark = "The statement itself names a number"
    assert any(char.isdigit() for char in (await fact(desk, 23)).statement)
    assert remark in said(await ann.says(f"/correct F23\nfigure: about 2,500 children\n{WHY}"))
    assert remark not in said(await ann.says(f"/correct F23\nat: ¶9\n{WHY}"))
    assert remark not in said(await ann.says(f"/correct F5\nfigure: 3 boats\n{WHY}"))


async def test_a_material_correction_needs_its_reason(desk, subtests):
    ann = await desk.moderator()
    before = desk.kept()
    for lines in ["at: ¶9", "at: ¶9\nmaterial: yes"]:
        with subtests.test(lines=lines):
            await ann.says(f"/correct F5\n{lines}")
            if "material" not in lines:
                await ann.presses("Yes")
            assert "Why" in ann.seen
            assert_short(await ann.says("/confirm"), "answer the question first")
            assert desk.kept() == before
