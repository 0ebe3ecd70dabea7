"""Reading a PDF with pypdf, in pure Python: its text line by line, put together into paragraphs.

pdfminer.six finds blocks better and takes ten times as long; PyMuPDF is not free enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO

from bot.intake.article import Article
from bot.intake.reading.pages import NoArticle, joined
from bot.intake.reading.refusals import Why

MOST_PAGES = 200
# A line this much shorter than the longest ones ends a paragraph, if it ends a sentence.
_SHORT = 0.8
_ENDS = (".", "!", "?", "…", "”", '"', "»", "’")
# A word that was parted at the end of a line is joined by a soft hyphen: it may have had one of its own.
_SOFT = "\u00ad"


def read_pdf(content: bytes) -> Article:
    """Return the article in a PDF. Raises NoArticle."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(BytesIO(content))
        if reader.is_encrypted:
            raise NoArticle(Why.ENCRYPTED)
        if not reader.pages:
            raise NoArticle(Why.EMPTY)
        if len(reader.pages) > MOST_PAGES:
            raise NoArticle(Why.TOO_LONG)
        paragraphs = list(_paragraphs(page.extract_text() for page in reader.pages))
        about = reader.metadata
        title, author = (about.title, about.author) if about else (None, None)
    except (PyPdfError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        # pypdf raises what happens to go wrong in what is damaged.
        raise NoArticle(Why.DAMAGED) from error
    if not paragraphs:
        raise NoArticle(Why.SCANNED)
    return Article(*joined(paragraphs), title=_line(title), author=_line(author))


def _paragraphs(pages: Iterable[str]) -> Iterator[str]:
    """Yield the paragraphs of pages; one may go on on the next page."""
    # Fonts may map signs to halves of others, or to nothing.
    sound = (page.encode("utf-8", "replace").decode().replace("\0", "") for page in pages)
    lines = [line.strip() for page in sound for line in page.splitlines()]
    lengths = sorted(len(line) for line in lines if line)
    full = lengths[len(lengths) * 9 // 10] if lengths else 0
    paragraph = ""
    for line in lines:
        if line:
            paragraph = _with(paragraph, line)
        if paragraph and (not line or (len(line) < _SHORT * full and line.endswith(_ENDS))):
            yield paragraph
            paragraph = ""
    if paragraph:
        yield paragraph


def _with(paragraph: str, line: str) -> str:
    if paragraph.endswith("-") and line[0].islower():
        return f"{paragraph[:-1]}{_SOFT}{line}"
    return f"{paragraph} {line}" if paragraph else line


def _line(value: str | None) -> str | None:
    return " ".join((value or "").encode("utf-8", "replace").decode().replace("\0", "").split())[:300] or None
