"""Replies as Discord embeds: what they read like, and how they are split."""

import discord
import pytest

from bot.frontends.discord.render import Piece, escape, render
from bot.replies import Citation, Heading, Item, Line, Mark, Note, Reply
from tests.bot.frontends.discord.discord_markdown import read


def test_no_more_is_escaped_than_needs_be(subtests: pytest.Subtests) -> None:
    for text, escaped in [
        ("18 July, 10:30. It's “so” (see ¶2): 5% - 7", "18 July, 10:30. It's “so” (see ¶2): 5% - 7"),
        ("/who [name] >8", "/who [name] >8"),
        ("a-b, #tag, x > y, 1.5, a@b.org", "a-b, #tag, x > y, 1.5, a@b.org"),
        ("-5 degrees\n1.5 million\n2024", "-5 degrees\n1.5 million\n2024"),
        ("https://x.org", r"https:\//x.org"),
        ("www.x.org", r"www\.x.org"),
        ("[a](b)", r"[a]\(b)"),
        ("<t:1> @here", r"\<t:1> \@here"),
        ("1. a\n - b\n# c\n> d", "1\\. a\n \\- b\n\\# c\n\\> d"),
        ("\u202ea\r\nb\x07\u2028c\ud800", "a\nb\nc\ufffd"),
    ]:
        with subtests.test(text=text):
            assert escape(text) == escaped


ENTRIES: dict[int, tuple[str, str | None]] = {
    1: ("Article of 4 January 2024, publisher [not] named", None),
    2: ("The Kyiv Independent's report, 4 January 2024", "https://www.x.org/report"),
    3: ("long " * 700, "https://example.org/" + "y" * 400),
}


def line(number: int, text: str = "Lukashenko denied it", source: int = 1, **more: object) -> Line:
    entry, url = ENTRIES[source]
    cited = (Citation(source=source, entry=entry, url=url, locator="¶2"),)
    return Line.model_validate({"text": text, "citations": cited, "fact": number, **more})


def only(pieces: list[Piece]) -> discord.Embed:
    (piece,) = pieces
    (embed,) = piece.embeds
    return embed


def test_what_reads_so_no_longer_is_struck_through() -> None:
    reply = Reply(
        blocks=(line(8, "He ~~never~~ denied *it*", former=True, label="was"), line(8, "He denied it"))
    )
    first, second = only(render(reply)).description.split("\n")
    assert first == r"was: ~~He \~\~never\~\~ denied \*it\*~~ [1 ¶2] **F8**"
    assert second == "He denied it [1 ¶2]"
    ending = Reply(blocks=(line(8, "About 300 ~", former=True), line(9, "~~", former=True)))
    shown = read(only(render(ending)).description or "")
    assert (shown.text, shown.others) == ("About 300 ~ [1 ¶2] F8\n\n~~ [1 ¶2] F9", [])
    assert shown.struck == ["About 300"]


def test_marked_words_are_shown_in_discords_own_form() -> None:
    marks = (
        Mark(words="2026-11-24 12:00 UTC", moment="2026-11-24T12:00:00.000000Z"),
        Mark(words="discord:55", address="discord:55"),
        Mark(words="@ann", address="discord:7"),
        Mark(words="discord:#9", address="discord:#9"),
        Mark(words="telegram:3", address="telegram:3"),
        Mark(words="not there", address="discord:1"),
    )
    text = "2026-11-24 12:00 UTC @annie, @ann: discord:55, telegram:3, discord:#9: “discord:55 <@1> *x*”"
    reply = Reply(
        blocks=(
            Item(label="#3", text=text, marks=marks),
            Item(label="Sent 2026-11-24 12:00 UTC", text="x", marks=marks),
            Note(text="Until 2026-11-24 12:00 UTC, @ann", marks=marks),
            Note(text="Until 2026-11-24 12:00 UTC, @ann"),
        )
    )
    assert only(render(reply)).description == (
        r"**\#3** — <t:1795521600:f> @annie, <@7>: <@55>, telegram:3, <#9>: “discord:55 \<@1> \*x\*”"
        "\n**Sent** <t:1795521600:f> — x"
        "\n\nUntil <t:1795521600:f>, <@7>"
        "\nUntil 2026-11-24 12:00 UTC, @ann"
    )


