"""Lines that are never asked for: brief, supersedes, part, independent, article; and which source is it."""

from __future__ import annotations

from tests.bot.desk import BOB, EVE, Desk, assert_short, buttons, said

HALL = "/add The hall of Lukiv holds at least 300 people\nsource: S1"
WHY = "material: yes\nreason: counted again"


async def fact(desk, number):
    return await desk.record.facts.find(number)


async def added(desk, person, text) -> int:
    """Put a fact on record; return its number."""
    await person.tells(text, "[Confirm]")
    story = await desk.record.stories.find("belarus")
    (newest,) = await desk.record.listings.latest(story.id, limit=1)
    return newest.id


async def test_a_brief_is_shown_with_what_it_is_short_for(desk):
    ann = await desk.moderator()
    await ann.says(f"{HALL}\nbrief: holds at least 300 people")
    assert "Brief holds at least 300 people" in ann.seen
    number = await added(desk, ann, f"{HALL}\nbrief: the hall holds at least 300 people")
    assert (await fact(desk, number)).brief == "the hall holds at least 300 people"


async def test_a_brief_that_disagrees_is_asked_for_again_and_may_be_left_out(desk):
    ann = await desk.moderator()
    for brief, why in (
        ("400 people", "400"),
        ("300 people", "at least"),
        ("The barn of Minsk stood", "“barn”, “Minsk” and “stood”"),
    ):
        await ann.says(f"{HALL}\nbrief: {brief}")
        assert "the statement's own words" in ann.seen and why in ann.seen
    assert "Skip" in buttons(ann.reply)
    await ann.says("x" * 101)
    assert "at most 100" in ann.seen
    await ann.says("at least 300 people")
    await ann.presses("Confirm")
    assert "is on record" in ann.seen


async def test_a_brief_goes_with_its_statement_or_another_is_given(desk):
    ann = await desk.moderator()
    number = await added(desk, ann, f"{HALL}\nbrief: holds at least 300 people")
    await ann.says(f"/correct F{number}\nstatement: The hall of Lukiv holds at least 310 people\n{WHY}")
    assert "Its brief goes with the old statement: “holds at least 300 people”" in ann.seen
    lines = "statement: The hall of Lukiv holds at least 310 people\nbrief: at least 310 people"
    await ann.tells(f"/correct F{number}\n{lines}\n{WHY}", "[Confirm]")
    assert (await fact(desk, number)).brief == "at least 310 people"
    # A typo put right leaves it.
    slip = "statement: The hall of Lukiv can hold at least 310 people\nmaterial: yes\nreason: a slip"
    await ann.says(f"/correct F{number}\n{slip}")
    assert "goes with the old statement" in ann.seen
    typo = "statement: The hall of Lukiw holds at least 310 people\nmaterial: no"
    await ann.tells(f"/correct F{number}\n{typo}", "[Confirm]")
    assert (await fact(desk, number)).brief == "at least 310 people"
    await ann.says(f"/history F{number}")
    shown = [(getattr(block, "label", None), block.text) for block in ann.reply.blocks]
    assert (None, "The article: The hall of Lukiv holds at least 300 people") in shown
    briefs = [text for label, text in shown if label == "Brief"]
    assert briefs == ["“at least 310 people”"]


async def test_a_reader_may_suggest_a_brief_and_a_moderator_edits_it(desk):
    eve, ann = desk.person(EVE), await desk.moderator()
    await eve.tells(f"{HALL.replace('/add', '/suggest')}\nbrief: at least 300 people", "[Confirm]")
    await ann.says("/review")
    assert "at least 300 people" in ann.seen
    draft = next(each.command for each in ann.reply.actions if each.label == "Approve").split()[1]
    await ann.tells(f"/edit {draft}\nbrief: none", "[Confirm]")
    story = await desk.record.stories.find("belarus")
    (newest,) = await desk.record.listings.latest(story.id, limit=1)
    assert newest.brief is None


