"""Modals filled in as far as their fields allow: what each field takes, all together do not exceed."""

from __future__ import annotations

import itertools

from bot.commands import commands
from bot.commands.dialogue.forms import form_of
from bot.commands.dialogue.modals import MORE
from bot.replies import Modal, ModalField
from tests.bot.desk import said
from tests.bot.filling_in import OPENING, draft, fills, opened

# Of what is wrong in a length, or in a number of characters, dialogues say so.
TOO_LONG = ("characters", "at most", "shorten", "too long", "is not understood")
ONE_FORM = {
    "when": "2024-01-04", "published": "2024-01-04", "by": "F12", "kind": "report", "urgent": "no",
    "material": "yes", "voice": "1",
}  # fmt: skip


def words(limit: int) -> str:
    """Return words of exactly so many letters."""
    return ("word " * limit)[: limit - 1].rstrip().ljust(limit, "x")


def longest(field: ModalField, *, one: bool) -> str:
    """Return a valid value of exactly as many characters as a field takes, where its form leaves a choice.

    `one` fills a field that takes either of two things, or several, with the other, or with one.
    """
    name, limit = field.name, field.limit
    figures = [f"at least {number} children of {words(450)}" for number in range(2, 10)]
    address = "https://example.org/".ljust(limit, "x")
    several = "at least 2 children of ".ljust(limit, "x") if one else "\n".join(figures)[:limit]
    known = ONE_FORM | {
        "source": words(limit) if one else address,
        "url": address,
        "figure": several,
        "name": "x" * limit,
    }
    if name == MORE:
        return f"quote: {words(500)}" if "quote:" in field.hint else ""
    return known.get(name, words(limit))


async def test_no_modal_refuses_what_each_of_its_fields_takes(desk, subtests) -> None:
    ann = await desk.moderator()
    await draft(desk)
    await ann.tells("/retract F6 Wrong", "[Confirm]")
    having = {command.name for command in commands if (form := form_of(command)) is not None and form.modal}
    assert having == OPENING.keys()
    for (name, subject), one in itertools.product(OPENING.items(), (False, True)):
        with subtests.test(command=name, one=one):
            modal = await opened(ann, f"/{name} {subject}".rstrip())
            assert isinstance(modal, Modal)
            values = {field.name or "text": longest(field, one=one) for field in modal.fields}
            assert all(len(values[field.name or "text"]) <= field.limit for field in modal.fields)
            reply = await fills(ann, modal.key, **values)
            assert not reply.aside, said(reply)
            assert not any(each in said(reply) for each in TOO_LONG), said(reply)[:300]
            await ann.tells("/cancel")


# What is asked in words, by the lines that lead to the question.
ASKED = {
    "/add": "Statement",
    "/add It rained\nsource: S1\nwho: ?\ncue: said": "Who says so",
    "/add It rained\nsource:": "Source",
    "/add It rained\nsource: + https://example.org": "Title",
    "/add It rained\nsource: S1\nwhere: /": "Where",
    "/add It rained\nsource: S1\nabout: /": "Who it is about",
    "/add It rained\nsource: S1\nfigure: many": "Figures",
    f"/add It rained\nsource: S1\nquote: {'x' * 501}": "Quote",
    "/source S1\nurl: here": "Address",
    f"/source S1\ntitle: {'x' * 2001}": "Title",
    "/source S1\nvia: + B": "",
    "/retract F5": "Reason",
}


async def test_no_answer_is_refused_that_its_modal_takes(desk, subtests) -> None:
    ann = await desk.moderator()
    for lines, label in ASKED.items():
        with subtests.test(lines=lines[:60]):
            await ann.says(lines)
            modal = await opened(ann, ann.reply.asks)
            assert isinstance(modal, Modal), said(modal)
            (field,) = modal.fields
            assert not label or field.label == label
            named = {"Address": "url", "Figures": "figure"}.get(label, "")
            reply = await fills(ann, modal.key, text=longest(field._replace(name=named), one=True))
            assert not any(each in said(reply) for each in TOO_LONG), said(reply)[:300]
            await ann.tells("/cancel")
