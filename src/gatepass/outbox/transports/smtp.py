"""Mail by SMTP, over a few connections that are kept and used again."""

import asyncio
import ipaddress
import ssl
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from email import policy
from email.message import EmailMessage
from typing import Final

import aiosmtplib

from gatepass.outbox.model import PermanentFailure, TemporaryFailure, Unreachable
from gatepass.outbox.transports.smtp_url import Security, SmtpAddress

_START_TLS: Final[dict[Security, bool | None]] = {
    Security.TLS: False,
    Security.STARTTLS_REQUIRED: True,
    Security.STARTTLS_OPPORTUNISTIC: None,
    Security.PLAIN: False,
}
_TRUSTED_IDLE: Final = 5.0  # seconds after which an idle connection is asked whether it still lives
_LONGEST_IDLE: Final = 60.0  # seconds after which it is replaced: many servers hang up then
_MAILS_A_CONNECTION: Final = 500  # servers that count mails a connection close it sooner; a fresh one is cheap
_FIRST_PERMANENT: Final = 500
# Replies that speak of us as a client, not of this mail: the service closes, or wants another login.
_ABOUT_US: Final = frozenset({421, 454, 530, 534, 535, 538})


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

    async def send(self, message: EmailMessage, recipient: str) -> None:
        """Hand the message to the mail server; it is responsible from the moment that it answers 250 to its end."""
        is_ascii = recipient.isascii()
        content = message.as_bytes(policy=message.policy if is_ascii else policy.SMTPUTF8)
        options = [] if is_ascii else ["SMTPUTF8", "BODY=8BITMIME"]
        async with self._line() as line:
            try:
                await line.client.sendmail(self._sender, [recipient], content, mail_options=options)
            except aiosmtplib.SMTPRecipientsRefused as error:
                refusal = error.recipients[0]
                raise _judged(refusal.code, refusal.message) from error
            except aiosmtplib.SMTPResponseException as error:
                raise _judged(error.code, error.message) from error
            except (aiosmtplib.SMTPNotSupported, ValueError) as error:
                raise PermanentFailure(f"The mail server can't take this address: {error}") from error
            except (aiosmtplib.SMTPException, OSError) as error:
                raise TemporaryFailure(f"The mail server broke off: {error or type(error).__name__}") from error

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

    @asynccontextmanager
    async def _line(self) -> AsyncIterator[_Line]:
        line = await self._living_line() or _Line(await self._connected())
        try:
            yield line
        except PermanentFailure:
            self._keep(line)
            raise
        except BaseException:
            # Cut off in the middle of a dialogue: whatever the server says next would be taken for another's answer.
            line.client.close()
            raise
        self._keep(line)

    def _keep(self, line: _Line) -> None:
        line.mails += 1
        if not line.client.is_connected or line.mails >= _MAILS_A_CONNECTION:
            line.client.close()
            return
        line.idle_since = asyncio.get_running_loop().time()
        self._idle.append(line)

    async def _living_line(self) -> _Line | None:
        while self._idle:
            line = self._idle.pop()
            idle = asyncio.get_running_loop().time() - line.idle_since
            if line.client.is_connected and idle < _LONGEST_IDLE:
                if idle < _TRUSTED_IDLE:
                    return line
                with suppress(aiosmtplib.SMTPException, OSError):
                    await line.client.noop()
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


def _judged(code: int, reply: str) -> TemporaryFailure | PermanentFailure:
    said = f"The mail server answered {code} {reply}"
    if code in _ABOUT_US:
        return Unreachable(said)
    return PermanentFailure(said) if code >= _FIRST_PERMANENT else TemporaryFailure(said)


async def _farewell(client: aiosmtplib.SMTP) -> None:
    with suppress(aiosmtplib.SMTPException, OSError):
        await client.quit()
    client.close()


def _ehlo_name(host: str) -> str:
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return host
    return f"[{address}]" if isinstance(address, ipaddress.IPv4Address) else f"[IPv6:{address}]"
