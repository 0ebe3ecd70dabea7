"""Odd and maximal values in every field of every form: a change as it was shown, or a few clear words."""

from __future__ import annotations

import logging
import random

import pytest

from bot.commands import commands
from bot.commands.dialogue.forms import Form, form_of
from bot.frontends.telegram.render import render
from bot.requests import Call, Request
from storage.domain.changes import Revise
from storage.domain.models import RevisionKind
from storage.trail.audit import Actor
from tests.bot.desk import ANN, EVE, said

ODD = [
    "\x00", "\u200b", "\u202e", "\ud800", "🇺🇦" * 100, "none", "+", "=", "=x", "+person", "+person  ",
    "+person " + "x" * 201, "+ https://", "+ javascript:x", "https://x.org/" + "a" * 2000, "https://[",
    "S0", "S999999", "F0", "F5", "F5 F5", "F5,F6;F7", "D1", "x" * 500, "x" * 501, "x" * 3500, "&" * 3500,
    "9" * 400, "9" * 400 + " children", "5 " + "x" * 600, "1e400 children", "nan", "inf", "-1", "0",
    "“”", "“ ” of boats", "5", ";", ";;;", "; ".join(["=lubinets"] * 21), "a;b;c", "2024-02-30",
    "2024/2023", "Y1E9999999", "true", "yes", "YES", "denies", "said that denied that", "[[[[", "{}",
    "{0}", "%s", "' OR 1=1 --", ">5", "#1.1", "/confirm", "contradicts F5", "supports F1 F2",
    "unrelated F5",
]  # fmt: skip
SUBJECTS = {
    "newstory": "/newstory olm The fire at Olm",
    "add": "/add A flag was raised\nwho: =lubinets\ncue: said that\nsource: S1",
    "suggest": "/suggest A flag was raised\nwho: =lubinets\ncue: said that\nsource: S1",
    "correct": "/correct F5\nmaterial: yes\nreason: x",
    "attribute": "/attribute F5\nwho: =pace\ncue: said that\nsource: S2",
    "relate": "/relate F7 supports F3",
    "supersede": "/supersede F7",
    "retract": "/retract F7",
    "restore": "/restore F1",
    "source": "/source S1",
    "entity": "/entity Lubinets",
    "edit": "/edit D1",
    "editstory": "/editstory\nname: locks",
}


def forms() -> list[tuple[str, Form]]:
    return [(command.name, form) for command in commands if (form := form_of(command)) is not None]


def test_every_form_that_takes_lines_takes_part():
    assert {name for name, form in forms() if form.lines} <= SUBJECTS.keys()


def cases() -> list[tuple[str, str, str]]:
    found = []
    for name, begun in SUBJECTS.items():
        form = dict(forms())[name]
        for line in form.lines:
            kept = [each for each in begun.split("\n")[1:] if not each.startswith(f"{line}:")]
            found += [(name, "\n".join((begun.split("\n")[0], *kept, f"{line}: ")), odd) for odd in ODD]
    texts = [
        "/retract F7 ",
        "/restore F1 ",
        "/reject D1 ",
        "/newstory ",
        "/newstory x ",
        "/source ",
        "/entity ",
        "/add ",
    ]
    texts += [
        "/supersede F7 ",
        "/relate F7 ",
        "/same D1 ",
        "/suggest ",
        "/relate F7 supports ",
        "/correct F5\nvoice: ",
    ]
    return found + [("", text, odd) for text in texts for odd in ODD]


@pytest.mark.parametrize("seed", [16, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(6))])
async def test_whatever_a_field_is_given_is_told_or_made_as_shown(desk, caplog, seed):
    chance = random.Random(seed)
    for command in commands:
        if command.dialogue:
            assert form_of(command) is not None
    ann, eve = await desk.moderator(ANN), desk.person(EVE)
    await eve.tells("/suggest The bridge is closed.\nsource: S1", "/confirm")
    await ann.tells("/retract F1\nreason: it was wrong", "/confirm")
    for _name, text, odd in chance.sample(cases(), 250):
        reply = await ann.says(text + odd)
        for _turn in range(3):
            shown = said(reply)
            assert "went wrong" not in shown and "cannot be read" not in shown, (text, odd[:60])
            assert reply is not None and render(reply)
            offered = [action.command for action in reply.actions]
            step = [each for each in offered if each.startswith("/confirm")]
            step = step or [each for each in offered if each.startswith("/choose")]
            if not step:
                break
            reply = await ann.says(chance.choice(step))
        await ann.says("/cancel")
    assert (await desk.record.audit.verify()).problem is None
    assert await desk.record.database.check() == []
    assert [entry.message for entry in caplog.records if entry.levelno >= logging.WARNING] == []


async def test_odd_values_by_key_are_told(desk, caplog):
    """Slash options come as they are, without a line of text around them."""
    ann = await desk.moderator(ANN)
    chance = random.Random(16)
    for command in commands:
        for argument in command.arguments:
            for odd in chance.sample([*ODD, 7, -1, 10**30, True, None, 1.5], 12):
                call = Call(command.name, {argument.key: odd})
                reply = await desk.dispatcher.answer(Request("", ANN, ANN, given=call))
                assert "went wrong" not in said(reply), (command.name, odd)
                await ann.says("/cancel")
    assert [entry.message for entry in caplog.records if entry.levelno >= logging.WARNING] == []


async def test_the_attribution_after_the_last_one_is_refused_before_it_is_shown(desk):
    ann = await desk.moderator(ANN)
    entry = await desk.record.facts.entry(5)
    item = entry.attributions[0]
    many = [item, *(item.model_copy(update={"locator": f"p. {n}"}) for n in range(99))]
    change = Revise(
        story_id=1, fact_id=5, expected=1, kind=RevisionKind.ATTRIBUTED,
        fact=entry.model_copy(update={"attributions": tuple(many)}),
    )  # fmt: skip
    await desk.record.ledger.make(change, by=Actor(ANN))
    before = desk.kept()
    reply = await ann.says("/attribute F5\nwho: =pace\ncue: said that\nsource: S2")
    assert said(reply) == "F5 has 100 attributions, and more are not kept."
    await desk.person(EVE).tells("/suggest x\nsource: S1\nwho: =pace", "/confirm")
    assert said(await ann.says("/same D1 F5")) == "F5 has 100 attributions, and more are not kept."
    await ann.says("/cancel")
    assert before.keys() == desk.kept().keys()
