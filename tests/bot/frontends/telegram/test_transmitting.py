"""What Telegram's answers mean for a delivery, and where a notice goes when its topic is closed."""

from __future__ import annotations

from typing import Any, cast

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.frontends.telegram.client import Client
from bot.frontends.telegram.transmitting import Transmitter, number_of, telegram_pacer
from bot.frontends.telegram.transport import AiohttpRequest, Disconnected, Unsent
from bot.notices.delivery_status import DeliveryStatus, Outcome
from bot.replies import Note, Reply
from storage.domain.models import Listener
from tests.bot.virtual import VirtualTime

AiohttpRequest()  # the library's deprecated way to tell times is switched off by the transport
SHORT = Reply(blocks=(Note(text="It <rained>."),))
LONG = Reply(blocks=tuple(Note(text=f"{number} " + "x" * 3000) for number in range(3)))


class Far:
    """A client whose calls fail as planned (None: they do not), then succeed."""

    def __init__(self, *failures: Exception | None) -> None:
        self.failures = list(failures)
        self.calls: list[dict[str, Any]] = []

    def _call(self, **call: Any) -> int:
        self.calls.append(call)
        failure = self.failures.pop(0) if self.failures else None
        if failure is not None:
            raise failure
        return len(self.calls)

    async def say(self, html: str, chat: int, **how: Any) -> int:
        return self._call(html=html, chat=chat, **how)

    async def rewrite(self, html: str, chat: int, message: int, *, buttons: Any) -> None:
        self._call(html=html, chat=chat, message=message, buttons=buttons)


class Scene:
    def __init__(self, *failures: Exception | None) -> None:
        self.far = Far(*failures)
        self.time = VirtualTime()
        self.pacer = telegram_pacer(self.time, sleep=self.time.sleep)

        async def buttons(_reply: Reply) -> Any:
            return "buttons"

        self.transmitter = Transmitter(cast("Client", self.far), self.pacer, buttons, sleep=self.time.sleep)

    async def transmit(
        self, reply: Reply = SHORT, *, chat: str = "telegram:7", answering: int | None = None, **how: Any
    ) -> Outcome:
        who = Listener(id=1, chat=chat, **how)
        (outcome,) = await self.time.run(self.transmitter.transmit(who, reply, key="k", answering=answering))
        return outcome

    async def rewrite(self, reply: Reply = SHORT) -> Outcome:
        (outcome,) = await self.time.run(self.transmitter.rewrite("telegram:7", 5, reply))
        return outcome


async def test_a_notice_goes_to_its_chat_as_the_chat_wants_it():
    scene = Scene()
    assert await scene.transmit(chat="telegram:-100", topic=4, silent=True) == Outcome(
        DeliveryStatus.SENT, (1,)
    )
    (call,) = scene.far.calls
    assert call == {
        "html": "It &lt;rained&gt;.", "chat": -100, "topic": 4, "answering": None, "buttons": "buttons",
        "silent": True,
    }  # fmt: skip


async def test_a_long_one_goes_in_pieces_with_buttons_under_the_last():
    scene = Scene()
    began = scene.time()
    assert await scene.transmit(LONG) == Outcome(DeliveryStatus.SENT, (1, 2, 3))
    assert [call["buttons"] for call in scene.far.calls] == [None, None, "buttons"]
    assert scene.time() - began >= 2  # a second between them: it is one chat


async def test_a_remark_answers_the_message_that_it_is_about():
    scene = Scene()
    await scene.transmit(answering=5)
    assert scene.far.calls[0]["answering"] == 5


async def test_what_an_error_means(subtests):
    for error, status in [
        (Forbidden("bot was blocked by the user"), DeliveryStatus.UNREACHABLE),
        (Forbidden("bot was kicked from the supergroup chat"), DeliveryStatus.UNREACHABLE),
        (BadRequest("Chat not found"), DeliveryStatus.UNREACHABLE),
        (BadRequest("Not enough rights to send text messages to the chat"), DeliveryStatus.UNREACHABLE),
        (BadRequest("need administrator rights in the channel chat"), DeliveryStatus.UNREACHABLE),
        (BadRequest("Can't parse entities: unsupported tag"), DeliveryStatus.REFUSED),
        (BadRequest("TOPIC_CLOSED"), DeliveryStatus.UNREACHABLE),  # the general topic of a forum
        (Forbidden("CHAT_WRITE_FORBIDDEN"), DeliveryStatus.UNREACHABLE),
        (BadRequest("CHAT_SEND_PLAIN_FORBIDDEN"), DeliveryStatus.UNREACHABLE),
        (BadRequest("have no rights to send a message"), DeliveryStatus.UNREACHABLE),
        (Unsent("The Bot API failed with status 502"), DeliveryStatus.FAILED),
        (Disconnected("broke off"), DeliveryStatus.FAILED),
        (TimedOut(), DeliveryStatus.FAILED),
        (NetworkError("no route"), DeliveryStatus.FAILED),
        (Conflict("another"), DeliveryStatus.FAILED),
        (TelegramError("Invalid server response"), DeliveryStatus.FAILED),
    ]:
        with subtests.test(error=error):
            scene = Scene(error)
            outcome = await scene.transmit()
            assert (outcome.status, outcome.messages, bool(outcome.error)) == (status, (), True)
            assert len(scene.far.calls) == 1


