"""/source, /entity, /newstory: what facts refer to, added, edited and merged."""

from bot.replies import Line
from tests.bot.desk import ANN, BOB, OWNER, assert_short, buttons, said


async def source(desk, number):
    return (await desk.record.sources.by_id([number]))[number]


async def entity(desk, ref, story=1):
    return await desk.record.entities.alone(story, ref)


async def test_a_source_is_shown_with_how_to_edit_it(desk):
    ann = await desk.moderator()
    await ann.says("/source S1")
    assert "title:" in ann.seen and "published:" in ann.seen
    assert await desk.record.dialogues.find(ANN, ANN) is None


async def test_a_source_is_added_with_its_lines(desk):
    ann = await desk.moderator()
    await ann.says(
        "/source https://example.org/note\ntitle: A note\npublisher: Press\nauthor: Bob\npublished: 2024-02\n"
        "kind: study\nvia: S1\nnote: seen on paper"
    )
    assert "Readers will see" in ann.seen and "A note" in ann.seen
    assert await desk.record.sources.page(1, after=6, limit=5) == []
    await ann.presses("Confirm")
    (added,) = await desk.record.sources.page(1, after=6, limit=5)
    assert (added.title, added.publisher, added.author, added.url) == (
        "A note",
        "Press",
        "Bob",
        "https://example.org/note",
    )
    assert (added.published, added.kind, added.via.id, added.note) == ("2024-02", "study", 1, "seen on paper")
    assert "A note" in said(await desk.person(BOB).says(f"/sources S{added.id}"))


async def test_a_source_is_added_step_by_step(desk):
    ann = await desk.moderator()
    await ann.says("/source A report on ferries")
    assert "New source" in " ".join(buttons(ann.reply))
    await ann.tells("[New source]", "Press", "2024", "[report]", "[Skip]", "[Confirm]")
    (added,) = await desk.record.sources.page(1, after=6, limit=5)
    assert (added.title, added.publisher, added.published) == ("A report on ferries", "Press", "2024")


async def test_a_source_is_edited_and_what_cites_it_reads_so(desk):
    ann = await desk.moderator()
    await ann.says("/source S1\ntitle: Party in Minsk\npublisher: Press")
    assert "S1 reads now" in ann.seen and "It will read" in ann.seen
    assert (await source(desk, 1)).title is None
    await ann.presses("Confirm")
    now = await source(desk, 1)
    assert (now.title, now.publisher, now.name) == ("Party in Minsk", "Press", "the article")
    reply = await desk.person(BOB).says("/fact F5")
    assert any("Party in Minsk" in cited.entry for cited in reply.sources)
    await ann.tells("/source S1\npublisher: none", "[Confirm]")
    assert (await source(desk, 1)).publisher is None


REFUSED_SOURCES = [
    ("/source", "/source <id"),
    ("/source S99", "S99 is not on record"),
    ("/source S99\ntitle: X", "S99 is not on record"),
    ("/source S1\nurl: no address", "no address"),
    ("/source S1\nurl: ftp://x.org", "no address"),
    ("/source S1\nurl: javascript:alert(1)", "no address"),
    ("/source S1\nurl: https://ann:secret@example.org/a", "no address"),
    ("/source javascript:alert(1)\ntitle: X", "no address"),
    ("/source https://ann@example.org/a\ntitle: X", "no address"),
    ("/source S1\npublished: 2024-02-30", "no day that exists"),
    ("/source S1\npublished: soon", "no date"),
    ("/source S1\nkind: rumour", "none of these"),
    ("/source S1\nvia: S99", "S99"),
    ("/source S1\nvia: S1", "itself"),
    ("/source S1\nvia: S2", ""),
    ("/source S1\ntitel: X", "Did you mean “title:”"),
    ("/source S1\ntitle: " + "x" * 2001, "at most 2000"),
    ("/source S1\npublished: 2024-01-04", "already reads so"),
    ("/source https://example.org/a\npublisher: Press", "called"),
    ("/source https://example.org/a\ntitle: https://example.org/a", "an address, not a title"),
    ("/source htp:/x\ntitle: X", "no address"),
    ("/source + ", ""),
    ("/source S40\ntitle: X", ""),
]


