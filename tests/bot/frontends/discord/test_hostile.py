"""Whatever the text: Discord's embeds fit every limit, take nothing of it for a mark, and lose nothing."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.frontends.discord.render import Piece, clean, escape, render
from bot.replies import Block, Citation, Heading, Item, Line, Note, Reply
from tests.bot.frontends.discord.discord_markdown import read
from tests.bot.frontends.discord.discord_messages import Seen, check_limits
from tests.bot.hostile import FORGED, STRANGE
from tests.conftest import examples

# What Discord takes for more than its characters.
ACTIVE = [
    "**b**",
    "*i*",
    "_i_",
    "__u__",
    "***bi***",
    "~~s~~",
    "||spoiler||",
    "`code`",
    "``code``",
    "```py\ncode\n```",
    "# one",
    "  ## two",
    "text\n### three",
    "-# small",
    "- bullet",
    "* bullet",
    "+ bullet",
    " 1. one",
    "text\n20) two",
    "> quote",
    ">>> quote\nto the end",
    "[text](https://evil.example)",
    "[**text**](https://evil.example)",
    "[a [b] c](<https://evil.example>)",
    "[x](http://evil.example 'title')",
    "https://evil.example/a_b_c",
    "HTTP://EVIL.example",
    "discord://-/invite/x",
    "steam://run",
    "www.evil.example",
    "<https://evil.example>",
    "<blah:/x>",
    "<mailto:a@b.example>",
    "<a@b.example>",
    "<+12 345>",
    "@everyone",
    "@here",
    "<@1>",
    "<@!1>",
    "<@&1>",
    "<#1>",
    "</cmd:1>",
    "</cmd sub:1>",
    "<id:customize>",
    "<t:1700000000>",
    "<t:1700000000:R>",
    "<:a:1>",
    "<a:a:1>",
    ":smile:",
    ":+1::skin-tone-2:",
]
# What is close to it, or has to be mended.
NEARLY = [
    "[](https://evil.example)",
    "[[[",
    "]]]",
    "](https://evil.example)",
    "](<https://evil.example>)",
    "¯\\_(ツ)_/¯",
    "\\",
    "\\\\",
    "\\*not\\*",
    "\\<@1>",
    "x\\",
    "\u202eevil\u202c",
    "\u2066evil\u2069",
    "a\u2028b",
    "a\r\nb\rc",
]
# A reply takes no halves of surrogate pairs; `escape` does, for what does not come as a reply.
HOSTILE = [text for text in (*ACTIVE, *NEARLY, *STRANGE, *FORGED) if not re.search("[\ud800-\udfff]", text)]


def solid(text: str) -> str:
    return "".join(clean(text).split())


signs = st.one_of(
    st.characters(exclude_categories=["Cs", "Cc"]),
    st.sampled_from("\\*_~|`[]()<>#-+.:/@&!1 \n🎈👨‍👩‍👧e\u0301שלום"),
)
short = st.one_of(
    st.text(signs, min_size=1, max_size=30), st.sampled_from([text for text in HOSTILE if len(text) < 200])
).filter(solid)
long = st.builds(lambda text, times: (text * times)[:6000], short, st.integers(1, 900))
words = st.one_of(short, st.builds("{} {}".format, short, short), long)
urls = st.one_of(
    st.none(),
    st.sampled_from(
        [
            "https://example.org/a?b=1&c=<2>",
            "http://www.x.org",
            "https://example.org/a_(b)",
            "javascript:alert(1)",
        ]
    ),
    st.text(signs, max_size=20).map(lambda tail: f"https://example.org/{tail}"),
    st.just("https://example.org/" + "x" * 5000),
)
ENTRIES: dict[int, tuple[str, str | None]] = {
    1: ("Article of 4 January 2024, publisher [not] named", None),
    2: ("The *Kyiv* [Independent](https://evil.example) & others", "https://example.org/a?b=1&c=2"),
    3: ("long " * 700, "https://example.org/" + "y" * 400),
    4: ("x" * 4500, "ftp://example.org"),
    5: ("@everyone\n# <@1> ", "https://x.org"),
    6: ("The Kyiv Independent's report, 4 January 2024", "https://www.x.org/report"),
}
HOSTS = ("example.org", "x.org")


@st.composite
def citations(draw: st.DrawFn) -> Citation:
    source = draw(st.integers(1, len(ENTRIES)))
    entry, url = ENTRIES[source]
    return Citation(source=source, entry=entry, url=url, locator=draw(st.one_of(st.none(), short)))


lines = st.builds(
    Line,
    text=words,
    citations=st.lists(citations(), min_size=1, max_size=3).map(tuple),
    fact=st.one_of(st.none(), st.integers(1, 10**6)),
    label=st.one_of(st.none(), words),
    mark=st.one_of(st.none(), words),
    nested=st.booleans(),
    former=st.booleans(),
)
blocks: st.SearchStrategy[Block] = st.one_of(
    st.builds(Heading, text=words, level=st.integers(1, 2)),
    st.builds(Note, text=words),
    st.builds(Item, label=words, text=st.one_of(st.just(""), words), url=urls),
    lines,
)
replies = st.builds(Reply, blocks=st.lists(blocks, min_size=1, max_size=12).map(tuple))


def name_of(line: Line, above: Block | None) -> str:
    """Return the id that a line shows: none where it goes on with the fact of the line above."""
    again = isinstance(above, Line) and above.fact == line.fact
    return "" if line.fact is None or again else f"F{line.fact}"


def shown_texts(reply: Reply) -> list[str]:
    """Return every text of a reply that a reader must see, in order."""
    found: list[str] = []
    for above, block in zip((None, *reply.blocks), reply.blocks, strict=False):
        match block:
            case Item():
                found += [block.label, block.text]
            case Line():
                found += [block.label or "", block.text, reply.marks(block)]
                found += [name_of(block, above), block.mark or ""]
            case _:
                found.append(block.text)
    for cited in reply.sources:
        found += [f"[{cited.number}]", cited.shown]
    return found


def bold_texts(reply: Reply, pieces: list[Piece]) -> list[str]:
    """Return what stands in bold, in order: not the title, and no label that is a link."""
    found: list[str] = []
    for number, (above, block) in enumerate(zip((None, *reply.blocks), reply.blocks, strict=False)):
        match block:
            case Heading() if number or pieces[0].embeds[0].title is None:
                found.append(block.text)
            case Item() if block.text or block.url is None:
                found.append(block.label)
            case Line():
                found.append(name_of(block, above))
    return found


@pytest.mark.at_length
@settings(max_examples=examples(300), deadline=None)
@given(replies)
# A link's text that would need a backslash once it is cut.
@example(Reply(blocks=(Item(label="0 >0 " * 900, text="", url="https://x.org"),)))
@example(Reply(blocks=(Item(label="w " * 1900, text="0 >0 " * 100, url="https://x.org"),)))
def test_pieces_fit_are_well_formed_and_lose_nothing(reply: Reply) -> None:
    pieces = render(reply)
    check_limits(pieces)
    seen = Seen(pieces)
    rest = solid(seen.text)
    for text in filter(None, shown_texts(reply)):
        before, found, rest = rest.partition(solid(text))
        assert found == solid(text)
        assert re.fullmatch(f"(—({'|'.join(HOSTS)}))?[:—↳]*(Sources)?", before), (
            f"{before!r} is nobody's text"
        )
    assert rest.removeprefix("—") in ("", *HOSTS)
    assert solid(seen.bold) == "".join(map(solid, bold_texts(reply, pieces)))
    assert seen.small == len(reply.sources)
    marks = [block.mark or "" for block in reply.blocks if isinstance(block, Line)]
    assert solid(seen.italic) == "".join(map(solid, marks))
    assert all(re.match(r"https?://(www\.)?(example|x)\.org(/|$)", url) for _, url in seen.links)


def test_whatever_is_thrown_at_it_stands_as_it_is_everywhere(subtests: pytest.Subtests) -> None:
    for text in HOSTILE:
        with subtests.test(text=ascii(text[:20])):
            cited = (Citation(source=1, entry=text or "-", url="https://x.org", locator=text),)
            reply = Reply(
                blocks=(
                    Heading(text=text, level=1),
                    Note(text=text),
                    Heading(text=text),
                    Item(label=text, text=text, url="https://x.org"),
                    Item(label=text, text="", url="https://x.org"),
                    Line(text=text, citations=cited, label=text, mark=text),
                )
            )
            pieces = render(reply)
            check_limits(pieces)
            seen = Seen(pieces)
            assert solid(seen.text).count(solid(text)) >= 9
            assert {url for _, url in seen.links} == {"https://x.org"}
            assert solid(read(escape(text)).text) == solid(text)


def test_the_reader_knows_what_is_active(subtests: pytest.Subtests) -> None:
    for text in ACTIVE:
        with subtests.test(text=text):
            reading = read(text)
            marked = reading.bold or reading.italic or reading.struck or reading.small
            assert marked or reading.links or reading.others


@given(st.text(signs))
@example("1.")
@example("a\n - b\n* c")
def test_escaped_text_reads_as_it_was(text: str) -> None:
    reading = read(escape(text))
    assert reading.text == clean(text)
    assert not (reading.bold or reading.italic or reading.links or reading.small or reading.others)


@given(st.text(st.characters(exclude_categories=["Cs"])))
@example("\x00<\U0001f388>\x1b[31m\ufffe")
def test_any_text_at_all_can_be_shown(text: str) -> None:
    blocks = (Heading(text=text or "-", level=1), Note(text=text or "-"), Item(label=text or "-", text=text))
    for several in (blocks[:1], blocks[1:2], blocks[2:], blocks):
        check_limits(render(Reply(blocks=several)))
