"""A real mail server for tests: it listens on a loopback port, takes mail by SMTP and shows it as parsed messages.

It runs in a thread of its own, so that synchronous tests, asynchronous ones and other processes can all use it, and it
can be told to refuse, to be slow, or to hang up at the worst moment.
"""

import asyncio
import email
import email.policy
import ipaddress
import re
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Literal

import anyio
import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Moment = Literal["rcpt", "data"]
_URL = re.compile(r"https?://[^\s<>\"']+")
_ADDRESS = re.compile(r"https?://[^\s<>\"']+|[^\s<>]+@[^\s<>]+")
_CODE = re.compile(r"(?<![\w-])(\d{3,4})[ \u00a0]?(\d{3,4})(?![\w-])")
_USERNAME, _PASSWORD = "gatepass", "p/ss w:rd@1"


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    """One mail as the server took it."""

    to: list[str]
    sender: str
    message: EmailMessage
    raw: bytes

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def headers(self) -> dict[str, str]:
        return {name: str(value) for name, value in self.message.items()}

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"])

    @property
    def text(self) -> str:
        return self._body("plain")

    @property
    def html(self) -> str:
        return self._body("html")

    @property
    def links(self) -> list[str]:
        """The web addresses of the text part."""
        return list(dict.fromkeys(url.rstrip(".,;:!?)") for url in _URL.findall(self.text)))

    @property
    def link(self) -> str:
        """The first web address of the text part."""
        return self.links[0]

    @property
    def code(self) -> str | None:
        """The code of the text part."""
        match = _CODE.search(_ADDRESS.sub(" ", self.text))
        return match[1] + match[2] if match else None

    def _body(self, kind: Literal["plain", "html"]) -> str:
        part = self.message.get_body((kind,))
        return "" if part is None else str(part.get_content()).replace("\r\n", "\n")


