"""What others wrote, looked up on Discord: what is answered, and that nothing of it is kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.acceptance.discord.conftest import Scene
from tests.acceptance.discord.newsroom import ON_RECORD, Person, aside
from tests.acceptance.newsroom import rows
from tests.acceptance.test_bystanders import LOOKED_UP, NEAR, WAITING, claims, holds
from tests.acceptance.test_bystanders import ON_RECORD as CLAIM
from tests.emulators.discord import Message

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("nothing_amiss")]


def me(scene: Scene) -> str:
    return f"<@{scene.api.bot.id}>"


def ways(scene: Scene, bob: Person, carol: Person) -> list[Callable[[str], Awaitable[Message]]]:
    """Return the ways by which words of others come in, and those who wrote them asked nothing."""

    async def chosen(claim: str) -> Message:
        post = await scene.api.say(bob.user, carol.channel, claim)
        return await aside(await scene.api.context_menu(carol.user, post, ON_RECORD))

    return [
        chosen,
        lambda claim: carol.says(f"> {claim}\n{me(scene)} fact check"),
        lambda claim: carol.says(f"{me(scene)}\n>>> {claim}"),
        lambda claim: carol.in_private.says(f"> {claim}\nsource?"),
    ]


def people(scene: Scene) -> tuple[Person, Person]:
    bob, carol = scene.reader("bob"), scene.reader("carol")
    return bob.within(carol.channel), carol


async def test_each_way_in_is_answered_with_the_claim_that_is_on_record(scene: Scene) -> None:
    for number, way in enumerate(ways(scene, *people(scene))):
        shown = await way(CLAIM)
        assert "F19" in shown.text and NEAR not in shown.text, (number, shown.text)
        near = await way("Putin has been arrested")
        assert NEAR in near.text and "> Putin has been arrested" in near.text, (number, near.text)
        assert "That is not on record" not in near.text


async def test_a_reply_to_what_the_bot_can_read(scene: Scene) -> None:
    bob, carol = people(scene)
    post = await scene.api.say(bob.user, carol.channel, f"{CLAIM} {me(scene)}")
    await carol.channel.next_message()
    assert "F19" in (await carol.says(f"{me(scene)} is this true?", reply_to=post)).text
    assert "F19" in (await carol.says(me(scene), reply_to=post)).text
    private = carol.in_private
    mine = await scene.api.say(carol.user, private.channel, CLAIM)
    await private.channel.next_message()
    shown = await private.says("правда?", reply_to=mine)
    assert "F19" in shown.text
    assert "F19" in (await private.says("really?", reply_to=shown)).text


async def test_a_reply_to_what_the_bot_cannot_read_points_to_the_menu(scene: Scene) -> None:
    bob, carol = people(scene)
    post = await scene.api.say(bob.user, carol.channel, CLAIM)
    for text in (f"{me(scene)} is this true?", me(scene)):
        shown = await carol.says(text, reply_to=post)
        assert "cannot read" in shown.text and ON_RECORD in shown.text
    alone = await carol.says(f"{me(scene)} is this true?")
    assert "names nothing" in alone.text and "not on record" not in alone.text


async def test_the_button_takes_the_words_from_its_message(scene: Scene) -> None:
    for number, way in enumerate(ways(scene, *(pair := people(scene)))):
        claim = f"The qzxpress{number}vj mayor *resigned* | over (a fee): 1. 1 _x_"
        shown = await way(claim)
        assert holds(scene.bot, scene.record, f"qzxpress{number}vj") == []
        asker = pair[1].in_private if number == 3 else pair[1]
        told = await (await asker.presses(shown, "Tell me when there is an answer")).message()
        assert "You will be told" in told.text
        assert rows(scene.record, WAITING) == [(claim,)]
        await pair[1].alone_asks("forgetme")
        assert rows(scene.record, WAITING) == []


@pytest.mark.slow
async def test_nothing_that_others_wrote_is_kept(scene: Scene) -> None:
    bob, carol = people(scene)
    every = ways(scene, bob, carol)
    for number, claim in enumerate(claims("wqz", LOOKED_UP)):
        shown = await every[number % len(every)](claim)
        assert "That is not on record" not in shown.text and "went wrong" not in shown.text
    # Receipts are written a moment after the answer.
    await carol.asks("about")
    assert await scene.bot.stop() == 0
    try:
        assert rows(scene.record, "SELECT count(*) FROM said")[0][0] > 0
        assert holds(scene.bot, scene.record, "wqz") == []
    finally:
        await scene.bot.start()
