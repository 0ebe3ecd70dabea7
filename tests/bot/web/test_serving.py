"""How requests are answered: headers, conditions, packing, limits, hostile input, errors, the server."""

from __future__ import annotations

import asyncio
import gzip
import logging
import socket
import sys

import aiohttp
import pytest

import bot.web
from bot.answers.addresses import Addresses
from bot.config import Settings, load
from bot.errors import SettingsError
from bot.http import bounded
from bot.http.bounded import BoundedServer
from bot.serving import _frontends, _web
from bot.web import caching
from bot.web.app import make_app
from bot.web.face import FACE
from bot.web.server import serving
from storage.domain.errors import BusyRecord
from storage.domain.models import Fact
from tests.bot.web.site import Site, open_site


async def test_headers_are_strict_on_every_answer(site):
    for path in ("/", "/s/flood", "/f/F99", "/style.css", "/x"):
        got = await site.get(path)
        assert "script" not in got.headers["Content-Security-Policy"], path
        assert got.headers["Content-Security-Policy"].startswith("default-src 'none'"), path
        assert got.headers["X-Content-Type-Options"] == "nosniff", path
        assert got.headers["Referrer-Policy"] == "no-referrer", path
        assert "Set-Cookie" not in got.headers and got.headers["Server"] == "OnRecord", path


async def test_a_page_is_sent_again_only_after_a_change(site):
    first = await site.get("/f/F1")
    tag = first.headers["ETag"]
    for condition in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        again = await site.get("/f/F1", If_None_Match=condition)
        assert (again.status, again.text, again.headers["ETag"]) == (304, "", tag), condition
    assert (await site.get("/f/F1", If_None_Match='"other"')).status == 200
    await site.wire.change(1, statement="It rained for four days.")
    changed = await site.get("/f/F1", If_None_Match=tag)
    assert changed.status == 200 and "four days" in changed.text and changed.headers["ETag"] != tag


async def test_a_moment_serves_as_a_condition_once_its_second_is_over(site):
    assert "Last-Modified" not in (await site.get("/f/F2")).headers
    site.clock.go_on(seconds=5)
    at = (await site.get("/f/F1")).headers["Last-Modified"]
    assert at == "Tue, 24 Nov 2026 12:00:00 GMT"
    assert (await site.get("/f/F1", If_Modified_Since=at)).status == 304
    for other in ("Tue, 24 Nov 2026 11:59:59 GMT", "yesterday", "Tue, 99 Nov 2026 11:59:59 GMT", ""):
        assert (await site.get("/f/F1", If_Modified_Since=other)).status == 200, other
    # An ETag outweighs it.
    assert (await site.get("/f/F1", If_Modified_Since=at, If_None_Match='"other"')).status == 200


async def test_a_statement_that_is_not_there_has_no_version(site):
    tag = (await site.get("/f/F1")).headers["ETag"]
    assert (await site.get("/f/F99", If_None_Match=tag)).status == 404
    await site.wire.retract(1)
    assert (await site.get("/f/F1", If_None_Match="*")).status == 410


async def test_pages_are_packed_for_those_who_take_it(site):
    for accepted, packed in [
        ("gzip", True),
        ("br, GZip;q=0.5", True),
        ("*", True),
        ("gzip;q=0", False),
        ("*;q=0, gzip", True),
        ("gzip;q=0.000, *", False),
        ("gzip, deflate, br", True),
        ("identity", False),
        ("x;;,", False),
    ]:
        async with site.client.get(
            "/f/F1", headers={"Accept-Encoding": accepted}, auto_decompress=False
        ) as answer:
            body = await answer.read()
            assert (answer.headers.get("Content-Encoding") == "gzip") is packed, accepted
            assert answer.headers["Vary"] == "Accept-Encoding"
            assert b"it rained" in (gzip.decompress(body) if packed else body)


