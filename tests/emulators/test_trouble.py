"""Flood control, and faults that a test plans."""

from typing import Any

import aiohttp
import pytest
from telegram import (
    Bot,
)
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    NetworkError,
    RetryAfter,
)

from tests.emulators.asking import TOKEN, new_bot
from tests.emulators.telegram import Fault, Limits, TelegramEmulator
from tests.emulators.telegram.errors import ApiError
from tests.emulators.telegram.limits import Limiter

pytestmark = pytest.mark.asyncio


class TestLimits:
    """Flood control, in injected time."""

    @staticmethod
    def limiter(**limits: Any) -> tuple[Limiter, list[float]]:
        now = [0.0]
        return Limiter(Limits(**limits), lambda: now[0]), now

    @staticmethod
    def refused(limiter: Limiter, chat_id: int, *, group: bool = False) -> int | None:
        try:
            limiter.spend("sendMessage", chat_id, group=group)
        except ApiError as error:
            return error.parameters["retry_after"]
        return None

    async def test_any_second_counts(self) -> None:
        limiter, now = self.limiter(per_second=3)
        for moment in (0.0, 0.6, 0.9):
            now[0] = moment
            assert self.refused(limiter, int(moment * 10)) is None
        now[0] = 1.1
        assert self.refused(limiter, 11) is None, "the first one is over a second old"
        now[0] = 1.5
        assert self.refused(limiter, 15) == 3
        now[0] = 3.0
        assert self.refused(limiter, 15) == 2, "blocked, though the second is over"
        now[0] = 4.6
        assert self.refused(limiter, 15) is None

    async def test_one_chat(self) -> None:
        limiter, now = self.limiter(per_chat_burst=2)
        assert [self.refused(limiter, 1) for _ in range(3)] == [None, None, 1]
        assert self.refused(limiter, 2) is None
        now[0] = 1.0
        assert [self.refused(limiter, 1) for _ in range(2)] == [None, 1]

    async def test_one_group(self) -> None:
        limiter, now = self.limiter()
        for second in range(20):
            now[0] = float(second)
            assert self.refused(limiter, -1, group=True) is None
        assert self.refused(limiter, -1, group=True) == 41
        now[0] = 60.0
        assert self.refused(limiter, -1, group=True) is None

    async def test_answers_429(self) -> None:
        async with (
            TelegramEmulator(TOKEN, limits=Limits(per_second=2), clock=lambda: 0.0) as api,
            new_bot(api) as bot,
        ):
            chats = [api.private(api.user(name)) for name in ("Alice", "Bob", "Eve")]
            for chat in chats[:2]:
                await bot.send_message(chat.id, "hello")
            await bot.send_chat_action(chats[0].id, "typing")
            with pytest.raises(RetryAfter) as caught:
                await bot.send_message(chats[2].id, "hello")
            assert caught.value._retry_after.total_seconds() == 3
            call = api.calls_of("sendMessage")[-1]
            assert call.description == "Too Many Requests: retry after 3"


class TestFaults:
    """Faults that a test plans."""

    async def test_refusals(self, api: TelegramEmulator, bot: Bot) -> None:
        chat = api.private(api.user("Alice"))
        for fault, error in (
            (Fault.too_many(retry_after=2), RetryAfter),
            (Fault.blocked(), Forbidden),
            (Fault.kicked(), Forbidden),
            (Fault.migrated(-100500), ChatMigrated),
            (Fault.refused(400, "Bad Request: no luck"), BadRequest),
            (Fault.server_error(502), NetworkError),
            (Fault.dropped(), NetworkError),
        ):
            api.fail_next("sendMessage", fault)
            with pytest.raises(error):
                await bot.send_message(chat.id, "hello")
        assert chat.messages == {}
        await bot.send_message(chat.id, "hello")
        assert [call.status for call in api.calls_of("sendMessage")] == [429, 403, 403, 400, 400, 502, 0, 200]

    async def test_dropped_after_is_applied(self, api: TelegramEmulator, bot: Bot) -> None:
        chat = api.private(api.user("Alice"))
        api.fail_next("sendMessage", Fault.dropped_after())
        with pytest.raises(NetworkError):
            await bot.send_message(chat.id, "hello")
        assert (await chat.next_message()).text == "hello"
        assert (await api.next_call("sendMessage")).status == 0

    async def test_times_and_predicates(self, api: TelegramEmulator, bot: Bot) -> None:
        alice, bob = (api.private(api.user(name)) for name in ("Alice", "Bob"))
        api.fail_next("*", Fault.blocked(), times=2, when=lambda asked: asked.get("chat_id") == bob.id)
        await bot.send_message(alice.id, "hello")
        for _ in range(2):
            with pytest.raises(Forbidden):
                await bot.send_message(bob.id, "hello")
        await bot.send_message(bob.id, "hello")

    async def test_delay_and_stall(self) -> None:
        slept: list[float] = []

        async def sleep(seconds: float) -> None:
            slept.append(seconds)

        async with TelegramEmulator(TOKEN, delay=0.5, sleep=sleep) as api, new_bot(api) as bot:
            api.fail_next("getMe", Fault.stalled(60))
            await bot.get_me()
        assert sorted(slept) == [0.5, 60.5]

    async def test_chaos_repeats_itself(self) -> None:
        async def outcome(seed: int) -> list[int]:
            async with TelegramEmulator(TOKEN, limits=None) as api, aiohttp.ClientSession() as session:
                chat = api.private(api.user("Alice"))
                api.chaos(0.5, [Fault.too_many(), Fault.server_error()], seed=seed)
                for _ in range(20):
                    asked = {"chat_id": chat.id, "text": "hello"}
                    async with session.post(f"{api.base_url}/bot{TOKEN}/sendMessage", json=asked):
                        pass
                return [call.status for call in api.calls]

        assert await outcome(1) == await outcome(1) != await outcome(2)
        assert set(await outcome(1)) == {200, 429, 502}
