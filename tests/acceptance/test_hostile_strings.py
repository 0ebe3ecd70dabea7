"""Hostile strings by way of real processes, on Telegram and in the terminal: each is answered, clearly."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import Scene
from tests.acceptance.newsroom import NAME
from tests.acceptance.process import onrecord
from tests.bot.hostile_strings import FAULTS, STEERING, share, strings
from tests.emulators.telegram import Chat, Message, User

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]
# Characters of a message, and bytes of a button's data.
MOST, DATA_LIMIT = 4_000, 64
# Lines for one process of the terminal's.
AT_ONCE = 200
MARKED = re.compile(r"qz\d+zq")


def sendable(seed: str, count: int) -> Iterator[str]:
    """Yield what Telegram would hand on: no halves of characters, no more than 4,096 units, never nothing."""
    for text in strings(seed, count):
        whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        cut = whole.replace("\0", "").encode("utf-16-le")[: 2 * MOST].decode("utf-16-le", "ignore").strip()
        yield cut or "?"


def check(text: str, thrown: str) -> None:
    """Fail for a text that shows what none may."""
    assert not STEERING.search(text) and not any(fault in text for fault in FAULTS), (thrown, text)


async def asks(chat: Chat, user: User, text: str, **how: Any) -> Message:
    """Write, and return the first message of the answer; all others are looked at as well."""
    await chat.say(user, text[:MOST], **how)
    reply = await chat.next_message()
    check(reply.text, text)
    while chat.sent.unread:
        check((await chat.next_message()).text, text)
    return reply


async def test_on_telegram(scene: Scene) -> None:
    alice, private = scene.reader()
    group = scene.api.group("Desk", members=[alice])
    shown = await asks(private, alice, "/who")
    ways = cycle(["", "/who ", "/suggest ", "/what ", "/fact ", f"@{NAME} ", "reply", "press"])
    for text, way in zip(sendable("Telegram", share(0.02)), ways, strict=False):
        if way == "press":
            data = text.encode()[:DATA_LIMIT].decode("utf-8", "ignore") or "?"
            query = await scene.api.press_raw(alice, data, shown)
            check((await query.answer()).text or "", data)
        elif way == "reply":
            await asks(private, alice, text, reply_to=shown)
        else:
            await asks(group if way.startswith("@") else private, alice, way + text)
    assert scene.api.violations == [] and scene.bot.running
    scene.bot.check_log()
    assert not MARKED.search(scene.bot.log)


async def test_in_the_terminal(stocked: Path, tmp_path: Path) -> None:
    shutil.copyfile(stocked, tmp_path / "onrecord.db")
    # One line each: a backslash at the end would join it to the next.
    lines = [re.sub(r"[\r\n]", " ", text).rstrip("\\") for text in strings("the terminal", share(0.01))]
    for start in range(0, len(lines), AT_ONCE):
        part = lines[start : start + AT_ONCE]
        given = "".join(f"{line}\n" for line in part).encode("utf-8", "surrogatepass")
        ran = onrecord("chat", "--json", folder=tmp_path, given=given)
        assert ran.returncode == 0 and ran.stderr == "", ran.stderr
        answers = [json.loads(line) for line in ran.stdout.strip("\n").split("\n")]
        for answer, line in zip(answers, part, strict=True):
            check(answer["text"], line)
