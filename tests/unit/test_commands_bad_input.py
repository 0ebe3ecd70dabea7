"""Whatever is typed after a command: one clear short answer, no exception, nothing changed on record."""

import asyncio
import logging
import sqlite3

import pytest
import pytest_asyncio
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.commands import commands
from bot.commands.dispatch import Dispatcher
from bot.config import Settings
from bot.replies import Heading, Item, Line, Note
from bot.requests import Request, Role
from storage.record import Record

NAMES = [command.name for command in commands]
# What is in none of the stories and names none of them, so that no answer may be taken for an answer.
STRANGE = [
    "nobody at all",
    "xyzzy",
    "😀",
    "👩‍👩‍👧‍👦🏳️‍🌈",
    "שלום עולם",
    "مرحبا",
    "\u202eabc\u202c",
    "Z̸͉̎a̵l̷g̶o",
    "<b>x</b>",
    "</b><script>alert(1)</script>&amp;",
    "*_`[x](javascript:y)~||z||",
    "```",
    "'; DROP TABLE fact; --",
    "x' UNION SELECT * FROM revision --",
    '"',
    '"""',
    "*",
    "* *",
    "NEAR(",
    "NEAR(a b, 2)",
    "^",
    "statement:",
    "{0}",
    "{name!r}",
    "%(x)s %n",
    "$(id)",
    "`id`",
    "../../etc/passwd",
    "\\",
    "\\x00",
    "\x00",
    "\x00\x07\x1b[31m",
    "\u200b",
    "\u2028",
    "\ud800",
    "\ufffe",
    "ﷺ" * 50,
    "a" * 3900,
    "é" * 3900,
    "(" * 3900,
    "' " * 1900,
    "1" * 3900,
    "F" + "9" * 60,
    "F0",
    "F-1",
    "F1.5",
    "F1 F2",
    "F1;",
    "F²",
    "S0",
    "S999999",
    "F999999",
    "f 999999999999999",
    "-1",
    "0",
    "00",
    "1e9",
    "inf",
    "nan",
    "²",
    "٣",
    "21",
    "000020999999999999999999999",
    "2024-13-45",
    "2023-02-29",
    "31 February 2023",
    "0000",
    "0000-00-00",
    "99999-01-01",
    "..",
    "/",
    "//who",
    "-",
    "XXXX",
    "XXXX-XX-XX",
    "?" * 100,
]
FORGED = [
    ">",
    ">0",
    ">-1",
    ">²",
    ">٣",
    ">x",
    ">a",
    ">a²",
    ">o",
    ">o²",
    ">ox",
    ">s999999999999999",
    ">999999999999999",
    ">9999999999999999",
    ">" + "9" * 40,
    ">abcdefghij.1",
    ">abcdefghij.²",
    ">2024-01-04.",
    ">2024-01-04.²",
    ">2024-01-04.99999999999999999999",
    ">9999-99-99.1",
    ">....",
    ">:::",
    "lubinets >zzz",
    "lubinets >s²",
    "lubinets >s" + "9" * 30,
    "belarus >²",
    "belarus >-",
    "March 2023 >x",
    "2023 >2023-03-01.²",
    "F1 >²",
    "S1 >²",
    "5 >²",
    "2026-11-22 >²",
]
# Beyond the first and the last day that a calendar has.
EDGES = [
    "9999",
    "9999-12-31",
    "0001",
    "since 9999",
    "until 0001",
    "after 9998",
    "before 0002",
    "0001..9999",
    "9999..0001",
    "/2023",
    "2023/",
    "-0044",
    "20XX",
]


class Clock:
    def __call__(self) -> float:
        return 0.0


