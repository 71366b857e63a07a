"""Network addresses: read from text, compared as networks, shown to people.

One person's computer holds one IPv4 address but a whole /64 of IPv6, from which it draws a new address every day. So
two addresses count as the same network when their IPv4 addresses are equal or their first 64 bits of IPv6 are.
"""

import ipaddress
from typing import Final

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_LONGEST_TEXT: Final = 64
_IPV6_NETWORK_BITS: Final = 64


def parse_ip(unverified_text: str) -> IpAddress | None:
    """Read an address, or return None where the text is none.

    An IPv4 address in IPv6 clothes (`::ffff:192.0.2.1`) becomes the IPv4 address; an interface name (`fe80::1%eth0`)
    is dropped, because it means something on one machine only.
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
        if address.scope_id is not None:
            return ipaddress.IPv6Address(int(address))
    return address


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
