"""What a limit is, and how a network is named."""

import ipaddress
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import NewType

NetworkKey = NewType("NetworkKey", str)

_IPV6_NETWORK_BITS = 64  # what one household or server is given; its addresses cost nothing to change


class Per(StrEnum):
    """By whom hits are counted."""

    ADDRESS = "address"
    NETWORK = "network"
    APPLICATION = "application"
    ATTEMPT = "attempt"


@dataclass(frozen=True, slots=True)
class Limit:
    """Allow so many hits of one key within any window of time.

    Args:
        name: Distinguishes this limit's counters from others'; stands in metrics and documentation.
        per: By whom hits are counted, that is, what its keys are.
        count: Hits allowed within any window, at least 1.
        window: The window's length.
    """

    name: str
    per: Per
    count: int
    window: timedelta

    def __post_init__(self) -> None:
        if self.count < 1 or self.window <= timedelta(0):
            raise ValueError(f"The limit {self.name} must allow at least one hit in a window longer than zero.")


@dataclass(frozen=True, slots=True)
class SignInLimits:
    """The limits of the first steps of a sign-in."""

    send_per_address: Limit
    send_per_network: Limit
    send_per_application: Limit
    verify_per_network: Limit
    status_per_attempt: Limit
    status_per_network: Limit


def network_key(address: str) -> NetworkKey:
    """Name the network of a client address: an IPv4 address whole, an IPv6 address by its /64.

    All spellings of one address have the same name, and so has an IPv4 address mapped into IPv6 (`::ffff:192.0.2.1`).
    What is no address (a Unix socket's peer) is returned as it stands.
    """
    if ":" not in address:
        return NetworkKey(address)
    try:
        parsed = ipaddress.IPv6Address(address.split("%", 1)[0])
    except ValueError:
        return NetworkKey(address)
    if parsed.ipv4_mapped is not None:
        return NetworkKey(str(parsed.ipv4_mapped))
    prefix = int(parsed) >> (128 - _IPV6_NETWORK_BITS)
    return NetworkKey(f"{ipaddress.IPv6Address(prefix << (128 - _IPV6_NETWORK_BITS))}/{_IPV6_NETWORK_BITS}")
