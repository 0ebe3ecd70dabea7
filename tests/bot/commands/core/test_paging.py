"""Pages of an answer: each block once, one screen and one message each, and the way to those beside it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answers.bounds import LAST, divided
from bot.commands.core.paging import Cursor, cut, page_of
from bot.errors import UserError
from bot.frontends.discord.render import render as to_discord
from bot.frontends.telegram.render import render as to_telegram
from bot.replies import Action, Block, Citation, Heading, Item, Line, Note, PageNumber, Reply

HELP = Action(label="Help", command="/help")


def answer(*texts: str, count: int = 20) -> Reply:
    """Return a long answer: a title, and under two headings notes of which five fill a page."""
    notes: list[Block] = [Note(text=f"{n} " + "x" * 120) for n in range(count)]
    blocks = (
        Heading(text="Title", level=1),
        *(Note(text=text) for text in texts),
        *(Heading(text="First"), *notes[:15], Heading(text="Second"), *notes[15:]),
    )
    return Reply(blocks=blocks, actions=(HELP,))


def stated(*ids: int, words: str = "said") -> Reply:
    """Return a list of statements, four to a page."""
    cited = (Citation(source=1, entry="An article"),)
    return Reply(blocks=tuple(Line(text=f"{words} " * 30, citations=cited, fact=n, revision=1) for n in ids))


def command_of(page: Reply, turn: str) -> str | None:
    return next((action.command for action in page.turns if action.turn == turn), None)


def turned(reply: Reply, page: Reply, turn: str) -> Reply:
    """Return the page beside another, as its button leads to it."""
    command = command_of(page, turn)
    assert command is not None
    return page_of(reply, Cursor.of(command.rpartition(" >")[2]), "/what")


def pages_of(reply: Reply) -> list[Reply]:
    pages = [page_of(reply, Cursor(), "/what")]
    while command_of(pages[-1], "next") is not None:
        pages.append(turned(reply, pages[-1], "next"))
    return pages


def facts_of(page: Reply) -> list[int]:
    return [block.fact for block in page.blocks if isinstance(block, Line) and block.fact]


def test_every_block_is_shown_once_under_its_headings():
    reply = answer(count=30)
    pages = pages_of(reply)
    notes = [block.text for page in pages for block in page.blocks if isinstance(block, Note)]
    assert notes == [block.text for block in reply.blocks if isinstance(block, Note)]
    headings = [[block.text for block in page.blocks if isinstance(block, Heading)] for page in pages]
    assert all(each[0] == "Title" and each[-1] in ("First", "Second") for each in headings)
    assert all(HELP in page.actions for page in pages)
    assert [page.page for page in pages] == [PageNumber(n, len(pages)) for n in range(1, len(pages) + 1)]


def test_a_page_that_begins_with_an_answer_repeats_in_short_what_it_answers():
    cited = (Citation(source=1, entry="An article"),)
    claim = Line(text="The gate was shut " * 12, citations=cited, fact=1)
    against = [
        Line(text=f"{n} denies " + "x" * 200, citations=cited, fact=n, nested=True) for n in range(2, 9)
    ]
    first, *further = pages_of(Reply(blocks=(Heading(text="Title", level=1), claim, *against)))
    assert first.blocks[1] == claim and len(further) == 2
    for page in further:
        title, repeated, answer, *_rest = page.blocks
        assert isinstance(repeated, Line) and isinstance(answer, Line)
        assert title.text == "Title" and repeated.fact == 1 and answer.nested
        assert repeated.text.startswith("The gate was shut The gate") and repeated.text.endswith("…")
        assert len(repeated.text) < len(claim.text)


def test_the_way_back_leads_through_the_same_pages():
    reply = answer(count=30)
    pages = pages_of(reply)
    back = [pages[-1]]
    while command_of(back[-1], "previous") is not None:
        back.append(turned(reply, back[-1], "previous"))
    assert [page.blocks for page in reversed(back)] == [page.blocks for page in pages]


def test_what_fits_a_page_is_left_as_it_is():
    reply = answer(count=4)
    assert page_of(reply, Cursor(), "/what") is reply
    assert cut(reply) is reply


def test_a_page_is_found_again_when_the_list_has_changed():
    ids = range(10, 210, 10)
    before = stated(*ids)
    second = turned(before, page_of(before, Cursor(), "/what"), "next")
    assert facts_of(second) == [50, 60, 70, 80]
    for changed in (
        stated(*ids, words="told"),
        stated(5, *ids),
        stated(*(n for n in ids if n != 20)),
    ):
        assert 90 in facts_of(turned(changed, second, "next"))


def test_a_list_whose_next_page_is_gone_begins_anew_and_says_so():
    ids = list(range(1, 21))
    first = page_of(stated(*ids), Cursor(), "/what")
    without = stated(*(n for n in ids if n != 5))
    page = turned(without, first, "next")
    assert page.blocks[0].text == "Changed meanwhile: from the beginning"
    assert facts_of(page) == [1, 2, 3, 4]


def test_a_forged_page_is_refused():
    for forged in ("+", "+1", "+x", "+-1", "+1.xyz", "a b", "x" * 200, "~", "1~~2", "1@x", "+last+last"):
        with pytest.raises(UserError, match="That page does not exist"):
            Cursor.of(forged)
    for stale in ("+999.00000000", "+1.00000000"):
        assert page_of(answer(), Cursor.of(stale), "/what").blocks[0].text.startswith("Changed meanwhile")
    assert page_of(answer(), Cursor.of("+0.00000000"), "/what").page == PageNumber(1, 4)


def test_a_list_goes_on_behind_its_window_and_back_again():
    def window(after: int) -> Reply:
        reply = stated(*range(after + 1, after + 11))
        if after == 20:
            return reply
        return reply.model_copy(
            update={"actions": (Action(label="Next", command=f"/what x >{after + 10}", turn="next"),)}
        )

    page, shown, back = page_of(window(0), Cursor(), "/what x"), [], []
    while True:
        shown.append((facts_of(page), str(page.page)))
        command = command_of(page, "next")
        if command is None:
            break
        cursor = Cursor.of(command.removeprefix("/what x >"))
        page = page_of(window(int(cursor.row or 0)), cursor, "/what x")
    while True:
        back.append((facts_of(page), page.page.number))
        command = command_of(page, "previous")
        if command is None:
            break
        cursor = Cursor.of(command.removeprefix("/what x >"))
        page = page_of(window(int(cursor.row or 0)), cursor, "/what x")
    assert [fact for facts, _number in shown for fact in facts] == list(range(1, 31))
    assert [number for _facts, number in shown] == [
        *(f"page {number}" for number in range(1, 7)), "7/9", "8/9", "9/9",
    ]  # fmt: skip
    assert [facts for facts, _number in reversed(back)] == [facts for facts, _number in shown]
    assert [number for _facts, number in reversed(back)] == list(range(1, 10))


def test_buttons_about_rows_stand_under_the_page_with_their_row():
    rows = tuple(Item(label=f"S{n}", text="x" * 200) for n in range(1, 9))
    actions = tuple(Action(label=f"S{n}", command=f"/sources S{n}") for n in range(1, 9))
    pages = pages_of(Reply(blocks=rows, actions=(*actions, HELP)))
    for page in pages:
        assert [action.label for action in page.others] == [
            *(block.label for block in page.blocks if isinstance(block, Item)), "Help",
        ]  # fmt: skip


def test_what_cannot_be_asked_again_is_cut_with_a_note():
    reply = answer(count=100)
    shown = cut(reply)
    assert shown.blocks[-1].text.endswith("more lines are left out here.")
    assert shown.actions == reply.actions
    assert len(to_telegram(shown)) == len(to_discord(shown)) == 1


_TEXTS = st.text(min_size=1, max_size=60).filter(str.strip)
_LONG = st.builds(
    lambda text, count: (text + " ") * count,
    st.sampled_from(["word", "&", "*", "🌊", "<b>", "x" * 90]),
    st.integers(1, 900),
)
_ANY = st.one_of(_TEXTS, _LONG.map(lambda text: text[:4000].strip()))
_CITED = st.builds(
    lambda n, size, url: Citation(source=n, entry="e&" * size, url=url),
    st.integers(1, 40),
    st.just(90),
    st.one_of(st.none(), st.just("https://a.example/" + "p" * 400)),
)
_BLOCKS = st.one_of(
    st.builds(Note, text=_ANY),
    st.builds(Heading, text=_TEXTS, level=st.sampled_from([1, 2])),
    st.builds(Item, label=_TEXTS, text=_ANY),
    st.builds(
        Line,
        text=_ANY,
        citations=st.tuples(_CITED),
        fact=st.one_of(st.none(), st.integers(1, 99)),
        label=st.one_of(st.none(), _TEXTS),
        mark=st.one_of(st.none(), _TEXTS),
        nested=st.booleans(),
    ),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_BLOCKS, min_size=1, max_size=40))
def test_each_page_is_one_message_and_all_of_them_are_the_answer(blocks):
    seen: dict[int, str | None] = {}
    for block in blocks:
        for citation in getattr(block, "citations", ()):
            seen.setdefault(citation.source, citation.url)
    one_name = [
        block.model_copy(
            update={
                "citations": tuple(
                    each.model_copy(update={"url": seen[each.source]}) for each in block.citations
                )
            }
        )
        if isinstance(block, Line)
        else block
        for block in blocks
    ]
    reply = Reply(blocks=tuple(one_name))
    pages = pages_of(reply)
    # What fits one page is left as it is.
    parts = divided(reply.blocks) if len(pages) > 1 else reply.blocks
    every = [block for block in parts if not isinstance(block, Heading)]
    shown: list[Block] = []
    for page in pages:
        assert len(to_telegram(page)) == 1
        assert len(to_discord(page)) == 1
        content = [block for block in page.blocks if not isinstance(block, Heading)]
        if shown and content[1:] and content[0] != every[len(shown)]:
            # What the page begins with belongs to a line of the page before, which is repeated in short.
            assert isinstance(content[1], Line) and content[1].nested
            del content[0]
        shown += content
        assert not isinstance(page.blocks[-1], Heading) or page is pages[-1]
        letters = sum(len(block.text) for block in content)
        assert letters <= LAST or len(content) == 1
    assert shown == every
    assert len(pages) == 1 or [str(page.page) for page in pages] == [
        f"{n}/{len(pages)}" for n in range(1, len(pages) + 1)
    ]
