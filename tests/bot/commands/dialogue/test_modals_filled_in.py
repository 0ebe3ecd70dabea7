"""What comes of a modal that was filled in: the same as of the same typed, and only what was changed."""

from bot.commands.dialogue.modals import MORE
from storage.domain.changes import Revise
from storage.domain.entries import FigureEntry
from storage.domain.models import RevisionKind
from storage.trail.audit import Actor
from tests.bot.desk import ANN, BOB, assert_short, buttons
from tests.bot.filling_in import draft, fact, fills, opened, shown


async def test_a_new_fact_is_filled_in_and_waits_for_a_yes(desk):
    ann = await desk.moderator()
    modal = await opened(ann, "/add")
    assert [field.name for field in modal.fields if field.required] == ["statement", "source"]
    assert [field.name for field in modal.fields if field.long] == ["statement", MORE]
    before = desk.kept()
    await fills(
        ann, modal.key, statement="The bridge is closed", who="Lubinets", cue="denied that", source="S1",
        more="when: 2024-02\nat: ¶3",
    )  # fmt: skip
    assert "Lubinets denied that the bridge is closed" in ann.seen and "February 2024" in ann.seen
    assert desk.kept() == before
    await ann.presses("Confirm")
    (made,) = await desk.record.listings.latest(1, limit=1)
    assert (made.statement, made.occurred, made.attributions[0].locator) == (
        "The bridge is closed",
        "2024-02",
        "¶3",
    )


async def test_a_correction_begins_with_the_fact_and_holds_only_what_was_changed(desk):
    ann = await desk.moderator()
    was = await fact(desk)
    values = shown(await opened(ann, "/correct F5"))
    assert values["statement"] == was.statement and values["when"] == (was.occurred or "")
    await fills(ann, "/correct F5 r1", **values | {"statement": "The bridge is closed", "reason": "A slip"})
    await ann.tells("[Yes]", "[Confirm]")
    now = await fact(desk)
    assert now.statement == "The bridge is closed" and now.revision == 2
    assert (now.occurred, now.figures, now.attributions) == (was.occurred, was.figures, was.attributions)


async def test_what_somebody_else_corrected_meanwhile_is_not_taken_back(desk):
    ann = await desk.moderator()
    values = shown(await opened(ann, "/correct F5"))
    bob = await desk.moderator(BOB)
    await bob.tells("/correct F5\nwhen: 2024-02-03\nnote: none\nmaterial: yes\nreason: found", "[Confirm]")
    assert (await fact(desk)).occurred == "2024-02-03"
    await fills(ann, "/correct F5 r1", **values | {"statement": "The bridge is closed", "reason": "A slip"})
    assert "was changed since the form was opened" in ann.seen
    await ann.tells("[Yes]", "[Confirm]")
    now = await fact(desk)
    assert (now.statement, now.occurred, now.revision) == ("The bridge is closed", "2024-02-03", 3)


async def test_a_value_that_is_emptied_is_taken_away_where_it_may_be(desk):
    ann = await desk.moderator()
    await ann.tells("/correct F5\nwhen: 2024-02-03\nnote: none\nmaterial: yes\nreason: found", "[Confirm]")
    modal = await opened(ann, "/correct F5")
    values = shown(modal)
    await fills(ann, modal.key, **values | {"when": "", "statement": " \n ", "reason": "Not so"})
    assert "“Statement” was left as it is" in ann.seen
    statement = (await fact(desk)).statement
    await ann.tells("[Yes]", "[Confirm]")
    now = await fact(desk)
    assert now.occurred is None and now.statement == statement


async def test_a_modal_in_which_nothing_was_changed_is_told(desk, subtests):
    ann = await desk.moderator()
    values = shown(await opened(ann, "/correct F5"))
    before = desk.kept()
    for change in [{}, {"reason": "Because"}, {"statement": ""}, {"more": " \n"}]:
        with subtests.test(change=change):
            assert_short(
                await fills(ann, "/correct F5 r1", **values | change), "Nothing in the form was changed"
            )
            assert_short(await fills(ann, "/correct F5 r1"), "Nothing in the form was changed")
            assert_short(await fills(ann, "/add", statement="", more=""), "Nothing in the form was changed")
            assert desk.kept() == before and await desk.record.dialogues.find(ANN, ANN) is None


async def test_figures_keep_their_lines_and_read_back_as_they_were(desk):
    ann = await desk.moderator()
    facts = await desk.record.listings.figured(1, limit=50)
    assert facts
    for each in facts:
        modal = await opened(ann, f"/correct F{each.id}")
        assert shown(modal)["figure"].count("\n") == len(each.figures) - 1
        assert_short(await fills(ann, modal.key, **shown(modal)), "Nothing in the form was changed")
    figures = "at least 20 buses\r\n  \nreason: 3 trains"
    await fills(ann, "/correct F5 r1", figure=figures, reason="Counted")
    await ann.tells("[Yes]", "[Confirm]")
    assert [item.counts for item in (await fact(desk)).figures] == ["buses", "trains"]


async def test_withdrawing_putting_back_and_superseding_take_their_reasons(desk):
    ann = await desk.moderator()
    await fills(ann, "/retract F5", reason="reason: more than >5")
    await ann.presses("Confirm")
    assert (await fact(desk)).retracted == "reason: more than >5"
    modal = await opened(ann, "/restore F5")
    await fills(ann, modal.key, reason="It stands")
    await ann.presses("Confirm")
    assert (await fact(desk)).retracted is None
    await fills(ann, "/supersede F5", by="F6", reason="Told\nby: F7")
    await ann.presses("Confirm")
    assert (await fact(desk)).superseded_by == 6


