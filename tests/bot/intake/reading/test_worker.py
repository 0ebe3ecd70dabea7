"""What a worker answers, asked within this process: where it runs by itself nothing of it is measured."""

from __future__ import annotations

import pytest

from bot.intake.reading.refusals import Why
from bot.intake.reading.worker import answered
from tests.bot.intake.reading.test_reader import PARAGRAPHS, html, no_pages, pdf

SIGNS = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


def asked(content: bytes, media: str, charset: str | None = None) -> dict[str, object]:
    return answered(content, {"media": media, "url": "https://courier.example/x", "charset": charset})


def test_a_page_a_text_and_a_pdf_are_told_with_their_paragraphs(subtests: pytest.Subtests) -> None:
    page = asked(html(*PARAGRAPHS), "text/html")
    assert (page["text"], page["title"]) == ("\n\n".join(PARAGRAPHS), "Gate was closed, says harbour master")
    assert (page["publisher"], page["published"], page["language"]) == ("The Courier", "2026-11-24", "en")
    for name, content, media in [
        ("a text", "\n\n".join(PARAGRAPHS).encode(), "text/plain"),
        ("a text with a mark", "\n\n".join(PARAGRAPHS).encode("utf-16"), "text/plain"),
        ("a PDF, whatever it is called", pdf(*PARAGRAPHS[::3]), "text/html"),
    ]:
        with subtests.test(name):
            text = str(asked(content, media)["text"])
            assert PARAGRAPHS[0] in text and PARAGRAPHS[3] in text


def test_bytes_of_no_known_encoding_are_read_as_browsers_do() -> None:
    told = "Der Hafenmeister bestritt, daß das Tor während des Sturms offen war.".encode("cp1252")
    for charset in (None, "latin-1", "no such encoding"):
        assert "während" in str(asked(told, "text/plain", charset)["text"])


def test_a_word_that_is_parted_at_the_end_of_a_line_is_one_word() -> None:
    lines = (
        "He said that the gate had been depor-",
        "ted by the storm.",
        "He added that nobody had seen it.",
    )
    assert "depor\u00adted by the storm" in str(asked(pdf(*lines), "application/pdf")["text"])


def test_what_holds_no_article_says_why(subtests: pytest.Subtests) -> None:
    waiting = '<script type="application/ld+json">[{"a": {"isAccessibleForFree": false}}]</script>'
    broken = '<script type="application/ld+json">{</script>'
    for name, content, media, why in [
        ("a stub", html(PARAGRAPHS[0], head=waiting), "text/html", Why.PAYWALL),
        ("a teaser", html("Read on.", head=broken), "text/html", Why.NO_TEXT),
        ("no PDF", b"hello", "application/pdf", Why.DAMAGED),
        ("a broken PDF", b"%PDF-1.4\nhello", "application/pdf", Why.DAMAGED),
        ("an encrypted PDF", pdf(PARAGRAPHS[0], password="x"), "application/pdf", Why.ENCRYPTED),
        ("a PDF without a text", pdf(), "application/pdf", Why.SCANNED),
        ("a PDF of no page", no_pages(), "application/pdf", Why.EMPTY),
        ("white space", b"\xef\xbb\xbf \n", "text/plain", Why.EMPTY),
        ("nothing", b"", "application/pdf", Why.EMPTY),
        ("a picture", SIGNS, "text/plain", Why.NOT_TEXT),
        ("signs alone", b"*** ---", "text/plain", Why.NO_WORDS),
        ("a long text", b"word " * 500_000, "text/plain", Why.TOO_LONG),
    ]:
        with subtests.test(name):
            assert asked(content, media) == {"refused": why}
