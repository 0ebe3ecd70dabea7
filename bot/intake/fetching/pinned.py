"""A session with one place, over sockets to the addresses that were checked and to no others.

aiohttp follows no redirect by itself here, unpacks nothing, keeps no cookies and asks no proxy.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from bot import __version__
from bot.intake.fetching.places import Place

AGENT = "OnRecord"


def session_with(
    place: Place, headers: Mapping[str, str], *, keep: bool = False, trust: ssl.SSLContext | None = None
) -> aiohttp.ClientSession:
    """Return a session with a place; `keep` its connection open between requests.

    Its own time has no bound: whoever uses it sets one. `trust` are the certificates that are accepted, if
    not those of the system.
    """

    def make_socket(info: Any) -> socket.socket:
        """Make a socket for an address that was checked: the last gate, whatever way led here."""
        family, kind, protocol, _name, address = info
        if str(address[0]) not in place.addresses:
            raise OSError(f"{address[0]} was not checked")
        return socket.socket(family, kind, protocol)

    connector = aiohttp.TCPConnector(
        resolver=_Pinned(place),
        use_dns_cache=False,
        force_close=not keep,
        limit=1,
        socket_factory=make_socket,
        ssl=trust or True,
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
        timeout=aiohttp.ClientTimeout(total=None),
        headers={"User-Agent": f"{AGENT}/{__version__}", **headers},
    )


class _Pinned(AbstractResolver):
    """Resolve the one host of a place to the addresses that were checked."""

    def __init__(self, place: Place) -> None:
        self._place = place

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of the place, of whatever family."""
        del family
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self._place.addresses
        ]

    async def close(self) -> None:
        """Close nothing."""
