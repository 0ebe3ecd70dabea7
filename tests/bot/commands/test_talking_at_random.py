"""Several people talk at random: nothing ever goes wrong, and nothing changes but by what may change it."""

import asyncio
import logging
import shutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands.core.registry import commands
from bot.frontends.telegram.render import render
from bot.frontends.terminal.render import plain
from storage.record import Record
from tests.bot.desk import ANN, BOB, EVE, OWNER, Desk, Moments
from tests.conftest import examples

GROUP = "telegram:-100"
# Only these change the record; whatever else is said, it stays as it is.
CHANGING = (
    "/confirm",
    "/approve",
    "/same",
    "/undo",
    "/forgetme",
    "/privatestory",
    "/defaultstory",
    "/public",
    "/webhook",
)
BEGINNINGS = [
    "/add", "/add The bridge is closed.", "/add The bridge is closed.\nsource: S1",
    "/add <b>It</b> is so.\nwho: +person Zoë\nsource: + A memo\nfigure: 5 boats",
    "/suggest It rains.\nsource: S1", "/suggest", "/correct F5", "/correct F5\nat: ¶9\nmaterial: no",
    "/correct F5\nwho: none\nreason: so", "/attribute F5", "/attribute F8\nsource: S2\nwho: Putin",
    "/relate F8 contradicts F9", "/relate F8 supports F9", "/relate F8 unrelated F9", "/supersede F8 F9",
    "/supersede F9 F8", "/supersede F8 none", "/retract F8 wrong", "/retract F8", "/restore F8 right",
    "/undo F8", "/undo",
    "/source S1\npublisher: Press", "/source A memo", "/source https://example.org/x\ntitle: X",
    "/source S1\nvia: S2", "/entity Putin\nalias: VVP", "/entity Zoë\nmerge: Putin",
    "/entity Putin\nmerge: Lubinets", "/entity Putin\nname: Zoë", "/entity Rex",
    "/newstory flood The flood", "/resume", "/editstory",
    "/editstory\ntitle: The flood\nname: flood\ntells: F8",
    "/privatestory on", "/defaultstory belarus", "/public on", "/public off",
    "/webhook", "/webhook add https://8.8.8.8/hook", "/webhook secret 1", "/webhook test 1",
    "/webhook stop 1",
    "/review", "/approve D1", "/reject D1 no", "/reject D1", "/edit D1",
    "/edit D2", "/same D1 F8", "/same D2 F9", "/unanswered", "/tellme Q1", "/audit", "/audit F8",
    "/audit @ann", "/moderators", "/appoint 8", "/appoint 8 belarus", "/dismiss 8", "/dismiss 7 belarus",
    "/story tarrow-ferry", "/story belarus", "/forgetme", "/privacy", "/what bridge", "/fact F8",
    "/history F8", "/disputed", "/takedown F8", "/takedown F8 law",
    "/takedown S1 privacy", "/takedown D1 safety", "/intake", "/intake A1 list", "/intake A1 close",
    "/watch", "/watch W1", "/watch W1 stop", "/watch N1", "/desk", "/desk done",
]  # fmt: skip
ANSWERS = [
    "/confirm no",
    "/confirm", "/confirm", "/confirm", "/cancel", "/skip", "/skip", "/back", "1", "2", "3", "99", "none",
    "The bridge", "Putin", "children", "S1", "+ A report", "https://example.org/y", "2024-02", "2024-02-30",
    "yes", "no", "wrong", "F9", "contradicts F9", "supports F8", "north", "Who has the zeppelin?", "x" * 3000,
]  # fmt: skip
PEOPLE = [(OWNER, OWNER), (ANN, ANN), (BOB, BOB), (ANN, GROUP), (BOB, GROUP), (EVE, EVE)]
# A button is pressed by its number, counted in all that this chat has been shown, the newest first.
TURNS = st.lists(
    st.tuples(
        st.sampled_from(PEOPLE),
        st.sampled_from(BEGINNINGS) | st.sampled_from(ANSWERS) | st.integers(0, 12),
    ),
    min_size=5,
    max_size=30,
)


@pytest.mark.at_length
def test_nothing_goes_wrong_and_nothing_changes_unasked(stocked, tmp_path_factory, caplog):
    folder = tmp_path_factory.mktemp("random")

    async def talk(turns):
        path = folder / "record.db"
        for old in folder.iterdir():
            old.unlink()
        shutil.copyfile(stocked, path)
        moments = Moments()
        record = await Record.open(path, clock=moments)
        desk = Desk(record, moments)
        await desk.appoint(ANN, "belarus", handle="ann")
        shown: dict[str, list[str]] = {}
        try:
            for (user, chat), said in turns:
                offered = shown.setdefault(chat, [])
                if isinstance(said, int) and said >= len(offered):
                    continue
                text = offered[said] if isinstance(said, int) else said
                before = desk.kept()
                person = desk.person(user, chat)
                reply = await person.says(text)
                assert reply is not None
                assert "went wrong" not in person.seen and "cannot be read" not in person.seen, text
                assert render(reply) and plain(reply)
                if not text.startswith(CHANGING):
                    assert desk.kept() == before, text
                offered[:0] = [action.command for action in reply.actions]
                await desk.told(chat)
            assert (await record.audit.verify()).problem is None
            assert await record.database.check() == []
        finally:
            await record.close()

    with asyncio.Runner() as runner:

        @settings(max_examples=examples(60))
        @given(TURNS)
        def check(turns):
            runner.run(talk(turns))

        check()
    assert [entry for entry in caplog.records if entry.levelno >= logging.WARNING] == []


def test_every_command_that_keeps_the_record_takes_part():
    said = {text.split()[0][1:] for text in (*BEGINNINGS, *ANSWERS) if text.startswith("/")}
    keeping = {command.name for command in commands if command.dialogue or command.role > 0}
    assert keeping <= said
