"""What Discord's answers mean for a delivery, and how its messages go to channels and people."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest
from discord.http import Route

from bot.frontends.discord.addressing import number_of
from bot.frontends.discord.refusals import OPENING_PAUSE, TOKEN_PAUSE, outcome_of
from bot.frontends.discord.request_rate import RequestRate, SendingStopped
from bot.frontends.discord.transmitting import Transmitter
from bot.notices.delivery_status import DeliveryStatus, Outcome
from bot.replies import Note, Reply
from storage.domain.models import Listener
from tests.bot.frontends.discord.discord_end import MESSAGE, Far, connected, serving

SHORT = Reply(blocks=(Note(text="It @everyone <rained>."),))
# Of each only one fits into a message.
LONG = Reply(blocks=tuple(Note(text=f"{number} {'word ' * 780}") for number in range(3)))


def answer(status: int, headers: dict[str, str] | None = None) -> Any:
    """Return as much of an answer as discord.py's errors look at."""
    return SimpleNamespace(reason="no", status=status, headers=headers or {})


class Scene:
    def __init__(self, far: Far, client: discord.Client, gate: RequestRate) -> None:
        self.far, self.client, self.gate = far, client, gate
        self.slept: list[float] = []

        async def views(reply: Reply) -> discord.ui.View | None:
            view = discord.ui.View(timeout=None)
            view.add_item(discord.ui.Button(label="More", custom_id="more"))
            return view if reply.blocks else None

        async def sleep(seconds: float) -> None:
            self.slept.append(seconds)

        self.published: list[int] = []

        async def publish(message: discord.Message) -> None:
            self.published.append(message.id)

        self.transmitter = Transmitter(client, views, publish, sleep=sleep)

    def plan(self, *answers: tuple[int, Any] | None) -> None:
        """Let the next requests be answered so; None: as if all were well."""
        number = itertools.count(101)
        self.far.planned = [
            (200, {}, {**MESSAGE, "id": str(next(number))}) if answer is None else (answer[0], {}, answer[1])
            for answer in answers
        ]

    async def transmit(
        self,
        reply: Reply = SHORT,
        *,
        chat: str = "discord:#7",
        answering: int | None = None,
        key: str = "k",
        **how: Any,
    ) -> Outcome:
        return await self.transmitter.transmit(
            Listener(id=1, chat=chat, **how), reply, key=key, answering=answering
        )


