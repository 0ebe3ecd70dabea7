"""People who fill in modals: what a command opens for them, and what they submit."""

from bot.replies import Modal
from bot.requests import Request, Submission
from tests.bot.desk import BOB, said

PROPOSED = (
    "/suggest The bridge is closed.\nwho: Lubinets\ncue: confirmed that\nwhen: 2024-02\nsource: S1\nat: ¶3"
)
# The commands that open a modal, each with what it is about.
OPENING = {
    **dict.fromkeys(("correct", "attribute", "retract", "supersede"), "F5"), "restore": "F6", "reject": "D1",
    "edit": "D1", "source": "S1", "entity": "Dmytro Lubinets", "add": "", "suggest": "", "editstory": "",
}  # fmt: skip


async def opened(person, text):
    """Return the modal that a text opens, or what is said instead."""
    asked = Request(text, person.chat, person.user, modals=True, **person.fields)
    return await person.desk.dispatcher.answer(asked)


async def fills(person, key, /, *, again=False, **values):
    """Submit a modal, or have it shown `again`; `text` stands for the field without a name."""
    given = {"" if name == "text" else name: value for name, value in values.items()}
    submission = Submission(key, given, again=again)
    asked = Request("", person.chat, person.user, given=submission, **person.fields)
    person.reply = await person.desk.dispatcher.answer(asked)
    return person.reply


def shown(modal):
    """Return each field's name and value."""
    assert isinstance(modal, Modal), said(modal)
    return {field.name: field.value for field in modal.fields}


async def fact(desk, number=5):
    found = await desk.record.facts.find(number)
    assert found is not None
    return found


async def draft(desk):
    """Have a reader suggest a fact, and return the draft's id."""
    await desk.person(BOB).tells(PROPOSED, "[Confirm]")
    (waiting,) = await desk.record.drafts.waiting(1, limit=5)
    return f"D{waiting.id}"
