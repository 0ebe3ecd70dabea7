"""The terminal's rendering: layout, width and safety, and the chat's reading of lines."""

from __future__ import annotations

import asyncio
import io
import json
import os
import textwrap

from hypothesis import given
from hypothesis import strategies as st

from bot.commands.dispatch import Dispatcher
from bot.frontends.terminal import render
from bot.frontends.terminal.app import ADDRESS, answer_lines
from bot.frontends.terminal.lines import lines, messages
from bot.frontends.terminal.render import UNBROKEN, as_json, plain, rows
from bot.replies import Action, Citation, Heading, Item, Line, Note, Reply
from bot.requests import Request
from storage.domain.errors import UnreachableRecord

ARTICLE = Citation(source=3, entry="Article of 4 January 2024, publisher not named", locator="¶5")
STUDY = Citation(source=9, entry="A study", url="https://example.org/study")

WHO = Reply(
    blocks=(
        Heading(text="Dmytro Lubinets", level=1),
        Line(text="Ukraine's Commissioner for Human Rights", citations=(ARTICLE,)),
        Heading(text="On the record as saying"),
        Line(
            text="Lubinets reminded that Russia systematically deports Ukrainian children, taking them"
            " through Belarus to homes and orphanages in Russia",
            citations=(ARTICLE, STUDY),
            fact=8,
            revision=1,
        ),
        Line(
            text="Lubinets alleged that Belarus may be a stop",
            citations=(ARTICLE,),
            fact=19,
            mark="disputed",
        ),
        Line(text="supported by PACE", citations=(STUDY,), fact=19, nested=True),
        Line(text="Others said otherwise", citations=(STUDY,), fact=8, nested=True),
        Note(text="One more is retracted."),
    ),
    actions=(Action(label="More", command="/who >E12"), Action(label="Sources", command="/sources")),
)

WHEN = Reply(
    blocks=(
        Line(text="The ICC issued an arrest warrant", citations=(ARTICLE,), fact=12, label="March 2023"),
        Line(text="PACE called for another", citations=(ARTICLE,), fact=1, label="18 July (year not given)"),
        Line(
            text="Something else",
            citations=(ARTICLE,),
            fact=2,
            label="on a day that nobody can put in so few words",
        ),
    )
)


def asked(text: str) -> Request:
    return Request(text, chat="terminal:local", user="terminal:local")


def test_who():
    assert plain(WHO, 80) == textwrap.dedent("""\
        Dmytro Lubinets
        Ukraine's Commissioner for Human Rights [1 ¶5]

        On the record as saying
        Lubinets reminded that Russia systematically deports Ukrainian children, taking
        them through Belarus to homes and orphanages in Russia [1 ¶5] [2] F8

        Lubinets alleged that Belarus may be a stop [1 ¶5] F19 (disputed)
          supported by PACE [2]
          Others said otherwise [2] F8

        One more is retracted.

        Sources
        [1] Article of 4 January 2024, publisher not named
        [2] A study https://example.org/study

        Next: /who >E12 (More), /sources""")


def test_a_date_stands_before_its_line():
    assert plain(WHEN, 80) == textwrap.dedent("""\
        March 2023: The ICC issued an arrest warrant [1 ¶5] F12

        18 July (year not given): PACE called for another [1 ¶5] F1

        on a day that nobody can put in so few words: Something else [1 ¶5] F2

        Sources
        [1] Article of 4 January 2024, publisher not named""")


def test_items_share_a_column():
    reply = Reply(
        blocks=(
            Item(label="/who [name]", text="who said what"),
            Item(label="S1", text="An article", url="https://example.org"),
        )
    )
    assert plain(reply) == "/who [name]  who said what\nS1           An article https://example.org"


def test_notes_keep_their_paragraphs_and_stay_together():
    assert plain(Reply(blocks=(Note(text="one\n\ntwo"), Note(text="three")))) == "one\n\ntwo\nthree"


def test_marks_are_not_torn_apart():
    for width in range(24, 60):
        assert all(row.text.count("[") == row.text.count("]") for row in rows(WHO, width))


