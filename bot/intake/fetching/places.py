"""From an address to where it may be connected to: read once, resolved once, checked, and pinned.

yarl reads addresses here as it does in aiohttp, so that what is checked is what is connected to.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address

from yarl import URL

from bot.intake.fetching.errors import Unfetchable
from bot.intake.fetching.public_addresses import is_public
from bot.texts import _

LONGEST = 2_000
# News is served there. Other ports are other services, which are not to be spoken to in a stranger's name.
PORTS = frozenset({80, 443, 8080, 8443})
# A host that ends in one is an address, however oddly it is spelled (0x7f.1, 2130706433, 127.1).
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]*")

# Return the addresses of a host at a port. Raises OSError or UnicodeError if it has none.
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an address leads: the only addresses that may be connected to for it.

    `trusted` is whether the settings name its host; then it may lie in a private network.
    """

    url: URL
    addresses: tuple[str, ...]
    trusted: bool


async def resolved(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host, as this machine resolves it."""
    rows = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(row[4][0]) for row in rows))


class Gate:
    """Decide where may be connected to: public addresses, and the hosts that the settings name."""

    def __init__(self, allowed: Collection[str] = (), resolve: Resolve = resolved) -> None:
        self._allowed = frozenset(each.lower() for each in allowed)
        self._resolve = resolve

    async def enter(self, address: str) -> Place:
        """Return where an address that a person gave leads. Raises Unfetchable."""
        return await self._place(_read(address), may_be_private=True)

    async def go_on(self, place: Place, target: str) -> Place:
        """Return where a redirect leads. Raises Unfetchable.

        Only hosts that the settings name lead to others that they name: no public page opens a private one.
        """
        _refuse_odd_signs(target)
        try:
            joined = place.url.join(URL(target))
        except ValueError as error:
            raise _no_address(target) from error
        return await self._place(_read(str(joined)), may_be_private=place.trusted)

    async def _place(self, url: URL, *, may_be_private: bool) -> Place:
        host, port = url.raw_host or "", url.port or 0
        trusted = may_be_private and not self._allowed.isdisjoint((host, f"{host}:{port}"))
        if not trusted and port not in PORTS:
            raise Unfetchable(_("Port {port} is none that pages are fetched from", port=port))
        addresses = (host,) if ":" in host or _is_dotted(host) else await self._addresses(host, port)
        # One that is not public among others is a trap as a rule: the other answer comes at the next try.
        if not trusted and not all(map(is_public, addresses)):
            raise _private(host)
        return Place(url, addresses, trusted)

    async def _addresses(self, host: str, port: int) -> tuple[str, ...]:
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise _unknown(host) from error
        if not addresses:
            raise _unknown(host)
        return tuple(addresses)


async def sendable(gate: Gate, address: str) -> Place:
    """Return where an address leads to which something may be sent: by http only where the settings name it.

    Raises Unfetchable.
    """
    place = await gate.enter(address)
    if place.url.scheme != "https" and not place.trusted:
        raise Unfetchable(_("Only addresses that begin with https:// are sent to"))
    return place


def _read(text: str) -> URL:
    """Return an address of the web, without its fragment, its host in one spelling. Raises Unfetchable."""
    text = text.strip()
    _refuse_odd_signs(text)
    try:
        url = URL(text).with_fragment(None)
        host = (url.raw_host or "").removesuffix(".")
        if url.scheme not in ("http", "https"):
            raise Unfetchable(_("Only addresses that begin with http:// or https:// are fetched"))
        if url.user is not None or url.password is not None or "@" in url.raw_authority:
            raise Unfetchable(_("An address with a user name in it is not fetched: leave it out"))
        if not host or not host.isascii() or "%" in host or host.startswith(".") or ".." in f"{host}.":
            raise _no_address(text)
        if ":" not in host and _NUMBER.fullmatch(host.rpartition(".")[2]) and not _is_dotted(host):
            raise _private(host) if _leads_inside(host) else _no_address(text)
        return url if host == url.raw_host else url.with_host(host)
    except ValueError as error:
        raise _no_address(text) from error


def _is_dotted(host: str) -> bool:
    """Tell whether a host is an IPv4 address in its usual spelling."""
    try:
        return str(IPv4Address(host)) == host
    except AddressValueError:
        return False


def _leads_inside(host: str) -> bool:
    """Tell whether an oddly spelled IPv4 address (0x7f.1, 2130706433) is taken for one that is not public."""
    try:
        return not is_public(socket.inet_ntoa(socket.inet_aton(host)))
    except OSError:
        return False


def _refuse_odd_signs(text: str) -> None:
    """Refuse signs that readers of addresses take in different ways."""
    if len(text) > LONGEST:
        raise Unfetchable(_("That address has more than {count} characters", count=LONGEST))
    if not text or "\\" in text or not text.isprintable() or any(sign.isspace() for sign in text):
        raise _no_address(text)


def _no_address(text: str) -> Unfetchable:
    shown = "".join(sign if sign.isprintable() else "?" for sign in text[:80])
    return Unfetchable(
        _("{text} is no address of a page: write it like https://example.org/news", text=shown)
    )


def _private(host: str) -> Unfetchable:
    return Unfetchable(
        _("{host} is not on the public internet, and only public pages are fetched", host=host)
    )


def _unknown(host: str) -> Unfetchable:
    return Unfetchable(_("There is no host {host}: check the spelling of the address", host=host))
