"""No address that is not public is ever connected to: named, spelled oddly, resolved or redirected to."""

from __future__ import annotations

import asyncio
from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.intake.fetching.errors import Unfetchable
from bot.intake.fetching.fetcher import Fetcher
from bot.intake.fetching.places import Gate
from bot.intake.fetching.public_addresses import is_public
from tests.bot.intake.fetching.site import page, redirects, sends, site

# One or more addresses of each class, of which none is public.
PRIVATE = {
    "loopback": ("127.0.0.1", "127.8.9.1", "::1"),
    "unspecified": ("0.0.0.0", "0.1.2.3", "::"),
    "private": ("10.1.2.3", "172.16.0.1", "172.31.255.254", "192.168.1.1", "fd12::1", "fec0::1"),
    "link-local": ("169.254.1.1", "fe80::1", "fe80::1%1"),
    "metadata": ("169.254.169.254", "168.63.129.16", "100.100.100.200", "192.0.0.192", "fd00:ec2::254"),
    "carrier-grade NAT": ("100.64.0.1", "100.127.255.254"),
    "multicast": ("224.0.0.1", "239.255.255.250", "ff02::1"),
    "reserved": (
        "240.0.0.1",
        "255.255.255.255",
        "198.18.0.1",
        "192.0.2.1",
        "203.0.113.9",
        "2001:db8::1",
        "100::1",
    ),
    "mapped": ("::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:a9fe:a9fe"),
    "compatible": ("::127.0.0.1", "::8.8.8.8"),
    "translated": ("::ffff:0:127.0.0.1", "::ffff:0:8.8.8.8"),
    "6to4": ("2002:7f00:1::", "2002:808:808::1"),
    "NAT64": ("64:ff9b::127.0.0.1", "64:ff9b::8.8.8.8", "64:ff9b:1::a00:1"),
    "Teredo": ("2001:0:4136:e378:8000:63bf:3fff:fdd2",),
    "ISATAP": ("2600:1f18::5efe:10.0.0.1", "2600:1f18::200:5efe:127.0.0.1"),
}
ALL = [(kind, each) for kind, several in PRIVATE.items() for each in several]
PUBLIC = ("8.8.8.8", "93.184.215.14", "172.32.0.1", "192.169.0.1", "2606:2800:21f::1", "2a00:1450:4001::200e")
# Spellings that some reader takes for 127.0.0.1, or for another host than the one that is named.
ODD = (
    "http://2130706433/", "http://0x7f000001/", "http://0x7f.1/", "http://127.1/", "http://0177.0.0.1/",
    "http://127.0.0.1./", "http://127.0.0.1../", "http://127.0.0.0x1/", "http://0/", "http://00/", "http://0x/",
    "http://１２７.0.0.1/", "http://127。0。0。1/", "http://①②⑦.0.0.1/", "http://[::1]/", "http://[::ffff:7f00:1]/",
    "http://[::]/", "http://[fe80::1%25lo]/", "http://[::1%25lo]/", "http://127.0.0.1:80/", "http://8.8.8.8@127.0.0.1/",
    "http://127.0.0.1#@example.org/", "http://example.org@127.0.0.1/", "http://user:pass@example.org/",
    "http://example.org\\@127.0.0.1/", "http://127.0.0.1\\.example.org/", "http:\\\\127.0.0.1/", "http:///127.0.0.1/",
    "http:127.0.0.1", "//127.0.0.1/", "http://127.0.0.1%2f.example.org/", "http://127.0.0.1%00.example.org/",
    "http://exa\tmple.org/", "http://example.org\n/", "http://example .org/", "http://ex\u200bample.org/",
    "http://.example.org/", "http://example..org/", "http://./", "http:///", "http://", "", " ", "example",
    "file:///etc/passwd", "ftp://example.org/", "gopher://127.0.0.1:70/_x", "dict://127.0.0.1/",
    "data:text/html,x", "javascript:alert(1)", "unix:///run/docker.sock", "jar:http://example.org!/",
    "http://example.org:22/",
    "http://example.org:0/", "http://example.org:6379/", "http://example.org:99999/", "http://example.org:-1/",
    "http://" + "a" * 3_000 + "/",
)  # fmt: skip


def literal(address: str) -> str:
    return f"http://[{address}]/" if ":" in address else f"http://{address}/"


@pytest.fixture
def connected(monkeypatch) -> list[str]:
    """Return the hosts that anything in this process has tried to connect to, however it did."""
    tried: list[str] = []
    connect = asyncio.SelectorEventLoop.sock_connect

    async def noting(self, sock, address):
        tried.append(address[0])
        return await connect(self, sock, address)

    monkeypatch.setattr(asyncio.SelectorEventLoop, "sock_connect", noting)
    return tried


def gate(*addresses: str) -> Gate:
    async def resolve(_host: str, _port: int) -> list[str]:
        return list(addresses)

    return Gate((), resolve)