async def test_a_further_attribution_is_filled_in(desk):
    ann = await desk.moderator()
    await fills(ann, "/attribute F5", who="Lubinets", cue="confirmed that", source="S1", at="¶9", more="")
    await ann.presses("Confirm")
    assert (await fact(desk)).attributions[-1].locator == "¶9"


# Drafts


async def test_a_draft_is_rejected_with_the_reason_as_it_was_written(desk):
    ann = await desk.moderator()
    number = await draft(desk)
    modal = await opened(ann, f"/reject {number}")
    assert [field.name for field in modal.fields] == [""] and modal.fields[0].required
    await fills(ann, modal.key, text="who: nobody\nsays so >3")
    await ann.presses("Confirm")
    found = await desk.record.drafts.find(int(number[1:]))
    assert found.reason == "who: nobody says so >3"


async def test_an_edited_draft_keeps_what_its_modal_did_not_show(desk):
    ann = await desk.moderator()
    number = await draft(desk)
    modal = await opened(ann, f"/edit {number}")
    values = shown(modal)
    assert values["statement"] == "The bridge is closed." and values["source"] == "S1"
    assert not any(field.required for field in modal.fields)
    await fills(ann, modal.key, **values | {"statement": "The bridge is shut", "more": "where: Belarus"})
    assert "Lubinets confirmed that the bridge is shut" in ann.seen
    assert "February 2024" in ann.seen and "Belarus" in ann.seen
    assert {"Confirm", "Change something"} <= set(buttons(ann.reply))
    await ann.tells("[Confirm]")
    (made,) = await desk.record.listings.latest(1, limit=1)
    assert (made.statement, made.occurred, made.attributions[0].locator) == (
        "The bridge is shut",
        "2024-02",
        "¶3",
    )


async def test_what_is_shown_by_name_stays_what_it_is_unless_it_is_touched(desk):
    ann = await desk.moderator()
    await desk.person(BOB).tells(
        "/suggest It is open.\nwho: +person Ann Lee\nsource: + https://example.org/a\ntitle: On bridges",
        "[Confirm]",
    )
    values = shown(await opened(ann, "/edit D1"))
    assert_short(await fills(ann, "/edit D1", **values), "Nothing in the form was changed")
    await fills(ann, "/edit D1", **values | {"statement": "It is shut."})
    dialogue = await desk.record.dialogues.find(ANN, ANN)
    texts = dialogue.state["texts"]
    assert (texts["who"], texts["source"]) == ("+person Ann Lee", "+ https://example.org/a")
    assert (texts["title"], texts["statement"]) == ("On bridges", "It is shut.")
    # What is touched is read as typed: that name is not on record.
    await fills(ann, "/edit D1", **values | {"who": "Ann Leigh"})
    assert "“Ann Leigh” is not on record" in ann.seen


async def test_a_speaker_emptied_in_a_draft_leaves_the_sources_own_voice(desk):
    ann = await desk.moderator()
    number = await draft(desk)
    values = shown(await opened(ann, f"/edit {number}"))
    await fills(ann, f"/edit {number}", **values | {"who": "", "cue": ""})
    await ann.presses("Confirm")
    (made,) = await desk.record.listings.latest(1, limit=1)
    assert made.attributions[0].speaker is None and made.attributions[0].cue is None


async def test_edit_takes_lines_as_typed_and_nothing_else(desk):
    ann = await desk.moderator()
    number = await draft(desk)
    await ann.says(f"/edit {number}\nwhen: none\nstatement: It is open")
    assert "closed" not in ann.seen and "it is open" in ann.seen and "February" not in ann.seen
    assert_short(await ann.says(f"/edit {number}\nhello"), "not understood")
    assert_short(await ann.says(f"/edit {number}\nwhn: 2024"), "when")
    assert_short(await ann.says(f"/edit {number} hello"), "by its id")


# Sources and names


async def test_a_source_on_record_is_edited(desk):
    ann = await desk.moderator()
    modal = await opened(ann, "/source S1")
    await fills(ann, modal.key, **shown(modal) | {"publisher": "Example Press"})
    await ann.presses("Confirm")
    assert (await desk.record.sources.by_id([1]))[1].publisher == "Example Press"
    assert_short(await fills(ann, modal.key, publisher="x"), "changed meanwhile")


async def test_a_name_on_record_is_edited_and_gains_a_further_one(desk):
    ann = await desk.moderator()
    modal = await opened(ann, "/entity Dmytro Lubinets")
    values = shown(modal)
    assert values["name"] == "Dmytro Lubinets" and values["alias"] == ""
    await fills(ann, modal.key, **values | {"alias": "The Commissioner", "name": ""})
    assert "“Name” was left as it is" in ann.seen
    await ann.presses("Confirm")
    (found,) = await desk.record.entities.named(1, "the commissioner")
    entity = (await desk.record.entities.by_id([found]))[found]
    assert entity.name == "Dmytro Lubinets" and entity.role
    assert_short(await fills(ann, "/entity =nobody #00000000", name="x"), "not on record")


async def test_a_value_too_long_to_be_shown_whole_has_no_field(desk):
    ann = await desk.moderator()
    entry = await desk.record.facts.entry(5)
    figures = tuple(FigureEntry(amount=number, counts="x" * 90) for number in range(50))
    change = Revise(
        story_id=1, fact_id=5, expected=1, kind=RevisionKind.CORRECTED, reason="many",
        fact=entry.model_copy(update={"figures": figures}),
    )  # fmt: skip
    await desk.record.ledger.make(change, by=Actor(ANN))
    assert "figure" not in shown(await opened(ann, "/correct F5"))
    await fills(ann, "/correct F5 r2", statement="The bridge is closed", reason="A slip")
    await ann.tells("[Yes]", "[Confirm]")
    assert len((await fact(desk)).figures) == 50