async def test_a_source_that_will_not_do_changes_nothing(desk, subtests):
    ann = await desk.moderator()
    before = desk.kept()
    for text, told in REFUSED_SOURCES:
        with subtests.test(text=text):
            await ann.says(text)
            assert_short(ann.reply, told)
            await ann.says("/confirm")
            assert "went wrong" not in ann.seen
            assert desk.kept() == before


async def test_a_source_added_twice_is_on_record_already(desk):
    ann = await desk.moderator()
    text = "/source https://example.org/note\ntitle: A note"
    await ann.tells(text, "[Confirm]")
    before = desk.kept()
    await ann.says(text)
    assert_short(ann.reply, "already")
    assert desk.kept() == before


async def test_of_two_who_edit_a_source_the_second_sees_how_it_reads_now(desk):
    ann, bob = await desk.moderator(ANN), await desk.moderator(BOB)
    await ann.says("/source S1\ntitle: Party in Minsk")
    await bob.says("/source S1\nauthor: Somebody")
    await ann.presses("Confirm")
    before = desk.kept()
    await bob.presses("Confirm")
    assert desk.kept() == before
    assert "changed since you looked" in bob.seen and "Party in Minsk" in bob.seen
    await bob.presses("Confirm")
    now = await source(desk, 1)
    assert (now.title, now.author) == ("Party in Minsk", "Somebody")


# Names


async def test_a_name_is_shown_with_how_to_edit_it(desk):
    ann = await desk.moderator()
    await ann.says("/entity Lubinets")
    assert "Dmytro Lubinets" in ann.seen and "alias:" in ann.seen


async def test_a_name_is_added_with_its_forms_and_its_role(desk):
    ann = await desk.moderator()
    await ann.tells(
        "/entity Ann Smith\nalias: A. Smith; Annie\nrole: harbour master\nsource: S1\nat: ¶3",
        "[New person]",
    )
    assert "Harbour master" in ann.seen
    await ann.presses("Confirm")
    added = await entity(desk, "ann-smith")
    assert (added.kind, added.aliases, added.role) == ("person", ("A. Smith", "Annie"), "harbour master")
    assert (added.role_source.id, added.role_locator) == (1, "¶3")
    assert "Ann Smith" in said(await desk.person(BOB).says("/who annie"))


async def test_a_name_is_edited_and_the_old_one_still_finds_it(desk):
    ann = await desk.moderator()
    await ann.says("/entity Putin\nname: Vladimir Putin\nshort: Putin\nalias: VVP")
    assert "Putin reads now" in ann.seen
    await ann.presses("Confirm")
    now = await entity(desk, "putin")
    assert (now.name, now.short) == ("Vladimir Putin", "Putin")
    assert "VVP" in now.aliases
    for asked in ("putin", "vladimir putin", "vvp"):
        assert "Vladimir Putin" in said(await desk.person(BOB).says(f"/who {asked}"))


async def test_a_role_needs_the_source_that_gives_it(desk):
    ann = await desk.moderator()
    before = desk.kept()
    await ann.says("/entity Putin\nrole: President of Russia")
    assert "Which source gives the role" in ann.seen and "Skip" not in buttons(ann.reply)
    assert_short(await ann.says("/confirm"), "answer the question first")
    assert desk.kept() == before
    await ann.tells("S1", "[Confirm]")
    assert (await entity(desk, "putin")).role == "President of Russia"
    await ann.tells("/entity Putin\nrole: none", "[Confirm]")
    now = await entity(desk, "putin")
    assert (now.role, now.role_source) == (None, None)


