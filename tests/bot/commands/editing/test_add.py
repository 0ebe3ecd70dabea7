"""/add at once, with header lines: what comes on record, and what is refused without changing anything."""

from bot.frontends.telegram.render import render
from tests.bot.desk import BOB, assert_short, buttons, said

EVERYTHING = """/add The court confirmed that it had received the file.
who: Office of the Prosecutor General
cue: confirmed that
when: 2024-02
source: S1
at: ¶3
quote: we have it
said: 2024-02-03
where: Belarus
about: Putin; lubinets
figure: at least 2,100 pages
figure: 3 boxes
contradicts: F6
supports: F9, F10
question: Did the court get the file?"""


async def newest(desk, story="belarus"):
    found = await desk.record.stories.find(story)
    (fact,) = await desk.record.listings.latest(found.id, limit=1)
    return fact


async def test_everything_at_once(desk):
    ann = await desk.moderator()
    await ann.says(EVERYTHING)
    assert buttons(ann.reply) == ["Confirm", "Change something", "Cancel"]
    for told in ("February 2024", "Belarus", "Putin", "at least 2,100", "Stands against F6", "Supports F9"):
        assert told in ann.seen
    await ann.presses("Confirm")
    fact = await newest(desk)
    voice = fact.attributions[0]
    assert voice.speaker.ref == "prosecutor"
    assert (voice.cue, voice.stance, voice.locator) == ("confirmed that", "confirms", "¶3")
    assert (voice.quote, voice.said, fact.occurred) == ("we have it", "2024-02-03", "2024-02")
    assert [place.ref for place in fact.places] == ["belarus"]
    assert [entity.ref for entity in fact.about] == ["putin", "lubinets"]
    assert [(figure.amount, figure.qualifier, figure.counts) for figure in fact.figures] == [
        (2100, "at least", "pages"),
        (3, None, "boxes"),
    ]
    assert {(item.kind, item.other_id, item.about) for item in fact.relations} == {
        ("contradicts", 6, "Did the court get the file?"),
        ("supports", 9, "Did the court get the file?"),
        ("supports", 10, "Did the court get the file?"),
    }
    assert fact.standing == "disputed"
    deeds = ["Correct", "Attribute", "Relate", "Supersede", "Retract"]
    assert buttons(ann.reply) == ["Next from this source", "Next, ¶4", "Undo", f"F{fact.id}", *deeds]


async def test_readers_see_it_exactly_as_it_was_shown(desk):
    ann = await desk.moderator()
    await ann.says(EVERYTHING)
    (shown, *_) = [block for block in ann.reply.blocks if getattr(block, "citations", None)]
    await ann.presses("Confirm")
    fact = await newest(desk)
    reply = await desk.person(BOB).says("/latest 1")
    (line, *_) = [block for block in reply.blocks if getattr(block, "citations", None)]
    # Whoever confirms it sees all of the source; readers see the same source by its label.
    whole = tuple(each.model_copy(update={"label": None}) for each in line.citations)
    assert (line.text, whole, line.mark) == (shown.text, shown.citations, shown.mark)
    assert line.fact == fact.id and shown.fact is None


async def test_what_looks_alike_is_shown_and_can_take_it_as_a_further_attribution(desk):
    ann = await desk.moderator()
    statement = (await desk.record.facts.find(9)).statement
    await ann.says(
        f"/add {statement}\nwho: Putin\ncue: claimed that\nsource: + Speech\nwhen: 2024-02-01\nat: p. 4\n"
        "said: 2024-02-02\nwhere: Belarus"
    )
    assert "like it" in ann.seen and "Same as F9" in buttons(ann.reply)
    before = (await desk.record.database.read("SELECT count(*) FROM fact"))[0][0]
    await ann.presses("Same as F9")
    assert "F9 reads now" in ann.seen and "Speech" in str(ann.reply.sources)
    assert ann.seen.endswith("Left out, for F9 has its own: when, where, statement.")
    await ann.presses("Confirm")
    assert (await desk.record.database.read("SELECT count(*) FROM fact"))[0][0] == before
    further = (await desk.record.facts.find(9)).attributions[-1]
    assert (further.speaker.ref, further.source.title, further.locator) == ("putin", "Speech", "p. 4")
    assert (further.stance, further.said) == ("alleges", "2024-02-02")


