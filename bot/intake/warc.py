"""A page as it was fetched, as a WARC file: the format of web archives (ISO 28500), which many programs read.

The body is kept as it was sent; only the chunks that it came in are put together, and the header that told
of them is left out. A file that was handed over has no headers: it is a record of the kind `resource`.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from io import BytesIO
from typing import Any

from bot.intake.article import Article
from bot.intake.fetching.fetcher import Fetched
from bot.intake.reading.refusals import Why, unreadable
from storage.domain.clock import moment_text
from storage.snapshots.rows import Page

_LEFT_OUT = frozenset({"transfer-encoding", "connection"})


def page_of(fetched: Fetched, article: Article) -> Page:
    """Return a page that was fetched, as it is kept. Raises Unreadable where the extra is not installed."""
    http = [(name, value) for name, value in fetched.headers if name.lower() not in _LEFT_OUT]
    status = f"{fetched.status} {fetched.reason}".strip()
    warc = _written(fetched.url, fetched.at, fetched.sent, response=(status, http))
    return _page(fetched.at, fetched.url, fetched.media, fetched.body, warc, article)


def page_of_file(content: bytes, media: str, at: datetime, article: Article) -> Page:
    """Return a file or a text that was handed over, as it is kept; its address is its digest."""
    address = article.url or f"urn:sha256:{sha256(content).hexdigest()}"
    return _page(at, address, media, content, _written(address, at, content, media=media), article)


def _page(at: datetime, address: str, media: str, body: bytes, warc: bytes, article: Article) -> Page:
    return Page(
        at=moment_text(at),
        address=address,
        media=media,
        size=len(body),
        digest=sha256(body).hexdigest(),
        warc=warc,
        paragraphs=article.paragraphs,
    )


def _written(
    address: str,
    at: datetime,
    sent: bytes,
    *,
    response: tuple[str, list[tuple[str, str]]] | None = None,
    media: str | None = None,
) -> bytes:
    try:
        from warcio.statusandheaders import StatusAndHeaders
        from warcio.warcwriter import WARCWriter
    except ImportError as error:
        raise unreadable(Why.NOT_INSTALLED) from error
    out = BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version="WARC/1.1")
    known: dict[str, Any] = {
        "warc_headers_dict": {
            "WARC-Date": moment_text(at),
            "WARC-Payload-Digest": f"sha256:{sha256(sent).hexdigest()}",
        },
        "length": len(sent),
    }
    if response is not None:
        known["http_headers"] = StatusAndHeaders(*response, protocol="HTTP/1.1")
    if media is not None:
        known["warc_content_type"] = media
    kind = "response" if response is not None else "resource"
    writer.write_record(writer.create_warc_record(address, kind, payload=BytesIO(sent), **known))
    return out.getvalue()
