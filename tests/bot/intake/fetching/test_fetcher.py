"""What a fetch brings, and that no server can make it long, large or strange."""

from __future__ import annotations

import asyncio
import gzip
import time
import zlib

import pytest

from bot.intake.fetching.errors import Unfetchable
from bot.intake.fetching.fetcher import Limits
from bot.intake.fetching.robots import may_poll
from tests.bot.intake.fetching.site import page, redirects, sends, site
from tests.conftest import THEN

BODY = b"<html><p>The gate was left open, the harbour master said.</p></html>"
LIMITS = Limits(size=200_000, seconds=0.6)


async def fetched(answer: bytes, **options):
    async with site(sends(answer)) as running:
        return await running.fetcher(LIMITS).fetch(running.url(), **options)


async def refusal(answer: bytes) -> str:
    with pytest.raises(Unfetchable) as refused:
        await fetched(answer)
    return refused.value.text


async def test_a_page_is_fetched_with_its_headers_and_where_it_was_found():
    async def answer(path, writer):
        moved = page(b"", "Location: news#top", "Set-Cookie: a=b", status="301 Moved")
        writer.write(page(BODY, "X-Seen: yes", kind="Text/HTML; charset=UTF-8") if path == "/news" else moved)

    async with site(answer) as running:
        found = await running.fetcher().fetch(running.url("/old"))
    assert (found.body, found.media, found.charset, found.status) == (BODY, "text/html", "UTF-8", 200)
    assert found.url == running.url("/news") and found.asked == running.url("/old") and found.at == THEN
    assert ("X-Seen", "yes") in found.headers
    assert "cookie" not in running.requests[1][1].lower() and "OnRecord" in running.requests[1][1]


async def test_packed_bodies_are_unpacked_and_kept_as_sent(subtests):
    bare = zlib.compressobj(wbits=-15)
    packed = {
        "gzip": gzip.compress(BODY),
        "x-gzip": gzip.compress(BODY[:20]) + gzip.compress(BODY[20:]) + b"\0\0",
        "deflate": zlib.compress(BODY),
        "Deflate": bare.compress(BODY) + bare.flush(),
    }
    for encoding, sent in packed.items():
        with subtests.test(encoding):
            found = await fetched(page(sent, f"Content-Encoding: {encoding}"))
            assert found.body == BODY and found.sent == sent


async def test_bombs_are_stopped_by_what_they_unpack_to(subtests):
    bomb = gzip.compress(bytes(60_000_000))
    assert len(bomb) < LIMITS.size
    cases = {
        "gzip": (bomb, "larger"),
        "deflate": (zlib.compress(bytes(60_000_000)), "larger"),
        "many parts": (gzip.compress(b"") * 8_000, "damaged"),
        "in each other": (gzip.compress(bomb), "gzip, gzip"),
        "cut off": (gzip.compress(BODY)[:-9], "damaged"),
        "none": (BODY, "damaged"),
    }
    for name, (sent, told) in cases.items():
        encoding = "gzip, gzip" if name == "in each other" else "deflate" if name == "deflate" else "gzip"
        with subtests.test(name):
            began = time.perf_counter()
            assert told in await refusal(page(sent, f"Content-Encoding: {encoding}"))
            assert time.perf_counter() - began < 2
    assert "br" in await refusal(page(BODY, "Content-Encoding: br"))


async def test_a_page_may_not_be_large(subtests):
    large = bytes(LIMITS.size + 1)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n"
    chunk = b"%x\r\n%b\r\n" % (len(large), large)
    cases = {
        "told": head + b"Content-Length: 99999999999\r\n\r\n",
        "sent": head + b"\r\n" + large,
        "in chunks": head + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 3,
    }
    for name, answer in cases.items():
        with subtests.test(name):
            assert "larger" in await refusal(answer)


async def test_a_server_that_trickles_is_given_up_in_time(subtests):
    async def trickle(path, writer):
        head, body = b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
        writer.write(body if path == "/body" else head)
        for _second in range(200):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    async def silent(_path, _writer):
        await asyncio.sleep(5)

    async def around(path, writer):
        await asyncio.sleep(0.25)
        await redirects("/1", 9)(path, writer)

    for name, answer, path in (
        ("body", trickle, "/body"),
        ("header", trickle, "/header"),
        ("silence", silent, "/"),
        ("redirects", around, "/1"),
    ):
        async with site(answer) as running:
            began = time.perf_counter()
            with subtests.test(name), pytest.raises(Unfetchable) as refused:
                await running.fetcher(LIMITS).fetch(running.url(path))
            assert "within" in refused.value.text and time.perf_counter() - began < LIMITS.seconds + 1