async def test_a_new_fact_takes_the_place_of_another_in_one_change(desk):
    ann = await desk.moderator()
    await ann.says(f"{HALL}\nsupersedes: F3")
    assert "It takes the place of" in ann.seen and "international condemnation" in ann.seen
    assert (await fact(desk, 3)).in_force
    await ann.presses("Confirm")
    new = (await fact(desk, 3)).superseded_by
    assert f"F{new} is on record, in the place of F3" in ann.seen
    await ann.presses("Undo")
    assert (await fact(desk, 3)).in_force and "F3 is in force again" in ann.seen
    assert (await fact(desk, new)).retracted


async def test_in_a_chat_what_takes_a_place_is_seen_at_once_though_its_notice_waits(desk):
    ann, eve = await desk.moderator(), desk.person(EVE)
    old = await added(desk, ann, "/add The hall of Lukiv holds 200 people\nsource: S1")
    new = await added(desk, ann, f"{HALL}\nsupersedes: F{old}")
    found = await eve.reads("/what hall of Lukiv")
    assert "at least 300 people" in found
    assert "holds 200 people" not in found
    shown = said(await eve.says(f"/fact F{old}"))
    assert "holds 200 people" in shown and f"uperseded by F{new}" in shown


async def test_who_stands_against_the_old_fact_alone_is_told_with_what_to_do(desk):
    ann = await desk.moderator()
    old = await added(desk, ann, HALL)
    against = await added(desk, ann, f"/add Nobody has ever seen that hall\nsource: S1\ncontradicts: F{old}")
    later = HALL.replace("at least 300", "exactly 310")
    await ann.says(f"{later}\nsupersedes: F{old}\ncontradicts: F{against}")
    assert "stands against" not in ann.seen
    await ann.says("/cancel")
    await ann.says(f"{later}\nsupersedes: F{old}")
    told = f"F{against} stands against F{old}, and not against the new one."
    assert f"{told} If it does, add a line: contradicts: F{against}" in ann.seen
    await ann.presses("Confirm")
    new = (await fact(desk, old)).superseded_by
    command = f"/relate F{against} contradicts F{new}"
    told = f"F{against} stands against F{old}, and not against F{new}. If it does: {command}"
    assert told in ann.seen
    assert not (await fact(desk, new)).relations
    await ann.presses("Undo")
    await ann.tells(f"/restore F{new} it was right", "[Confirm]")
    await ann.tells(f"/supersede F{old} none", "[Confirm]")
    await ann.says(f"/supersede F{old} F{new}")
    assert told in ann.seen
    await ann.presses("Confirm")
    assert told in ann.seen
    await ann.presses(f"F{against} against F{new}")
    await ann.presses("Confirm")
    assert [each.other_id for each in (await fact(desk, new)).relations] == [against]


async def test_it_takes_no_place_of_what_does_not_stand(desk):
    ann = await desk.moderator()
    await ann.tells("/retract F8 wrong", "[Confirm]")
    await ann.tells("/supersede F9 F10", "[Confirm]")
    before = desk.kept()
    for other, why in (
        ("F999", "not on record"), ("F60", "another story"), ("F8", "is retracted"),
        ("F9", "superseded by F10"), ("nine", "by its id"),
    ):  # fmt: skip
        await ann.says(f"{HALL}\nsupersedes: {other}")
        assert why in ann.seen and "Which fact's place does it take?" in ann.seen
    assert desk.kept() == before


async def test_under_four_eyes_the_draft_keeps_whose_place_it_takes(desk):
    careful = Desk(desk.record, desk.moments, four_eyes=True)
    ann, bob = await careful.moderator(), await careful.moderator(BOB)
    await ann.tells(f"{HALL}\nsupersedes: F3", "[Confirm]")
    assert (await fact(desk, 3)).in_force
    await bob.says("/review")
    assert "It takes the place of" in bob.seen
    draft = next(each.command for each in bob.reply.actions if each.label == "Approve").split()[1]
    await bob.says(f"/edit {draft}")
    assert "It takes the place of" in bob.seen
    await bob.says(f"/approve {draft}")
    assert not (await fact(desk, 3)).in_force


