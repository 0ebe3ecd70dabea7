"""Dates in the words of people: read in their zone, told as they were read, and asked about in doubt."""

from __future__ import annotations

import pytest

from tests.bot.desk import ANN, EVE, said

# The desk's clock stands at Sunday 22 November 2026, 12:30 UTC.


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("/when yesterday", "Read as 21 November 2026."),
        ("/when позавчора", "Read as 20 November 2026."),
        ("/when vor zwei Tagen", "Read as 20 November 2026."),
        ("/when w zeszły czwartek", "Read as 19 November 2026."),
        ("What happened last week?", "Read as 9 November 2026 to 15 November 2026."),
        ("минулого року?", "Read as 2025."),
        ("/when since May", "No year is given: read as since May 2026."),
    ],
)
async def test_what_depends_on_the_day_is_told_as_it_was_read(desk, text, told):
    assert told in said(await desk.person(EVE).says(text))


async def test_absolute_dates_of_eight_languages_find_the_same_facts(desk, subtests):
    eve = desk.person(EVE)
    wanted = said(await eve.says("/when 4 January 2024"))
    assert "The Kyiv Independent reported" in wanted
    for text in (
        "4 січня 2024", "4 января 2024 г.", "4 студзеня 2024", "4 stycznia 2024 r.", "4. Januar 2024",
        "le 4 janvier 2024", "4 de enero de 2024", "January 4th, 2024", "4.1.24 г.",
    ):  # fmt: skip
        with subtests.test(text=text):
            told = said(await eve.says(f"/when {text}"))
            assert told.partition("\n")[2] == wanted.partition("\n")[2]


async def test_today_is_the_day_of_the_chats_zone(desk):
    eve = desk.person(EVE)
    desk.moments.pass_by(hours=11)  # 23:30 UTC; it is Monday in Kyiv
    assert "Read as 21 November 2026." in said(await eve.says("/when yesterday"))
    await desk.record.listeners.change(EVE, 0, {"zone": "Europe/Kyiv"})
    assert "Read as 22 November 2026." in said(await eve.says("/when yesterday"))
    assert "Read as 22 November 2026." in said(await eve.says("What happened yesterday?"))


async def test_a_date_that_may_be_two_days_is_asked_about_with_buttons(desk, subtests):
    eve = desk.person(EVE)
    for text, command in [
        ("/when 3/4/2024", "when"),
        ("What happened on 3/4/2024?", "when"),
        ("/asof 3/4/2024", "asof"),
    ]:
        with subtests.test(text=text):
            reply = await eve.says(text)
            assert "“3/4/2024” may be 3 April 2024 or 4 March 2024. Which is meant?" in said(reply)
            commands = [action.command for action in reply.actions]
            assert commands == [f"/{command} 2024-04-03", f"/{command} 2024-03-04"]


async def test_a_question_with_words_is_answered_for_both_days_and_says_so(desk):
    told = said(await desk.person(EVE).says("Did Lukashenko deny on 3/4/2024 that children came to Belarus?"))
    assert "“3/4/2024” may be 3 April 2024 or 4 March 2024. This is the answer for any of them." in told


async def test_the_year_that_was_taken_can_be_changed_by_a_button(desk):
    reply = await desk.person(EVE).says("/when early March")
    assert reply.actions[-1].command == "/when 2025-03-01~/2025-03-10~"


async def test_ordinary_words_in_a_question_are_no_dates(desk, subtests):
    eve = desk.person(EVE)
    for text in ("Who led the march?", "may they come?", "who sat there"):
        with subtests.test(text=text):
            assert "When:" not in said(await eve.says(text))


async def test_a_moderator_may_ask_for_the_trail_since_yesterday(desk):
    ann = await desk.moderator(ANN)
    assert "is no day" not in said(await ann.says("/audit since yesterday"))


async def test_a_time_of_day_is_told_with_the_zone_that_was_named(desk, subtests):
    ann = await desk.moderator(ANN)
    for text, told in [
        ("/when 4 January 2024, 14:30 Kyiv time", "Read as 4 January 2024, 14:30 UTC+02:00."),
        ("/when 4 января 2024 в 7 вечера по Москве", "Read as 4 January 2024, 19:00 UTC+03:00."),
        (
            "/when 4 January 2024 2 pm CST",
            "may be 4 January 2024, 14:00 UTC+08:00 or 4 January 2024, 14:00 UTC-",
        ),
        ("/when 4 January 2024 14:30 Narnia time", "is not understood"),
        (
            "/asof 22 November 2026 14:30 Kyiv",
            "The record is shown by days, not by hours.",
        ),
    ]:
        with subtests.test(text=text):
            assert told in said(await ann.says(text))
    await ann.tells(
        "/correct F5\nwhen: 4 January 2024, 14:30 Kyiv\nnote: none\nmaterial: yes\nreason: x", "[Confirm]"
    )
    assert (await desk.record.facts.find(5)).occurred == "2024-01-04T14:30+02:00"


async def test_a_chat_is_muted_until_a_day_in_its_own_words(desk, subtests):
    eve = desk.person(EVE)
    for text in ("until Friday", "bis Freitag", "до пятницы", "20261127", "until 27 November"):
        with subtests.test(text=text):
            assert "Muted until 2026-11-27 00:00" in said(await eve.says(f"/mute {text}"))


async def test_a_feast_that_facts_are_only_called_by_finds_them(desk):
    eve = desk.person(EVE)
    assert "New Year's Eve (no date)" in said(await eve.says("/when New Year's Eve"))
    assert "no statement is dated to it" in said(await eve.says("/when Christmas"))
    assert "may be 25 December (year not given) or 7 January" in said(await eve.says("/when Різдво"))


async def test_a_time_that_no_calendar_tells_is_refused(desk, subtests):
    eve = desk.person(EVE)
    for text in (
        "since the invasion", "fiscal year 2023/24", "з початку війни", "с начала войны", "да вайны",
        "przed wojną", "seit Kriegsbeginn", "depuis l’invasion", "desde la invasión", "Geschäftsjahr 2023/24",
    ):  # fmt: skip
        with subtests.test(text=text):
            assert "is not understood. Write the date as" in said(await eve.says(f"/when {text}"))
