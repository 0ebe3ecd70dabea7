"""Articles read from pages, texts and PDFs; and a clear answer where there is none."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from io import BytesIO

import pytest

from bot.intake.reading import reader
from bot.intake.reading.reader import read_article, read_file
from bot.intake.reading.refusals import Unreadable, Why

pytest.importorskip("trafilatura")
pypdf = pytest.importorskip("pypdf")

PARAGRAPHS = (
    "The harbour master of Port Elin denied on Tuesday that the flood gate had been left open at night.",
    "“We closed it at nine in the evening, and nobody has touched it since,” Marta Reyes told the council.",
    "The fishermen's union said that at least 40 boats were lost, and that no warning had been given.",
    "A report by the coast guard, which is not published, is said to put the number of boats at 31.",
)
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>Gate was closed | The Courier</title>
<meta property="og:site_name" content="The Courier">
<meta property="og:title" content="Gate was closed, says harbour master">
<meta property="og:type" content="article"><meta name="author" content="Ines Vidal">
<meta property="article:published_time" content="2026-11-24T08:30:00+00:00">
<link rel="canonical" href="https://courier.example/2026/gate">
<script>alert("<p>never read</p>")</script></head>
<body><nav><ul><li><a href="/">Home</a></li><li><a href="/sport">Sport</a></li></ul></nav>
<article><h1>Gate was closed, says harbour master</h1>{body}</article>
<footer>All rights reserved. <a href="/terms">Terms</a></footer></body></html>"""


def html(*paragraphs: str, head: str = "") -> bytes:
    body = "".join(f"<p>{each}</p>" for each in paragraphs)
    return PAGE.replace("{body}", body).replace("</head>", f"{head}</head>").encode()


def pdf(*lines: str, password: str | None = None) -> bytes:
    """Return a PDF of one page with lines of text, written by hand: pypdf writes no text."""
    shown = "".join(f"({line}) Tj T* " for line in lines)
    stream = f"BT /F1 11 Tf 14 TL 40 780 Td {shown}ET".encode("cp1252")
    parts = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources 6 0 R >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Font << /F1 5 0 R >> >>",
    )
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, part)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, table)
    if password is None:
        return bytes(out)
    writer = pypdf.PdfWriter(clone_from=BytesIO(out))
    writer.encrypt(password, algorithm="RC4-128")
    locked = BytesIO()
    writer.write(locked)
    return locked.getvalue()


def no_pages() -> bytes:
    """Return a PDF of no page."""
    out = BytesIO()
    pypdf.PdfWriter().write(out)
    return out.getvalue()


async def why(content: bytes, media: str = "text/html", **told) -> Why:
    with pytest.raises(Unreadable) as refused:
        await read_article(content, media=media, **told)
    assert refused.value.text
    return refused.value.why


async def test_a_page_is_read_with_what_it_says_of_itself():
    article = await read_article(html(*PARAGRAPHS), media="text/html", url="https://courier.example/x?id=1")
    assert article.paragraphs == PARAGRAPHS
    assert article.title == "Gate was closed, says harbour master"
    assert (article.publisher, article.author) == ("The Courier", "Ines Vidal")
    assert (article.language, article.published) == ("en", "2026-11-24")
    assert article.url == "https://courier.example/2026/gate"


async def test_a_page_that_tells_no_date_has_none():
    page = html(*PARAGRAPHS).replace(b"article:published_time", b"x").replace(b"2026", b"news")
    article = await read_article(page + b"<p>Copyright 2019", media="text/html")
    assert article.published is None


async def test_pages_in_other_encodings_are_read(subtests):
    text = html(
        "Der Hafenmeister bestritt, daß das Tor während des Sturms geöffnet war – „es war zu“, sagte er.",
        *PARAGRAPHS,
    )
    told = text.decode()
    for name, content, charset in (
        ("told by the server", told.replace("utf-8", "x").encode("cp1252"), "windows-1252"),
        ("named in the page", told.replace("utf-8", "windows-1252").encode("cp1252"), None),
        ("by its mark", told.encode("utf-16"), None),
        ("not told", told.replace('charset="utf-8"', "").encode("cp1252"), None),
    ):
        with subtests.test(name):
            article = await read_article(content, media="text/html", charset=charset)
            assert "während des Sturms geöffnet war – „es war zu“" in article.paragraphs[0]


async def test_a_text_keeps_its_paragraphs_and_where_they_stand():
    text = (
        "Gate was closed\n\n" + "\n\n".join(each.replace(" the ", "\nthe ", 1) for each in PARAGRAPHS) + "\n"
    )
    article = await read_article(text.encode())
    assert article.title == "Gate was closed" and article.paragraphs == PARAGRAPHS and article.text == text
    bare = await read_article("\r\n".join(PARAGRAPHS).encode("utf-8-sig"))
    assert bare.paragraphs == PARAGRAPHS and bare.title is None


