"""What Discord's emulator refuses of menus, and how many messages of a channel it publishes."""

from typing import Any

import pytest

from tests.emulators.discord import Channel
from tests.emulators.test_discord_strictness import Asking, Json, Ticking, asking, buttons

pytestmark = pytest.mark.asyncio


def menu(*options: Json, beside: tuple[Json, ...] = ()) -> Json:
    select = {"type": 3, "custom_id": "menu", "options": list(options)}
    return {"content": "x", "components": [{"type": 1, "components": [select, *beside]}]}


def choice(number: int = 1, **parts: Any) -> Json:
    return {"label": f"F{number}", "value": f"F{number}", **parts}


# What is just right, and what is one too many.
MENUS = {
    "options": (menu(*map(choice, range(25))), menu(*map(choice, range(26)))),
    "options at all": (menu(choice()), menu()),
    "option's label": (menu(choice(label="x" * 100)), menu(choice(label="x" * 101))),
    "option's label at all": (menu(choice(label="x")), menu(choice(label=""))),
    "option's description": (menu(choice(description="x" * 100)), menu(choice(description="x" * 101))),
    "option's value": (menu(choice(value="x" * 100)), menu(choice(value="x" * 101))),
    "option once": (menu(choice(1), choice(2)), menu(choice(), choice())),
    "menu alone in its row": (
        menu(choice()),
        menu(choice(), beside=tuple(buttons(1)["components"][0]["components"])),
    ),
}


async def test_menus(subtests: pytest.Subtests) -> None:
    for rule, (right, wrong) in MENUS.items():
        with subtests.test(rule=rule):
            async with asking() as (strict, ask):
                path = f"/channels/{strict.guild('Newsroom').channel('general').id}/messages"
                assert await ask("POST", path, right) == (200, 0)
                assert strict.violations == []
                assert await ask("POST", path, wrong) == (400, 50035)
                assert len(strict.violations) == 1


async def test_ten_messages_of_a_channel_are_published_in_an_hour() -> None:
    async with asking() as (strict, ask):
        await _published_and_edited(strict, ask)


async def _published_and_edited(strict: Ticking, ask: Asking) -> None:
    guild = strict.guild("Newsroom")
    news, more, talk = guild.announcements("news"), guild.announcements("more"), guild.channel("talk")

    async def published(channel: Channel) -> tuple[int, int]:
        await ask("POST", f"/channels/{channel.id}/messages", {"content": "x"})
        return await ask("POST", f"/channels/{channel.id}/messages/{channel.messages[-1].id}/crosspost")

    assert [await published(news) for _number in range(11)] == [(200, 0)] * 10 + [(429, 20028)]
    assert [message.published for message in news.messages] == [True] * 10 + [False]
    assert await published(more) == (200, 0)
    assert await published(talk) == (400, 50024)
    strict.tick(3_601)
    assert await published(news) == (200, 0)
    again = f"/channels/{news.id}/messages/{news.messages[-1].id}"
    assert (await ask("POST", f"{again}/crosspost"))[1] == 40033
    edits = [await ask("PATCH", again, {"content": f"{number}"}) for number in range(4)]
    assert edits == [(200, 0)] * 3 + [(429, 20028)]