def test_a_reply_reads_like_this() -> None:
    reply = Reply(
        blocks=(
            Heading(text="Dmytro *Lubinets*", level=1),
            Note(text="On the record as saying"),
            line(8, label="18 July (year not given)", mark="disputed"),
            line(9, "supported by PACE", source=2, nested=True),
            Heading(text="More"),
            Item(label="/who [name]", text="who said what"),
            Item(label="S2", text="Kyiv Independent", url="https://x.org/?a=1&b=(2)"),
            Item(label="S3", text="", url="https://x.org"),
            Item(label="S4", text="by a_b", url="https://www.x.org"),
            Note(text="That is all."),
        )
    )
    embed = only(render(reply))
    assert embed.title == r"Dmytro \*Lubinets\*"
    assert embed.description == (
        "On the record as saying\n"
        "18 July (year not given): Lukashenko denied it [1 ¶2] **F8** — *disputed*\n"
        "   ↳ supported by PACE [2 ¶2] **F9**\n"
        "\n"
        "**More**\n"
        "**/who [name]** — who said what\n"
        "**S2** — [Kyiv Independent](<https://x.org/?a=1&b=%282%29>)\n"
        "[S3](<https://x.org>)\n"
        "**S4** — by a\\_b — [x.org](<https://www.x.org>)\n"
        "\n"
        "That is all."
    )
    (sources,) = embed.fields
    assert sources.name == "Sources"
    assert sources.value == (
        "-# [1] Article of 4 January 2024, publisher [not] named\n"
        "-# [2] [The Kyiv Independent's report, 4 January 2024](<https://www.x.org/report>)"
    )


def test_a_title_that_is_too_long_goes_into_the_text() -> None:
    assert only(render(Reply(blocks=(Heading(text="*" * 128, level=1),)))).title == r"\*" * 128
    embed = only(render(Reply(blocks=(Heading(text="*" * 129, level=1),))))
    assert embed.title is None
    assert embed.description == "**" + r"\*" * 129 + "**"
    assert (
        only(render(Reply(blocks=(Note(text="a"), Heading(text="b", level=1))))).description == "a\n\n**b**"
    )


def test_split_between_blocks_with_the_heading_kept_to_what_it_heads() -> None:
    text = "word " * 120
    before = [line(number, text) for number in range(6)]
    after = [line(number, text) for number in range(6, 14)]
    headings = (Heading(text="x" * 200), Heading(text="y" * 200))
    pieces = render(Reply(blocks=(*before, *headings, *after)))
    first, second, third = [embed for piece in pieces for embed in piece.embeds]
    assert first.description.count("[1 ¶2]") == 6
    assert second.description.startswith("**xxx")
    assert second.description.count("[1 ¶2]") == 5
    assert third.description.count("[1 ¶2]") == 3
    assert [field.name for embed in (first, second, third) for field in embed.fields] == ["Sources"]
    assert third.fields


def test_sources_that_do_not_fit_a_field_stand_in_an_embed_of_their_own() -> None:
    ((first, second),) = (piece.embeds for piece in render(Reply(blocks=(line(1, source=3),))))
    assert not first.fields
    assert second.title == "Sources"
    assert second.description.startswith("-# [1] long long")
    assert second.description.endswith(" long — [example.org](<https://example.org/" + "y" * 400 + ">)")


def test_messages_are_as_full_as_can_be() -> None:
    pieces = render(Reply(blocks=tuple(Note(text="w" * 3000) for _ in range(5))))
    assert [len(piece.embeds) for piece in pieces] == [2, 2, 1]


def test_a_long_block_is_cut_between_words() -> None:
    pieces = render(Reply(blocks=(Note(text="<&> " * 3000),)))
    texts = [embed.description for piece in pieces for embed in piece.embeds]
    assert len(texts) > 3
    assert all(text.startswith(r"\<") and text.rstrip().endswith(">") for text in texts)


def test_an_emoji_is_not_torn() -> None:
    family = "👨‍👩‍👧‍👦"
    pieces = render(Reply(blocks=(Note(text=family * 1000),)))
    texts = [embed.description for piece in pieces for embed in piece.embeds]
    assert len(texts) > 1
    assert all(text == family * text.count(family) for text in texts)


def test_white_space_alone_is_no_message() -> None:
    for text in (" \n ", " " * 9000, "\x00", "\u202e", "\ufeff"):
        assert only(render(Reply(blocks=(Note(text=text),)))).description == "…"
        assert only(render(Reply(blocks=(Heading(text=text, level=1),)))).description == "…"
    pieces = render(Reply(blocks=(Note(text="a" + " " * 9000 + "b"),)))
    assert [embed.description.strip() for piece in pieces for embed in piece.embeds] == ["a", "b"]


def test_only_web_addresses_are_linked(subtests: pytest.Subtests) -> None:
    for url in [
        "javascript:alert(1)",
        "discord://x",
        "https://",
        "http://[",
        "https://a b",
        'https://a"\n',
        "https://x.org\\@evil.example",
        "//x.org",
        "https://*x*",
        "https://x.org/" + "y" * 512,
    ]:
        with subtests.test(url=url):
            assert (
                only(render(Reply(blocks=(Item(label="S1", text="text", url=url),)))).description
                == "**S1** — text"
            )