def dump(path) -> list[str]:
    """Return every row of every table, as SQL."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


def asked(text, role=Role.READER):
    return Request(text, "telegram:1", "telegram:7", role=role)


def assert_short_and_clear(reply, text):
    shown = repr(text[:80])
    assert reply is not None, shown
    for block in reply.blocks:
        words = block.text
        assert "went wrong" not in words, shown
        assert "cannot be read" not in words, shown
        assert "Traceback" not in words and "Error" not in words, shown
        if isinstance(block, Note | Heading):
            assert len(words) <= 300, shown
        if isinstance(block, Line):
            assert block.citations, shown
    for action in reply.actions:
        assert len(action.label) <= 200, shown
        assert action.command.startswith("/"), shown


@pytest_asyncio.fixture
async def dispatcher(record: Record) -> Dispatcher:
    return Dispatcher(record, commands, Settings(), Clock())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["strange", "forged", "edges"])
async def test_a_command_answers_whatever_follows_it_and_changes_nothing(
    dispatcher, record, name, kind, caplog
):
    before = dump(record.database.path)
    for argument in {"strange": STRANGE, "forged": FORGED, "edges": EDGES}[kind]:
        if name == "story" and argument.startswith("belarus"):
            continue  # that is its name: taking it into use is what was asked
        text = f"/{name} {argument}"
        assert_short_and_clear(await dispatcher.answer(asked(text)), text)
    assert dump(record.database.path) == before
    assert [entry for entry in caplog.records if entry.levelno >= logging.WARNING] == []


async def test_strange_plain_questions_are_answered_and_change_nothing(dispatcher, record, caplog):
    before = dump(record.database.path)
    for text in (*STRANGE, *FORGED, *EDGES):
        assert_short_and_clear(await dispatcher.answer(asked(text)), text)
    assert dump(record.database.path) == before
    assert [entry for entry in caplog.records if entry.levelno >= logging.WARNING] == []


@pytest.mark.parametrize("text", ["after 9999", "after 9999-12-31", "before 0001", "before 0001-01-01"])
@pytest.mark.parametrize("command", ["/when ", "/asof ", "/what ", "/ask ", ""])
async def test_a_time_beyond_the_calendar_is_answered(dispatcher, text, command):
    assert_short_and_clear(await dispatcher.answer(asked(command + text)), text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("/who nobody at all", "/who lists who is"),
        ("/where nobody at all", "/where lists them"),
        ("/story xyzzy", "/stories lists"),
        ("/help xyzzy", "/help lists"),
        ("/fact seven", "/fact F7"),
        ("/history seven", "/history F7"),
        ("/fact F999999", "/latest"),
        ("/history F999999", "/latest"),
        ("/sources first", "/sources S1"),
        ("/sources S999999", "/sources lists"),
        ("/latest many", "from 1 to 20"),
        ("/latest 0", "from 1 to 20"),
        ("/latest 21", "from 1 to 20"),
        ("/latest 000020999999999999999999999", "from 1 to 20"),
        ("/when 31 February 2023", "2024-01-04"),
        ("/when 2024-13-45", "2024-01-04"),
        ("/asof yesterday", "/asof 2026-11-22"),
        ("/asof 18 July", "/asof 2026-11-22"),
        ("/asof", "/asof 2026-11-22"),
        ("/ask", "/ask Who denied it?"),
        ("/who >²", "send the command again"),
        ("/what >x", "send the command again"),
        ("/when >x", "send the command again"),
        ("/who lubinets >zzz", "send the command again"),
        ("/latest >x", "send the command again"),
        ("/xyzzy", "/help lists"),
    ],
)
async def test_a_wrong_argument_is_told_in_one_line_what_to_type_instead(dispatcher, text, told):
    reply = await dispatcher.answer(asked(text))
    (block,) = reply.blocks
    assert isinstance(block, Note)
    assert told in block.text
    assert len(block.text) <= 200


@pytest.mark.parametrize("text", [argument for argument in STRANGE[:20] if argument.strip('"* ')])
@pytest.mark.parametrize("command", ["/what", "/ask", "/who", "/where"])
async def test_what_nobody_said_is_not_on_record_and_nothing_is_filled_in(dispatcher, command, text):
    reply = await dispatcher.answer(asked(f"{command} {text}"))
    assert any("not on record" in block.text for block in reply.blocks if isinstance(block, Note))
    headings = [block.text for block in reply.blocks if isinstance(block, Heading)]
    lines = [block for block in reply.blocks if isinstance(block, Line)]
    assert not lines or any("not an answer" in heading for heading in headings)


async def test_a_name_that_several_bear_is_asked_about_with_buttons(dispatcher):
    reply = await dispatcher.answer(asked("/who children"))
    (block,) = reply.blocks
    assert "Did you mean" in block.text
    assert len(reply.actions) >= 2
    for action in reply.actions:
        assert len((await dispatcher.answer(asked(action.command))).blocks) > 1


@pytest.mark.parametrize("typed", ["lukashenka", "Lubinetz", "LUBINETS", "Lübínets", "lubin", "Dmytro"])
async def test_a_slip_in_a_name_still_finds_whom_it_means(dispatcher, typed):
    reply = await dispatcher.answer(asked(f"/who {typed}"))
    assert isinstance(reply.blocks[0], Heading)
    assert reply.blocks[0].text in ("Alexander Lukashenko", "Dmytro Lubinets")


async def test_markup_in_a_message_comes_back_as_it_was_typed_for_the_front_end_to_escape(dispatcher):
    (block,) = (await dispatcher.answer(asked("/who <b>x</b>"))).blocks
    assert "<b>x</b>" in block.text


async def test_control_characters_never_come_back(dispatcher):
    for command in NAMES:
        reply = await dispatcher.answer(asked(f"/{command} a\x00\x1b[2J\u202eb"))
        for block in reply.blocks:
            words = f"{block.text}{block.label if isinstance(block, Item | Line) else ''}"
            assert not any(ord(mark) < 32 or mark == "\u202e" for mark in words)


def test_no_text_at_all_breaks_any_command_or_changes_the_record(stocked, tmp_path, caplog):
    path = tmp_path / "fuzzed.db"
    path.write_bytes(stocked.read_bytes())
    pieces = st.sampled_from(
        [
            *STRANGE[:36],
            *FORGED,
            *EDGES,
            "lukashenko",
            "who",
            "how many",
            "18 July",
            "in 2023",
            "F1",
            "S1",
            ">1",
        ]
    )
    arguments = st.text(max_size=60) | st.lists(pieces, max_size=4).map(" ".join)
    with asyncio.Runner() as runner:
        record = runner.run(Record.open(path))
        dispatcher = Dispatcher(record, commands, Settings(), Clock())
        before = dump(path)

        @hypothesis_settings(max_examples=300)
        @given(st.sampled_from([f"/{name} " for name in NAMES if name != "story"] + ["", "/"]), arguments)
        @example("/latest ", "0" * 3000 + "5")
        def check(command, argument):
            text = command + argument
            assert_short_and_clear(runner.run(dispatcher.answer(asked(text))), text)

        try:
            check()
            assert dump(path) == before
        finally:
            runner.run(record.close())
    assert [entry for entry in caplog.records if entry.levelno >= logging.WARNING] == []
