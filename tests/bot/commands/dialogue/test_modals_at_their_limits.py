"""Modals filled in as far as their fields allow: what each field takes, all together do not exceed."""

from __future__ import annotations

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


def longest(field: ModalField) -> str:
    """Return a valid value of exactly as many characters as a field takes, where its form leaves a choice."""
    name, limit = field.name, field.limit
    figures = [f"at least {number} children of {words(450)}" for number in range(2, 10)]
    address = "https://example.org/".ljust(limit, "x")
    known = ONE_FORM | {"source": address, "url": address, "figure": "\n".join(figures)[:limit]}
    if name == MORE:
        return f"quote: {words(500)}" if "quote:" in field.hint else ""
    return known.get(name, words(limit))


async def test_no_modal_refuses_what_each_of_its_fields_takes(desk, subtests) -> None:
    ann = await desk.moderator()
    await draft(desk)
    await ann.tells("/retract F6 Wrong", "[Confirm]")
    having = {command.name for command in commands if (form := form_of(command)) is not None and form.modal}
    assert having == OPENING.keys()
    for name, subject in OPENING.items():
        with subtests.test(command=name):
            modal = await opened(ann, f"/{name} {subject}".rstrip())
            assert isinstance(modal, Modal)
            values = {field.name or "text": longest(field) for field in modal.fields}
            assert all(len(values[field.name or "text"]) <= field.limit for field in modal.fields)
            reply = await fills(ann, modal.key, **values)
            assert not reply.aside, said(reply)
            assert not any(each in said(reply) for each in TOO_LONG), said(reply)[:300]
            await ann.tells("/cancel")