async def test_an_error_is_kept_without_what_a_user_wrote():
    scene = Scene(BadRequest('Can\'t parse entities: unsupported start tag "secret" at byte offset 1'))
    assert "secret" not in (await scene.transmit()).error


async def test_being_told_to_wait_is_heeded_by_all():
    scene = Scene(RetryAfter(17))
    full = scene.pacer.rate
    assert await scene.transmit() == Outcome(DeliveryStatus.FAILED, error="told to wait", wait=17.0)
    assert scene.pacer.rate < full
    began = scene.time()
    await scene.transmit(chat="telegram:8")
    assert scene.time() - began >= 17


async def test_a_group_that_has_become_a_supergroup_tells_its_new_address():
    scene = Scene(ChatMigrated(-100123))
    assert await scene.transmit(chat="telegram:-5") == Outcome(
        DeliveryStatus.MOVED, moved_to="telegram:-100123"
    )


async def test_what_a_topic_does_not_take_goes_to_its_chat_and_says_so(subtests):
    for text, gone in [("TOPIC_CLOSED", False), ("message thread not found", True), ("TOPIC_DELETED", True)]:
        with subtests.test(text=text):
            scene = Scene(BadRequest(text))
            outcome = await scene.transmit(chat="telegram:-100", topic=4)
            assert outcome == Outcome(DeliveryStatus.SENT, (2,), topic_gone=gone)
            first, second = scene.far.calls
            assert (first["topic"], second["topic"]) == (4, None)
            said = "topic for this is gone" if gone else "topic for this is closed"
            assert said in second["html"] and "It &lt;rained&gt;." in second["html"]
            assert "topic" not in first["html"]


async def test_that_a_topic_is_closed_is_said_once_until_it_has_been_open():
    closed = BadRequest("TOPIC_CLOSED")
    scene = Scene(closed, None, closed, None, None, closed, None)
    for _notice in range(4):
        await scene.transmit(chat="telegram:-100", topic=4)
    said = [(call["topic"], "is closed" in call["html"]) for call in scene.far.calls]
    assert said == [(4, False), (None, True), (4, False), (None, False), (4, False), (4, False), (None, True)]


async def test_a_remark_on_a_message_in_a_closed_topic_says_only_what_it_has_to_say():
    scene = Scene(BadRequest("TOPIC_CLOSED"))
    await scene.transmit(chat="telegram:-100", topic=4, answering=9)
    assert scene.far.calls[1]["html"] == "It &lt;rained&gt;."


async def test_a_chat_that_does_not_take_what_its_closed_topic_did_not():
    scene = Scene(BadRequest("TOPIC_CLOSED"), Forbidden("bot was kicked"))
    outcome = await scene.transmit(chat="telegram:-100", topic=4)
    assert (outcome.status, outcome.topic_gone) == (DeliveryStatus.UNREACHABLE, False)


async def test_the_rest_of_a_long_one_is_tried_again_and_its_beginning_never_repeated():
    scene = Scene(None, RetryAfter(3), None, Unsent("502"))
    assert await scene.transmit(LONG) == Outcome(DeliveryStatus.SENT, (1, 3, 5))
    texts = [call["html"][0] for call in scene.far.calls]
    assert texts == ["0", "1", "1", "2", "2"]


async def test_what_never_arrives_of_the_rest_is_left_out(caplog):
    scene = Scene(None, BadRequest("no"))
    assert await scene.transmit(LONG) == Outcome(DeliveryStatus.SENT, (1,))
    assert "the rest of a notice to chat 7 was not sent" in caplog.text


async def test_a_message_is_put_right_in_place():
    scene = Scene()
    assert await scene.rewrite() == Outcome(DeliveryStatus.SENT, (5,))
    assert scene.far.calls == [{"html": "It &lt;rained&gt;.", "chat": 7, "message": 5, "buttons": "buttons"}]


async def test_a_message_that_reads_so_already_is_right():
    scene = Scene(BadRequest("Message is not modified: specified new message content ..."))
    assert (await scene.rewrite()).status is DeliveryStatus.SENT


async def test_a_message_that_cannot_be_put_right(subtests):
    for error, status in [
        (BadRequest("message can't be edited"), DeliveryStatus.REFUSED),
        (BadRequest("message to edit not found"), DeliveryStatus.REFUSED),
        (Forbidden("bot was blocked by the user"), DeliveryStatus.UNREACHABLE),
        (BadRequest("not enough rights to edit messages"), DeliveryStatus.UNREACHABLE),
        (ChatMigrated(-100123), DeliveryStatus.MOVED),
        (RetryAfter(3), DeliveryStatus.FAILED),
        (TimedOut(), DeliveryStatus.FAILED),
    ]:
        with subtests.test(error=error):
            assert (await Scene(error).rewrite()).status is status


async def test_what_takes_several_messages_cannot_take_the_place_of_one():
    scene = Scene()
    assert (await scene.rewrite(LONG)).status is DeliveryStatus.REFUSED
    assert scene.far.calls == []


def test_the_number_of_a_chat_is_in_its_address():
    assert (number_of("telegram:7"), number_of("telegram:-100")) == (7, -100)
