"""Whatever strangers write on Discord comes back as they wrote it: nobody is pinged, no mark is active."""

from __future__ import annotations

import re
from itertools import cycle

import pytest

from tests.acceptance.discord.conftest import Scene
from tests.acceptance.discord.newsroom import ADMINISTERING, MODERATING, ON_RECORD, Person, aside
from tests.acceptance.newsroom import fact_in
from tests.bot.frontends.discord.discord_markdown import read
from tests.bot.hostile_strings import FAULTS, STEERING, share, strings
from tests.emulators.discord import Message

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("nothing_amiss")]
PINGS = "@everyone @here <@{id}> <@!{id}> <@&{id}> <#{id}> </who:{id}>"
MARKS = "**b** __u__ ||x|| `c` <t:0:R> <:e:{id}> [l](https://x.invalid) <https://y.invalid> www.z.invalid"
OWN = re.compile(r"(?:user: <@|channel: <#|time: <t:)(\d{10,})(?::f)?>")
# So much of a publisher at least stands in a label.
LABEL = 30
BOTH = pytest.mark.parametrize("pattern", [PINGS, MARKS], ids=["pings", "marks"])


def check(message: Message, *written: str, marks: tuple[str, ...] = (), trail: bool = False) -> None:
    """See that a message shows texts as they were written, and nothing but what the bot itself marks.

    In the trail that is when something was done, who did it, and where.
    """
    reading = read(message.text)
    assert all(text in reading.text for text in written), message.text
    others = reading.others
    if trail:
        own = [each for each in others if (found := OWN.fullmatch(each)) and found[1] not in str(written)]
        others = [each for each in others if each not in own]
    assert others == list(marks) and not any("invalid" in url for _text, url in reading.links), message.text
    assert message.content == ""


@BOTH
async def test_what_is_asked_for(scene: Scene, pattern: str) -> None:
    alice = scene.reader()
    text = pattern.format(id=alice.user.id)
    for command, option in (("who", "name"), ("where", "place"), ("what", "words"), ("ask", "question")):
        answer = await alice.gives(command, **{option: text})
        check(await answer.message(), text[:40])
    for command, option in (("fact", "id"), ("story", "name"), ("sources", "id"), ("why", "id")):
        check(await alice.alone_asks(command, **{option: text}))
    asked = await alice.gives("when", when=text)
    check(await asked.message())


@BOTH
async def test_what_is_said_to_the_bot(scene: Scene, pattern: str) -> None:
    alice = scene.reader()
    text = pattern.format(id=alice.user.id)
    check(await alice.says(f"{scene.api.bot.mention} {text}"), text[:30])
    check(await alice.says(f"{scene.api.bot.mention} /who {text}"), text[:30])
    check(await alice.in_private.says(text), text[:30])
    check(await alice.in_private.says(f"/{text}"))
    message = await scene.api.say(alice.user, alice.channel, text)
    found = await scene.api.context_menu(alice.user, message, ON_RECORD)
    # What is looked up is quoted without links and whom it names: it may be kept on a press.
    check(await found.message(), marks=("quote: >",))


@BOTH
async def test_a_question_that_is_told_to_moderators_and_answered_later(scene: Scene, pattern: str) -> None:
    alice, mona = scene.reader(), await scene.moderator()
    question = f"Who lit the lighthouse {pattern.format(id=alice.user.id)[:80]}"
    asked = await alice.asks("ask", question=question)
    check(asked, question)
    await (await alice.presses(asked, "Tell me when there is an answer")).message()
    listed = await mona.alone_asks("unanswered")
    while question not in read(listed.text).text:
        check(listed)
        listed = await mona.alone_presses(listed, "Next »")
    check(listed, question)


