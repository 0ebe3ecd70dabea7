"""Whatever is typed after a command: one clear short answer, no exception, nothing changed on record."""

import asyncio
import logging
from itertools import product

import pytest
import pytest_asyncio
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.commands import commands
from bot.commands.dispatch import Dispatcher
from bot.config import Settings
from bot.replies import Heading, Item, Line, Note
from bot.requests import Role
from bot.settings.sections import LimitSettings
from storage.record import Record
from tests.bot.desk import PASSING, kept, still
from tests.bot.hostile import EDGES, FORGED, STRANGE, asked, assert_short_and_clear, suggest
from tests.conftest import examples, part

NAMES = [command.name for command in commands]
# Nobody here asks too fast.
FAST = LimitSettings(messages_per_minute=100_000, burst=100_000)


@pytest_asyncio.fixture
async def dispatcher(record: Record) -> Dispatcher:
    return Dispatcher(record, commands, Settings(limits=FAST), still)


@pytest.mark.at_length
@pytest.mark.parametrize("role", [Role.READER, Role.MODERATOR, Role.OWNER])
async def test_a_command_answers_whatever_follows_it_and_changes_nothing(
    dispatcher, record, role, caplog, subtests
):
    await suggest(dispatcher)
    before = kept(record.database.path, PASSING - {"chat"})
    for number, name in enumerate(NAMES):
        caplog.clear()
        with subtests.test(name):
            for argument in part([*STRANGE, *FORGED, *EDGES], number + 3 * role):
                if name == "story" and argument.startswith("belarus"):
                    continue  # that is just what the command is for
                text = f"/{name} {argument}"
                assert_short_and_clear(await dispatcher.answer(asked(text, role)), text)
            assert kept(record.database.path, PASSING - {"chat"}) == before
            assert [entry for entry in caplog.records if entry.levelno >= logging.WARNING] == []


async def test_strange_plain_questions_are_answered_and_change_nothing(dispatcher, record, caplog):
    before = kept(record.database.path)
    for text in (*STRANGE, *FORGED, *EDGES):
        assert_short_and_clear(await dispatcher.answer(asked(text)), text)
    assert kept(record.database.path) == before
    assert [entry for entry in caplog.records if entry.levelno >= logging.WARNING] == []


async def test_a_time_beyond_the_calendar_is_answered(dispatcher, subtests):
    times = ["after 9999", "after 9999-12-31", "before 0001", "before 0001-01-01"]
    for time, command in product(times, ["/when ", "/asof ", "/what ", "/ask ", ""]):
        with subtests.test(command + time):
            assert_short_and_clear(await dispatcher.answer(asked(command + time)), time)


WRONG = [
    ("/who nobody at all", "/who lists who is"),
    ("/where nobody at all", "/where lists them"),
    ("/story xyzzy", "/stories lists"),
    ("/help xyzzy", "/help all lists"),
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
    ("/asof some day", "/asof 2026-11-22"),
    ("/asof 18 July", "/asof 2026-11-22"),
    ("/asof", "/asof 2026-11-22"),
    ("/ask", "/ask Who denied it?"),
    ("/who >²", "send the command again"),
    ("/what >x", "send the command again"),
    ("/when >x", "send the command again"),
    ("/who lubinets >zzz", "send the command again"),
    ("/latest >x", "send the command again"),
    ("/xyzzy", "/help all lists"),
]


async def test_a_wrong_argument_is_told_in_one_line_what_to_type_instead(dispatcher, subtests):
    for text, told in WRONG:
        with subtests.test(text=text):
            reply = await dispatcher.answer(asked(text))
            (block,) = reply.blocks
            assert isinstance(block, Note)
            assert told in block.text
            assert len(block.text) <= 200


async def test_what_nobody_said_is_not_on_record_and_nothing_is_filled_in(dispatcher, subtests):
    nothing = [argument for argument in STRANGE[:20] if argument.strip('"* ')]
    for text, command in product(nothing, ["/what", "/ask", "/who", "/where"]):
        with subtests.test(text=text, command=command):
            reply = await dispatcher.answer(asked(f"{command} {text}"))
            # What is left of “nobody at all” or of a picture names nothing.
            told = [block.text for block in reply.blocks if isinstance(block, Note)]
            assert any("not on record" in each or "names nothing" in each for each in told)
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


async def test_a_slip_in_a_name_still_finds_whom_it_means(dispatcher, subtests):
    for typed in ["lukashenka", "Lubinetz", "LUBINETS", "Lübínets", "lubin", "Dmytro"]:
        with subtests.test(typed=typed):
            reply = await dispatcher.answer(asked(f"/who {typed}"))
            assert isinstance(reply.blocks[0], Heading)
            assert reply.blocks[0].text in ("Alexander Lukashenko", "Dmytro Lubinets")


async def test_markup_in_a_message_comes_back_as_it_was_typed_for_the_front_end_to_escape(dispatcher):
    (block,) = (await dispatcher.answer(asked("/who <b>x</b>"))).blocks
    assert "<b>x</b>" in block.text


async def test_control_characters_never_come_back(dispatcher):
    for command, role in product(NAMES, (Role.READER, Role.OWNER)):
        reply = await dispatcher.answer(asked(f"/{command} a\x00\x1b[2J\u202eb", role))
        for block in reply.blocks:
            words = f"{block.text}{block.label if isinstance(block, Item | Line) else ''}"
            assert not any(ord(mark) < 32 or mark == "\u202e" for mark in words)


@pytest.mark.at_length
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
        dispatcher = Dispatcher(record, commands, Settings(limits=FAST), still)
        before = kept(path, PASSING - {"chat"})
        # /story changes something where it is given a name.
        names = [f"/{name} " for name in NAMES if name != "story"]

        @hypothesis_settings(max_examples=examples(600))
        @given(st.sampled_from([*names, "", "/"]), arguments, st.sampled_from([Role.READER, Role.OWNER]))
        @example("/latest ", "0" * 3000 + "5", Role.READER)
        def check(command, argument, role):
            text = command + argument
            assert_short_and_clear(runner.run(dispatcher.answer(asked(text, role))), text)

        try:
            check()
            assert kept(path, PASSING - {"chat"}) == before
        finally:
            runner.run(record.close())
    assert [entry for entry in caplog.records if entry.levelno >= logging.WARNING] == []


async def test_a_command_that_takes_nothing_refuses_what_follows_it(dispatcher, subtests):
    """“/forgetme not yet” does not forget."""
    bare = [command.name for command in commands if not command.arguments]
    assert "forgetme" in bare
    for name, words in product(bare, ("no", "not yet", "no >1")):
        with subtests.test(name=name, words=words):
            (told,) = (await dispatcher.answer(asked(f"/{name} {words}", Role.OWNER))).blocks
            assert told.text == f"/{name} takes nothing after it: send it alone."
    (told,) = (await dispatcher.answer(asked("/forgetme >no", Role.OWNER))).blocks
    assert "takes nothing" in told.text
