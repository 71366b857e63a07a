"""Which addresses the whole world can reach.

The tables are written out, because the judgement of the standard library's `ipaddress` differs between the versions of
Python that Gatepass runs on, and none of them refuses the forms that carry an IPv4 address inside an IPv6 one.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final

# The special-purpose registry (RFC 6890 and its successors), multicast and what is reserved.
_CLOSED_V4: Final = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared by carriers (RFC 6598); holds the metadata address 100.100.100.200
        "127.0.0.0/8",
        "168.63.129.16/32",  # a cloud's host, seen from its guests
        "169.254.0.0/16",  # link-local (RFC 3927); holds the metadata address 169.254.169.254
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",  # relays of 6to4 (RFC 7526)
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
# Only this part of IPv6 is handed out for the world (RFC 4291 §2.4). Loopback, link-local and unique local addresses,
# multicast, IPv4-mapped addresses and both prefixes of NAT64 lie outside of it.
_OPEN_V6: Final = IPv6Network("2000::/3")
_CLOSED_V6: Final = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocols' own; holds Teredo, which carries an IPv4 address
        "2001:db8::/32",
        "2002::/16",  # 6to4, which carries an IPv4 address
        "3fff::/20",
    )
)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Tell whether an address belongs to the open Internet, and to no host's or operator's own network."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _CLOSED_V4)
    return address in _OPEN_V6 and address.scope_id is None and not any(address in network for network in _CLOSED_V6)
