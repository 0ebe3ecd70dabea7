"""The first screen answers: half of all replies are short, and nine in ten fit one screen of a phone."""

from bot.commands import commands
from bot.commands.dispatch import Dispatcher
from bot.config import Settings
from tests.bot.reply_lengths import FOLDER, MEDIAN, NINE_IN_TEN, SETS, all_of, measured, questions_of


async def test_replies_fit_a_phone(record, subtests):
    dispatcher = Dispatcher(record, commands, Settings())
    for story, name in SETS.items():
        with subtests.test(story):
            each = await measured(dispatcher, story, questions_of(FOLDER / f"{name}.toml"))
            every = all_of(each)
            told = "; ".join(f"{one.kind}: {one.median:.0f}, {one.nine_in_ten}" for one in (*each, every))
            # Answers to questions, which are read without vectors here, count among all.
            for one in (*(kind for kind in each if kind.kind != "questions"), every):
                assert one.median <= MEDIAN and one.nine_in_ten <= NINE_IN_TEN, f"{one.kind} of {told}"