async def test_five_redirects_are_followed_and_no_more():
    async def answer(path, writer):
        number = int(path.strip("/"))
        writer.write(page(BODY) if number == 0 else page(b"", f"Location: /{number - 1}", status="307 Go"))

    async with site(answer) as running:
        assert (await running.fetcher().fetch(running.url("/5"))).body == BODY
        with pytest.raises(Unfetchable, match="more than 5 times"):
            await running.fetcher().fetch(running.url("/6"))


async def test_what_is_no_page_is_refused(subtests):
    for kind in (
        "image/png",
        "application/zip",
        "video/mp4",
        "application/json",
        "text/html2",
        "application/octet-stream",
    ):
        with subtests.test(kind):
            assert kind in await refusal(page(BODY, kind=kind))
    assert "octet-stream" in await refusal(page(b"\x7fELF", kind=None))
    assert (await fetched(page(BODY, kind=None))).media == "text/html"
    for status, told in (("403 No", "403"), ("404 None", "no page"), ("500 Oh", "500"), ("206 Part", "206")):
        with subtests.test(status):
            assert told in await refusal(page(BODY, status=status))


async def test_an_empty_page_is_told_as_such(subtests):
    for kind in ("text/html", "application/pdf", "text/plain", None):
        for body in (b"", b" \r\n\t", b"\xef\xbb\xbf\n"):
            with subtests.test(kind=kind, body=body):
                assert "The page is empty" in await refusal(page(body, kind=kind))
    packed = page(gzip.compress(b""), "Content-Encoding: gzip")
    assert "The page is empty" in await refusal(packed)
    # Rules that say nothing allow all.
    assert (await fetched(page(b"", kind="text/plain"), media=None)).body == b""


async def test_what_is_no_http_is_refused(subtests):
    cases = {
        "nothing": b"",
        "noise": bytes(range(256)) * 9,
        "no end": b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 50_000,
        "cut off": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 900\r\n\r\nshort",
        "negative": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: -1\r\n\r\nshort",
        "nowhere": page(b"", "Location: http://[", status="302 Found"),
        "no location": page(b"", status="302 Found"),
    }
    for name, answer in cases.items():
        with subtests.test(name):
            assert await refusal(answer)


async def test_a_feed_that_did_not_change_is_told_as_such():
    found = await fetched(page(b"", status="304 Not Modified"), headers={"If-None-Match": '"a"'})
    assert found.status == 304 and found.body == b""


async def test_robots_txt_decides_about_feeds(subtests):
    rules = b"User-agent: *\nDisallow: /private\n\nUser-agent: OnRecord\nDisallow: /feed.xml\n"
    cases = {
        ("/feed.xml", page(rules, kind="text/plain")): False,
        ("/private", page(rules, kind="text/plain")): True,
        ("/feed.xml", page(b"User-agent: *\nDisallow: /\n", kind="text/plain")): False,
        ("/feed.xml", page(b"<html>no rules here", kind="text/html")): True,
        ("/feed.xml", page(b"\xff\xfe\0\0", kind="application/octet-stream")): True,
        ("/feed.xml", page(b"", status="404 None")): True,
    }
    for (path, answer), allowed in cases.items():
        async with site(sends(answer)) as running:
            with subtests.test(path, answer=answer[:20]):
                assert await may_poll(running.fetcher(), running.url(path)) is allowed
            assert running.requests[0][0] == "/robots.txt"


async def test_a_feed_is_not_polled_where_its_rules_cannot_be_had(subtests):
    later = page(b"", "Retry-After: 600", status="503 Later")
    for answer, told in ((later, "503"), (page(b"", status="429 Later"), "429"), (b"", "broke off")):
        async with site(sends(answer)) as running:
            with subtests.test(told), pytest.raises(Unfetchable, match=told) as refused:
                await may_poll(running.fetcher(), running.url("/feed.xml"))
            assert refused.value.wait == (600 if answer is later else 0)
    async with site(sends(later)) as running:
        for address, told in (
            ("https://", "address"),
            ("ftp://example.org/feed", "http"),
            ("http://10.0.0.1/f", "public"),
        ):
            with subtests.test(address), pytest.raises(Unfetchable, match=told):
                await may_poll(running.fetcher(), address)