def test_what_could_steer_a_terminal_is_left_out():
    bad = "a\x1b[31mb\x00c\x07d\u202ee\x9bf\rg"
    reply = Reply(
        blocks=(
            Heading(text=bad, level=1),
            Note(text=bad),
            Item(label=bad, text=bad, url=f"https://{bad}"),
            Line(
                text=bad,
                citations=(Citation(source=1, entry=bad, locator=bad, url=bad),),
                label=bad,
                mark=bad,
                fact=1,
            ),
        ),
        actions=(Action(label=bad, command=bad),),
    )
    assert not set(plain(reply)) & set("\x1b\x00\x07\u202e\x9b\r")


texts = st.text(min_size=1, max_size=200)
citations = st.builds(
    Citation, source=st.integers(1, 3), entry=st.just("An entry"), locator=st.none() | st.text(max_size=8)
)
blocks = st.one_of(
    st.builds(Heading, text=texts, level=st.integers(1, 3)),
    st.builds(Note, text=texts),
    st.builds(Item, label=texts, text=st.text(max_size=200)),
    st.builds(
        Line,
        text=texts,
        citations=st.lists(citations, min_size=1, max_size=3).map(tuple),
        fact=st.none() | st.integers(1, 10**7),
        label=st.none() | st.text(min_size=1, max_size=60),
        nested=st.booleans(),
    ),
)
replies = st.builds(Reply, blocks=st.lists(blocks, min_size=1, max_size=6).map(tuple))


@given(replies)
def test_every_row_is_one_row_and_safe(reply):
    for row in rows(reply):
        assert "\n" not in row.text
        assert not render._UNSAFE.search(row.text)


words = st.lists(st.text("abcäß", min_size=1, max_size=8), min_size=1, max_size=40).map(" ".join)
wordy_lines = st.builds(
    Line,
    text=words,
    citations=st.just((ARTICLE,)),
    fact=st.none() | st.integers(1, 9999),
    label=st.none() | words,
    nested=st.booleans(),
)
wordy = st.one_of(
    wordy_lines,
    st.builds(Note, text=words),
    st.builds(Heading, text=words),
    st.builds(Item, label=words, text=words),
)


@given(st.lists(wordy, min_size=1, max_size=6), st.integers(40, 120))
def test_no_row_is_wider_than_asked(some, width):
    assert all(len(row.text) <= width for row in rows(Reply(blocks=tuple(some)), width))


@given(replies)
def test_no_letter_is_lost(reply):
    shown = "".join(plain(reply).split())
    for block in reply.blocks:
        assert "".join(render.clean(block.text).split()) in shown


def test_json_of_a_reply():
    data = as_json(asked("/who"), WHO)
    assert list(data) == ["request", "text", "facts", "citations", "actions"]
    assert data["text"] == plain(WHO, UNBROKEN)
    assert data["facts"] == ["F8", "F19"]
    assert data["citations"] == [
        {"n": 1, "source": "S3", "locator": "¶5"},
        {"n": 2, "source": "S9", "locator": None},
    ]
    assert data["actions"][0] == {"label": "More", "command": "/who >E12"}


def test_json_of_silence():
    assert as_json(asked("x"), None) == {
        "request": "x",
        "text": "",
        "facts": [],
        "citations": [],
        "actions": [],
    }


def test_lines_of_any_bytes():
    data = b"\xef\xbb\xbf/who\r\n\n\xff\xfe\xc3\xa4\n" + b"x" * 10_000 + b"\nlast"
    assert list(lines(io.BytesIO(data))) == ["/who", "", "\ufffd\ufffdä", "x" * 10_000, "last"]


def test_a_line_without_end_is_cut(monkeypatch):
    monkeypatch.setattr("bot.frontends.terminal.lines.LONGEST_LINE", 10)
    assert list(lines(io.BytesIO(b"a" * 35 + b"\nb\n"))) == ["a" * 10, "b"]


class Echo(Dispatcher):
    """Answer with the request itself; tell once what is due."""

    def __init__(self, *told):
        self.told = told

    async def answer(self, request):
        return None if request.text == "silence" else Reply(blocks=(Note(text=f"heard {request.text}"),))

    async def waiting(self, platform):
        told, self.told = self.told, ()
        return [(ADDRESS, Reply(blocks=(Note(text=f"{platform} is told {text}"),))) for text in told]

    async def complete(self, text, request):
        return []