class SmtpSink:
    """The server: what it has taken, and how it behaves."""

    def __init__(self, *, tls: "TestTls | None" = None, implicit: bool = False, with_login: bool = False) -> None:
        self.mails: list[ReceivedMail] = []
        self.connections = 0
        self.most_at_once = 0
        self.host, self.port = "127.0.0.1", 0
        self._tls, self._implicit, self._with_login = tls, implicit, with_login
        self._refusals: dict[Moment, deque[str]] = {"rcpt": deque(), "data": deque()}
        self._delay = 0.0
        self._drops: deque[bool] = deque()
        self._open: set[asyncio.BaseTransport] = set()
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="smtp-sink")

    @property
    def url(self) -> str:
        """The server as `GATEPASS_SMTP_URL` names it, with its user and password where it wants them."""
        scheme = "smtps" if self._implicit else "smtp"
        login = f"{_USERNAME}:p%2Fss%20w%3Ard%401@" if self._with_login else ""
        return f"{scheme}://{login}{self.host}:{self.port}"

    def refuse(self, reply: str, *, times: int = 1, at: Moment = "rcpt") -> None:
        """Answer the next mails with this reply, as `550 no such mailbox`."""
        self._refusals[at].extend([reply] * times)

    def delay(self, seconds: float) -> None:
        """Take this long over each mail from now on."""
        self._delay = seconds

    def drop(self, *, times: int = 1, after_taking: bool = False) -> None:
        """Hang up on the next mails without an answer, having kept them or not."""
        self._drops.extend([after_taking] * times)

    def to(self, address: str) -> list[ReceivedMail]:
        """Return the mails for one address."""
        return [mail for mail in self.mails if address in mail.to]

    async def arrived(self, count: int = 1, *, to: str | None = None, seconds: float = 10) -> list[ReceivedMail]:
        """Wait until so many mails are there and return all; fail when they are not there in time."""
        deadline = time.monotonic() + seconds
        while len(found := self.to(to) if to else list(self.mails)) < count:
            assert time.monotonic() < deadline, f"{len(found)} of {count} mails arrived in {seconds} s"
            await anyio.sleep(0.01)
        return found

    def wait(self, count: int = 1, *, to: str | None = None, seconds: float = 10) -> list[ReceivedMail]:
        """Do the same as `arrived` in a synchronous test."""
        deadline = time.monotonic() + seconds
        while len(found := self.to(to) if to else list(self.mails)) < count:
            assert time.monotonic() < deadline, f"{len(found)} of {count} mails arrived in {seconds} s"
            time.sleep(0.01)
        return found

    def start(self, port: int = 0) -> None:
        """Listen; on a port of the system's choosing unless one is given."""
        if not self._thread.is_alive():
            self._thread.start()
        self._run(self._listen(port))

    def hang_up(self) -> None:
        """Stop listening and cut every connection, as a server that goes away; `start(sink.port)` brings it back."""
        self._run(self._unlisten())

    def stop(self) -> None:
        """End the server and its thread."""
        self.hang_up()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    # What aiosmtpd calls.

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self._with_login and not session.authenticated:
            return "530 Log in first"
        if self._refusals["rcpt"]:
            return self._refusals["rcpt"].popleft()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the library's name
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if self._delay:
            await asyncio.sleep(self._delay)
        if self._refusals["data"]:
            return self._refusals["data"].popleft()
        hangs_up = bool(self._drops)
        if not hangs_up or self._drops.popleft():
            self._take(envelope)
        if hangs_up:
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return "250 Taken"

    # Its own workings, on its own loop.

    def _take(self, envelope: Envelope) -> None:
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        parsed = email.message_from_bytes(raw, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        self.mails.append(ReceivedMail(list(envelope.rcpt_tos), str(envelope.mail_from), parsed, raw))

    def _authenticate(self, _server: object, _session: object, _envelope: object, _kind: str, login: Any) -> AuthResult:
        is_right = isinstance(login, LoginPassword) and (login.login, login.password) == (
            _USERNAME.encode(),
            _PASSWORD.encode(),
        )
        return AuthResult(success=is_right, handled=False)

    def _protocol(self) -> SMTP:
        return _CountedSMTP(
            self,
            hostname="mail.test",
            loop=self._loop,
            enable_SMTPUTF8=True,
            tls_context=self._tls.server if self._tls and not self._implicit else None,
            require_starttls=self._tls is not None and not self._implicit,
            authenticator=self._authenticate if self._with_login else None,
            auth_require_tls=self._tls is not None and not self._implicit,
        )

    async def _listen(self, port: int) -> None:
        context = self._tls.server if self._tls and self._implicit else None
        self._server = await self._loop.create_server(self._protocol, self.host, port, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _unlisten(self) -> None:
        if self._server is None:
            return
        self._server.close()
        await self._server.wait_closed()
        self._server = None
        for transport in list(self._open):
            assert isinstance(transport, asyncio.WriteTransport)
            transport.abort()
        while others := asyncio.all_tasks(self._loop) - {asyncio.current_task(self._loop)}:
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
        for _ in range(20):  # an aborted transport closes in the next turns of the loop
            await asyncio.sleep(0)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    def opened(self, transport: asyncio.BaseTransport) -> None:
        """Count a connection."""
        self.connections += 1
        self._open.add(transport)
        self.most_at_once = max(self.most_at_once, len(self._open))

    def closed(self, transport: asyncio.BaseTransport) -> None:
        """Count it no more."""
        self._open.discard(transport)


class _CountedSMTP(SMTP):
    def __init__(self, handler: SmtpSink, **parameters: Any) -> None:
        super().__init__(handler, **parameters)
        self._sink = handler
        self._first_transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self._first_transport is None:  # STARTTLS makes the connection a second time
            self._first_transport = transport
            self._sink.opened(transport)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self._first_transport is not None:
            self._sink.closed(self._first_transport)
        super().connection_lost(error)


@dataclass(frozen=True)
class TestTls:
    """A certificate for 127.0.0.1, made for one test, and the two contexts that go with it."""

    __test__ = False

    server: ssl.SSLContext
    client: ssl.SSLContext


def make_tls(directory: Path, *, address: str = "127.0.0.1") -> TestTls:
    """Make a certificate that its own client context trusts, and nobody else does."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = directory / "certificate.pem"
    key_pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(key_pem + certificate.public_bytes(serialization.Encoding.PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    return TestTls(server=server, client=ssl.create_default_context(cafile=str(pem)))


SinkMaker = Callable[..., SmtpSink]


@pytest.fixture
def make_smtp_sink() -> Iterator[SinkMaker]:
    """Give a maker of running mail servers; its arguments are `SmtpSink`'s."""
    running: list[SmtpSink] = []

    def make(**options: Any) -> SmtpSink:
        sink = SmtpSink(**options)
        sink.start()
        running.append(sink)
        return sink

    yield make
    for sink in running:
        sink.stop()


@pytest.fixture
def smtp_sink(make_smtp_sink: SinkMaker) -> SmtpSink:
    """Give a running mail server without TLS or login."""
    return make_smtp_sink()