async def test_retracting_what_superseded_says_what_comes_back(desk):
    ann = await desk.moderator()
    await ann.tells("/supersede F9 F10", "[Confirm]")
    await ann.says("/retract F10 wrong")
    assert "F9 is in force again" in ann.seen
    assert not (await fact(desk, 9)).in_force
    await ann.presses("Confirm")
    assert (await fact(desk, 9)).in_force
    await ann.says("/undo")
    assert "F9 is superseded again" in ann.seen
    assert (await fact(desk, 9)).superseded_by == 10


async def test_a_relation_names_the_part_that_it_concerns(desk):
    ann = await desk.moderator()
    await ann.tells("/relate F5 contradicts F6\npart: the number of attendees", "[Confirm]")
    (relation,) = [each for each in (await fact(desk, 6)).relations if each.other_id == 5]
    assert (relation.part, relation.outgoing) == ("the number of attendees", False)
    await ann.tells("/relate F5 contradicts F6\npart: none", "[Confirm]")
    (relation,) = [each for each in (await fact(desk, 6)).relations if each.other_id == 5]
    assert relation.part is None
    await ann.says(f"{HALL}\ncontradicts: F6\npart: the number of attendees")
    assert "Stands against F6 (the number of attendees)" in ann.seen


async def test_a_voice_is_found_independent_and_that_is_taken_back(desk):
    ann = await desk.moderator()
    await ann.tells("/attribute F5\nwho: Putin\nsource: S2\nindependent: yes", "[Confirm]")
    assert [each.independent for each in (await fact(desk, 5)).attributions] == [False, True]
    await ann.says(f"/correct F5\nvoice: 2\nindependent: no\n{WHY}")
    assert "Checked to be independent" in ann.seen
    await ann.presses("Confirm")
    assert [each.independent for each in (await fact(desk, 5)).attributions] == [False, False]
    await ann.says("/correct F5\nvoice: 2\nindependent: perhaps")
    assert "none of these" in ann.seen


async def test_a_name_takes_its_article_inside_sentences_only(desk):
    ann = await desk.moderator()
    await ann.tells("/entity Yale University\narticle: the", "[Confirm]")
    await ann.tells("/add it rained\nwho: Yale University\ncue: wrote that\nsource: S1", "[Confirm]")
    assert "The Yale University wrote that it rained" in ann.seen
    for text in ("/who yale university", "/who the yale university"):
        await ann.says(text)
        assert said(ann.reply).startswith("Yale University")
    assert_short(await ann.says(f"/entity Yale University\narticle: {'x' * 21}"), "at most 20")


async def test_a_source_called_alike_is_doubted_where_another_author_is_named(desk):
    ann = await desk.moderator()
    post = "source: + Post from the square\nauthor: Ann Lee\npublisher: Chirp\npublished: 2024-01-04"
    first = await fact(desk, await added(desk, ann, f"/add It was full\n{post}"))
    again = post.replace("+ ", "")
    same = await fact(desk, await added(desk, ann, f"/add It was loud\n{again}"))
    assert same.attributions[0].source.id == first.attributions[0].source.id
    await ann.says(f"/add It was dark\n{again.replace('Ann Lee', 'Bo Hart')}")
    assert "is it new" in ann.seen and "Ann Lee" in buttons(ann.reply)[0]
    await ann.presses("New source")
    await ann.presses("Confirm")
    story = await desk.record.stories.find("belarus")
    (newest,) = await desk.record.listings.latest(story.id, limit=1)
    assert newest.attributions[0].source.author == "Bo Hart"


async def test_an_address_is_known_however_it_is_written(desk):
    ann = await desk.moderator()
    head = "title: News of the day\npublisher: Post"
    first = await fact(
        desk, await added(desk, ann, f"/add It was full\nsource: + https://example.org/News\n{head}")
    )
    for address in ("http://www.example.org/News/", "https://example.org/News?utm_source=x"):
        same = await fact(desk, await added(desk, ann, f"/add It is {address[-6:]}\nsource: {address}"))
        assert same.attributions[0].source.id == first.attributions[0].source.id
    await ann.says("/source + http://www.example.org/News/\ntitle: Other")
    assert "on record already" in ann.seen
