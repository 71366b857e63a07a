"""Asks name servers, within two seconds."""

from collections.abc import Sequence
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final

from gatepass.kit.dns.faults import LookupFailed

if TYPE_CHECKING:
    from gatepass.kit.dns.asking import Asker

__all__ = ["LookupFailed", "Resolver", "read_nameserver"]

_MOST_AT_ONCE: Final = 64
_PORT: Final = 53
_HIGHEST_PORT: Final = 65_535


class Resolver:
    """Asks name servers for the records of a name.

    Args:
        nameservers: whom to ask, each an address with or without a port, such as `9.9.9.9`, `127.0.0.1:5300` or
            `[2620:fe::fe]:53`; none for those of the system.
    """

    def __init__(self, nameservers: Sequence[str] = ()) -> None:
        self._nameservers = tuple(read_nameserver(text) for text in nameservers)
        self._under_way = 0
        self._asker: Asker | None = None

    async def txt(self, name: str) -> tuple[str, ...]:
        """Return the texts of a name, each with its strings joined (RFC 1035 §3.3.14); none where it has none.

        Raises:
            LookupFailed: nobody answered.
        """
        records = await self._ask(name, "TXT")
        return tuple(b"".join(record.strings).decode("utf-8", "replace") for record in records)

    async def cname(self, name: str) -> str:
        """Return the name that a name is another name of, in lower case; empty where it is none.

        Raises:
            LookupFailed: nobody answered.
        """
        for record in await self._ask(name, "CNAME"):
            return str(record.target.to_text(omit_final_dot=True)).lower()
        return ""

    async def addresses(self, name: str) -> tuple[str, ...]:
        """Return the addresses of a name, those of version 4 first; none where it has none.

        Raises:
            LookupFailed: nobody answered.
        """
        found = [*await self._ask(name, "A"), *await self._ask(name, "AAAA")]
        return tuple(record.address for record in found)

    async def _ask(self, name: str, kind: str) -> list[Any]:
        if self._under_way >= _MOST_AT_ONCE:
            raise LookupFailed("too many look-ups are under way")
        self._under_way += 1
        try:
            return await self._asking().ask(name, kind)
        finally:
            self._under_way -= 1

    def _asking(self) -> "Asker":
        # The library is loaded with the first question: few servers ever ask one.
        from gatepass.kit.dns.asking import Asker  # noqa: PLC0415

        if self._asker is None:
            self._asker = Asker(self._nameservers)
        return self._asker


def read_nameserver(text: str) -> tuple[str, int]:
    """Return the address and the port of a name server.

    Args:
        text: an IPv4 address, or an IPv6 address in brackets or alone, with or without `:port`.

    Raises:
        ValueError: it is none.
    """
    host, port = text.strip(), str(_PORT)
    if host.startswith("["):
        host, bracket, rest = host[1:].partition("]")
        port = rest.removeprefix(":") if rest else port
        if not bracket or (rest and not rest.startswith(":")):
            raise ValueError(f"{text!r} is no address in brackets.")
    elif host.count(":") == 1:
        host, _, port = host.partition(":")
    if not (port.isascii() and port.isdecimal() and 0 < int(port) <= _HIGHEST_PORT):
        raise ValueError(f"{text!r} has no port from 1 to {_HIGHEST_PORT}.")
    return str(ip_address(host)), int(port)
