"""Requests that mean harm: hostile hosts and targets, what is no request, ETags of what is gone."""

from __future__ import annotations

import asyncio

from bot.web.app import LONGEST_TARGET
from storage.domain.changes import TakeDown
from storage.domain.models import Ground
from storage.trail.audit import Actor
from tests.bot.web.site import OWNER, Site


async def test_a_host_that_somebody_makes_up_is_on_no_page(site):
    for host in ("evil.example", "evil.example:99", "a b", "[::1", "x" * 300):
        for path in ("/", "/f/F1", "/f/F99", "/s/flood"):
            got = await site.get(
                path, Host=host, X_Forwarded_Host="evil.example", Forwarded="host=evil.example"
            )
            assert got.status in (200, 404), host
            assert "evil" not in got.text and "evil" not in str(got.headers), host


async def test_hostile_targets_and_headers_get_a_clear_answer(site):
    for path in (
        "/f/F1?" + "a" * LONGEST_TARGET,
        "/%00",
        "/s/%2e%2e/x",
        "/s/flood/../../etc",
        "/f/F1%0d%0aX: y",
        "/s/Ü",
        "/s/flood/who?after=%00",
        "/s/flood/who?after=1&after=2&x=<script>",
        "/f/F1?x=" + "%ff" * 20,
    ):
        got = await site.get(path, Accept="x/y;q=nonsense, " * 20, Accept_Language="\u00e9", Cookie="a=b")
        assert got.status in (200, 404), path
        assert "Traceback" not in got.text and "<script>" not in got.text, path


UNREADABLE = (
    b"GET /f/F1?" + b"secretword" * 7_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /f/F1 HTTP/1.1\r\nHost: x\r\nX: " + b"secretword" * 7_000 + b"\r\n\r\n",
    b"GET /f/F1 HTTP/1.1\r\nHost: x\r\n" + b"secretword: a\r\n" * 500 + b"\r\n",
    b"GET /s/secretword\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /s/secretword\xff HTTP/1.1\r\nHost: x\r\n\r\n",
    b"SECRETWORD /f/F1 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /f/F1 HTTP/1.1\r\nHost: secretword\r\nHost: b\r\n\r\n",
    b"GET http://me:secretword@x:99999/f/F1 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"POST /f/F1 HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\nsecretword",
    b"POST /f/F1 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nsecretword",
    b"\x16\x03\x01\x02\x00secretword\r\n\r\n",
)


async def test_what_is_no_request_is_refused_without_a_word_of_it(site, caplog, subtests):
    """Neither the answer nor the log says what was sent, or what serves here; and the server goes on."""
    caplog.set_level("DEBUG")
    for sent in UNREADABLE:
        with subtests.test(sent[:40]):
            reader, writer = await asyncio.open_connection("127.0.0.1", site.client.server.port)
            writer.write(sent)
            said = (await reader.read()).decode()
            writer.close()
            assert said.partition("\r\n")[0].endswith(" 400 Bad Request")
            assert "secretword" not in said.casefold() and "aiohttp" not in said and "Python" not in said
            assert "Content-Security-Policy: default-src 'none'" in said
    assert "secretword" not in caplog.text.casefold() and "Traceback" not in caplog.text
    assert (await site.get("/f/F1")).status == 200


DATA = (
    "/feed.atom", "/feed.json", "/s/flood/feed.atom", "/s/flood/feed.json", "/s/flood/data.jsonld",
    "/f/F2/data.jsonld", "/api/v1/stories", "/api/v1/stories/flood", "/api/v1/stories/flood/sources",
    "/api/v1/stories/flood/names", "/api/v1/facts", "/api/v1/facts?story=flood",
    "/api/v1/facts.csv?story=flood", "/api/v1/facts/F2", "/api/v1/sources/S1", "/api/v1/names/E1",
    "/api/v1/changes?story=flood", "/api/v1/changes",
)  # fmt: skip


async def asked_again(site: Site) -> dict[str, tuple[int, str]]:
    """Ask for all there is, so that it is kept; return what asks for it again by its ETag and moment."""
    site.clock.go_on(seconds=5)
    known = await site.walk(*DATA)
    assert {got.status for got in known.values()} == {200}
    return {
        path: (got.headers["ETag"], got.headers["Last-Modified"])
        for path, got in known.items()
        if "ETag" in got.headers
    }


async def test_what_was_withdrawn_is_gone_though_somebody_has_its_etag(site):
    """No page, feed, table or answer is still there, nor said to be as it was."""
    known = await asked_again(site)
    await site.publish_story(public=False)
    for path, (tag, moment) in known.items():
        for condition in ({"If_None_Match": tag}, {"If_None_Match": "*"}, {"If_Modified_Since": moment}, {}):
            got = await site.get(path, **condition)
            # What tells of all stories is there still, and empty.
            of_all = path in ("/", "/corrections", "/feed.atom", "/feed.json") or path in (
                "/api/v1/stories", "/api/v1/facts", "/api/v1/changes",
            )  # fmt: skip
            if of_all and "*" in condition.values():
                assert got.status == 304
                continue
            assert got.status == (200 if of_all else 410), (path, condition)
            for word in ("rained", "dam holds", "Gauge", "Ann Ray", "The flood"):
                assert word not in got.text, (path, word)


async def test_what_was_taken_down_is_nowhere_though_somebody_has_its_etag(site):
    known = await asked_again(site)
    await site.record.ledger.make(TakeDown(story_id=1, subject="F2", ground=Ground.PRIVACY), by=Actor(OWNER))
    for path, (tag, moment) in known.items():
        for condition in ({"If_None_Match": tag}, {"If_Modified_Since": moment}, {}):
            got = await site.get(path, **condition)
            assert got.status in (200, 410), (path, condition)
            assert "dam holds" not in got.text, path
    assert (await site.get("/f/F2", If_None_Match="*")).status == 410
    assert (await site.get("/api/v1/facts/F2", If_None_Match="*")).status == 410
