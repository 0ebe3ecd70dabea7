"""Commands that are said to others in a group: what would change something is left alone."""

from __future__ import annotations

from typing import Any

import pytest

from bot.commands import commands
from bot.frontends.telegram.addressing import to_request
from bot.frontends.telegram.updates import Update
from tests.bot.frontends.telegram.test_addressing import CHANNEL, ME, OTHER_BOT, message


def test_what_would_change_something_is_left_alone_where_it_is_said_to_others(
    subtests: pytest.Subtests,
) -> None:
    bob = {"id": 8, "is_bot": False, "first_name": "Bob"}
    post: dict[str, Any] = {"sender_chat": CHANNEL, "is_automatic_forward": True}

    def said(text: str, earlier: dict[str, Any]) -> str | None:
        data = {"update_id": 1, "message": message(text, reply_to_message=earlier)}
        request = to_request(Update.model_validate(data), ME, known=commands.find)
        return None if request is None else request.text

    to_bot, to_bob = message("rules", **{"from": OTHER_BOT}), message("talk", **{"from": bob})
    for text in (
        "/mute 2h",
        "/mute",
        "/subscribe",
        "/settings",
        "/undo",
        "/add It rains.",
        "/retract F7 wrong",
    ):
        with subtests.test("said to another bot", text=text):
            assert said(text, to_bot) is None
    for text in ("/mute 2h", "/mute", "/unsubscribe all", "/settings quiet off", "/undo", "/add"):
        with subtests.test("said to somebody", text=text):
            assert said(text, to_bob) is None
    for text in ("/who lubinets", "/check", "/appoint", "/retract F7 wrong", "/mute@OnRecordBot 2h"):
        with subtests.test("meant for the bot", text=text):
            assert said(text, to_bob) is not None
    with subtests.test("whoever replies to themselves"):
        assert said("/mute 2h", message("talk")) == "/mute 2h"
    with subtests.test("under a channel's post"):
        assert said("/mute 2h", message("news", **post)) == "/mute 2h"
    with subtests.test("another bot by its name"):
        assert said("/mute@other_bot 2h", to_bob) is None
