"""Whatever is answered to any question of a dialogue: one clear answer, nothing changed on record."""

import logging

from bot.requests import Role
from tests.bot.hostile import EDGES, FORGED, STRANGE, asked, assert_short_and_clear, suggest

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


async def test_a_question_takes_whatever_is_answered_and_nothing_is_changed(desk, caplog, subtests):
    await suggest(desk.dispatcher)
    before = desk.kept()
    for question, turns in ASKED.items():
        caplog.clear()
        with subtests.test(question):
            for answer in (*STRANGE, *FORGED, *EDGES):
                if answer.startswith("/"):
                    continue  # a command, and no answer
                for text in turns:
                    await desk.dispatcher.answer(asked(text, Role.OWNER))
                assert_short_and_clear(await desk.dispatcher.answer(asked(answer, Role.OWNER)), answer)
            assert desk.kept() == before
            assert [entry for entry in caplog.records if entry.levelno >= logging.WARNING] == []
