"""/correct, /attribute, /relate, /supersede: each shows what was and what will be, and revises the fact."""

import pytest

from tests.bot.desk import assert_short, buttons, said
from tests.bot.filling_in import fills, opened, shown

WHY = "material: yes\nreason: the article says so"
BRIEF = "any children have come to Belarus from among the hundreds whom Russia abducted"
# A line of /correct, and what the fact holds afterwards.
LINES = {
    "statement: nobody came": lambda fact: fact.statement == "nobody came",
    "brief: none": lambda fact: fact.brief is None,
    f"brief: {BRIEF}": lambda fact: fact.brief == BRIEF,
    "independent: yes": lambda fact: fact.attributions[0].independent,
    "when: 2024-01\nnote: none": lambda fact: (fact.occurred, fact.date_note) == ("2024-01", None),
    "when: 18 July\nnote: no year": lambda fact: (fact.occurred, fact.date_note) == ("XXXX-07-18", "no year"),
    "when: in March 2024\nnote: none": lambda fact: fact.occurred == "2024-03",
    "occasion: New Year's Eve": lambda fact: fact.occasion == "New Year's Eve",
    "note: the article gives no day": lambda fact: fact.date_note == "the article gives no day",
    "where: Russia; +place Minsk": lambda fact: [p.name for p in fact.places] == ["Russia", "Minsk"],
    "where: none": lambda fact: fact.places == (),
    "about: Putin": lambda fact: [entity.ref for entity in fact.about] == ["putin"],
    "figure: about 7 buses": lambda fact: [(f.amount, f.counts) for f in fact.figures] == [(7, "buses")],
    "figure: none": lambda fact: fact.figures == (),
    "who: Putin": lambda fact: fact.attributions[0].speaker.ref == "putin",
    "who: none": lambda fact: fact.attributions[0].speaker is None,
    "who: +person Ann Smith": lambda fact: fact.attributions[0].speaker.name == "Ann Smith",
    "cue: admitted that": lambda fact: fact.attributions[0].stance == "admits",
    "cue: did not confirm that\nstance: alleges": lambda fact: fact.attributions[0].stance == "alleges",
    "cue: claims that\nstance: asserts": lambda fact: fact.attributions[0].stance == "asserts",
    "at: ¶99": lambda fact: fact.attributions[0].locator == "¶99",
    "at: none": lambda fact: fact.attributions[0].locator is None,
    "quote: not one": lambda fact: fact.attributions[0].quote == "not one",
    "said: 2024-01-02": lambda fact: fact.attributions[0].said == "2024-01-02",
    "source: S2": lambda fact: fact.attributions[0].source.id == 2,
    "source: + A memo\npublished: 2024": lambda fact: fact.attributions[0].source.title == "A memo",
}


async def fact(desk, number):
    return await desk.record.facts.find(number)


# What each line may change; in a voice a cue brings its stance along.
CHANGED = {
    "statement": {"statement", "brief"}, "brief": {"brief"}, "independent": {"independent"},
    "when": {"occurred"}, "note": {"date_note"}, "occasion": {"occasion"},
    "where": {"places"}, "about": {"about"}, "figure": {"figures"}, "who": {"speaker"}, "at": {"locator"},
    "cue": {"cue", "stance"}, "stance": {"stance"}, "quote": {"quote"}, "said": {"said"},
    "source": {"source"}, "published": {"source"},
}  # fmt: skip


def parts(fact):
    """Return each part of a fact and of its first voice by name, but the revision's number."""
    (voice,) = fact.attributions
    fields = {name: getattr(each, name) for each in (fact, voice) for name in type(each).model_fields}
    return fields | {"revision": None, "attributions": None}


async def test_a_part_is_corrected_and_nothing_else(desks, subtests):
    for lines, holds in LINES.items():
        with subtests.test(lines=lines):
            async with desks() as desk:
                ann = await desk.moderator()
                # Only F18 has a figure that can be taken away.
                number = 18 if lines == "figure: none" else 5
                was = await fact(desk, number)
                await ann.says(f"/correct F{number}\n{lines}\n{WHY}")
                assert f"F{number} reads now" in ann.seen and "It will read" in ann.seen
                assert await fact(desk, number) == was
                await ann.presses("Confirm")
                now = await fact(desk, number)
                assert holds(now) and not holds(was)
                assert now.revision == 2
                given = {line.split(":")[0] for line in lines.split("\n")}
                before, after = parts(was), parts(now)
                different = {name for name in before if before[name] != after[name]}
                assert different <= set.union(*(CHANGED[name] for name in given))
                (*_, last) = await desk.record.facts.revisions(number)
                assert (last.kind, last.actor, last.material) == ("corrected", ann.user, True)
                assert last.reason == "the article says so"