@BOTH
async def test_a_suggestion_from_its_form_to_its_notice(scene: Scene, pattern: str) -> None:
    rita, mona, ada = scene.reader("rita"), await scene.moderator(), scene.admin()
    text = pattern.format(id=rita.user.id)
    words = f"the hatch of {rita.user.id}"
    check(await ada.asks("subscribe", what=words), f"hatch {rita.user.id}")
    lines = f"title: T {text}\npublisher: P {text}\nquote: Q {text}\nat: {text}\nnote: N {text}\nwhen: 2024"
    filled = {"Statement": f"{words} {text}", "Who says so": "Lubinets", "Cue": f"said {text}", "more": lines}
    shown = await rita.opens("suggest", {**filled, "Source": f"+ https://example.org/{rita.user.id}"})
    # Its source stands there in a few words, and with its title under /fact.
    check(shown, f"{words} {text}", f"P {text}"[:LABEL])
    sent = await rita.alone_presses(shown, "Confirm")
    draft = sent.text.split("Suggestion ")[1].split()[0]
    page = await mona.alone_asks("review")
    while f"**{draft}**" not in page.text:
        page = await mona.alone_presses(page, "Next »")
    check(page, f"{words} {text}", f"P {text}"[:LABEL])
    done = await mona.alone_presses(page, "Approve")
    check(done, f"{words} {text}")
    check(await rita.in_private.channel.next_message(), f"{words} {text}")
    check(await ada.channel.next_message(), f"{words} {text}")
    fact = fact_in(done)
    check(await rita.asks("fact", id=fact), f"{words} {text}", f"Q {text}", f"T {text}", f"P {text}")
    check(await rita.asks("history", id=fact))
    shown = await mona.opens("retract", {"Reason": f"R {text}"}, id=fact)
    check(shown, f"R {text}")
    check(await mona.alone_presses(shown, "Confirm"))
    for who in (rita.in_private, ada):
        edited = await who.channel.next_edit()
        check(edited, f"R {text}")
    check(await ada.channel.next_message(), f"R {text}")
    check(await mona.alone_asks("audit", about=fact), f"R {text}", trail=True)


@BOTH
async def test_a_draft_that_is_rejected(scene: Scene, pattern: str) -> None:
    rita, mona = scene.reader("rita"), await scene.moderator()
    text = pattern.format(id=rita.user.id)
    shown = await rita.opens("suggest", {"Statement": f"no {text}", "Source": "S1"})
    draft = (await rita.alone_presses(shown, "Confirm")).text.split("Suggestion ")[1].split()[0]
    shown = await mona.opens("reject", {"Reason": f"because {text}"}, draft=draft)
    check(shown, f"no {text}", f"because {text}")
    check(await mona.alone_presses(shown, "Confirm"))
    check(await rita.in_private.channel.next_message(), f"because {text}")


@pytest.mark.parametrize("name", ["@everyone", "**Bob** [x](https://x.invalid)", "<@1> `c`"])
async def test_names_of_people_channels_and_servers(scene: Scene, name: str) -> None:
    user = scene.api.user(name)
    guild = scene.api.guild(name, members=[user, scene.owner.user])
    guild.grant(scene.owner.user, "manage_guild")
    guild.grant(user, *MODERATING, *ADMINISTERING)
    bob = Person(scene.api, user, guild.channel(name))
    owner = scene.owner.within(bob.channel)
    appointing = await owner.alone_asks("appoint", person=user)
    check(appointing, name)
    check(await owner.alone_presses(appointing, "Confirm"), name)
    shown = await bob.opens("retract", {"Reason": name}, id="F1")
    check(await bob.alone_presses(shown, "Confirm"))
    check(await bob.alone_asks("undo"))
    check(await bob.alone_asks("audit", about="F1"), name, trail=True)
    check(await bob.asks("subscribe"))
    check(await owner.alone_asks("dismiss", person=user), name)


async def test_what_is_too_long_is_refused_or_cut_within_all_limits(scene: Scene) -> None:
    alice = scene.reader()
    check(await aside(await alice.gives("ask", question="🎈" * 5000)))
    for text in (
        "*" * 3000,
        "\u202e" + "x" * 2900,
        "[" * 1500 + "](https://x.invalid)" * 60,
        "\n".join("#" * 900),
    ):
        answer = await alice.gives("who", name=text)
        check(await answer.message())


@pytest.mark.slow
async def test_hostile_strings_by_every_way_in(scene: Scene) -> None:
    alice = scene.reader()
    shown = await alice.asks("who")
    options = {"who": "name", "what": "words", "ask": "question", "when": "when", "fact": "id", "why": "id"}
    ways = cycle([*options, "mention", "direct", "press", "form"])
    for text, way in zip(strings("Discord", share(0.02)), ways, strict=False):
        sent = text.encode("utf-8", "replace").decode().strip()[:1900] or "?"
        if way == "mention":
            answer = await alice.says(f"{scene.api.bot.mention} {sent}")
        elif way == "direct":
            answer = await alice.in_private.says(sent)
        elif way == "press":
            answer = await (await scene.api.press_raw(alice.user, sent[:100], shown)).message()
        elif way == "form":
            answer = await alice.opens("suggest", {"Statement": sent, "Source": f"+ {sent[:200]}"})
        else:
            answer = await (await alice.gives(way, **{options[way]: sent})).message()
        check(answer)
        assert not STEERING.search(answer.text) and not any(fault in answer.text for fault in FAULTS), sent
    assert not re.search(r"qz\d+zq", scene.bot.log)
