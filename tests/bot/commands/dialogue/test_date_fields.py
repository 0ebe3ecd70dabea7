"""Dates that moderators type: kept as EDTF, read from the source's date, and asked about in doubt."""

from __future__ import annotations

import pytest

from tests.bot.desk import ANN, EVE, said

# The desk's clock stands at Sunday 22 November 2026.


async def _kept(desk, ann, text: str):
    """Say a whole fact, confirm it, and return it as it is kept."""
    reply = await ann.says(text)
    assert "Readers will see" in said(reply), said(reply)
    await ann.says("/confirm")
    facts = await desk.record.listings.latest((await desk.record.stories.all())[0].id, before=None, limit=1)
    return facts[0]


@pytest.mark.parametrize(
    ("typed", "kept", "note"),
    [
        ("5 вересня 2023", "2023-09-05", None),
        ("3-5 May 2023", "2023-05-03/2023-05-05", None),
        ("Q1 2024", "2024-33", None),
        ("27.3.2024", "2024-03-27", None),
        ("since May 2023", "2023-05/..", None),
        ("4 January 2024 at 7pm", "2024-01-04T19:00", None),
        ("18 July", "XXXX-07-18", None),
        ("on Tuesday", "2026-11-17", "given as “on Tuesday”"),
        ("early March 2023", "2023-03-01~/2023-03-10~", None),
        ("Anfang März 2023", "2023-03-01~/2023-03-10~", "given as “Anfang März 2023”"),
    ],
)
async def test_a_date_in_words_is_kept_as_the_date_that_it_means(desk, typed, kept, note):
    fact = await _kept(
        desk, await desk.moderator(ANN), f"/add A flag was raised\nsource: + Report\nwhen: {typed}"
    )
    assert (fact.occurred, fact.date_note) == (kept, note)


async def test_words_that_depend_on_a_day_are_read_from_the_sources_date(desk):
    ann = await desk.moderator(ANN)
    lines = "source: + Report\npublished: 28 March 2024\nwhen: on Tuesday\nsaid: yesterday"
    fact = await _kept(desk, ann, f"/add A flag was raised\n{lines}")
    assert fact.occurred == "2024-03-26"
    assert fact.date_note == "given as “on Tuesday”"
    assert fact.attributions[0].said == "2024-03-27"
    # S1 of the first story is of 4 January 2024, a Thursday.
    fact = await _kept(desk, ann, "/add A flag was lowered\nsource: S1\nwhen: am Dienstag")
    assert (fact.occurred, fact.date_note) == ("2024-01-02", "given as “am Dienstag”")


async def test_a_source_without_a_day_leaves_words_open(desk):
    ann = await desk.moderator(ANN)
    reply = await ann.says(
        "/add A flag was raised\nsource: + Report\npublished: March 2024\nwhen: on Tuesday"
    )
    assert "“on Tuesday” depends on a day, and of its source only “March 2024” is known" in said(reply)


async def test_a_date_that_may_be_several_is_asked_about_with_buttons(desk, subtests):
    ann = await desk.moderator(ANN)
    for typed, labels in [
        ("3/4/2024", ["3 April 2024", "4 March 2024"]),
        ("since May", ["since May 2026", "since May 2025"]),
        ("between 3 and 5 May", ["3 May 2026 to 5 May 2026", "3 May 2025 to 5 May 2025"]),
    ]:
        with subtests.test(typed=typed):
            reply = await ann.says(f"/add A flag was raised\nsource: S1\nwhen: {typed}")
            assert "Which is meant?" in said(reply)
            assert [action.label for action in reply.actions][:2] == labels
            assert labels[0] in said(await ann.says("/choose 1"))
            await ann.says("/cancel")


async def test_it_holds_in_a_dialogue_turn_by_turn_and_through_a_restart(desk):
    ann = await desk.moderator(ANN)
    await ann.says("/correct F5")
    await ann.says("when")
    reply = await ann.says("vor zwei Tagen")  # two days before 4 January 2024
    assert "given as “vor zwei Tagen”" in [action.label for action in reply.actions]
    desk.moments.pass_by(minutes=50)
    reply = await ann.says("given as “vor zwei Tagen”")
    await ann.says("yes")
    await ann.says("The source has it otherwise")
    await ann.says("/confirm")
    fact = await desk.record.facts.find(5)
    assert (fact.occurred, fact.date_note) == ("2024-01-02", "given as “vor zwei Tagen”")


async def test_the_day_of_publication_is_told_from_today(desk):
    ann = await desk.moderator(ANN)
    await ann.says("/source S1\npublished: yesterday")
    await ann.says("/confirm")
    sources = await desk.record.sources.by_id([1])
    assert sources[1].published == "2026-11-21"


async def test_a_readers_suggestion_is_read_the_same_way(desk):
    reply = await desk.person(EVE).says("/suggest A flag was raised\nsource: + News\nwhen: w zeszły czwartek")
    assert "19 November 2026; given as “w zeszły czwartek”" in said(reply)


async def test_words_that_are_no_date_are_refused(desk, subtests):
    ann = await desk.moderator(ANN)
    for typed in ("soon", "march for peace", "sat", "12 of 2023 people"):
        with subtests.test(typed=typed):
            assert "is no date" in said(await ann.says(f"/add A flag was raised\nsource: S1\nwhen: {typed}"))
            await ann.says("/cancel")
