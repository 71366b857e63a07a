"""What tests of the outbox need: small templates, a clock that a test sets, workers over a real mail server."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio

from gatepass.kit.db import Database, Tx, query
from gatepass.kit.fetch import Fetcher
from gatepass.kit.mail.smtp_url import parse_smtp_url
from gatepass.kit.secrets import KeyRing, Secret
from gatepass.outbox.delivery import Delivery
from gatepass.outbox.flows import Outbox
from gatepass.outbox.jobs import Worker, run_worker
from gatepass.outbox.model import MailOrder, PostOrder, Transport
from gatepass.outbox.posting import Posting
from gatepass.outbox.rendering import MailTemplates
from gatepass.outbox.settings import OutboxSettings
from gatepass.outbox.transports.dev_mailbox import DevMailbox
from gatepass.outbox.transports.smtp import SmtpTransport
from support.smtp import SmtpSink

SENDER = "door@gatepass.test"
HOST = "gatepass.test"
LINK = "https://gatepass.test/v/tok3n-of-the-link?x=1&y=2"

MJML = """
<mjml><mj-head><mj-title>{{ subject }}</mj-title></mj-head><mj-body>
<mj-section><mj-column>
{% if logo_url %}<mj-image src="{{ logo_url }}" alt="{{ app_name }}" />{% endif %}
<mj-text>Hello {{ address }}, {{ app_name }} was asked from {{ device }}{% if place %} in {{ place }}{% endif %}.
</mj-text>
<mj-button href="{{ link }}" background-color="{{ accent }}" color="{{ on_accent }}">Sign in</mj-button>
<mj-text>Or type {{ code }} within {{ minutes }} minutes.</mj-text>
</mj-column></mj-section></mj-body></mjml>
"""
TEXT = """Sign in to {{ app_name }}:
{{ link }}

Or type {{ code }} within {{ minutes }} minutes. Asked from {{ device }}{% if place %} in {{ place }}{% endif %}.
"""
CONTEXT: dict[str, object] = {
    "subject": "Sign in to Example",
    "app_name": "Example",
    "logo_url": None,
    "accent": "#3355ff",
    "on_accent": "#ffffff",
    "link": LINK,
    "code": "482917",
    "minutes": 15,
    "device": "Chrome on macOS",
    "place": "Lisbon, Portugal",
    "network": "192.0.2.7",
    "at": "12:00 UTC",
    "address": "ada@example.com",
}


def order(recipient: str = "ada@example.com", *, not_after: datetime | None = None, **context: object) -> MailOrder:
    return MailOrder(
        recipient=recipient,
        template="sign_in",
        context=CONTEXT | context,
        reason="magic_link.requested",
        application_id="app",
        not_after=not_after,
    )


class HandClock:
    """A clock that runs with the machine's and can be set ahead."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass(frozen=True)
class Row:
    id: str
    state: str
    recipient: str
    message_id: str
    payload: bytes | None
    due_at: datetime
    lease: str | None
    attempts: int
    finished_at: datetime | None
    last_error: str | None


_ROWS = query(Row, "SELECT {columns} FROM outbox ORDER BY id")


@dataclass
class House:
    """All that a test of the outbox needs."""

    db: Database
    keys: KeyRing
    clock: HandClock
    templates: MailTemplates
    outbox: Outbox
    settings: OutboxSettings
    transports: list[Transport] = field(default_factory=list)

    async def enqueue(self, *orders: MailOrder) -> list[str]:
        async def body(tx: Tx) -> list[str]:
            return [await self.outbox.enqueue_mail(tx, mail) for mail in orders]

        return await self.db.transact(body)

    async def enqueue_posts(self, *orders: PostOrder) -> list[str]:
        async def body(tx: Tx) -> list[str]:
            return [await self.outbox.enqueue_post(tx, order) for order in orders]

        return await self.db.transact(body)

    async def rows(self) -> list[Row]:
        return await self.db.read(lambda tx: tx.all(_ROWS))

    async def row_when(self, is_so: Callable[[Row], bool], *, seconds: float = 10) -> Row:
        """Wait until a row is as described, and return it."""
        with anyio.fail_after(seconds):
            while not (found := [row for row in await self.rows() if is_so(row)]):  # noqa: ASYNC110 - only it knows
                await anyio.sleep(0.02)
        return found[0]

    def smtp(self, sink: SmtpSink, **options: Any) -> SmtpTransport:
        address = parse_smtp_url(Secret(options.pop("url", sink.url)))
        transport = SmtpTransport(address, sender=SENDER, host=HOST, timeout=5, **options)
        self.transports.append(transport)
        return transport

    def delivery(self, transport: Transport) -> Delivery:
        return Delivery(self.keys, self.templates, transport, SENDER, self.clock, self.settings)

    def worker(self, transport: Transport, *, is_alone: bool = False) -> Worker:
        return Worker(self.db, self.delivery(transport), self.outbox.doorbell, is_alone)

    def posting(self, fetcher: Fetcher | None = None) -> Posting:
        return Posting(self.keys, fetcher or Fetcher(allow_loopback=True), self.clock, self.settings)

    def posting_worker(self, fetcher: Fetcher | None = None) -> Worker:
        """Make a worker that sends posts, and mail to the development mailbox."""
        return replace(
            self.worker(DevMailbox(self.db, self.clock)),
            posting=self.posting(fetcher),
            post_doorbell=self.outbox.post_doorbell,
        )

    def set(self, **settings: Any) -> None:
        self.settings = replace(self.settings, **settings)


@asynccontextmanager
async def working(*workers: Worker) -> AsyncIterator[asyncio.Event]:
    """Let workers work; afterwards stop them as a server does and see them end."""
    stop = asyncio.Event()
    tasks = [asyncio.create_task(run_worker(worker, stop)) for worker in workers]
    try:
        yield stop
    finally:
        stop.set()
        with anyio.fail_after(15):
            await asyncio.gather(*tasks)


Working = Callable[..., AbstractAsyncContextManager[asyncio.Event]]
