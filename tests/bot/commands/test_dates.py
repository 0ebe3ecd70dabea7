"""Dates as people give them, by every way in: told when they are none, never computed with, never printed."""

from __future__ import annotations

import json

import pytest

from storage.domain.errors import InvalidSheet
from storage.domain.models import Fact
from storage.sheets.importing import import_sheet
from tests.bot.desk import ANN, EVE, assert_short, said

EXPENSIVE = ["Y1E9999999", "Y-9E999999", "Y170000000000000002", "1950S2", "Y1E9/2024", "[Y1E99..2024]"]
LINES = {
    "/add A flag was raised\nsource: S1\nwhen: {}": "is no date",
    "/add A flag was raised\nsource: S1\nsaid: {}": "is no date",
    "/add A flag was raised\nsource: + Report\npublished: {}": "is no date",
    "/correct F5\nwhen: {}\nmaterial: yes\nreason: x": "is no date",
    "/correct F5\nsaid: {}\nmaterial: yes\nreason: x": "is no date",
    "/source S1\npublished: {}": "is no date",
    "/attribute F5\nsource: S1\nsaid: {}": "is no date",
    "/asof {}": "Name a day",
    "/audit since {}": "is no day",
}


async def test_an_expensive_form_is_refused_by_every_way_in(desk, subtests):
    ann = await desk.moderator(ANN)
    for text, told in LINES.items():
        for form in EXPENSIVE:
            with subtests.test(text=text, form=form):
                before = desk.kept()
                reply = await ann.says(text.format(form))
                assert told in said(reply), said(reply)
                assert "went wrong" not in said(reply)
                await ann.says("/cancel")
                assert desk.kept() == before


async def test_a_reader_who_suggests_one_is_asked_again(desk):
    eve = desk.person(EVE)
    for line in ("when", "said", "published"):
        assert "is no date" in said(await eve.says(f"/suggest x\nsource: + News\n{line}: Y1E9999999"))
        await eve.says("/cancel")


async def test_what_is_asked_is_answered_and_nothing_is_printed(desk, capfd):
    eve = desk.person(EVE)
    for text in ("/when 2004-X1", "/when {}", "what was said in {}?", "{}", "/figures"):
        for form in ("2004-X1", *EXPENSIVE):
            assert "went wrong" not in said(await eve.says(text.format(form)))
    assert capfd.readouterr().out == ""


async def test_a_day_that_does_not_exist_is_told_as_such(desk, subtests):
    ann = await desk.moderator(ANN)
    for text in (
        "/when 2026-02-30", "/asof 2026-02-30", "/asof 31 June 2026", "/when since 2026-02-30",
        "/when Mar 99 2023", "/when 31 червня 2023", "/when 31.04.2023",
    ):  # fmt: skip
        with subtests.test(text=text):
            assert_short(await ann.says(text), "There is no day “")
    assert_short(await ann.says("/audit since 2026-02-30"), "is no day that exists")


async def test_a_range_turned_round_is_told(desk, subtests):
    eve = desk.person(EVE)
    for text in ("/when 2024..2023", "/when 2024/2023", "What happened in 2024..2023?"):
        with subtests.test(text=text):
            told = said(await eve.says(text))
            assert "ends before it begins: read as 1 January 2023 to 31 December 2024" in told
            assert "F1 " in told or "January 2024" in told
    assert "ends before" not in said(await eve.says("/when 2023..2024"))
    ann = await desk.moderator(ANN)
    reply = await ann.says("/correct F5\nwhen: 2024/2023\nmaterial: yes\nreason: x")
    assert "ends before it begins: write the earlier date first" in said(reply)


async def test_a_date_that_is_not_understood_is_never_said_to_be_not_on_record(desk, subtests):
    eve = desk.person(EVE)
    for text in (
        "March 2023 to", "[2023,2024", "2023-01-01T25:00", "17 Julius 2023", "2023-7",
        "[Y1E99..2024]", "the zebras of 1723",
        "several zebras ago", "кілька днів", "19 जुलाई",
    ):  # fmt: skip
        with subtests.test(text=text):
            told = said(await eve.says(f"/when {text}"))
            assert f"“{text}” is not understood. Write the date as" in told
            assert "a range as 2023..2024" in told
            assert "on record" not in told