async def test_two_names_become_one_and_all_facts_follow(desk):
    ann = await desk.moderator()
    await ann.tells("/add The bridge is closed.\nwho: +person D. Lubinetz\nsource: S1", "[Confirm]")
    await ann.says("/entity D. Lubinetz\nmerge: Dmytro Lubinets")
    assert "Why are the two the same" in ann.seen and "Skip" not in buttons(ann.reply)
    assert_short(await ann.says("/confirm"), "answer the question first")
    await ann.says("A slip of the pen")
    assert "Facts that will name Dmytro Lubinets instead" in ann.seen and "bridge" in ann.seen
    before = desk.kept()
    assert await entity(desk, "d-lubinetz") is not None
    await ann.presses("Confirm")
    assert desk.kept() != before
    reply = await desk.person(BOB).reads("/who D. Lubinetz")
    assert "Dmytro Lubinets" in reply and "bridge" in reply
    (told,) = await desk.record.audit.page(limit=1)
    assert (told.action, told.reason) == ("merged", "A slip of the pen")
    await ann.presses("Undo")
    assert "D. Lubinetz reads as before" in ann.seen
    assert "bridge" in await desk.person(BOB).reads("/who D. Lubinetz")
    assert (await desk.record.audit.verify()).problem is None


async def test_a_merge_lists_the_facts_it_touches_as_far_as_a_page_goes(desk):
    ann = await desk.moderator()
    await ann.says("/entity Lubinets\nmerge: Putin\nreason: x")
    assert facts_in(ann.reply) == [12, 13, 14, 15] and "And more" not in ann.seen
    await ann.says("/entity Lukashenko\nmerge: Putin\nreason: x")
    assert len(facts_in(ann.reply)) == len(set(facts_in(ann.reply))) == 8
    assert "And more: /who Alexander Lukashenko" in ann.seen


def facts_in(reply):
    lines = [block for block in reply.blocks if isinstance(block, Line) and not block.nested]
    return [line.fact for line in lines if line.fact is not None]


async def test_a_merge_of_a_name_that_no_fact_has_lists_none(desk):
    ann = await desk.moderator()
    await ann.tells("/entity +person Ann Smith\nalias: A. Smith", "[Confirm]")
    await ann.says("/entity Ann Smith\nmerge: Putin\nreason: x")
    assert "Confirm" in buttons(ann.reply) and "Facts that will name" not in ann.seen


REFUSED_NAMES = [
    ("/entity", "/entity <name"),
    ("/entity Nobody Known", "is not on record"),
    ("/entity children", "Which one is meant"),
    ("/entity Putin\nkind: animal", "none of these"),
    ("/entity Putin\nname: " + "x" * 501, "at most 500"),
    ("/entity " + "x" * 3000, "at most 500"),
    ("/entity +person " + "x" * 3000, "at most 500"),
    ("/entity +animal Rex", "not on record"),
    ("/entity Putin\nrole: x\nsource: S99", "S99"),
    ("/entity Putin\nrole: x\nsource: + New", "source on record"),
    ("/entity Putin\nmerge: Putin\nreason: x", "into itself"),
    ("/entity Putin\nmerge: Lubinets\nrole: none\nreason: x", "“role:” does not go with “merge:”"),
    ("/entity Putin\nmerge: Nobody Known", "is not on record"),
    ("/entity +person Ann Smith\nmerge: Putin\nreason: x", "Only a name on record"),
    ("/entity Putin\nmerge: Dmytro Lubinets", "Why are the two the same"),
    ("/entity =putin\nmerge: =tarrow", "is not on record"),
    ("/entity +person Putin", "on record already"),
    ("/entity Putin\nname: Putin", "already reads so"),
    ("/entity Putin\ncolour: red", "There is no line “colour:”"),
]


async def test_a_name_that_will_not_do_changes_nothing(desk, subtests):
    ann = await desk.moderator()
    before = desk.kept()
    for text, told in REFUSED_NAMES:
        with subtests.test(text=text):
            await ann.says(text)
            assert_short(ann.reply, told)
            await ann.says("/confirm")
            assert desk.kept() == before


async def test_a_name_merged_twice_is_merged_once(desk):
    ann, bob = await desk.moderator(ANN), await desk.moderator(BOB)
    for person in (ann, bob):
        await person.says("/entity Putin\nmerge: Dmytro Lubinets\nreason: they are one")
    await ann.presses("Confirm")
    before = desk.kept()
    await bob.presses("Confirm")
    assert "already" in bob.seen
    assert desk.kept() == before


# Stories


