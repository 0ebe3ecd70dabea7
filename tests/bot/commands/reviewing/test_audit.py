"""/audit, /privacy and /forgetme: what is on the trail, what is kept about people, and what goes."""

import re

from bot.answers import audit_rows
from bot.replies import Item, Line
from storage.domain.entries import FactEntry
from storage.domain.models import Action
from tests.bot.desk import ANN, BOB, EVE, OWNER, Desk, assert_short, buttons, said


async def some_changes(desk):
    ann = await desk.moderator(ANN, handle="ann")
    bob = await desk.moderator(BOB, handle="bob", chat="telegram:-100")
    await ann.tells("/correct F5\nat: ¶9\nmaterial: yes\nreason: the article has it there", "[Confirm]")
    desk.moments.pass_by(days=2)
    await bob.tells("/retract F8 The source withdrew it", "[Confirm]")
    await bob.tells("/source S1\npublisher: Press", "[Confirm]")
    return ann, bob


def rows(reply):
    """Return the rows of the trail, each with its number."""
    return [f"{b.label} {b.text}" for b in reply.blocks if isinstance(b, Item) and b.label[0] == "#"]


async def test_a_facts_entries_tell_who_when_where_why_and_both_sides(desk):
    ann, _bob = await some_changes(desk)
    await ann.says("/audit F5")
    (source, changed, imported) = rows(ann.reply)
    assert "edited the source S1" in source, "F5 is told by S1"
    assert "@ann" in changed and "corrected F5" in changed and "2026-11-22 12:30" in changed
    assert "the article has it there" in changed
    assert "imported" in imported
    lines = [block for block in ann.reply.blocks if isinstance(block, Line)]
    assert [(line.label.split(",")[0], line.citations[0].locator) for line in lines] == [
        ("before", "¶2"),
        ("after", "¶9"),
    ]


async def test_the_chat_is_told_where_it_is_not_the_persons_own(desk):
    ann, _bob = await some_changes(desk)
    await ann.says("/audit F8")
    assert "in telegram:-100" in rows(ann.reply)[0]
    assert "The source withdrew it" in ann.seen


async def test_a_moderators_entries(desk):
    ann, _bob = await some_changes(desk)
    await ann.says("/audit @bob")
    assert len(rows(ann.reply)) == 2 and all("@bob" in row for row in rows(ann.reply))
    by_address = await ann.says(f"/audit {BOB}")
    assert rows(by_address) == rows(await ann.says("/audit @BOB"))
    assert_short(await ann.says("/audit @nobody"), "no moderator")


async def test_entries_since_a_day(desk):
    ann, _bob = await some_changes(desk)
    assert len(rows(await ann.says("/audit since 2026-11-24"))) == 2
    assert len(rows(await ann.says("/audit since 24 November 2026"))) == 2
    assert len(re.findall(r"^#\d", await ann.reads("/audit since 2026-11"), re.MULTILINE)) == 6
    assert_short(await ann.says("/audit since 2026-11-25"), "no such entry")


async def test_everything_newest_first_page_by_page(desk):
    ann, bob = await some_changes(desk)
    for number in range(10):
        await bob.tells(f"/correct F9\nat: ¶{20 + number}\nmaterial: yes\nreason: so it is", "[Confirm]")
    shown = rows(await ann.says("/audit"))
    while "Next" in buttons(ann.reply):
        shown += rows(await ann.presses("Next"))
    count = (
        await desk.record.database.read("SELECT count(*) FROM audit WHERE story_id IS NULL OR story_id = 1")
    )[0]
    assert len(shown) == len(set(shown)) == count[0]


async def test_what_happened_in_another_story_is_not_shown(desk):
    ann, _bob = await some_changes(desk)
    await desk.appoint(ANN, "tarrow-ferry")
    ferry = said(await ann.tells("/story tarrow-ferry", "/audit"))
    assert "F5" not in ferry and "F8" not in ferry
    assert_short(await ann.says("/audit F5"), "another story")


async def test_a_source_and_a_draft_have_entries_as_well(desk):
    ann, _bob = await some_changes(desk)
    await ann.says("/audit S1")
    assert "edited the source S1" in ann.seen and "Press" in ann.seen
    await desk.person(EVE).tells("/suggest x happened\nsource: S1", "[Confirm]")
    await ann.tells("/reject D1 no", "[Confirm]", "/audit D1")
    assert "rejected D1" in ann.seen


def test_every_kind_of_change_has_its_words():
    assert set(audit_rows._DONE) == set(Action)


def test_every_field_of_a_fact_has_its_words_or_is_told_by_what_was_done():
    assert set(FactEntry.model_fields) - set(audit_rows._FIELDS) == {
        "id", "ref", "superseded_by", "retracted", "revisions",
    }  # fmt: skip


