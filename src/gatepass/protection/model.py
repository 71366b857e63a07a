"""What a limit is, and how a network is named."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NewType

from gatepass.kit.client.networks import network_of

NetworkKey = NewType("NetworkKey", str)
Place = tuple[str, int]
"""A key, and how many may wait under it at once."""


class Per(StrEnum):
    """By whom hits are counted."""

    ADDRESS = "address"
    NETWORK = "network"
    APPLICATION = "application"
    ATTEMPT = "attempt"
    CALLER = "caller"


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
    """The limits of a sign-in's steps, of what applications do with what it brought them, and of who manages."""

    send_per_address: Limit
    send_per_network: Limit
    send_per_application: Limit
    verify_per_network: Limit
    status_per_attempt: Limit
    status_per_network: Limit
    refresh_per_network: Limit
    check_per_application: Limit
    token_per_network: Limit
    token_per_application: Limit
    authorize_per_network: Limit
    failure_per_network: Limit
    failure_per_application: Limit
    registration_per_network: Limit
    document_per_network: Limit
    management_per_caller: Limit


@lru_cache(maxsize=4096)
def network_key(address: str) -> NetworkKey:
    """Name the network by which a client's address is counted: an IPv4 address whole, an IPv6 address by its /64.

    All spellings of one address have the same name, and so has an IPv4 address mapped into IPv6 (`::ffff:192.0.2.1`).
    What is no address (a Unix socket's peer) is its own network.
    """
    return NetworkKey(network_of(address) or address)