def test_only_public_addresses_are_public(subtests):
    for kind, address in ALL:
        with subtests.test(kind, address=address):
            assert not is_public(address)
    for address in PUBLIC:
        with subtests.test(address=address):
            assert is_public(address)


@given(st.integers(0, 2**32 - 1), st.binary(min_size=12, max_size=12))
def test_no_address_that_holds_a_private_one_is_public(number, around):
    inner = IPv4Address(number)
    for network in ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96"):
        assert not is_public(str(IPv6Address(int(ip_network(network)[0]) + number)))
    assert not is_public(str(IPv6Address(b"\x20\x02" + inner.packed + around[:10])))
    assert not is_public(f"{inner}.") and not is_public(str(number)) and not is_public(hex(number))


@given(st.integers(0, 2**32 - 1) | st.integers(0, 2**128 - 1))
def test_what_the_standard_library_takes_for_private_is_not_public(number):
    address = IPv4Address(number) if number < 2**32 else IPv6Address(number)
    if not address.is_global or address.is_multicast or address.is_reserved or address.is_link_local:
        assert not is_public(str(address))


async def test_nothing_is_sent_to_a_private_address_that_is_named(connected, subtests):
    for kind, address in ALL:
        with subtests.test(kind, address=address), pytest.raises(Unfetchable):
            await Fetcher(Gate()).fetch(literal(address))
    assert connected == []


async def test_nothing_is_sent_to_a_private_address_that_a_name_leads_to(connected, subtests):
    for kind, address in ALL:
        for others in ((), ("93.184.215.14",)):
            with subtests.test(kind, address=address, others=others), pytest.raises(Unfetchable) as refused:
                await Fetcher(gate(*others, address)).fetch("https://news.example.org/")
            assert "not on the public internet" in refused.value.text
    assert connected == []


async def test_no_redirect_leads_to_a_private_address(connected, subtests):
    for hops in (1, 5):
        for kind, address in ALL:
            async with site(redirects(literal(address), hops)) as running:
                with subtests.test(kind, address=address, hops=hops), pytest.raises(Unfetchable):
                    await running.fetcher().fetch(running.url("/1"))
                assert len(running.requests) == hops
    assert set(connected) == {"127.0.0.1"} and len(connected) == len(ALL) * (1 + 5)


async def test_no_redirect_leads_to_a_name_of_a_private_address(connected, subtests):
    for kind, address in ALL:
        async with site(redirects("//inner.example.org/")) as running:
            fetcher = running.fetcher(names={"inner.example.org": [address]})
            with subtests.test(kind, address=address), pytest.raises(Unfetchable):
                await fetcher.fetch(running.url("/1"))
    assert len(connected) == len(ALL)


async def test_no_odd_spelling_leads_anywhere(connected, subtests):
    for address in ODD:
        with subtests.test(address=address), pytest.raises(Unfetchable):
            await Fetcher(gate("93.184.215.14")).fetch(address)
    for address in ODD:
        if not any(sign in address for sign in "\n\t ") and address and address.isascii():
            async with site(redirects(address)) as running:
                with subtests.test(redirect=address), pytest.raises(Unfetchable):
                    await running.fetcher().fetch(running.url("/1"))
    assert set(connected) <= {"127.0.0.1"}


@given(st.text(max_size=60) | st.text("htps:/\\@.[]%0x17f#?", max_size=60))
def test_no_text_leads_to_a_private_address(text):
    async def enter() -> None:
        for address in (text, f"http://{text}", f"http://{text}@127.0.0.1/", f"http://127.0.0.1{text}"):
            try:
                place = await gate("127.0.0.1").enter(address)
            except Unfetchable:
                continue
            assert all(map(is_public, place.addresses))

    asyncio.run(enter())


async def test_a_name_is_resolved_once_and_only_what_was_checked_is_connected_to(connected):
    answers = [["93.184.215.14"], ["127.0.0.1"]]

    async def resolve(_host: str, _port: int) -> list[str]:
        return answers.pop(0)

    async def refuse(_self, _sock, address):
        connected.append(address[0])
        raise ConnectionRefusedError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio.SelectorEventLoop, "sock_connect", refuse)
        with pytest.raises(Unfetchable):
            await Fetcher(Gate((), resolve)).fetch("http://rebound.example.org/")
    assert connected == ["93.184.215.14"]
    assert len(answers) == 1


async def test_a_public_page_does_not_open_a_host_that_the_settings_name(connected):
    async with site(sends(page(b"<html>inner"))) as inner:
        place = await Gate([f"127.0.0.1:{inner.port}"], gate("8.8.8.8")._resolve).enter(
            "http://news.example.org/"
        )
        with pytest.raises(Unfetchable):
            await Gate([f"127.0.0.1:{inner.port}"]).go_on(place, inner.url())
        assert (await inner.fetcher().fetch(inner.url())).body == b"<html>inner"