async def test_every_kind_of_change_has_its_row(desk):
    owner = desk.person(OWNER)
    for turns in (
        ("/add The bridge is closed.\nsource: S1", "[Confirm]"),
        ("/undo",),
        ("/restore F{new} right", "[Confirm]"),
        ("/attribute F9\nsource: S2", "[Confirm]"),
        ("/relate F8 supports F25", "[Confirm]"),
        ("/supersede F10 F9", "[Confirm]"),
        ("/source https://example.org/x\ntitle: X", "[Confirm]"),
        ("/entity +person Ann Smith\nalias: A. Smith", "[Confirm]"),
        ("/entity Ann Smith\nalias: Annie", "[Confirm]"),
        ("/entity Ann Smith\nmerge: Putin\nreason: a pen name", "[Confirm]"),
        ("/newstory flood The flood", "[Confirm]"),
        ("/appoint 7 belarus", "[Confirm]"),
        ("/dismiss 7 belarus", "[Confirm]"),
    ):
        new = (await desk.record.database.read("SELECT max(id) FROM fact"))[0][0]
        await owner.tells(*[turn.replace("{new}", str(new)) for turn in turns])
    shown = said(await owner.says("/audit"))
    while "Next" in buttons(owner.reply):
        shown += said(await owner.presses("Next"))
    for word in ("published", "undid", "restored", "further attribution", "to another", "superseded"):
        assert word in shown, word
    for word in (
        "added the source", "added the name “Ann Smith”", "edited the name “Ann Smith”",
        "merged a name into “Putin”: a pen name",
    ):  # fmt: skip
        assert word in shown, word
    assert f"made {ANN} a moderator of this story" in shown
    assert f"removed {ANN} as a moderator of this story" in shown
    assert (await desk.record.audit.verify()).problem is None


async def test_appointments_tell_their_scope(desk):
    owner = desk.person(OWNER)
    for text in ("/appoint 7", "/dismiss 7", "/appoint 7 belarus"):
        await owner.tells(text, "[Confirm]")
    here, dismissed, everywhere = rows(await owner.says("/audit"))[:3]
    assert f"made {ANN} a moderator of this story" in here
    assert f"removed {ANN} as a moderator of all stories" in dismissed
    assert f"made {ANN} a moderator of all stories" in everywhere


async def test_what_changed_in_a_fact_is_named_as_people_call_it(desk):
    ann = await desk.moderator(ANN)
    lines = "when: 2024-02\nnote: none\nwhere: Russia\nabout: Putin\nfigure: 3 boats\nat: ¶9"
    await ann.tells(f"/correct F5\n{lines}\nmaterial: yes\nreason: so it is", "[Confirm]")
    await ann.tells("/relate F5 contradicts F8", "[Confirm]", "/audit F5")
    related, corrected, *_ = rows(ann.reply)
    assert related.endswith("(what it contradicts)")
    for name in ("date", "note on the date", "places", "who it is about", "figures", "attributions"):
        assert name in corrected.rpartition("(")[2], name
    assert "occurred" not in corrected and "date_note" not in corrected


async def test_new_names_and_sources_have_entries_of_their_own_before_the_facts(desk):
    ann = await desk.moderator(ANN)
    await ann.tells(
        "/add The bridge is closed.\nwho: +person Ann Smith\nwhere: +place Tarrow\n"
        "source: + https://example.org/a\ntitle: On bridges",
        "[Confirm]",
    )
    number = (await desk.record.database.read("SELECT max(id) FROM fact"))[0][0]
    source = (await desk.record.facts.find(number)).attributions[0].source.id
    for text in ("/audit", f"/audit F{number}"):
        published, *others = rows(await ann.says(text))[:4]
        assert f"published F{number}" in published, text
        assert f"added the source S{source}" in others[0] and "On bridges" in others[0], text
        assert "added the name “Tarrow”" in others[1] and "added the name “Ann Smith”" in others[2], text
    assert len({row.split()[0] for row in (published, *others)}) == 4
    assert (await desk.record.audit.verify()).problem is None
    # What is known already has no other entry.
    await ann.tells(f"/add The bridge is open.\nwho: Ann Smith\nsource: S{source}", "[Confirm]", "/audit")
    assert rows(ann.reply)[1] == published


async def test_a_correction_brings_its_names_and_sources_onto_the_trail_too(desk):
    ann = await desk.moderator(ANN)
    await ann.tells("/attribute F8\nwho: +person Ann Smith\nsource: + A memo", "[Confirm]")
    trail = (await ann.reads("/audit F8")).splitlines()
    attributed, source, name, *_ = [row for row in trail if row.startswith("#")]
    assert "further attribution" in attributed
    assert "added the source S" in source and "A memo" in source and "added the name “Ann Smith”" in name