async def test_kept_answers_are_given_before_routing_to_those_who_accept_them(site, monkeypatch):
    """Pages and data alike; the same question has one answer, however it was spelt."""
    spelt = ("/api/v1/facts?story=flood", "/api/v1/facts?limit=25&story=flood", "/api/v1/facts?story=fl%6Fod")
    tags = {(await site.get(path)).headers["ETag"] for path in (*spelt, "/f/F1")}
    assert len(tags) == 1
    (tag,) = tags

    async def unasked(*_args):
        raise AssertionError("it was brought before the application")

    monkeypatch.setattr(caching.Cache, "answer", unasked)
    for path, any_origin in ((spelt[0], "*"), ("/f/F1", None)):
        whole = await site.get(path)
        known = await site.get(path, If_None_Match=tag)
        assert (whole.status, known.status, known.text) == (200, 304, ""), path
        for got in (whole, known):
            assert got.headers.get("Access-Control-Allow-Origin") == any_origin, path
    monkeypatch.undo()
    for accepted, status in (("text/html", 406), ("application/json;q=0, */*", 406), ("application/*", 200)):
        assert (await site.get(spelt[0], Accept=accepted, If_None_Match='"other"')).status == status, accepted


async def test_only_reading_is_allowed(site):
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        got = await site.get("/f/F1", method)
        assert got.status == 405 and got.headers["Allow"] == "GET, HEAD", method
    head = await site.get("/f/F1", "HEAD")
    assert head.status == 200 and head.text == "" and int(head.headers["Content-Length"]) > 500


async def test_one_who_asks_too_often_waits(tmp_path):
    async with open_site(
        tmp_path, requests_per_minute=8, trusted_proxies=["127.0.0.1", "10.0.0.0/8"]
    ) as site:

        async def asked(forwarded: str) -> int:
            return (await site.get("/", X_Forwarded_For=forwarded)).status

        assert [await asked("198.51.100.1") for _ in range(3)] == [200, 200, 429]
        limited = await site.get("/", X_Forwarded_For="198.51.100.1")
        assert limited.headers["Retry-After"] == "8" and "Too many requests" in limited.text
        # Others are not those, also where they name them; a proxy of ours in between is passed over.
        assert await asked("198.51.100.2") == 200
        assert await asked("198.51.100.1, 198.51.100.3, 10.1.1.1") == 200
        # Of a network of 64 bits all are one; what is no address ends the search.
        assert [await asked(f"2001:db8::{n}") for n in range(3)] == [200, 200, 429]
        assert [await asked(f"198.51.100.{n}, nonsense") for n in range(7, 10)] == [200, 200, 429]
        site.seconds.now += 8
        assert await asked("198.51.100.1") == 200


async def test_whom_an_untrusted_client_names_does_not_count(tmp_path):
    async with open_site(tmp_path, requests_per_minute=8) as site:
        found = [(await site.get("/", X_Forwarded_For=f"198.51.100.{n}")).status for n in range(3)]
        assert found == [200, 200, 429]


async def test_trouble_is_a_plain_page(site, monkeypatch, caplog):
    async def busy(*_args, **_how):
        raise BusyRecord("busy at /home/secret")

    async def broken(*_args, **_how):
        raise ValueError("secret at /home/secret")

    monkeypatch.setattr(site.record.facts, "find", busy)
    got = await site.get("/f/F1")
    assert got.status == 503 and "try again in a moment" in got.text and "secret" not in got.text
    monkeypatch.setattr(site.record.facts, "find", broken)
    caplog.set_level(logging.ERROR)
    got = await site.get("/f/F1")
    assert got.status == 500 and "Something went wrong" in got.text and "secret" not in got.text
    assert "incident" in caplog.text
    got = await site.get("/api/v1/nothing")
    assert got.status == 404 and got.headers["Content-Type"] == "application/problem+json"
    assert '"detail":"There is no such page."' in got.text


async def test_what_takes_too_long_is_given_up(site, monkeypatch):
    async def never(_fact: int) -> Fact:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(caching, "LONGEST", 0.01)
    monkeypatch.setattr(site.record.facts, "find", never)
    assert (await site.get("/f/F1")).status == 503


async def test_what_is_kept_is_bounded(site):
    cache = site.client.server.app[FACE].cache
    cache._most = 12_000
    for _time in range(2):
        for number in (1, 2, 3):
            assert (await site.get(f"/f/F{number}")).status == 200
    assert cache._size <= 12_000 and len(cache._kept) < 4
    # Many who ask for the same at once cause one to be made.
    await site.wire.change(1, statement="It rained for four days.")
    answers = await asyncio.gather(*(site.get("/f/F1") for _ in range(20)))
    assert {got.status for got in answers} == {200}


