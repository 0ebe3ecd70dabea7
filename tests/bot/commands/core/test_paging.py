"""Pages of an answer: each block once, headings above each page, and anew where the record has changed."""

from __future__ import annotations

from bot.commands.core.paging import Cursor, cut, page_of
from bot.replies import Action, Block, Heading, Note, Reply


def answer(*texts: str, count: int = 20) -> Reply:
    """Return a long answer: a title, and under two headings notes of which eleven fill a page."""
    notes: list[Block] = [Note(text=f"{n} " + "x" * 500) for n in range(count)]
    title = Heading(text="Title", level=1)
    blocks = (title, Heading(text="First"), *notes[:15], Heading(text="Second"), *notes[15:])
    more = Action(label="More", command="/what >8")
    return Reply(
        blocks=(*(Note(text=text) for text in texts), *blocks),
        actions=(more, Action(label="Help", command="/help")),
    )


def cursor_of(page: Reply) -> Cursor:
    (more,) = [action.command for action in page.actions if action.label == "More"]
    return Cursor.of(more.rpartition(">")[2])


def test_every_block_is_shown_once_under_its_headings():
    reply = answer(count=30)
    pages = [page_of(reply, Cursor.of("7"), "/what")]
    while pages[-1].actions[-1].command != "/what >8":
        assert cursor_of(pages[-1]).row == "7"
        pages.append(page_of(reply, cursor_of(pages[-1]), "/what"))
    notes = [block.text for page in pages for block in page.blocks if isinstance(block, Note)]
    assert notes == [block.text for block in reply.blocks if isinstance(block, Note)]
    assert [[block.text for block in page.blocks if isinstance(block, Heading)] for page in pages] == [
        ["Title", "First"], ["Title", "First", "Second"], ["Title", "Second"],
    ]  # fmt: skip
    assert all(Action(label="Help", command="/help") in page.actions for page in pages)


def test_what_fits_a_page_is_left_as_it_is():
    reply = answer(count=5)
    assert page_of(reply, Cursor.of(None), "/what") is reply
    assert cut(reply) is reply


def test_a_page_of_what_has_changed_meanwhile_begins_anew():
    first = page_of(answer(), Cursor.of(None), "/what")
    second = page_of(answer("new"), cursor_of(first), "/what")
    assert [block.text for block in second.blocks[:2]] == ["Changed meanwhile: from the beginning", "new"]
    for forged in ("+999.00000000", "+1.00000000", "+x", "+0.00000000"):
        assert page_of(answer(), Cursor.of(forged), "/what").blocks[0].text.startswith("Changed meanwhile")


def test_what_cannot_be_asked_again_is_cut_with_a_note():
    shown = cut(answer())
    assert shown.blocks[-1].text.endswith("more lines are left out here.")
    assert shown.actions == answer().actions