async def test_a_facts_entries_hold_what_others_did_to_it(desk):
    """Set beside it, parted from it, its speaker named anew: all of it tells."""
    ann = await desk.moderator(ANN)
    await ann.tells("/relate F8 contradicts F25", "[Confirm]")
    assert "related F8 to another statement" in rows(await ann.says("/audit F25"))[0]
    await ann.tells("/relate F8 unrelated F25", "[Confirm]", "/audit F25")
    assert len([row for row in rows(ann.reply) if "F8" in row]) == 2
    await ann.tells("/entity Lukashenko\nalias: A. L.", "[Confirm]", "/audit F8")
    assert "edited the name “Alexander Lukashenko”" in rows(ann.reply)[0]
    assert not any("edited the name" in row for row in rows(await ann.says("/audit F12")))


async def test_what_is_none_of_its_forms_is_told(desk, subtests):
    ann = await desk.moderator()
    for text in ["everything", "F0", "since", "since soon", "since 18 July", "@", "F5 F6", ">x", "Q1"]:
        with subtests.test(text=text):
            assert_short(await ann.says(f"/audit {text}"))


async def test_no_reader_sees_the_trail(desk):
    await some_changes(desk)
    for text in ("/audit", "/audit F5", "/history F5", "/fact F8", "/fact F5", "/history F8"):
        shown = said(await desk.person(EVE).says(text))
        assert "@ann" not in shown and ANN not in shown and "@bob" not in shown and BOB not in shown
        assert "There is no command" in shown if text.startswith("/audit") else text.split()[1] in shown


# What is kept about people


async def test_privacy_says_what_is_kept(desk):
    shown = await desk.person(EVE).reads("/privacy")
    for word in ("story", "dialogue", "question", "suggestion", "audit trail", "messages", "/forgetme"):
        assert word in shown


async def test_forgetme_removes_what_is_ones_own_and_says_what(desk):
    eve = desk.person(EVE, handle="eve")
    await eve.tells("/story tarrow-ferry", "Who has the zeppelin?", "[Tell me]")
    await eve.tells("/suggest The ferry is safe.\nsource: + X", "[Confirm]", "/suggest")
    others = desk.person(BOB)
    await others.tells("Who has the zeppelin?", "[Tell me]", "/suggest")
    before = desk.kept()
    await eve.says("/forgetme")
    for word in ("open dialogues: 1", "questions", "suggestions", "story"):
        assert word in eve.seen
    left = [
        tuple(row)
        for table in ("dialogue", "asker", "draft", "chat", "delivery", "question", "button")
        for row in await desk.record.database.read(f"SELECT * FROM {table}")
    ]
    assert EVE not in str(left)
    assert BOB in str(left), "what is somebody else's stays"
    after = desk.kept()
    assert {name for name in after if after[name] != before[name]} == {"draft"}
    assert "Nothing of yours" in said(await eve.says("/forgetme"))


async def test_whom_the_bot_forgets_it_has_not_met(desk):
    eve = desk.person(EVE, handle="eve")
    await eve.tells("/start", "/forgetme")
    assert_short(await desk.person(OWNER).says("/appoint @eve"), "not met @eve")


async def test_a_moderator_is_told_that_the_trail_stays(desk):
    ann, _bob = await some_changes(desk)
    before = desk.kept()
    assert "audit trail" in said(await ann.says("/forgetme"))
    assert desk.kept() == before
    assert "audit trail" not in said(await desk.person(EVE).says("/forgetme"))
    assert "@ann" in said(await ann.says("/audit F5"))


async def test_a_moderators_own_draft_keeps_its_proposer(desk):
    """Else the rule of four eyes could be got around by being forgotten."""
    careful = Desk(desk.record, desk.moments, four_eyes=True)
    ann = await careful.moderator(ANN)
    await ann.tells("/add The bridge is closed.\nsource: S1", "[Confirm]", "/forgetme")
    assert_short(await ann.says("/approve D1"), "your own")


async def test_a_moderators_suggestion_that_waits_keeps_its_proposer(desk):
    """Whichever story their chat uses; of one that is decided nothing is kept."""
    careful = Desk(desk.record, desk.moments, four_eyes=True)
    ann, bob = await careful.moderator(ANN), await careful.moderator(BOB)
    for name in ("bridge", "road"):
        await ann.tells(f"/suggest The {name} is closed.\nsource: S1", "[Confirm]")
    await bob.says("/approve D2")
    await ann.tells("/story tarrow-ferry", "/forgetme")
    assert "keep your id" in ann.seen and "your id on suggestions: 1" in ann.seen
    await ann.says("/story belarus")
    assert_short(await ann.says("/approve D1"), "your own")
    assert (await desk.record.drafts.find(2)).proposer is None
    eve = desk.person(EVE)
    await eve.tells("/suggest The ferry is closed.\nsource: S1", "[Confirm]", "/forgetme")
    assert "keep your id" not in eve.seen and "still to be looked at" in eve.seen
    assert (await desk.record.drafts.find(3)).proposer is None


async def test_what_is_shared_by_a_group_is_not_one_persons_to_forget(desk):
    eve = desk.person(EVE, "telegram:-100")
    await eve.tells("/story tarrow-ferry", "/forgetme")
    assert "Tarrow" in said(await eve.says("/about"))