async def test_when_it_happened_does_not_become_when_it_was_said(desk):
    ann = await desk.moderator()
    statement = (await desk.record.facts.find(9)).statement
    await ann.tells(f"/add {statement}\nwho: Putin\nsource: + Speech\nwhen: 2024-02-01", "[Same as F9]")
    assert "Left out, for F9 has its own: when, statement." in ann.seen
    await ann.presses("Confirm")
    now = await desk.record.facts.find(9)
    assert now.attributions[-1].said is None
    assert (now.statement, now.occurred) == (statement, None)


async def test_a_short_statement_that_is_on_record_is_like_it(desk):
    ann = await desk.moderator()
    await ann.tells("/add The ferry sank.\nsource: S1", "/confirm")
    fact = await newest(desk)
    await ann.says("/add the ferry sank\nwho: Putin\nsource: S2")
    assert f"Same as F{fact.id}" in buttons(ann.reply)
    await ann.says("/add the ferry sank at Tarrow\nwho: Putin\nsource: S2")
    assert f"Same as F{fact.id}" not in buttons(ann.reply)


async def test_what_is_like_it_may_be_contradicted_or_replaced_in_the_same_change(desks, subtests):
    for button, told in [("Contradicts", "It contradicts"), ("Replaces", "It takes the place of")]:
        with subtests.test(button=button):
            async with desks() as desk:
                bob, ann = desk.person(BOB), await desk.moderator()
                await bob.says("/subscribe")
                ninth = await desk.record.facts.find(9)
                await ann.says(f"/add {ninth.statement}\nwho: Putin\ncue: claimed that\nsource: S1")
                await ann.presses(f"{button} F9")
                shown = ann.seen.partition(told)[2]
                assert ninth.statement[1:40] in shown
                assert not [label for label in buttons(ann.reply) if label.endswith("F9")]
                await ann.presses("Confirm")
                fact, now = await newest(desk), await desk.record.facts.find(9)
                related = [item.other_id for item in fact.relations if item.outgoing]
                assert (related == [9]) if button == "Contradicts" else (now.superseded_by == fact.id)
                assert len(await desk.told(BOB)) == 1


async def test_a_relation_is_shown_with_both_texts(desk):
    ann = await desk.moderator()
    await ann.says("/relate F7 contradicts F3")
    for number in (7, 3):
        statement = (await desk.record.facts.find(number)).statement
        assert statement[1:40] in ann.seen


async def test_a_date_may_be_written_with_its_preposition(desks, subtests):
    for when in ["in March 2024", "March 2024", "In 2024-03"]:
        with subtests.test(when=when):
            async with desks() as desk:
                ann = await desk.moderator()
                await ann.tells(f"/add The ferry to Tarrow sank.\nsource: S1\nwhen: {when}", "/confirm")
                assert (await newest(desk)).occurred == "2024-03"


# What is asked back, and what is pasted


async def test_whom_an_unknown_name_means_is_not_skipped(desk):
    """The claim would else be put into the source's own mouth."""
    ann = await desk.moderator()
    await ann.tells("/add", "The bridge is closed.")
    assert "Skip" in buttons(ann.reply)
    await ann.says("Nobody Known")
    assert "Is it new" in ann.seen and "Skip" not in buttons(ann.reply)
    assert "Back" in buttons(ann.reply) and "Cancel" in buttons(ann.reply)


async def test_what_is_pasted_in_several_lines_is_one(desk):
    ann = await desk.moderator()
    await ann.tells("/add", "The bridge\n  is\nclosed.", "/skip", "/skip", "S1", "¶3\n\nand ¶4")
    await ann.tells("/skip", "/skip", "[Confirm]")
    fact = await newest(desk)
    assert (fact.statement, fact.attributions[0].locator) == ("The bridge is closed.", "¶3 and ¶4")


