"""What others wrote, looked up on Telegram: what is answered in public, and that nothing of it is kept."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import Scene
from tests.acceptance.newsroom import NAME, Person, labels, rows
from tests.acceptance.process import RunningBot, contents
from tests.conftest import KILLS
from tests.emulators.telegram import Message

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("nothing_amiss")]

# A thousand on both platforms by `make kills`.
LOOKED_UP = 500 if KILLS >= 50 else 20
ON_RECORD = "The ICC issued a warrant for Putin in March 2023"
NEAR = "Closest on record, not an answer"
ORIGIN = {"type": "hidden_user", "date": 1, "sender_user_name": "Somebody"}
WAITING = "SELECT text FROM question WHERE text LIKE '%qzx%'"
PHOTO = {"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}


def claims(sign: str, count: int) -> Iterator[str]:
    """Yield claims, each with a word that nobody else writes: near what is on record, far, and long."""
    for number in range(count):
        word = f"{sign}{number}vj"
        yield (
            f"Lukashenko brought {word} to the children of Belarus",
            f"The {word} mayor resigned over a parking fee",
            f"Putin has been arrested, says {word}. "
            + f"Russia abducted children from Ukraine, {word} wrote. " * 9,
        )[number % 3]


def holds(bot: RunningBot, record: Path, word: str) -> list[str]:
    """Return where a word stands in all that the bot keeps and writes: files, logs, compressed texts."""
    files = [record, Path(f"{record}-wal"), Path(f"{record}-shm")]
    found = [path.name for path in files if path.exists() and word.encode() in path.read_bytes()]
    if word in contents(record):
        found.append("tables")
    with closing(sqlite3.connect(record)) as connection:
        kept = connection.execute("SELECT reply FROM said WHERE reply IS NOT NULL").fetchall()
    if any(word.encode() in zlib.decompress(reply) for (reply,) in kept):
        found.append("what was said")
    return found + (["the log"] if word in bot.log else [])


def group_of(scene: Scene, *names: str) -> list[Person]:
    """Return people in a new group with the bot."""
    users = [scene.api.user(name) for name in names]
    chat = scene.api.supergroup("Talk", members=users)
    return [Person(scene.api, user, chat) for user in users]


async def answer(asker: Person, content: dict[str, Any], **how: Any) -> Message:
    await asker.chat.send(asker.user, content, **how)
    return await asker.chat.next_message()


def mentioning(text: str) -> dict[str, Any]:
    name = f"@{NAME}"
    mention = {"type": "mention", "offset": text.index(name), "length": len(name)}
    return {"text": text, "entities": [mention]}


def ways(alice: Person, asker: Person, bystander: Person) -> list[Callable[[str], Awaitable[Message]]]:
    """Return the ways by which words of others come in; `alice` asks in private, `asker` in a group."""

    async def replied(claim: str, text: str, **more: Any) -> Message:
        post = await bystander.chat.say(bystander.user, claim)
        return await answer(asker, mentioning(text) | more, reply_to=post)

    def quoting(claim: str) -> dict[str, Any]:
        quotation = {"type": "blockquote", "offset": 0, "length": len(claim)}
        content = mentioning(f"{claim}\n@{NAME} is this true?")
        return content | {"entities": [quotation, *content["entities"]]}

    async def picture(claim: str) -> Message:
        post = await bystander.chat.send(bystander.user, {"caption": claim, "photo": [PHOTO]})
        return await answer(asker, mentioning(f"@{NAME} fact check"), reply_to=post)

    async def again(claim: str) -> Message:
        post = await alice.chat.send(alice.user, {"text": claim, "forward_origin": ORIGIN})
        await alice.chat.next_message()
        return await answer(alice, {"text": "это правда?"}, reply_to=post)

    return [
        lambda claim: answer(alice, {"text": claim, "forward_origin": ORIGIN}),
        lambda claim: answer(alice, {"caption": claim, "photo": [PHOTO], "forward_origin": ORIGIN}),
        lambda claim: answer(alice, {"text": claim, "via_bot": scene_bot(alice)}),
        again,
        lambda claim: replied(claim, f"@{NAME} is this true?"),
        lambda claim: replied(claim, f"@{NAME}"),
        lambda claim: replied(claim, f"@{NAME} /ask"),
        lambda claim: replied(f"First. {claim}", f"really, @{NAME}?", quote={"text": claim, "position": 7}),
        picture,
        lambda claim: answer(asker, quoting(claim)),
    ]


def scene_bot(person: Person) -> dict[str, Any]:
    return person.api.user("Inline", username="inline_bot", is_bot=True).json()


async def test_each_way_in_is_answered_with_the_claim_that_is_on_record(scene: Scene) -> None:
    alice = scene.person("Alice")
    bystander, asker = group_of(scene, "Bob", "Carol")
    for number, way in enumerate(ways(alice, asker, bystander)):
        shown = await way(ON_RECORD)
        assert "F19" in shown.text and NEAR not in shown.text, (number, shown.text)
        assert "not on record" not in shown.text, (number, shown.text)
        near = await way("Putin has been arrested")
        assert NEAR in near.text and "Putin has been arrested" in near.text, (number, near.text)
        assert "That is not on record" not in near.text, (number, near.text)


async def test_what_cannot_be_read_is_said(scene: Scene) -> None:
    bystander, asker = group_of(scene, "Bob", "Carol")
    post = await bystander.chat.send(bystander.user, {"photo": [PHOTO]})
    shown = await answer(asker, mentioning(f"@{NAME} is this true?"), reply_to=post)
    assert "cannot read" in shown.text and "On the record?" in shown.text
    alone = await answer(asker, mentioning(f"@{NAME} is this true?"))
    assert "names nothing" in alone.text and "not on record" not in alone.text


async def test_a_reply_to_the_bots_own_answer_shows_the_fact_that_it_gave(scene: Scene) -> None:
    (asker,) = group_of(scene, "Carol")
    shown = await asker.says(f"@{NAME} who denied it?")
    fact = next(word for word in shown.text.split() if word.startswith("F"))
    again = await answer(asker, {"text": "source?"}, reply_to=shown)
    first = again.text.partition("\n")[0]
    assert f"] {fact}" in first and "¶" in first


async def test_what_is_quoted_beside_a_question_is_none_of_it(scene: Scene) -> None:
    (asker,) = group_of(scene, "Carol")
    words = "The qzxquotedvj mayor resigned"
    content = mentioning(f"{words}\n@{NAME} who has the zeppelin?")
    quotation = {"type": "blockquote", "offset": 0, "length": len(words)}
    shown = await answer(asker, content | {"entities": [quotation, *content["entities"]]})
    assert "That is not on record: “who has the zeppelin?”" in shown.text
    assert holds(scene.bot, scene.record, "qzxquotedvj") == []


async def test_the_button_takes_the_words_from_its_message(
    scene: Scene,
) -> None:
    alice = scene.person("Alice")
    shown = await answer(alice, {"text": "The qzxpressvj mayor resigned", "forward_origin": ORIGIN})
    assert holds(scene.bot, scene.record, "qzxpressvj") == []
    told = await alice.presses(shown, "Tell me when there is an answer")
    assert "You will be told here" in told.text
    assert rows(scene.record, WAITING) == [("The qzxpressvj mayor resigned",)]
    assert "words of others that you waited for: 1" in (await alice.says("/forgetme")).text
    assert rows(scene.record, WAITING) == []


async def test_an_old_message_is_to_be_looked_up_again(scene: Scene) -> None:
    alice = scene.person("Alice")
    shown = await answer(alice, {"text": "The qzxoldvj mayor resigned", "forward_origin": ORIGIN})
    alice.chat.delete(shown)
    query = await scene.api.press_raw(alice.user, "/tellme", shown)
    assert "Look the message up again" in (await query.answer()).text


@pytest.mark.slow
async def test_nothing_that_others_wrote_is_kept(scene: Scene) -> None:
    alice = scene.person("Alice")
    bystander, asker = group_of(scene, "Bob", "Carol")
    every = ways(alice, asker, bystander)
    for number, claim in enumerate(claims("qzx", LOOKED_UP)):
        shown = await every[number % len(every)](claim)
        assert "That is not on record" not in shown.text and "went wrong" not in shown.text
        assert not {"« Previous", "Next »"} & set(labels(shown))
    # Receipts are written a moment after the answer.
    await alice.says("/about")
    assert await scene.bot.stop() == 0
    try:
        assert rows(scene.record, "SELECT count(*) FROM said")[0][0] > 0
        assert holds(scene.bot, scene.record, "qzx") == []
        assert rows(scene.record, WAITING) == []
    finally:
        await scene.bot.start()