async def test_a_story_is_opened_at_once_or_step_by_step(desk):
    owner = desk.person(OWNER)
    await owner.says("/newstory north-flood The flood <in> the north")
    assert await desk.record.stories.find("north-flood") is None
    await owner.presses("Confirm")
    assert (await desk.record.stories.find("north-flood")).title == "The flood <in> the north"
    await owner.presses("Use it here")
    assert "The flood <in> the north" in said(await owner.says("/story"))
    await owner.tells("/newstory", "south-flood", "The flood in the south", "[Confirm]")
    assert (await desk.record.stories.find("south-flood")).title == "The flood in the south"
    await owner.says("/newstory west-flood Повінь на заході\nlanguage: UK")
    assert "Language: uk" in owner.seen
    await owner.presses("Confirm")
    west = await desk.record.stories.find("west-flood")
    assert (west.title, west.language) == ("Повінь на заході", "uk")


REFUSED_STORIES = [
    ("/newstory belarus Another", "named belarus already"),
    ("/newstory North Flood", "a-z, 0-9"),
    ("/newstory <b>x</b> Title", "a-z, 0-9"),
    ("/newstory " + "x" * 41 + " Title", "a-z, 0-9"),
    ("/newstory flood " + "x" * 501, "at most 500"),
    ("/newstory flood", "title"),
    ("/newstory flood The flood\nlanguage: xx", "“xx” is none of these: en, uk, ru, be, pl, de, fr, es."),
]


async def test_a_story_that_will_not_do_is_not_opened(desk, subtests):
    owner = desk.person(OWNER)
    before = desk.kept()
    for text, told in REFUSED_STORIES:
        with subtests.test(text=text):
            await owner.says(text)
            assert_short(owner.reply, told)
            await owner.says("/confirm")
            assert desk.kept() == before


async def test_a_story_opened_twice_at_once_is_opened_once(desk):
    owner, bob = desk.person(OWNER), await desk.moderator(BOB, None)
    for person in (owner, bob):
        await person.says("/newstory flood The flood")
    await owner.presses("Confirm")
    before = desk.kept()
    await bob.presses("Confirm")
    assert_short(bob.reply, "already")
    assert desk.kept() == before


async def test_a_story_opened_by_a_moderator_of_all_is_kept_by_them(desk):
    bob = await desk.moderator(BOB, None)
    await bob.tells("/newstory flood The flood", "[Confirm]", "[Use it here]")
    await bob.tells("/add The dam broke.\nsource: + A report", "[Confirm]")
    assert "on record" in bob.seen


async def test_a_name_that_a_change_leaves_unused_is_offered_for_removal(desk):
    ann = await desk.moderator()
    await ann.tells("/add The gate was open\nwho: +person Jhon Hale\nsource: S1", "[Confirm]", "[Undo]")
    assert buttons(ann.reply) == ["Remove the name “Jhon Hale”"]
    await ann.presses("Remove the name")
    assert "Nothing uses this name" in ann.seen
    await ann.presses("Confirm")
    assert "Jhon Hale is removed" in ann.seen and "Jhon Hale" not in said(await ann.says("/who"))
    assert_short(await ann.says("/entity Jhon Hale"), "is not on record")
    await ann.tells("/undo")
    assert "Jhon Hale" in said(await ann.says("/who"))


async def test_a_corrected_name_is_offered_for_removal_and_by_itself(desk):
    ann = await desk.moderator()
    await ann.tells("/add The gate was open\nwho: +person Jhon Hale\nsource: S1", "[Confirm]")
    fact = ann.button("Correct").removeprefix("/correct ")
    await ann.tells(f"/correct {fact}\nwho: +person John Hale\nmaterial: yes\nreason: A slip", "[Confirm]")
    assert "Remove the name “Jhon Hale”" in buttons(ann.reply)
    await ann.says("/entity Jhon Hale")
    assert buttons(ann.reply) == ["Remove the name “Jhon Hale”"]
    assert_short(await ann.says("/entity remove: John Hale"), "still in use")
    assert_short(await ann.says("/entity Jhon Hale\nremove: yes"), "by itself")
    assert_short(await ann.says("/entity remove: Jhon Hale\nname: Hale"), "does not go with “remove:”")