async def test_a_further_voice_is_corrected_by_its_number(desk):
    ann = await desk.moderator()
    await ann.tells("/attribute F5\nwho: Putin\nsource: S2", "[Confirm]")
    await ann.tells(f"/correct F5\nvoice: 2\nat: p. 9\n{WHY}", "[Confirm]")
    first, second = (await fact(desk, 5)).attributions
    assert (first.locator, second.locator) == ("¶2", "p. 9")
    before = desk.kept()
    for number in ("3", "0", "x", "-1", "²"):
        assert_short(
            await ann.says(f"/correct F5\nvoice: {number}\nat: p. 9\n{WHY}"), "which one by its number"
        )
    assert desk.kept() == before


async def test_step_by_step_it_asks_which_part_whether_it_is_material_and_why(desk):
    ann = await desk.moderator()
    await ann.says("/correct F5")
    assert len(buttons(ann.reply)) == 13
    await ann.tells("[When]", "2024-01")
    assert "leave open about the date" in ann.seen and "Skip" not in buttons(ann.reply)
    assert [label[:8] for label in buttons(ann.reply)[:2]] == ["As it is", "Nothing:"]
    await ann.presses("Nothing")
    assert "material" in ann.seen and "Skip" not in buttons(ann.reply)
    await ann.presses("Yes")
    assert "Why" in ann.seen and "Skip" not in buttons(ann.reply)
    assert_short(await ann.says("/skip"), "cannot be left open")
    await ann.says("The article has it")
    assert "January 2024" in ann.seen
    await ann.presses("Confirm")
    now = await fact(desk, 5)
    assert (now.occurred, now.date_note) == ("2024-01", None)


@pytest.mark.parametrize(("answer", "note"), [("[As it is]", True), ("the month is open", False)])
async def test_a_note_on_a_date_that_is_corrected_may_stay_or_be_another(desk, answer, note):
    ann = await desk.moderator()
    kept = (await fact(desk, 5)).date_note
    await ann.tells("/correct F5", "[When]", "2024-01", answer, "[Yes]", "So it is", "[Confirm]")
    now = await fact(desk, 5)
    assert (now.occurred, now.date_note) == ("2024-01", kept if note else answer)


async def test_a_new_date_does_not_stand_beside_an_old_note(desk):
    ann = await desk.moderator()
    before = desk.kept()
    note = (await fact(desk, 5)).date_note
    assert_short(await ann.says(f"/correct F5\nwhen: 2024-01\n{WHY}"), "has a note on its date", note)
    assert_short(await ann.says(f"/correct F5\nwhen: none\n{WHY}"), "has a note on its date")
    assert_short(await ann.says(f"/correct F5\nwhen: 2024-01\nnote:\n{WHY}"), "has a note on its date", note)
    assert desk.kept() == before
    assert {"As it is", "Nothing"} <= {label.partition(":")[0] for label in buttons(ann.reply)}
    # A note that is kept as it is has been looked at.
    await ann.tells(f"/correct F5\nwhen: 2024-01\nnote: {note}\n{WHY}", "[Confirm]")
    assert (await fact(desk, 5)).date_note == note
    # Where there is none, nothing is asked.
    assert (await fact(desk, 16)).date_note is None
    assert "Confirm" in buttons(await ann.says(f"/correct F16\nwhen: 2024-01\n{WHY}"))


async def test_what_becomes_of_an_old_note_is_asked_of_a_form_too(desk):
    ann = await desk.moderator()
    sheet = await opened(ann, "/correct F5")
    await fills(ann, sheet.key, **shown(sheet) | {"when": "2024-01", "reason": "So it is"})
    await ann.presses("Yes")
    assert "has a note on its date" in ann.seen
    await ann.tells("[Nothing]", "[Confirm]")
    now = await fact(desk, 5)
    assert (now.occurred, now.date_note) == ("2024-01", None)


