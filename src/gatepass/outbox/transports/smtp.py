"""Mail by SMTP, over a few connections that are kept and used again."""

import asyncio
import ipaddress
import ssl
from collections import deque
from contextlib import suppress
from typing import Final, cast

import aiosmtplib

from gatepass.kit.mail.smtp_url import Security, SmtpAddress
from gatepass.outbox.message import as_bytes
from gatepass.outbox.model import Message, PermanentFailure, TemporaryFailure, Unreachable

_START_TLS: Final[dict[Security, bool | None]] = {
    Security.TLS: False,
    Security.STARTTLS_REQUIRED: True,
    Security.STARTTLS_OPPORTUNISTIC: None,
    Security.PLAIN: False,
}
_LONGEST_IDLE: Final = 30.0  # seconds after which a connection is replaced: a server may have forgotten it by then
_MAILS_A_CONNECTION: Final = 500  # servers that count mails a connection close it sooner; a fresh one is cheap
_FAREWELL_LOOK: Final = 0.005  # seconds
_FAREWELL_LOOKS: Final = 100
_FIRST_PERMANENT: Final = 500
# Replies that speak of us as a client, not of this mail: the service closes, or wants another login.
_ABOUT_US: Final = frozenset({421, 454, 530, 534, 535, 538})


class _LineGone(Exception):
    """The server hung up on an idle connection before it heard of the mail, so that another one may try."""


class _Line:
    """One connection and what has been done with it."""

    __slots__ = ("client", "idle_since", "mails")

    def __init__(self, client: aiosmtplib.SMTP) -> None:
        self.client = client
        self.idle_since = 0.0
        self.mails = 0


class SmtpTransport:
    """Hands mails to one mail server.

    Args:
        address: the server.
        sender: the envelope sender (MAIL FROM), where bounces go.
        host: what we call ourselves in EHLO (RFC 5321 §4.1.3): the host of the public URL.
        timeout: seconds for one reply of the server.
        tls: how certificates are verified; the system's authorities where none is given.
    """

    def __init__(
        self, address: SmtpAddress, *, sender: str, host: str, timeout: float, tls: ssl.SSLContext | None = None
    ) -> None:
        self._address = address
        self._sender = sender
        self._host = _ehlo_name(host)
        self._timeout = timeout
        self._tls = tls or ssl.create_default_context()
        self._idle: deque[_Line] = deque()

    async def send(self, message: Message) -> None:
        """Hand the message to the mail server; it is responsible from the moment that it answers 250 to its end."""
        recipient, content = message.recipient, as_bytes(message)
        line = self._idle_line()
        if line is not None:
            with suppress(_LineGone):
                return await self._hand_over(line, recipient, content)
        return await self._hand_over(_Line(await self._connected()), recipient, content)

    async def handshake(self) -> str:
        """Connect, say hello and log in, as for a mail, and tell where that led."""
        client = await self._connected()
        is_secret = client.get_transport_info("sslcontext") is not None
        await _farewell(client)
        who = f" as {self._address.username}" if self._address.username else ""
        return f"{self._address}{who}, {'encrypted' if is_secret else 'not encrypted'}"

    async def close(self) -> None:
        """Say goodbye on every idle connection."""
        while self._idle:
            await _farewell(self._idle.popleft().client)

    async def _hand_over(self, line: _Line, recipient: str, content: bytes) -> None:
        try:
            await self._dialogue(line, recipient, content)
        except aiosmtplib.SMTPResponseException as error:
            await self._reset(line)
            raise _judged(error) from error
        except (aiosmtplib.SMTPNotSupported, ValueError) as error:
            await self._reset(line)
            raise PermanentFailure(f"The mail server can't take this address: {error}") from error
        except (aiosmtplib.SMTPException, OSError) as error:
            line.client.close()
            raise TemporaryFailure(f"The mail server broke off: {error or type(error).__name__}") from error
        except BaseException:
            # Cut off in the middle of a dialogue: whatever the server says next would be taken for another's answer.
            line.client.close()
            raise
        self._keep(line)

    async def _dialogue(self, line: _Line, recipient: str, content: bytes) -> None:
        client = line.client
        options, encoding = [], "ascii"
        if not recipient.isascii():
            if not client.supports_extension("smtputf8"):
                raise aiosmtplib.SMTPNotSupported("it speaks ASCII only")
            options, encoding = ["SMTPUTF8", "BODY=8BITMIME"], "utf-8"
        try:
            await client.mail(self._sender, options=options, encoding=encoding)
        except aiosmtplib.SMTPServerDisconnected as error:
            if line.mails:
                line.client.close()
                raise _LineGone from error
            raise
        await client.rcpt(recipient, encoding=encoding)
        await client.data(content)

    async def _reset(self, line: _Line) -> None:
        """Make the line fit for the next mail after a refusal."""
        try:
            await line.client.rset()
        except (aiosmtplib.SMTPException, OSError):
            line.client.close()
        self._keep(line)

    def _keep(self, line: _Line) -> None:
        line.mails += 1
        if not line.client.is_connected or line.mails >= _MAILS_A_CONNECTION:
            line.client.close()
            return
        line.idle_since = asyncio.get_running_loop().time()
        self._idle.append(line)

    def _idle_line(self) -> _Line | None:
        while self._idle:
            line = self._idle.pop()
            if line.client.is_connected and asyncio.get_running_loop().time() - line.idle_since < _LONGEST_IDLE:
                return line
            line.client.close()
        return None

    async def _connected(self) -> aiosmtplib.SMTP:
        address = self._address
        client = aiosmtplib.SMTP(
            hostname=address.host,
            port=address.port,
            username=address.username,
            password=address.password.reveal() if address.password else None,
            local_hostname=self._host,
            timeout=self._timeout,
            use_tls=address.security is Security.TLS,
            start_tls=_START_TLS[address.security],
            tls_context=self._tls,
        )
        try:
            await client.connect()
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Unreachable(f"The mail server {address} can't be used: {error or type(error).__name__}") from error
        return client


def _judged(error: aiosmtplib.SMTPResponseException) -> TemporaryFailure | PermanentFailure:
    said = f"The mail server answered {error.code} {error.message}"
    if error.code in _ABOUT_US:
        return Unreachable(said)
    return PermanentFailure(said) if error.code >= _FIRST_PERMANENT else TemporaryFailure(said)


async def _farewell(client: aiosmtplib.SMTP) -> None:
    protocol, transport = client.protocol, client.transport
    with suppress(aiosmtplib.SMTPException, OSError):
        await client.quit()
    client.close()
    # TLS ends with a word from each side; who does not wait for the other's leaves a socket open behind.
    for _ in range(_FAREWELL_LOOKS):
        if protocol is None or protocol.transport is None:
            return
        await asyncio.sleep(_FAREWELL_LOOK)
    if transport is not None:
        cast("asyncio.WriteTransport", transport).abort()


def _ehlo_name(host: str) -> str:
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return host
    return f"[{address}]" if isinstance(address, ipaddress.IPv4Address) else f"[IPv6:{address}]"