async def test_the_statement_may_have_a_line_of_its_own(desk):
    ann = await desk.moderator()
    await ann.tells("/add source: S1\nstatement: The bridge is closed.\nat: ¶3", "[Confirm]")
    fact = await newest(desk)
    assert (fact.statement, fact.attributions[0].locator) == ("The bridge is closed.", "¶3")
    before = desk.kept()
    assert_short(await ann.says("/add It is open.\nstatement: It is shut.\nsource: S1"), "given twice")
    assert desk.kept() == before


async def test_new_names_and_a_new_source_come_on_record_with_the_fact(desk):
    ann = await desk.moderator()
    await ann.says(
        "/add The bridge is closed.\nwho: +person Ann Smith\nwhere: +place Tarrow; Belarus\n"
        "about: +organisation Bridge Guild\nsource: + https://example.org/a\ntitle: On bridges\nvia: S1\n"
        "publisher: Press\nauthor: Bob\npublished: 2024-01\nkind: study"
    )
    await ann.presses("Confirm")
    fact = await newest(desk)
    source = fact.attributions[0].source
    assert (source.title, source.publisher, source.author) == ("On bridges", "Press", "Bob")
    assert (source.published, source.kind, source.via.id) == ("2024-01", "study", 1)
    assert fact.attributions[0].speaker.kind == "person"
    assert [place.name for place in fact.places] == ["Tarrow", "Belarus"]
    assert "Ann Smith" in said(await desk.person(BOB).says("/who ann smith"))


async def test_what_is_confirmed_may_be_asked_for_at_once(desk):
    ann = await desk.moderator()
    await ann.tells("/add The ferry to Tarrow sank.\nsource: S1\nwhen: 2024-02-03", "/confirm")
    reply = await desk.person(BOB).says("When did the ferry to Tarrow sink?")
    assert "3 February 2024" in said(reply)


async def test_markup_stays_text(desk):
    ann = await desk.moderator()
    await ann.says(
        "/add <b>The</b> bridge <script>alert(1)</script> &amp; *so* _on_\nsource: + <i>A</i> title"
    )
    await ann.presses("Confirm")
    fact = await newest(desk)
    assert fact.statement == "<b>The</b> bridge <script>alert(1)</script> &amp; *so* _on_"
    assert fact.attributions[0].source.title == "<i>A</i> title"


REFUSED = [
    ("x" * 10_000, "10"),
    ("source: S99", "S99"),
    ("source: htp://x", "no address"),
    ("source: https://", "no address"),
    ("source: www.example.org/x", "no address"),
    ("source: javascript:/alert", "no address"),
    ("source: javascript:alert(1)", "no address"),
    ("source: JavaScript:alert(1)", "no address"),
    ("source: data:text/html,x", "no address"),
    ("source: mailto:ann@example.org", "no address"),
    ("source: + javascript:alert(1)", "no address"),
    ("source: ftp://example.org/a b", "no address"),
    ("source: https://ann@example.org/", "no address"),
    ("source: https://ann:secret@example.org/a", "no address"),
    ("source: https://[x/", "no address"),
    ("source: https://example.org:x/", "Is it new"),
    ("source: Yale University studies", "Is one of these meant, or is it new"),
    ("source: F5x", "Is it new"),
    ("source: https://example.org/a", "Is it new"),
    ("source: + https://example.org/a", "called"),
    ("source: + https://example.org/a\ntitle: https://example.org/a", "an address, not a title"),
    ("source: +", "needs its address or its title"),
    ("source: + " + "y" * 2001, "at most 2000"),
    ("source: " + "y" * 2001, "at most 2000"),
    ("source: https://x.org/" + "y" * 2000, "at most"),
    ("source: + htp://x", "no address"),
    ("source: + A\npublished: 2024-02-30", "no day that exists"),
    ("source: + A\nkind: rumour", "none of these"),
    ("source: + A\nvia: + A", "through itself"),
    ("source: + A\nvia: B", "Is it new"),
    ("source: + A\nvia: S99", "S99"),
    ("source: S1\nwhen: soon", "no date"),
    ("source: S1\nwhen: 2024-02-30", "no day that exists"),
    ("source: S1\nwhen: 2023-02-29", "no day that exists"),
    ("source: S1\nwhen: 2024-13", "no da"),
    ("source: S1\nsaid: 31 June 2024", "no day that exists"),
    ("source: S1\nstance: shouts", "none of these"),
    ("source: S1\nfigure: many boats", "not a figure"),
    ("source: S1\nwho: Nobody Known", "Is it new"),
    ("source: S1\nwho: children", "several"),
    ("source: S1\nwho: =nobody", "not on record"),
    ("source: S1\nwho: " + "y" * 501, "at most 500"),
    ("source: S1\nwho: +person " + "y" * 501, "at most 500"),
    ("source: S1\nat: " + "y" * 501, "at most 500"),
    ("source: S1\nabout: " + "; ".join(f"n{n}" for n in range(21)), "At most 20"),
    ("source: S1\ncontradicts: F99", "F99 is not on record"),
    ("source: S1\ncontradicts: F60", "another story"),
    ("source: S1\nsupports: the other", "Name a statement by its id"),
    ("source: S1\nwho: Ann\nwho: Bob", "given twice"),
    ("sorce: S1", "Did you mean “source:”"),
    ("source: S1\nweather: fine", "no line “weather:”"),
]


