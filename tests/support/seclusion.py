"""Tests meet nothing but this machine: a connection or a look-up that would leave it fails the test that made it.

The interpreter's audit events see every socket that Python code opens, whichever library asked for it. Programs that a
test starts are not seen; they are given loopback addresses only.
"""

import ipaddress
import os
import sys
from typing import Any
from urllib.parse import urlsplit

_CONNECTIONS = ("socket.connect", "socket.sendto", "socket.sendmsg")
_LOOK_UPS = ("socket.getaddrinfo", "socket.gethostbyname")


class OutsideConnection(AssertionError):
    """A test tried to reach another machine."""


def seclude() -> None:
    """Refuse, for the rest of this process's life, whatever would leave this machine."""
    allowed = {"", "localhost", urlsplit(os.environ.get("GATEPASS_TEST_POSTGRES_URL", "")).hostname or ""}

    def refuse(event: str, arguments: tuple[Any, ...]) -> None:
        if event in _CONNECTIONS:
            address = arguments[1]
            host = address[0] if isinstance(address, tuple) else ""  # a path: a socket of this machine
        elif event in _LOOK_UPS:
            host = arguments[0] or ""
        else:
            return
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
        if name not in allowed and not _is_here(name):
            raise OutsideConnection(f"a test tried to reach {name} ({event}); tests meet nothing but this machine")

    sys.addaudithook(refuse)


def _is_here(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host.endswith(".localhost")
    return address.is_loopback or address.is_unspecified
