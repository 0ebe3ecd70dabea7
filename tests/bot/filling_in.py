"""People who fill in sheets: what a command opens for them, and what they submit."""

from bot.commands.dialogue.modals import Sheet
from bot.requests import Request
from tests.bot.desk import BOB, said

PROPOSED = (
    "/suggest The bridge is closed.\nwho: Lubinets\ncue: confirmed that\nwhen: 2024-02\nsource: S1\nat: ¶3"
)


async def opened(person, text):
    """Return the sheet that a text opens, or what is said instead."""
    return await person.desk.dispatcher.sheet(Request(text, person.chat, person.user, **person.fields))


async def fills(person, key, /, **values):
    """Submit a sheet; `text` stands for the blank without a name."""
    given = {"" if name == "text" else name: value for name, value in values.items()}
    asked = Request("", person.chat, person.user, **person.fields)
    person.reply = await person.desk.dispatcher.submitted(asked, key, given)
    return person.reply


def shown(sheet):
    """Return each blank's name and value."""
    assert isinstance(sheet, Sheet), said(sheet)
    return {blank.name: blank.value for blank in sheet.blanks}


async def fact(desk, number=5):
    found = await desk.record.facts.find(number)
    assert found is not None
    return found


async def draft(desk):
    """Have a reader suggest a fact, and return the draft's id."""
    await desk.person(BOB).tells(PROPOSED, "[Confirm]")
    (waiting,) = await desk.record.drafts.waiting(1, limit=5)
    return f"D{waiting.id}"