async def test_a_pdf_is_put_together_from_its_lines(tmp_path):
    path = tmp_path / "report.PDF"
    path.write_bytes(
        pdf("The harbour master of Port Elin denied on Tuesday that the gate had been depor-",
            "ted by the storm.",
            "He added that nobody had touched the gate since nine in the evening of the day be-", "fore.")
    )  # fmt: skip
    article = await read_file(path)
    assert [each.replace("\u00ad", "") for each in article.paragraphs] == [
        "The harbour master of Port Elin denied on Tuesday that the gate had been deported by the storm.",
        "He added that nobody had touched the gate since nine in the evening of the day before.",
    ]


async def test_what_holds_no_article_is_told_as_such(subtests, tmp_path):
    stub = (
        '<script type="application/ld+json">{"@graph":[{"isAccessibleForFree":"False","x":"<b>"}]}</script>'
    )
    cases = {
        "nothing": (b"", "text/plain", Why.EMPTY),
        "no page": (b"", "text/html", Why.EMPTY),
        "no PDF at all": (b"", "application/pdf", Why.EMPTY),
        "white space": (b" \n\t ", "text/plain", Why.EMPTY),
        "a mark of the encoding": (b"\xef\xbb\xbf\r\n", "text/plain", Why.EMPTY),
        "the same of UTF-16": (b"\xff\xfe", "text/html", Why.EMPTY),
        "signs alone": (b"*** --- ...", "text/plain", Why.NO_WORDS),
        "no text": (b"<html><body><div id=root></div><script>x()</script>", "text/html", Why.NO_ARTICLE),
        "a stub": (html(PARAGRAPHS[0], PARAGRAPHS[1], head=stub), "text/html", Why.PAYWALL),
        "a teaser": (html("Subscribe to read on."), "text/html", Why.NO_ARTICLE),
        "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "text/plain", Why.NOT_TEXT),
        "a picture as a page": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "text/html", Why.NOT_TEXT),
        "no PDF": (b"hello", "application/pdf", Why.DAMAGED),
        "a broken PDF": (b"%PDF-1.4\nhello", "application/pdf", Why.DAMAGED),
        "an encrypted PDF": (pdf(PARAGRAPHS[0], password="x"), "application/pdf", Why.ENCRYPTED),
        "a PDF of no page": (no_pages(), "application/pdf", Why.EMPTY),
        "a PDF of a page without a text": (pdf(), "application/pdf", Why.SCANNED),
        "a packed file": (b"PK\x03\x04\x14\0\0\0\x08\0word/document.xml", "text/plain", Why.NOT_TEXT),
        "a packed file as a PDF": (b"PK\x03\x04\x14\0\0\0\x08\0", "application/pdf", Why.DAMAGED),
        "a long text": (b"word " * 500_000, "text/plain", Why.TOO_LONG),
        "a larger one": (bytes(10_000_001), "text/plain", Why.TOO_LONG),
    }
    for name, (content, media, expected) in cases.items():
        with subtests.test(name):
            assert await why(content, media) is expected
    scripts = b"<html><body><div id=root></div><script>x()</script>"
    assert await why(scripts, url="https://courier.example/x") is Why.NO_TEXT
    other = tmp_path / "article.docx"
    other.write_bytes(b"PK")
    with pytest.raises(Unreadable):
        await read_file(other)


async def test_html_in_a_text_is_text_and_mixed_marks_stay():
    said = "<b>\"We closed it”, he said</b> & left: 'so “it goes."
    article = await read_article(f"{said}\n\n{PARAGRAPHS[0]}\n".encode())
    assert article.paragraphs[0] == said


async def test_a_worker_that_takes_too_long_is_ended(monkeypatch):
    monkeypatch.setattr(reader, "LONGEST", 0.0)
    assert await why(html(*PARAGRAPHS)) is Why.TOO_HEAVY


def test_a_worker_has_little_memory_and_may_write_no_file(tmp_path):
    greedy = f"""
import bot.intake.reading.worker as worker
worker.bind_this_process(400_000_000)
try:
    bytearray(500_000_000)
except MemoryError:
    print("refused")
open({str(tmp_path / "left")!r}, "wb", buffering=0).write(b"x")
"""
    ran = subprocess.run([sys.executable, "-c", greedy], capture_output=True, text=True, check=False)
    assert ran.stdout == "refused\n" and ran.returncode
    assert (tmp_path / "left").stat().st_size == 0


async def test_a_worker_is_told_no_secret(monkeypatch):
    monkeypatch.setenv("ONRECORD_TELEGRAM__TOKEN", "123:secret")
    given = {}
    start = asyncio.create_subprocess_exec

    async def noting(*command, **options):
        given.update(options["env"])
        return await start(*command, **options)

    monkeypatch.setattr(asyncio, "create_subprocess_exec", noting)
    assert (await read_article(html(*PARAGRAPHS), media="text/html")).paragraphs == PARAGRAPHS
    assert "secret" not in " ".join(given.values()) and "PATH" in (given or os.environ)
