"""Digits of any script are read as digits, or refused in words, and letters are folded, by every command."""

from __future__ import annotations

import logging

import pytest_asyncio

from bot.commands import commands
from bot.commands.dispatch import Dispatcher
from bot.config import Settings
from bot.requests import Role
from bot.settings.sections import LimitSettings
from storage.record import Record
from tests.bot.desk import PASSING, kept, said, still
from tests.bot.hostile import asked, assert_short_and_clear

SCRIPTS = ("０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९")
# No decimal digits, though Python's isdigit says so of the first ones.
OTHERS = ("⁰¹²³⁴⁵⁶⁷⁸⁹", "⓪①②③④⑤⑥⑦⑧⑨", "〇一二三四五六七八九")


def written(text: str, signs: str) -> str:
    return text.translate(str.maketrans("0123456789", signs))


@pytest_asyncio.fixture
async def dispatcher(record: Record) -> Dispatcher:
    settings = Settings(limits=LimitSettings(messages_per_minute=100_000, burst=100_000))
    return Dispatcher(record, commands, settings, still)


async def test_a_number_means_the_same_in_the_digits_of_any_script(dispatcher, subtests):
    for text in (
        "/fact F12", "/fact 12", "/history f12", "/sources S1", "/latest 2", "/when 2023", "/source S1",
        "/when 18 July 2023", "/when 2023-07-18", "/asof 2026-11-28", "/settings time 07:30", "/mute 2h",
        "/settings quiet 22:00-07:00", "/audit F12", "/audit since 2023-01-01", "/undo F12",
    ):  # fmt: skip
        plain = said(await dispatcher.answer(asked(text, Role.OWNER)))
        for signs in SCRIPTS:
            with subtests.test(written(text, signs)):
                assert said(await dispatcher.answer(asked(written(text, signs), Role.OWNER))) == plain
    wide = said(await dispatcher.answer(asked("/fact Ｆ１２")))
    assert wide == said(await dispatcher.answer(asked("/fact F12")))


async def test_no_digit_of_any_kind_goes_wrong_in_any_command(dispatcher, record, caplog, subtests):
    before = kept(record.database.path, PASSING - {"chat"})
    for command in commands:
        for signs in (SCRIPTS[1], *OTHERS[:2]):
            for words in ("7", "F7\nwhen: 2023", "F7 supports F8", "2023-07-18", "07:30"):
                text = f"/{command.name} {written(words, signs)}"
                with subtests.test(text):
                    assert_short_and_clear(await dispatcher.answer(asked(text, Role.MODERATOR)), text)
    assert kept(record.database.path, PASSING - {"chat"}) == before
    assert [entry for entry in caplog.records if entry.levelno >= logging.WARNING] == []


async def test_words_of_a_filter_are_kept_folded_as_facts_are(dispatcher):
    for typed in ("İstanbul Łódź", "ISTANBUL ŁÓDŹ", "istanbul lodz"):
        reply = await dispatcher.answer(asked(f"/settings words {typed}", Role.OWNER))
        assert "istanbul lodz" in said(reply), typed
