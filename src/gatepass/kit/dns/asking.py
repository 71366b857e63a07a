"""One question to name servers, by dnspython; loaded with the first question, because few servers ever ask one."""

from collections.abc import Iterable
from typing import Any, Final

from dns.asyncresolver import Resolver
from dns.exception import DNSException
from dns.name import from_text
from dns.nameserver import Do53Nameserver
from dns.resolver import NXDOMAIN

from gatepass.kit.dns.faults import LookupFailed

_LIFETIME: Final = 2.0
_ONE_TRY: Final = 0.8
# What nearly every network carries in one datagram (DNS Flag Day 2020); what is longer comes over TCP.
_DATAGRAM: Final = 1_232


class Asker:
    """Asks the name servers that it was built with.

    Args:
        nameservers: addresses and ports; none for those of the system.

    Raises:
        LookupFailed: the system names none.
    """

    def __init__(self, nameservers: Iterable[tuple[str, int]]) -> None:
        named = [Do53Nameserver(address, port) for address, port in nameservers]
        try:
            self._resolver = Resolver(configure=not named)
        except DNSException as error:
            raise LookupFailed("the system names no name server") from error
        if named:
            self._resolver.nameservers = named
        self._resolver.timeout = _ONE_TRY
        self._resolver.use_edns(0, 0, _DATAGRAM)

    async def ask(self, name: str, kind: str) -> list[Any]:
        """Return the records of a name; none where it has none of that kind, or is not there.

        Raises:
            LookupFailed: nobody answered.
        """
        try:
            answer = await self._resolver.resolve(
                from_text(name), kind, search=False, raise_on_no_answer=False, lifetime=_LIFETIME
            )
        except NXDOMAIN:
            return []
        except (DNSException, OSError, ValueError) as error:
            raise LookupFailed(f"{kind} of {name}: {error}") from error
        return list(answer.rrset or ())
