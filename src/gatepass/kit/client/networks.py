"""Network addresses: read from text, compared as networks, shown to people.

One person's computer holds one IPv4 address but a whole /64 of IPv6, from which it draws a new address every day. So
two addresses count as the same network when their IPv4 addresses are equal or their first 64 bits of IPv6 are.
"""

import ipaddress
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_LONGEST_TEXT: Final = 64
_IPV6_NETWORK_BITS: Final = 64
# Translators put every IPv4 client into one IPv6 network (RFC 6052 §2.1, RFC 7915 §1.2); what they carry counts.
_TRANSLATORS: Final = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("::ffff:0:0:0/96"))


def parse_ip(unverified_text: str) -> IpAddress | None:
    """Read an address, or return None where the text is none.

    An IPv4 address in IPv6 clothes (`::ffff:192.0.2.1`, or behind a translator) becomes the IPv4 address; an
    interface name (`fe80::1%eth0`) is dropped, because it means something on one machine only.
    """
    if len(unverified_text) > _LONGEST_TEXT:
        return None
    try:
        address = ipaddress.ip_address(unverified_text.strip())
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if any(address in prefix for prefix in _TRANSLATORS):
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if address.scope_id is not None:
            return ipaddress.IPv6Address(int(address))
    return address


@lru_cache(maxsize=4096)
def canonical(unverified_text: str) -> str:
    """Return an address in the one spelling that is kept and compared; empty where the text is none."""
    address = parse_ip(unverified_text)
    return "" if address is None else str(address)


def in_both_families(networks: Iterable[str]) -> list[str]:
    """Return networks together with the IPv6 clothes in which a listener for both families meets the IPv4 ones."""
    found = []
    for text in networks:
        network = ipaddress.ip_network(text, strict=False)
        found.append(text)
        if isinstance(network, ipaddress.IPv4Network):
            found.append(f"::ffff:{network.network_address}/{96 + network.prefixlen}")
    return found


def network_of(unverified_text: str) -> str | None:
    """Return the name of the network that an address belongs to: the IPv4 address itself, or the IPv6 /64.

    Fit as the key of a rate limit and as the word that a person reads. None where the text is no address.
    """
    address = parse_ip(unverified_text)
    if address is None:
        return None
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(ipaddress.IPv6Network((int(address), _IPV6_NETWORK_BITS), strict=False))


def is_same_network(one: str, other: str) -> bool:
    """Tell whether two addresses belong to one network; what is no address is on no network."""
    network = network_of(one)
    return network is not None and network == network_of(other)
