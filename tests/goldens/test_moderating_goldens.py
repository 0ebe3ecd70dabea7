"""What moderators, and those who take part, are shown: each turn as both front ends show it.

After a change of wording: `python -m pytest tests/goldens --snapshot-update`, and read the difference.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.requests import Identity
from tests.bot.desk import ANN, BOB, EVE, OWNER, Desk, Person
from tests.goldens.conftest import Desks
from tests.goldens.golden import Golden, shown, transcript

GROUP = "telegram:-100"
AT_ONCE = """/add The court confirmed <in part> that it had received the file.
who: Office of the Prosecutor General
cue: confirmed that
when: 2024-02
source: S1
at: ¶3
figure: at least 2,100 pages
contradicts: F6"""
ALIKE = """/add Among those at the New Year's party were children from the occupied part of Donetsk Oblast.
who: NAM
source: + https://example.org/note?a=1&b=2
title: A note on the party
published: 2024-01-05"""
SUGGESTED = "/suggest The bridge at Tarrow <was> closed.\nwho: Lubinets\nsource: S1\nat: ¶3"
WHY = "material: yes ⏎ reason: the article <has> it there"
# What stands for longer turns below.
LONG = {
    "{at_once}": AT_ONCE,
    "{alike}": ALIKE,
    "{alike_suggested}": ALIKE.replace("/add", "/suggest"),
    "{suggested}": SUGGESTED,
    "{suggested_too}": SUGGESTED.replace("Tarrow", "Minsk"),
}
# Who speaks, and what they say one after the other: what begins with a bracket is pressed, ⏎ is a line break.
# The golden file holds the replies to all turns but those of "…".
TALKS = {
    "add_steps": """
        ann> /add
        ann> The bridge <is> closed
        ann> Lubinetz
        ann> [Dmytro
        ann> [denied that
        ann> A report & more
        ann> [New source
        ann> [Skip
        ann> 2024-02-30
        ann> 2024-02-29
        ann> [report
        ann> [Skip
        ann> 3
        ann> 18 July
        ann> Belarus
        ann> [Confirm
    """,
    "add_at_once": """
        ann> {at_once}
        ann> [Change something
        ann> [When
        ann> 2024-03
        ann> [Confirm
    """,
    "add_alike": """
        ann> {alike}
        ann> [Same as
        ann> [Confirm
    """,
    "add_refused": """
        ann> /add x ⏎ source: htp:/x
        ann> /add x ⏎ surce: S1
        ann> /add x ⏎ source: S99
        ann> /add x ⏎ who: children ⏎ source: S1
        ann> /add x ⏎ source: S1 ⏎ figure: many
    """,
    "add_in_a_group": """
        group> /add
        group> /answer The bridge is closed
        group> /cancel
    """,
    "dialogue_old_and_others_buttons": """
        …ann> {at_once}
        bob> /confirm 1.1
        ann> /confirm 1.99
        ann> /confirm
        ann> /confirm 1.1
        ann> /confirm
    """,
    "correct_steps": """
        ann> /correct F5
        ann> [When
        ann> 2024-01
        ann> [Nothing
        ann> [Yes
        ann> The article <has> it
        ann> [Confirm
        ann> [Undo
    """,
    "correct_at_once": """
        ann> /correct F23 ⏎ figure: about 2,500 children ⏎ where: Belarus; Russia ⏎ quote: many ⏎ material: no
        ann> /correct F23 ⏎ when: 2023 ⏎ material: yes ⏎ reason: It <has> it
        ann> /correct F23 ⏎ figure: about 2,500 children ⏎ where: Belarus; Russia ⏎ {why}
        ann> [Confirm
        ann> /correct F23 ⏎ quote: many ⏎ material: no
        ann> [Confirm
        reader> /history F23
    """,
    "correct_meanwhile": """
        …ann> /correct F5 ⏎ at: ¶7 ⏎ material: yes ⏎ reason: the article has it there
        …bob> /correct F5 ⏎ at: ¶8 ⏎ {why}
        …ann> [Confirm
        bob> [Confirm
        bob> [Confirm
    """,
    "attribute": """
        ann> /attribute F8 ⏎ who: NAM ⏎ cue: confirmed that ⏎ source: S2
        ann> [Confirm
        ann> /attribute F5 ⏎ who: NAM ⏎ cue: did not <dispute> that ⏎ source: S2
        ann> [supports
        ann> [Confirm
        ann> /attribute F5 ⏎ who: NAM ⏎ cue: denied that ⏎ source: S3 ⏎ stance: supports
    """,
    "relate": """
        ann> /relate F8 contradicts F12 ⏎ question: Who takes them?
        ann> [Confirm
        ann> /relate F8 contradicts F8
        ann> /relate F8 dislikes F9
    """,
    "supersede": """
        ann> /supersede F8 F12 A later report
        ann> [Confirm
        ann> /restore F8 x
        ann> /supersede F12 F8
        reader> /fact F8
        ann> /supersede F8 none
        ann> [Confirm
    """,
    "retract_and_restore": """
        ann> /retract F8
        ann> The source <withdrew> it
        ann> [Confirm
        ann> /retract F8 again
        ann> /correct F8 ⏎ at: ¶9
        reader> /fact F8
        reader> /history F8
        ann> /restore F8 It stands by it
        ann> [Confirm
    """,
    "undo": """
        ann> /undo
        …ann> {at_once}
        …ann> [Confirm
        ann> [Undo
        ann> /undo
        ann> /undo F5
    """,
    "source": """
        ann> /source S1
        ann> /source S1 ⏎ publisher: A <Press> ⏎ url: https://example.org/?a=1&b=2
        ann> [Confirm
        ann> /source https://example.org/x ⏎ title: X & Y ⏎ via: S1
        ann> [Confirm
    """,
    "entity": """
        ann> /entity Lubinets
        ann> /entity Putin ⏎ name: Vladimir Putin ⏎ role: president ⏎ source: S1
        ann> [Confirm
        ann> /entity Ann <Smith>
        ann> [New person
        ann> [Confirm
        …ann> /correct F12 ⏎ about: Ann <Smith> ⏎ {why}
        …ann> [Confirm
        ann> /entity Ann <Smith> ⏎ merge: Putin
        ann> A <slip>
        ann> [Confirm
    """,
    "newstory": """
        owner> /newstory
        owner> North
        owner> north-flood
        owner> The <flood>
        owner> [Confirm
    """,
    "suggest": """
        reader> /suggest
        reader> /cancel
        reader> {suggested}
        reader> [Confirm
    """,
    "review": """
        ann> /review
        …reader> {suggested}
        …reader> [Confirm
        …reader> {alike_suggested}
        …reader> [Confirm
        ann> /review
        ann> [Next
        ann> [Same as
        ann> [Confirm
        ann> /approve D1
        ann> /approve D1
    """,
    "reject_and_edit": """
        …reader> {suggested}
        …reader> [Confirm
        …reader> {suggested_too}
        …reader> [Confirm
        ann> /reject D1
        ann> The source <does not> say so
        ann> [Confirm
        ann> /edit D2
        ann> [Confirm
        ann> /reject D2 x
    """,
    "unanswered": """
        ann> /unanswered
        reader> Who has the <zeppelin>?
        reader> [Tell me
        …bob> Who has the <zeppelin>?
        ann> /unanswered
    """,
    "audit": """
        …ann> /correct F5 ⏎ at: ¶7 ⏎ material: yes ⏎ reason: the article <has> it
        …ann> [Confirm
        …bob> /source S1 ⏎ publisher: Press
        …bob> [Confirm
        …ann> {alike}
        …ann> [Confirm
        ann> /audit
        ann> /audit F5
        ann> /audit @bob
        ann> /audit since 2030-01-01
        ann> /audit everything
    """,
    "moderators": """
        owner> /moderators
        owner> /appoint @eve
        owner> /appoint 12 belarus
        owner> [Confirm
        owner> /appoint 12 belarsu
        owner> /dismiss 12
        owner> /appoint 12
        owner> [Confirm
        owner> /dismiss 12 belarus
        owner> [Confirm
        owner> /appoint
    """,
    "roles": """
        reader> /add
        reader> /appoint 7
        ann> /appoint 7
        ann> /newstory x y
        ferry> /add
        channel> /add
        channel> /appoint 7
    """,
    "help_for_moderators": """
        ann> /help
        ann> /help add
        ann> /help correct
    """,
    "privacy": """
        reader> /privacy
        …reader> {suggested}
        …reader> [Confirm
        reader> /forgetme
        reader> /forgetme
    """,
}


async def people(desk: Desk) -> dict[str, Person]:
    """Return those who speak: moderators of the first story, one of another, and others."""
    return {
        "ann": await desk.moderator(ANN, handle="ann"),
        "bob": await desk.moderator(BOB, handle="bob", name="Bob <B.>"),
        "group": desk.person(ANN, GROUP, shared=True, private=False),
        "ferry": await desk.moderator("telegram:9", "tarrow-ferry"),
        "reader": desk.person(EVE, name="Eve"),
        "channel": desk.person("telegram:-777", GROUP, is_person=False),
        "owner": desk.person(OWNER),
    }


def turns(talk: str) -> Iterator[tuple[str, str]]:
    """Yield who speaks and what they say, as the desk takes it."""
    for line in talk.strip().split("\n"):
        who, _, text = line.strip().partition("> ")
        text = LONG.get(text, text).replace("{why}", WHY).replace(" ⏎ ", "\n")
        yield who, f"{text}]" if text.startswith("[") else text


async def test_talk(desks: Desks, snapshot: SnapshotAssertion, subtests: pytest.Subtests) -> None:
    for name, talk in TALKS.items():
        with subtests.test(name):
            async with desks(name) as desk:
                talked = await transcript(await people(desk), turns(talk))
            assert talked == snapshot(name=name, extension_class=Golden)


async def test_told_unasked(desk: Desk, snapshot: SnapshotAssertion) -> None:
    """What is put into the outbox, as one message: outcomes of suggestions, and answers to questions."""
    everybody = await people(desk)
    ann, reader = everybody["ann"], everybody["reader"]
    await reader.tells("When was the bridge at Tarrow closed?", "[Tell me]")
    for text in (SUGGESTED, SUGGESTED.replace("Tarrow", "Minsk"), SUGGESTED.replace("bridge", "road")):
        await reader.tells(text, "[Confirm]")
    await ann.tells("/edit D1", "[Change something]", "[When]", "2024-02-03", "[Confirm]")
    await ann.tells("/reject D2 The source <does not> say so", "[Confirm]", "/same D3 F9", "[Confirm]")
    (told,) = [shown(reply) for reply in await desk.due(EVE)]
    assert told == snapshot.use_extension(Golden)


async def test_an_owner_who_is_named_by_reply(desk: Desk, snapshot: SnapshotAssertion) -> None:
    owner = desk.person(OWNER, GROUP)
    replies = [
        await owner.says("/appoint belarus", replied_to=Identity("telegram:12", None, "Zoë <Z.>")),
        await owner.presses("Confirm"),
        await owner.says("/appoint", replied_to=Identity("telegram:-5", None, "A channel", is_person=False)),
        await owner.says("/moderators"),
    ]
    assert "\n".join(shown(reply) for reply in replies if reply) == snapshot.use_extension(Golden)


async def test_the_four_eyes_rule(desk: Desk, snapshot: SnapshotAssertion) -> None:
    careful = Desk(desk.record, desk.moments, four_eyes=True)
    ann, bob = await careful.moderator(ANN, handle="ann"), await careful.moderator(BOB, handle="bob")
    replies = [
        await ann.tells(AT_ONCE, "[Confirm]"),
        await ann.says("/approve D1"),
        await bob.says("/review"),
    ]
    assert "\n".join(shown(reply) for reply in replies if reply) == snapshot.use_extension(Golden)


async def test_a_dialogue_that_has_ended(desk: Desk, snapshot: SnapshotAssertion) -> None:
    ann = await desk.moderator(ANN)
    await ann.says("/correct F5")
    replies = [await ann.says("/add")]
    # The stocked record's clock stands still: what was asked is made older instead.
    async with desk.record.database.transaction() as tx:
        await tx.run("UPDATE dialogue SET touched_at = '2020-01-01T00:00:00.000000Z'")
    replies.append(await ann.says("The bridge is closed"))
    assert "\n".join(shown(reply) for reply in replies if reply) == snapshot.use_extension(Golden)