REFUSED = [
    ("/correct", "/correct <id>"), ("/correct F999", "F999 is not on record"),
    ("/correct F60", "another story"), ("/correct five", "by its id"),
    ("/correct F5 the rest of the line", "is not understood"),
    ("/correct F5\nthe rest", "is not understood"), ("/correct F5\nwen: 2024", "Did you mean “when:”"),
    ("/correct F5\nwhen: soon", "no date"), ("/correct F5\nwhen: 2024-02-30", "no day that exists"),
    ("/correct F5\nwho: Nobody Known", "Is it new"), ("/correct F5\nsource: htp:/x", "no address"),
    ("/correct F5\nsource: javascript:alert(1)", "no address"),
    ("/correct F5\nsource: https://ann:secret@example.org/", "no address"),
    ("/correct F5\nfigure: many", "not a figure"), ("/correct F5\nmaterial: perhaps", "none of these"),
    ("/correct F5\nstatement: " + "x" * 3990, "at most 4000"),
    ("/correct F5\nat: ¶2\nmaterial: no", "already reads so"), ("/correct F5\nwhy: it is so", "“why:”"),
    ("/relate F5 contradicts F8\nbecause: it is so", "no line “because:”"),
    ("/correct F5\nmaterial: no", "already reads so"), ("/attribute F999", "F999 is not on record"),
    ("/attribute F60", "another story"),
    ("/attribute F5\nwho: Lukashenko\nsource: S1\nat: ¶2", "has that attribution already"),
    ("/attribute F5\nsource: S99", "S99"), ("/attribute F5\nwhere: Belarus", "“where:”"),
    ("/relate F5 contradicts F5", "to itself"), ("/relate F5 supports 5", "to itself"),
    ("/relate F5 contradicts F60", "another story"), ("/relate F5 contradicts F999", "not on record"),
    ("/relate F5 dislikes F6", "Say how"), ("/relate F5 contradicts", "Say how"),
    ("/relate F5 contradicts F6 and F7", "Say how"), ("/relate F5 unrelated F25", "are not related"),
    ("/relate F5 unrelated F9", "/relate F9 unrelated F5"), ("/relate F60 contradicts F5", "another story"),
    ("/supersede F5 F5", "to itself"), ("/supersede F5 F60", "another story"),
    ("/supersede F5 F999", "not on record"), ("/supersede F5 it", "by its id"),
    ("/supersede F5 none", "not superseded"), ("/supersede F60 F5", "another story"),
]  # fmt: skip


async def test_what_will_not_do_is_told_and_changes_nothing(desk, subtests):
    ann = await desk.moderator()
    before = desk.kept()
    for text, told in REFUSED:
        with subtests.test(text=text):
            await ann.says(text)
            assert_short(ann.reply, told)
            await ann.says("/confirm")
            assert desk.kept() == before


async def test_markup_in_a_correction_stays_text(desk):
    ann = await desk.moderator()
    await ann.tells(
        "/correct F5\nstatement: <b>none</b> & <i>came</i>\nmaterial: yes\nreason: <u>x</u>", "/confirm"
    )
    assert (await fact(desk, 5)).statement == "<b>none</b> & <i>came</i>"
    assert "<u>x</u>" in said(await ann.says("/history F5"))


# A further attribution


async def test_with_a_further_attribution_the_standing_follows(desk):
    ann = await desk.moderator()
    assert (await fact(desk, 8)).standing == "attributed"
    await ann.says("/attribute F8\nwho: Putin\ncue: confirmed that\nsource: + A speech\nat: minute 3")
    assert "Putin confirms it; independence not checked" in ann.seen
    await ann.presses("Confirm")
    now = await fact(desk, 8)
    assert now.standing == "corroborated"
    assert [item.stance for item in now.attributions][-1] == "confirms"
    (*_, last) = await desk.record.facts.revisions(8)
    assert last.kind == "attributed"


async def test_a_further_attribution_is_asked_for_step_by_step(desk):
    ann = await desk.moderator()
    await ann.tells("/attribute F8", "Putin", "[confirmed that]", "+ A speech")
    await ann.tells("/skip", "/skip", "[statement]", "/skip", "minute 3", "[Confirm]")
    further = (await fact(desk, 8)).attributions[-1]
    assert (further.source.title, further.source.kind, further.locator) == (
        "A speech",
        "statement",
        "minute 3",
    )


# Relations


async def test_two_facts_are_set_against_each_other_and_parted_again(desk):
    ann = await desk.moderator()
    await ann.says("/relate F8 contradicts F10\nquestion: Is it hard to trace them?")
    assert "Contradicts: F10" in ann.seen
    await ann.presses("Confirm")
    assert (await fact(desk, 8)).standing == "disputed" == (await fact(desk, 10)).standing
    assert "Is it hard to trace them?" in await ann.reads("/disputed")
    await ann.tells("/relate F8 unrelated to F10", "[Confirm]")
    assert (await fact(desk, 8)).standing == "attributed" == (await fact(desk, 10)).standing