@asynccontextmanager
async def open_scene(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    async with serving(monkeypatch) as far:
        gate = RequestRate(asyncio.get_running_loop().time, Route.BASE)
        async with connected(far, http_trace=gate.trace(), max_ratelimit_timeout=30) as client:
            yield Scene(far, client, gate)


@pytest.fixture
async def scene(monkeypatch) -> AsyncIterator[Scene]:
    async with open_scene(monkeypatch) as opened:
        yield opened


async def test_a_notice_goes_to_its_channel_as_the_channel_wants_it(scene: Scene):
    assert await scene.transmit(silent=True) == Outcome(DeliveryStatus.SENT, (101,))
    assert scene.far.asked == ["POST /channels/7/messages"]
    (body,) = scene.far.bodies
    assert body["embeds"][0]["description"] == r"It \@everyone \<rained>."
    assert body["allowed_mentions"] == {"parse": []}
    assert body["flags"] == discord.MessageFlags(suppress_notifications=True).value
    assert body["components"][0]["components"][0]["custom_id"] == "more"
    assert "message_reference" not in body and body["enforce_nonce"] is True


async def test_a_person_is_told_in_a_direct_channel_that_is_opened_once(scene: Scene):
    for _time in range(2):
        assert (await scene.transmit(chat="discord:5")).status is DeliveryStatus.SENT
    opened = "POST /users/@me/channels"
    assert scene.far.asked == [opened, "POST /channels/70/messages", "POST /channels/70/messages"]
    assert scene.far.bodies[0] == {"recipient_id": 5}
    assert "flags" not in scene.far.bodies[1] or not scene.far.bodies[1]["flags"]


async def test_a_long_one_goes_in_pieces_with_buttons_under_the_last(scene: Scene):
    assert await scene.transmit(LONG) == Outcome(DeliveryStatus.SENT, (101, 102, 103))
    assert scene.published == [101, 102, 103]
    assert [bool(body.get("components")) for body in scene.far.bodies] == [False, False, True]
    assert len({body["nonce"] for body in scene.far.bodies}) == 3


async def test_a_remark_answers_the_message_that_it_is_about_also_where_that_is_gone(scene: Scene):
    await scene.transmit(chat="discord:5", answering=44)
    reference = scene.far.bodies[1]["message_reference"]
    assert reference["message_id"] == "44" or reference["message_id"] == 44
    assert str(reference["channel_id"]) == "70" and reference["fail_if_not_exists"] is False


async def test_where_earlier_messages_may_not_be_read_a_remark_cannot_be_an_answer(scene: Scene):
    scene.plan((403, {"code": 160002}))
    outcome = await scene.transmit(answering=44)
    assert (outcome.status, outcome.gone) == (DeliveryStatus.REFUSED, True)
    assert ["message_reference" in body for body in scene.far.bodies] == [True]


ANSWERS = [
    # status, code, becomes when sending, part of the reason
    (403, 50007, DeliveryStatus.UNREACHABLE, "direct messages are closed"),
    (404, 10003, DeliveryStatus.UNREACHABLE, "channel was deleted"),
    (404, 10004, DeliveryStatus.UNREACHABLE, "not in the server"),
    (404, 10013, DeliveryStatus.UNREACHABLE, "account does not exist"),
    (400, 50033, DeliveryStatus.UNREACHABLE, "account does not exist"),
    (403, 50001, DeliveryStatus.UNREACHABLE, "may not see"),
    (403, 50013, DeliveryStatus.UNREACHABLE, "permission to send messages or embeds is missing"),
    (400, 50008, DeliveryStatus.UNREACHABLE, "takes no messages"),
    (400, 50083, DeliveryStatus.UNREACHABLE, "archived"),
    (400, 160005, DeliveryStatus.UNREACHABLE, "locked"),
    (403, 40099, DeliveryStatus.UNREACHABLE, "code 40099"),
    (403, 0, DeliveryStatus.FAILED, "Forbidden: 403, code 0"),
    (404, 10008, DeliveryStatus.REFUSED, "message was deleted"),
    (403, 50005, DeliveryStatus.REFUSED, "somebody else"),
    (400, 30046, DeliveryStatus.REFUSED, "too often"),
    (400, 200000, DeliveryStatus.REFUSED, "rule of the server"),
    (400, 50035, DeliveryStatus.REFUSED, "HTTPException: 400, code 50035"),
    (404, 0, DeliveryStatus.REFUSED, "NotFound: 404"),
    (401, 0, DeliveryStatus.LATER, "token"),
    (409, 0, DeliveryStatus.FAILED, "409"),
]


async def test_what_an_answer_means(monkeypatch, subtests):
    for status, code, becomes, reason in ANSWERS:
        with subtests.test(status=status):
            async with open_scene(monkeypatch) as scene:
                scene.plan((status, {"code": code, "message": "secret words"}))
                outcome = await scene.transmit()
                assert (outcome.status, outcome.messages) == (becomes, ())
                assert reason in outcome.error and "secret" not in outcome.error
                assert len(scene.far.asked) == 1


def test_what_an_error_means(subtests):
    for error, outcome in [
        (discord.RateLimited(70.0), Outcome(DeliveryStatus.FAILED, error="told to wait", wait=70.0)),
        (SendingStopped(500.0), Outcome(DeliveryStatus.LATER, wait=500.0)),
        (
            discord.HTTPException(answer(429, {"Retry-After": "12.5"}), "banned"),
            Outcome(DeliveryStatus.FAILED, error="told to wait", wait=12.5),
        ),
        (
            discord.HTTPException(answer(429, {"Retry-After": "soon"}), "banned"),
            Outcome(DeliveryStatus.FAILED, error="told to wait"),
        ),
        (
            discord.HTTPException(answer(400), {"code": 40003}),
            Outcome(DeliveryStatus.FAILED, error="told to wait", wait=OPENING_PAUSE),
        ),
        (
            discord.HTTPException(answer(401), {"code": 0}),
            Outcome(DeliveryStatus.LATER, error="Discord does not accept the token", wait=TOKEN_PAUSE),
        ),
        (
            discord.DiscordServerError(answer(503), "<html>secret"),
            Outcome(DeliveryStatus.FAILED, error="DiscordServerError: 503, code 0"),
        ),
        (
            discord.Forbidden(answer(403), "<html>secret"),
            Outcome(DeliveryStatus.FAILED, error="Forbidden: 403, code 0"),
        ),
        (
            aiohttp.ClientConnectionError("secret"),
            Outcome(DeliveryStatus.FAILED, error="no connection to Discord (ClientConnectionError)"),
        ),
        (TimeoutError(), Outcome(DeliveryStatus.FAILED, error="no connection to Discord (TimeoutError)")),
        (
            ConnectionResetError(104, "reset"),
            Outcome(DeliveryStatus.FAILED, error="no connection to Discord (ConnectionResetError)"),
        ),
    ]:
        with subtests.test(error=error):
            assert outcome_of(error) == outcome


async def test_what_nobody_foresaw_is_logged_and_fails(scene: Scene, monkeypatch, caplog):
    monkeypatch.setattr(scene.client, "get_partial_messageable", lambda _id: 1 / 0)
    assert await scene.transmit() == Outcome(DeliveryStatus.FAILED, error="ZeroDivisionError")
    assert await scene.transmitter.rewrite("discord:#7", 9, SHORT) == Outcome(
        DeliveryStatus.FAILED, error="ZeroDivisionError"
    )
    assert "ZeroDivisionError" in caplog.text


async def test_a_far_end_that_is_not_there(scene: Scene, monkeypatch):
    monkeypatch.setattr(Route, "BASE", "http://127.0.0.1:9/api")
    outcome = await scene.transmit()
    assert outcome.status is DeliveryStatus.FAILED and "no connection to Discord" in outcome.error


async def test_the_rest_of_a_long_one_is_tried_again_and_its_beginning_never_repeated(scene: Scene):
    scene.plan(None, (409, {}), None, None)
    outcome = await scene.transmit(LONG)
    assert outcome == Outcome(DeliveryStatus.SENT, (101, 102, 103))
    texts = [body["embeds"][0]["description"][0] for body in scene.far.bodies]
    assert texts == ["0", "1", "1", "2"] and scene.slept == [0.5]
    assert scene.far.bodies[1]["nonce"] == scene.far.bodies[2]["nonce"]


async def test_what_never_arrives_of_the_rest_is_left_out(scene: Scene, caplog):
    scene.plan(None, (403, {"code": 50013}))
    assert await scene.transmit(LONG) == Outcome(DeliveryStatus.SENT, (101,))
    assert "the rest of a notice to discord:#7 was not sent" in caplog.text


async def test_a_message_is_put_right_in_place(scene: Scene):
    assert await scene.transmitter.rewrite("discord:#7", 9, SHORT) == Outcome(DeliveryStatus.SENT, (9,))
    assert scene.far.asked == ["PATCH /channels/7/messages/9"]
    (body,) = scene.far.bodies
    assert body["embeds"][0]["description"] == r"It \@everyone \<rained>." and body["components"]
    assert body["allowed_mentions"] == {"parse": []}


async def test_all_of_it_waits_behind_what_somebody_waits_for(scene: Scene, monkeypatch):
    lanes: list[str] = []
    for lane in ("reply", "broadcast"):
        take = getattr(scene.gate.pacer, lane)

        async def note(take=take, lane=lane) -> Any:
            lanes.append(lane)
            return await take()

        monkeypatch.setattr(scene.gate.pacer, lane, note)
    await scene.transmit(LONG, chat="discord:5")
    await scene.transmitter.rewrite("discord:6", 9, SHORT)
    assert lanes == ["broadcast"] * 6
    await scene.client.get_partial_messageable(7).send("x")
    assert lanes[6:] == ["reply"]


async def test_a_persons_message_is_put_right_in_the_direct_channel(scene: Scene):
    assert (await scene.transmitter.rewrite("discord:5", 9, SHORT)).status is DeliveryStatus.SENT
    assert scene.far.asked[1] == "PATCH /channels/70/messages/9"


async def test_a_message_that_cannot_be_put_right(monkeypatch, subtests):
    for status, code, becomes in [
        (404, 10008, DeliveryStatus.REFUSED),
        (403, 50005, DeliveryStatus.REFUSED),
        (400, 50083, DeliveryStatus.REFUSED),  # said anew: that opens the thread again
        (400, 30046, DeliveryStatus.REFUSED),
        (400, 50035, DeliveryStatus.REFUSED),
        (404, 10003, DeliveryStatus.UNREACHABLE),
        (403, 50001, DeliveryStatus.UNREACHABLE),
        (403, 50007, DeliveryStatus.UNREACHABLE),
    ]:
        with subtests.test(status=status, code=code):
            async with open_scene(monkeypatch) as scene:
                scene.plan((status, {"code": code}))
                assert (await scene.transmitter.rewrite("discord:#7", 9, SHORT)).status is becomes


async def test_what_takes_several_messages_cannot_take_the_place_of_one(scene: Scene):
    assert (await scene.transmitter.rewrite("discord:#7", 9, LONG)).status is DeliveryStatus.REFUSED
    assert scene.far.asked == []


async def test_direct_channels_that_are_remembered_are_bounded(scene: Scene, monkeypatch):
    monkeypatch.setattr("bot.frontends.discord.transmitting.MOST_DIRECT", 2)
    for person in range(5, 10):
        await scene.transmit(chat=f"discord:{person}")
    assert len(scene.transmitter._direct) <= 2


def test_what_an_address_says():
    assert (number_of("discord:#7"), number_of("discord:8")) == ((7, True), (8, False))


async def test_what_is_sent_again_has_the_same_nonce_and_nothing_else_has(scene):
    for key, chat in (("one", "discord:#7"), ("one", "discord:#7"), ("two", "discord:#7")):
        await scene.transmit(LONG, key=key, chat=chat)
    nonces = [body["nonce"] for body in scene.far.bodies]
    assert nonces[:3] == nonces[3:6] and len(set(nonces)) == 6
    assert all(body["enforce_nonce"] and len(body["nonce"]) <= 25 for body in scene.far.bodies)
