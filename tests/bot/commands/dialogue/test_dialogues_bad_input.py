"""Whatever is answered to any question of a dialogue: one clear answer, nothing changed on record."""

import logging

import pytest

from bot.requests import Role
from tests.bot.desk import PASSING, assert_short, buttons, kept
from tests.bot.hostile import EDGES, FORGED, STRANGE, asked, assert_short_and_clear, suggest
from tests.conftest import part

# Every question of every dialogue: what has been said before it is asked.
ASKED = {
    "statement": ["/add"],
    "who": ["/add The bridge is closed."],
    "cue": ["/add The bridge is closed.", "/skip"],
    "source": ["/add The bridge is closed.", "/skip", "/skip"],
    "title": ["/add The bridge is closed.", "/skip", "/skip", "+ https://example.org/a"],
    "published": ["/add The bridge is closed.", "/skip", "/skip", "+ A report", "/skip"],
    "kind": ["/add The bridge is closed.", "/skip", "/skip", "+ A report", "/skip", "/skip"],
    "at": ["/add The bridge is closed.", "/skip", "/skip", "S1"],
    "when": ["/add The bridge is closed.", "/skip", "/skip", "S1", "/skip"],
    "where": ["/add The bridge is closed.", "/skip", "/skip", "S1", "/skip", "/skip"],
    "confirm": ["/add The bridge is closed.\nsource: S1"],
    "part": ["/correct F5"],
    "figure": ["/correct F5", "4"],
    "material": ["/correct F5\nat: ¶9"],
    "reason": ["/correct F5\nat: ¶9", "1"],
    "rejection": ["/reject D1"],
    "superseder": ["/supersede F5 F5"],
    "relation": ["/relate F5 F6"],
    "title of a story": ["/newstory x"],
    "suggestion": ["/suggest"],
}


@pytest.mark.at_length
async def test_a_question_takes_whatever_is_answered_and_nothing_is_changed(desk, caplog, subtests):
    await suggest(desk.dispatcher)
    before = desk.kept()
    for number, (question, turns) in enumerate(ASKED.items()):
        caplog.clear()
        with subtests.test(question):
            for answer in part([*STRANGE, *FORGED, *EDGES], number):
                if answer.startswith("/"):
                    continue  # a command, and no answer
                for text in turns:
                    await desk.dispatcher.answer(asked(text, Role.OWNER))
                assert_short_and_clear(await desk.dispatcher.answer(asked(answer, Role.OWNER)), answer)
            assert desk.kept() == before
            assert [entry for entry in caplog.records if entry.levelno >= logging.WARNING] == []


# What is not the open question's token (`{token}`) is no yes, and no other turn.
NO_TOKEN = (
    "no", "not yet", "nein", "yes", "1", "#1.1", "#{token}", "{token} no", "{token}x", "x{token}", "1.1 no",
    ">no", ">1", "{token} >no", "F5", "/confirm", "-", "—", "²", "\u202eno",
)  # fmt: skip
NO_CHOICE = (
    "no",
    "{token}",
    "{token} no",
    "#{token} 1",
    "1 no",
    "no 1",
    ">1",
    "1 >1",
    "0",
    "-1",
    "١٢٣٤",
)
NO_ANSWER = ("#{token}", "#9.9 Lubinets", "#{token}.1", "no", "1.1")
ODD = {
    **dict.fromkeys(("confirm", "cancel", "skip", "back"), NO_TOKEN), "choose": NO_CHOICE,
    "answer": NO_ANSWER,
}  # fmt: skip


async def test_what_is_not_the_token_refuses_and_changes_nothing(desk, subtests):
    ann = await desk.moderator()
    for opening in ("/add The bridge is closed.\nsource: S1", "/retract F5 The source withdrew it"):
        await ann.says(opening)
        token = ann.button("Cancel").removeprefix("/cancel ")
        path, passing = desk.record.database.path, PASSING - {"dialogue"}
        before = kept(path, passing)
        for command, odd in ODD.items():
            for each in odd:
                text = f"/{command} {each.replace('{token}', token)}"
                with subtests.test(text=text):
                    assert_short(await ann.says(text))
                    assert kept(path, passing) == before
        # A token of another question shows the open one again.
        for command in ("confirm", "cancel", "choose"):
            await ann.says(f"/{command} {token}9")
            assert "answered already" in ann.seen and "Confirm" in buttons(ann.reply)
            assert await desk.revisions(5) == 1
        await ann.says("/cancel")
    await ann.tells("/retract F5 The source withdrew it", "/confirm")
    assert await desk.revisions(5) == 2