async def test_a_relation_takes_the_place_of_another_between_the_same_two(desk):
    ann = await desk.moderator()
    await ann.tells("/relate F8 contradicts F10", "[Confirm]", "/relate F8 supports F10", "[Confirm]")
    assert [(item.kind, item.other_id) for item in (await fact(desk, 8)).relations if item.outgoing] == [
        ("supports", 10)
    ]
    before = desk.kept()
    assert_short(await ann.says("/relate F8 supports F10"), "already reads so")
    assert desk.kept() == before


async def test_a_relation_keeps_what_is_not_given_anew(desk):
    ann = await desk.moderator()
    await ann.tells("/relate F8 contradicts F10\nquestion: Is it so?\nsource: S2\nat: p. 3", "[Confirm]")

    async def relation():
        (item,) = [item for item in (await desk.record.facts.entry(8)).contradicts if item.fact == ten]
        return item.about, item.source, item.locator

    ten = (await fact(desk, 10)).ref
    about, source, locator = await relation()
    assert (about, source is not None, locator) == ("Is it so?", True, "p. 3")
    await ann.tells("/relate F8 contradicts F10\nat: p. 4", "[Confirm]")
    assert await relation() == (about, source, "p. 4")
    await ann.tells("/relate F8 contradicts F10\nquestion: Or not?", "[Confirm]")
    assert await relation() == ("Or not?", source, "p. 4")
    await ann.tells("/relate F8 contradicts F10\nsource: S1", "[Confirm]")
    now = await relation()
    assert now[1] not in (None, source) and (now[0], now[2]) == ("Or not?", "p. 4")
    # What tells nothing new changes nothing.
    assert_short(await ann.says("/relate F8 contradicts F10"), "already reads so")


async def test_facts_that_are_not_in_force_take_no_relation(desk):
    ann = await desk.moderator()
    await ann.tells("/retract F8 wrong", "[Confirm]", "/supersede F10 F9", "[Confirm]")
    before = desk.kept()
    assert_short(await ann.says("/relate F8 contradicts F9"), "/restore F8 first")
    assert_short(await ann.says("/relate F9 contradicts F8"), "F8")
    assert_short(await ann.says("/relate F9 contradicts F10"), "superseded by F9")
    assert desk.kept() == before


# Superseding


async def test_a_later_fact_takes_the_place_of_one_and_gives_it_back(desk):
    ann = await desk.moderator()
    await ann.says("/supersede F8 F10 The later report has it")
    assert "Superseded by F10" in ann.seen
    await ann.presses("Confirm")
    now = await fact(desk, 8)
    assert (now.standing, now.superseded_by) == ("superseded", 10)
    (*_, last) = await desk.record.facts.revisions(8)
    assert (last.kind, last.reason) == ("superseded", "The later report has it")
    await ann.tells("/supersede F8 none", "[Confirm]")
    assert (await fact(desk, 8)).standing == "attributed"
    (*_, last) = await desk.record.facts.revisions(8)
    assert last.kind == "restored"
    (told,) = await desk.record.audit.page(limit=1)
    assert (told.action, told.subject) == ("restored", "F8")
    await ann.presses("Undo")
    assert (await fact(desk, 8)).superseded_by == 10


async def test_superseding_makes_no_cycle_and_no_chain_to_nowhere(desk):
    ann = await desk.moderator()
    await ann.tells("/supersede F8 F10", "[Confirm]")
    before = desk.kept()
    for text, told in (
        ("/supersede F10 F8", "F8 is superseded by F10 itself: /supersede F8 none first"),
        ("/supersede F8 F9", "superseded by F10"),
        ("/supersede F9 F8", "superseded by F10"),
    ):
        assert_short(await ann.says(text), told)
    assert desk.kept() == before


async def test_of_two_who_supersede_crosswise_at_once_one_is_refused(desk):
    ann, bob = await desk.moderator(), await desk.moderator("telegram:8")
    await ann.says("/supersede F8 F10")
    await bob.says("/supersede F10 F8")
    await ann.presses("Confirm")
    before = desk.kept()
    await bob.presses("Confirm")
    assert "in force" in bob.seen or "superseded" in bob.seen
    assert desk.kept() == before


async def test_a_retracted_fact_takes_no_place(desk):
    ann = await desk.moderator()
    await ann.tells("/retract F10 wrong", "[Confirm]")
    before = desk.kept()
    for text in ("/supersede F8 F10", "/supersede F10 F8"):
        assert_short(await ann.says(text), "F10 is retracted")
    assert desk.kept() == before
