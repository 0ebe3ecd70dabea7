"""Answers reach the right place, as often as it takes and no oftener."""

import logging
from typing import Any, cast

import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.frontends.shared.role_lease import RoleLost
from bot.frontends.telegram.addressing import Place
from bot.frontends.telegram.client import Client
from bot.frontends.telegram.render import Piece
from bot.frontends.telegram.sending import Courier, persist, summary
from bot.frontends.telegram.transport import AiohttpRequest, Disconnected, Unsent

AiohttpRequest()  # the library's deprecated way to tell times is switched off by the transport


class Far:
    """A client whose calls fail as planned, then succeed."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.calls: list[tuple[Any, ...]] = []

    def _call(self, *call: Any) -> int:
        self.calls.append(call)
        if self.failures:
            raise self.failures.pop(0)
        return len(self.calls)

    async def say(self, html: str, chat: int, *, topic: Any, answering: Any, buttons: Any) -> int:
        return self._call("say", html, chat, topic, answering, buttons)

    async def rewrite(self, html: str, chat: int, message: int, *, buttons: Any) -> None:
        self._call("rewrite", html, chat, message, buttons)

    async def answer_callback_query(self, query: str, *, text: Any, show_alert: Any) -> None:
        self._call("answer", query, text, show_alert)


class Clock:
    def __init__(self) -> None:
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def courier(*failures: Exception) -> tuple[Courier, Far, Clock]:
    far, clock = Far(*failures), Clock()
    return Courier(cast("Client", far), sleep=clock.sleep), far, clock


PLACE = Place(-100, 5, 3)
ONE = [Piece("a")]


async def test_first_piece_replies_last_has_the_buttons_all_in_the_topic() -> None:
    sender, far, _ = courier()
    buttons = cast("Any", object())
    assert await sender.send([Piece("a"), Piece("b")], PLACE, buttons) == [1, 2]
    assert far.calls == [("say", "a", -100, 3, 5, None), ("say", "b", -100, 3, None, buttons)]


async def test_what_had_no_effect_is_repeated(subtests: pytest.Subtests) -> None:
    cases: list[tuple[list[Exception], list[float]]] = [
        ([RetryAfter(2), RetryAfter(30)], [2, 30]),
        ([Unsent("x"), Unsent("x"), Unsent("x")], [0.5, 1, 2]),
        ([Disconnected("x")], [0.5]),
        ([Unsent("x"), Disconnected("x"), RetryAfter(1)], [0.5, 1, 1]),
    ]
    for failures, slept in cases:
        with subtests.test(failures=failures):
            sender, far, clock = courier(*failures)
            assert await sender.send(ONE, PLACE) == [len(failures) + 1]
            assert clock.slept == slept
            assert len(far.calls) == len(failures) + 1


async def test_what_is_given_up(subtests: pytest.Subtests) -> None:
    cases: list[tuple[list[Exception], int]] = [
        ([TimedOut("x")], 1),
        ([NetworkError("x")], 1),
        ([Disconnected("x"), Disconnected("x")], 2),
        ([RetryAfter(3600)], 1),
        ([RetryAfter(1)] * 9, 4),
        ([Unsent("x")] * 9, 4),
        ([Forbidden("Forbidden: bot was blocked by the user")], 1),
        ([BadRequest("chat not found")], 1),
    ]
    for failures, calls in cases:
        with subtests.test(failures=failures):
            sender, far, _ = courier(*failures)
            assert await sender.send(ONE, PLACE) == []
            assert len(far.calls) == calls


async def test_a_group_that_moved() -> None:
    sender, far, _ = courier(ChatMigrated(-1009))
    assert await sender.send([Piece("a"), Piece("b")], PLACE) == [2, 3]
    assert far.calls[1:] == [("say", "a", -1009, None, None, None), ("say", "b", -1009, None, None, None)]


async def test_turning_a_page() -> None:
    sender, far, _ = courier(TimedOut("x"))
    await sender.turn(ONE[0], PLACE)
    assert far.calls == [("rewrite", "a", -100, 5, None)] * 2
    sender, far, _ = courier(BadRequest("Message is not modified: specified new message content ..."))
    await sender.turn(ONE[0], PLACE)
    assert len(far.calls) == 1
    sender, far, _ = courier(BadRequest("Message to edit not found"))
    await sender.turn(ONE[0], PLACE)
    assert far.calls[1] == ("say", "a", -100, 3, 5, None)
    sender, far, _ = courier(ChatMigrated(-1009))
    await sender.turn(ONE[0], PLACE)
    assert far.calls[1] == ("say", "a", -1009, None, None, None)
    sender, far, _ = courier(Forbidden("x"))
    await sender.turn(ONE[0], PLACE)
    assert len(far.calls) == 1
    with pytest.raises(ValueError, match="no message"):
        await sender.turn(ONE[0], Place(1))


async def test_a_query_is_answered_and_a_late_one_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    sender, far, _ = courier(Disconnected("x"))
    await sender.acknowledge("q", "Too old")
    assert far.calls == [("answer", "q", "Too old", True)] * 2
    sender, far, _ = courier(
        BadRequest("Query is too old and response timeout expired or query id is invalid")
    )
    await sender.acknowledge("q")
    assert far.calls == [("answer", "q", None, None)]
    assert not caplog.records
    sender, far, _ = courier(Forbidden("x"))
    await sender.acknowledge("q")


async def test_refusals_are_logged_with_ids_only(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "bot.frontends.telegram")
    error = BadRequest('Can\'t parse entities: unsupported start tag "secret words" at byte offset 3')
    sender, _, _ = courier(error)
    await sender.send([Piece("secret words")], PLACE)
    assert "-100" in caplog.text
    assert "secret words" not in caplog.text
    assert summary(NetworkError("Bad Gateway (502). Parsing the server response b'secret' failed")) == (
        "NetworkError: Bad Gateway (502)"
    )


async def test_persist_raises_what_is_no_telegram_error() -> None:
    async def fail() -> None:
        raise KeyError

    with pytest.raises(KeyError):
        await persist(fail, sleep=Clock().sleep)


async def test_persist_raises_the_last_error() -> None:
    async def fail() -> None:
        raise Unsent("x")

    with pytest.raises(TelegramError):
        await persist(fail, sleep=Clock().sleep)


async def test_nothing_goes_out_once_another_process_may_answer(subtests) -> None:
    far, clock = Far(NetworkError("away")), Clock()
    ours = [True]
    sender = Courier(cast("Client", far), sleep=clock.sleep, may_send=lambda: ours[0])

    async def sleep(_seconds: float) -> None:
        ours[0] = False  # it stood still between two tries

    place = Place(1, 7)
    for what, call in (
        ("send", lambda: sender.send([Piece("a"), Piece("b")], place)),
        ("turn", lambda: sender.turn(Piece("a"), place)),
        ("acknowledge", lambda: sender.acknowledge("q")),
    ):
        with subtests.test(what=what):
            far.calls, ours[0] = [], False
            with pytest.raises(RoleLost):
                await call()
            assert far.calls == []
    sender._sleep = sleep
    far.failures, ours[0] = [Unsent("away")], True
    with pytest.raises(RoleLost):
        await sender.send([Piece("a")], place)
    assert len(far.calls) == 1