async def test_copies_of_sources_stand_with_their_hash(site):
    async with site.record.database.transaction() as tx:
        for struck, digest in ((0, "a" * 64), (1, "b" * 64)):
            await tx.run(
                "INSERT INTO snapshot (story_id, source_id, at, address, place, media, size, digest,"
                " text_digest, warc, paragraphs, sketch, struck) VALUES (1, 1, '2026-11-23T12:00:00.000000Z',"
                " 'https://x.example', '', 'text/html', 9, ?, '', x'00', x'00', '', ?)",
                (digest, struck),
            )
    page = await site.read("/src/S1")
    assert f"copy of 23 November 2026, 12:00 UTC, SHA-256 of the page {'a' * 64}" in page
    assert "b" * 64 not in page


# The server


async def test_a_reader_who_takes_nothing_makes_room_for_others():
    async def answer(_request):
        return aiohttp.web.Response(body=b"x" * 20_000_000)

    server = BoundedServer(answer, keep=lambda _request: True, most=2, reading_seconds=60)
    await server.start("127.0.0.1", 0)
    slow = []
    for _ in range(2):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=2**10)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        slow.append(writer)
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{server.port}/") as got:
        assert len(await got.read()) == 20_000_000
    for writer in slow:
        writer.close()
    await server.stop()


async def test_a_reader_who_takes_nothing_is_let_go_in_the_end():
    async def answer(_request):
        return aiohttp.web.Response(body=b"x")

    server = BoundedServer(answer, keep=lambda _request: True, reading_seconds=0.05)
    await server.start("127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    for _ in range(2):
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        assert await reader.readexactly(1) == b"x"
    async with asyncio.timeout(30):
        assert b"HTTP/1.1" not in await reader.read()
    writer.close()
    await server.stop()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


async def test_the_web_is_served_while_the_bot_runs(site):
    port = free_port()
    settings = Settings.model_validate({"web": {"listen": f"127.0.0.1:{port}"}})
    async with _web(settings)(site.record, settings):
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/f/F1") as got:
            text = await got.text()
        # Without an address of its own, it is that on which it listens.
        assert got.status == 200 and f"http://127.0.0.1:{port}/f/F1" in text
        with pytest.raises(SettingsError, match="is taken or not of this machine"):
            async with serving(site.record, settings):
                raise AssertionError
    with pytest.raises(aiohttp.ClientConnectionError):
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/"):
            pass


async def test_many_connections_hold_up_nobody(site, monkeypatch):
    monkeypatch.setattr(bounded, "MOST_READERS", 20)
    port = free_port()
    settings = Settings.model_validate({"web": {"listen": f"127.0.0.1:{port}"}})
    async with serving(site.record, settings):
        idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(60)]
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/f/F1") as got:
            assert got.status == 200
        for _reader, writer in idle:
            writer.close()


async def test_the_web_alone_may_be_served_and_nothing_at_all_may_not():
    assert _frontends(Settings.model_validate({"web": {"listen": "127.0.0.1:1"}})) == []
    with pytest.raises(SettingsError, match="nowhere to serve"):
        _frontends(Settings())
    async with _web(Settings())(None, None):
        pass


async def test_without_its_library_the_web_says_what_to_install(monkeypatch):
    # What is imported below is put in the place of the package, where it would stay.
    monkeypatch.setattr(bot, "web", bot.web)
    for name in [each for each in sys.modules if each.startswith("bot.web")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(SettingsError, match=r"onrecord\[web\]"):
        _web(Settings.model_validate({"web": {"listen": "127.0.0.1:1"}}))


def test_addresses_in_the_settings_are_checked(subtests):
    for key, value in [
        ("URL", "https://x.example/path"),
        ("URL", "ftp://x.example"),
        ("URL", "https://me@x.example"),
        ("LISTEN", "80"),
        ("TRUSTED_PROXIES", "10.0.0.0/99"),
        ("REQUESTS_PER_MINUTE", "0"),
    ]:
        with (
            subtests.test(key=key, value=value),
            pytest.raises(SettingsError, match=f"web.{key.lower()} should be"),
        ):
            load(environ={f"ONRECORD_WEB__{key}": value})
    told = load(
        environ={
            "ONRECORD_WEB__URL": "https://x.example/",
            "ONRECORD_WEB__TRUSTED_PROXIES": "10.0.0.0/8, ::1",
        }
    )
    assert told.web.base == "https://x.example" and len(told.web.trusted_proxies) == 2
    assert Addresses(told.web.base).story("flood", "who") == "https://x.example/s/flood/who"


async def test_the_application_needs_no_request_to_be_made(site):
    assert make_app(site.record, Settings())[FACE].language == "en"


__all__ = ["Site"]
