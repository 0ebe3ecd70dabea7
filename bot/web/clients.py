"""Who asks, by address, and how often they may."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from aiohttp import web

from bot.commands.core.message_limit import Limiter, Verdict
from bot.settings.sections import WebSettings

# A forwarding header with more hops is not read: each that is believed costs a comparison.
MOST_HOPS = 20


class Clients:
    """Tell clients apart by address, and bound how often each may ask.

    Addresses of IPv6 count by their network of 64 bits: one household has as many as it likes.
    """

    def __init__(self, settings: WebSettings, clock: Callable[[], float]) -> None:
        self._trusted = [ip_network(each, strict=False) for each in settings.trusted_proxies]
        per_minute = settings.requests_per_minute
        self._limiter = Limiter(per_minute, max(1, per_minute // 4), clock)
        # Seconds after which one who asked too often may ask once more.
        self.wait = max(1, round(60 / per_minute))

    def may_ask(self, request: web.BaseRequest) -> bool:
        """Count a request; tell whether it is to be answered."""
        return self._limiter.judge(self.address(request)) is Verdict.ANSWER

    def address(self, request: web.BaseRequest) -> str:
        """Return whom a request is from: of those whom a trusted proxy names, the last that is no proxy."""
        remote = request.remote or ""
        if self._trusted and self._is_trusted(remote):
            named = ",".join(request.headers.getall("X-Forwarded-For", ()))
            for hop in reversed(named.split(",")[-MOST_HOPS:]):
                if _parsed(hop) is None:
                    break
                remote = hop.strip()
                if not self._is_trusted(remote):
                    break
        if ":" not in remote:
            return remote
        parsed = _parsed(remote)
        if not isinstance(parsed, IPv6Address):
            return remote
        return str(parsed.ipv4_mapped or IPv6Network((parsed, 64), strict=False).network_address)

    def _is_trusted(self, address: str) -> bool:
        parsed = _parsed(address)
        if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
            parsed = parsed.ipv4_mapped
        return parsed is not None and any(parsed in network for network in self._trusted)


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text.strip())
    except ValueError:
        return None
