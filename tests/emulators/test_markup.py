"""The platform's dialect of HTML."""

import pytest

from tests.emulators.telegram.errors import ApiError
from tests.emulators.telegram.markup import find_entities, format_text, parse_html

pytestmark = pytest.mark.asyncio


class TestMarkup:
    """The HTML dialect."""

    async def test_refuses(self, subtests: pytest.Subtests) -> None:
        for source, reason in [
            ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
            ("x</b>", "Unexpected end tag at byte offset 1"),
            ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
            ("é<p>x</p>", 'Unsupported start tag "p" at byte offset 2'),
            ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
            ("1 <2", "Unclosed start tag at byte offset 2"),
            ("x <", "Unclosed start tag at byte offset 2"),
            ("<a href='x", "Unclosed start tag at byte offset 0"),
            ("<b>x</b", "Unclosed end tag at byte offset 4"),
            ("<span class='red'>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
            ("<a ='x'>x</a>", 'Empty attribute name in the tag "a" at byte offset 0'),
            ("<a href=a/b>x</a>", "Unexpected end of name token at byte offset 8"),
        ]:
            with subtests.test(source=source):
                with pytest.raises(ApiError) as caught:
                    parse_html(source)
                assert caught.value.description == f"Bad Request: can't parse entities: {reason}"

    async def test_reads(self, subtests: pytest.Subtests) -> None:
        for source, text, entities in [
            ("&lt;b&gt; &amp; &quot;&#33;&#x21; &nbsp; & x", '<b> & "!! &nbsp; & x', []),
            ("<B>x</b>", "x", [("bold", 0, 1)]),
            ("🎄<u>é<s>x</s></u>", "🎄éx", [("strikethrough", 3, 1), ("underline", 2, 2)]),
            ("<tg-spoiler>x</tg-spoiler>", "x", [("spoiler", 0, 1)]),
            ('<span class="tg-spoiler">x</span>', "x", [("spoiler", 0, 1)]),
            ("<blockquote expandable>x</blockquote>", "x", [("expandable_blockquote", 0, 1)]),
            ("<blockquote>x</blockquote>", "x", [("blockquote", 0, 1)]),
            ('<pre><code class="language-py">x</code></pre>', "x", [("pre", 0, 1)]),
            ('<a href="https://a.b/?x=1&amp;y=2">x</a>', "x", [("text_link", 0, 1)]),
            ("<i></i>x", "x", []),
        ]:
            with subtests.test(source=source):
                parsed = parse_html(source)
                assert parsed.text == text
                assert [(e["type"], e["offset"], e["length"]) for e in parsed.entities] == entities

    async def test_links(self) -> None:
        parsed = parse_html('<a href="https://a.b?x=1&amp;y=2">x</a><a href="F7">y</a><a>a.b</a>')
        assert [e["url"] for e in parsed.entities] == ["https://a.b?x=1&y=2", "http://a.b/"]
        assert parsed.dropped_links == ["F7"]

    async def test_trims_and_finds(self) -> None:
        formatted = format_text(parse_html("\n <b> x /who</b> <code>/not</code>\n"))
        assert formatted.text == "x /who /not"
        kinds = [(e["type"], e["offset"], e["length"]) for e in formatted.entities]
        assert kinds == [("bold", 0, 6), ("bot_command", 2, 4), ("code", 7, 4)]
        assert find_entities("mail a@b.org, 1/2, /who/ and #1") == []