async def test_piped_text_is_answered_in_order():
    out = io.StringIO()
    await answer_lines(Echo(), asked, io.BytesIO(b"one\n\nsilence\n  \ntwo\n"), out, as_lines=False)
    assert out.getvalue() == "heard one\n\nheard two\n"


async def test_who_types_slowly_holds_up_nothing_else():
    reading, writing = os.pipe()
    out = io.StringIO()
    with os.fdopen(reading, "rb") as source, os.fdopen(writing, "wb", buffering=0) as typed:
        chat = asyncio.create_task(answer_lines(Echo(), asked, source, out, as_lines=False))
        # Other work goes on while no line is there: else this would never be reached.
        await asyncio.sleep(0.01)
        typed.write(b"one\n")
        while out.getvalue() != "heard one\n":
            await asyncio.sleep(0.001)
        typed.close()
        await chat


async def test_what_is_due_is_told_after_the_next_answer():
    out = io.StringIO()
    await answer_lines(Echo("first", "second"), asked, io.BytesIO(b"one\ntwo\n"), out, as_lines=False)
    told = "\n\n".join(f"terminal is told {text}" for text in ("first", "second"))
    assert out.getvalue() == f"heard one\n\n{told}\n\nheard two\n"


async def test_while_the_record_is_away_notices_wait_and_the_chat_goes_on(caplog):
    class Away(Echo):
        async def waiting(self, platform: str):
            raise UnreachableRecord("the server is away")

    out = io.StringIO()
    await answer_lines(Away(), asked, io.BytesIO(b"one\ntwo\n"), out, as_lines=False)
    assert out.getvalue() == "heard one\n\nheard two\n"
    assert "notices wait: the server is away" in caplog.text


async def test_what_is_due_stands_beside_the_answer_in_json():
    out = io.StringIO()
    await answer_lines(Echo("first"), asked, io.BytesIO(b"silence\ntwo\n"), out, as_lines=True)
    first, second = [json.loads(line) for line in out.getvalue().splitlines()]
    assert first["told"] == ["terminal is told first"]
    assert "told" not in second


def test_a_line_that_ends_in_a_backslash_goes_on_in_the_next(subtests):
    for typed, said in [
        (b"/add x\\\nwho: Ann\\\nsource: S1\n/who\n", ["/add x\nwho: Ann\nsource: S1", "/who"]),
        (b"one\\\r\ntwo\r\n", ["one\ntwo"]),
        (b"one\\\n\ntwo\n", ["one\n", "two"]),
        (b"one\\\n", ["one"]),
        (b"one\\", ["one"]),
        (b"\\\n\\\nx\n", ["\n\nx"]),
        (b"a\\b\n", ["a\\b"]),
        (b"a\\\\\nb\n", ["a\\\nb"]),
        (b"a\\ \nb\n", ["a\\ ", "b"]),
        (b"", []),
    ]:
        with subtests.test(typed=typed):
            assert list(messages(lines(io.BytesIO(typed)))) == said


def test_a_message_has_an_end_however_many_lines_go_on():
    typed = b"x\\\n" * 1000
    found = list(messages(lines(io.BytesIO(typed))))
    assert max(text.count("\n") for text in found) == 200
    assert sum(text.count("x") for text in found) == 1000


async def test_a_message_of_several_lines_is_one_request():
    out = io.StringIO()
    await answer_lines(Echo(), asked, io.BytesIO(b"one\\\ntwo\n"), out, as_lines=True)
    (answer,) = [json.loads(line) for line in out.getvalue().splitlines()]
    assert answer["request"] == "one\ntwo"


async def test_piped_json_answers_every_line():
    out = io.StringIO()
    await answer_lines(Echo(), asked, io.BytesIO(b"one\n\nsilence\n"), out, as_lines=True)
    answers = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [answer["request"] for answer in answers] == ["one", "", "silence"]
    assert answers[2]["text"] == ""
