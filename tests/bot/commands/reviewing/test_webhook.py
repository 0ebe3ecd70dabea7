"""/webhook: owners name an end for a public story, see its secret once, test it, and end it."""

from __future__ import annotations

import re

import pytest

from storage.domain.changes import SetStory
from storage.trail.audit import Actor
from tests.bot.desk import OWNER, assert_short, said

URL = "https://93.184.215.14/hook"


@pytest.fixture
async def owner(desk):
    await desk.record.ledger.make(SetStory(story_id=1, public=True), by=Actor(OWNER))
    return desk.person(OWNER)


def secret(reply) -> str:
    (found,) = re.findall(r"whsec_[A-Za-z0-9+/=]{44}", said(reply))
    return found


async def test_an_owner_adds_one_and_sees_its_secret_once(desk, owner):
    shown = secret(await owner.says(f"/webhook add {URL}"))
    assert owner.reply.unkept and owner.reply.aside
    listed = said(await owner.says("/webhook"))
    assert URL in listed and shown not in listed
    assert "1 already" in said(await owner.says(f"/webhook add {URL}"))
    again = secret(await owner.says("/webhook secret 1"))
    assert again != shown and "for a day" in owner.seen.lower()
    assert said(await owner.says("/audit")).count("webhook 1") == 2 and "whsec" not in owner.seen


async def test_what_was_begun_is_tested_and_stopped(desk, owner):
    await owner.says(f"/webhook add {URL}")
    assert "on its way" in said(await owner.says("/webhook test 1"))
    webhook = await desk.record.webhooks.find(1)
    assert await desk.record.webhooks.waiting(webhook) == 1
    assert "1 change waits" in said(await owner.says("/webhook"))
    assert_short(await owner.says("/webhook on 1"), "is on, and takes what is sent")
    assert "has ended" in said(await owner.says("/webhook stop 1"))
    for command in ("test 1", "secret 1", "on 1", "stop 1", "stop", "test 99", "stop x", "test 12345678901"):
        assert_short(await owner.says(f"/webhook {command}"), "no webhook of that number")
    assert "Nothing is sent anywhere" in said(await owner.says("/webhook"))


async def test_one_that_is_paused_says_so_and_goes_on(desk, owner):
    await owner.says(f"/webhook add {URL}")
    webhook = await desk.record.webhooks.find(1)
    await desk.record.webhooks.pause(webhook, "Its end is down.", by=Actor(OWNER), told={})
    assert "is paused: Its end is down." in said(await owner.says("/webhook"))
    assert_short(await owner.says("/webhook test 1"), "is paused")
    assert "tried again now" in said(await owner.says("/webhook on 1"))
    listener = await desk.record.listeners.by_id(webhook.listener_id)
    await desk.record.listeners.pause(listener.chat, "it answered 500", desk.record.ledger.now(), "2030")
    assert "has taken nothing since" in said(await owner.says("/webhook"))
    assert "tried again now" in said(await owner.says("/webhook on 1"))


async def test_only_a_public_story_is_sent_and_only_to_public_addresses_by_https(desk, owner):
    for address in (
        "http://93.184.215.14/", "https://10.0.0.1/", "https://127.0.0.1/x", "https://169.254.169.254/",
        "ftp://x.org/", "https://user:pw@93.184.215.14/", "https://93.184.215.14:22/", "hook", "https://[::1]/",
        "https://" + "a" * 3_000,
    ):  # fmt: skip
        assert_short(await owner.says(f"/webhook add {address}"), "Nothing can be sent to that address")
    for host in ("2130706433", "0x7f.1", "0177.0.0.1", "[::ffff:127.0.0.1]"):
        assert_short(await owner.says(f"/webhook add https://{host}/"), "not on the public internet")
    assert_short(await owner.says("/webhook add"), "Say where to")
    assert_short(await owner.says("/webhook remove 1"), "Say what to do")
    await desk.record.ledger.make(SetStory(story_id=1, public=False), by=Actor(OWNER))
    assert_short(await owner.says(f"/webhook add {URL}"), "is not public")
    assert await desk.record.webhooks.standing() == []


async def test_it_is_for_owners_in_private_alone(desk, owner):
    ann = await desk.moderator(story=None)
    assert_short(await ann.says(f"/webhook add {URL}"), "owner")
    group = desk.person(OWNER, "telegram:-5", shared=True)
    assert_short(await group.says("/webhook"), "write to me privately")


async def test_there_are_only_so_many(desk, owner, monkeypatch):
    monkeypatch.setattr("storage.webhooks.webhooks.MOST", 2)
    for number in range(2):
        await owner.says(f"/webhook add {URL}/{number}")
    assert "There are 2 webhooks already" in said(await owner.says(f"/webhook add {URL}/3"))
