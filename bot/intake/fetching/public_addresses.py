"""Which addresses of the internet are public: nothing is ever sent to any other. Pure.

`is_global` of the standard library is not enough: it takes multicast, NAT64 and 6to4 for global, and has
changed between patch releases of Python. Of IPv6 only what is handed out to networks (2000::/3) passes; what
holds an IPv4 address in it is refused whole, for routers on the way may unpack it.
(https://www.iana.org/assignments/iana-ipv4-special-registry, .../iana-ipv6-special-registry)
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_NOT_PUBLIC = tuple(
    IPv4Network(each)
    for each in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carriers' own; one cloud tells its secrets at 100.100.100.200
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # a cloud's host, in the midst of public addresses
        "169.254.0.0/16",  # link-local, and most clouds' secrets
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocols' own
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
_HANDED_OUT = IPv6Network("2000::/3")
_NOT_PUBLIC_6 = tuple(
    IPv6Network(each)
    for each in (
        "2001::/23",  # protocols' own, with Teredo and ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
    )
)
# The middle of an address by which ISATAP marks that an IPv4 address follows.
_ISATAP = (b"\x00\x00\x5e\xfe", b"\x02\x00\x5e\xfe")


def is_public(address: str) -> bool:
    """Tell whether an address is one of the public internet; no name and no odd spelling of one is."""
    try:
        known = ip_address(address)
    except ValueError:
        return False
    return _is_public_4(known) if isinstance(known, IPv4Address) else _is_public_6(known)


def _is_public_4(address: IPv4Address) -> bool:
    return not any(address in each for each in _NOT_PUBLIC)


def _is_public_6(address: IPv6Address) -> bool:
    return (
        address.scope_id is None
        and address in _HANDED_OUT
        and not any(address in each for each in _NOT_PUBLIC_6)
        and address.packed[8:12] not in _ISATAP
    )
