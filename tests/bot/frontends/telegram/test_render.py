"""Replies as Telegram HTML: within the limit, well-formed, and nothing lost."""

from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.frontends.shared.packing import units
from bot.frontends.telegram.render import LIMIT, Keyboard, clean, keyboard, render
from bot.replies import Action, Block, Citation, Heading, Item, Line, Note, Reply
from tests.conftest import examples

TAGS = {"b", "i", "a", "s", "blockquote"}


class Reading(HTMLParser):
    """Read HTML as strictly as Telegram does, and keep what it shows."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=False)
        self.text = ""
        self.links: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert not self.open, f"{self.open} left open"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS
        assert set(dict(attrs)) == {"a": {"href"}, "blockquote": {"expandable"}}.get(tag, set())
        assert tag != "blockquote" or not self.open
        self.links += [value or "" for _, value in attrs if tag == "a"]
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        assert "<" not in data
        assert ">" not in data
        assert "&" not in data
        self.text += data

    def handle_entityref(self, name: str) -> None:
        self.text += {"lt": "<", "gt": ">", "amp": "&"}[name]

    def handle_charref(self, name: str) -> None:
        raise AssertionError(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        raise AssertionError("a comment")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError("a declaration")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError("a declaration")

    def handle_pi(self, data: str) -> None:
        raise AssertionError("an instruction")


def solid(text: str) -> str:
    return "".join(text.split())


signs = st.one_of(
    st.characters(exclude_categories=["Cs", "Cc"]),
    st.sampled_from("<>&\"' \n🎈👨‍👩‍👧e\u0301שלום&amp;</b><a href='x'>"),
)
short = st.text(signs, min_size=1, max_size=30).filter(lambda text: text.strip())
long = st.builds(lambda text, times: text * times, short, st.integers(1, 900)).map(lambda text: text[:6000])
words = st.one_of(short, long)
urls = st.one_of(
    st.none(),
    st.sampled_from(
        ["https://example.org/a?b=1&c=<2>", "http://x.org", "javascript:alert(1)", "http://[", ""]
    ),
    st.text(signs, max_size=20).map(lambda tail: f"https://example.org/{tail}"),
    st.just("https://example.org/" + "x" * 5000),
)


@st.composite
def citations(draw: st.DrawFn) -> Citation:
    source = draw(st.integers(1, 4))
    entry, url = ENTRIES[source]
    return Citation(source=source, entry=entry, url=url, locator=draw(st.one_of(st.none(), short)))


ENTRIES: dict[int, tuple[str, str | None]] = {
    1: ("Article of 4 January 2024, publisher <not> named", None),
    2: ("The Kyiv Independent & others", "https://kyivindependent.com/a?b=1&c=2"),
    3: ("long " * 700, "https://example.org/" + "y" * 900),
    4: ("x" * 4500, "ftp://example.org"),
}
lines = st.builds(
    Line,
    text=words,
    citations=st.lists(citations(), min_size=1, max_size=3).map(tuple),
    fact=st.one_of(st.none(), st.integers(1, 10**6)),
    label=st.one_of(st.none(), short, long),
    mark=st.one_of(st.none(), short, long),
    nested=st.booleans(),
    former=st.booleans(),
)
blocks: st.SearchStrategy[Block] = st.one_of(
    st.builds(Heading, text=words),
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


@pytest.mark.at_length
@settings(max_examples=examples(300), deadline=None)
@given(replies)
def test_pieces_fit_are_well_formed_and_lose_nothing(reply: Reply) -> None:
    pieces = render(reply)
    assert pieces
    seen = ""
    for piece in pieces:
        assert 0 < units(piece.html) <= LIMIT
        reading = Reading(piece.html)
        assert reading.text.strip()
        assert all(link.startswith(("http://", "https://")) for link in reading.links)
        seen += reading.text
    rest = solid(seen)
    for text in filter(None, shown_texts(reply)):
        before, found, rest = rest.partition(solid(clean(text)))
        assert found == solid(clean(text))
        assert len(before) <= len("Sources—↳:"), f"{before!r} is nobody's text"


@given(st.text(st.characters(exclude_categories=["Cs"])))
@example("\x00<\U0001f388>\x1b[31m\ufffe")
def test_any_text_at_all_can_be_shown(text: str) -> None:
    for piece in render(Reply(blocks=(Note(text=text or "-"), Heading(text=text or "-")))):
        piece.html.encode()
        assert "\x00" not in piece.html
        Reading(piece.html)


@given(st.text(signs))
def test_units_are_utf16(text: str) -> None:
    assert units(text) == len(text.encode("utf-16-le")) / 2


def line(number: int, text: str = "Lukashenko denied it", source: int = 1, **more: object) -> Line:
    entry, url = ENTRIES[source]
    cited = (Citation(source=source, entry=entry, url=url, locator="¶2"),)
    return Line.model_validate({"text": text, "citations": cited, "fact": number, **more})


def test_a_reply_reads_like_this() -> None:
    reply = Reply(
        blocks=(
            Heading(text="Dmytro <Lubinets>", level=1),
            Note(text="On the record as saying"),
            line(8, label="18 July (year not given)", mark="disputed"),
            line(9, "supported by PACE", source=2, nested=True),
            Item(label="/who [name]", text="who said what"),
            Item(label="S2", text="Kyiv Independent", url="https://x.org/?a=1&b=2"),
            Item(label="S3", text=""),
        )
    )
    (piece,) = render(reply)
    assert piece.html == (
        "<b>Dmytro &lt;Lubinets&gt;</b>\n"
        "On the record as saying\n"
        "18 July (year not given): Lukashenko denied it [1 ¶2] <b>F8</b> — <i>disputed</i>\n"
        "   ↳ supported by PACE [2 ¶2] <b>F9</b>\n"
        "<b>/who [name]</b> — who said what\n"
        '<b>S2</b> — <a href="https://x.org/?a=1&amp;b=2">Kyiv Independent</a>\n'
        "<b>S3</b>\n\n"
        "<blockquote expandable><b>Sources</b>\n"
        "[1] Article of 4 January 2024, publisher &lt;not&gt; named\n"
        '[2] <a href="https://kyivindependent.com/a?b=1&amp;c=2">The Kyiv Independent &amp; others</a>'
        "</blockquote>"
    )


def test_split_between_blocks_with_the_heading_kept_to_what_it_heads() -> None:
    text = "word " * 120
    before = [line(number, text) for number in range(6)]
    after = [line(number, text) for number in range(6, 14)]
    pieces = render(Reply(blocks=(*before, Heading(text="x" * 200), *after)))
    assert len(pieces) == 3
    assert pieces[0].html.count("[1 ¶2]") == 6
    assert pieces[1].html.startswith("<b>xxx")
    assert pieces[1].html.count("[1 ¶2]") == 6
    assert "Sources" not in pieces[1].html
    assert pieces[2].html.count("[1 ¶2]") == 2
    assert pieces[2].html.count("Sources") == 1


def test_sources_that_do_not_fit_below_go_together() -> None:
    filling = line(1, "w" * (LIMIT - 60))
    first, second = render(Reply(blocks=(filling,)))
    assert "Sources" not in first.html
    assert second.html.startswith("<blockquote expandable><b>Sources</b>\n[1] ")


def test_a_long_block_is_cut_between_words() -> None:
    pieces = render(Reply(blocks=(Note(text="<&> " * 3000),)))
    assert len(pieces) > 3
    assert all(piece.html.strip().endswith("&gt;") for piece in pieces)
    assert all(piece.html.startswith("&lt;") for piece in pieces)


def test_an_emoji_is_not_torn() -> None:
    family = "👨‍👩‍👧‍👦"
    pieces = render(Reply(blocks=(Note(text=family * 1000),)))
    assert len(pieces) > 1
    assert all(piece.html == family * piece.html.count(family) for piece in pieces)


def test_white_space_alone_is_no_message() -> None:
    assert [piece.html for piece in render(Reply(blocks=(Note(text=" \n "),)))] == ["…"]
    assert [piece.html for piece in render(Reply(blocks=(Note(text=" " * 9000),)))] == ["…"]
    pieces = render(Reply(blocks=(Note(text="a" + " " * 9000 + "b"),)))
    assert [piece.html.strip() for piece in pieces] == ["a", "b"]


def test_only_web_addresses_are_linked(subtests: pytest.Subtests) -> None:
    for url in [
        "javascript:alert(1)",
        "tg://x",
        "https://",
        "http://[",
        "https://a b",
        'https://a"\n',
        "//x.org",
    ]:
        with subtests.test(url=url):
            (piece,) = render(Reply(blocks=(Item(label="S1", text="text", url=url),)))
            assert piece.html == "<b>S1</b> — text"


def labels(rows: Keyboard | None) -> list[list[str]]:
    return [[button["text"] for button in row] for row in rows or []]


def test_keyboard() -> None:
    actions = [Action(label=label, command="/x") for label in ("‹ Back", "More ›", "A", "B" * 70, "C", "D")]
    markup = keyboard([(action, "/x") for action in actions])
    assert labels(markup) == [["‹ Back", "More ›"], ["A"], ["B" * 63 + "…"], ["C", "D"]]
    assert keyboard([]) is None


@given(st.lists(st.text(min_size=1, max_size=100), max_size=120))
def test_any_label_makes_a_button(texts: list[str]) -> None:
    actions = [Action(label=text, command="/x") for text in texts]
    shown = labels(keyboard([(action, "/x") for action in actions]))
    assert all(label.strip() and len(label) <= 64 for row in shown for label in row)
    assert all(1 <= len(row) <= 2 for row in shown)
    assert sum(map(len, shown)) == min(len(texts), 100)