async def test_what_will_not_do_is_told_and_changes_nothing(desk, subtests):
    ann = await desk.moderator()
    before = desk.kept()
    for lines, told in REFUSED:
        with subtests.test(lines=lines):
            await ann.says(f"/add The bridge is closed.\n{lines}")
            assert_short(ann.reply, told)
            assert "Confirm" not in buttons(ann.reply)
            await ann.says("/confirm")
            assert desk.kept() == before


async def test_nothing_comes_on_record_without_a_source(desk, subtests):
    ann = await desk.moderator()
    before = desk.kept()
    for text in ["/add The bridge is closed.", "/add The bridge is closed.\nwho: Lubinets"]:
        with subtests.test(text=text):
            await ann.says(text)
            while "Which source" not in ann.seen:
                await ann.presses("Skip")
            assert "Skip" not in buttons(ann.reply)
            assert_short(await ann.says("/confirm"), "answer the question first")
            assert desk.kept() == before


async def test_a_source_without_a_statement_is_asked_for_one(desk, subtests):
    ann = await desk.moderator()
    before = desk.kept()
    for text in ["/add\nsource: S1", "/add who: Lubinets\nsource: S1"]:
        with subtests.test(text=text):
            assert "statement" in said(await ann.says(text))
            assert_short(await ann.says("/skip"), "cannot be left open")
            assert desk.kept() == before
            await ann.says("The bridge is closed")
            assert "Confirm" in buttons(ann.reply)


async def test_the_same_fact_again_is_on_record_already(desk):
    ann = await desk.moderator()
    for _ in range(2):
        await ann.tells("/add The bridge is closed.\nsource: S1", "/confirm")
    assert_short(ann.reply, "Nothing is being asked")
    before = desk.kept()
    assert_short(await ann.says("/add The bridge is closed.\nsource: S1"), "on record already: F")
    assert desk.kept() == before


async def test_at_the_longest_it_still_fits(desk):
    """Nearly as long as a message may be, with characters that HTML makes five times as long."""
    ann = await desk.moderator()
    await ann.says("/add " + "<&> " * 970 + "\nsource: S1")
    assert "Confirm" in buttons(ann.reply)
    assert all(len(piece.html) <= 4096 * 6 for piece in render(ann.reply))
    await ann.presses("Confirm")
    assert "on record" in ann.seen


async def test_control_characters_do_not_come_on_record(desk):
    ann = await desk.moderator()
    await ann.tells("/add The \x00bridge\u202e is\x1b[31m closed.\nsource: S1\nat: \x07¶3", "/confirm")
    fact = await newest(desk)
    assert fact.statement == "The bridge is closed."
    assert fact.attributions[0].locator == "¶3"
