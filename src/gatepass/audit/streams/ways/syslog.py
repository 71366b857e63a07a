"""To a syslog receiver over TLS: RFC 5424 messages, framed by counting octets (RFC 5425 §4.3).

The protocol acknowledges nothing. A batch counts as taken when all of it was written and the connection was closed in
order; what a receiver loses after that, nobody learns.
"""

import asyncio
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from gatepass.audit.model import Event, Outcome
from gatepass.audit.streams.model import NotTaken, StreamTarget
from gatepass.kit.fetch import FetchRefused, Resolver
from gatepass.kit.fetch.resolving import Network, ask_system, permitted_addresses

_SECONDS: Final = 15.0
# Facility 13, the log of an audit (RFC 5424 §6.2.1).
_FACILITY: Final = 13 * 8
_SEVERITIES: Final = {Outcome.SUCCEEDED: 5, Outcome.REFUSED: 4, Outcome.FAILED: 4}
_LONGEST_HOST: Final = 255
_NIL: Final = "-"


@dataclass(frozen=True, slots=True)
class SyslogWay:
    """Sends batches, each on a connection of its own.

    Args:
        host: the name of this server in the messages.
        allow_loopback: whether this is a development machine.
        networks: the private networks in which receivers may stand.
        resolver: looks names up.
    """

    host: str
    allow_loopback: bool = False
    networks: Sequence[Network] = ()
    resolver: Resolver = field(default=ask_system)

    async def send(self, target: StreamTarget, messages: Sequence[bytes]) -> None:
        """Send a batch.

        Raises:
            NotTaken: the receiver can't be reached, is not whom it should be, or broke off.
        """
        try:
            async with asyncio.timeout(_SECONDS):
                await self._send(target, messages)
        except FetchRefused as refused:
            raise NotTaken(refused.sentence) from refused
        except TimeoutError as error:
            raise NotTaken("The receiver did not take the batch in time.") from error
        except ssl.SSLCertVerificationError as error:
            raise NotTaken("The receiver's certificate can't be trusted.") from error
        except (OSError, ssl.SSLError) as error:
            raise NotTaken("The receiver can't be reached, or it broke off.") from error

    async def _send(self, target: StreamTarget, messages: Sequence[bytes]) -> None:
        addresses = await permitted_addresses(
            target.host,
            target.port,
            resolver=self.resolver,
            allow_loopback=self.allow_loopback,
            networks=self.networks,
        )
        _, writer = await asyncio.open_connection(
            addresses[0], target.port, ssl=tls_of(target.ca), server_hostname=target.host
        )
        try:
            for message in messages:
                writer.write(b"%d %s" % (len(message), message))
            await writer.drain()
            writer.close()
            await writer.wait_closed()
        finally:
            with suppress(RuntimeError):
                writer.transport.abort()

    def message_of(self, event: Event, line: bytes) -> bytes:
        """Return an event as a syslog message (RFC 5424 §6); the family is the type of message."""
        priority = _FACILITY + _SEVERITIES[event.outcome]
        moment = event.occurred_at.astimezone(UTC)
        head = f"<{priority}>1 {_stamp(moment)} {_named(self.host)} gatepass {_NIL} {event.family.value} {_NIL} "
        return head.encode() + line


def tls_of(ca: str) -> ssl.SSLContext:
    """Return the rules for a receiver's certificate: its name, and who vouches for it.

    Args:
        ca: the only authority that counts, in PEM; empty for the system's authorities.

    Raises:
        ssl.SSLError: it is no certificate.
    """
    if not ca.isascii():
        raise ssl.SSLError("a certificate in PEM is ASCII")  # the library would take it for another kind of fault
    context = ssl.create_default_context(cadata=ca or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _named(host: str) -> str:
    plain = "".join(letter for letter in host if "!" <= letter <= "~")
    return plain[:_LONGEST_HOST] or _NIL
