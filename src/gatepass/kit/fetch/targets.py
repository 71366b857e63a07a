"""What a URL asks for, read so strictly that no two programs could read it differently."""

import re
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from gatepass.kit.fetch.faults import FetchRefused, RefusalReason

_LONGEST_URL: Final = 2048
_LONGEST_HOST: Final = 253
_HIGHEST_PORT: Final = 65_535
_FIRST_FREE_PORT: Final = 1024
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}

_LABEL: Final = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_REST: Final = r"[A-Za-z0-9._~%!$&'()*+,;=:@/?-]"
_URL: Final = re.compile(
    rf"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<host>{_LABEL}(?:\.{_LABEL})*|\[[0-9a-f:.]+\])(?::(?P<port>[1-9][0-9]{{0,4}}))?"
    rf"(?:(?P<path>/{_REST}*)|(?P<query>\?{_REST}*))?",
    re.IGNORECASE,
)
_ENDS_IN_A_NUMBER: Final = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a URL leads.

    Args:
        scheme: `https`, or in development `http`.
        host: the name or the address, in lower case and without brackets.
        port: named or implied.
        address: the host, where it is an address and no name.
    """

    scheme: str
    host: str
    port: int
    address: IPv4Address | IPv6Address | None

    @property
    def origin(self) -> str:
        """The origin (RFC 6454), by which receivers are told apart."""
        host = f"[{self.host}]" if isinstance(self.address, IPv6Address) else self.host
        return f"{self.scheme}://{host}" + ("" if self.port == _DEFAULT_PORTS[self.scheme] else f":{self.port}")


def parse_target(unverified_url: str, *, allow_loopback: bool = False) -> Target:
    """Read a URL that somebody else has chosen; nothing is looked up.

    Args:
        unverified_url: absolute, in ASCII, without user information and fragment.
        allow_loopback: whether this is a development machine, where plain HTTP will do.

    Raises:
        FetchRefused: it is no such URL, or its scheme or port is not for the web; `is_lasting` holds.
    """
    found = _URL.fullmatch(unverified_url) if len(unverified_url) <= _LONGEST_URL else None
    if found is None:
        raise _malformed()
    scheme = found["scheme"].lower()
    if scheme != "https" and not (allow_loopback and scheme == "http"):
        raise FetchRefused(RefusalReason.FORBIDDEN_SCHEME, "The URL must begin with https://.")
    port = int(found["port"] or _DEFAULT_PORTS[scheme])
    if port > _HIGHEST_PORT:
        raise _malformed()
    if port < _FIRST_FREE_PORT and port != _DEFAULT_PORTS[scheme]:
        raise FetchRefused(RefusalReason.FORBIDDEN_PORT, "The URL's port belongs to another service than the web.")
    host = found["host"].lower()
    return Target(scheme, host.strip("[]"), port, _address(host))


def _address(host: str) -> IPv4Address | IPv6Address | None:
    with suppress(ValueError):
        return ip_address(host.strip("[]"))
    # Decimal, octal, hexadecimal and shortened spellings of an address, which some programs read and others don't.
    if host.startswith("[") or _ENDS_IN_A_NUMBER.fullmatch(host) or len(host) > _LONGEST_HOST:
        raise _malformed()
    return None


def _malformed() -> FetchRefused:
    return FetchRefused(
        RefusalReason.MALFORMED_URL,
        "The URL must be absolute, of ASCII characters, and without user name, password and fragment.",
    )
