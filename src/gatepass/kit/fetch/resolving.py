"""From a host to the addresses that may be connected to."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from threading import BoundedSemaphore

from gatepass.kit.fetch.addresses import is_public
from gatepass.kit.fetch.faults import FetchRefused, RefusalReason

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""Answers the addresses of a host name and a port, in the order in which they are to be tried; OSError where none."""

Network = IPv4Network | IPv6Network

_THREADS = 8
_MOST_AT_ONCE = 64
# Threads of their own: strangers choose the names, and slow ones must not hold up those who sign or send mail. A
# thread starts with the first look-up that needs it.
_ASKING = ThreadPoolExecutor(_THREADS, thread_name_prefix="names")
_PLACES = BoundedSemaphore(_MOST_AT_ONCE)


async def ask_system(host: str, port: int) -> Sequence[str]:
    """Ask the system's resolver for the addresses of a name.

    Eight names are looked up at once and 56 wait; a name beyond that is not looked up.

    Raises:
        OSError: it has none, or too many look-ups wait.
    """
    if not _PLACES.acquire(blocking=False):
        raise OSError("too many look-ups wait")
    try:
        asked = _ASKING.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    except RuntimeError as error:  # the process ends
        _PLACES.release()
        raise OSError("no look-up is begun any more") from error
    # Freed with the thread and not with the caller, who gives up long before a slow name server does.
    asked.add_done_callback(lambda _: _PLACES.release())
    found = await asyncio.wrap_future(asked)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


async def permitted_addresses(
    host: str, port: int, *, resolver: Resolver, allow_loopback: bool, networks: Sequence[Network] = ()
) -> Sequence[str]:
    """Look a host up, once, and judge every address that it has.

    Args:
        host: a name or an address.
        port: where the connection will go.
        resolver: looks names up.
        allow_loopback: whether this machine itself may be connected to.
        networks: which of the operator's own networks may be connected to.

    Returns:
        At least one address.

    Raises:
        FetchRefused: there is none, or one of them is not open to the world: a name that leads into a private network
            is not used at all, not even by its other addresses.
    """
    try:
        texts: Sequence[str] = [str(ip_address(host))]
    except ValueError:
        texts = await _looked_up(host, port, resolver)
    for text in texts:
        address = _read(text)
        is_allowed = (allow_loopback and address.is_loopback) or any(address in network for network in networks)
        if not (is_public(address) or is_allowed):
            raise FetchRefused(RefusalReason.FORBIDDEN_ADDRESS, "The host's address is not open to the Internet.")
    return texts


async def _looked_up(host: str, port: int, resolver: Resolver) -> Sequence[str]:
    try:
        texts = await resolver(host, port)
    except (OSError, UnicodeError) as error:
        raise _unresolved() from error
    if not texts:
        raise _unresolved()
    return texts


def _read(text: str) -> IPv4Address | IPv6Address:
    try:
        return ip_address(text)
    except ValueError as error:
        raise _unresolved() from error


def _unresolved() -> FetchRefused:
    return FetchRefused(RefusalReason.UNRESOLVED, "The host's name has no address.")