async def test_a_moment_that_cannot_be_shown_is_refused_with_the_reason(desk, subtests):
    eve = desk.person(EVE)
    for text, told in [
        ("9999", "“9999” is in the future."),
        ("since 2023", "“since 2023” has no end"),
        ("18 July", "The year is missing in “18 July”."),
        ("since 18 July", "The year is missing"),
        ("the zebras", "“the zebras” is not understood."),
    ]:
        with subtests.test(text=text):
            assert_short(await eve.says(f"/asof {text}"), told)


async def test_of_a_day_before_the_story_was_opened_it_is_told_what_had_been_published(desk, subtests):
    eve = desk.person(EVE)
    for text, facts, told in [
        ("2024-01-10", 3, ["Published by 10 January 2024", "The record held nothing then", "opened on 22"]),
        ("January 2024", 3, ["Published by 31 January 2024", "“January 2024” ends on 31 January 2024"]),
        ("2024-01-03", 1, ["Published by 3 January 2024"]),
        ("2023-03-15", 1, ["Perhaps published by then: the date of the source is not exact"]),
        ("2023", 1, ["Published by 31 December 2023", "“2023” ends on 31 December 2023"]),
        ("0000", 0, ["Published by 31 December 0000", "no source is dated until then", "opened on 22"]),
    ]:
        with subtests.test(text=text):
            reply = await eve.says(f"/asof {text}")
            assert len(reply.facts) == facts
            assert all(words in said(reply) for words in told), said(reply)
    for text in ("2026-11-22", "November 2026"):
        with subtests.test(text=text):
            reply = await eve.says(f"/asof {text}")
            assert reply.facts and "The record" in said(reply) and "Published" not in said(reply)


async def test_what_had_been_published_is_shown_in_pages(desk):
    eve = desk.person(EVE)
    reply, seen = await eve.says("/asof 2024-01-10"), []
    while True:
        seen += reply.facts
        more = [action.command for action in reply.actions if action.turn == "next"]
        if not more:
            break
        reply = await eve.says(more[0])
    assert len(seen) == len(set(seen)) > 20
    assert_short(await eve.says("/asof 2024-01-10 >px"), "That page does not exist")


async def test_a_range_is_taken_in_both_spellings_and_kept_as_edtf(desk, subtests):
    ann = await desk.moderator(ANN)
    for number, text in enumerate(("2021..2022", "2022/2023", "March 2023 to May 2023")):
        with subtests.test(text=text):
            await ann.tells(f"/correct F5\nwhen: {text}\nnote: none\nmaterial: yes\nreason: x", "[Confirm]")
            kept = await desk.record.facts.find(5)
            assert kept.occurred == ("2021/2022", "2022/2023", "2023-03/2023-05")[number]
    refused = said(await ann.says("/correct F5\nwhen: soon\nmaterial: yes\nreason: x"))
    assert "2023/2024 or 2023..2024 (a range)" in refused


async def test_a_date_that_only_an_earlier_version_took_is_shown_and_does_not_stand_in_the_way(
    desk, tmp_path
):
    # What was exported has an id: its date comes in again as it was.
    sheet = tmp_path / "old.jsonl"
    source = {"title": "Old news", "published": "1950S2", "id": "S77", "ref": "old"}
    given = {"source": "old", "said": "Y1E9"}
    entry = {"id": "F77", "ref": "old", "statement": "it was so", "occurred": "Y1E9", "attributions": [given]}
    sheet.write_text("\n".join(json.dumps(each) for each in ({"source": source}, entry)))
    await import_sheet(desk.record, sheet, actor="tester", story="belarus")
    ann = await desk.moderator(ANN)
    assert "Y1E9" in said(await ann.says("/fact F77"))
    await ann.says("/when")
    assert "1950S2" in said(await ann.says("/sources S77"))
    reply = await ann.tells("/correct F77\nstatement: it was not so\nmaterial: yes\nreason: x", "[Confirm]")
    assert "F77 is changed" in said(reply)
    assert "Undone" in said(await ann.tells("/undo"))
    kept = await desk.record.facts.find(77)
    assert isinstance(kept, Fact) and kept.occurred == kept.attributions[0].said == "Y1E9"
    assert "S77 is on record" in said(await ann.tells("/source S77\nname: The old one", "[Confirm]"))
    # Without an id it is new, and refused.
    sheet.write_text(json.dumps({**entry, "ref": "new", "id": None}).replace('"id": null, ', ""))
    with pytest.raises(InvalidSheet, match="line 1, occurred: 'Y1E9' is not a date"):
        await import_sheet(desk.record, sheet, actor="tester", story="belarus")
